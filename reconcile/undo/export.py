"""The calls of an undo as the sheet of an export, so that `run` makes the same calls of it.

Pure. What the config asks of an export (its own names of columns, `only:`, `sheet:`) is met,
as far as an export can; who writes the sheet reads it again and tells where it couldn't be.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from operator import itemgetter
from typing import Final, NamedTuple

from reconcile.domain.fields import ABOUT_UNDO, FIELDS, LEFT_ALONE, UNDO, normal_name
from reconcile.domain.model import Field
from reconcile.domain.payload import UNSET, OrderAccountingSyncRequest
from reconcile.domain.rules import CellRules
from reconcile.planner.validation import judge_column
from reconcile.results.report.tables import Kind, ReportColumn
from reconcile.undo.plan import OrderUndo

__all__ = ["NOT_KNOWN", "ExportSheet", "ExportStyle", "export_sheet"]

NOT_KNOWN: Final = "Not known"
"""The sheet of what is cleared though nobody knows what stood there before."""

_WIDTHS: Final = {
    Field.ORDER_ID: 14,
    Field.ORDER_EXTERNAL_ID: 24,
    Field.ACCOUNTING_SYNCED: 18,
    Field.ACCOUNTING_SYNC_ERROR: 26,
    Field.ITEM_ID: 14,
    Field.ITEM_EXTERNAL_ID: 24,
    Field.SUB_EXTERNAL_ID: 26,
    Field.SUB_QUANTITY: 22,
}
"""The columns in their order, with their widths."""

_WIDTH_OF_OTHERS: Final = 14
_STATUS: Final = (Field.STATUS, Field.UPDATE_NOTE)
_YES: Final = ("yes", "true", "1", "y", "t")
_NO: Final = ("no", "false", "0", "n", "f")
_SHEET_NAME: Final = re.compile(r"[^\[\]:*?/\\]{1,31}")


@dataclass(frozen=True, slots=True)
class ExportStyle:
    """How the config reads exports: `clear_word` as it is written, `cells` for the other words.

    `columns` are its own names of fields, `only` the rows that count, `sheet` what it reads;
    `send_status` says that a status would be sent.
    """

    clear_word: str = "(clear)"
    cells: CellRules = field(default_factory=CellRules)
    columns: Mapping[Field, str] = field(default_factory=dict)
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sheet: str | None = None
    send_status: bool = False


class ExportSheet(NamedTuple):
    """A sheet of an export: its name, its columns, and its rows as wide as that."""

    name: str
    columns: tuple[ReportColumn[Sequence[str]], ...]
    rows: Sequence[Sequence[str]]


def export_sheet(orders: Sequence[OrderUndo], style: ExportStyle) -> ExportSheet:
    """The calls as rows: the values of the order on its first one, items below each other."""
    columns = {column: style.columns.get(column, FIELDS[column].header) for column in _WIDTHS}
    needed = {name: "" for column, name in style.columns.items() if column not in columns}
    there = {normal_name(name) for name in columns.values()}
    statuses = {normal_name(name) for name in _names_of_statuses(style)}
    for name, words in style.only.items():
        # Better a file that can't be run than one that sends a status.
        sends = style.send_status and normal_name(name) in statuses
        if normal_name(name) not in there and not sends:
            needed[name] = words[0] if words else ""
    yes = _word(_YES, style.cells, meaning=True)
    no = _word(_NO, style.cells, meaning=False)
    rows = [
        (*(cells.get(column, "") for column in columns), *needed.values())
        for order in orders
        for cells in _cells(order.order_id, order.call, style.clear_word.strip(), yes, no)
    ]
    widths = {columns[column]: width for column, width in _WIDTHS.items()}
    header = (*columns.values(), *needed)
    return ExportSheet(
        _sheet_name(style.sheet),
        tuple(
            ReportColumn(name, Kind.ID, widths.get(name, _WIDTH_OF_OTHERS), value=itemgetter(at))
            for at, name in enumerate(header)
        ),
        rows,
    )


def _cells(
    order_id: int, call: OrderAccountingSyncRequest, clear_word: str, yes: str, no: str
) -> Iterator[dict[Field, str]]:
    def text(value: object) -> str:
        if value is UNSET:
            return ""
        if isinstance(value, bool):
            return yes if value else no
        return clear_word if value is None else str(value)

    own = {
        Field.ORDER_EXTERNAL_ID: text(call.external_accounting_id),
        Field.ACCOUNTING_SYNCED: text(call.accounting_synced),
        Field.ACCOUNTING_SYNC_ERROR: text(call.accounting_sync_error),
    }
    items: list[dict[Field, str]] = []
    for item in call.items:
        external = text(item.external_accounting_id)
        pairs = zip_longest((external,), item.order_item_accounting_items)
        for first, sub in pairs:
            cells = {Field.ITEM_ID: str(item.id), Field.ITEM_EXTERNAL_ID: first or ""}
            if sub is not None:
                cells[Field.SUB_EXTERNAL_ID] = text(sub.external_accounting_id)
                cells[Field.SUB_QUANTITY] = text(sub.quantity)
            items.append(cells)
    for cells in items or [{}]:
        yield {Field.ORDER_ID: str(order_id), **own, **cells}
        own = {}


def _word(words: Sequence[str], cells: CellRules, *, meaning: bool) -> str:
    """The first of the words that still means this, whatever `values:` says of others."""
    for word in words:
        judged = judge_column(Field.ACCOUNTING_SYNCED, [word], {}, cells)
        if judged.values[0] is meaning and not judged.remarks:
            return word
    return words[0]


def _names_of_statuses(style: ExportStyle) -> Iterator[str]:
    for column in _STATUS:
        yield FIELDS[column].header
        yield from FIELDS[column].synonyms
        if column in style.columns:
            yield style.columns[column]


def _sheet_name(asked: str | None) -> str:
    taken = {name.casefold() for name in (ABOUT_UNDO, LEFT_ALONE, NOT_KNOWN)}
    fits = asked is not None and _SHEET_NAME.fullmatch(asked) and asked.casefold() not in taken
    return asked if asked is not None and fits else UNDO
