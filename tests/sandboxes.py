"""The sandbox with a view behind its answers: what its orders hold, and other people's changes."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import reconcile.sandbox
from reconcile.sandbox import Fault, WriteKind, schema
from reconcile.sandbox.given import ITEM_FIELDS, ORDER_FIELDS, copied
from reconcile.sandbox.people import personal_data_of

__all__ = ["Sandbox", "personal_words"]

_CHANGE = schema.record(ORDER_FIELDS)
_ITEM_CHANGE = schema.record(ITEM_FIELDS)
_ANYBODYS = frozenset({"state", "country"})
"""Fields that say nothing about a person."""


class Sandbox(reconcile.sandbox.Sandbox):
    """A sandbox that tests look into."""

    @property
    def state(self) -> dict[int, dict[str, Any]]:
        """What each order holds, by id, whatever part of it a GET tells. A copy.

        Orders known by range or as "any" are there once they were written to. Accounting fields
        that were never sent or given are not. The last `updateNote` is there if there was one.
        """
        with self.gate.lock:
            return {
                id_: copied(held.document)
                | ({} if held.note is None else {"updateNote": held.note})
                for id_, held in self.gate.book.held.items()
            }

    @property
    def writes(self) -> dict[tuple[int, WriteKind], int]:
        """How often each kind of write was carried out for each order; 0 if never. A copy."""
        with self.gate.lock:
            return self.gate.book.writes.copy()

    def inject(self, fault: Fault) -> None:
        """Add a fault while it runs, behind those of the settings."""
        with self.gate.lock:
            self.gate.faults.append(fault)

    def change(self, order_id: int, **fields: Any) -> None:
        """Set fields of an order as somebody else would on the server. Counts as no write.

        `orderItems` and `shipments` replace the ones before. `updatedAt` becomes now unless it is
        one of the fields.

        Raises ValueError, and changes nothing, for an order that isn't there, for a field that an
        order doesn't have and for a value that it can't hold.
        """
        with self.gate.lock:
            self._must_know(order_id)
            _check(_CHANGE, fields)
            self.gate.book.put(order_id, fields, datetime.now(UTC))

    def change_item(self, order_id: int, item_id: int, **fields: Any) -> None:
        """Set fields of one item of an order in the same way; the order's `updatedAt` is now."""
        with self.gate.lock:
            self._must_know(order_id)
            _check(_ITEM_CHANGE, fields)
            book = self.gate.book
            items = {item["id"]: item for item in book.order(order_id).document["orderItems"]}
            if item_id not in items:
                raise ValueError(f"change: order {order_id} has no item {item_id}")
            items[item_id].update(copied(fields))
            book.put(order_id, {}, datetime.now(UTC))

    def wait_for_arrivals(self, count: int, timeout: float = 120.0) -> bool:
        """Wait until `count` requests have arrived in all; False if not in `timeout` seconds."""
        end = time.monotonic() + timeout
        while len(self.arrivals) < count:
            if time.monotonic() > end:
                return False
            time.sleep(0.002)
        return True

    def _must_know(self, order_id: int) -> None:
        if not self.gate.book.knows(order_id):
            raise ValueError(f"change: there is no order {order_id}")


def personal_words(order_id: int) -> frozenset[str]:
    """Every text in the personal fields of an order that tells something about a person."""
    return frozenset(_texts(personal_data_of(order_id)))


def _texts(fields: Mapping[str, object]) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _texts(value)
        elif isinstance(value, str) and name not in _ANYBODYS:
            yield value


def _check(check: schema.Check, fields: dict[str, Any]) -> None:
    wrong = list(check(fields, ""))
    if wrong:
        raise ValueError("change: " + "; ".join(wrong))
