"""The orders that exist, and what each of them holds now."""

import copy
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from reconcile.sandbox import schema
from reconcile.sandbox.calls import MOST_ID, WriteKind

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
        self._held: dict[int, _Order] = {}
        self._ranges: tuple[range, ...] = ()
        self._only_held_are_listed = True
        if isinstance(known, Path):
            self._fill(_read(known), f"{known.name}: ")
        elif not isinstance(known, str):
            self._fill([dict(order) for order in known], "orders: ")
        elif known == "any":
            self._ranges = (range(1, MOST_ID + 1),)
        else:
            self._ranges = parse_ids(known)
            self._only_held_are_listed = False
            if sum(map(len, self._ranges)) > MOST_LISTED:
                raise ValueError(f"more than {MOST_LISTED} orders: say 'any' instead of {known!r}")

    def knows(self, order_id: int | None) -> bool:
        """Say whether there is such an order."""
        if order_id is None or _is_in(order_id, self._unknown):
            return False
        return order_id in self._held or _is_in(order_id, self._ranges)

    def strangers(self, order_id: int, item_ids: Iterable[int]) -> list[int]:
        """Pick the ids that are no items of this order; none if its items aren't known."""
        order = self._order(order_id)
        own = {item["id"] for item in order.document["orderItems"]}
        return [id_ for id_ in item_ids if order.items_are_known and id_ not in own]

    def sync(self, order_id: int, body: Mapping[str, Any], at: datetime) -> None:
        """Remember a sound body of an accounting sync that came `at`."""
        order = self._touch(order_id, "accounting-sync", at)
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
        order = self._touch(order_id, "status", at)
        order.document["orderStatus"] = status
        if note is not None:
            order.note = note

    def document(self, order_id: int) -> dict[str, Any]:
        """Copy what `GET /orders/{id}` answers. Accounting fields never sent are not in it."""
        return copy.deepcopy(self._order(order_id).document)

    def page(self, number: int, size: int, updated_after: datetime | None) -> list[dict[str, Any]]:
        """Copy the page with this number (from 1) of all orders by id, or of those updated since.

        Where any order exists, those that were written to are listed.
        """
        ids: Iterator[int] = (
            iter(sorted(self._held))
            if self._only_held_are_listed
            else itertools.chain.from_iterable(self._ranges)
        )
        wanted = (
            id_
            for id_ in ids
            if self.knows(id_)
            and (updated_after is None or self._order(id_).updated_at > updated_after)
        )
        start = (number - 1) * size
        return [self.document(id_) for id_ in itertools.islice(wanted, start, start + size)]

    def holding(self) -> dict[int, dict[str, Any]]:
        """Copy what each order holds that was written to or given in full, by id.

        It is what `GET /orders/{id}` answers, and the last `updateNote` if there was one.
        """
        return {
            id_: self.document(id_) | ({} if order.note is None else {"updateNote": order.note})
            for id_, order in self._held.items()
        }

    def _fill(self, orders: object, where: str) -> None:
        faults = list(_ORDERS(orders, ""))
        if faults or not isinstance(orders, list):
            raise ValueError(where + "; ".join(faults))
        for given in copy.deepcopy(orders):
            order = _Order(_blank(given["id"], self._opened_at), "orderItems" in given)
            order.document.update(given)
            if given["id"] in self._held:
                raise ValueError(f"{where}order {given['id']} is there twice")
            self._held[given["id"]] = order

    def _order(self, order_id: int) -> "_Order":
        held = self._held.get(order_id)
        return _Order(_blank(order_id, self._opened_at)) if held is None else held

    def _touch(self, order_id: int, kind: WriteKind, at: datetime) -> "_Order":
        order = self._held.setdefault(order_id, self._order(order_id))
        order.document["updatedAt"] = at.isoformat()
        self.writes[order_id, kind] += 1
        return order


def parse_ids(written: str) -> tuple[range, ...]:
    """Read ids and ranges such as `700001-700100,700200`, both ends included, in any order.

    Returns ranges that don't touch each other, by size. Raises ValueError naming a part that is
    neither.
    """
    spans = sorted(_span(part.strip()) for part in written.split(",") if part.strip())
    ranges: list[range] = []
    for first, last in spans:
        if ranges and first <= ranges[-1].stop:
            ranges[-1] = range(ranges[-1].start, max(ranges[-1].stop, last + 1))
        else:
            ranges.append(range(first, last + 1))
    return tuple(ranges)


@dataclass
class _Order:
    document: dict[str, Any]
    items_are_known: bool = False
    note: str | None = None

    @property
    def updated_at(self) -> datetime:
        return datetime.fromisoformat(self.document["updatedAt"])


_ORDERS = schema.array(
    schema.record(
        {
            "id": schema.identifier,
            "orderNumber": schema.text,
            "referenceNumber": schema.text,
            "orderStatus": schema.text,
            "orderTotal": schema.number,
            "orderedAt": schema.moment,
            "updatedAt": schema.moment,
            "orderItems": schema.array(
                schema.record(
                    {
                        "id": schema.identifier,
                        "sku": schema.text,
                        "quantity": schema.integer,
                        **schema.ACCOUNTING_ITEM_FIELDS,
                    },
                    "id",
                )
            ),
            **schema.ACCOUNTING_ORDER_FIELDS,
        },
        "id",
    )
)


def _blank(order_id: int, at: datetime) -> dict[str, Any]:
    return {
        "id": order_id,
        "orderNumber": f"ORD-{order_id}",
        "referenceNumber": f"REF-{order_id}",
        "orderStatus": "Open",
        "orderTotal": 0.0,
        "orderedAt": at.isoformat(),
        "updatedAt": at.isoformat(),
        "orderItems": [],
    }


def _read(path: Path) -> object:
    try:
        return schema.parse(path.read_bytes())
    except schema.BadRequest as error:
        raise ValueError(f"{path.name}: {error}") from error


def _span(part: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{1,19})(?:\s*-\s*([0-9]{1,19}))?", part)
    first = int(match[1]) if match else 0
    last = int(match[2] or match[1]) if match else 0
    if not 1 <= first <= last <= MOST_ID:
        raise ValueError(f"{part!r} is neither an order id nor a range such as 700001-700100")
    return first, last


def _is_in(order_id: int, ranges: tuple[range, ...]) -> bool:
    return any(order_id in ids for ids in ranges)
