"""The journal on a disk: who may read it, what is refused, and what a crash leaves."""

import asyncio
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconcile.domain.errors import ExitCode, JournalError
from reconcile.domain.events import Event
from reconcile.domain.model import Outcome
from reconcile.executor import Executor, Stop, StopKind, StopRules, StopSwitch, ThreadRecorder
from reconcile.flxpoint import Pacer, RetryPolicy
from reconcile.job.planned_input import SendRules
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.journal import NEVER_SENT, CallRecord, CallState, Journal, default_place
from reconcile.journal.location import prepare
from tests.conftest import Shop
from tests.doubles import EPOCH, ScriptedSender

from .books import STATUS, SYNC, Books, call, came, create, order

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
            account = journal.account_of("", "")
        finally:
            sa.event.remove(sa.Engine, "connect", read_only)

    assert latest is not None
    assert latest.id == "run"
    assert [record.state for record in calls] == [CallState.PENDING]
    assert (history, runs, account) == ({}, [], None)


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


# A disk that is full


@dataclass(slots=True)
class Disk:
    """As far as the database can tell: while it is full no file of it can grow."""

    full: bool = False

    def limit(self, connection: sa.Connection) -> None:
        most = 1 if self.full else 1_000_000_000  # never less than there are
        connection.exec_driver_sql(f"PRAGMA max_page_count={most}").all()


@pytest.fixture
def disk() -> Iterator[Disk]:
    made = Disk()
    sa.event.listen(sa.Engine, "begin", made.limit)
    yield made
    sa.event.remove(sa.Engine, "begin", made.limit)


def sent_of(journal: Journal, run_id: str) -> list[int]:
    """The orders of the tries that left this machine, as far as the journal knows."""
    attempts = list(journal.attempts(run_id))
    return [a.order_id for a in attempts if a.end is None or a.end.exchange != NEVER_SENT]


def test_what_the_journal_cant_announce_is_not_sent(path: Path, disk: Disk) -> None:
    orders = [[call(number, externalAccountingId=f"INV-{number}")] for number in range(1, 401)]
    sender = ScriptedSender(latency=0.005)

    def fill(event: Event) -> None:
        disk.full = disk.full or (event.name, event.values.get("order")) == ("outcome", 10)

    async def work(journal: Journal) -> Stop | None:
        with ThreadRecorder(journal, "run") as recorder:
            executor = Executor(
                sender=sender,
                recorder=recorder,
                pacer=Pacer(2_000),
                switch=StopSwitch(),
                rules=StopRules(),
                policy=RetryPolicy(),
                now=lambda: EPOCH,
                listener=fill,
            )
            return await executor.run(orders)

    with Journal.open(path) as journal:
        create(journal, "run", calls=[each for (each,) in orders])
        stop = asyncio.run(work(journal))
        announced = sent_of(journal, "run")
        states = {record.order_id: record.state for record in journal.calls("run")}
        left = [each.order_id for [each] in journal.remaining("run")]

    assert stop is not None
    assert stop.kind is StopKind.JOURNAL
    assert "database or disk is full" in stop.sentence
    requests = [sent.order_id for sent in sender.sent]
    assert sorted(requests) == sorted(announced)
    assert 10 <= len(requests) < 400
    assert [number for number in states if number not in requests] == [
        number for number, state in states.items() if state is CallState.PENDING
    ]
    assert set(left) == {number for number, state in states.items() if state != "synced"}


def test_a_full_disk_ends_a_run_with_5_and_resume_finishes_it(shop: Shop, disk: Disk) -> None:
    lines = "".join(f"{number},INV-{number}\n" for number in range(1, 121))
    export = shop.export(f"Order ID,Order External ID\n{lines}")

    def fill(event: Event) -> None:
        disk.full = disk.full or (event.name, event.values.get("order")) == ("outcome", 10)

    context = replace(shop.context(), listener=fill)
    finished = run([export], SendRules(), context)

    assert isinstance(finished, Finished)
    assert finished.exit_code is ExitCode.INTERNAL
    assert finished.workbook is not None, "it needs no journal that can be written"
    first = [path for path, _, _ in shop.patches()]
    assert 10 <= len(first) < 120
    with Journal.open(shop.journal) as journal:
        announced = sent_of(journal, finished.run.id)
        states = [record.state for record in journal.calls(finished.run.id)]
    assert len(announced) == len(first)
    assert states.count(CallState.PENDING) == 120 - len(set(first))

    disk.full = False
    resumed = shop.resume()

    assert resumed is not None
    assert resumed.exit_code is ExitCode.DONE
    assert resumed.totals.outcomes == {Outcome.SYNCED: 120}
    assert set(shop.server.writes.values()) <= {1, 2}
    twice = len(shop.patches()) - 120
    assert twice == 120 - states.count(CallState.SYNCED) - states.count(CallState.PENDING)


def test_a_full_disk_before_the_run_sends_nothing(shop: Shop, disk: Disk) -> None:
    shop.run(shop.export("Order ID,Order External ID\n1,A\n"), account="mine")
    before = len(shop.patches())
    disk.full = True
    lines = "".join(f"{number},INV-{number}\n" for number in range(1, 121))

    with pytest.raises(JournalError, match="disk is full") as caught:
        shop.run(shop.export(f"Order ID,Order External ID\n{lines}", "more.csv"), account="mine")

    assert caught.value.exit_code is ExitCode.NOTHING_SENT
    assert len(shop.patches()) == before


# A journal of an earlier version


@pytest.fixture
def former(shop: Shop) -> Shop:
    """A shop whose journal version 1 has left: two runs, the second stopped, then killed.

    Of the first the status of order 2 is in doubt; of the second order 1 was unchanged, order
    3 met a 401, and order 4 was begun and never ended.
    """
    text = (Path(__file__).parent / "version_1.sql").read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:1", shop.server.base_url)
    prepare(shop.journal)
    with closing(sqlite3.connect(shop.journal)) as connection:
        connection.executescript(text.replace("/in/", f"{shop.folder}/"))
    return shop


def test_a_journal_of_version_1_is_read_as_it_was(former: Shop) -> None:
    mine = f"{former.server.base_url} account mine"
    with Journal.open(former.journal) as journal:
        listed = journal.overview()
        files = [source.file for each in listed for source in each.run.sources]
        books = Books(journal, mine, dropped=10)

        assert [each.run.id for each in listed] == ["run-2", "run-1"]
        assert [each.left for each in listed] == [2, 0]
        assert files == ["second.csv", "first.csv"]
        assert [each.run.target for each in listed] == [each.run.workbook for each in listed]
        assert len(list(journal.rows("run-1"))) == 3
        assert books.drop(order(1, "A", "Closed"), order(2, "B", "Closed")) == []
        [_, doubted] = list(journal.calls("run-11", 2))
        assert (doubted.kind, doubted.outcome) == (STATUS, Outcome.IN_DOUBT)


def test_what_version_1_had_left_is_sent_by_resume(former: Shop) -> None:
    finished = former.resume(account="mine")

    assert finished is not None
    assert finished.run.id == "run-2"
    assert finished.exit_code is ExitCode.DONE
    assert finished.workbook is not None
    paths = [path for path, _, _ in former.patches()]
    assert sorted(paths) == ["/orders/3/accounting-sync", "/orders/4/accounting-sync"]
    assert former.resume(account="mine") is None


def test_a_new_run_comes_after_those_of_version_1(former: Shop) -> None:
    former.run(former.export("Order ID,Order External ID\n3,C2\n"), account="mine")
    with Journal.open(former.journal) as journal:
        assert [calls[0].order_id for calls in journal.remaining("run-2")] == [4]
        journal.settle_done("run-1", 2, datetime.now(UTC))
        assert journal.later_run("run-1", 1) == "run-2"
        assert journal.prune(["run-1"]) == ["run-1"]


def test_the_tables_of_version_1_become_those_of_today(former: Shop, path: Path) -> None:
    def shape(journal: Path) -> dict[str, list[object]]:
        with closing(sqlite3.connect(journal)) as connection:
            names = "SELECT name FROM sqlite_master WHERE type = 'table'"
            tables = [name for (name,) in connection.execute(names)]
            columns: dict[str, list[object]] = {
                name: [row[1:4] for row in connection.execute(f"PRAGMA table_info({name})")]
                for name in tables
            }
            indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            columns["indexes"] = sorted(name for (name,) in connection.execute(indexes))
            columns["version"] = connection.execute("SELECT value FROM meta").fetchall()
            return {name: sorted(found, key=repr) for name, found in columns.items()}

    for _ in range(2):  # the second time nothing is missing
        Journal.open(former.journal).close()
    Journal.open(path).close()

    today, grown = shape(path), shape(former.journal)
    assert {name: grown[name] for name in today} == today, "and what is no longer used may stay"
