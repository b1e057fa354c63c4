"""The rows of a source with every cell judged, and where each row stands.

Rows have ids that run through all sources of a plan, from 0.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from itertools import compress, repeat
from typing import Any

from reconcile.domain.bulk import tuples
from reconcile.domain.fields import LOOKED_UP
from reconcile.domain.model import CellRef, Field, Issue, RowRef, SourceRows, SourceType
from reconcile.domain.rules import CellRules
from reconcile.domain.text import quoted
from reconcile.planner.validation import Fault, JudgedColumn, judge_column

__all__ = ["Faults", "JudgedSource", "Rows"]

Faults = dict[int, list[tuple[Field | None, Fault]]]
"""By row of a source: what is wrong with its cells (None: with the row as a whole)."""


class JudgedSource:
    """The data rows of a source with every cell judged; its rows have ids from `start`.

    What is wrong with a cell that is only looked up is no fault of its row yet: `resolving`
    says whether it was needed.
    """

    __slots__ = ("_elsewhere", "columns", "faults", "indexes", "source", "start")

    def __init__(
        self,
        source: SourceRows,
        indexes: Sequence[int],
        columns: dict[Field, JudgedColumn],
    ) -> None:
        self.source = source
        self.indexes = indexes
        self.columns = columns
        self.start = 0
        self.faults: Faults = {}
        for index, cells in source.surplus.items():
            if index not in source.ignored:
                at = bisect_left(indexes, index)
                beyond = quoted(", ".join(cells))
                self.faults.setdefault(at, []).append((None, Fault("row-too-long", beyond)))
        self._elsewhere: dict[tuple[int, Field | None], tuple[CellRef, ...]] = {}
        for index in source.issues:
            if index not in source.ignored:
                self.faults.setdefault(bisect_left(indexes, index), [])
        for column, found in columns.items():
            if column in LOOKED_UP:
                continue
            for at, fault in found.faults.items():
                self.faults.setdefault(at, []).append((column, fault))

    @classmethod
    def of(
        cls, source: SourceRows, rules: CellRules, passed_over: Collection[Field]
    ) -> "JudgedSource":
        """Judges the cells of a source; `passed_over` columns aren't looked at."""
        everything: Sequence[int] = range(len(source.numbers))
        indexes = everything
        if source.ignored:
            indexes = [index for index in everything if index not in source.ignored]
        was: dict[Field, dict[int, SourceType]] = {}
        for (index, column), what in source.was.items():
            if index not in source.ignored:
                was.setdefault(column, {})[bisect_left(indexes, index)] = what
        keep = [index not in source.ignored for index in everything] if source.ignored else None
        columns = {
            column: judge_column(
                column,
                texts if keep is None else list(compress(texts, keep)),
                was.get(column, {}),
                rules,
            )
            for column, texts in source.columns.items()
            if column not in passed_over
        }
        return cls(source, indexes, columns)

    def place(self, at: int, column: Field | None = None) -> CellRef:
        """A cell, or the whole row where the file has no such column."""
        if column is not None and column not in self.source.positions:
            column = None
        return self.source.place(self.indexes[at], column)

    def values(self, column: Field) -> Iterable[Any]:
        """The judged values of the data rows; endless blanks for a missing column."""
        return self.columns[column].values if column in self.columns else repeat(None)

    def issues(self, at: int) -> list[Issue]:
        """All issues of a row's own cells."""
        found = list(self.source.issues.get(self.indexes[at], ()))
        for column, fault in self.faults.get(at, ()):
            places = (self.place(at, column), *self._elsewhere.get((at, column), ()))
            found.append(Issue(fault.code, places, fault.found, fault.detail))
        return found

    def add_fault(
        self, at: int, column: Field, fault: Fault, elsewhere: tuple[CellRef, ...] = ()
    ) -> None:
        """Holds something against a cell; `elsewhere` stands what contradicts it."""
        self.faults.setdefault(at, []).append((column, fault))
        self._elsewhere[at, column] = elsewhere


class Rows:
    """Finds a row again by its id over all sources."""

    def __init__(self, sources: Sequence[JudgedSource]) -> None:
        self._sources = [source for source in sources if len(source.indexes)]
        self._starts = [source.start for source in self._sources]
        refs: list[RowRef] = []
        for source in self._sources:
            rows = source.source
            all_data = len(source.indexes) == len(rows.numbers)
            numbers = rows.numbers if all_data else [rows.numbers[at] for at in source.indexes]
            refs += tuples(RowRef, repeat(rows.file), repeat(rows.sheet), numbers)
        self._refs = tuple(refs)

    def _find(self, row: int) -> tuple[JudgedSource, int]:
        source = self._sources[bisect_right(self._starts, row) - 1]
        return source, row - source.start

    def ref(self, row: int) -> RowRef:
        """Where the row stands."""
        return self._refs[row]

    def refs(self, rows: Sequence[int]) -> tuple[RowRef, ...]:
        """Where the rows of an order stand."""
        if isinstance(rows, range):
            return self._refs[rows.start : rows.stop]
        return tuple([self._refs[row] for row in rows])

    def place(self, row: int, column: Field | None = None) -> CellRef:
        """A cell of the row, or the whole row where the file has no such column."""
        source, at = self._find(row)
        return source.place(at, column)

    def issues(self, row: int) -> list[Issue]:
        """All issues of the row's own cells."""
        source, at = self._find(row)
        return source.issues(at)

    def value(self, row: int, column: Field) -> Any:
        """The judged value of a cell; None if blank, faulty, or without such a column."""
        source, at = self._find(row)
        return source.columns[column].values[at] if column in source.columns else None
