"""What the journal and Flxpoint know of the orders of a run, for its undo."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reconcile.domain.events import Event
from reconcile.domain.model import CallKind
from reconcile.flxpoint.session import FlxpointSession
from reconcile.journal import AcknowledgedSync, CallRecord, Journal, Moment, OrderReading, RunRecord
from reconcile.orders.overwrite import read_orders
from reconcile.undo.plan import LeftAlone, status_left_alone, worth_asking
from reconcile.undo.previous_values import OrderHistory

__all__ = ["Asked", "ask_now", "known_orders", "statuses_left_alone"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Orders with what they hold now, how many were read, and who said so in words."""

    orders: Sequence[OrderHistory]
    read: int
    words: str


def known_orders(journal: Journal, record: RunRecord) -> list[OrderHistory]:
    """Every accounting sync of a run, beside what was acknowledged before it and after."""
    calls = [call for call in journal.calls(record.id) if call.kind is CallKind.SYNC]
    ids = [call.order_id for call in calls]
    written = journal.acknowledged(record.account, ids)
    last = journal.last_acknowledged_runs(record.account, ids)
    before = {reading.order_id: reading for reading in journal.readings(record.id, Moment.BEFORE)}
    return [
        _known(call, written.get(call.order_id, ()), record.id)._replace(
            last=last.get(call.order_id), before=before.get(call.order_id)
        )
        for call in calls
    ]


def ask_now(
    session: FlxpointSession, journal: Journal, account: str, orders: Sequence[OrderHistory]
) -> Asked:
    """Reads what the orders hold that the run changed, within the budget; tells the time before.

    Where nobody has looked yet whether answers tell it, the first order is read; where they
    don't, no other is.

    Raises:
        StoppedError: Flxpoint doesn't answer.
    """
    known = journal.pull_state(account)
    contents = {o.order_id: o.call.content for o in orders if worth_asking(o)}
    if not contents:
        return Asked(orders, 0, "nobody: the run changed nothing")
    if not known.asked:
        read_orders(session, journal, account, dict(list(contents.items())[:1]))
        known = journal.pull_state(account)
    if not known.reported_fields:
        words = "the journal alone: Flxpoint doesn't tell what orders hold in the books"
        return Asked(orders, 0, words)
    listener = session.listener
    seconds = round(len(contents) * session.pacer.spacing)
    listener(Event("reading", {"orders": len(contents), "seconds": seconds}))
    seen = read_orders(session, journal, account, contents, listener)
    now = {order_id: order.reading for order_id, order in seen.orders.items()}
    words = f"Flxpoint, which was asked for {len(now)} order{'s' * (len(now) != 1)}"
    if no_word := sum(not reading.readable for reading in now.values()):
        words += f"; for {no_word} of them, whose answers can't be read, the journal"
    asked = [order._replace(now=now.get(order.order_id)) for order in orders]
    return Asked(asked, len(now), words)


def statuses_left_alone(
    journal: Journal, record: RunRecord, orders: Sequence[OrderHistory]
) -> Iterator[LeftAlone]:
    """The status calls of a run, with the status before it, if anybody knows that."""
    calls = [call for call in journal.calls(record.id) if call.kind is CallKind.STATUS]
    known = journal.known_statuses(record.account, [call.order_id for call in calls])
    before = {reading.order_id: reading for reading in journal.readings(record.id, Moment.BEFORE)}
    now = {order.order_id: order.now for order in orders if order.now is not None}
    for call in calls:
        previous = _status(before, call)
        if not previous and call.order_id in known:
            status, changed = known[call.order_id]
            previous = status if _is_before(changed, record.created_at) else ""
        if left := status_left_alone(call, previous, _status(now, call)):
            yield left


def _known(call: CallRecord, written: Sequence[AcknowledgedSync], run_id: str) -> OrderHistory:
    runs = [each.run_id for each in written]
    at = runs.index(run_id) if run_id in runs else len(written)
    earlier = [each.content for each in written[:at]]
    if call.previous is not None and call.previous not in earlier[-1:]:
        earlier.append(call.previous)  # of a run that was pruned
    later = [(each.run_id, json.loads(each.content)) for each in written[at + 1 :]]
    return OrderHistory(call, tuple(map(json.loads, earlier)), tuple(later))


def _status(readings: Mapping[int, OrderReading], call: CallRecord) -> str:
    reading = readings.get(call.order_id)
    return "" if reading is None else reading.status


def _is_before(changed: str, moment: datetime) -> bool:
    """Whether what the map knows is older than the run."""
    try:
        at = datetime.fromisoformat(changed)
    except ValueError:
        return False
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) < moment
