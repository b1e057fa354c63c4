"""The API's request types, their JSON, and the fingerprint that tells equal ones.

Field names, nullability and the seven statuses are those of Flxpoint's pages *Sync
Accounting for Order* and *Update Order Status*. `UNSET` leaves a field out of the JSON
("leave alone"); None is sent as null, where the page allows it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, Final, NamedTuple

__all__ = [
    "STATUSES",
    "UNSET",
    "OrderAccountingSyncRequest",
    "OrderItemAccountingItem",
    "OrderItemAccountingSyncRequest",
    "StatusUpdate",
    "Unset",
    "canonical",
    "fingerprint",
    "normal_form",
    "sealed",
]

STATUSES: Final = (
    "Open",
    "Closed",
    "Canceled",
    "On Hold",
    "Failed",
    "No Shipping Method",
    "Not Managed",
)


class Unset(Enum):
    """The type of `UNSET`, for annotations."""

    UNSET = "UNSET"


UNSET: Final = Unset.UNSET


class OrderItemAccountingItem(NamedTuple):
    """One supplier SKU of an order item (`orderItemAccountingItems[]`)."""

    external_accounting_id: str | Unset = UNSET
    quantity: int | Unset = UNSET

    def to_json(self) -> dict[str, Any]:
        """The object with the API's field names; what is unset is left out."""
        return _given(
            externalAccountingId=self.external_accounting_id,
            quantity=self.quantity,
        )


class OrderItemAccountingSyncRequest(NamedTuple):
    """One order item (`items[]`); only its id is required."""

    id: int
    external_accounting_id: str | Unset | None = UNSET
    order_item_accounting_items: tuple[OrderItemAccountingItem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object with the API's field names; what is unset or empty is left out."""
        return _given(
            id=self.id,
            externalAccountingId=self.external_accounting_id,
            orderItemAccountingItems=[sub.to_json() for sub in self.order_item_accounting_items]
            or UNSET,
        )


class OrderAccountingSyncRequest(NamedTuple):
    """The body of `PATCH /orders/{id}/accounting-sync`."""

    accounting_synced: bool | Unset | None = UNSET
    external_accounting_id: str | Unset | None = UNSET
    items: tuple[OrderItemAccountingSyncRequest, ...] = ()
    accounting_sync_error: str | Unset = UNSET

    def to_json(self) -> dict[str, Any]:
        """The object with the API's field names; what is unset or empty is left out."""
        return _given(
            accountingSynced=self.accounting_synced,
            externalAccountingId=self.external_accounting_id,
            items=[item.to_json() for item in self.items] or UNSET,
            accountingSyncError=self.accounting_sync_error,
        )

    @classmethod
    def from_text(cls, text: str) -> "OrderAccountingSyncRequest":
        """The request whose JSON this is: the way back from `to_json`."""
        content = json.loads(text)
        items = tuple(
            OrderItemAccountingSyncRequest(
                item["id"],
                item.get("externalAccountingId", UNSET),
                tuple(
                    OrderItemAccountingItem(
                        sub.get("externalAccountingId", UNSET), sub.get("quantity", UNSET)
                    )
                    for sub in item.get("orderItemAccountingItems", ())
                ),
            )
            for item in content.get("items", ())
        )
        return cls(
            content.get("accountingSynced", UNSET),
            content.get("externalAccountingId", UNSET),
            items,
            content.get("accountingSyncError", UNSET),
        )


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """The query of `PATCH /orders/{id}/status`; `status` is one of `STATUSES`."""

    status: str
    update_note: str | Unset = UNSET

    def to_json(self) -> dict[str, Any]:
        """The query parameters; what is unset is left out."""
        return _given(status=self.status, updateNote=self.update_note)


def canonical(content: Mapping[str, Any]) -> str:
    """One line of JSON, without blanks, fields in the given order: what is sent."""
    return _ENCODER.encode(content)


def normal_form(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same content with items by id and supplier SKUs by id and quantity.

    Two payloads ask for the same if their normal forms are equal (rules, section 5). What is
    in that order already is handed back as it is.
    """
    items = content.get("items")
    if not items:
        return content
    normal = sorted(map(_normal_item, items), key=_item_id)
    in_order = all(one is other for one, other in zip(items, normal, strict=True))
    return content if in_order else {**content, "items": normal}


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the normal form: equal exactly for payloads that ask for the same.

    `content` has its fields in the order of `to_json`.
    """
    return sealed(content)[1]


def sealed(content: Mapping[str, Any]) -> tuple[str, str]:
    """What is sent, and its fingerprint."""
    text = canonical(content)
    normal = normal_form(content)
    return text, sha256((text if normal is content else canonical(normal)).encode()).hexdigest()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _item_id(item: Mapping[str, Any]) -> int:
    return int(item["id"])


def _normal_item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    subs = item.get("orderItemAccountingItems")
    if not subs or len(subs) == 1:
        return item
    normal = sorted(
        subs, key=lambda sub: (sub.get("externalAccountingId", ""), sub.get("quantity", 0))
    )
    return item if normal == subs else {**item, "orderItemAccountingItems": normal}


def _given(**fields: object) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not UNSET}
