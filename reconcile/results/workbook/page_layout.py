"""A sheet laid out like a page: cells that span units of a grid, rows of reckoned height.

Cells that span several units are merged, and no program fits the height of a row to a merged
cell; so every row gets its height here. Pages end here too, so that no heading is left
alone at the foot of one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.pagebreak import Break

from reconcile.results.report.tables import Link, SourceCell, Value
from reconcile.results.workbook.cell_text import cut
from reconcile.results.workbook.cell_xml import (
    blank_cell,
    digits,
    local_text,
    number_cell,
    text_cell,
)
from reconcile.results.workbook.style import Look, Styles
from reconcile.results.workbook.text_size import fitting_height, line_count, text_width
from reconcile.results.workbook.xlsx_package import Spool

__all__ = ["UNITS", "UNIT_WIDTH", "Cell", "Page", "spans"]

UNITS = 16
"""The grid has so many columns."""

UNIT_WIDTH = 6.8
"""A column of the grid is so many digits wide; together they fill a page."""

_WIDEST_WISH = 9
_COLUMN_PADDING = 2.5

_LONGEST = 3000
_GAP = 12
_INDENT = 1.5
# What fits onto A4 and Letter, upright, at the scale that makes the grid fit their width.
_PAGE = 800
_KEPT_TOGETHER = 250


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, its look, and how many units of the grid it spans."""

    value: Value
    look: Look
    units: int = 1

    @property
    def is_number(self) -> bool:
        """Whether it is written as a number."""
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)

    @property
    def text(self) -> str:
        """What is shown; a number about as its format shows it."""
        match self.value:
            case None:
                return ""
            case datetime():
                return local_text(self.value)
            case SourceCell():
                return cut(self.value.text, _LONGEST)
            case str():
                return cut(str(self.value), _LONGEST)
            case bool():
                return str(self.value).upper()
            case Link():
                return str(self.value.shown)
            case _:
                return f"{self.value:,}"

    @property
    def width(self) -> float:
        """The width of its text, in the digits that widths of columns are counted in."""
        return text_width(self.text) / self.look.digits

    @property
    def height(self) -> float:
        """The height that its text takes, in points."""
        room = (self.units * UNIT_WIDTH - _INDENT * self.look.indent) * self.look.digits
        lines = line_count(self.text, room) if self.look.wraps else 1
        return fitting_height(lines, self.look.size)


class Page:
    """The rows of the sheet, one below the other."""

    def __init__(self, sheet: Any, rows: Spool, styles: Styles) -> None:
        self.sheet = sheet
        self._rows = rows
        self._styles = styles
        self._filled = 0.0

    @property
    def row(self) -> int:
        """The number of the last row."""
        return self._rows.rows

    def add(self, cells: Sequence[Cell], at_least: float = 0) -> None:
        """One more row, at least so many points high."""
        number = self.row + 1
        column = 1
        xml = []
        for cell in cells:
            style = self._styles.number(cell.look)
            end = column + cell.units
            xml.append(_xml(f"{get_column_letter(column)}{number}", style, cell))
            xml += [
                blank_cell(f"{get_column_letter(covered)}{number}", style)
                for covered in range(column + 1, end)
            ]
            if cell.units > 1:
                self.sheet.merged_cells.ranges.add(
                    CellRange(min_col=column, max_col=end - 1, min_row=number, max_row=number)
                )
            column = end
        self._add("".join(xml), _height(cells, at_least))

    def add_block(self, rows: Sequence[Sequence[Cell]], at_least: float = 0) -> None:
        """Some rows after a gap; their first ones stay on one page."""
        needed = sum(_height(cells, at_least) for cells in rows)
        if self._filled + _GAP + min(needed, _KEPT_TOGETHER) > _PAGE:
            self._turn()
        self._add("", _GAP)  # on a new page too: an empty row is where a block ends
        for cells in rows:
            self.add(cells, at_least)

    def _add(self, xml: str, height: float) -> None:
        if self._filled + height > _PAGE:
            self._turn()
        self._rows.add(xml, height, fixed=True)
        self._filled += height

    def _turn(self) -> None:
        self.sheet.row_breaks.append(Break(id=self.row))
        self._filled = 0.0


def spans(widths: Sequence[float], *, fill: bool) -> list[int]:
    """How many units each column of a block takes.

    Args:
        widths: The longest text of each column, in digits.
        fill: The last column takes what is left.
    """
    units = [
        min(max(math.ceil((width + _COLUMN_PADDING) / UNIT_WIDTH), 1), _WIDEST_WISH)
        for width in widths
    ]
    while sum(units) > UNITS and max(units) > 1:
        units[units.index(max(units))] -= 1
    if fill:
        units[-1] += max(UNITS - sum(units), 0)
    return units


def _height(cells: Sequence[Cell], at_least: float) -> float:
    return max([at_least, *(cell.height for cell in cells)])


def _xml(ref: str, style: int, cell: Cell) -> str:
    if isinstance(cell.value, int | float) and cell.is_number:
        return number_cell(ref, style, digits(cell.value))
    return text_cell(ref, style, cell.text)
