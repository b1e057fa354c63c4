"""Why an order is held back: rows that don't go together, each named with every place.

Rules, section 4. Looked up only for orders that `gathering` has marked.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from reconcile.domain.model import CellRef, Field, Issue
from reconcile.domain.text import quoted
from reconcile.planner.gathering import Gathered, GatheredOrder
from reconcile.planner.judging import Rows
from reconcile.planner.validation import shown

__all__ = ["contradictions", "item_rows_below", "status_contradictions", "synced_with_error"]

_OTHERS_NAMED = 10


def contradictions(
    order: GatheredOrder, order_id: int, rows: Rows, gathered: Gathered
) -> Iterator[Issue]:
    """Every pair of values of the order, its items and supplier SKUs that can't both be true.

    `gathered` tells under which orders an item stands; only orders marked `suspect` have any.
    Of an item that stands under many orders only the first others are named: a line number
    taken for an item id would name every row at every order.
    """
    for code, column in (
        ("order-external-id-differs", Field.ORDER_EXTERNAL_ID),
        ("synced-differs", Field.ACCOUNTING_SYNCED),
        ("sync-error-differs", Field.ACCOUNTING_SYNC_ERROR),
    ):
        yield from _differing(code, column, order.rows, rows)
    by_item: dict[int, list[int]] = {}
    for row in order.rows:
        item_id = rows.value(row, Field.ITEM_ID)
        if item_id is not None:
            by_item.setdefault(item_id, []).append(row)
    for item_id, item_rows in by_item.items():
        yield from _differing(
            "item-external-id-differs", Field.ITEM_EXTERNAL_ID, item_rows, rows, str(item_id)
        )
        by_sub: dict[str, list[int]] = {}
        for row in item_rows:
            sub = rows.value(row, Field.SUB_EXTERNAL_ID)
            if sub is not None:
                by_sub.setdefault(sub, []).append(row)
        for sub, sub_rows in by_sub.items():
            detail = f"{quoted(sub)} of item {item_id}"
            yield from _differing("quantity-differs", Field.SUB_QUANTITY, sub_rows, rows, detail)
        if item_id in gathered.shared_items:
            orders = gathered.shared_items[item_id]
            others = chain.from_iterable(orders[other] for other in orders if other != order_id)
            named = (*item_rows, *islice(others, _OTHERS_NAMED))
            places = tuple(rows.place(row, Field.ITEM_ID) for row in named)
            found = ", ".join(map(str, islice(orders, _OTHERS_NAMED)))
            if len(orders) > _OTHERS_NAMED:
                found += f", … ({len(orders)} orders)"
            yield Issue("item-in-two-orders", places, found, str(item_id))


def status_contradictions(order: GatheredOrder, rows: Rows) -> Iterator[Issue]:
    """Different statuses or notes; they stop the status call alone."""
    yield from _differing("status-differs", Field.STATUS, order.rows, rows)
    yield from _differing("note-differs", Field.UPDATE_NOTE, order.rows, rows)


def _differing(
    code: str, column: Field, among: Sequence[int], rows: Rows, detail: str = ""
) -> Iterator[Issue]:
    """An issue that names every place, if the column holds more than one value."""
    found: dict[object, list[CellRef]] = {}
    for row in among:
        value = rows.value(row, column)
        if value is not None:
            found.setdefault(value, []).append(rows.place(row, column))
    if len(found) > 1:
        places = tuple(chain.from_iterable(found.values()))
        yield Issue(code, places, ", ".join(map(shown, found)), detail)


def synced_with_error(order: GatheredOrder, rows: Rows) -> Issue:
    """Yes beside a sync error; without a cell that says yes only the error is named."""
    yes = [row for row in order.rows if rows.value(row, Field.ACCOUNTING_SYNCED) is True]
    error = [r for r in order.rows if rows.value(r, Field.ACCOUNTING_SYNC_ERROR) is not None]
    places = [rows.place(row, Field.ACCOUNTING_SYNCED) for row in yes]
    places += [rows.place(row, Field.ACCOUNTING_SYNC_ERROR) for row in error]
    return Issue("synced-with-error", tuple(places), quoted(order.error or ""))


def item_rows_below(below: Sequence[int], rows: Rows) -> Issue:
    """Rows without an order id below the order that may belong to it."""
    places = tuple(rows.place(row) for row in below)
    return Issue("item-row-below", places, "", ", ".join(str(rows.ref(row)) for row in below))
