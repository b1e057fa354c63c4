"""The shapes in which an order may be answered: which of its fields a GET tells.

Flxpoint's pages leave open whether accounting fields and item ids are among them, so each answer
of that question can be chosen. What an order holds is never touched here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, assert_never

from reconcile.sandbox.people import personal_data_of

AccountingFields = Literal["sent", "always", "never"]

# What is told of an order or an item that holds nothing, where everything is always told.
_ORDER_HOLDS_NOTHING: Mapping[str, object] = {
    "accountingSynced": False,
    "externalAccountingId": None,
    "accountingSyncError": None,
}
_ITEM_HOLDS_NOTHING: Mapping[str, object] = {
    "externalAccountingId": None,
    "orderItemAccountingItems": [],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Makes answers of what orders hold. See `SandboxSettings` for the options."""

    accounting_fields: AccountingFields
    item_ids: bool
    listed_items: bool
    personal_data: bool

    def order(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """Make what `GET /orders/{id}` answers. Parts of what is held are in it, not copies."""
        told = self._accounting(held, _ORDER_HOLDS_NOTHING)
        told["orderItems"] = [self._item(item) for item in held["orderItems"]]
        return told | personal_data_of(held["id"]) if self.personal_data else told

    def listed(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """Make what `GET /orders` answers about one order, in the same way."""
        told = self.order(held)
        if not self.listed_items:
            del told["orderItems"]
        return told

    def _item(self, held: Mapping[str, Any]) -> dict[str, Any]:
        told = self._accounting(held, _ITEM_HOLDS_NOTHING)
        if not self.item_ids:
            del told["id"]
        return told

    def _accounting(self, held: Mapping[str, Any], nothing: Mapping[str, object]) -> dict[str, Any]:
        match self.accounting_fields:
            case "sent":
                return dict(held)
            case "always":
                return {**held, **{name: held.get(name, nothing[name]) for name in nothing}}
            case "never":
                return {name: value for name, value in held.items() if name not in nothing}
            case _:
                assert_never(self.accounting_fields)
