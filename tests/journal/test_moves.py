"""Which state of a call may follow which: the whole table, and that the journal keeps to it."""

from collections.abc import Iterator
from itertools import product

import pytest

from reconcile.domain.errors import InternalError
from reconcile.domain.model import Outcome
from reconcile.journal import MOVES, CallState, Journal, check_move
from tests.doubles import EPOCH

from .books import SYNC, call, came, create

LEGAL = {
    ("pending", "begun"),
    ("begun", "synced"),
    ("begun", "refused"),
    ("begun", "in doubt"),
    ("begun", "pending"),  # it was not applied
    ("pending", "unchanged"),  # another run sent the same meanwhile
    ("pending", "in doubt"),  # another run sent the same status and never learned its fate
    ("unchanged", "pending"),  # another run may yet send something else
    ("in doubt", "begun"),  # tried again
    ("in doubt", "pending"),  # settled with --send
    ("in doubt", "synced"),  # settled with --done
}


@pytest.mark.parametrize(("before", "after"), list(product(CallState, repeat=2)))
def test_a_move_is_legal_only_if_the_table_says_so(before: CallState, after: CallState) -> None:
    if (before.value, after.value) in LEGAL:
        check_move(before, after)
    else:
        with pytest.raises(InternalError, match=f"{before} can't become {after}"):
            check_move(before, after)


def test_every_state_has_its_moves_and_every_outcome_is_a_state() -> None:
    assert set(MOVES) == set(CallState)
    assert {state.value for state in CallState} == {o.value for o in Outcome} | {"begun"}


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal.in_memory() as made:
        create(made, "run", calls=[call(1)])
        yield made


def state(journal: Journal) -> tuple[CallState, Outcome, int]:
    (found,) = journal.calls("run")
    return found.state, found.outcome, found.tries


def test_a_call_is_begun_and_then_ends(journal: Journal) -> None:
    assert state(journal) == (CallState.PENDING, Outcome.PENDING, 0)
    assert journal.begin("run", 1, SYNC, EPOCH) == 1
    assert state(journal) == (CallState.BEGUN, Outcome.IN_DOUBT, 1)
    journal.record("run", 1, SYNC, 1, came(503), Outcome.IN_DOUBT, "answered 503")
    assert state(journal) == (CallState.IN_DOUBT, Outcome.IN_DOUBT, 1)
    assert journal.begin("run", 1, SYNC, EPOCH) == 2
    journal.record("run", 1, SYNC, 2, came(204), Outcome.SYNCED)
    assert state(journal) == (CallState.SYNCED, Outcome.SYNCED, 2)


def test_a_call_begun_can_not_be_begun_again(journal: Journal) -> None:
    journal.begin("run", 1, SYNC, EPOCH)
    with pytest.raises(InternalError, match="begun can't become begun"):
        journal.begin("run", 1, SYNC, EPOCH)


@pytest.mark.parametrize("end", [Outcome.SYNCED, Outcome.REFUSED])
def test_a_call_that_is_over_is_never_begun_again(journal: Journal, end: Outcome) -> None:
    journal.begin("run", 1, SYNC, EPOCH)
    journal.record("run", 1, SYNC, 1, came(204), end)

    with pytest.raises(InternalError):
        journal.begin("run", 1, SYNC, EPOCH)
    assert state(journal)[1:] == (end, 1)
    assert len(list(journal.attempts("run"))) == 1


@pytest.mark.parametrize("end", Outcome)
def test_nothing_comes_back_for_a_call_that_was_not_begun(journal: Journal, end: Outcome) -> None:
    with pytest.raises(InternalError):
        journal.record("run", 1, SYNC, 1, came(204), end)
    assert state(journal) == (CallState.PENDING, Outcome.PENDING, 0)


@pytest.mark.parametrize("end", [Outcome.UNCHANGED, Outcome.REJECTED])
def test_no_answer_makes_a_call_unchanged_or_rejected(journal: Journal, end: Outcome) -> None:
    journal.begin("run", 1, SYNC, EPOCH)
    with pytest.raises(InternalError):
        journal.record("run", 1, SYNC, 1, came(204), end)
    assert state(journal)[0] is CallState.BEGUN
