"""What the loader hands on: one sheet of a file as a frame of exact text, and where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reconcile.domain.model import CellRef, Field, Issue, Notice, SourceType, column_letter
from reconcile.loader.layouts import PLAIN, Layout

__all__ = ["Export", "frame_of"]

_PROVENANCE = ("file", "sheet", "row")


@dataclass(frozen=True)
class Export:
    """One sheet of one file that an accounting system wrote.

    Args:
        path: where the file is.
        file: what it is called in messages and results.
        sheet: the name on the tab; `""` in a text file.
        kind: the kind of file.
        size: of the file, in bytes.
        sha256: of its bytes.
        header_row: the row of the header.
        headers: its names, by column.
        fields: in which column (from 0) a field stands.
        frame: a line for every row from the first to the last filled one, with the columns
            `file`, `sheet`, `row`, then one for each column of the header (`Column A` for an
            empty name; `(2)` for a second of that name): exact untrimmed text, `""` for an
            empty cell, dtype object. The frame's index means nothing.
        source_types: by row and column (from 0), what a cell was where its text doesn't tell.
        surplus: by row, the cells beyond the header.
        ignored: by row, why it is no data.
        notices: about the file.
        layout: what recognised it.
        sku_in_headings: the SKU of a row stands in the heading above it.
        words: the headers of the columns that tell what is in the books.
        derived: fields whose values no cell holds as they are: they have a column of their own
            at the end, and the column here is where the value stands in the file.
        issues: by row, what the layout has against it.
        credits: by ignored row that takes a booking back, the word for it.
        documents: for each row the document that it is of; empty if the layout knows none.
        bodies: rows that speak of a document as a whole.

    Every row is named by the number that a spreadsheet shows.
    """

    path: Path
    file: str
    sheet: str
    kind: str
    size: int
    sha256: str
    header_row: int
    headers: tuple[str, ...]
    fields: Mapping[Field, int]
    frame: pd.DataFrame
    source_types: Mapping[tuple[int, int], SourceType] = field(default_factory=dict)
    surplus: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    ignored: Mapping[int, str] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    layout: Layout = PLAIN
    sku_in_headings: bool = False
    words: tuple[str, ...] = ()
    derived: Mapping[Field, int] = field(default_factory=dict)
    issues: Mapping[int, tuple[Issue, ...]] = field(default_factory=dict)
    credits: Mapping[int, str] = field(default_factory=dict)
    documents: Sequence[str] = ()
    bodies: frozenset[int] = frozenset()

    @property
    def rows(self) -> int:
        """How many rows there are, the header and those without data included."""
        return len(self.frame)

    @property
    def row_numbers(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """The number of each row, rising."""
        numbers: np.ndarray[Any, np.dtype[np.int64]] = self.frame["row"].to_numpy()
        return numbers

    def column(self, position: int) -> np.ndarray[Any, np.dtype[np.object_]]:
        """The texts of a column (from 0), one for each row."""
        texts: np.ndarray[Any, np.dtype[np.object_]] = self.frame.iloc[
            :, len(_PROVENANCE) + position
        ].to_numpy()
        return texts

    def texts(self, known: Field) -> np.ndarray[Any, np.dtype[np.object_]]:
        """The texts of the column of a field, which is there."""
        return self.column(self.fields[known])

    def text(self, row: int, known: Field) -> str:
        """The text of one cell; `""` if there is no such column."""
        if known not in self.fields:
            return ""
        return str(self.texts(known)[row - int(self.row_numbers[0])])

    def cell(self, row: int, known: Field | None = None) -> CellRef:
        """Where a value stands in the file; the whole row if no column of it is known."""
        if known is None or (known is Field.SKU and self.sku_in_headings):
            return CellRef(self.file, self.sheet, row)
        position = self.derived.get(known, self.fields.get(known))
        return CellRef(self.file, self.sheet, row, position)


def frame_of(
    file: str, sheet: str, names: Sequence[str], columns: list[list[str]], first: int = 1
) -> pd.DataFrame:
    """The frame of an `Export`, its rows numbered from `first`.

    Dtype object throughout, so that whether pyarrow is installed changes nothing. `columns` is
    emptied on the way: no text is in memory twice.
    """
    rows = len(columns[0]) if columns else 0
    values: dict[str, pd.Series] = {
        "file": pd.Series(file, index=range(rows), dtype=object),
        "sheet": pd.Series(sheet, index=range(rows), dtype=object),
        "row": pd.Series(range(first, first + rows), dtype="int64"),
    }
    for at, label in enumerate(_labels(names)):
        values[label] = pd.Series(columns[at], dtype=object)
        columns[at] = []
    return pd.DataFrame(values, copy=False)


def _labels(names: Sequence[str]) -> Iterator[str]:
    taken = set(_PROVENANCE)
    for position, name in enumerate(names):
        plain = name or f"Column {column_letter(position)}"
        label, number = plain, 1
        while label in taken:
            number += 1
            label = f"{plain} ({number})"
        taken.add(label)
        yield label
