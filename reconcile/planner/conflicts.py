"""Why an order is held back: rows that don't go together, each named with every place.

Rules, section 4. Looked up only for orders that `grouping` has marked.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from reconcile.domain.model import CellRef, Field, Issue
from reconcile.domain.text import quoted
from reconcile.planner.grouping import OrderGroups
from reconcile.planner.rows import Rows
from reconcile.planner.validation import shown

__all__ = ["item_rows_below", "status_conflicts", "sync_conflicts", "synced_with_error"]

_OTHERS_NAMED = 10


def sync_conflicts(order: int, groups: OrderGroups, rows: Rows) -> Iterator[Issue]:
    """Every pair of values of the order, its items and supplier SKUs that can't both be true.

    Of an item that stands under many orders only the first others are named: a line number
    taken for an item id would name every row at every order.
    """
    own = groups.rows_of(order)
    for code, known in (
        ("order-external-id-differs", Field.ORDER_EXTERNAL_ID),
        ("synced-differs", Field.ACCOUNTING_SYNCED),
        ("sync-error-differs", Field.ACCOUNTING_SYNC_ERROR),
    ):
        yield from _differing(code, known, own, rows)
    for item_id, item_rows in _by_value(own, Field.ITEM_ID, rows).items():
        yield from _differing(
            "item-external-id-differs", Field.ITEM_EXTERNAL_ID, item_rows, rows, str(item_id)
        )
        for sub, sub_rows in _by_value(item_rows, Field.SUB_EXTERNAL_ID, rows).items():
            detail = f"{quoted(str(sub))} of item {item_id}"
            yield from _differing("quantity-differs", Field.SUB_QUANTITY, sub_rows, rows, detail)
        by_order = groups.shared_items.get(int(str(item_id)))
        if by_order is not None:
            order_id = int(groups.ids[order])
            others = chain.from_iterable(by_order[other] for other in by_order if other != order_id)
            named = (*item_rows, *islice(others, _OTHERS_NAMED))
            cells = tuple(rows.cell(row, Field.ITEM_ID) for row in named)
            found = ", ".join(map(str, islice(by_order, _OTHERS_NAMED)))
            if len(by_order) > _OTHERS_NAMED:
                found += f", … ({len(by_order)} orders)"
            yield Issue("item-in-two-orders", cells, found, str(item_id))


def status_conflicts(order: int, groups: OrderGroups, rows: Rows) -> Iterator[Issue]:
    """Different statuses or notes; they stop the status call alone."""
    own = groups.rows_of(order)
    yield from _differing("status-differs", Field.STATUS, own, rows)
    yield from _differing("note-differs", Field.UPDATE_NOTE, own, rows)


def synced_with_error(order: int, groups: OrderGroups, rows: Rows) -> Issue:
    """Yes beside a sync error; without a cell that says yes only the error is named."""
    own = groups.rows_of(order)
    yes = [row for row in own if rows.value(row, Field.ACCOUNTING_SYNCED) is True]
    error = [row for row in own if rows.value(row, Field.ACCOUNTING_SYNC_ERROR) is not None]
    cells = [rows.cell(row, Field.ACCOUNTING_SYNCED) for row in yes]
    cells += [rows.cell(row, Field.ACCOUNTING_SYNC_ERROR) for row in error]
    found = rows.value(error[0], Field.ACCOUNTING_SYNC_ERROR)
    return Issue("synced-with-error", tuple(cells), quoted(str(found)))


def item_rows_below(below: Sequence[int], rows: Rows) -> Issue:
    """Rows without an order id below the order that may belong to it."""
    cells = tuple(rows.cell(row) for row in below)
    return Issue("item-row-below", cells, "", ", ".join(str(rows.ref(row)) for row in below))


def _by_value(among: Sequence[int], known: Field, rows: Rows) -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for row in among:
        value = rows.value(row, known)
        if value is not None:
            found.setdefault(value, []).append(row)
    return found


def _differing(
    code: str, known: Field, among: Sequence[int], rows: Rows, detail: str = ""
) -> Iterator[Issue]:
    """An issue that names every place, if the column holds more than one value."""
    found = _by_value(among, known, rows)
    if len(found) > 1:
        cells: list[CellRef] = [
            rows.cell(row, known) for row in chain.from_iterable(found.values())
        ]
        yield Issue(code, tuple(cells), ", ".join(map(shown, found)), detail)
