"""Over several runs: what is new, changed, unchanged, disturbed or in doubt in an account."""

from collections.abc import Iterator

import pytest

from reconcile.domain.model import Comparison, Outcome
from reconcile.journal import Journal

from .books import STATUS, SYNC, Books, order

SENT = [(1, "accounting-sync")]
CLOSED = [(1, "status")]


@pytest.fixture
def books() -> Iterator[Books]:
    with Journal.in_memory() as journal:
        yield Books(journal)


def test_what_was_acknowledged_is_unchanged_the_next_time(books: Books) -> None:
    assert books.drop(order(1, "INV-1")) == SENT
    assert books.drop(order(1, "INV-1")) == []
    assert books.drop(order(1, "INV-1")) == []
    (call,) = books.look(order(1, "INV-1")).calls
    assert (call.outcome, call.comparison) == (Outcome.UNCHANGED, Comparison.SAME)


def test_an_unchanged_order_is_sent_if_forced(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    assert books.drop(order(1, "INV-1"), force=True) == SENT
    assert books.drop(order(1, "INV-1")) == []


def test_other_content_is_a_change_that_shows_what_was_there(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    workload = books.look(order(1, "INV-2"))

    assert workload.counts[Comparison.CHANGED] == 1
    assert workload.changed[0].previous == (
        '{"accountingSynced":true,"externalAccountingId":"INV-1"}'
    )


def test_what_was_there_before_a_change_is_sent_again(books: Books) -> None:
    for external_id in ("INV-1", "INV-2", "INV-1"):
        assert books.drop(order(1, external_id)) == SENT
    assert books.drop(order(1, "INV-1")) == []


@pytest.mark.parametrize("end", [Outcome.REFUSED, Outcome.IN_DOUBT, Outcome.PENDING, None], ids=str)
def test_an_order_is_sent_again_if_anything_else_was_sent_for_it_since(
    books: Books, end: Outcome | None
) -> None:
    """Whatever became of that: what Flxpoint holds now is not known."""
    books.drop(order(1, "INV-1"))
    books.drop(order(1, "INV-2"), ends={(1, SYNC): end})
    (call,) = books.look(order(1, "INV-1")).calls

    assert (call.outcome, call.comparison) == (Outcome.PENDING, Comparison.SAME)
    assert books.drop(order(1, "INV-1")) == SENT
    assert books.drop(order(1, "INV-1")) == []


@pytest.mark.parametrize("end", [Outcome.REFUSED, Outcome.IN_DOUBT, Outcome.PENDING, None], ids=str)
def test_an_accounting_sync_that_was_never_acknowledged_is_new_and_sent_again(
    books: Books, end: Outcome | None
) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): end})
    assert books.look(order(1, "INV-1")).counts[Comparison.NEW] == 1
    assert books.drop(order(1, "INV-1")) == SENT


def test_a_status_call_does_not_disturb_the_accounting_sync(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    assert books.drop(order(1, "INV-1", "Closed")) == CLOSED
    assert books.drop(order(1, "INV-1", "Closed")) == []


def test_another_account_has_its_own_history(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    other = Books(books.journal, "https://api.flxpoint.com id 2002", dropped=10)

    assert other.drop(order(1, "INV-1")) == SENT
    assert books.drop(order(1, "INV-1")) == []


def test_a_call_that_never_left_disturbs_nothing(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    assert books.drop(order(1, "INV-2"), left=False) == SENT
    assert books.drop(order(1, "INV-1")) == []


def test_a_call_that_never_left_leaves_what_was_disturbed_before(books: Books) -> None:
    books.drop(order(1, "INV-1"))
    books.drop(order(1, "INV-2"), ends={(1, SYNC): Outcome.IN_DOUBT})
    books.drop(order(1, "INV-3"), left=False)
    assert books.drop(order(1, "INV-1")) == SENT


# Status calls in doubt


@pytest.mark.parametrize("end", [Outcome.IN_DOUBT, None], ids=["no answer", "a crash"])
def test_a_status_in_doubt_is_never_repeated_not_even_if_forced(
    books: Books, end: Outcome | None
) -> None:
    assert books.drop(order(1, None, "Closed"), ends={(1, STATUS): end}) == CLOSED

    for force in (False, True, False):
        assert books.drop(order(1, None, "Closed"), force=force) == []
    (call,) = books.look(order(1, None, "Closed")).calls
    assert call.outcome is Outcome.IN_DOUBT
    assert "never learned" in call.note


@pytest.mark.parametrize("end", [Outcome.IN_DOUBT, None], ids=["no answer", "a crash"])
def test_its_accounting_sync_is_sent_all_the_same(books: Books, end: Outcome | None) -> None:
    books.drop(order(1, "INV-1", "Closed"), ends={(1, STATUS): end})
    assert books.drop(order(1, "INV-2", "Closed")) == SENT


@pytest.mark.parametrize("end", [Outcome.PENDING, Outcome.REFUSED])
def test_a_status_that_was_surely_not_applied_is_no_doubt(books: Books, end: Outcome) -> None:
    books.drop(order(1, None, "Closed"), ends={(1, STATUS): end})
    assert books.drop(order(1, None, "Closed")) == CLOSED
    assert books.drop(order(1, None, "Closed")) == []


def test_another_status_may_be_sent_and_takes_nothing_from_the_doubt(books: Books) -> None:
    books.drop(order(1, None, "Closed"), ends={(1, STATUS): Outcome.IN_DOUBT})
    assert books.drop(order(1, None, "Open")) == CLOSED
    assert books.drop(order(1, None, "Closed")) == []
    assert books.drop(order(1, None, "Open")) == []


@pytest.mark.parametrize("end", [Outcome.REFUSED, Outcome.PENDING, Outcome.IN_DOUBT, None], ids=str)
def test_two_statuses_of_one_order_can_be_in_doubt(books: Books, end: Outcome | None) -> None:
    books.drop(order(1, None, "Closed"), ends={(1, STATUS): Outcome.IN_DOUBT})
    books.drop(order(1, None, "Canceled"), ends={(1, STATUS): end})

    assert books.drop(order(1, None, "Closed")) == []
    known = end in {Outcome.REFUSED, Outcome.PENDING}
    assert books.drop(order(1, None, "Canceled")) == (CLOSED if known else [])


def test_a_status_that_never_left_is_no_doubt_and_takes_none_away(books: Books) -> None:
    books.drop(order(1, None, "Closed"), ends={(1, STATUS): Outcome.IN_DOUBT})
    assert books.drop(order(1, None, "Open"), left=False) == CLOSED

    assert books.drop(order(1, None, "Closed")) == []
    assert books.drop(order(1, None, "Open")) == CLOSED


def test_a_doubt_concerns_one_order(books: Books) -> None:
    books.drop(order(1, None, "Closed"), ends={(1, STATUS): Outcome.IN_DOUBT})
    assert books.drop(order(2, None, "Closed")) == [(2, "status")]


# An account that gets its name later

TOKEN_ACCOUNT = "https://api.flxpoint.com token f1"


def test_the_history_of_a_token_is_kept_when_its_account_is_learned(books: Books) -> None:
    by_token = Books(books.journal, TOKEN_ACCOUNT, dropped=10)
    by_token.drop(order(1, "INV-1", "Closed"), ends={(1, STATUS): Outcome.IN_DOUBT})
    books.journal.adopt_history(TOKEN_ACCOUNT, books.account)

    assert books.drop(order(1, "INV-1", "Closed")) == []
    assert by_token.drop(order(1, "INV-1")) == SENT


def test_where_the_account_has_a_history_of_its_own_nothing_is_taken_for_unchanged(
    books: Books,
) -> None:
    by_token = Books(books.journal, TOKEN_ACCOUNT, dropped=10)
    books.drop(order(1, "INV-1"), order(2, "INV-2"))
    by_token.drop(order(1, "INV-9"))
    books.journal.adopt_history(TOKEN_ACCOUNT, books.account)

    assert books.drop(order(1, "INV-1"), order(2, "INV-2")) == SENT


def test_no_doubt_is_lost_when_the_account_is_learned(books: Books) -> None:
    by_token = Books(books.journal, TOKEN_ACCOUNT, dropped=10)
    books.drop(order(1, None, "Open"))
    by_token.drop(order(1, None, "Closed"), ends={(1, STATUS): Outcome.IN_DOUBT})
    books.journal.adopt_history(TOKEN_ACCOUNT, books.account)

    assert books.drop(order(1, None, "Closed")) == []


def test_the_history_of_many_orders_is_found(books: Books) -> None:
    """More than fit into one question to the database."""
    orders = [order(number, "INV") for number in range(1, 1202)]
    for number in (1, 500, 501, 1000, 1201):
        books.drop(order(number, "INV"))

    unchanged = [c.order_id for c in books.look(*orders).calls if c.outcome is Outcome.UNCHANGED]
    assert unchanged == [1, 500, 501, 1000, 1201]
