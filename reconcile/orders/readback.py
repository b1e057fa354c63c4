"""Reads orders after a run: a 204 proves that a call was taken, not what the order holds now."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from reconcile.domain.errors import ForbiddenError
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Outcome
from reconcile.domain.wording import counted
from reconcile.flxpoint.session import FlxpointSession
from reconcile.journal import CallRecord, Journal, Moment, RunRecord
from reconcile.orders.overwrite import ReadOrder, holds_something, read_orders
from reconcile.orders.readback_support import learn_readback_support
from reconcile.orders.remote_state import Compared, Finding

__all__ = ["ReadBack", "orders_to_read", "read_back", "run_supports_readback"]

_SAMPLE: Final = 20
"""Orders of a sample: 10 s at 2 requests per second."""

_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How many orders were read, how their values stand, and which don't hold what was sent.

    `unread` ones gave no answer that says anything. Of `silent` others some value isn't told;
    with `items_only` it is one of an item in each of them.
    """

    orders: int
    values: Mapping[Finding, int]
    wrong: tuple[int, ...]
    silent: int = 0
    unread: int = 0
    items_only: bool = False

    @property
    def sentence(self) -> str:
        """What to tell."""
        if not self.orders:
            return "No order was read back: none of the run is synced."
        read, one = self.orders - self.unread, self.orders - self.unread == 1
        if self.wrong:
            named = ", ".join(map(str, self.wrong[:_NAMED])) + ", …" * (len(self.wrong) > _NAMED)
            words = "doesn't hold" if len(self.wrong) == 1 else "don't hold"
            return (
                f"{len(self.wrong)} of {counted(read, 'order')} read back {words} what was "
                f"sent: {named}. See the sheet Read back."
            )
        if not read:
            return "No order was read back: what Flxpoint answers can't be read."
        were = f"{counted(read, 'order')} {'was' if one else 'were'} read back"
        if not self.silent:
            words = f"{were} and {'holds' if one else 'hold'} what was sent."
        elif not self.values.get(Finding.SAME):
            they = "it holds" if one else "they hold"
            words = f"{were}, and Flxpoint's answers don't say what {they} in the books."
        else:
            them = "it" if one else "them"
            words = f"{were}: what Flxpoint says of {them} is what was sent, but {self._left_out}."
        more = f" {counted(self.unread, 'more order')} could not be read." if self.unread else ""
        return words + more

    @property
    def _left_out(self) -> str:
        """What answers don't say that say something."""
        every = self.silent == self.orders - self.unread
        whose = ("its" if self.silent == 1 else "their") if every else f"the items of {self.silent}"
        if self.items_only:
            return f"it doesn't say what {whose} {'items ' * every}hold"
        return "it doesn't say everything" + f" of {self.silent}" * (not every)


def orders_to_read(
    calls: Iterable[CallRecord], how: Literal["sample", "all"], run_id: str
) -> dict[int, str]:
    """Orders whose accounting sync was acknowledged, and what was sent.

    A sample is the same however often it is drawn for a run.
    """
    done = (Outcome.SYNCED, Outcome.UNCHANGED)
    sent = {
        call.order_id: call.content
        for call in calls
        if call.kind is CallKind.SYNC and call.outcome in done
    }
    if how == "all" or len(sent) <= _SAMPLE:
        return sent
    chosen = Random(run_id).sample(sorted(sent), _SAMPLE)  # noqa: S311  (no secret)
    return {order_id: sent[order_id] for order_id in sorted(chosen)}


def run_supports_readback(
    session: FlxpointSession, journal: Journal, record: RunRecord, *, looked_before: bool
) -> bool:
    """Whether Flxpoint's answers say what orders hold; asks for some of the run if need be.

    `looked_before`: orders were read before the run, so that a token that may not read them
    heard so then.

    Raises:
        StoppedError: Flxpoint doesn't answer.
    """
    sent = orders_to_read(journal.calls(record.id), "sample", record.id)
    surely = [order for order, content in sent.items() if holds_something(json.loads(content))]
    try:
        return learn_readback_support(session, journal, record.account, surely, ())
    except ForbiddenError:
        if not looked_before:
            raise
        return False


def read_back(
    session: FlxpointSession, journal: Journal, record: RunRecord, how: Literal["sample", "all"]
) -> ReadBack:
    """Reads orders of a run, and keeps what they hold.

    Raises:
        StoppedError: Flxpoint doesn't answer; what was kept before stays.
    """
    sent = orders_to_read(journal.calls(record.id), how, record.id)
    listener = session.listener
    seconds = round(len(sent) * session.pacer.spacing)
    listener(Event("reading", {"orders": len(sent), "seconds": seconds}))
    seen = read_orders(session, journal, record.account, sent, listener)
    journal.keep_readings(
        record.id, Moment.AFTER, (order.reading for order in seen.orders.values())
    )
    counts: Counter[Finding] = Counter()
    wrong = []
    for order_id, order in seen.orders.items():
        counts.update(value.finding for value in order.values)
        if order.reading.state is None or any(is_wrong(value) for value in order.values):
            wrong.append(order_id)
    readable = [order for order in seen.orders.values() if order.reading.readable]
    silent = [paths for order in readable if (paths := _untold(order))]
    return ReadBack(
        len(sent),
        counts,
        tuple(wrong),
        len(silent),
        len(sent) - len(readable),
        all(path.startswith("items[") for paths in silent for path in paths),
    )


def _untold(order: ReadOrder) -> list[str]:
    """The values that Flxpoint doesn't say."""
    return [value.path for value in order.values if value.finding is Finding.SILENT]


def is_wrong(value: Compared) -> bool:
    """Whether Flxpoint holds something else than was sent."""
    return value.finding in (Finding.DIFFERENT, Finding.MISSING)
