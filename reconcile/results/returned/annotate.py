"""Writes into the user's own sheet what became of each row, without touching what is there."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Final

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from reconcile.domain.model import SourceType
from reconcile.results.report.tables import Kind, ReportColumn, SourceCell
from reconcile.results.returned.row_marks import ReturnedWorkbook, RowMark
from reconcile.results.returned.user_workbook import CannotReturnError, Original
from reconcile.results.workbook.cell_text import cut, escaped
from reconcile.results.workbook.style import BODY, Styles, pale_outcome_look
from reconcile.results.workbook.table_sheets import MOST_LINKS, place_in
from reconcile.results.workbook.text_size import fitting_height, line_count
from reconcile.results.workbook.typed_cells import typed

__all__ = ["annotate"]

_ADDED: Final[Sequence[ReportColumn[RowMark]]] = (
    ReportColumn("Outcome", Kind.OUTCOME, 12, value=lambda mark: str(mark.outcome)),
    ReportColumn("Reason", Kind.TEXT, 58, value=lambda mark: mark.reason),
    ReportColumn("What to do", Kind.TEXT, 58, value=lambda mark: mark.what_to_do),
)
"""`report_columns` in `domain` knows them by their names."""

_MOST_COLUMNS = 16_384
_FAULTY = PatternFill("solid", fgColor="F6C667")
_AUTHOR = "reconcile"
_FIRST_WORDS = "reconcile: "
_COMMENT_WIDTH = 320
_COMMENT_LINE = 16
_COMMENT_LETTERS = 48
_USUAL_HEIGHT = 15.0


def annotate(original: Original, returned: ReturnedWorkbook, styles: Styles) -> None:
    """Adds the three columns right of the last used one, and colours the faulty cells.

    A row that is no data stays as it is: with words in it, it would not be known as such.

    Raises:
        CannotReturnError: there is no room right of the data.
    """
    source, sheet = returned.source, original.sheet
    if source is None:
        return
    first = _first_free_column(sheet, source.header_row)
    if first + len(_ADDED) - 1 > _MOST_COLUMNS:
        raise CannotReturnError(f"There is no room right of the data of {source.sheet}.")
    _clear_former(sheet, first)
    _make_columns(sheet, first, source.header_row)
    looks = _Looks(sheet, styles)
    merged = _merged_into(sheet)
    theirs = sum(cell.hyperlink is not None for cell in sheet._cells.values())  # noqa: SLF001
    linked = theirs + source.rows <= MOST_LINKS
    for mark in returned.marks():
        _refuse_hidden_values(sheet, mark, merged)
        _keep_texts(sheet, mark)
        if mark.outcome is not None:
            _write(sheet, mark, first, looks, linked=linked)
    for (row, column), words in returned.faulty_cells().items():
        at = merged.get((row, column + 1), (row, column + 1))
        _mark_faulty(sheet.cell(*at), words)
    _extend_filter(sheet, source.header_row, first)
    _fit_print(sheet)


def _first_free_column(sheet: Any, header_row: int) -> int:
    """From 1; those of an earlier run are written anew."""
    filled = [
        column
        for (_, column), cell in sheet._cells.items()  # noqa: SLF001 - also in what is not there
        if getattr(cell, "_value", None) not in (None, "")
    ]
    spanned = [
        cells.max_col for cells in sheet.merged_cells.ranges if cells.max_col < _MOST_COLUMNS
    ]
    last = max([*filled, *spanned], default=0)
    tables = [CellRange(table.ref).max_col for table in sheet.tables.values()]
    last = max([last, *tables])
    first = last - len(_ADDED) + 1
    if first > 1:
        there = [sheet.cell(header_row, first + at).value for at in range(len(_ADDED))]
        if there == [column.name for column in _ADDED]:
            return int(first)
    return int(last + 1)


def _clear_former(sheet: Any, first: int) -> None:
    """Takes out what an earlier run wrote: its words, its comments, its colour."""
    for (_, column), cell in list(sheet._cells.items()):  # noqa: SLF001
        if isinstance(cell, MergedCell):
            continue
        if first <= column < first + len(_ADDED):
            cell.value, cell.hyperlink = None, None
        comment = cell.comment
        if comment is not None and _FIRST_WORDS in comment.text:
            kept = comment.text[: comment.text.index(_FIRST_WORDS)].rstrip()
            cell.comment = Comment(kept, comment.author) if kept else None
            if cell.fill.fgColor.rgb == _FAULTY.fgColor.rgb:
                cell.fill = PatternFill()


def _make_columns(sheet: Any, first: int, header_row: int) -> None:
    for letter, dimension in list(sheet.column_dimensions.items()):
        low, high = dimension.min, dimension.max
        if low is not None and high is not None and high >= first:
            if low >= first:
                del sheet.column_dimensions[letter]
            else:
                dimension.max = first - 1
    model = _last_heading(sheet, header_row, first)
    for at, column in enumerate(_ADDED, first):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
        cell = sheet.cell(header_row, at)
        if isinstance(cell, MergedCell):
            raise CannotReturnError(f"The header of {sheet.title} spans all columns.")
        cell.value = column.name
        if model is not None:
            cell._style = copy(model._style)  # noqa: SLF001 - as openpyxl's own docs do
            side = "center" if column.kind is Kind.OUTCOME else "left"  # as what stands below it
            cell.alignment = Alignment(horizontal=side, vertical=model.alignment.vertical)


def _last_heading(sheet: Any, header_row: int, first: int) -> Any:
    for column in range(first - 1, 0, -1):
        cell = sheet._cells.get((header_row, column))  # noqa: SLF001
        if cell is not None and getattr(cell, "_value", None) not in (None, ""):
            return cell
    return None


class _Looks:
    """The styles of what is added, made once."""

    def __init__(self, sheet: Any, styles: Styles) -> None:
        self._styles = styles
        self._array = sheet.parent._cell_styles  # noqa: SLF001
        self.words = self._of(replace(BODY, wraps=True, vertical="bottom"))
        self._outcomes: dict[str, Any] = {}

    def outcome(self, outcome: Any) -> Any:
        if outcome not in self._outcomes:
            look = replace(pale_outcome_look(outcome), vertical="bottom")
            self._outcomes[outcome] = self._of(look)
        return self._outcomes[outcome]

    def _of(self, look: Any) -> Any:
        return self._array[self._styles.number(look)]


def _write(sheet: Any, mark: RowMark, first: int, looks: _Looks, *, linked: bool) -> None:
    lines = 1
    for at, column in enumerate(_ADDED, first):
        text = str(column.value(mark))
        if not text:
            continue
        cell = sheet.cell(mark.row, at)
        if isinstance(cell, MergedCell):
            continue
        cell._value, cell.data_type = escaped(cut(text)), "s"  # noqa: SLF001 - never a formula
        cell._style = copy(looks.words)  # noqa: SLF001
        lines = max(lines, line_count(text, (column.width - 2) * BODY.digits))
    cell = sheet.cell(mark.row, first)
    if isinstance(cell, MergedCell):
        return
    cell._style = copy(looks.outcome(mark.outcome))  # noqa: SLF001
    if linked:
        cell._hyperlink = Hyperlink(  # noqa: SLF001 - set by name, it would take the cell's look
            ref=cell.coordinate, location=place_in(mark.sheet, f"A{mark.line}")
        )
    if lines > 1:
        dimension = sheet.row_dimensions[mark.row]
        dimension.height = max(dimension.height or _USUAL_HEIGHT, fitting_height(lines, BODY.size))


def _keep_texts(sheet: Any, mark: RowMark) -> None:
    """Texts with escapes that openpyxl doesn't know, and formulas that were never calculated."""
    for column, text in enumerate(mark.cells, 1):
        if "_x" in text or "\r" in text:
            cell = sheet._cells.get((mark.row, column))  # noqa: SLF001
            if cell is not None and cell.data_type == "s" and not isinstance(cell, MergedCell):
                cell._value = escaped(text)  # noqa: SLF001
    for column, was in mark.was.items():
        if was == SourceType.FORMULA and mark.outcome is not None:
            cell = sheet.cell(mark.row, column + 1)
            value = typed(SourceCell("", SourceType.FORMULA))
            if value is not None and not isinstance(cell, MergedCell) and cell.value is None:
                cell._value, cell.data_type = value.value, value.cell_type  # noqa: SLF001


def _merged_into(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Cells that are merged, with the one that holds the value of all."""
    return {
        at: (cells.min_row, cells.min_col)
        for cells in sheet.merged_cells.ranges
        for at in cells.cells
    }


def _refuse_hidden_values(
    sheet: Any, mark: RowMark, merged: Mapping[tuple[int, int], tuple[int, int]]
) -> None:
    """Values below merged cells can't be kept, and the sheet would be read otherwise."""
    for column, text in enumerate(mark.cells if merged else (), 1):
        row, first = merged.get((mark.row, column), (mark.row, column))
        hidden = (row, first) != (mark.row, column) and text.strip()
        if hidden and (first != column or sheet.cell(row, first).value is None):
            raise CannotReturnError(f"Merged cells of {sheet.title} hide other values.")


def _mark_faulty(cell: Any, words: str) -> None:
    cell.fill = _FAULTY
    font = copy(cell.font)
    font.color = "000000"
    cell.font = font
    said = _FIRST_WORDS + words
    if cell.comment is not None:
        said = f"{cell.comment.text}\n\n{said}"
    comment = Comment(escaped(cut(said, 4000)), _AUTHOR)
    lines = line_count(said, _COMMENT_LETTERS)
    comment.width, comment.height = _COMMENT_WIDTH, (lines + 1) * _COMMENT_LINE
    cell.comment = comment


def _extend_filter(sheet: Any, header_row: int, first: int) -> None:
    if not sheet.auto_filter.ref:
        return
    area = CellRange(sheet.auto_filter.ref)
    if area.min_row == header_row and area.max_col == first - 1:
        area.expand(right=len(_ADDED))
        sheet.auto_filter.ref = area.coord


def _fit_print(sheet: Any) -> None:
    """A sheet that nobody has set up for print is printed as wide as the page."""
    set_up = sheet.page_setup
    fits = sheet.sheet_properties.pageSetUpPr
    if sheet.print_area or set_up.scale not in (None, 100) or (fits and fits.fitToPage):
        return
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
