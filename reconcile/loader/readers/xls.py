"""Reads .xls workbooks (BIFF: Excel 2 to 2003) with xlrd.

Owns what xlrd's cells become: the same texts as those of other workbooks, since the numbers
are taken as they are saved and the formats judged as everywhere. A formula always has a saved
value in these files, if only a 0: that one was never calculated can't be told.
"""

import io
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Final

import xlrd
from xlrd.book import Book
from xlrd.sheet import Sheet

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import KnownColumns, Reader
from reconcile.loader.readers.common.error_values import error_value
from reconcile.loader.readers.common.number_format import GENERAL, built_in, from_code
from reconcile.loader.readers.common.table import Filled, Merged, TableSheet
from reconcile.loader.readers.common.values import Value, ValueParser, number_parser
from reconcile.loader.readers.content import OLE2_MARK, Content
from reconcile.loader.readers.ole2 import DAMAGE, stream_of
from reconcile.loader.readers.signatures import PASSWORD

__all__ = ["XlsReader"]

_STREAMS: Final = ("workbook", "book")
_BARE_WORKBOOKS: Final = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
"""The first record of Excel 2 to 5 and its length: the whole file is the workbook. Source:
MS-XLS 2.4.21 and its forerunners."""

_RECORD: Final = struct.Struct("<HH")
_NEEDLESS: Final = frozenset((0x0018, 0x001C, 0x005D, 0x0218, 0x01B6))
"""Names of ranges, notes, and what is drawn over the cells."""

_PASSED_OVER: Final = b"\x63\x08"  # a record that xlrd doesn't know
_DAMAGED = (
    "is a damaged or incomplete workbook: export or copy it again, or open it in a spreadsheet "
    "program and save it"
)


class XlsReader(Reader):
    """An OLE2 file with a workbook in it, or an older workbook without such a file around it."""

    kind = "xls"
    title = "a workbook in the old .xls format"
    suffixes = frozenset({".xls"})

    def recognises(self, content: Content) -> bool:
        """Whether it is one of the two."""
        if content.is_ole2:
            return content.stream in _STREAMS
        return content.sample.startswith(_BARE_WORKBOOKS)

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[TableSheet]:  # noqa: ARG002
        """The worksheets in tab order, hidden ones too; charts and macros aren't listed.

        Raises `FileRefusedError`: damage, a password.
        """
        book = _book(data, name)
        parsers = _readings(book)
        return [
            TableSheet(name, each.name, partial(_rows, each, parsers), visible=not each.visibility)
            for each in book.sheets()
        ]


def _book(data: bytes, name: str) -> Book:
    stream: bytes | None = data
    if data.startswith(OLE2_MARK):
        try:
            stream = stream_of(data, _STREAMS)
        except DAMAGE as error:
            raise FileRefusedError(f"{name} {_DAMAGED}.") from error
    if stream is None:
        raise FileRefusedError(
            f"{name} is an old Office file without a workbook in it: save it as .xlsx or CSV in "
            "the program it comes from."
        )
    try:
        return _opened(stream)
    except Exception as error:  # damaged bytes let xlrd fail in every way there is
        if "encrypted" in str(error).lower():
            raise FileRefusedError(f"{name} {PASSWORD}.") from error
    try:
        return _opened(_without_the_needless(stream))
    except Exception as error:
        raise FileRefusedError(f"{name} {_DAMAGED}.") from error


def _opened(stream: bytes) -> Book:
    return xlrd.open_workbook(
        file_contents=stream, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    )


def _without_the_needless(stream: bytes) -> bytes:
    """The same without records that say nothing of cells, at which xlrd may fail."""
    kept = bytearray(stream)
    at = 0
    while at + _RECORD.size <= len(stream):
        kind, length = _RECORD.unpack_from(stream, at)
        if kind in _NEEDLESS:
            kept[at : at + 2] = _PASSED_OVER
        at += _RECORD.size + length
    return bytes(kept)


def _readings(book: Book) -> Callable[[int], ValueParser]:
    """How the numbers of cells are read, by the number of their style."""

    @cache
    def reading(style: int) -> ValueParser:
        number_format = GENERAL
        if 0 <= style < len(book.xf_list):
            key = book.xf_list[style].format_key
            found = book.format_map.get(key)
            code = found.format_str if found else None
            number_format = from_code(code) if code else built_in(key)
        return number_parser(number_format, from_1904=book.datemode == 1)

    return reading


def _rows(
    sheet: Sheet, parsers: Callable[[int], ValueParser], width: int
) -> Iterator[Filled | Merged]:
    for row in range(sheet.nrows):
        cells = {
            column: value
            for column in range(sheet.row_len(row))
            if (value := _value(sheet, row, column, parsers)) is not None
        }
        if cells:
            info = sheet.rowinfo_map.get(row)
            yield Filled(row + 1, cells, bool(info and info.hidden))
    for first, end, column, _ in sheet.merged_cells:
        if end - first > 1 and column < width:
            yield Merged(first + 1, end, column)


def _value(
    sheet: Sheet, row: int, column: int, parsers: Callable[[int], ValueParser]
) -> Value | None:
    saved = sheet.cell_value(row, column)
    match sheet.cell_type(row, column):
        case xlrd.XL_CELL_TEXT:
            return saved, None
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return parsers(sheet.cell_xf_index(row, column))(repr(saved))
        case xlrd.XL_CELL_BOOLEAN:
            return ("TRUE" if saved else "FALSE"), SourceType.BOOLEAN
        case xlrd.XL_CELL_ERROR:
            return error_value(saved)
        case _:
            return None
