"""Which runs are alive: told by real processes that work, end and are killed."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from reconcile.domain.errors import ExitCode, JournalError, NothingSentError
from reconcile.journal.locks import forget, holding, is_alive

posix = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")

WORK = """
import sys
from pathlib import Path
from reconcile.journal.locks import holding
with holding(Path(sys.argv[1]), sys.argv[2]):
    print("at work", flush=True)
    sys.stdin.readline()
print("over", flush=True)
sys.stdin.readline()
"""

At = Callable[[str], AbstractContextManager["subprocess.Popen[str]"]]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def process(journal: Path) -> At:
    """A process that works on a run until it is told to end."""

    @contextmanager
    def at_work(run_id: str) -> Iterator["subprocess.Popen[str]"]:
        with subprocess.Popen(
            [sys.executable, "-c", WORK, str(journal), run_id],
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as started:
            try:
                assert said(started) == "at work"
                yield started
            finally:
                started.kill()

    return at_work


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell_to_go_on(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_run_is_alive_as_long_as_a_process_works_on_it(journal: Path, process: At) -> None:
    assert not is_alive(journal, "run-1")
    with process("run-1") as working:
        assert is_alive(journal, "run-1")
        assert is_alive(journal, "run-1"), "to look changes nothing"
        assert not is_alive(journal, "run-2")

        tell_to_go_on(working)
        assert said(working) == "over"
        assert not is_alive(journal, "run-1"), "though the process goes on"


def test_a_process_that_was_killed_is_not_alive(journal: Path, process: At) -> None:
    with process("run-1") as working:
        working.kill()
        working.wait()
        assert not is_alive(journal, "run-1")
        assert list(journal.with_name("journal.sqlite3.alive").iterdir()), "it left its lock"

    with holding(journal, "run-1"):
        assert is_alive(journal, "run-1")
    assert not is_alive(journal, "run-1")


def test_two_processes_never_work_on_one_run(journal: Path, process: At) -> None:
    with process("run-1") as working:
        with (
            pytest.raises(NothingSentError, match="Another process is working on the run run-1"),
            holding(journal, "run-1", patience=0.05),
        ):
            pytest.fail("two at once")
        assert is_alive(journal, "run-1"), "the first one goes on"

        tell_to_go_on(working)
        assert said(working) == "over"
        with holding(journal, "run-1"):
            assert is_alive(journal, "run-1")


def test_the_refusal_says_that_nothing_was_sent(journal: Path) -> None:
    with (
        holding(journal, "run-1"),
        pytest.raises(NothingSentError) as caught,
        holding(journal, "run-1", patience=0.05),
    ):
        pytest.fail("two at once")
    assert caught.value.exit_code is ExitCode.NOTHING_SENT
    assert "nothing was sent by this one" in str(caught.value)


def test_two_runs_go_on_side_by_side(journal: Path, process: At) -> None:
    with process("run-1"), process("run-2"):
        assert is_alive(journal, "run-1")
        assert is_alive(journal, "run-2")


def test_a_run_that_fails_is_no_longer_alive(journal: Path) -> None:
    with pytest.raises(ZeroDivisionError), holding(journal, "run-1"):
        raise ZeroDivisionError
    assert not is_alive(journal, "run-1")


def test_a_run_that_has_ended_leaves_no_file(journal: Path) -> None:
    with holding(journal, "run-1"):
        pass
    assert list(journal.with_name("journal.sqlite3.alive").iterdir()) == []


@posix
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_only_the_owner_can_read_the_locks(journal: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with holding(journal, "run-1"):
            folder = journal.with_name("journal.sqlite3.alive")
            modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())]
    finally:
        os.umask(before)
    assert modes == [0o700, 0o600]


def test_what_a_dead_process_left_can_be_forgotten(journal: Path, process: At) -> None:
    with process("run-1") as working:
        working.kill()
        working.wait()
    forget(journal, "run-1")
    forget(journal, "never was")

    assert list(journal.with_name("journal.sqlite3.alive").iterdir()) == []


def test_a_place_that_cant_be_written_is_told_with_a_sentence(journal: Path) -> None:
    journal.with_name("journal.sqlite3.alive").write_text("a file", encoding="utf-8")
    with (
        pytest.raises(JournalError, match=r"The lock .* can't be written .*--journal"),
        holding(journal, "run-1"),
    ):
        pytest.fail("no lock")
