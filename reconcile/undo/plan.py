"""What would put the previous values back after a run: calls, and what is left alone.

Pure: from the records of a run to the calls of an undo. A value is put back only where what
the run wrote still stands there: by Flxpoint's word if it was asked and says, else by the
journal's. What can't be put back is never guessed, but listed with the reason.

**Accounting Synced** is said for every order, since a file that is silent about it would send
`true`. Where it isn't itself put back, the cell says what stands there already: by Flxpoint's
word now, else by the reading before the run, else by the journal. Where nobody knows, the cell
stays blank if a blank sends nothing; if it would send `true`, the whole order is left alone.

**What nobody knows**: no reading says what stood there before, and the journal has no earlier
call of the order. Then the value is cleared, as far as the API can, and told one by one.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reconcile.domain.model import CallKind, Outcome
from reconcile.journal.records import CallRecord
from reconcile.undo.order import (
    LeftAlone,
    OrderUndo,
    Reason,
    UndoRules,
    UnknownBefore,
    undo_of_order,
)
from reconcile.undo.previous_values import OrderHistory, written_values

__all__ = [
    "LeftAlone",
    "OrderUndo",
    "Reason",
    "Undo",
    "UndoRules",
    "UnknownBefore",
    "not_known_words",
    "status_left_alone",
    "undo",
    "worth_asking",
]


class Undo(NamedTuple):
    """The calls by order, and everything that they don't do."""

    orders: Sequence[OrderUndo]
    left: Sequence[LeftAlone]

    @property
    def not_known(self) -> list[UnknownBefore]:
        """What is cleared though nobody knows what stood there before."""
        return [each for order in self.orders for each in order.not_known]


def undo(orders: Iterable[OrderHistory], rules: UndoRules) -> Undo:
    """Decides of every accounting sync of a run what puts the previous values back."""
    done: list[OrderUndo] = []
    left: list[LeftAlone] = []
    for order in orders:
        if order.call.outcome is Outcome.SYNCED:
            call, more = undo_of_order(order, rules)
            left += more
            if call is not None:
                done.append(call)
        elif order.call.outcome is not Outcome.UNCHANGED:
            reason, detail = Reason.NOT_ACKNOWLEDGED, str(order.call.outcome)
            left.append(LeftAlone(order.order_id, "accounting sync", "", "", "", reason, detail))
    return Undo(done, left)


def not_known_words(count: int, clear_word: str, sheet: str) -> str:
    """What to tell of values that are cleared on a guess; nothing if there are none."""
    if not count:
        return ""
    return (
        f"For {count} value{'s' * (count != 1)} nobody knows what stood there before: the file "
        f"says {clear_word}, as if nothing had. The sheet {sheet} lists them."
    )


def worth_asking(order: OrderHistory) -> bool:
    """Whether the run changed anything of the order, so that what it holds now matters."""
    synced = order.call.outcome is Outcome.SYNCED
    return synced and any(not value.is_as_before for value in written_values(order))


def status_left_alone(call: CallRecord, previous: str, now: str) -> LeftAlone | None:
    """What is to be told of a status call; None for one that changed nothing."""
    if call.kind is not CallKind.STATUS or call.outcome not in (Outcome.SYNCED, Outcome.IN_DOUBT):
        return None
    doubt = str(Outcome.IN_DOUBT) if call.outcome is Outcome.IN_DOUBT else ""
    sent = str(json.loads(call.content).get("status", ""))
    known = previous or "(not known)"
    return LeftAlone(call.order_id, "status", sent, known, now, Reason.STATUS, doubt)
