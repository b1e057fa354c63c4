"""Finding runs again, and reading them in parts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from reconcile.domain.model import CellRef, Notice
from reconcile.journal import Journal, MessageRecord, OrderRecord, RowRecord, RunReader
from tests.doubles import EPOCH

from .books import SYNC, call, create

HOST = "https://api.flxpoint.com"


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal.in_memory() as made:
        yield made


def ordered(*order_ids: int) -> list[OrderRecord]:
    return [OrderRecord(order_id, ((0, 2),), rejected=False) for order_id in order_ids]


def test_a_new_journal_has_no_runs(journal: Journal) -> None:
    assert journal.run() is None
    assert journal.run("run-1") is None
    assert journal.runs_with(1) == []
    assert list(journal.calls("run-1")) == []
    assert list(journal.rows("run-1")) == []


def test_the_latest_run_is_found_whatever_the_order_of_writing(journal: Journal) -> None:
    for run_id, days in (("a", 1), ("c", 3), ("b", 2)):
        create(journal, run_id, at=EPOCH + timedelta(days=days))

    latest, named = journal.run(), journal.run("a")
    assert latest is not None
    assert latest.id == "c"
    assert named is not None
    assert named.id == "a"


def test_the_runs_with_an_order_are_found_the_earliest_first(journal: Journal) -> None:
    create(journal, "b", at=EPOCH + timedelta(days=2), orders=ordered(5, 6))
    create(journal, "a", at=EPOCH + timedelta(days=1), orders=ordered(5))
    create(journal, "c", at=EPOCH + timedelta(days=3), orders=ordered(6))

    assert [run.id for run in journal.runs_with(5)] == ["a", "b"]
    assert [run.id for run in journal.runs_with(6)] == ["b", "c"]
    assert journal.runs_with(7) == []


def test_a_run_whose_plan_was_cut_short_is_never_found(journal: Journal) -> None:
    def cut() -> Iterator[OrderRecord]:
        yield from ordered(5)
        raise OSError("power cut")

    create(journal, "a", orders=ordered(5))
    with pytest.raises(OSError, match="power cut"):
        create(journal, "b", at=EPOCH + timedelta(days=1), orders=cut())

    latest = journal.run()
    assert latest is not None
    assert latest.id == "a"
    assert journal.run("b") is None
    assert [run.id for run in journal.runs_with(5)] == ["a"]


def test_many_rows_come_back_all_and_in_their_order(journal: Journal) -> None:
    """Three chunks of one source, and another source after it."""
    written = [
        RowRecord(source, row, "used", row, "", [f"{source}-{row}"], {}, [])
        for source, count in ((0, 12_001), (1, 5_000), (2, 1))
        for row in range(1, count + 1)
    ]
    create(journal, "run", rows=iter(written))
    assert list(journal.rows("run")) == written


def test_many_orders_and_calls_come_back_in_the_order_of_the_plan(journal: Journal) -> None:
    wanted = list(range(5_050, 0, -1))
    create(journal, "run", orders=ordered(*wanted), calls=(call(number) for number in wanted))

    assert [record.order_id for record in journal.orders("run")] == wanted
    assert [record.order_id for record in journal.calls("run")] == wanted


def test_one_order_can_be_asked_for(journal: Journal) -> None:
    told = [MessageRecord(n, Notice("hidden-rows", CellRef("a.csv", "", n), "x")) for n in (1, 2)]
    create(journal, "run", orders=ordered(1, 2), told=told, calls=[call(1), call(2)])
    for order_id in (1, 2):
        journal.begin("run", order_id, SYNC, EPOCH)

    assert [record.order_id for record in journal.orders("run", 2)] == [2]
    assert [record.order_id for record in journal.calls("run", 2)] == [2]
    assert [record.order_id for record in journal.attempts("run", 2)] == [2]
    assert list(journal.messages("run", 2)) == [told[1]]


def test_runs_do_not_mix(journal: Journal) -> None:
    create(journal, "a", orders=ordered(1), calls=[call(1)])
    create(journal, "b", orders=ordered(2), calls=[call(2)])
    journal.begin("b", 2, SYNC, EPOCH)

    assert [record.order_id for record in journal.orders("a")] == [1]
    assert [record.order_id for record in journal.calls("b")] == [2]
    assert list(journal.attempts("a")) == []


def test_a_reader_hands_out_a_run_as_often_as_asked(journal: Journal) -> None:
    row = RowRecord(0, 2, "used", 1, "", ["1"], {}, [])
    told = MessageRecord(None, Notice("hidden-rows", CellRef("a.csv", "", 2), "x"))
    create(journal, "run", rows=[row], orders=ordered(1), told=[told], calls=[call(1)])
    journal.begin("run", 1, SYNC, EPOCH)
    record = journal.run("run")
    assert record is not None
    reader = RunReader(journal, record)

    assert reader.run is record
    for read in (reader.rows, reader.orders, reader.calls, reader.messages, reader.attempts):
        assert list(read()) == list(read())
        assert len(list(read())) == 1


def test_why_a_call_was_not_made_can_be_noted(journal: Journal) -> None:
    create(journal, "run", calls=[call(1)])
    journal.annotate("run", 1, SYNC, "not sent: the run was stopped")
    assert [record.note for record in journal.calls("run")] == ["not sent: the run was stopped"]


# Accounts and pacing


def test_the_account_of_a_token_is_remembered_by_base_url_and_fingerprint(
    journal: Journal,
) -> None:
    assert journal.account_of(HOST, "f1") is None
    journal.remember_account(HOST, "f1", "1001", "Shop")
    journal.remember_account(HOST, "f2", "1001", "Shop")
    journal.remember_account(HOST, "f1", "1002", "Other shop")

    assert journal.account_of(HOST, "f1") == ("1002", "Other shop")
    assert journal.account_of(HOST, "f2") == ("1001", "Shop")
    assert journal.account_of("http://127.0.0.1:8080", "f1") is None
