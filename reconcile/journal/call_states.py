"""Which state of a call may follow which: one table."""

from enum import StrEnum

from reconcile.domain.errors import InternalError
from reconcile.domain.model import Outcome

__all__ = ["BEGUN", "MOVES", "CallState", "check_move", "outcome_of"]


class CallState(StrEnum):
    """How a call stands in the journal: an outcome, or begun and not ended."""

    PENDING = Outcome.PENDING.value
    BEGUN = "begun"
    SYNCED = Outcome.SYNCED.value
    REFUSED = Outcome.REFUSED.value
    IN_DOUBT = Outcome.IN_DOUBT.value
    UNCHANGED = Outcome.UNCHANGED.value
    REJECTED = Outcome.REJECTED.value


BEGUN = CallState.BEGUN

MOVES: dict[CallState, frozenset[CallState]] = {
    # Without a try of its own only by what another run sent meanwhile.
    CallState.PENDING: frozenset({CallState.BEGUN, CallState.UNCHANGED, CallState.IN_DOUBT}),
    CallState.BEGUN: frozenset(
        {CallState.SYNCED, CallState.REFUSED, CallState.IN_DOUBT, CallState.PENDING}
    ),
    # Tried again; settled by hand as done, or to be sent again.
    CallState.IN_DOUBT: frozenset({CallState.BEGUN, CallState.SYNCED, CallState.PENDING}),
    CallState.SYNCED: frozenset(),
    CallState.REFUSED: frozenset(),
    # While another run may yet send something else, that is not known.
    CallState.UNCHANGED: frozenset({CallState.PENDING}),
    CallState.REJECTED: frozenset(),
}


def check_move(before: CallState, after: CallState) -> None:
    """Raises `InternalError` if `after` may not follow `before`."""
    if after not in MOVES[before]:
        raise InternalError(f"A call that is {before} can't become {after}.")


def outcome_of(state: CallState) -> Outcome:
    """What a state means to people: a call begun and not ended is in doubt."""
    return Outcome.IN_DOUBT if state is BEGUN else Outcome(state.value)
