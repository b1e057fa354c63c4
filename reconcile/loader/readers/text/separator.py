"""Finds the separator of a text file by looking at its top.

Owns the choice between comma, semicolon, tab and pipe (rules, section 1.1): the one whose
header names the most known columns, else the one that cuts most records alike.
"""

from collections import Counter
from dataclasses import dataclass

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers.base import HEAD_ROWS, Head, KnownColumns
from reconcile.loader.readers.common.grid import LAST_COLUMN
from reconcile.loader.readers.text.delimited import DelimitedText

__all__ = ["Candidate", "find_separator"]

_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Candidate:
    """The first filled records, as one separator cuts them; `fault` if that ended early."""

    separator: str
    head: Head
    fault: FileRefusedError | None = None

    @property
    def alike(self) -> tuple[int, int]:
        """How many records have the most usual number of cells above one, and that number."""
        lengths = Counter(len(cells) for _, cells in self.head if len(cells) > 1)
        return max(((count, length) for length, count in lengths.items()), default=(0, 0))


def find_separator(source: DelimitedText, known_columns: KnownColumns) -> Candidate:
    """The top of the file, cut by its declared separator, else by the best one.

    Raises `FileRefusedError` if the quotes of these records are at fault.
    """
    declared = source.declared_separator
    tops = [_top(source, each) for each in ((declared,) if declared else _SEPARATORS)]
    best = max(tops, key=lambda top: (known_columns(top.head), *top.alike))
    if best.fault:
        raise best.fault
    return best


def _top(source: DelimitedText, separator: str) -> Candidate:
    head: list[tuple[int, list[str]]] = []
    above = 0
    try:
        for records in source.records(separator):
            for row, cells in enumerate(records, above + 1):
                if any(cell.strip() for cell in cells):
                    head.append((row, cells[: LAST_COLUMN + 1]))
                    if len(head) == HEAD_ROWS:
                        return Candidate(separator, head)
            above += len(records)
    except FileRefusedError as fault:
        return Candidate(separator, head, fault)
    return Candidate(separator, head)
