"""Fetches order numbers, SKUs and their ids from Flxpoint into the local id map.

Pages of `GET /orders` from 1 until an empty one; each is kept before the next is asked for, so
that a pull that was cut short goes on where it stood. Where the pages have no item ids, each
order is asked for, and where that has none either, its shipments.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from reconcile.domain.errors import NoAnswerError, NothingSentError, StoppedError
from reconcile.domain.events import Event, Listener
from reconcile.flxpoint import Question, Reads, Reply
from reconcile.flxpoint.answers import (
    KnownOrder,
    OrderItem,
    listed,
    order_of,
    parsed,
    shipped_items,
)
from reconcile.journal import ItemsKnown, Journal, OrderWithoutItems, PullState

__all__ = ["Pull", "Pulled"]

_OK: Final = 200
_NOT_FOUND: Final = 404
_PAGE_SIZE: Final = 100
_OVERLAP: Final = timedelta(minutes=10)
"""Asked for again at the next pull: orders that were written while pages were read."""

_OUTDATED: Final = timedelta(days=1)
"""A pull that was cut short so long ago begins anew: its pages have moved."""

_LEARNED: Final = 5
"""So many orders without item ids in a row say that the others have none either."""

_PASSES: Final = 2
"""Orders that change while pages are read push others over the edge of a page; then all pages
are read once more."""

_NOTHING_NEW: Final = 3
_UNANSWERED: Final = 3


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
    _unanswered: int = field(init=False, default=0)

    async def orders(self, since: datetime | None, *, everything: bool = False) -> Pulled:
        """Lists all orders, or those updated after `since`, else after the last pull.

        Raises:
            StoppedError: Flxpoint doesn't answer, or not with a list.
            NothingSentError: the token may not list orders.
        """
        known = self.journal.pull_state(self.account)
        state = self._begun(known, since, everything=everything)
        own = since is not None  # a wish of its own leaves the usual pull where it stands
        brought: set[int] = set()
        pages = 0
        for _ in range(_PASSES):
            reading = _Pass(state)
            async for orders in self._pages(reading):
                pages += 1
                brought.update(order.order_id for order in orders)
                kept = None if own else reading.state
                self.journal.learn(self.account, orders, kept, afresh=everything)
                values = {"page": pages, "orders": len(brought)}
                self.listener(Event("page", values))
            pages += 1
            state = replace(reading.state, page=None)
            if not reading.moved:
                break
        complete_to = known.complete_to
        if not own or (complete_to is None and known.page is None):
            complete_to = state.began_at
        if not own:
            state = replace(state, since=None, page=None, began_at=None, complete_to=complete_to)
            self.journal.keep_pull_state(self.account, state)
        elif complete_to != known.complete_to:
            self.journal.keep_pull_state(self.account, replace(known, complete_to=complete_to))
        return Pulled(len(brought), pages, 0, 0)

    async def _pages(self, reading: "_Pass") -> AsyncIterator[list[KnownOrder]]:
        """The pages of one pass, until an empty one."""
        seen: set[int] = set()
        nothing_new = 0
        while True:
            number = reading.state.page or 1
            reply = await self.reads.ask(_page(number, reading.state.since))
            if reading.state.began_at is None:
                began_at = _time_of(reply, self.now())
                reading.state = replace(reading.state, began_at=began_at)
            orders = _orders_of(reply, number)
            if not orders:
                return
            ids = {order.order_id for order in orders}
            nothing_new = nothing_new + 1 if ids <= seen else 0
            if nothing_new >= _NOTHING_NEW:
                raise StoppedError(
                    f"Flxpoint answers page {number} with orders that were on the pages before, "
                    f"and those before it too: the list of {len(seen)} can't be read to its end."
                )
            seen |= ids
            reading.meet(orders)
            reading.state = replace(reading.state, page=number + 1)
            yield orders

    async def items(self, among: Collection[int] | None = None) -> Pulled:
        """Asks for the items of orders that were listed without ids; of `among`, or of all.

        Raises:
            StoppedError: Flxpoint doesn't answer.
        """
        left = self.journal.orders_without_items(self.account, among)
        if left:
            seconds = len(left) * self.reads.requests.pacer.spacing
            self.listener(Event("reading", {"orders": len(left), "seconds": round(seconds)}))
        asked = unknown = 0
        async for order, found in self.reads.each(left, self._learn_items):
            asked += 1
            unknown += not found
            values = {"order": order.order_id, "left": len(left) - asked}
            self.listener(Event("read", values))
        return Pulled(0, 0, asked, unknown)

    def _begun(self, known: PullState, since: datetime | None, *, everything: bool) -> PullState:
        """Where to go on, or a new beginning."""
        if since is not None:
            return replace(known, since=_in_utc(since), page=None, began_at=None)
        after = None if everything else known.complete_to
        wanted = None if after is None else _in_utc(after - _OVERLAP)
        begun_lately = known.began_at is not None and self.now() - known.began_at < _OUTDATED
        if known.page is not None and begun_lately and known.since == wanted:
            # Pages may have moved by a few orders meanwhile.
            return replace(known, page=max(1, known.page - 1))
        return replace(known, since=wanted, page=None, began_at=None)

    async def _learn_items(self, order: OrderWithoutItems) -> bool:
        """Whether the ids of the order's items could be had, from itself or its shipments."""
        try:
            found = await self._items_of(order)
        except NoAnswerError:
            self._unanswered += 1
            if self._unanswered >= _UNANSWERED:
                raise
            return False  # it is asked for again by the next pull
        self._unanswered = 0
        if found is None:
            return False
        how = ItemsKnown.BY_ID if found else ItemsKnown.NOT_SAID
        self.journal.learn_items(self.account, order.order_id, found, how)
        return bool(found)

    async def _items_of(self, order: OrderWithoutItems) -> Collection[OrderItem] | None:
        """The items by their ids, empty if Flxpoint has none; None if it didn't say so."""
        lines, understood = order.lines, True
        if not self._in_vain(lines):
            reply = await self.reads.ask(Question(f"/orders/{order.order_id}"))
            answer = order_of(parsed(reply.body)) if reply.status == _OK else None
            understood = reply.status == _NOT_FOUND
            if answer is not None and answer.order_id == order.order_id:
                understood = True
                lines = answer.items or lines
                if answer.has_item_ids:
                    self._without_ids = self._without_lines = 0
                    return answer.items
                self._without_ids += bool(lines)
                self._without_lines = 0 if lines else self._without_lines + 1
        question = Question("/shipments", (("findByOrderId", str(order.order_id)),))
        reply = await self.reads.ask(question)
        if reply.status == _OK and (found := shipped_items(parsed(reply.body), lines)):
            return found
        return () if understood and reply.status in (_OK, _NOT_FOUND) else None

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


def _orders_of(reply: Reply, number: int) -> list[KnownOrder]:
    if reply.status == _NOT_FOUND and number > 1:
        return []  # there is no such page
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
    """The server's clock counts, since it says what was updated when; not if it is ahead."""
    try:
        said = parsedate_to_datetime(reply.headers.get("date", ""))
    except (ValueError, OverflowError):
        return now
    return min(now, said if said.tzinfo is not None else said.replace(tzinfo=UTC))


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


@dataclass(slots=True)
class _Pass:
    """One way through the pages: where it stands, and whether anything moved meanwhile."""

    state: PullState
    moved: bool = False

    def meet(self, orders: Sequence[KnownOrder]) -> None:
        """An order that was changed after the beginning has moved others."""
        began_at = self.state.began_at
        for order in orders:
            changed = _moment(order.updated_at)
            self.moved |= changed is not None and began_at is not None and changed >= began_at


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
