"""Reads binary workbooks (.xlsb).

Owns what the rows and cells of a worksheet become. A formula always has a saved value in
these files: that one was never calculated can't be told. Source: MS-XLSB, BrtRowHdr,
BrtCellBlank and its neighbours, BrtMergeCell, Cell, ShortCell.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import partial
from typing import Final

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import KnownColumns, Reader
from reconcile.loader.readers.common.error_values import error_value
from reconcile.loader.readers.common.grid import LAST_COLUMN, contradiction
from reconcile.loader.readers.common.package import MAX_UNPACKED, Package
from reconcile.loader.readers.common.relations import Worksheet
from reconcile.loader.readers.common.table import Filled, Merged, TableSheet
from reconcile.loader.readers.common.values import Value
from reconcile.loader.readers.content import Content
from reconcile.loader.readers.xlsb.records import (
    double,
    records,
    rich_text,
    rk_number,
    unsigned,
    wide_text,
)
from reconcile.loader.readers.xlsb.workbook import Workbook

__all__ = ["XlsbReader"]

_HIDDEN: Final = 0x10


class _Record(IntEnum):
    """The records of a worksheet that say anything about its cells."""

    ROW = 0
    BLANK = 1
    RK = 2
    ERROR = 3
    BOOLEAN = 4
    REAL = 5
    TEXT = 6
    SHARED_TEXT = 7
    FORMULA_TEXT = 8
    FORMULA_NUMBER = 9
    FORMULA_BOOLEAN = 10
    FORMULA_ERROR = 11
    SHORT_BLANK = 12
    SHORT_SHARED_TEXT = 18
    RICH_TEXT = 62
    END_OF_CELLS = 146
    MERGED = 176


_CELLS: Final = frozenset((*range(_Record.BLANK, _Record.SHORT_SHARED_TEXT + 1), _Record.RICH_TEXT))
_SHORT_CELLS: Final = frozenset(range(_Record.SHORT_BLANK, _Record.SHORT_SHARED_TEXT + 1))
"""They stand right of the cell before and don't say where; else they are like the longer ones."""

_SHORTER: Final = _Record.SHORT_BLANK - _Record.BLANK


class XlsbReader(Reader):
    """A zip with a binary workbook in it."""

    kind = "xlsb"
    title = "a binary workbook (.xlsb)"
    suffixes = frozenset({".xlsb"})

    def recognises(self, content: Content) -> bool:
        """Whether it is a zip with the part that makes it a binary workbook."""
        return content.is_package("workbook.bin", b"ms-excel.sheet.binary.macroEnabled.main")

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[TableSheet]:  # noqa: ARG002
        """The worksheets in tab order, hidden ones too; charts aren't listed.

        Raises `FileRefusedError`: damage, too big.
        """
        workbook = Workbook(Package(data, name))
        return [
            TableSheet(name, each.name, partial(_rows, workbook, each), visible=each.visible)
            for each in workbook.worksheets
        ]


def _rows(workbook: Workbook, sheet: Worksheet, width: int) -> Iterator[Filled | Merged]:
    name = workbook.package.name
    row: _Row | None = None
    complete = False
    with records(workbook.package, sheet.part, MAX_UNPACKED) as met:
        for kind, content in met:
            if kind in _CELLS:
                if row is None:
                    raise contradiction(
                        name, f"the sheet {sheet.name} has a cell outside of all rows"
                    )
                row.take(workbook, kind, content)
            elif kind in (_Record.ROW, _Record.END_OF_CELLS):
                if row and row.filled:
                    yield Filled(row.number, row.cells, row.hidden)
                complete = kind == _Record.END_OF_CELLS
                row = None if complete else _Row(content, width)
            elif kind == _Record.MERGED:
                top, bottom = unsigned(content, 0) + 1, unsigned(content, 4) + 1
                yield Merged(top, bottom, unsigned(content, 8))
    if not complete:
        raise contradiction(name, f"the sheet {sheet.name} ends too early")


class _Row:
    """A row as its cells come by; `filled` if any of them says anything."""

    def __init__(self, content: bytes, width: int) -> None:
        self.number = unsigned(content, 0) + 1
        self.hidden = bool(content[11] & _HIDDEN)
        self.cells: dict[int, Value] = {}
        self.filled = False
        self._width = width
        self._column = -1

    def take(self, workbook: Workbook, kind: int, content: bytes) -> None:
        """The next cell."""
        self._column = self._column + 1 if kind in _SHORT_CELLS else unsigned(content, 0)
        if self._column >= LAST_COLUMN:
            raise contradiction(
                workbook.package.name, f"row {self.number} goes on beyond the last column"
            )
        value = _value(workbook, kind, content)
        if value is not None:
            self.filled = True
            if self._column < self._width:
                self.cells[self._column] = value


def _value(workbook: Workbook, kind: int, content: bytes) -> Value | None:
    at = 8
    if kind in _SHORT_CELLS:
        kind, at = kind - _SHORTER, 4
    match kind:
        case _Record.BLANK:
            return None
        case _Record.SHARED_TEXT:
            return _shared(workbook, unsigned(content, at)), None
        case _Record.TEXT | _Record.FORMULA_TEXT:
            return wide_text(content, at)[0], None
        case _Record.RICH_TEXT:
            return rich_text(content, at), None
        case _Record.BOOLEAN | _Record.FORMULA_BOOLEAN:
            return ("TRUE" if content[at] else "FALSE"), SourceType.BOOLEAN
        case _Record.ERROR | _Record.FORMULA_ERROR:
            return error_value(content[at])
        case _:
            number = rk_number(content, at) if kind == _Record.RK else double(content, at)
            style = unsigned(content, at - 4) & 0xFFFFFF
            return workbook.reading(style)(repr(number))


def _shared(workbook: Workbook, position: int) -> str:
    strings = workbook.strings
    if position < len(strings):
        return strings[position]
    raise FileRefusedError(
        f"{workbook.package.name} is damaged: a cell points to the text {position} of "
        f"{len(strings)}; open it in a spreadsheet program and save it again."
    )
