"""One column of a table: its cells by kind, and how wide it has to be."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from reconcile.domain.model import Outcome
from reconcile.results.amounts.amount_text import is_figure
from reconcile.results.report.tables import Column, Kind, Link, SourceCell, Value
from reconcile.results.workbook.cell_xml import (
    blank_cell,
    digits,
    local_text,
    number_cell,
    text_cell,
    typed_cell,
)
from reconcile.results.workbook.style import BODY, LINK, NUMBERS, Styles, outcome_look
from reconcile.results.workbook.text_size import line_count, text_width
from reconcile.results.workbook.typed_cells import typed

__all__ = ["WIDEST", "ColumnCells", "Linked"]

Linked = Callable[[str, Link], bool]
"""Asked for each link with the place of its cell: whether it leads anywhere."""

WIDEST = 44
"""A column whose cells don't wrap grows with them up to this width."""

_MOST_LINES = 6
_LINES_OF_TALLEST_ROW = 31
_MOST_DIGITS = 10**15
_FORMATS = {Kind.NUMBER: "0", Kind.SECONDS: "0.00"}


class ColumnCells:
    """Makes the cells of one column, and remembers how wide the widest was."""

    def __init__(
        self, column: Column, letter: str, styles: Styles, linked: Linked | None = None
    ) -> None:
        self.width: float = column.width
        self.lines = 1
        self._room = self.width * BODY.digits
        self._letter = letter
        self._linked = linked
        self._styles = styles
        self._wraps = column.wraps
        self._numbers = column.kind in _FORMATS
        self._outcomes = _OUTCOME_WORDS if column.kind is Kind.OUTCOME else frozenset()
        self._look = replace(BODY, wraps=column.wraps)
        self._figures = column.figures
        self._right = styles.number(replace(NUMBERS, number_format="@"))
        if self._numbers:
            self._look = replace(NUMBERS, number_format=_FORMATS[column.kind], wraps=column.wraps)
        self._style = styles.number(self._look)
        self._wrapping = styles.number(replace(self._look, wraps=True))
        self._from_top = styles.number(replace(self._look, wraps=True, vertical="top"))

    def cell(self, value: Value, row: int) -> str:
        """The XML of the cell in this row; `lines` says how many lines it takes."""
        self.lines = 1
        ref = f"{self._letter}{row}"
        match value:
            case None:
                xml = blank_cell(ref, self._style)
            case str():
                xml = self._text(ref, value)
            case bool():
                xml = self._text(ref, str(value).upper())
            case int() | float():
                xml = self._number(ref, value)
            case datetime():
                xml = self._text(ref, local_text(value))
            case SourceCell():
                xml = self._kept(ref, value)
            case Link():
                xml = self._link(ref, value)
            case _:
                assert_never(value)
        return xml

    def _text(self, ref: str, text: str) -> str:
        if text in self._outcomes:
            outcome = Outcome(text)
            return text_cell(ref, self._styles.number(outcome_look(outcome)), outcome.value)
        fits = len(text) <= self._room and "\n" not in text
        if self._figures and fits and is_figure(text):
            return text_cell(ref, self._right, text)
        return text_cell(ref, self._style if fits else self._fitted(text), text)

    def _fitted(self, text: str) -> int:
        """Widens the column or makes the row taller; the style that goes with it."""
        if not self._wraps:
            needed = text_width(text) / BODY.digits
            self.width = max(self.width, min(needed, WIDEST))
            self._room = self.width * BODY.digits
            if needed <= WIDEST and "\n" not in text:
                return self._style
        lines = line_count(text, self._room)
        if not self._wraps and lines > _MOST_LINES:
            # One line of it is shown; all of it is in the cell.
            return self._style
        self.lines = lines
        return self._wrapping if lines <= _LINES_OF_TALLEST_ROW else self._from_top

    def _number(self, ref: str, number: float) -> str:
        if self._numbers and math.isfinite(number) and abs(number) < _MOST_DIGITS:
            return number_cell(ref, self._style, digits(number))
        return self._text(ref, digits(number))

    def _link(self, ref: str, link: Link) -> str:
        shown = link.shown
        leads = self._linked is not None and self._linked(ref, link)
        xml = self._text(ref, shown) if isinstance(shown, str) else self._number(ref, shown)
        if not leads:
            return xml
        style = self._styles.number(replace(self._look, underlined=True, colour=LINK))
        return xml.replace(f' s="{self._style}"', f' s="{style}"', 1)

    def _kept(self, ref: str, kept: SourceCell) -> str:
        value = typed(kept)
        if value is None:
            return self._text(ref, kept.text)
        self.width = max(self.width, min(len(kept.text), WIDEST))
        look = replace(
            self._look,
            number_format=value.number_format,
            horizontal="right" if value.cell_type == "n" else "center",
            indent=0,
        )
        return typed_cell(ref, self._styles.number(look), value.cell_type, value.value)


_OUTCOME_WORDS = frozenset(outcome.value for outcome in Outcome)
