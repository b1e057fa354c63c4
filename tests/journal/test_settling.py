"""A status call in doubt: a person says whether it was applied, and what follows from that."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconcile.domain.errors import ExitCode, NothingSentError
from reconcile.domain.model import Outcome
from reconcile.job.resume import settle
from reconcile.journal import CallState, Journal
from reconcile.journal.locks import holding
from reconcile.sandbox import Reset, Scripted
from tests.conftest import Shop
from tests.doubles import EPOCH

from .books import STATUS, SYNC, Books, call, create, order

CLOSED = [(1, "status")]
DOUBT = {(1, STATUS): Outcome.IN_DOUBT}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def books(path: Path) -> Iterator[Books]:
    with Journal.open(path) as journal:
        yield Books(journal)


def say(path: Path, run_id: str, order_id: int = 1, *, done: bool) -> None:
    settle(path, run_id, order_id, lambda: datetime.now(UTC), done=done)


def refusal(path: Path, run_id: str, order_id: int = 1, *, done: bool) -> str:
    with pytest.raises(NothingSentError) as caught:
        say(path, run_id, order_id, done=done)
    assert caught.value.exit_code is ExitCode.NOTHING_SENT
    return str(caught.value)


def states(books: Books) -> dict[str, CallState]:
    """How the status call of order 1 stands in each run."""
    return {
        each.run.id: found.state
        for each in books.journal.overview()
        for found in list(books.journal.calls(each.run.id, 1))
        if found.kind is STATUS
    }


# It was applied


@pytest.mark.parametrize("end", [Outcome.IN_DOUBT, None], ids=["no answer", "a dead process"])
def test_a_status_that_was_applied_is_unchanged_the_next_time(
    books: Books, path: Path, end: Outcome | None
) -> None:
    books.drop(order(1, "INV-1", "Closed"), ends={(1, STATUS): end})
    say(path, "run-1", done=True)

    assert states(books) == {"run-1": CallState.SYNCED}
    assert books.drop(order(1, "INV-1", "Closed")) == []
    assert states(books)["run-2"] is CallState.UNCHANGED


def test_every_run_that_doubts_the_same_call_is_settled_with_it(books: Books, path: Path) -> None:
    books.drop(order(1, None, "Closed"), ends={(1, STATUS): None})
    for _ in range(2):
        books.drop(order(1, None, "Closed"))
    assert len(states(books)) == 3

    say(path, "run-2", done=True)

    assert set(states(books).values()) == {CallState.SYNCED}
    notes = {c.note for run in states(books) for c in list(books.journal.calls(run, 1))}
    assert [note for note in notes if not note.startswith("settled by hand as done")] == []


def test_other_orders_accounts_and_statuses_keep_their_doubts(books: Books, path: Path) -> None:
    other = Books(books.journal, "https://api.flxpoint.com id 2002", dropped=10)
    ends = {**DOUBT, (2, STATUS): Outcome.IN_DOUBT}
    books.drop(order(1, None, "Closed"), order(2, None, "Closed"), ends=ends)
    other.drop(order(1, None, "Closed"), ends=DOUBT)
    books.drop(order(1, None, "Canceled"), ends=DOUBT)
    say(path, "run-1", done=True)

    assert states(books) == {
        "run-1": CallState.SYNCED,
        "run-2": CallState.IN_DOUBT,
        "run-11": CallState.IN_DOUBT,
    }
    assert books.drop(order(2, None, "Closed")) == []
    assert books.drop(order(1, None, "Canceled")) == []
    assert other.drop(order(1, None, "Closed")) == []


def test_what_was_settled_is_sent_again_if_another_status_is_in_doubt_too(
    books: Books, path: Path
) -> None:
    """Flxpoint may hold either."""
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    books.drop(order(1, None, "Canceled"), ends=DOUBT)
    say(path, "run-1", done=True)

    assert books.drop(order(1, None, "Closed")) == CLOSED


def test_what_was_acknowledged_later_is_not_overwritten(books: Books, path: Path) -> None:
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    books.drop(order(1, None, "Open"))
    say(path, "run-1", done=True)

    assert states(books)["run-1"] is CallState.SYNCED
    assert books.drop(order(1, None, "Open")) == []
    assert books.drop(order(1, None, "Closed")) == CLOSED


def test_who_wanted_it_after_something_else_does_not_have_it(books: Books, path: Path) -> None:
    """Closed may have been applied, then Open was: the third run's Closed was not."""
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    books.drop(order(1, None, "Open"))
    books.drop(order(1, None, "Closed"))
    say(path, "run-1", done=True)
    assert states(books) == {
        "run-1": CallState.SYNCED,
        "run-2": CallState.SYNCED,
        "run-3": CallState.IN_DOUBT,
    }

    say(path, "run-3", done=False)
    assert [c.order_id for [c] in books.journal.remaining("run-3")] == [1]


def test_it_can_be_settled_in_a_run_that_a_later_one_has_superseded(
    books: Books, path: Path
) -> None:
    books.drop(order(1, "INV-1", "Closed"), ends=DOUBT)
    books.drop(order(1, "INV-2"))
    say(path, "run-1", done=True)

    assert books.drop(order(1, "INV-2", "Closed")) == []


# It was not applied


@pytest.mark.parametrize("end", [Outcome.IN_DOUBT, None], ids=["no answer", "a dead process"])
def test_a_status_that_was_not_applied_is_left_to_be_sent(
    books: Books, path: Path, end: Outcome | None
) -> None:
    books.drop(order(1, "INV-1", "Closed"), ends={(1, STATUS): end})
    books.journal.end_run("run-1", EPOCH, 1, "", "")
    assert books.journal.unfinished_runs() == []

    say(path, "run-1", done=False)

    assert states(books) == {"run-1": CallState.PENDING}
    assert [run.id for run in books.journal.unfinished_runs()] == ["run-1"]
    [[left]] = books.journal.remaining("run-1")
    assert (left.order_id, left.kind, left.doubtful) == (1, STATUS, False)


def test_it_is_sent_if_the_file_is_dropped_again_instead(books: Books, path: Path) -> None:
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    say(path, "run-1", done=False)

    assert books.drop(order(1, None, "Closed")) == CLOSED
    assert books.journal.unfinished_runs() == []


def test_a_settled_status_may_come_into_doubt_again(books: Books, path: Path) -> None:
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    say(path, "run-1", done=False)
    number = books.journal.begin("run-1", 1, STATUS, EPOCH)
    assert number == 2

    assert books.drop(order(1, None, "Closed")) == []


def test_what_a_later_run_has_planned_is_settled_there(books: Books, path: Path) -> None:
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    books.drop(order(1, None, "Closed"))

    sentence = refusal(path, "run-1", done=False)
    assert "`reconcile settle run-2 1 --send`" in sentence
    assert states(books)["run-1"] is CallState.IN_DOUBT

    say(path, "run-2", done=False)
    assert states(books) == {"run-1": CallState.IN_DOUBT, "run-2": CallState.PENDING}


# What can't be settled


def test_a_run_that_is_not_there(books: Books, path: Path) -> None:
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    assert refusal(path, "run-9", done=True) == "The journal has no run run-9."


def test_an_order_without_a_status_call(books: Books, path: Path) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.IN_DOUBT})
    for order_id in (1, 7):
        sentence = refusal(path, "run-1", order_id, done=True)
        assert sentence == f"The run run-1 has no status call of the order {order_id}."


@pytest.mark.parametrize("end", [Outcome.SYNCED, Outcome.REFUSED, Outcome.PENDING])
@pytest.mark.parametrize("done", [True, False])
def test_a_status_that_is_not_in_doubt(
    books: Books,
    path: Path,
    end: Outcome,
    done: bool,  # noqa: FBT001
) -> None:
    books.drop(order(1, None, "Closed"), ends={(1, STATUS): end})
    assert f"is {end}, not in doubt" in refusal(path, "run-1", done=done)
    assert states(books) == {"run-1": CallState(end.value)}


def test_what_was_settled_once_is_settled(books: Books, path: Path) -> None:
    books.drop(order(1, None, "Closed"), ends=DOUBT)
    say(path, "run-1", done=True)
    assert "is synced, not in doubt" in refusal(path, "run-1", done=False)


def test_a_run_that_a_process_works_on(books: Books, path: Path) -> None:
    """Its call may be in flight this very moment."""
    create(books.journal, "run-1", calls=[call(1, STATUS, status="Closed")])
    books.journal.begin("run-1", 1, STATUS, EPOCH)
    with holding(path, "run-1"):
        assert "Another process is working on the run run-1" in refusal(path, "run-1", done=True)
    assert states(books) == {"run-1": CallState.BEGUN}


# A whole run


def statuses(shop: Shop) -> int:
    return [path for path, _, _ in shop.patches()].count("/orders/1/status")


def test_resume_sends_what_was_settled_to_be_sent_and_nothing_else(shop: Shop) -> None:
    shop.server.inject(Scripted("status", 1, Reset(applied=False), times=1))
    export = shop.export("Order ID,Order External ID,Status\n1,A,Closed\n2,B,Closed\n")
    first = shop.run(export, status_updates=True)
    assert shop.resume(status_updates=True) is None, "nothing is left"
    assert statuses(shop) == 1
    before = len(shop.patches())

    settle(shop.journal, first.run.id, 1, lambda: datetime.now(UTC), done=False)
    finished = shop.resume()

    assert finished is not None
    assert finished.exit_code is ExitCode.DONE
    assert [path for path, _, _ in shop.patches()[before:]] == ["/orders/1/status"]
    assert shop.run(export, status_updates=True).exit_code is ExitCode.DONE
    assert statuses(shop) == 2
