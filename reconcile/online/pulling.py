"""Fetches order numbers, SKUs and their ids from Flxpoint into the local id map.

Pages of `GET /orders` from 1 until an empty one; each is kept before the next is asked for, so
that a pull that was cut short goes on where it stood. Where the pages have no item ids, each
order is asked for, and where that has none either, its shipments.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from reconcile.errors import NothingSentError, StoppedError
from reconcile.events import Event, Listener
from reconcile.executor import Question, Reads, Reply
from reconcile.journal import ItemsKnown, Journal, OrderWithoutItems, PullState
from reconcile.online.answers import KnownOrder, OrderItem, listed, order_of, parsed, shipped_items

__all__ = ["Pull", "Pulled"]

_OK: Final = 200
_PAGE_SIZE: Final = 100
_OVERLAP: Final = timedelta(minutes=10)
"""Asked for again at the next pull: orders that were written while pages were read."""

_OUTDATED: Final = timedelta(days=1)
"""A pull that was cut short so long ago begins anew: its pages have moved."""

_LEARNED: Final = 5
"""So many orders without item ids in a row say that the others have none either."""


class Pulled(NamedTuple):
    """What a pull brought."""

    orders: int
    pages: int
    items_asked: int
    items_unknown: int


@dataclass(slots=True)
class Pull:
    """One pull into the local id map of `account`.

    `listener` is told of every page (`page`), of how many orders will be asked one by one
    (`reading`) and of each of them (`read`).
    """

    reads: Reads
    journal: Journal
    account: str
    now: Callable[[], datetime]
    listener: Listener
    _without_ids: int = field(init=False, default=0)
    _without_lines: int = field(init=False, default=0)

    async def orders(self, since: datetime | None, *, everything: bool = False) -> Pulled:
        """Lists all orders, or those updated after `since`, else after the last pull.

        Raises:
            StoppedError: Flxpoint doesn't answer, or not with a list.
            NothingSentError: the token may not list orders.
        """
        state = self._begun(since, everything=everything)
        before: list[int] = []
        brought: set[int] = set()
        pages = 0
        while True:
            number = state.page or 1
            reply = await self.reads.ask(_page(number, state.since))
            orders = _orders_of(reply)
            pages += 1
            if state.began_at is None:
                state = replace(state, began_at=_time_of(reply, self.now()))
            if not orders:
                break
            ids = [order.order_id for order in orders]
            if ids == before:
                raise StoppedError(
                    f"Flxpoint answers page {number} with the same {len(ids)} orders as page "
                    f"{number - 1}: the list can't be read to its end."
                )
            before = ids
            brought.update(ids)
            told = state.told.union(*(order.told for order in orders))
            state = replace(state, page=number + 1, told=told, asked=True)
            self.journal.learn(self.account, orders, state)
            self.listener(Event("page", {"page": number, "orders": len(brought)}))
        gap = state.since is not None and _is_after(state.since, state.complete_to)
        to = state.complete_to if gap else state.began_at
        self.journal.keep_pull_state(
            self.account, replace(state, since=None, page=None, began_at=None, complete_to=to)
        )
        return Pulled(len(brought), pages, 0, 0)

    async def items(self, among: Collection[int] | None = None) -> Pulled:
        """Asks for the items of orders that were listed without ids; of `among`, or of all.

        Raises:
            StoppedError: Flxpoint doesn't answer.
        """
        left = self.journal.orders_without_items(self.account, among)
        if left:
            seconds = len(left) * self.reads.pacer.spacing
            self.listener(Event("reading", {"orders": len(left), "seconds": round(seconds)}))
        asked = unknown = 0
        async for order, found in self.reads.each(left, self._learn_items):
            asked += 1
            unknown += not found
            values = {"order": order.order_id, "left": len(left) - asked}
            self.listener(Event("read", values))
        return Pulled(0, 0, asked, unknown)

    def _begun(self, since: datetime | None, *, everything: bool) -> PullState:
        """Where to go on, or a new beginning."""
        known = self.journal.pull_state(self.account)
        after = since or (None if everything else known.complete_to)
        wanted = None if after is None else (after - _OVERLAP).astimezone(UTC).isoformat()
        if since is not None:
            wanted = since.astimezone(UTC).isoformat()
        begun_lately = known.began_at is not None and self.now() - known.began_at < _OUTDATED
        if known.page is not None and begun_lately and known.since == wanted:
            # Pages may have moved by a few orders meanwhile.
            return replace(known, page=max(1, known.page - 1))
        return replace(known, since=wanted, page=None, began_at=None)

    async def _learn_items(self, order: OrderWithoutItems) -> bool:
        """Whether the ids of the order's items could be had, from itself or its shipments."""
        lines = order.lines
        items: Collection[OrderItem] = ()
        if not self._in_vain(lines):
            reply = await self.reads.ask(Question(f"/orders/{order.order_id}"))
            answer = order_of(parsed(reply.body)) if reply.status == _OK else None
            if answer is not None and answer.order_id == order.order_id:
                lines = answer.items if answer.items is not None else lines
                items = answer.items or () if answer.has_item_ids else ()
            self._without_ids = 0 if items else self._without_ids + 1
            self._without_lines = 0 if lines is not None else self._without_lines + 1
        if not items:
            question = Question("/shipments", (("findByOrderId", str(order.order_id)),))
            reply = await self.reads.ask(question)
            if reply.status == _OK:
                items = shipped_items(parsed(reply.body), lines)
        how = ItemsKnown.BY_ID if items else ItemsKnown.NOT_TOLD
        self.journal.learn_items(self.account, order.order_id, items, how)
        return bool(items)

    def _in_vain(self, lines: Sequence[OrderItem] | None) -> bool:
        """Whether the order itself need not be asked: others told nothing that is needed."""
        if lines is None:
            return self._without_lines >= _LEARNED
        return self._without_ids >= _LEARNED


def _page(number: int, since: str | None) -> Question:
    params = [("page", str(number)), ("pageSize", str(_PAGE_SIZE))]
    if since is not None:
        params.append(("orderUpdatedAt", since))
    return Question("/orders", tuple(params))


def _orders_of(reply: Reply) -> list[KnownOrder]:
    if reply.status != _OK:
        raise NothingSentError(
            f"Flxpoint doesn't let this token list orders ({reply.status}). Usually that is the "
            "wrong kind of token (Account, Source or Channel); or give the ids with --ids."
        )
    orders = listed(parsed(reply.body))
    if orders is None:
        raise StoppedError(
            "Flxpoint answered GET /orders with something that is no list of orders."
        )
    return orders


def _time_of(reply: Reply, now: datetime) -> datetime:
    """The server's clock counts: it says what was updated when."""
    try:
        said = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return now
    return said if said.tzinfo is not None else said.replace(tzinfo=UTC)


def _is_after(since: str, complete_to: datetime | None) -> bool:
    """Whether something between the two was never asked for."""
    return complete_to is not None and datetime.fromisoformat(since) > complete_to
