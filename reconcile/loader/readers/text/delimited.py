"""Cuts text into records and cells, in one pass, and says which record is at fault.

Owns the rules of quoting (RFC 4180, read strictly; CRLF, LF and CR all end a record) and
the `sep=` line. Nothing here knows what a cell means.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from reconcile.errors import FileRefusedError

__all__ = ["Records", "Source"]

Records = list[list[str]]
"""Some records one after another; a blank line is a record of one empty cell."""

_BLOCK = 1 << 14  # characters; what is cut at once should stay in the processor's cache
_DECLARED: Final = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)
_DOS_END = "\x1a"


class Source:
    """The bytes of one text file, with the encoding they are in.

    `declared_separator` is that of a leading `sep=` line, or None. That line is no record,
    since spreadsheet programs don't show it.
    """

    def __init__(self, data: bytes, encoding: str, name: str) -> None:
        self.name = name
        self._encoding = encoding
        self._data = data
        while self._data.endswith(end := self._encoded(_DOS_END)):
            self._data = self._data[: -len(end)]
        with self._lines() as lines:
            declared = _DECLARED.fullmatch(lines.readline().rstrip("\r\n"))
        self.declared_separator = declared[1] if declared else None

    def holds(self, text: str) -> bool:
        """Whether `text` stands anywhere in the file."""
        return self._encoded(text) in self._data

    def records(self, separator: str) -> Iterator[Records]:
        """All records in order, some at a time.

        Raises `FileRefusedError` at the record whose quotes are at fault, after the records
        before it.
        """
        above = 0
        limit = csv.field_size_limit()
        with self._lines() as lines:
            if self.declared_separator:
                lines.readline()
            while block := lines.readlines(_BLOCK):
                text = "".join(block)
                fault = None
                if '"' in text or len(text) > limit:
                    records, fault = _quoted(block, lines, separator)
                else:
                    records = [line.rstrip("\r\n").split(separator) for line in block]
                yield records
                above += len(records)
                if fault:
                    raise FileRefusedError(self._sentence(above + 1, fault))

    def _encoded(self, text: str) -> bytes:
        if self._encoding == "utf-16":
            return text.encode("utf-16-le" if self._data[:1] == b"\xff" else "utf-16-be")
        return text.encode(self._encoding.removesuffix("-sig"))

    def _lines(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self._data), self._encoding, newline="")

    def _sentence(self, record: int, fault: str) -> str:
        where = f"{self.name} can't be read beyond record {record}"
        if fault.startswith("unexpected end"):
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


def _quoted(
    block: list[str], lines: io.TextIOWrapper, separator: str
) -> tuple[Records, str | None]:
    """The records that begin in `block`, and what is wrong with the one after them."""
    try:
        records = list(csv.reader(block, delimiter=separator, strict=True))
    except csv.Error:
        return _quoted_beyond(block, lines, separator)
    return [record or [""] for record in records] if [] in records else records, None


def _quoted_beyond(
    block: list[str], lines: io.TextIOWrapper, separator: str
) -> tuple[Records, str | None]:
    """The same, where the last record goes on in the lines after `block`, or one is wrong."""
    records: Records = []
    reader = csv.reader(chain(block, lines), delimiter=separator, strict=True)
    try:
        for record in reader:
            records.append(record or [""])
            if reader.line_num >= len(block):
                break
    except csv.Error as error:
        return records, str(error)
    return records, None
