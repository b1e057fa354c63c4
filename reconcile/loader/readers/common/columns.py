"""Columns of text as they grow, and where they end.

Owns the end of a sheet (rules, section 1.4): rows after the last filled one don't exist; and
the limit on what a few bytes may claim to hold (section 1.8).
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Final

from reconcile.domain.errors import FileRefusedError

__all__ = ["Columns", "cut_blank_end", "refuse_too_many", "refuse_too_many_noted"]

_BATCH = 128  # rows turned into columns at once; more would leave the processor's cache
_BLANK_BLOCK = 1 << 12  # rows looked at together for the end of a sheet

MAX_CELLS: Final = 1 << 26
"""Of a sheet from its first to its last filled row, as wide as its header. A sheet full to its
last row has 46 million with the 44 columns of the widest export known."""


MAX_NOTED: Final = 1 << 24
"""Of a sheet, cells of which more than their text is kept: dates, errors, truth values."""


class Columns:
    """Takes filled rows from the top down, and gaps between them, as columns.

    `file` is for messages. All that takes rows raises `FileRefusedError` beyond `MAX_CELLS`.
    """

    def __init__(self, width: int, file: str) -> None:
        self._file = file
        self.columns: list[list[str]] = [[] for _ in range(width)]
        self._batch: list[Sequence[str]] = []
        self._rows = 0

    def add(self, number: int, texts: Sequence[str]) -> None:
        """Take row `number`, which stands below all rows before; `texts` is as wide as all."""
        gap = number - self._rows - 1
        if gap or len(self._batch) == _BATCH:
            self.flush()
            self._limit(number)
            for column in self.columns:
                column.extend(repeat("", gap))
        self._batch.append(texts)
        self._rows = number

    def extend(self, first: int, columns: Sequence[Sequence[str]]) -> None:
        """Take rows from `first` on, column by column; they too stand below all before."""
        self.flush()
        self._limit(first)
        gap = first - self._rows - 1
        for column, texts in zip(self.columns, columns, strict=True):
            column.extend(repeat("", gap))
            column.extend(texts)
        self._rows += gap + (len(columns[0]) if columns else 0)

    def repeat(self, first: int, texts: Sequence[str], count: int) -> None:
        """Take `count` rows like this one, from `first` on."""
        self._limit(first + count)
        self.extend(first, [[text] * count for text in texts])

    def _limit(self, rows: int) -> None:
        refuse_too_many(self._file, rows, len(self.columns))

    def flush(self) -> None:
        """Bring `columns` up to date."""
        for column, texts in zip(self.columns, zip(*self._batch, strict=True), strict=False):
            column.extend(texts)
        self._batch.clear()


def refuse_too_many(file: str, rows: int, width: int) -> None:
    """Raise `FileRefusedError` for more than `MAX_CELLS`."""
    cells = rows * width
    if cells > MAX_CELLS:
        raise FileRefusedError(
            f"{file} claims to hold {cells >> 20} million cells in a sheet, and no export needs "
            f"more than {MAX_CELLS >> 20}: look at where it comes from, then split it."
        )


def refuse_too_many_noted(file: str, cells: int) -> None:
    """Raise `FileRefusedError` for more than `MAX_NOTED`."""
    if cells > MAX_NOTED:
        raise FileRefusedError(
            f"{file} has more than {MAX_NOTED >> 20} million dates, errors and truth values in a "
            "sheet, and no export needs so many: look at where it comes from, then split it."
        )


def cut_blank_end(columns: list[list[str]], kept: int) -> int:
    """Drop the blank rows at the end, but none up to row `kept`; the number of the last row."""
    last = kept if columns else 0
    for column in columns:
        rows = len(column)
        while rows > last and not _any_filled(column[max(last, rows - _BLANK_BLOCK) : rows]):
            rows = max(last, rows - _BLANK_BLOCK)
        while rows > last and not column[rows - 1].strip():
            rows -= 1
        last = max(last, rows)
    last = min(last, len(columns[0])) if columns else 0
    for column in columns:
        del column[last:]
    return last


def _any_filled(texts: Sequence[str]) -> bool:
    return any(texts) and any(map(str.strip, texts))
