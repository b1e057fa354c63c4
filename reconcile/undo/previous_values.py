"""What an order held before a run and holds now, value by value of what the run wrote.

Pure. Supplier SKUs of an item are one value: what is sent replaces what is there.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from reconcile.domain.model import Comparison, Field
from reconcile.journal.records import CallRecord, LastAcknowledgedRun, OrderReading
from reconcile.orders.remote_state import RemoteState, equal

__all__ = ["UNKNOWN", "OrderHistory", "Skus", "Unknown", "WrittenValue", "written_values"]

_SUBS: Final = "orderItemAccountingItems"
_WHOLE: Final = re.compile(r"[0-9]{1,15}(?:\.0*)?", re.ASCII)
_NAMES: Final = {
    Field.ACCOUNTING_SYNCED: "accountingSynced",
    Field.ORDER_EXTERNAL_ID: "externalAccountingId",
    Field.ACCOUNTING_SYNC_ERROR: "accountingSyncError",
    Field.ITEM_EXTERNAL_ID: "externalAccountingId",
    Field.SUB_EXTERNAL_ID: _SUBS,
}
_OF_ORDER: Final = (
    Field.ACCOUNTING_SYNCED,
    Field.ORDER_EXTERNAL_ID,
    Field.ACCOUNTING_SYNC_ERROR,
)
_OF_ITEM: Final = (Field.ITEM_EXTERNAL_ID, Field.SUB_EXTERNAL_ID)
_WORDS: Final = {
    Field.ACCOUNTING_SYNCED: "accounting synced",
    Field.ORDER_EXTERNAL_ID: "external id of the order",
    Field.ACCOUNTING_SYNC_ERROR: "accounting sync error",
    Field.ITEM_EXTERNAL_ID: "external id",
    Field.SUB_EXTERNAL_ID: "supplier SKU",
}


class Unknown(Enum):
    """The type of `UNKNOWN`, for annotations."""

    UNKNOWN = "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
"""Nobody says; not the same as nothing."""


@dataclass(frozen=True, slots=True)
class Skus:
    """The supplier SKUs of an item as (external id, quantity), in their order.

    A quantity that is a whole number is one, however it was written: `2.0`, `"2"`.
    """

    pairs: tuple[tuple[str, object], ...]

    @classmethod
    def of(cls, value: object) -> "Skus":
        """As they stand in JSON; null is none."""
        there = value if isinstance(value, list) else []
        maps = [each for each in there if isinstance(each, Mapping)]
        return cls(
            tuple(
                (str(s.get("externalAccountingId") or ""), _whole(s.get("quantity"))) for s in maps
            )
        )

    def quantity(self, sku: str) -> object:
        """The quantity of a supplier SKU; None if it has none, or isn't there."""
        return dict(self.pairs).get(sku)

    def is_twice(self, sku: str) -> bool:
        """Whether it is there more than once, which no export can say."""
        return [key for key, _ in self.pairs].count(sku) > 1

    def holds(self, other: "Skus") -> bool:
        """Whether all of the others are here, with the same quantities."""
        return {(k, _number(q)) for k, q in other.pairs} <= {(k, _number(q)) for k, q in self.pairs}

    def without(self, other: "Skus") -> "Skus":
        """Those whose ids aren't among the others."""
        return Skus(tuple(pair for pair in self.pairs if not other.has(pair[0])))

    def has(self, sku: str) -> bool:
        """Whether there is one of this id."""
        return any(key == sku for key, _ in self.pairs)

    def __str__(self) -> str:
        """`S-1 (2), S-2 (1)`."""
        if not self.pairs:
            return "(nothing)"
        return ", ".join(f"{key} ({_number(quantity) or '-'})" for key, quantity in self.pairs)


class OrderHistory(NamedTuple):
    """A call of the run, and all that is known of its order beside it.

    `earlier` and `later` are the accounting syncs acknowledged before and after it, in their
    turn, the later ones with their runs; `last` says whose word was the last. `before` was read
    before the run, `now` just now (None: nobody asked).
    """

    call: CallRecord
    earlier: Sequence[RemoteState] = ()
    later: Sequence[tuple[str, RemoteState]] = ()
    last: LastAcknowledgedRun | None = None
    before: OrderReading | None = None
    now: OrderReading | None = None

    @property
    def order_id(self) -> int:
        """Of the order."""
        return self.call.order_id

    @property
    def is_gone(self) -> bool:
        """Whether Flxpoint was asked just now, and has no such order."""
        return self.now is not None and self.now.readable and self.now.state is None

    def lacks_item(self, item_id: int | None) -> bool:
        """Whether the order tells its items now, and this isn't one of them."""
        remote = _state_in(self.now)
        return (
            item_id is not None
            and remote is not None
            and "items" in remote
            and _item_in(remote, item_id) is None
        )

    def synced_now(self) -> object:
        """Whether the order is synced, by the latest word on it.

        That is Flxpoint's now, else what was acknowledged in this run or after it, else the
        reading before it, else earlier runs, else that the reading lacks it; `UNKNOWN` if nobody
        knows.
        """
        column = Field.ACCOUNTING_SYNCED
        since = [json.loads(self.call.content), *(content for _, content in self.later)]
        words = [_reported(self.now, column, None)]
        words += [_in_call(content, column, None) for content in reversed(since)]
        words.append(_reported(self.before, column, None, inferred=False))
        words += [_in_call(content, column, None) for content in reversed(self.earlier)]
        words.append(_reported(self.before, column, None))
        return _first(words)


class WrittenValue(NamedTuple):
    """A value that the run wrote, what was there before (None: nothing), and what is now.

    Not `known`: nobody knows what was there, and that it was nothing is a mere guess.
    """

    field: Field
    item_id: int | None
    wrote: object
    previous: object
    now: object
    known: bool = True

    @property
    def words(self) -> str:
        """What it is called."""
        words = _WORDS[self.field]
        return words if self.item_id is None else f"item {self.item_id}: {words}"

    @property
    def is_as_before(self) -> bool:
        """Whether the run changed nothing here."""
        return self._same(self.wrote, self.previous)

    @property
    def still_holds(self) -> bool:
        """Whether Flxpoint says that what the run wrote stands there.

        Former supplier SKUs may stand beside those of the run, if Flxpoint keeps them.
        """
        if isinstance(self.now, Skus) and isinstance(self.wrote, Skus):
            others = self.now.without(self.wrote)
            previous = self.previous if isinstance(self.previous, Skus) else Skus(())
            return self.now.holds(self.wrote) and previous.holds(others)
        return self.is_now(self.wrote)

    def is_now(self, value: object) -> bool:
        """Whether this value stands there now."""
        return value is not UNKNOWN and self._same(value, self.now)

    def in_call(self, content: RemoteState) -> object:
        """What another call says of it."""
        return _in_call(content, self.field, self.item_id)

    def _same(self, one: object, other: object) -> bool:
        if isinstance(one, Skus) and isinstance(other, Skus):
            return one.holds(other) and other.holds(one)
        return equal(_NAMES[self.field], one, other)


def written_values(order: OrderHistory) -> Iterator[WrittenValue]:
    """Every value that the call wrote, beside what was there and what is.

    Before: by the reading before the run, else by what was acknowledged earlier; a call that
    said the same as the one before it changed nothing that anybody knows of. Nothing was there
    if the reading lacks what answers were known to have then, and no earlier call says more; or
    if there were earlier calls, and none said anything of it.
    """
    content = json.loads(order.call.content)
    places = [(column, None) for column in _OF_ORDER]
    places += [(column, item["id"]) for item in content.get("items", ()) for column in _OF_ITEM]
    for column, item_id in places:
        wrote = _in_call(content, column, item_id)
        if wrote is UNKNOWN:
            continue
        words = [_reported(order.before, column, item_id, inferred=False)]
        if order.call.comparison is Comparison.SAME:
            words.append(wrote)
        words += [_in_call(earlier, column, item_id) for earlier in reversed(order.earlier)]
        words.append(_reported(order.before, column, item_id))
        previous = _first(words)
        known = previous is not UNKNOWN or bool(order.earlier)
        if previous is UNKNOWN:
            previous = _value(column, None)
        yield WrittenValue(
            column, item_id, wrote, previous, _reported(order.now, column, item_id), known
        )


def _first(words: Sequence[object]) -> object:
    """The first that says anything."""
    return next((word for word in words if word is not UNKNOWN), UNKNOWN)


def _in_call(content: RemoteState, column: Field, item_id: int | None) -> object:
    """What a call (its JSON) says."""
    where = content if item_id is None else _item_in(content, item_id)
    if where is None or _NAMES[column] not in where:
        return UNKNOWN
    return _value(column, where[_NAMES[column]])


def _reported(
    reading: OrderReading | None, column: Field, item_id: int | None, *, inferred: bool = True
) -> object:
    """What a reading says.

    A field that it lacks, and answers were known to have then, holds nothing; not unless that
    may be `inferred`.
    """
    remote = _state_in(reading)
    if reading is None or remote is None or (item_id is not None and "items" not in remote):
        return UNKNOWN
    where = remote if item_id is None else _item_in(remote, item_id)
    if where is None:
        return _value(column, None)
    name = _NAMES[column]
    if name in where:
        return _value(column, where[name])
    is_reported = (name if item_id is None else f"items.{name}") in reading.reported_fields
    return _value(column, None) if inferred and is_reported else UNKNOWN


def _state_in(reading: OrderReading | None) -> RemoteState | None:
    """What a reading says; None if its answer was no order at all."""
    return reading.state if reading is not None and reading.readable else None


def _item_in(content: RemoteState, item_id: int) -> RemoteState | None:
    return next((item for item in content.get("items", ()) if item["id"] == item_id), None)


def _value(column: Field, value: object) -> object:
    return Skus.of(value) if column is Field.SUB_EXTERNAL_ID else value


def _whole(quantity: object) -> object:
    """A whole number for one that was written otherwise."""
    if isinstance(quantity, float) and quantity.is_integer():
        return int(quantity)
    if isinstance(quantity, str) and _WHOLE.fullmatch(quantity):
        return int(quantity.partition(".")[0])
    return quantity


def _number(quantity: object) -> str:
    return "" if quantity is None else str(quantity)
