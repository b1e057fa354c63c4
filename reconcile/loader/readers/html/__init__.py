"""Reads the tables of web pages (HTML), which mostly go by the name of .xls.

Owns what is a row and where a cell stands. Each table is a sheet, called `Table 1` and so on
in the order in which they begin; one inside a cell of another is a sheet of its own and no
text of that cell. A cell over several rows is a merged one. Rows are numbered as a spreadsheet
program does that opens the page as one sheet: tables stand one below the other, and each line
of text above a table is a row (measured with LibreOffice). Nothing outside of the file is ever
loaded. Source: WHATWG HTML, 4.9.12 (the table model), 13.2.6.4.9 to 15 (what a tag in a
table closes).
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers.base import KnownColumns, Meant, Reader
from reconcile.loader.readers.common.grid import LAST_COLUMN, LAST_ROW, contradiction
from reconcile.loader.readers.common.table import Filled, Merged, TableSheet
from reconcile.loader.readers.content import Content
from reconcile.loader.readers.html.encoding import page_text
from reconcile.loader.readers.html.hidden import is_hidden, shown_only
from reconcile.loader.readers.html.tokens import Tag, attributes_of, tokens_of
from reconcile.loader.readers.html.values import CellValues

__all__ = ["HtmlReader"]

_MARKUP: Final = re.compile(rb"\s*<[a-z!?]", re.IGNORECASE)
_WEB: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|meta|style|script|div|p|form|title)[\s>]",
    re.IGNORECASE,
)
_SOURCE_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
_BLANKS: Final = re.compile(r"[ \n]+")
_DIGITS: Final = re.compile(r"\s*\+?([0-9]{1,6})")
_CELLS: Final = ("td", "th")
_ROW_GROUPS: Final = ("thead", "tbody", "tfoot")
_BLOCKS: Final = frozenset(
    ("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "pre", "h1", "h2", "h3", "h4", "h5", "h6")
)
"""Elements that begin a new line."""

_MOST_COLUMNS = 1000
_MOST_ROWS = 65_534
_MOST_STEPS = 1 << 23  # columns that all cells of a table with several rows may cover


class HtmlReader(Reader):
    """A web page."""

    kind = "html"
    title = "a web page (HTML)"
    meant = Meant.TEXT
    suffixes_of_pages = frozenset({".htm", ".html", ".xhtml"})

    def recognises(self, content: Content) -> bool:
        """Whether it is markup with an element of web pages in it."""
        return _MARKUP.match(content.text) is not None and _WEB.search(content.text) is not None

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[TableSheet]:  # noqa: ARG002
        """The tables that hold anything.

        Raises `FileRefusedError`: none does, the page ends too early, rows outside of a table.
        """
        styles: list[str] = []
        page = _Page(name)
        for token in shown_only(tokens_of(page_text(data, name), name, styles)):
            page.take(token)
        page.end()
        values = CellValues(styles)
        sheets = [sheet for table in page.tables if (sheet := table.sheet(name, values))]
        if not sheets:
            raise FileRefusedError(
                f"{name} is a web page (HTML) without a filled table, whatever its name says: "
                "look at it in a browser, then export it again as .xlsx or CSV."
            )
        return sheets


class _Row(NamedTuple):
    """A row: column (from 0), attributes and text of each cell that says anything."""

    number: int
    hidden: bool
    cells: list[tuple[int, Mapping[str, str], str]]


class _Table:
    """A table as its rows and cells come by; above it stand so many rows of the page."""

    def __init__(self, name: str, above: int, *, visible: bool) -> None:
        self.name = name
        self.visible = visible
        self.cell: list[str] | None = None
        self.last = above
        """The number of its last row."""
        self._rows: list[_Row] = []
        self._lines: set[int] = set()
        self._merged: list[Merged] = []
        self._in_row = False
        self._covered: dict[int, int] = {}
        self._steps = 0
        self._first = 0
        self._column = 0
        self._attributes: Mapping[str, str] = {}

    def add_line(self, number: int, text: str) -> None:
        """A line of text that stands above it, as one cell of a row."""
        self.last = number
        self._lines.add(number)
        self._rows.append(_Row(number, hidden=False, cells=[(0, {}, text)]))

    def start_row(self, rest: str) -> None:
        """A row begins, and ends the one before."""
        self.end_row()
        self.last += 1
        self._in_row = True
        self._column = 0
        hidden = bool(rest) and is_hidden(attributes_of(rest))
        self._rows.append(_Row(self.last, hidden, []))

    def end_row(self) -> None:
        """The row ends, if there is one."""
        self.end_cell()
        self._in_row = False

    def start_cell(self, rest: str, file: str) -> None:
        """A cell begins, and ends the one before; outside of a row it begins one."""
        self.end_cell()
        if not self._in_row:
            self.start_row("")
        self._attributes, across, down = _cell(rest)
        self.cell = []
        before = self._column
        while self._covered.get(self._column, 0) >= self.last:
            self._column += 1
        self._steps += self._column - before + (across if down != 1 else 0)
        if self._steps > _MOST_STEPS:
            raise contradiction(file, "its cells reach over millions of others")
        self._first, self._column = self._column, self._column + across
        if self._column > LAST_COLUMN:
            raise contradiction(file, f"row {self.last} goes on beyond the last column")
        if down != 1:
            bottom = self.last + down - 1 if down else LAST_ROW
            self._covered.update(dict.fromkeys(range(self._first, self._column), bottom))
            self._merged.append(Merged(self.last, bottom, self._first))

    def end_cell(self) -> None:
        """The cell ends, if there is one."""
        if self.cell is None:
            return
        text = _BLANKS.sub(_one_blank, "".join(self.cell)).strip(" \n")
        self.cell = None
        if text or self._attributes:
            self._rows[-1].cells.append((self._first, self._attributes, text))

    def write(self, text: str) -> None:
        """Characters, of a cell or between two."""
        if self.cell is not None:
            self.cell.append(_SOURCE_BLANKS.sub(" ", text))

    def break_line(self, *, twice: bool) -> None:
        """A new line begins; if it isn't to be a second one, only behind text."""
        if self.cell is not None and (twice or "".join(self.cell[-2:]).rstrip(" ")[-1:] != "\n"):
            self.cell.append("\n")

    def sheet(self, file: str, values: CellValues) -> TableSheet | None:
        """The table as a sheet; None if it holds nothing."""
        rows: list[Filled] = []
        for number, hidden, written in self._rows:
            cells = {
                column: value
                for column, attributes, text in written
                if (value := values.value(attributes, text)) is not None
            }
            if cells:
                rows.append(Filled(number, cells, hidden))
        if all(row.number in self._lines for row in rows):
            return None
        return TableSheet(file, self.name, lambda _: [*rows, *self._merged], visible=self.visible)


class _Lines:
    """The lines of text outside of tables, and how many rows of the page there are so far."""

    def __init__(self) -> None:
        self.rows = 0
        self._parts: list[str] = []
        self._waiting: list[tuple[int, str]] = []

    def write(self, text: str) -> None:
        """Characters between two tags."""
        self._parts.append(text)

    def end(self) -> None:
        """The line ends; one with nothing on it is none."""
        text = _SOURCE_BLANKS.sub(" ", "".join(self._parts)).strip(" ")
        self._parts.clear()
        if text:
            self.rows += 1
            self._waiting.append((self.rows, text))

    def rule(self) -> None:
        """A line is drawn over the page, which is a row without a text."""
        self.end()
        self.rows += 1

    def take(self) -> list[tuple[int, str]]:
        """The lines since, with their row numbers; each is given once."""
        self.end()
        waiting, self._waiting = self._waiting, []
        return waiting


class _Page:
    """Takes tags and text; `tables` has all tables in the order in which they begin."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._lines = _Lines()

    def take(self, token: Tag | str) -> None:
        """What comes next; raises `FileRefusedError` for a row outside of all tables."""
        if isinstance(token, str):
            if self._open:
                self._open[-1].write(token)
            else:
                self._lines.write(token)
        elif token.name == "table":
            self._table(token)
        elif self._open:
            self._inside(self._open[-1], token)
        elif not token.ends and token.name in ("tr", *_CELLS):
            raise contradiction(self._file, "a row stands outside of all tables")
        elif token.name == "hr":
            self._lines.rule()
        elif token.name == "br" or token.name in _BLOCKS:
            self._lines.end()

    def end(self) -> None:
        """The page ends; raises `FileRefusedError` if a table doesn't."""
        if self._open:
            raise FileRefusedError(
                f"{self._file} is an incomplete web page (HTML), it ends within a table: export "
                "or copy it again."
            )

    def _table(self, token: Tag) -> None:
        """A table begins or ends; one that begins outside of a cell ends the one before too."""
        if self._open and (token.ends or self._open[-1].cell is None):
            ended = self._open.pop()
            ended.end_row()
            if not self._open:
                self._lines.rows = ended.last
        if not token.ends:
            hidden = is_hidden(attributes_of(token.rest))
            lines = [] if self._open else self._lines.take()
            above = 0 if self._open else self._lines.rows
            table = _Table(f"Table {len(self.tables) + 1}", above, visible=not hidden)
            for line in lines:
                table.add_line(*line)
            self._open.append(table)
            self.tables.append(table)

    def _inside(self, table: _Table, token: Tag) -> None:
        if token.name in _CELLS:
            if token.ends:
                table.end_cell()
            else:
                table.start_cell(token.rest, self._file)
        elif token.name == "tr" and not token.ends:
            table.start_row(token.rest)
        elif token.name == "tr" or token.name in _ROW_GROUPS:
            table.end_row()
        elif token.name == "br" or token.name in _BLOCKS:
            table.break_line(twice=token.name == "br")


@lru_cache(maxsize=1 << 10)
def _cell(rest: str) -> tuple[Mapping[str, str], int, int]:
    """The attributes of a cell, how many columns and how many rows it covers."""
    attributes = attributes_of(rest)
    across = min(max(_span(attributes, "colspan"), 1), _MOST_COLUMNS)
    return attributes, across, min(_span(attributes, "rowspan"), _MOST_ROWS)


def _span(attributes: Mapping[str, str], name: str) -> int:
    """How many columns or rows a cell covers; 0 rows are all that follow."""
    found = _DIGITS.match(attributes.get(name, ""))
    return int(found[1]) if found else 1


def _one_blank(blanks: re.Match[str]) -> str:
    """Line breaks without the blanks around them, else one blank."""
    return blanks[0].replace(" ", "") or " "
