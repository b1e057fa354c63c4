"""The data rows of all exports with every cell judged, numbered through from 0."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from reconcile.domain.fields import LOOKED_UP
from reconcile.domain.model import CellRef, Field, Issue, RowRef
from reconcile.domain.rules import CellRules
from reconcile.domain.text import quoted
from reconcile.loader import Export
from reconcile.planner.validation import (
    Codes,
    Fault,
    Meaning,
    ValidatedColumn,
    judge_column,
)

__all__ = ["Faults", "RowPlaces", "Rows", "ValidatedSheet", "first_in_groups", "group_codes"]

Faults = dict[int, list[tuple[Field | None, Fault]]]
"""By row: what is wrong with its cells (None: with the row as a whole)."""


def group_codes(codes: Codes, other: Codes, count: int) -> Codes:
    """One code for each pair of two codes, the second below `count`; -1 where one is -1."""
    pairs = np.full(len(codes), -1)
    there = (codes >= 0) & (other >= 0)
    pairs[there], _ = pd.factorize(codes[there] * count + other[there])
    return pairs


def first_in_groups(groups: Codes, codes: Codes, count: int) -> tuple[Codes, Codes]:
    """What each group says first, and the groups that say several things.

    Args:
        groups: the group of each row, -1 for none.
        codes: what each row says, -1 for nothing.
        count: how many groups there are.

    Returns:
        For each group the first code that is not -1 (-1 if there is none); the groups with two
        codes.
    """
    rows = np.flatnonzero((groups >= 0) & (codes >= 0))
    of_group, said = groups[rows], codes[rows]
    first = np.full(count, -1)
    first[of_group[::-1]] = said[::-1]
    return first, np.unique(of_group[first[of_group] != said])


class ValidatedSheet:
    """The data rows of an export, each distinct value of a column judged once.

    What is wrong with a cell that is only looked up is no fault of its row yet: `id_lookup`
    says whether it was needed.
    """

    def __init__(self, export: Export, rules: CellRules, passed_over: Collection[Field]) -> None:
        """Judges the cells of an export; `passed_over` columns aren't looked at."""
        self.export = export
        numbers = export.row_numbers
        ignored = np.array(sorted(export.ignored), dtype=np.int64)
        keep = np.flatnonzero(~np.isin(numbers, ignored)) if len(ignored) else slice(None)
        self.numbers: Codes = numbers[keep]
        """The row number of each data row."""
        types: dict[int, dict[int, Any]] = {}
        for (row, column), what in export.source_types.items():
            if row not in export.ignored:
                types.setdefault(column, {})[self.index(row)] = what
        self.columns: dict[Field, ValidatedColumn] = {
            known: judge_column(
                known, export.column(position)[keep], types.get(position, {}), rules
            )
            for known, position in export.fields.items()
            if known not in passed_over
        }
        self.documents = (
            np.array(export.documents, dtype=object)[keep] if export.documents else None
        )
        self.faults: Faults = {}
        self.elsewhere: dict[tuple[int, Field | None], tuple[CellRef, ...]] = {}
        for row, cells in export.surplus.items():
            if row not in export.ignored:
                fault = Fault("row-too-long", quoted(", ".join(cells)))
                self.faults.setdefault(self.index(row), []).append((None, fault))
        for row in export.issues:
            if row not in export.ignored:
                self.faults.setdefault(self.index(row), [])
        for known, judged in self.columns.items():
            for at, fault in judged.faults.items() if known not in LOOKED_UP else ():
                self.faults.setdefault(at, []).append((known, fault))

    def index(self, row: int) -> int:
        """Which data row has this number."""
        return int(np.searchsorted(self.numbers, row))

    def cell(self, at: int, known: Field | None = None) -> CellRef:
        """A cell, or the whole row where the file has no such column."""
        return self.export.cell(int(self.numbers[at]), known)

    def issues(self, at: int) -> list[Issue]:
        """All issues of a row's own cells."""
        found = list(self.export.issues.get(int(self.numbers[at]), ()))
        for known, fault in self.faults.get(at, ()):
            cells = (self.cell(at, known), *self.elsewhere.get((at, known), ()))
            found.append(Issue(fault.code, cells, fault.found, fault.detail))
        return found

    def add_fault(
        self, at: int, known: Field, fault: Fault, elsewhere: tuple[CellRef, ...] = ()
    ) -> None:
        """Holds something against a cell; `elsewhere` stands what contradicts it."""
        self.faults.setdefault(at, []).append((known, fault))
        if elsewhere:
            self.elsewhere[at, known] = elsewhere


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Where each data row stands: of each sheet its first row, its names, and its row numbers."""

    starts: Sequence[int]
    sheets: Sequence[tuple[str, str, Codes]]

    def __getitem__(self, row: int) -> RowRef:
        at = bisect_right(self.starts, row) - 1
        file, sheet, numbers = self.sheets[at]
        return RowRef(file, sheet, int(numbers[row - self.starts[at]]))


class Rows:
    """All data rows: a column is one code for each of them, over all sheets."""

    def __init__(self, sheets: Sequence[ValidatedSheet]) -> None:
        self.sheets = [sheet for sheet in sheets if len(sheet.numbers)]
        lengths = [len(sheet.numbers) for sheet in self.sheets]
        self._starts = [sum(lengths[:at]) for at in range(len(lengths))]
        self.count = sum(lengths)
        self.places = RowPlaces(
            self._starts, [(s.export.file, s.export.sheet, s.numbers) for s in self.sheets]
        )
        self.sheet_starts = np.repeat(np.array(self._starts, dtype=np.int64), lengths)
        """For each row the first row of its sheet."""
        self._columns: dict[Field, tuple[Codes, Sequence[Meaning]]] = {}

    def column(self, known: Field) -> tuple[Codes, Sequence[Meaning]]:
        """What each row says (-1: nothing), and what the codes mean; no two mean the same."""
        if known not in self._columns:
            self._columns[known] = self._joined(known)
        return self._columns[known]

    def _joined(self, known: Field) -> tuple[Codes, Sequence[Meaning]]:
        columns = [sheet.columns.get(known) for sheet in self.sheets]
        if len(columns) == 1 and columns[0] is not None:
            return columns[0].codes, columns[0].meanings
        meanings: dict[tuple[type, Meaning], int] = {}
        parts = [np.empty(0, dtype=np.int64)]
        for sheet, column in zip(self.sheets, columns, strict=True):
            if column is None:
                parts.append(np.full(len(sheet.numbers), -1))
                continue
            keys = ((type(meaning), meaning) for meaning in column.meanings)
            codes = [meanings.setdefault(key, len(meanings)) for key in keys]
            parts.append(np.array([*codes, -1], dtype=np.int64)[column.codes])
        return np.concatenate(parts), [meaning for _, meaning in meanings]

    def faulty(self) -> list[int]:
        """The rows with a fault."""
        return [
            start + at
            for start, sheet in zip(self._starts, self.sheets, strict=True)
            for at in sheet.faults
        ]

    def _find(self, row: int) -> tuple[ValidatedSheet, int]:
        at = bisect_right(self._starts, row) - 1
        return self.sheets[at], row - self._starts[at]

    def ref(self, row: int) -> RowRef:
        """Where the row stands."""
        return self.places[row]

    def refs(self, rows: Iterable[int]) -> tuple[RowRef, ...]:
        """Where rows stand."""
        return tuple(map(self.places.__getitem__, rows))

    def cell(self, row: int, known: Field | None = None) -> CellRef:
        """A cell of the row, or the whole row where the file has no such column."""
        sheet, at = self._find(row)
        return sheet.cell(at, known)

    def issues(self, row: int) -> list[Issue]:
        """All issues of the row's own cells."""
        sheet, at = self._find(row)
        return sheet.issues(at)

    def faults(self, row: int) -> Sequence[tuple[Field | None, Fault]]:
        """What is wrong with the row's own cells."""
        sheet, at = self._find(row)
        return sheet.faults.get(at, ())

    def add_fault(self, row: int, known: Field, fault: Fault) -> None:
        """Holds something against a cell."""
        sheet, at = self._find(row)
        sheet.add_fault(at, known, fault)

    def value(self, row: int, known: Field) -> Meaning | None:
        """What a cell says; None if blank, faulty, or without such a column."""
        codes, meanings = self.column(known)
        return meanings[codes[row]] if codes[row] >= 0 else None
