"""The orders that exist, and what each of them holds now."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from reconcile.sandbox.calls import MOST_ID, WriteKind
from reconcile.sandbox.given import (
    Order,
    blank_order,
    orders_among,
    orders_in,
)
from reconcile.sandbox.ids import Ids, parse_ids

MOST_LISTED = 10_000_000


class OrderBook:
    """Every order of one sandbox. Not safe to use from several threads; `gate` holds a lock.

    What a sync leaves behind: fields that were sent overwrite, null included; fields left out are
    kept; items are merged by their id; the `orderItemAccountingItems` of an item replace the ones
    before. Flxpoint documents none of this.
    """

    def __init__(
        self,
        known: str | Path | Sequence[Mapping[str, Any]],
        unknown: str,
        opened_at: datetime,
    ) -> None:
        """Open a book; see `SandboxSettings.orders` for `known` and `unknown`.

        Raises ValueError for ranges or orders that can't be read, OSError for the file.
        """
        self.writes: Counter[tuple[int, WriteKind]] = Counter()
        self._opened_at = opened_at
        self._unknown = parse_ids(unknown)
        self.held: dict[int, Order] = {}
        self._range = Ids(())
        self._range_is_listed = False
        if isinstance(known, Path):
            self.held = orders_in(known, opened_at)
        elif not isinstance(known, str):
            self.held = orders_among(known, opened_at)
        elif known == "any":
            self._range = Ids([range(1, MOST_ID + 1)]).without(self._unknown)
        else:
            everything = parse_ids(known)
            self._range = everything.without(self._unknown)
            self._range_is_listed = True
            if everything.total > MOST_LISTED:
                raise ValueError(f"more than {MOST_LISTED} orders: say 'any' instead of {known!r}")
        # What makes a listing quick. The ids that are held and known; the ids that are listed, and
        # those of them that were updated after a time, None if they have to be looked up again.
        self._known_held = sorted(id_ for id_ in self.held if id_ not in self._unknown)
        self._listed: Ids | None = None
        self._updated: tuple[datetime, Ids] | None = None

    def knows(self, order_id: int | None) -> bool:
        """Say whether there is such an order."""
        if order_id is None or order_id in self._unknown:
            return False
        return order_id in self.held or order_id in self._range

    def strangers(self, order_id: int, item_ids: Iterable[int]) -> list[int]:
        """Pick the ids that are no items of this order; none if its items aren't known."""
        order = self.order(order_id)
        own = {item["id"] for item in order.document["orderItems"]}
        return [id_ for id_ in item_ids if order.items_are_known and id_ not in own]

    def sync(self, order_id: int, body: Mapping[str, Any], at: datetime) -> None:
        """Remember a sound body of an accounting sync that came `at`."""
        order = self._write(order_id, "accounting-sync", at)
        items = {item["id"]: item for item in order.document["orderItems"]}
        for name, value in body.items():
            if name != "items":
                order.document[name] = value
                continue
            for sent in value:
                items.setdefault(sent["id"], {}).update(sent)
        order.document["orderItems"] = list(items.values())

    def set_status(self, order_id: int, status: str, note: str | None, at: datetime) -> None:
        """Remember a status, and the note if there is one, that came `at`."""
        order = self._write(order_id, "status", at)
        order.document["orderStatus"] = status
        if note is not None:
            order.note = note

    def page(self, number: int, size: int, updated_after: datetime | None) -> list[int]:
        """Name the orders on the page with this number (from 1), by id, of all or those updated.

        Where any order exists, those that were written to are listed.
        """
        listed = self._all() if updated_after is None else self._updated_after(updated_after)
        return listed.cut((number - 1) * size, size)

    def _all(self) -> Ids:
        if self._listed is None:
            self._listed = self._range if self._range_is_listed else Ids.of(self._known_held)
        return self._listed

    def _updated_after(self, since: datetime) -> Ids:
        if self._updated is None or self._updated[0] != since:
            held = self.held
            if self._range_is_listed and self._opened_at > since:
                old = Ids.of(id_ for id_ in self._known_held if held[id_].updated_at <= since)
                found = self._range.without(old)
            else:
                found = Ids.of(id_ for id_ in self._known_held if held[id_].updated_at > since)
            self._updated = (since, found)
        return self._updated[1]

    def order(self, order_id: int) -> Order:
        """What an order holds. Not a copy: what the book goes on to change."""
        held = self.held.get(order_id)
        return blank_order(order_id, self._opened_at) if held is None else held

    def _write(self, order_id: int, kind: WriteKind, at: datetime) -> Order:
        order = self.put(order_id, {}, at)
        self.writes[order_id, kind] += 1
        return order

    def put(self, order_id: int, fields: Mapping[str, Any], at: datetime) -> Order:
        """Change a known order, and forget the listings that this changes."""
        order = self.order(order_id)
        order.put(fields, at)
        if order_id not in self.held:
            self.held[order_id] = order
            insort(self._known_held, order_id)
            self._listed = None
        if self._updated is not None:
            since, listed = self._updated
            if (order.updated_at > since) != (order_id in listed):
                self._updated = None
        return order
