"""The sheets Failures and Rows: one line for each row of the exports. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Final

from reconcile.domain.model import Outcome, RowRef
from reconcile.journal import RowRecord
from reconcile.results.amounts.amount_text import is_figure
from reconcile.results.report.formula_safe_text import formula_safe
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.row_reasons import reasons_of
from reconcile.results.report.source_columns import RowLine, SourceColumns
from reconcile.results.report.tables import Kind, Link, ReportColumn, Table, table_of

__all__ = ["BEFORE_FAILURES", "row_sheets"]

_WIDEST_PLACE: Final = 100
_LOOKED_AT: Final = 500


def _place(line: RowLine) -> Link:
    ref = RowRef(line.source.file, line.source.sheet, line.row.row)
    return Link(formula_safe(str(ref)), line.row.source, line.row.row)


def _state(line: RowLine) -> str:
    return "rejected" if line.row.state == "held" else line.row.state


def _reason(line: RowLine) -> str:
    return f"ignored: {line.row.detail}" if line.row.state == "ignored" else line.reason


BEFORE_FAILURES: Final[Sequence[ReportColumn[RowLine]]] = (
    ReportColumn("Outcome", Kind.OUTCOME, 12, value=lambda line: line.outcome or Outcome.PENDING),
    ReportColumn("Code", Kind.TEXT, 24, value=lambda line: line.code),
    ReportColumn("Reason", Kind.TEXT, 48, wraps=True, value=lambda line: line.reason),
    ReportColumn("What to do", Kind.TEXT, 48, wraps=True, value=lambda line: line.remedy),
    ReportColumn("Place", Kind.TEXT, 28, on_each_page=True, value=_place),
)
"""Left of the data on Failures. `report_columns` in `domain` knows the sheet by their names."""

_BEFORE_ROWS: Final[Sequence[ReportColumn[RowLine]]] = (
    ReportColumn(
        "File", Kind.TEXT, 24, on_each_page=True, value=lambda line: formula_safe(line.source.file)
    ),
    ReportColumn(
        "Sheet",
        Kind.TEXT,
        14,
        on_each_page=True,
        value=lambda line: formula_safe(line.source.sheet),
    ),
    ReportColumn(
        "Row",
        Kind.NUMBER,
        8,
        on_each_page=True,
        value=lambda line: Link(line.row.row, line.row.source, line.row.row),
    ),
    ReportColumn("State", Kind.TEXT, 12, value=_state),
    ReportColumn(
        "Order ID",
        Kind.ID,
        14,
        value=lambda line: "" if line.row.order_id is None else str(line.row.order_id),
    ),
    ReportColumn("Outcome", Kind.OUTCOME, 12, value=lambda line: line.outcome),
    ReportColumn("Reason", Kind.TEXT, 40, wraps=True, value=_reason),
)


def row_sheets(ledger: Ledger) -> tuple[Table, Table]:
    """Failures and Rows; their lines are read while they are written."""
    reader = ledger.reader
    originals = SourceColumns(
        reader.run.sources,
        [column.name for column in BEFORE_FAILURES],
        surplus=any(row.surplus for row in reader.rows()),
        figures=_figure_columns(reader.rows()),
    )
    failures, rows = (partial(_lines, ledger, originals, failures=only) for only in (True, False))
    return (
        table_of(
            "Failures",
            (*_wide_enough(ledger), *originals.columns),
            failures,
            "Nothing failed.",
        ),
        table_of("Rows", (*_BEFORE_ROWS, *originals.columns), rows, "The files have no rows."),
    )


def _wide_enough(ledger: Ledger) -> Iterator[ReportColumn[RowLine]]:
    """Our columns of Failures, the one of places as wide as its longest link.

    A link that wraps is cut off in LibreOffice.
    """
    longest = max(
        (len(str(RowRef(s.file, s.sheet, s.rows))) for s in ledger.reader.run.sources), default=0
    )
    for column in BEFORE_FAILURES:
        if column.value is _place:
            yield replace(column, width=max(column.width, min(longest, _WIDEST_PLACE)))
        else:
            yield column


def _lines(ledger: Ledger, originals: SourceColumns, *, failures: bool) -> Iterator[RowLine]:
    """Every row of the run, or those of Failures alone."""
    sources = ledger.reader.run.sources
    for row in ledger.reader.rows():
        fails = ledger.fails(row)
        if fails or not failures:
            reasons = reasons_of(ledger, row) if fails else ("", "", "")
            source, outcome = sources[row.source], ledger.outcome_of(row)
            yield RowLine(row, source, outcome, *reasons, originals.cells(row))


def _figure_columns(rows: Iterable[RowRecord]) -> frozenset[tuple[int, int]]:
    """Source and column (from 0) where the first rows of data have nothing but figures."""
    figures: set[tuple[int, int]] = set()
    others: set[tuple[int, int]] = set()
    for row in islice(rows, _LOOKED_AT):
        if row.state != "ignored":
            for at, text in enumerate(row.cells):
                if text.strip():
                    (figures if is_figure(text.strip()) else others).add((row.source, at))
    return frozenset(figures - others)
