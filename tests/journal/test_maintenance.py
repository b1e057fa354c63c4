"""The runs as a whole: the list of them, what is usual, how commands ended, and making room."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconcile.domain.model import Outcome
from reconcile.journal import Journal, OrderRecord, RowRecord
from tests.doubles import EPOCH

from .books import ACCOUNT, STATUS, SYNC, Books, call, came, create, new_run, order

OTHER = "https://api.flxpoint.com id 2002"


@pytest.fixture
def books() -> Iterator[Books]:
    with Journal.in_memory() as journal:
        yield Books(journal)


def runs(journal: Journal) -> list[str]:
    return [each.run.id for each in journal.overview()]


def named(*order_ids: int, rejected: bool = False) -> list[OrderRecord]:
    return [OrderRecord(order_id, ((0, order_id + 1),), rejected) for order_id in order_ids]


# The list


def test_a_journal_without_runs_has_an_empty_list(books: Books) -> None:
    assert books.journal.overview() == []


def test_every_run_is_listed_the_latest_first(books: Books) -> None:
    for number in (1, 2, 3):
        books.drop(order(number, "INV"))
    assert runs(books.journal) == ["run-3", "run-2", "run-1"]


def test_calls_are_counted_by_outcome_and_a_crash_is_a_doubt(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    ends = {
        (2, SYNC): Outcome.REFUSED,
        (3, SYNC): None,
        (4, SYNC): Outcome.IN_DOUBT,
        (5, SYNC): Outcome.PENDING,
        (6, STATUS): Outcome.IN_DOUBT,
    }
    orders = [order(number, f"INV-{number}") for number in range(1, 6)]
    books.drop(*orders, order(6, "INV-6", "Closed"), order(7, "INV-7"), ends=ends)
    latest = books.journal.overview()[0]

    assert latest.calls == {
        Outcome.UNCHANGED: 1,
        Outcome.REFUSED: 1,
        Outcome.IN_DOUBT: 3,
        Outcome.PENDING: 1,
        Outcome.SYNCED: 2,
    }
    assert latest.left == 3, "a status in doubt is not sent by resume"
    assert (latest.complete, latest.run.abandoned, latest.rejected) == (True, False, 0)


def test_orders_that_were_held_back_are_counted(books: Books) -> None:
    held = [*named(1, 2), *named(3, 4, 5, rejected=True)]
    create(books.journal, "run", orders=held)
    assert books.journal.overview()[0].rejected == 3


def test_an_order_with_two_calls_left_is_left_once(books: Books) -> None:
    calls = [call(1), call(1, STATUS, status="Closed"), call(2)]
    create(books.journal, "run", calls=calls)
    assert books.journal.overview()[0].left == 2


def test_what_a_later_run_has_planned_is_not_left(books: Books) -> None:
    create(books.journal, "a", calls=[call(1), call(2)])
    create(books.journal, "b", at=EPOCH + timedelta(1), calls=[call(2)])
    assert {each.run.id: each.left for each in books.journal.overview()} == {"a": 1, "b": 1}


def test_an_abandoned_run_has_nothing_left(books: Books) -> None:
    create(books.journal, "run", calls=[call(1)])
    books.journal.abandon("run")
    (each,) = books.journal.overview()
    assert (each.run.abandoned, each.left) == (True, 0)


# Making room


def test_a_run_that_is_pruned_is_gone_with_all_that_it_had(books: Books) -> None:
    journal = books.journal
    books.drop(order(1, "INV-1"))
    books.drop(order(2, "INV-2"))

    assert journal.prune(["run-1"]) == ["run-1"]

    assert runs(journal) == ["run-2"]
    assert journal.run("run-1") is None
    assert list(journal.calls("run-1")) == []
    assert list(journal.attempts("run-1")) == []
    assert len(list(journal.attempts("run-2"))) == 1


def test_what_each_order_holds_is_kept(books: Books) -> None:
    books.drop(order(1, "INV-1"), order(2, None, "Closed"), ends={(2, STATUS): Outcome.IN_DOUBT})
    books.journal.prune(["run-1"])

    assert books.drop(order(1, "INV-1")) == []
    assert books.look(order(1, "INV-2")).changed[0].previous is not None
    assert books.drop(order(2, None, "Closed")) == [], "a doubt outlives its run"


def test_a_run_stays_that_keeps_an_earlier_one_from_sending_what_is_outdated(books: Books) -> None:
    journal = books.journal
    books.drop(
        order(1, "INV-1"),
        order(2, "INV-2"),
        ends={(1, SYNC): Outcome.PENDING, (2, SYNC): Outcome.PENDING},
    )
    books.drop(order(1, "INV-1b"))
    books.drop(order(3, "INV-3"))

    assert journal.prune(["run-2", "run-3"]) == ["run-3"]

    assert [calls[0].order_id for calls in journal.remaining("run-1")] == [2]
    assert books.drop(order(1, "INV-1b")) == []


def test_runs_that_depend_on_one_another_go_together(books: Books) -> None:
    for name in ("a", "b", "c"):
        books.drop(order(1, name), ends={(1, SYNC): Outcome.REFUSED if name == "c" else None})

    assert books.journal.prune(["run-2", "run-3"]) == []
    assert books.journal.prune(["run-1", "run-2", "run-3"]) == ["run-1", "run-2", "run-3"]


def test_a_run_of_another_account_and_an_abandoned_one_keep_nothing(books: Books) -> None:
    other = Books(books.journal, OTHER, dropped=10)
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    books.journal.abandon("run-1")
    other.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    books.drop(order(1, "INV-2"))

    assert books.journal.prune(["run-2"]) == ["run-2"]
    assert books.journal.remaining("run-1") == []


def test_the_file_gets_smaller(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    text = "x" * 2_000
    with Journal.open(path) as journal:
        create(
            journal,
            "run",
            rows=[RowRecord(0, 2, "used", 1, "", [text], {}, [])],
            calls=[call(number, externalAccountingId=f"{text}{number}") for number in range(300)],
        )
    before = path.stat().st_size

    with Journal.open(path) as journal:
        journal.prune(["run"])

    assert before > 500_000
    assert path.stat().st_size < before / 3
    with Journal.open(path) as journal:
        create(journal, "run", calls=[call(1)])
        journal.begin("run", 1, SYNC, EPOCH)
        journal.record("run", 1, SYNC, 1, came(204), Outcome.SYNCED)


# What is usual


def test_the_orders_of_the_last_runs_are_counted(books: Books) -> None:
    for name, ids in {"a": (1,), "b": (1, 2), "c": (1, 2, 3), "d": (1, 2, 3, 4)}.items():
        create(books.journal, name, orders=[*named(*ids), *named(99, rejected=True)])
    assert books.journal.order_counts(ACCOUNT, 10, "d") == [4, 3, 2]
    assert books.journal.order_counts(ACCOUNT, 2, "d") == [4, 3]
    assert books.journal.order_counts(ACCOUNT, 10, "a") == []


def test_pilots_and_other_accounts_say_nothing_of_what_is_usual(books: Books) -> None:
    journal = books.journal
    create(journal, "whole", orders=named(1, 2))
    pilot = replace(new_run("pilot"), pilot=True)
    journal.create_run(pilot, (), (), named(1), (), ())
    create(journal, "other", account=OTHER, orders=named(1, 2, 3))
    create(journal, "now", orders=named(1))

    assert journal.order_counts(ACCOUNT, 10, "now") == [2]


# How commands ended

HERE = "https://api.flxpoint.com"


def test_the_last_ending_is_that_of_the_same_address(books: Books) -> None:
    journal = books.journal
    assert journal.last_ending(HERE) is None
    for base_url, code in ((HERE, 3), ("https://elsewhere.example", 5), (HERE, 0)):
        journal.add_ending(base_url, EPOCH, code)

    assert journal.last_ending(HERE) == 0
    assert journal.last_ending("https://elsewhere.example") == 5


def test_a_hundred_endings_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with Journal.open(path) as journal:
        for number in range(130):
            journal.add_ending(HERE, EPOCH, number % 6)
        assert journal.last_ending(HERE) == 129 % 6
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*), max(number) FROM endings").fetchall() == [(100, 130)]
