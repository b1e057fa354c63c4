"""The sheets of content.xml, row by row as an XML parser meets them.

Owns where a cell stands (rows and cells may be repeated, or covered by a merged one), which
rows are hidden, and the text that a cell shows: its paragraphs, without notes and drawings.
Source: ODF 1.3 part 3, chapter 9 (tables), 6.1 (blanks in paragraphs).
"""

import re
from bisect import bisect_right
from typing import Final

from reconcile.loader.readers.common.grid import LAST_COLUMN, LAST_ROW, contradiction
from reconcile.loader.readers.common.number_format import NumberFormat
from reconcile.loader.readers.common.package import MAX_TEXT, too_long
from reconcile.loader.readers.common.streamed import SheetStart, StreamedContent
from reconcile.loader.readers.common.table import Merged
from reconcile.loader.readers.ods.styles import TABLE, Styles
from reconcile.loader.readers.ods.values import FORMULA, OFFICE, cell_value

__all__ = ["Content"]

TEXT: Final = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_PASSED_OVER: Final = frozenset(
    (
        OFFICE + "annotation",
        OFFICE + "forms",
        TABLE + "shapes",
        TABLE + "dde-links",
        TABLE + "tracked-changes",
        TABLE + "named-expressions",
        TEXT + "note",
        TEXT + "ruby-text",
    )
)
"""Elements that hold no text of a cell, whatever is in them."""

_DRAWINGS: Final = tuple(
    f"urn:oasis:names:tc:opendocument:xmlns:{kind}:" for kind in ("drawing", "dr3d")
)
_BLANKS: Final = re.compile("[ \t\n]+")
_MORE_BLANKS: Final = re.compile("[\t\n]|  ")
_COLUMNS_REPEATED: Final = TABLE + "number-columns-repeated"
_ROWS_REPEATED: Final = TABLE + "number-rows-repeated"
_ROWS_SPANNED: Final = TABLE + "number-rows-spanned"
_STYLE: Final = TABLE + "style-name"
_DEFAULT_STYLE: Final = TABLE + "default-cell-style-name"
_LONGEST_BLANK = 1 << 15  # characters that a cell holds at most
_ELSEWHERE: Final = re.compile(r"'.*'#\$.*", re.DOTALL)
"""LibreOffice keeps what it copied from other files as sheets with such names."""


class Content(StreamedContent):
    """Takes the elements of content.xml."""

    def __init__(self, file: str, styles: Styles, width: int, *, heads_only: bool) -> None:
        super().__init__(file, width, heads_only=heads_only)
        self._styles = styles
        self._first_columns: list[int] = []
        self._column_styles: list[str] = []
        self._columns = 0
        self._hidden_groups: list[bool] = []
        self._next_row = 1
        self._paragraphs: list[str] = []
        self._characters = 0
        self._starts = {
            TABLE + "table": self._start_table,
            TABLE + "table-column": self._start_column,
            TABLE + "table-row-group": self._start_group,
            TABLE + "table-row": self._start_row,
            TABLE + "table-cell": self._start_cell,
            TABLE + "covered-table-cell": self._start_cell,
            TEXT + "p": self._start_paragraph,
            TEXT + "h": self._start_paragraph,
            TEXT + "s": self._blanks,
            TEXT + "tab": lambda _: self._stand_for("\t"),
            TEXT + "line-break": lambda _: self._stand_for("\n"),
        }
        self._ends = {
            TABLE + "table": self._end_table,
            TABLE + "table-row-group": self._end_group,
            TABLE + "table-row": self._end_row,
            TABLE + "table-cell": self._end_cell,
            TABLE + "covered-table-cell": self._end_cell,
            TEXT + "p": self._end_paragraph,
            TEXT + "h": self._end_paragraph,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._passing:
            self._passing += 1
        elif act := self._starts.get(name):
            act(attributes)
        elif name in _PASSED_OVER or name.startswith(_DRAWINGS):
            self._passing = 1
        elif not self._in_table:
            self._styles.start(name, attributes)

    def text(self, characters: str) -> None:
        """Text, of a paragraph or of anything else."""
        if self._parts is not None and not self._passing:
            if _MORE_BLANKS.search(characters):
                characters = _BLANKS.sub(" ", characters)
            if characters[0] == " " and (not self._parts or self._parts[-1].endswith(" ")):
                characters = characters[1:]
            self._add(characters)

    def _start_table(self, attributes: dict[str, str]) -> None:
        name = attributes.get(TABLE + "name", "")
        if self._in_table or _ELSEWHERE.fullmatch(name):
            self._passing = 1
            return
        hidden = self._styles.is_hidden(attributes.get(TABLE + "style-name", ""))
        self._found.append(SheetStart(name or "Sheet", not hidden))
        self._in_table = True
        self._next_row = 1
        self._in_head = self._columns = 0
        self._first_columns, self._column_styles, self._hidden_groups = [], [], []

    def _end_table(self) -> None:
        self._in_table = False

    def _start_column(self, attributes: dict[str, str]) -> None:
        self._first_columns.append(self._columns)
        self._column_styles.append(attributes.get(TABLE + "default-cell-style-name", ""))
        self._columns += _count(attributes, _COLUMNS_REPEATED)

    def _start_group(self, attributes: dict[str, str]) -> None:
        self._hidden_groups.append(attributes.get(TABLE + "display") == "false")

    def _end_group(self) -> None:
        if self._hidden_groups:
            self._hidden_groups.pop()

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._begins_row(attributes)

    def _end_row(self) -> None:
        if self._row is None:
            return
        number, repeated = self._next_row, _count(self._row, _ROWS_REPEATED)
        self._next_row += repeated
        hidden = any(self._hidden_groups) or (
            self._row.get(TABLE + "visibility", "visible") != "visible"
        )
        self._ends_row(number, hidden=hidden, repeated=repeated)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._row is not None:
            self._cell = attributes
            self._paragraphs.clear()
            self._characters = 0

    def _end_cell(self) -> None:
        cell = self._cell
        if cell is None:
            return
        first, repeated = (
            self._column,
            _count(cell, _COLUMNS_REPEATED) if _COLUMNS_REPEATED in cell else 1,
        )
        self._cell = None
        self._column += repeated
        if not self._paragraphs and len(cell) < 2 and FORMULA not in cell:  # noqa: PLR2004
            return  # a cell with nothing but a style, or with nothing but a count
        shown = "\n".join(self._paragraphs) if self._paragraphs else None
        value = cell_value(cell, shown, self._format(cell, first))
        if value is not None:
            if self._column > LAST_COLUMN:
                raise contradiction(
                    self._file, f"row {self._next_row} goes on beyond the last column"
                )
            self._filled = True
            for column in range(first, min(self._column, self._width)):
                self._cells[column] = value
        if _ROWS_SPANNED in cell and first < self._width:
            rows = _count(cell, _ROWS_SPANNED)
            self._found.append(Merged(self._next_row, self._next_row + rows - 1, first))

    def _format(self, cell: dict[str, str], column: int) -> NumberFormat:
        """That of the cell's own style, else of its row's or its column's."""
        style = cell.get(_STYLE) or (self._row or {}).get(_DEFAULT_STYLE)
        if not style and self._first_columns:
            style = self._column_styles[bisect_right(self._first_columns, column) - 1]
        return self._styles.format_of(style or "")

    def _start_paragraph(self, _: dict[str, str]) -> None:
        if self._cell is not None:
            self._parts = []

    def _end_paragraph(self) -> None:
        if self._parts is not None:
            self._paragraphs.append("".join(self._parts))
            self._parts = None

    def _blanks(self, attributes: dict[str, str]) -> None:
        count = attributes.get(TEXT + "c", "1")
        self._stand_for(" " * min(int(count[:9]) if count.isdecimal() else 1, _LONGEST_BLANK))

    def _stand_for(self, characters: str) -> None:
        """What an element stands for; a blank that follows it is kept."""
        if self._parts is not None:
            self._add(characters)
            self._parts.append("")

    def _add(self, characters: str) -> None:
        if self._parts is not None:
            self._parts.append(characters)
        self._characters += len(characters)
        if self._characters > MAX_TEXT:
            raise too_long(self._file)


def _count(attributes: dict[str, str], name: str) -> int:
    """How often something is repeated, or how many rows it spans."""
    count = attributes.get(name)
    if count is None or not count.isdecimal():
        return 1
    return max(1, min(int(count[:9]), 2 * LAST_ROW))
