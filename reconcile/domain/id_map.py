"""Which order a number means, and which item of an order a SKU.

A value that is handed to the planner, whoever made it: a file (`loader.id_file`), or the
API. It compares text exactly: `00123` is not `123`. Everything in it knows where it stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from reconcile.domain.model import CellRef

__all__ = ["Entry", "IdMap", "KnownItem", "WantedIds", "amount"]


class Entry(NamedTuple):
    """One line of a source of ids: an order, the numbers it is known by, and maybe an item."""

    order_id: int
    numbers: tuple[str, ...]
    place: CellRef
    sku: str = ""
    item_id: int | None = None
    quantity: str = ""


class WantedIds(NamedTuple):
    """What rows name that an id map may know: order numbers, order ids, and whether SKUs."""

    numbers: frozenset[str]
    order_ids: frozenset[int]
    skus: bool


class KnownItem(NamedTuple):
    """An item of an order: how many there are of it, if that is known, and where it stands."""

    quantity: Decimal | None
    place: CellRef


@dataclass(frozen=True, slots=True)
class IdMap:
    """What is known of ids.

    `numbers` has for each number the orders that it may mean; `items` has for each order
    and SKU the items that it may mean. More than one is an ambiguity, which is for the
    planner to judge.
    """

    numbers: Mapping[str, Mapping[int, CellRef]] = field(default_factory=dict)
    items: Mapping[int, Mapping[str, Mapping[int, KnownItem]]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "IdMap":
        """The map of all entries; the first place of each thing is kept."""
        numbers: dict[str, dict[int, CellRef]] = {}
        items: dict[int, dict[str, dict[int, KnownItem]]] = {}
        for entry in entries:
            for number in entry.numbers:
                numbers.setdefault(number, {}).setdefault(entry.order_id, entry.place)
            if entry.sku and entry.item_id is not None:
                known = items.setdefault(entry.order_id, {}).setdefault(entry.sku, {})
                known.setdefault(entry.item_id, KnownItem(amount(entry.quantity), entry.place))
        return cls(numbers, items)

    def over(self, other: "IdMap") -> "IdMap":
        """Both maps in one: what this one knows of a number, or of a SKU of an order, counts."""
        items = {order_id: dict(skus) for order_id, skus in other.items.items()}
        for order_id, skus in self.items.items():
            items.setdefault(order_id, {}).update(skus)
        return IdMap({**other.numbers, **self.numbers}, items)


def amount(text: str) -> Decimal | None:
    """A quantity to compare: `2`, `2.00` and `1,000` are numbers, anything else is None."""
    if not text:
        return None
    whole, _, rest = text.partition(".")
    first, *groups = whole.split(",")
    if any(len(group) != 3 for group in groups):  # noqa: PLR2004
        return None
    plain = "".join((first, *groups)) + (f".{rest}" if rest else "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
