"""What the planned orders hold in Flxpoint, read before anything is sent, and what follows.

`overwrite: blanks` sends a value only where Flxpoint holds nothing, the same, or what an
earlier run wrote; `never` holds an order back that holds anything else, our own included;
`all` asks nobody. Where Flxpoint's answers don't say, what the journal knows counts; an order
that can't be read is held back where its answer might have said it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from reconcile.domain.calls import History, PlannedCall
from reconcile.domain.errors import NoAnswerError
from reconcile.domain.events import Event, Listener, silent
from reconcile.domain.model import CallKind, CellRef, Issue, RowRef
from reconcile.flxpoint import Question, Reads, Reply
from reconcile.flxpoint.answers import order_of, parsed, reported_fields
from reconcile.flxpoint.session import FlxpointSession
from reconcile.journal import Journal, OrderReading
from reconcile.orders.remote_state import (
    Compared,
    OrderFinding,
    RemoteState,
    compared,
    in_words,
    items_not_in_order,
    order_finding,
    overwritten,
    remote_state_of,
)

__all__ = [
    "OrdersRead",
    "ReadOrder",
    "holds_something",
    "issues_before_sending",
    "own_calls",
    "read_orders",
    "reading_of",
]

_OK: Final = 200
_NOT_FOUND: Final = 404
_NAMED: Final = 3
_UNANSWERED: Final = 3


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """What an order holds beside what its call says; without values if there is no such order."""

    reading: OrderReading
    values: tuple[Compared, ...]

    @property
    def finding(self) -> OrderFinding:
        """How the order stands as a whole."""
        if self.reading.state is None:
            return OrderFinding.NOT_FOUND
        return order_finding(self.values)


@dataclass(frozen=True, slots=True)
class OrdersRead:
    """What was read of orders, by id, and which accounting fields answers have."""

    orders: Mapping[int, ReadOrder]
    reported_fields: frozenset[str]


def read_orders(
    session: FlxpointSession,
    journal: Journal,
    account: str,
    contents: Mapping[int, str],
    listener: Listener = silent,
) -> OrdersRead:
    """Reads orders, and sets what they hold beside what their calls (JSON, by order) say.

    `listener` hears how many are left. An order that can't be read says nothing.

    Raises:
        StoppedError: Flxpoint doesn't answer several in a row, or not with orders at all.
    """
    known = journal.pull_state(account)
    reported = set(known.reported_fields)
    unanswered = 0

    async def read(reads: Reads) -> dict[int, OrderReading]:
        nonlocal unanswered

        async def ask(order_id: int) -> OrderReading:
            nonlocal unanswered
            try:
                reply = await reads.ask(Question(f"/orders/{order_id}"))
            except NoAnswerError:
                unanswered += 1
                if unanswered >= min(_UNANSWERED, len(contents)):
                    raise
                return OrderReading(order_id, session.now(), {}, readable=False)
            unanswered = 0
            return reading_of(order_id, reply, session.now(), reported)

        found: dict[int, OrderReading] = {}
        async for order_id, reading in reads.each(contents, ask):
            found[order_id] = reading
            left = len(contents) - len(found)
            listener(Event("read", {"order": order_id, "left": left}))
        return found

    try:
        readings = session.run(read)
    finally:  # what some answers told stays learned, also if others never came
        known_now = frozenset(reported)
        if known_now != known.reported_fields:
            state = journal.pull_state(account)
            journal.keep_pull_state(account, state.with_reported_fields(known_now))
    return OrdersRead(
        {
            order_id: _seen(
                readings[order_id]._replace(reported_fields=known_now), json.loads(content)
            )
            for order_id, content in contents.items()
        },
        known_now,
    )


def _seen(reading: OrderReading, content: RemoteState) -> ReadOrder:
    known = reading.reported_fields if reading.readable else ()
    return ReadOrder(reading, tuple(compared(content, reading.state or {}, known)))


def reading_of(order_id: int, reply: Reply, now: datetime, reported: set[str]) -> OrderReading:
    """What the answer says; one that is neither an order nor "not found" doesn't say.

    The accounting fields that it has are added to `reported`.
    """
    if reply.status == _NOT_FOUND:
        return OrderReading(order_id, now, None)
    answer = parsed(reply.body) if reply.status == _OK else None
    order = order_of(answer)
    held = remote_state_of(answer)
    if order is None or held is None or order.order_id != order_id:
        return OrderReading(order_id, now, {}, readable=False)
    if isinstance(answer, Mapping):
        reported |= reported_fields(answer)
    return OrderReading(order_id, now, held, order.status)


def holds_something(said: RemoteState) -> bool:
    """Whether an order that took this call surely holds something in the books."""
    return bool(said.get("accountingSynced") or said.get("externalAccountingId"))


def own_calls(history: History) -> dict[int, RemoteState]:
    """The accounting syncs last acknowledged by us, by order."""
    return {
        order_id: json.loads(standing.content)
        for (order_id, kind), standing in history.items()
        if kind is CallKind.SYNC and standing.content is not None
    }


def issues_before_sending(
    seen: OrdersRead,
    calls: Sequence[PlannedCall],
    rows: Mapping[int, Sequence[RowRef]],
    own: Mapping[int, RemoteState],
    *,
    policy: Literal["blanks", "all", "never"],
    unread: bool,
) -> dict[int, tuple[Issue, ...]]:
    """Why orders may not be sent: what each would overwrite, and items that it doesn't have.

    Args:
        seen: what the orders hold.
        calls: the accounting syncs that would be sent.
        rows: where each order stands.
        own: what was last acknowledged by us.
        policy: what may be overwritten; an item that the order doesn't have is never sent.
        unread: whether an order that couldn't be read is held back, unless all may be overwritten.
    """
    held: dict[int, tuple[Issue, ...]] = {}
    for call in calls:
        order = seen.orders.get(call.order_id)
        if order is None or order.reading.state is None:
            continue
        places = tuple(CellRef(*ref) for ref in rows[call.order_id])
        issues = list(_issues_of_items(order, places))
        if unread and not order.reading.readable and policy != "all":
            issues.append(Issue("order-not-read", places, str(call.order_id)))
        if policy != "all":
            mine = None if policy == "never" else own.get(call.order_id)
            issues += _overwriting(order, mine, places)
        silent = order.finding is OrderFinding.SILENT
        if policy == "never" and silent and call.previous is not None and not issues:
            words = f"the run before wrote {call.previous}"
            issues.append(Issue("would-overwrite", places, words))
        if issues:
            held[call.order_id] = tuple(issues)
    return held


def _issues_of_items(order: ReadOrder, places: tuple[CellRef, ...]) -> Iterator[Issue]:
    own = [str(item["id"]) for item in (order.reading.state or {}).get("items", ())]
    for item_id in items_not_in_order(order.values):
        yield Issue("item-not-in-order", places, str(item_id), detail=_few(own) or "it has none")


def _overwriting(
    order: ReadOrder, own: RemoteState | None, places: tuple[CellRef, ...]
) -> Iterator[Issue]:
    lost = overwritten(order.values, own)
    if lost:
        words = [f"{each.path} holds {in_words(each.remote)}" for each in lost]
        yield Issue("would-overwrite", places, _few(words))


def _few(words: Sequence[str]) -> str:
    some = list(islice(words, _NAMED))
    more = len(words) - len(some)
    return ", ".join([*some, f"and {more} more"] if more else some)
