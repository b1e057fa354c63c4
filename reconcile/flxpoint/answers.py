"""Reads what Flxpoint answers about orders; keeps no name and no address.

Source: the documentation of `GET /orders/{id}` and, for `orderItems[]`, `page` and shipments,
public client code (docs/flxpoint.md). Whatever may be missing is told apart from what is empty.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

__all__ = [
    "ACCOUNTING_FIELDS",
    "KnownOrder",
    "OrderItem",
    "item_maps",
    "listed",
    "order_of",
    "parsed",
    "reported_fields",
    "shipped_items",
    "truth",
]

ACCOUNTING_FIELDS: Final = ("accountingSynced", "externalAccountingId", "accountingSyncError")
"""Of an order, by the names of the request."""

_ITEM_FIELDS: Final = ("externalAccountingId", "orderItemAccountingItems")
_LARGEST_ID: Final = 2**63 - 1
_LONGEST_TEXT: Final = 400


class OrderItem(NamedTuple):
    """An item of an order; `item_id` is None where the answer has no ids."""

    item_id: int | None
    sku: str
    quantity: str


class KnownOrder(NamedTuple):
    """What is kept of an order. Times are text as Flxpoint wrote it, `""` if it didn't.

    `items` is None where the answer says nothing of them. `accounting_id` and `synced` are
    None where it doesn't say, or holds nothing; `reported_fields` are the accounting fields that
    it has.
    """

    order_id: int
    number: str
    reference: str
    status: str
    ordered_at: str
    updated_at: str
    items: tuple[OrderItem, ...] | None
    accounting_id: str | None
    synced: bool | None
    reported_fields: frozenset[str]

    @property
    def has_item_ids(self) -> bool:
        """Whether all its items are known by their ids."""
        return bool(self.items) and all(item.item_id is not None for item in self.items or ())


def parsed(body: str) -> object:
    """The JSON of an answer; None if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def order_of(answer: object) -> KnownOrder | None:
    """The order that an answer describes; None if it describes none."""
    if not isinstance(answer, Mapping):
        return None
    order_id = _id(answer.get("id"))
    if order_id is None:
        return None
    external, synced = answer.get("externalAccountingId"), answer.get("accountingSynced")
    return KnownOrder(
        order_id,
        _text(answer.get("orderNumber")),
        _text(answer.get("referenceNumber")),
        _text(answer.get("orderStatus") or answer.get("status")),
        _text(answer.get("orderedAt") or answer.get("orderDate") or answer.get("createdAt")),
        _text(answer.get("updatedAt") or answer.get("orderUpdatedAt")),
        _items(answer),
        _text(external) if external is not None else None,
        truth(synced),
        reported_fields(answer),
    )


def listed(answer: object) -> list[KnownOrder] | None:
    """The orders of one page of `GET /orders`; None if it is no list of orders.

    What is no order among others is passed over.
    """
    if not isinstance(answer, list):
        return None
    found = [order for order in map(order_of, answer) if order is not None]
    return found if found or not answer else None


def shipped_items(answer: object, lines: Sequence[OrderItem] | None) -> tuple[OrderItem, ...]:
    """The items that the shipments of an order name, each once.

    `lines` are those of the order, without ids. A SKU of which not every line was shipped is
    left out: the id of one line would be taken for another's. So is everything if the lines
    aren't known (None).
    """
    if lines is None:
        return ()
    shipped: dict[str, dict[int, int | None]] = {}
    for shipment in _maps(answer):
        for item in _maps(shipment.get("shipmentItems")):
            item_id = _id(item.get("orderItemId"))
            if item_id is not None:
                known = shipped.setdefault(_text(item.get("sku")), {})
                known[item_id] = _sum(known.get(item_id, 0), item.get("quantity"))
    found: list[OrderItem] = []
    for sku, quantities in shipped.items():
        given = {item_id: "" if q is None else str(q) for item_id, q in quantities.items()}
        own = [line.quantity for line in lines if line.sku == sku]
        if len(own) != len(given):
            continue
        if len(own) == 1:
            given = dict.fromkeys(given, own[0])
        elif sorted(own) != sorted(given.values()):
            given = dict.fromkeys(given, "")
        found += (OrderItem(item_id, sku, quantity) for item_id, quantity in given.items())
    return tuple(found)


def truth(value: object) -> bool | None:
    """Yes or no, also if it was written as text; None for anything else."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def reported_fields(answer: Mapping[str, Any]) -> frozenset[str]:
    """The accounting fields that an order has in an answer, those of items as `items.…`."""
    of_items = {
        f"items.{name}" for item in item_maps(answer) for name in _ITEM_FIELDS if name in item
    }
    return frozenset(name for name in ACCOUNTING_FIELDS if name in answer) | of_items


def item_maps(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items of an order as they stand in the answer."""
    return list(_maps(answer.get("orderItems", answer.get("items"))))


def _items(answer: Mapping[str, Any]) -> tuple[OrderItem, ...] | None:
    there = answer.get("orderItems", answer.get("items"))
    if not isinstance(there, list):
        return None
    return tuple(
        OrderItem(_id(item.get("id")), _text(item.get("sku")), _text(item.get("quantity")))
        for item in item_maps(answer)
    )


def _maps(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in a list; nothing where there is no list."""
    members: Iterable[object] = value if isinstance(value, list) else ()
    for member in members:
        if isinstance(member, Mapping):
            yield member


def _id(value: object) -> int | None:
    """An id as Flxpoint has them; also if it was written as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:  # noqa: PLR2004
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= _LARGEST_ID else None


def _text(value: object) -> str:
    """Text, or a whole number as text; nothing else has a text that can be relied on."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()[:_LONGEST_TEXT]


def _sum(before: int | None, more: object) -> int | None:
    """Unknown if any part is."""
    if isinstance(more, float) and more.is_integer():
        more = int(more)
    whole = isinstance(more, int) and not isinstance(more, bool)
    return before + more if before is not None and whole else None  # type: ignore[operator]
