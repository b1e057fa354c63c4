"""The sheets with what Flxpoint says: what orders hold after the run, and what no file names.

Pure. Both are there only if something was read.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from reconcile.domain.model import CallKind
from reconcile.journal import Moment, Reading
from reconcile.orders.remote_state import Compared, Finding, compared, in_words
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.outcome_words import value_words
from reconcile.results.report.tables import Block, Column, Kind, Table, Value

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
        tables.append(_read_back(ledger))
    if any(True for _ in ledger.reader.uncovered()):
        tables.append(_coverage(ledger))
    return tables


def online_blocks(ledger: Ledger) -> Iterator[Block]:
    """What Summary says of them."""
    counts = Counter(value.finding for _, values in _compared(ledger) for value in values)
    gone = sum(reading.held is None for reading, _ in _compared(ledger))
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


def _compared(ledger: Ledger) -> Iterator[tuple[Reading, Sequence[Compared]]]:
    """What each order that was read back holds, value by value."""
    for reading in ledger.reader.readings(Moment.AFTER):
        for call in ledger.calls.get(reading.order_id, ()):
            if call.kind is CallKind.SYNC and call.content:
                held = {} if reading.held is None else reading.held
                known = reading.told if reading.readable else frozenset[str]()
                yield reading, tuple(compared(json.loads(call.content), held, known))


def _read_back(ledger: Ledger) -> Table:
    columns = (
        Column("Order ID", Kind.ID, 14),
        Column("Value", Kind.TEXT, 44),
        Column("Spreadsheet", Kind.ID, 24),
        Column("Flxpoint now", Kind.ID, 24),
        Column("Finding", Kind.TEXT, 16),
        Column("Read", Kind.TIME, 26),
    )
    return Table(READ_BACK, columns, _read_back_rows(ledger), "No order was read back.")


def _read_back_rows(ledger: Ledger) -> Iterator[Sequence[Value]]:
    for reading, values in _compared(ledger):
        order_id = str(reading.order_id)
        if reading.held is None:
            yield order_id, "the order", "", "(no such order)", "- missing", reading.at
            continue
        for value in values:
            held = "" if value.finding is Finding.SILENT else in_words(value.held)
            said, mark = in_words(value.said), _MARKS[value.finding]
            yield order_id, value_words(value.path), said, held, mark, reading.at


def _coverage(ledger: Ledger) -> Table:
    columns = (
        Column("Order ID", Kind.ID, 14),
        Column("Order number", Kind.ID, 20),
        Column("Reference number", Kind.ID, 20),
        Column("Date", Kind.TIME, 26),
        Column("Status", Kind.TEXT, 20),
    )
    rows = (
        (
            str(order.order_id),
            order.number,
            order.reference,
            datetime.fromisoformat(order.ordered_at) if order.ordered_at else None,
            order.status,
        )
        for order in ledger.reader.uncovered()
    )
    return Table(COVERAGE, columns, rows, "Every order of the period is in a file.")
