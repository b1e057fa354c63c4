"""Cuts text into records and cells, in one pass, and says which record is at fault.

Owns the rules of quoting (RFC 4180, read strictly; CRLF, LF and CR all end a record) and
the `sep=` line. Nothing here knows what a cell means.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from reconcile.domain.errors import FileRefusedError

__all__ = ["Records", "Source"]

Records = list[list[str]]
"""Some records one after another; a blank line is a record of one empty cell."""

_BLOCK = 1 << 14  # bytes; what is cut at once should stay in the processor's cache
_LONGEST = 1 << 24  # bytes of a line; a row of 16,384 cells has 1,024 for each
_DECLARED: Final = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)
_FIRST_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
_DOS_END = b"\x1a"
_OPEN = "unexpected end"  # as the csv module calls a quote that is still open


class Source:
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

        Raises `FileRefusedError` at the record whose quotes are at fault, after the records
        before it.
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
            block = self._data[at:end].decode(self._encoding)
            records, fault = _cut(block, separator)
            if fault.startswith(_OPEN) and end < len(self._data):
                size *= 2  # the last record goes on beyond the block
                continue
            at, size = end, _BLOCK
            yield records
            above += len(records)
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


def _cut(block: str, separator: str) -> tuple[Records, str]:
    """The records of whole lines, and what is wrong with the one after them."""
    plain = _plain_lines(block)
    if plain is not None and len(block) <= csv.field_size_limit():
        if '"' not in block:
            return [line.split(separator) for line in plain], ""
        if block.startswith('"'):
            between = f'"{separator}"'
            records = [line[1:-1].split(between) for line in plain]
            # All of these quotes are around cells, so none is in a cell.
            if block.count('"') == 2 * sum(map(len, records)) and _all_quoted(plain):
                return records, ""
    records = []
    try:
        for record in csv.reader(io.StringIO(block, newline=""), delimiter=separator, strict=True):
            records.append(record or [""])
    except csv.Error as error:
        return records, str(error)
    return records, ""


def _plain_lines(block: str) -> list[str] | None:
    """The lines without their ends; None if these aren't all LF or all CRLF, or one lacks."""
    if "\r" in block:
        ends = block.count("\r\n")
        if not block.count("\r") == block.count("\n") == ends:
            return None
        end = "\r\n"
    else:
        end = "\n"
    lines = block.split(end)
    if lines.pop():
        return None
    return lines


def _all_quoted(lines: list[str]) -> bool:
    return all(line[:1] == line[-1:] == '"' and len(line) > 1 for line in lines)
