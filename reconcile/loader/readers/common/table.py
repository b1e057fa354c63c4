"""A sheet of any kind of workbook, from its rows as they come by.

Owns what is alike in all of them: row numbers kept over gaps, hidden rows counted, merged
cells filled down, nothing kept right of the asked width (rules, sections 1.3, 1.4 and 1.6).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import HEAD_ROWS, Cells, Head
from reconcile.loader.readers.common.columns import Columns, cut_blank_end, refuse_too_many_noted
from reconcile.loader.readers.common.grid import LAST_COLUMN, LAST_ROW, Stretch, contradiction
from reconcile.loader.readers.common.merged import fill_down
from reconcile.loader.readers.common.values import Value

__all__ = ["Filled", "Merged", "Rows", "TableSheet", "head_of"]


class Filled(NamedTuple):
    """A row that holds anything, and how many rows like it follow one another from it on.

    `cells` has the text of each filled cell, and what it was, by column (from 0); cells right
    of the asked width may be left out.
    """

    number: int
    cells: Mapping[int, Value]
    hidden: bool = False
    repeated: int = 1


class Merged(NamedTuple):
    """A merged range: its first and its last row (from 1), its first column (from 0)."""

    top: int
    bottom: int
    column: int


Rows = Callable[[int], Iterable[Filled | Merged | Stretch]]
"""Goes through a sheet from the top, for its first so many columns; merged ranges come when
they are met. Asked for all columns, it gives each row by itself. May raise `FileRefusedError`
at any row."""


class TableSheet:
    """One sheet of the file `file`. Nothing of its cells is kept between calls."""

    def __init__(
        self, file: str, name: str, rows: Rows, *, visible: bool = True, head: Head | None = None
    ) -> None:
        """Take the `head` if it is known already."""
        self.name = name
        self.visible = visible
        self._file = file
        self._rows = rows
        self._head = head
        self._hidden_rows: int | None = None

    @property
    def hidden_rows(self) -> int:
        """How many hidden rows hold anything; goes through the sheet unless `cells` did."""
        if self._hidden_rows is None:
            self.cells(0)
        return self._hidden_rows or 0

    def head(self) -> Head:
        """The first filled rows, each up to its last cell that isn't empty."""
        if self._head is None:
            self._head = head_of(self._rows(LAST_COLUMN))
        return self._head

    def cells(self, width: int) -> Cells:
        """The first `width` columns; raises `FileRefusedError` if the sheet is damaged."""
        columns = Columns(width, self._file)
        was: dict[tuple[int, int], SourceType] = {}
        merged: list[Merged] = []
        last = last_noted = hidden = 0
        for row in self._rows(width):
            if isinstance(row, Merged):
                merged.append(row)
                continue
            if isinstance(row, Stretch):
                columns.extend(row.first, row.columns)
                was.update(row.was)
                last = row.last
                continue
            before, last = last, row.number + row.repeated - 1
            if not before < row.number <= last <= LAST_ROW:
                raise contradiction(self._file, f"row {row.number} follows row {before}")
            hidden += row.repeated if row.hidden else 0
            texts, notes = _in_columns(row, width)
            if not notes and not any(texts):
                continue
            if row.repeated == 1:
                columns.add(row.number, texts)
            else:
                columns.repeat(row.number, texts, row.repeated)
            refuse_too_many_noted(self._file, len(was) + len(notes) * row.repeated)
            for column, note in notes:
                last_noted = last
                was.update(((number, column), note) for number in range(row.number, last + 1))
        columns.flush()
        self._hidden_rows = hidden
        cut_blank_end(columns.columns, last_noted)
        filled, first = fill_down(columns.columns, was, merged, self._file)
        return Cells(columns.columns, was, filled_down=filled, first_filled_down=first)


def head_of(rows: Iterable[Filled | Merged | Stretch]) -> Head:
    """The first filled rows, each up to its last cell that isn't empty."""
    head: list[tuple[int, list[str]]] = []
    for row in rows:
        if not isinstance(row, Filled) or not _is_filled(row):
            continue
        filled = (column for column, (text, _) in row.cells.items() if text)
        texts = [""] * (max(filled, default=-1) + 1)
        for column in range(len(texts)):
            texts[column], _ = row.cells.get(column, ("", None))
        numbers = range(row.number, row.number + row.repeated)
        head += [(number, texts) for number in numbers[: HEAD_ROWS - len(head)]]
        if len(head) == HEAD_ROWS:
            break
    return head


def _is_filled(row: Filled) -> bool:
    return any(note is not None or text.strip() for text, note in row.cells.values())


def _in_columns(row: Filled, width: int) -> tuple[list[str], list[tuple[int, SourceType]]]:
    """The texts of the first columns, and what cells were by column."""
    texts = [""] * width
    notes = []
    for column, (text, note) in row.cells.items():
        if column < width:
            texts[column] = text
            if note is not None:
                notes.append((column, note))
    return texts, notes
