"""One table, one sheet, or several if it has more rows than a sheet can hold."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from reconcile.results.report.tables import Column, Kind, Link, Table
from reconcile.results.workbook.cell_text import plain_line
from reconcile.results.workbook.cell_xml import text_cell
from reconcile.results.workbook.column_cells import WIDEST, ColumnCells
from reconcile.results.workbook.style import BODY, EMPTY, HEADER, NUMBERS_HEADER, Styles
from reconcile.results.workbook.text_size import fitting_height, line_count, text_width
from reconcile.results.workbook.xlsx_package import Spool

__all__ = [
    "MOST_LINKS",
    "ROWS_PER_SHEET",
    "TableRows",
    "create_sheets",
    "place_in",
    "set_up_print",
    "spool_table",
]

ROWS_PER_SHEET = 1_048_576
"""More rows than this no program accepts."""

MOST_LINKS = 65_530
"""More links than this Excel accepts on no sheet."""

_NAME_LENGTH = 31
_LEGIBLE = 230
"""So many digits beside each other can still be read on a page."""
_MOST_PAGES = 4
_FILTER_BUTTON = 3
_CELL_PADDING = 3
_HEADER_PADDING = 4
_COUNTED = (Kind.NUMBER, Kind.SECONDS)


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table whose rows are on disk: one spool a sheet, and how wide its columns became."""

    table: Table
    widths: list[float]
    spools: list[Spool]


def spool_table(
    table: Table,
    styles: Styles,
    folder: Path,
    rows_per_sheet: int,
    open_spools: ExitStack,
    titles: Mapping[int, str] | None = None,
) -> TableRows:
    """Goes through the rows of a table once and puts them on disk, each sheet with its header.

    Args:
        table: The table.
        styles: The styles of the workbook.
        folder: Where the rows wait.
        rows_per_sheet: So many rows, with the header, fit onto a sheet.
        open_spools: Closes the spools when the workbook is written.
        titles: The sheets of the workbook that hold the rows of a source, by its number.

    Raises:
        OSError: the disk is full, or the folder can't be written.
    """
    spools: list[Spool] = []

    def linked(ref: str, link: Link) -> bool:
        title = (titles or {}).get(link.source)
        if title is None or len(spools[-1].links) == MOST_LINKS:
            return False
        spools[-1].links.append((ref, place_in(title, f"A{link.row}")))
        return True

    columns = [
        ColumnCells(column, get_column_letter(number), styles, linked if titles else None)
        for number, column in enumerate(table.columns, 1)
    ]
    header, header_height = _header(table.columns, styles)

    def begin() -> Spool:
        spool = open_spools.enter_context(Spool(folder, len(columns)))
        spool.add(header, header_height)
        spools.append(spool)
        return spool

    spool = begin()
    for row in table.rows:
        if spool.rows == rows_per_sheet:
            spool = begin()
        number = spool.rows + 1
        xml = "".join(
            [cells.cell(value, number) for cells, value in zip(columns, row, strict=True)]
        )
        lines = max([cells.lines for cells in columns])
        spool.add(xml, fitting_height(lines, BODY.size) if lines > 1 else None)
    if len(spools) == 1 and spool.rows == 1:
        spool.add(text_cell("A2", styles.number(EMPTY), table.empty))
    widths = [
        round(max(cells.width, _header_room(column)) + _CELL_PADDING, 1)
        for cells, column in zip(columns, table.columns, strict=True)
    ]
    return TableRows(table, widths, spools)


def create_sheets(book: Any, rows: TableRows) -> dict[str, Spool]:
    """Creates the sheets of a table in openpyxl's workbook; their rows, by title."""
    created = {}
    for number, spool in enumerate(rows.spools, 1):
        more = "" if number == 1 else f" ({number})"
        name = plain_line(rows.table.name)[: _NAME_LENGTH - len(more)] + more
        sheet = book.create_sheet(name)
        for position, (column, width) in enumerate(
            zip(rows.table.columns, rows.widths, strict=True), 1
        ):
            dimension = sheet.column_dimensions[get_column_letter(position)]
            dimension.width = width
            if column.kind not in _COUNTED:
                dimension.number_format = "@"
        sheet.freeze_panes = "A2"
        sheet.print_title_rows = "1:1"
        sheet.auto_filter.ref = spool.area
        set_up_print(sheet)
        pages = min(ceil(sum(rows.widths) / _LEGIBLE), _MOST_PAGES)
        repeated = [
            get_column_letter(number)
            for number, column in enumerate(rows.table.columns, 1)
            if column.on_each_page
        ]
        if repeated and pages > 1:
            sheet.page_setup.fitToWidth = pages
            sheet.print_title_cols = f"{repeated[0]}:{repeated[-1]}"
        created[sheet.title] = spool
    return created


def place_in(title: str, cell: str) -> str:
    """A cell of a sheet as links name it: `'Tom''s'!A5`."""
    return f"'{title.replace(chr(39), chr(39) * 2)}'!{cell}"


def set_up_print(sheet: Any) -> None:
    """Landscape, as wide as the page and as long as it takes; name and page at the foot."""
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = 0.5
    sheet.page_margins.bottom = 0.7
    sheet.page_margins.header = sheet.page_margins.footer = 0.35
    footer = sheet.HeaderFooter.oddFooter
    footer.left.text, footer.right.text = "&A", "Page &P of &N"
    footer.left.size = footer.right.size = 9


def _header(columns: Sequence[Column], styles: Styles) -> tuple[str, float]:
    """The cells of the header, and the height of its row."""
    xml = ""
    for number, column in enumerate(columns, 1):
        right = column.kind in _COUNTED or column.figures
        look = NUMBERS_HEADER if right else HEADER
        xml += text_cell(f"{get_column_letter(number)}1", styles.number(look), column.name)
    lines = max(
        line_count(column.name, (_header_room(column) - _FILTER_BUTTON) * HEADER.digits)
        for column in columns
    )
    return xml, fitting_height(lines, HEADER.size) + _HEADER_PADDING


def _header_room(column: Column) -> float:
    """The width for the header: its longest word must fit beside the filter's button."""
    longest = max(map(text_width, column.name.split()), default=0)
    return max(column.width, min(longest / HEADER.digits + _FILTER_BUTTON, WIDEST))
