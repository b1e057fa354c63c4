"""Rows grouped into orders, items and supplier SKUs, over whole columns at once.

What an order says is what the first of its rows says that says anything; groups whose rows say
several things are marked, and `conflicts` names them. Python runs for faulty rows only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from reconcile.domain.fields import ITEM_VALUES, LOOKED_UP
from reconcile.domain.model import Field
from reconcile.planner.rows import Rows, first_in_groups, group_codes
from reconcile.planner.validation import Codes, Fault, shown

__all__ = ["Items", "OrderGroups", "SupplierSkus", "group_rows"]

_ORDER_VALUES = (
    Field.ORDER_EXTERNAL_ID,
    Field.ACCOUNTING_SYNCED,
    Field.ACCOUNTING_SYNC_ERROR,
    Field.STATUS,
    Field.UPDATE_NOTE,
)
_OF_STATUS = (Field.STATUS, Field.UPDATE_NOTE)


@dataclass(frozen=True, slots=True)
class SupplierSkus:
    """The supplier SKUs of all items, each item's together: item, external id, quantity (codes)."""

    items: Codes
    external_ids: Codes
    quantities: Codes


@dataclass(frozen=True, slots=True)
class Items:
    """The items of all orders, in the order of their first row; `orders` is that of each."""

    ids: Codes
    orders: Codes
    external_ids: Codes
    skus: SupplierSkus


@dataclass(frozen=True, slots=True)
class OrderGroups:
    """All orders, in the order of their first row.

    The rows of order n are `rows[starts[n]:starts[n + 1]]`. `said` is for each field the code of
    what the order says, -1 for nothing. `faulty`: a row has an issue of its own. `differing` and
    `status_differing`: rows contradict each other, in the accounting sync or in the status call.
    `below`: rows without an order id that may belong to the order above them. `strays`: all rows
    that name no order. `shared_items`: for an item of several orders its rows, by order.
    """

    ids: Codes
    rows: Codes
    starts: Codes
    said: dict[Field, Codes]
    items: Items
    faulty: set[int]
    differing: set[int]
    status_differing: set[int]
    strays: Sequence[int]
    below: dict[int, list[int]] = field(default_factory=dict)
    shared_items: dict[int, dict[int, list[int]]] = field(default_factory=dict)

    def rows_of(self, order: int) -> list[int]:
        """The rows of an order, from the top."""
        found: list[int] = self.rows[self.starts[order] : self.starts[order + 1]].tolist()
        return found


def group_rows(rows: Rows) -> OrderGroups:
    """Groups the rows of all sheets, and holds against them what belongs to no item or order."""
    orders, order_ids = _numbered(_ids(rows, Field.ORDER_ID))
    count = len(order_ids)
    items, item_ids = _numbered(np.where(orders >= 0, _ids(rows, Field.ITEM_ID), 0))
    strays: list[int] = np.flatnonzero(orders < 0).tolist()
    below = _reject_strays(rows, orders, strays)
    faulty = _reject_unowned(rows, orders)
    said: dict[Field, Codes] = {}
    differing: dict[Field, set[int]] = {}
    for known in _ORDER_VALUES:
        said[known], several = first_in_groups(orders, rows.column(known)[0], count)
        differing[known] = set(several.tolist())
    grouped, of_items = _items(rows, orders, items, item_ids)
    owners, shared = grouped.orders, _shared(orders, items, grouped)
    of_sync = set().union(*(differing[known] for known in _ORDER_VALUES if known not in _OF_STATUS))
    of_sync |= set(owners[of_items].tolist())
    of_sync |= {order for by_order in shared.values() for order in by_order}
    ordered = np.argsort(orders, kind="stable")[len(strays) :]
    return OrderGroups(
        ids=order_ids,
        rows=ordered,
        starts=np.searchsorted(orders[ordered], np.arange(count + 1)),
        said=said,
        items=grouped,
        faulty=faulty,
        differing=of_sync,
        status_differing=set().union(*(differing[known] for known in _OF_STATUS)),
        strays=strays,
        below=below,
        shared_items={
            int(item_ids[item]): {int(order_ids[order]): at for order, at in by_order.items()}
            for item, by_order in shared.items()
        },
    )


def _ids(rows: Rows, known: Field) -> Codes:
    """The id on each row, 0 for none."""
    codes, meanings = rows.column(known)
    ids: Codes = np.array([*meanings, 0], dtype=np.int64)[codes]
    return ids


def _numbered(ids: Codes) -> tuple[Codes, Codes]:
    """The ids numbered in the order of their first row, -1 for 0; and the id of each number."""
    codes = np.full(len(ids), -1)
    there = ids > 0
    codes[there], distinct = pd.factorize(ids[there])
    return codes, distinct


def _items(rows: Rows, orders: Codes, items: Codes, item_ids: Codes) -> tuple[Items, Codes]:
    """The items, and those of them whose rows say several things."""
    count = len(item_ids)
    owners, _ = first_in_groups(items, orders, count)
    external_ids, several = first_in_groups(items, rows.column(Field.ITEM_EXTERNAL_ID)[0], count)
    subs, meanings = rows.column(Field.SUB_EXTERNAL_ID)
    pairs = group_codes(items, subs, max(1, len(meanings)))
    number = int(pairs.max(initial=-1)) + 1
    of_item, _ = first_in_groups(pairs, items, number)
    of_sub, _ = first_in_groups(pairs, subs, number)
    quantities, unequal = first_in_groups(pairs, rows.column(Field.SUB_QUANTITY)[0], number)
    by_item = np.argsort(of_item, kind="stable")
    skus = SupplierSkus(of_item[by_item], of_sub[by_item], quantities[by_item])
    found = Items(item_ids, owners, external_ids, skus)
    return found, np.concatenate((several, of_item[unequal]))


def _shared(orders: Codes, items: Codes, grouped: Items) -> dict[int, dict[int, list[int]]]:
    """Items that stand under several orders, with their rows by order."""
    _, several = first_in_groups(items, orders, len(grouped.ids))
    found: dict[int, dict[int, list[int]]] = {}
    for row in np.flatnonzero(np.isin(items, several)).tolist() if len(several) else ():
        by_order = found.setdefault(int(items[row]), {})
        by_order.setdefault(int(orders[row]), []).append(row)
    return found


def _has_item_values(rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(rows.count, dtype=bool)
    for known in ITEM_VALUES:
        found |= rows.column(known)[0] >= 0
    return found


def _reject_strays(rows: Rows, orders: Codes, strays: Sequence[int]) -> dict[int, list[int]]:
    """Holds against rows that they name no order; those with item values, by the order above.

    A row whose order id can't be read holds nothing else back: it isn't blank, so the rows
    below it don't belong to the order above it.
    """
    if not strays:
        return {}
    has_values = _has_item_values(rows)
    last = np.maximum.accumulate(np.where(orders >= 0, np.arange(rows.count), -1))
    unreadable = -1
    below: dict[int, list[int]] = {}
    for row in strays:
        columns = {known for known, _ in rows.faults(row)}
        above = max(int(last[row]), int(rows.sheet_starts[row]) - 1)
        if Field.ORDER_ID in columns or Field.ORDER_NUMBER in columns:
            unreadable = row
        else:
            rows.add_fault(row, Field.ORDER_ID, Fault("order-id-missing", '""'))
        _reject_unowned_values(rows, row)
        may_belong = above > unreadable and above >= rows.sheet_starts[row] and orders[above] >= 0
        if may_belong and (has_values[row] or not columns.isdisjoint(ITEM_VALUES)):
            below.setdefault(int(orders[above]), []).append(row)
    return below


def _reject_unowned(rows: Rows, orders: Codes) -> set[int]:
    """Holds against rows their item values that belong to no item; the orders with any fault."""
    without_item = (rows.column(Field.ITEM_ID)[0] < 0) & _has_item_values(rows)
    without_sku = (rows.column(Field.SUB_EXTERNAL_ID)[0] < 0) & (
        rows.column(Field.SUB_QUANTITY)[0] >= 0
    )
    looked_at = {*np.flatnonzero(without_item | without_sku).tolist(), *rows.faulty()}
    for row in sorted(looked_at):
        if orders[row] >= 0:
            _reject_unowned_values(rows, row)
    return {int(orders[row]) for row in looked_at if orders[row] >= 0}


def _reject_unowned_values(rows: Rows, row: int) -> None:
    """Marks item values, sound or not, that belong to no item or to no supplier SKU."""
    unusable = {known: fault.found for known, fault in rows.faults(row)}
    found: dict[Field, str] = {}
    for known in ITEM_VALUES:
        value = rows.value(row, known)
        if value is not None:
            found[known] = shown(value)
        elif known in unusable:
            found[known] = unusable[known]
    looked_for = not unusable.keys().isdisjoint((Field.ITEM_ID, *LOOKED_UP))
    if rows.value(row, Field.ITEM_ID) is None and found and not looked_for:
        missing = Fault("item-id-missing", ", ".join(found.values()))
        rows.add_fault(row, Field.ITEM_ID, missing)
    if Field.SUB_QUANTITY in found and Field.SUB_EXTERNAL_ID not in found:
        missing = Fault("sku-id-missing", found[Field.SUB_QUANTITY])
        rows.add_fault(row, Field.SUB_QUANTITY, missing)
