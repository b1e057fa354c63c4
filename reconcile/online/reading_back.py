"""Reads orders after a run: a 204 proves that a call was taken, not what the order holds now."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from reconcile.events import Event
from reconcile.journal import CallRecord, Journal, Moment, RunRecord
from reconcile.model import CallKind, Outcome
from reconcile.online.asking import Asking
from reconcile.online.guarding import holds_something, learn_whether_told, look
from reconcile.online.held import Compared, Finding

__all__ = ["ReadBack", "orders_to_read", "read_back", "tells"]

_SAMPLE: Final = 20
"""Orders of a sample: 10 s at 2 requests per second."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How many orders were read, how their values stand, and which don't hold what was sent.

    Of `silent` orders some value isn't told.
    """

    orders: int
    values: Mapping[Finding, int]
    wrong: tuple[int, ...]
    silent: int = 0

    @property
    def sentence(self) -> str:
        """What to tell."""
        if not self.orders:
            return "No order was read back: none of the run is synced."
        if self.wrong:
            named = ", ".join(map(str, self.wrong[:5])) + (", …" if len(self.wrong) > 5 else "")  # noqa: PLR2004
            return (
                f"{len(self.wrong)} of {self.orders} orders read back don't hold what was "
                f"sent: {named}. See the sheet Read back."
            )
        if self.silent == self.orders:
            return (
                f"{self.orders} orders were read back, and Flxpoint's answers don't say what "
                "they hold in the books."
            )
        if self.silent:
            return (
                f"{self.orders} orders were read back; what Flxpoint says of them is what was "
                f"sent, but of {self.silent} it doesn't say everything."
            )
        return f"{self.orders} orders were read back and hold what was sent."


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


def tells(asking: Asking, journal: Journal, record: RunRecord) -> bool:
    """Whether Flxpoint's answers say what orders hold; asks for some of the run if need be.

    Raises:
        StoppedError: Flxpoint doesn't answer.
    """
    sent = orders_to_read(journal.calls(record.id), "sample", record.id)
    surely = {
        order_id: content
        for order_id, content in sent.items()
        if holds_something(json.loads(content))
    }
    return learn_whether_told(asking, journal, record.account, surely, {})


def read_back(
    asking: Asking, journal: Journal, record: RunRecord, how: Literal["sample", "all"]
) -> ReadBack:
    """Reads orders of a run, and keeps what they hold.

    Raises:
        StoppedError: Flxpoint doesn't answer; what was kept before stays.
    """
    sent = orders_to_read(journal.calls(record.id), how, record.id)
    listener = asking.around.listener
    seconds = round(len(sent) * asking.pacer.spacing)
    listener(Event("reading", {"orders": len(sent), "seconds": seconds}))
    seen = look(asking, journal, record.account, sent, listener)
    journal.keep_readings(
        record.id, Moment.AFTER, (order.reading for order in seen.orders.values())
    )
    counts: Counter[Finding] = Counter()
    wrong = []
    for order_id, order in seen.orders.items():
        counts.update(value.finding for value in order.values)
        if order.reading.held is None or any(is_wrong(value) for value in order.values):
            wrong.append(order_id)
    silent = sum(
        any(value.finding is Finding.SILENT for value in order.values)
        for order in seen.orders.values()
    )
    return ReadBack(len(sent), counts, tuple(wrong), silent)


def is_wrong(value: Compared) -> bool:
    """Whether Flxpoint holds something else than was sent."""
    return value.finding in (Finding.DIFFERENT, Finding.MISSING)
