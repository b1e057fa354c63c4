"""The sheets of an XML Spreadsheet 2003, row by row as an XML parser meets them.

Owns what its elements say: where cells stand, which rows are hidden, what is merged, the text
of each cell. Source: "XML Spreadsheet Reference" (Microsoft, Office XP and 2003).
"""

from datetime import datetime
from typing import Final

from reconcile.domain.model import SourceType
from reconcile.loader.readers.common.grid import LAST_COLUMN, LAST_ROW, contradiction
from reconcile.loader.readers.common.number_format import NumberFormat, Shown
from reconcile.loader.readers.common.serial_date import date_text, duration_text
from reconcile.loader.readers.common.streamed import SheetHidden, SheetStart, StreamedContent
from reconcile.loader.readers.common.table import Merged
from reconcile.loader.readers.common.values import Value, number_parser
from reconcile.loader.readers.xml2003.styles import Styles

__all__ = ["Content"]

_SHEETS: Final = "urn:schemas-microsoft-com:office:spreadsheet "
_EXCEL: Final = "urn:schemas-microsoft-com:office:excel "
_DAY = 86_400
# A workbook knows no time zones.
_BEGIN_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001
_BEFORE_LEAP_DAY: Final = datetime(1899, 12, 31)  # noqa: DTZ001
_AFTER_LEAP_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001
_LEAP_DAY_1900: Final = datetime(1900, 3, 1)  # noqa: DTZ001


class Content(StreamedContent):
    """Takes the elements of the file."""

    def __init__(self, file: str, width: int, *, heads_only: bool) -> None:
        super().__init__(file, width, heads_only=heads_only)
        self._styles = Styles()
        self._from_1904 = False
        self._column_styles: dict[int, str] = {}
        self._table_style = ""
        self._next_column = 0
        self._row_number = 0
        self._type: str | None = None
        self._starts = {
            _SHEETS + "Style": self._styles.start,
            _SHEETS + "NumberFormat": self._styles.number_format,
            _EXCEL + "Date1904": self._start_1904,
            _SHEETS + "Worksheet": self._start_worksheet,
            _SHEETS + "Table": self._start_table,
            _SHEETS + "Column": self._start_column,
            _SHEETS + "Row": self._start_row,
            _SHEETS + "Cell": self._start_cell,
            _SHEETS + "Data": self._start_data,
            _SHEETS + "Comment": self._pass_over,
            _EXCEL + "Visible": self._start_visible,
        }
        self._ends = {
            _SHEETS + "Table": self._end_table,
            _SHEETS + "Row": self._end_row,
            _SHEETS + "Cell": self._end_cell,
            _SHEETS + "Data": self._end_data,
            _EXCEL + "Visible": self._end_visible,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._passing:
            self._passing += 1
        elif act := self._starts.get(name):
            act({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def text(self, characters: str) -> None:
        """Text, of a value or of anything else."""
        if self._parts is not None and not self._passing:
            self._parts.append(characters)

    def _pass_over(self, _: dict[str, str]) -> None:
        self._passing = 1

    def _start_1904(self, _: dict[str, str]) -> None:
        self._from_1904 = True

    def _start_worksheet(self, attributes: dict[str, str]) -> None:
        self._found.append(SheetStart(attributes.get("Name") or "Sheet"))
        self._row_number = self._in_head = self._next_column = 0
        self._column_styles = {}

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._in_table = True
        self._table_style = attributes.get("StyleID", "Default")

    def _end_table(self) -> None:
        self._in_table = False

    def _start_column(self, attributes: dict[str, str]) -> None:
        before = self._next_column
        first = _number(attributes, "Index", before + 1) - 1
        if first < before:
            raise contradiction(self._file, f"column {first + 1} follows column {before}")
        self._next_column = min(first + 1 + _number(attributes, "Span", 0), LAST_COLUMN)
        if style := attributes.get("StyleID"):
            self._column_styles.update(dict.fromkeys(range(first, self._next_column), style))

    def _start_row(self, attributes: dict[str, str]) -> None:
        if not self._begins_row(attributes):
            return
        before = self._row_number
        self._row_number = _number(attributes, "Index", before + 1)
        if not before < self._row_number <= LAST_ROW:
            raise contradiction(self._file, f"row {self._row_number} follows row {before}")

    def _end_row(self) -> None:
        if self._row is None:
            return
        number, row = self._row_number, self._row
        self._row_number += _number(row, "Span", 0)
        self._ends_row(number, hidden=row.get("Hidden") in ("1", "true"))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        if self._row is None:
            return
        before, self._column = self._column, _number(attributes, "Index", self._column + 1)
        if not before < self._column <= LAST_COLUMN:
            raise contradiction(
                self._file,
                f"in row {self._row_number} cell {self._column} follows cell {before}",
            )
        self._cell = attributes
        self._type = self._parts = None

    def _end_cell(self) -> None:
        cell, column = self._cell, self._column - 1
        if cell is None:
            return
        value = self._value(cell, column)
        if value is not None:
            self._filled = True
            if column < self._width:
                self._cells[column] = value
        down = _number(cell, "MergeDown", 0)
        if down and column < self._width:
            self._found.append(Merged(self._row_number, self._row_number + down, column))
        self._column += _number(cell, "MergeAcross", 0)
        self._cell = self._parts = None

    def _start_data(self, attributes: dict[str, str]) -> None:
        if self._cell is not None:
            self._type = attributes.get("Type", "String")
            self._parts = []

    def _end_data(self) -> None:
        if self._cell is not None and self._parts is not None:
            self._cell["saved"] = "".join(self._parts)
        self._parts = None

    def _start_visible(self, _: dict[str, str]) -> None:
        self._parts = []

    def _end_visible(self) -> None:
        if "".join(self._parts or ()).strip() in ("SheetHidden", "SheetVeryHidden"):
            self._found.append(SheetHidden())
        self._parts = None

    def _value(self, cell: dict[str, str], column: int) -> Value | None:
        if self._type is None:
            return ("", SourceType.FORMULA) if "Formula" in cell else None
        saved = cell.get("saved", "")
        match self._type:
            case "Number":
                read = number_parser(self._format(cell, column), from_1904=self._from_1904)
                return read(saved.strip())
            case "DateTime":
                return self._date(saved, self._format(cell, column)), SourceType.DATE
            case "Boolean":
                known = {"1": "TRUE", "0": "FALSE"}
                return known.get(saved.strip(), saved), SourceType.BOOLEAN
            case "Error":
                return saved, SourceType.ERROR
            case _:
                return (saved, None) if saved or "Formula" in cell else None

    def _format(self, cell: dict[str, str], column: int) -> NumberFormat:
        """That of the cell's own style, else of its row's, its column's or its table's."""
        row = self._row or {}
        style = cell.get("StyleID") or row.get("StyleID") or self._column_styles.get(column)
        return self._styles.format_of(style or self._table_style)

    def _date(self, saved: str, number_format: NumberFormat) -> str:
        """Saved is the date that Excel shows, in the calendar of the workbook."""
        try:
            moment = datetime.fromisoformat(saved.strip()).replace(tzinfo=None)
        except ValueError:
            return saved
        begin = _BEFORE_LEAP_DAY if moment < _LEAP_DAY_1900 else _AFTER_LEAP_DAY
        if self._from_1904:
            begin = _BEGIN_1904
        serial = (moment - begin).total_seconds() / _DAY
        if number_format.shown is Shown.DURATION:
            return duration_text(serial)
        return date_text(serial, from_1904=self._from_1904) or saved


def _number(attributes: dict[str, str], name: str, usual: int) -> int:
    number = attributes.get(name, "").strip()
    return int(number[:9]) if number.isdecimal() and number.isascii() else usual
