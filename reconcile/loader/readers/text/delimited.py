"""Cuts text into records and cells, in one pass, and says which record is at fault.

Owns the rules of quoting (RFC 4180, read strictly; CRLF, LF and CR all end a record) and
the `sep=` line. Nothing here knows what a cell means.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers.common.columns import refuse_too_many

__all__ = ["Block", "DelimitedText", "Records", "uniform_columns"]

Records = list[list[str]]
"""Some records one after another; a blank line is a record of one empty cell."""

_Part = TypeVar("_Part")


class Block(NamedTuple):
    """So many records one after another, column by column.

    `surplus` has the cells right of the last column, by the place of their record (from 0).
    """

    rows: int
    columns: list[list[str]]
    surplus: Mapping[int, tuple[str, ...]]


_BLOCK = 1 << 14  # bytes; what is cut at once should stay in the processor's cache
_LONGEST = 1 << 24  # bytes of a line; a row of 16,384 cells has 1,024 for each
_DECLARED: Final = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)
_FIRST_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_DOS_END = b"\x1a"
_OPEN = "unexpected end"  # as the csv module calls a quote that is still open


class DelimitedText:
    """The bytes of one text file, with the encoding they are in.

    `declared_separator` is that of a leading `sep=` line, or None. That line is no record,
    since spreadsheet programs don't show it.
    """

    def __init__(self, data: bytes, encoding: str, name: str) -> None:
        self.name = name
        if encoding == "utf-16":  # in all others a separator, a quote, a line break is one byte
            data, encoding = data.decode(encoding).encode(), "utf-8"
        if encoding == "utf-8-sig":
            data, encoding = data[len(codecs.BOM_UTF8) :], "utf-8"
        self._encoding = encoding
        self._data = data.rstrip(_DOS_END)
        self._line_end = b"\n" if b"\n" in self._data else b"\r"
        first = _FIRST_LINE.match(self._data)
        line = first[0].rstrip(b"\r\n").decode(encoding) if first else ""
        declared = _DECLARED.fullmatch(line)
        self.declared_separator = declared[1] if declared else None
        self._begin = first.end() if first and declared else 0

    def holds(self, text: str) -> bool:
        """Whether `text`, all of ASCII, stands anywhere in the file."""
        return text.encode("ascii") in self._data

    def records(self, separator: str) -> Iterator[Records]:
        """All records in order, some at a time.

        Raises:
            FileRefusedError: the quotes of a record are at fault; the records before it are
                handed out first.
        """
        yield from self._parts(lambda text, _: _records(text, separator))

    def blocks(self, separator: str, width: int) -> Iterator[Block]:
        """The same records as columns, `width` of them.

        Raises:
            FileRefusedError: like `records`, or the table is too big.
        """

        def block(text: str, above: int) -> tuple[Block, int, str]:
            columns = uniform_columns(text, separator, width)
            if columns is not None:
                rows = len(columns[0])
                refuse_too_many(self.name, above + rows, width)
                return Block(rows, columns, {}), rows, ""
            records, rows, fault = _records(text, separator)
            refuse_too_many(self.name, above + rows, width)
            surplus = _level(records, width)
            return Block(rows, list(map(list, zip(*records, strict=True))), surplus), rows, fault

        yield from self._parts(block)

    def _parts(self, cut: Callable[[str, int], tuple[_Part, int, str]]) -> Iterator[_Part]:
        """What `cut` makes of whole lines: its result, how many records, what is wrong then.

        It is told how many records stand above.
        """
        above = 0
        at, size = self._begin, _BLOCK
        while at < len(self._data):
            end = self._data.find(self._line_end, at + size) + 1 or len(self._data)
            if end - at > _LONGEST:
                raise FileRefusedError(
                    f"{self.name} has a line of more than {_LONGEST >> 20} million characters "
                    f"after record {above}, and no export needs so many: look at where it comes "
                    "from, then export it again."
                )
            part, count, fault = cut(self._data[at:end].decode(self._encoding), above)
            if fault.startswith(_OPEN) and end < len(self._data):
                size *= 2  # the last record goes on beyond the block
                continue
            at, size = end, _BLOCK
            yield part
            above += count
            if fault:
                raise FileRefusedError(self._sentence(above + 1, fault))

    def _sentence(self, record: int, fault: str) -> str:
        where = f"{self.name} can't be read beyond record {record}"
        if fault.startswith(_OPEN):
            return f"{where}: a quote opens in it and never closes; mend or export it again."
        if fault.startswith("field larger"):
            return (
                f"{where}: a cell of it has more than {csv.field_size_limit()} characters, most "
                "likely because a quote opens in it and never closes; mend or export it again."
            )
        return (
            f"{where}: a quote closes in the middle of a cell of it, or one opens in it and "
            "closes in a later line; mend or export it again."
        )


def _records(text: str, separator: str) -> tuple[Records, int, str]:
    """The records of whole lines, their number, and what is wrong with the one after them."""
    records: Records = []
    fault = ""
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            records.append(record or [""])
    except csv.Error as error:
        fault = str(error)
    return records, len(records), fault


def _level(records: Records, width: int) -> dict[int, tuple[str, ...]]:
    """Bring each record to `width` cells; what is cut off is returned by its place."""
    surplus = {}
    for index, record in enumerate(records):
        if len(record) > width:
            surplus[index] = tuple(record[width:])
            del record[width:]
        elif len(record) < width:
            record.extend([""] * (width - len(record)))
    return surplus


def uniform_columns(text: str, separator: str, width: int) -> list[list[str]] | None:
    """The columns of lines that all have `width` cells, and quotes around each cell or nowhere.

    None for all other lines. The tests compare it with the csv module, cell by cell.
    """
    end = "\r\n" if "\r" in text else "\n"
    quote = '"' if text.startswith('"') else ""
    rows = text.count("\n")
    if len(text) > csv.field_size_limit() or not text.endswith(quote + end):
        return None
    if end == "\r\n" and text.count("\r") != rows:
        return None
    inner = text[len(quote) : len(text) - len(quote) - len(end)]
    boundary, between = quote + end + quote, quote + separator + quote
    if quote and inner.count(boundary) != rows - 1:
        return None  # a line ends within a cell
    cells = inner.replace(boundary, between + end).split(between)
    quotes = 2 * len(cells) if quote else 0
    if len(cells) != rows * width or text.count('"') != quotes:
        return None
    # The end of a line now stands before the first cell of the next, and nowhere else.
    first = between.join(cells[::width]).split(between + end)
    if len(first) != rows:
        return None
    return [first, *(cells[column::width] for column in range(1, width))]
