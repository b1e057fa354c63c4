"""The sheets with what Flxpoint says: what orders hold after the run, and what no file names.

Pure. Both are there only if something was read.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from reconcile.domain.model import CallKind
from reconcile.journal import Moment, OrderReading, UncoveredOrder
from reconcile.orders.remote_state import Compared, Finding, compared, in_words
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.outcome_words import value_words
from reconcile.results.report.tables import Block, Kind, ReportColumn, Table, Value, table_of

__all__ = ["COVERAGE", "READ_BACK", "online_blocks", "online_tables"]

READ_BACK = "Read back"
COVERAGE = "Coverage"
_MARKS = {
    Finding.SAME: "= same",
    Finding.DIFFERENT: "* different",
    Finding.MISSING: "- missing",
    Finding.SILENT: "? does not say",
}


def online_tables(ledger: Ledger) -> list[Table]:
    """The two sheets, each if it has anything."""
    tables = []
    if any(True for _ in ledger.reader.readings(Moment.AFTER)):
        lines = partial(_read_values, ledger)
        tables.append(table_of(READ_BACK, _READ_BACK, lines, "No order was read back."))
    if any(True for _ in ledger.reader.uncovered()):
        covered = "Every order of the period is in a file."
        tables.append(table_of(COVERAGE, _COVERAGE, ledger.reader.uncovered, covered))
    return tables


def online_blocks(ledger: Ledger) -> Iterator[Block]:
    """What Summary says of them."""
    counts = Counter(value.finding for _, values in _compared(ledger) for value in values)
    gone = sum(reading.state is None for reading, _ in _compared(ledger))
    if counts or gone:
        lines: list[Sequence[Value]] = [
            (_MARKS[finding], counts[finding]) for finding in Finding if counts[finding]
        ]
        if gone:
            lines.append(("orders that are not there", gone))
        wrong = counts[Finding.DIFFERENT] + counts[Finding.MISSING] + gone
        yield Block("Read back from Flxpoint: values", lines, alarm=bool(wrong))
    uncovered = sum(1 for _ in ledger.reader.uncovered())
    if uncovered:
        words = "Without an accounting id, and in no file (see Coverage)"
        yield Block("Orders of the period", [(words, uncovered)])


def _compared(ledger: Ledger) -> Iterator[tuple[OrderReading, Sequence[Compared]]]:
    """What each order that was read back holds, value by value."""
    for reading in ledger.reader.readings(Moment.AFTER):
        for call in ledger.calls.get(reading.order_id, ()):
            if call.kind is CallKind.SYNC and call.content:
                held = {} if reading.state is None else reading.state
                known = reading.reported_fields if reading.readable else frozenset[str]()
                yield reading, tuple(compared(json.loads(call.content), held, known))


class _ReadValue(NamedTuple):
    """A value of an order that was read back."""

    reading: OrderReading
    value: str
    spreadsheet: str
    flxpoint: str
    finding: str


_READ_BACK: Final[Sequence[ReportColumn[_ReadValue]]] = (
    ReportColumn("Order ID", Kind.ID, 14, value=lambda line: str(line.reading.order_id)),
    ReportColumn("Value", Kind.TEXT, 44, value=lambda line: line.value),
    ReportColumn("Spreadsheet", Kind.ID, 24, value=lambda line: line.spreadsheet),
    ReportColumn("Flxpoint now", Kind.ID, 24, value=lambda line: line.flxpoint),
    ReportColumn("Finding", Kind.TEXT, 16, value=lambda line: line.finding),
    ReportColumn("Read", Kind.TIME, 26, value=lambda line: line.reading.at),
)

_COVERAGE: Final[Sequence[ReportColumn[UncoveredOrder]]] = (
    ReportColumn("Order ID", Kind.ID, 14, value=lambda order: str(order.order_id)),
    ReportColumn("Order number", Kind.ID, 20, value=lambda order: order.number),
    ReportColumn("Reference number", Kind.ID, 20, value=lambda order: order.reference),
    ReportColumn(
        "Date",
        Kind.TIME,
        26,
        value=lambda order: datetime.fromisoformat(order.ordered_at) if order.ordered_at else None,
    ),
    ReportColumn("Status", Kind.TEXT, 20, value=lambda order: order.status),
)


def _read_values(ledger: Ledger) -> Iterator[_ReadValue]:
    for reading, values in _compared(ledger):
        if reading.state is None:
            yield _ReadValue(reading, "the order", "", "(no such order)", "- missing")
            continue
        for value in values:
            held = "" if value.finding is Finding.SILENT else in_words(value.remote)
            said, mark = in_words(value.said), _MARKS[value.finding]
            yield _ReadValue(reading, value_words(value.path), said, held, mark)
