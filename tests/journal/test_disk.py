"""The journal on a disk: who may read it, what is refused, and what a crash leaves."""

import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconcile.errors import ExitCode, JournalError
from reconcile.journal import CallRecord, CallState, Journal, default_place
from reconcile.journal.place import prepare
from reconcile.model import Outcome
from reconcile.testing import EPOCH

from .books import SYNC, call, came, create

posix = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(path: Path) -> str:
    """The sentence with which a journal is refused: one that tells what to do."""
    with pytest.raises(JournalError) as caught:
        Journal.open(path).close()
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "--journal" in sentence
    assert "\n" not in sentence
    assert caught.value.exit_code is ExitCode.NOTHING_SENT
    return sentence


# Modes


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_what_is_made(tmp_path: Path, umask: int) -> None:
    folder = tmp_path / "made" / "folder"
    before = os.umask(umask)
    try:
        with Journal.open(folder / "journal.sqlite3") as journal:
            create(journal, "run", calls=[call(1)])
            made = {file.name: mode(file) for file in folder.iterdir()}
    finally:
        os.umask(before)

    assert mode(folder) == 0o700
    assert made["journal.sqlite3"] == 0o600
    assert "journal.sqlite3-wal" in made
    assert set(made.values()) == {0o600}


def test_a_journal_is_opened_again_with_all_that_it_holds(path: Path) -> None:
    with Journal.open(path) as journal:
        create(journal, "run", calls=[call(1)])
    with Journal.open(path) as journal:
        assert [record.order_id for record in journal.calls("run")] == [1]


def test_the_usual_place_is_one_file_of_the_user() -> None:
    assert default_place().name == "journal.sqlite3"
    assert default_place().parent.name == "reconcile"


# What is refused


def test_a_journal_of_a_newer_version_is_refused_and_left_as_it_is(path: Path) -> None:
    Journal.open(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")

    assert "newer version of reconcile" in refusal(path)
    assert "Update reconcile" in refusal(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT value FROM meta").fetchall() == [("99",)]


def test_a_folder_is_no_journal(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_a_place_within_a_file_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert "can't be written" in refusal(tmp_path / "file" / "journal.sqlite3")


MOUNTS = """\
/dev/vda1 / ext4 rw 0 0
nas:/home /home nfs4 rw 0 0
//nas/books /mnt/our\\040books cifs rw 0 0
/dev/vdb1 /home/local ext4 rw 0 0
me@host: /mnt/remote fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    "folder",
    ["/home/ann/.local/share/reconcile", "/home", "/mnt/our books/2026", "/mnt/remote/x"],
)
def test_a_network_folder_is_refused_before_anything_is_made(tmp_path: Path, folder: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS, encoding="utf-8")
    with pytest.raises(JournalError, match="network folder"):
        prepare(Path(folder) / "journal.sqlite3", mounts)


def mounted(tmp_path: Path, *lines: tuple[Path, str]) -> Path:
    """A list of mounts that puts folders of the test on file systems of our choice."""
    mounts = tmp_path / "mounts"
    text = "".join(f"x {place} {kind} rw 0 0\n" for place, kind in [(Path("/"), "ext4"), *lines])
    mounts.write_text(text, encoding="utf-8")
    return mounts


def test_a_disk_mounted_within_a_network_folder_is_fine(tmp_path: Path) -> None:
    local = tmp_path / "net" / "local"
    mounts = mounted(tmp_path, (tmp_path / "net", "nfs4"), (local, "ext4"))
    prepare(local / "journal.sqlite3", mounts)

    assert (local / "journal.sqlite3").is_file()
    with pytest.raises(JournalError, match="network folder"):
        prepare(tmp_path / "net" / "journal.sqlite3", mounts)


@posix
def test_a_link_into_a_network_folder_is_refused_too(tmp_path: Path) -> None:
    net = tmp_path / "net"
    net.mkdir()
    (tmp_path / "data").symlink_to(net)

    with pytest.raises(JournalError, match="network folder"):
        prepare(tmp_path / "data" / "journal.sqlite3", mounted(tmp_path, (net, "cifs")))
    assert list(net.iterdir()) == []


def test_without_a_list_of_mounts_any_folder_is_taken(tmp_path: Path) -> None:
    prepare(tmp_path / "journal.sqlite3", tmp_path / "no such file")
    assert (tmp_path / "journal.sqlite3").is_file()


# Damage


def spoil(path: Path, change: Callable[[bytes], bytes]) -> None:
    with Journal.open(path) as journal:
        create(journal, "run", calls=[call(number) for number in range(1, 400)])
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"this was never a journal, but it is long enough to look at\n" * 200,
        lambda data: data[:100] + bytes(4096) + data[4196:],
        lambda data: data[: len(data) // 2],
        lambda data: b"\xff" * 16 + data[16:],
    ],
    ids=["other file", "zeros", "cut", "header"],
)
def test_a_damaged_file_is_refused_with_a_sentence(
    path: Path, change: Callable[[bytes], bytes]
) -> None:
    spoil(path, change)
    assert "damaged" in refusal(path)


def all_calls(path: Path) -> list[CallRecord]:
    with Journal.open(path) as journal:
        return list(journal.calls("run"))


def test_damage_found_while_reading_is_told_with_a_sentence(path: Path) -> None:
    spoil(path, lambda data: data[: 30 * 4096] + b"\xff" * (len(data) - 30 * 4096))
    with pytest.raises(JournalError, match="damaged"):
        all_calls(path)


def test_a_version_that_is_no_number_is_damage(path: Path) -> None:
    Journal.open(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE meta SET value = 'x'")
    assert "damaged" in refusal(path)


# Crashes, neighbours, a disk that says no


def test_a_call_begun_when_the_machine_died_is_in_doubt(path: Path, tmp_path: Path) -> None:
    """What lies on the disk at that moment, without any goodbye."""
    crashed = tmp_path / "crashed"
    with Journal.open(path) as journal:
        create(journal, "run", calls=[call(1), call(2), call(3)])
        journal.begin("run", 1, SYNC, EPOCH)
        journal.record("run", 1, SYNC, 1, came(204), Outcome.SYNCED)
        journal.begin("run", 2, SYNC, EPOCH)
        crashed.mkdir()
        for file in tmp_path.glob("journal.sqlite3*"):
            shutil.copy(file, crashed)

    with Journal.open(crashed / "journal.sqlite3") as journal:
        found = {record.order_id: record for record in journal.calls("run")}
        attempts = {attempt.order_id: attempt.end for attempt in journal.attempts("run")}
    assert [record.state for record in found.values()] == [
        CallState.SYNCED,
        CallState.BEGUN,
        CallState.PENDING,
    ]
    assert found[2].outcome is Outcome.IN_DOUBT
    assert attempts == {1: came(204), 2: None}


def test_two_runs_write_at_once_and_lose_nothing(path: Path) -> None:
    errors: list[Exception] = []

    def run(run_id: str) -> None:
        try:
            with Journal.open(path) as journal:
                create(journal, run_id, calls=[call(number) for number in range(1, 26)])
                for number in range(1, 26):
                    tries = journal.begin(run_id, number, SYNC, EPOCH)
                    journal.record(run_id, number, SYNC, tries, came(204), Outcome.SYNCED)
        except JournalError as error:
            errors.append(error)

    Journal.open(path).close()
    threads = [threading.Thread(target=run, args=(run_id,)) for run_id in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with Journal.open(path) as journal:
        for run_id in ("a", "b", "c"):
            assert {record.outcome for record in journal.calls(run_id)} == {Outcome.SYNCED}
            assert len(list(journal.attempts(run_id))) == 25


def test_one_may_read_while_another_writes(path: Path) -> None:
    with Journal.open(path) as writer, Journal.open(path) as reader:
        create(writer, "run", calls=[call(number) for number in range(1, 7)])
        reading = reader.calls("run")
        assert next(iter(reading)).order_id == 1
        writer.begin("run", 6, SYNC, EPOCH)
        assert [record.state for record in reading] == [CallState.PENDING] * 5


def test_a_disk_that_takes_nothing_more_can_still_be_read(path: Path) -> None:
    """So that the run can end with its report."""

    def read_only(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    with Journal.open(path) as journal:
        create(journal, "run", calls=[call(1)])
        journal.close()  # it connects again
        sa.event.listen(sa.Engine, "connect", read_only)
        try:
            with pytest.raises(JournalError, match="readonly"):
                journal.begin("run", 1, SYNC, EPOCH)
            latest = journal.run()
            history = journal.history("", [1])
            calls = list(journal.calls("run"))
            runs = journal.runs_with(1)
            learned = journal.spacing_of("", ""), journal.account_of("", "")
        finally:
            sa.event.remove(sa.Engine, "connect", read_only)

    assert latest is not None
    assert latest.id == "run"
    assert [record.state for record in calls] == [CallState.PENDING]
    assert (history, runs, learned) == ({}, [], (None, None))


def test_a_transaction_that_fails_leaves_nothing_behind(path: Path) -> None:
    """The word before a call is written whole or not at all."""
    with Journal.open(path) as journal:
        create(journal, "run", calls=[call(1)])
        with closing(sqlite3.connect(path)) as other:
            other.execute("DROP TABLE standings")
        with pytest.raises(JournalError):
            journal.begin("run", 1, SYNC, EPOCH)
        assert [record.state for record in journal.calls("run")] == [CallState.PENDING]
        assert list(journal.attempts("run")) == []
