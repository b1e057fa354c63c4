"""The columns of all exports of a run side by side, each under its own header. Pure.

Columns that mean the same field share one, so that the sheet Failures is a valid input.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from reconcile.domain.fields import BEYOND_HEADER, EXTERNAL_IDS, IDS, normal_name
from reconcile.domain.model import Field, Outcome, SourceType
from reconcile.domain.report_columns import our_columns
from reconcile.journal import RowRecord, SourceRecord
from reconcile.results.report.formula_safe_text import formula_safe
from reconcile.results.report.tables import Kind, ReportColumn, SourceCell, Value

__all__ = ["RowLine", "SourceColumns"]

_ID_FIELDS = {field.value for field in (*IDS, *EXTERNAL_IDS)}


class RowLine(NamedTuple):
    """A row of an export, what became of it, and its cells in the columns of all exports.

    `code`, `reason` and `remedy` are empty if its order is done.
    """

    row: RowRecord
    source: SourceRecord
    outcome: Outcome | None
    code: str
    reason: str
    remedy: str
    cells: Sequence[Value]


class SourceColumns:
    """The columns, and what a row has in them.

    Args:
        sources: the sheets of the run.
        before_data: what our own columns left of the data are called.
        surplus: whether any row has cells beyond its header; they get a column of their own.
        figures: source and column (from 0) of columns that hold nothing but figures.
    """

    def __init__(
        self,
        sources: Sequence[SourceRecord],
        before_data: Collection[str],
        *,
        surplus: bool,
        figures: Collection[tuple[int, int]],
    ) -> None:
        self.columns: list[ReportColumn[RowLine]] = []
        self._places: list[list[int | None]] = []
        self._with_meaning = [frozenset(source.fields.values()) for source in sources]
        self._surplus = surplus
        taken: dict[tuple[str, int], int] = {}
        for source in sources:
            fields = {position: field for field, position in source.fields.items()}
            ours = our_columns(source.headers, before_data)
            seen: dict[str, int] = {}
            places: list[int | None] = []
            for position, header in enumerate(source.headers):
                if position in ours or header == BEYOND_HEADER:
                    places.append(None)
                    continue
                field = fields.get(position)
                name = f"field {field}" if field else normal_name(header)
                seen[name] = seen.get(name, 0) + 1
                key = (name, seen[name])
                if key not in taken:
                    taken[key] = len(self.columns)
                    counted = field in (None, Field.SUB_QUANTITY, Field.ITEM_QUANTITY)
                    self._add(
                        header if field else formula_safe(header),
                        18 if field in _ID_FIELDS else 14,
                        figures=counted and (source.number, position) in figures,
                    )
                places.append(taken[key])
            self._places.append(places)
        if surplus:
            self._add(BEYOND_HEADER, 24, Kind.TEXT)

    def _add(self, name: str, width: int, kind: Kind = Kind.CELL, *, figures: bool = False) -> None:
        at = len(self.columns)
        self.columns.append(
            ReportColumn(name, kind, width, figures=figures, value=lambda line: line.cells[at])
        )

    def cells(self, row: RowRecord) -> Sequence[Value]:
        """What the row has in each of the columns."""
        values: list[Value] = [None] * len(self.columns)
        with_meaning = self._with_meaning[row.source]
        for position, (place, text) in enumerate(
            zip(self._places[row.source], row.cells, strict=False)
        ):
            if place is None:
                continue
            was = row.was.get(position)
            as_it_stands = not text or text[0].isalnum() or position in with_meaning
            shown = text if as_it_stands else formula_safe(text)
            values[place] = SourceCell(shown, SourceType(was)) if was else shown
        if self._surplus and row.surplus:
            values[-1] = formula_safe(" | ".join(row.surplus))
        return values
