"""What is written beside the rows of the user's own workbook: the outcome of each.

Pure. `user_workbook` opens the workbook, and `annotate` writes it there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reconcile.domain.issues import reason, remedy
from reconcile.domain.model import CellRef, Issue, Outcome
from reconcile.domain.report_columns import is_failures
from reconcile.journal import RowRecord, SourceRecord
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.row_reasons import reasons_of

__all__ = ["MOST_ROWS", "ReturnedWorkbook", "RowMark", "returned_workbook"]

MOST_ROWS = 50_000
"""A sheet with more rows is not given back: opening and saving it takes gigabytes."""

_EXCEL = "xlsx"


class RowMark(NamedTuple):
    """One row of the data sheet: what is written beside it, and where the report has it.

    `outcome` is None where the row is no data. `cells` and `was` are what the journal knows
    of its cells. `line` is its line on the sheet `sheet` of the report.
    """

    row: int
    outcome: Outcome | None
    reason: str
    what_to_do: str
    cells: Sequence[str]
    was: Mapping[int, str]
    sheet: str
    line: int


@dataclass(frozen=True, slots=True)
class ReturnedWorkbook:
    """The workbook that is given back, extended; `refused` says why it is not.

    `faulty_cells` are those (row from 1, column from 0) that hold what is wrong, with the words.
    """

    ledger: Ledger
    source: SourceRecord | None
    refused: str = ""

    def marks(self) -> Iterator[RowMark]:
        """Every row of the data sheet."""
        line = failure = 1
        for row in self.ledger.reader.rows():
            line += 1
            fails = self.ledger.fails(row)
            failure += fails
            if self.source is not None and row.source == self.source.number:
                place = ("Failures", failure) if fails else ("Rows", line)
                yield self._mark(row, fails, place)

    def _mark(self, row: RowRecord, fails: bool, place: tuple[str, int]) -> RowMark:  # noqa: FBT001
        _, because, what = reasons_of(self.ledger, row) if fails else ("", "", "")
        if self.source is not None:  # the reader is on the sheet
            because = because.replace(f"{self.source.file}!{self.source.sheet}", "").replace(
                "(!", "("
            )
        outcome = self.ledger.outcome_of(row)
        if fails and outcome is None:
            outcome = Outcome.PENDING
        return RowMark(row.row, outcome, because, what, row.cells, row.was, *place)

    def faulty_cells(self) -> dict[tuple[int, int], str]:
        """The cells that hold what is wrong, and what is said of each."""
        found: dict[tuple[int, int], list[str]] = {}
        for issues in self.ledger.issues.values():
            for issue in issues:
                for place in issue.places:
                    if place.column is not None and place.row and self._is_here(place):
                        found.setdefault((place.row, place.column), []).append(_said(issue))
        return {at: "\n".join(dict.fromkeys(words)) for at, words in found.items()}

    def _is_here(self, place: CellRef) -> bool:
        source = self.source
        return source is not None and (place.file, place.sheet) == (source.file, source.sheet)


def returned_workbook(ledger: Ledger) -> ReturnedWorkbook:
    """Which file of the run is given back; if none, why."""
    sources = ledger.reader.run.sources
    excel = [source for source in sources if source.kind == _EXCEL]
    if not excel:
        return ReturnedWorkbook(ledger, None, "Only an Excel workbook can be given back extended.")
    if len(excel) > 1:
        named = ", ".join(source.file for source in excel)
        return ReturnedWorkbook(ledger, None, f"The run has several Excel workbooks: {named}.")
    if is_failures(excel[0].headers):
        return ReturnedWorkbook(
            ledger, None, f"{excel[0].file} is a sheet of earlier results itself."
        )
    if excel[0].rows > MOST_ROWS:
        words = f"{excel[0].file} has {excel[0].rows:,} rows; up to {MOST_ROWS:,} it is given back."
        return ReturnedWorkbook(ledger, None, words)
    return ReturnedWorkbook(ledger, excel[0])


def _said(issue: Issue) -> str:
    return f"{reason(issue)}. {remedy(issue)}"
