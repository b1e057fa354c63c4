"""The log beside the journal."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import pytest

from reconcile.domain.events import Event
from reconcile.flxpoint.tokens import redacted
from reconcile.notices.log_file import LogFile

NOON: Final = datetime(2026, 3, 5, 12, 0, 0, 123456, timezone(timedelta(hours=1)))
BEGINNING: Final = f"2026-03-05 12:00:00.123+01:00 [{os.getpid()}] "

only_with_modes = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")

Opened = Callable[..., LogFile]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "reconcile.log"


@pytest.fixture
def opened(place: Path) -> Opened:
    def open_it(**said: Any) -> LogFile:
        return LogFile(place, lambda text: redacted(text, "open-sesame"), now=lambda: NOON, **said)

    return open_it


def lines(place: Path) -> list[str]:
    """The lines of a log, without time and process."""
    return [
        line.removeprefix(BEGINNING) for line in place.read_text(encoding="utf-8").split("\n")[:-1]
    ]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# Lines


def test_an_event_is_a_line_with_time_offset_and_process(opened: Opened, place: Path) -> None:
    with opened() as log:
        log(Event("attempt", {"order": 7, "call": "sync", "try": 1, "status": None}))
        log(Event("silence"))
        log.line("Größe")
    assert place.read_bytes().decode() == (
        f"{BEGINNING}attempt: order 7, call sync, try 1\n{BEGINNING}silence\n{BEGINNING}Größe\n"
    )


def test_the_time_is_local_with_its_offset(place: Path) -> None:
    LogFile(place, str).line("x")
    line = place.read_text(encoding="utf-8")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d \[\d+\] x\n", line)


def test_what_is_there_stays(opened: Opened, place: Path) -> None:
    opened().line("a")
    opened().line("b")
    assert lines(place) == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", r"a\nb"),
        ("a\r\nb", r"a\r\nb"),
        ("a\x1b[2Jb\x00\x7f", r"a\x1b[2Jb\x00\x7f"),
        ("a\x85b\u2028c\u2029", r"a\x85b\u2028c\u2029"),
        ("a\u202eb", r"a\u202eb"),
        ("a\ud800b", r"a\ud800b"),
        ("x" * 20_000, "x" * 10_000),
    ],
)
def test_nobody_forges_a_line(opened: Opened, place: Path, text: str, written: str) -> None:
    opened().line(text)
    opened()(Event("remark", {"text": text}))
    assert lines(place) == [written, f"remark: text {written}"[:10_000]]


def test_the_token_is_taken_out(opened: Opened, place: Path) -> None:
    log = opened()
    log.line("a open-sesame b")
    log(Event("remark", {"text": "c", "more": {"deep": ["open-sesame"]}}))
    assert "sesame" not in place.read_text(encoding="utf-8")


def test_an_error_that_breaks_the_work_off_is_named_without_its_text(
    opened: Opened, place: Path
) -> None:
    with pytest.raises(LookupError, match="open-sesame"), opened():
        raise LookupError("open-sesame")
    assert lines(place) == ["broken off by LookupError"]


# Rotation


def test_the_file_is_rotated_before_it_grows_beyond_its_limit(opened: Opened, place: Path) -> None:
    log = opened(limit=len(BEGINNING) * 2 + 4, kept=2)
    for text in "abcdefg":
        log.line(text)
    older = [place.with_name(f"reconcile.log.{number}") for number in (1, 2, 3)]
    assert lines(place) == ["g"]
    assert [lines(path) for path in older[:2]] == [["e", "f"], ["c", "d"]]
    assert not older[2].exists()


def test_a_line_longer_than_the_limit_is_written_all_the_same(opened: Opened, place: Path) -> None:
    log = opened(limit=10)
    log.line("a")
    log.line("b")
    assert lines(place) == ["b"]
    assert lines(place.with_name("reconcile.log.1")) == ["a"]


@only_with_modes
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o377])
def test_only_the_owner_reads_it_whatever_the_umask(
    opened: Opened, place: Path, umask: int
) -> None:
    before = os.umask(umask)
    try:
        log = opened(limit=10)
        for text in "abc":
            log.line(text)
    finally:
        os.umask(before)
    names = ["reconcile.log", "reconcile.log.1", "reconcile.log.2"]
    assert [mode(place.with_name(name)) for name in names] == [0o600] * 3
    assert {mode(path) & 0o077 for path in place.parent.iterdir()} == {0}


@only_with_modes
def test_a_file_that_others_could_read_is_closed_to_them(opened: Opened, place: Path) -> None:
    place.touch(0o644)
    opened().line("a")
    assert mode(place) == 0o600


def test_several_processes_write_whole_lines_and_lose_none(place: Path) -> None:
    words = (
        "import sys; from pathlib import Path; from reconcile.notices.log_file import LogFile\n"
        "log = LogFile(Path(sys.argv[1]), str, limit=4000, kept=1000)\n"
        "for number in range(200): log.line(f'{sys.argv[2]} {number}')\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", words, str(place), name]) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    told = [
        line.partition("] ")[2]
        for path in place.parent.glob("reconcile.log*")
        if not path.name.endswith(".lock")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    assert sorted(told) == sorted(f"{name} {number}" for name in "abc" for number in range(200))


# Nothing disturbs a run


def silent(capfd: pytest.CaptureFixture[str], log: LogFile) -> None:
    """Writing neither raises nor says anything."""
    with log:
        log.line("a")
        log(Event("b"))
    assert capfd.readouterr() == ("", "")


def test_a_missing_folder_disturbs_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    silent(capfd, LogFile(tmp_path / "missing" / "reconcile.log", str))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_disturbs_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    silent(capfd, LogFile(Path("/dev/full"), str))


def test_a_folder_or_a_file_in_the_way_disturbs_nothing(
    place: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place.mkdir()
    silent(capfd, LogFile(place, str))
    silent(capfd, LogFile(place / "\x00", str))
    (place / "file").touch()
    silent(capfd, LogFile(place / "file" / "reconcile.log", str))


@only_with_modes
def test_no_link_and_no_pipe_is_written_to(
    place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.touch(0o644)
    place.symlink_to(other)
    silent(capfd, LogFile(place, str))
    assert (other.read_bytes(), mode(other)) == (b"", 0o644)
    place.unlink()
    os.mkfifo(place)
    silent(capfd, LogFile(place, str))


def test_a_rotation_that_fails_loses_no_line(opened: Opened, place: Path) -> None:
    place.with_name("reconcile.log.1").mkdir()
    (place.with_name("reconcile.log.1") / "x").touch()
    log = opened(limit=10, kept=1)
    log.line("a")
    log.line("b")
    assert lines(place) == ["a", "b"]
