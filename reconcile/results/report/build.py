"""From a run to its report: plain tables, each line leading back to the rows it came from.

Pure. Rules, section 6. `summary` has the first sheet.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any

from reconcile.domain.fields import BEYOND_HEADER, EXTERNAL_IDS, IDS, normal_name
from reconcile.domain.model import CallKind, Field, Outcome, RowRef, SourceType
from reconcile.domain.report_columns import BEFORE_FAILURES, our_columns
from reconcile.journal import CallRecord, RowRecord, SourceRecord
from reconcile.results.report.formula_safe_text import harmless
from reconcile.results.report.ledger import Ledger, RunReader
from reconcile.results.report.number_columns import figure_columns
from reconcile.results.report.outcome_words import CALLS, VERDICTS
from reconcile.results.report.readback_sheets import online_tables
from reconcile.results.report.row_reasons import why
from reconcile.results.report.summary import summary
from reconcile.results.report.tables import (
    Column,
    Kept,
    Kind,
    Link,
    ReplayableRows,
    Report,
    Table,
    Value,
)
from reconcile.results.returned.row_marks import returned

__all__ = ["build_report"]

_KINDS = (Kind.OUTCOME, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.TEXT)
_WIDTHS = (12, 24, 48, 48, 28)
_WRAPS = (False, False, True, True, False)
_WIDEST_PLACE = 100
_ID_FIELDS = {field.value for field in (*IDS, *EXTERNAL_IDS)}


def build_report(ledger: Ledger) -> Report:
    """The report of a run; the rows of its tables are read while they are written."""
    reader = ledger.reader
    originals = _Originals(
        reader.run.sources, surplus=_has_surplus(reader), figures=figure_columns(reader.rows())
    )
    tables = (
        _successes(ledger),
        _failures(ledger, originals),
        _rows(ledger, originals),
        _attempts(ledger),
        *online_tables(ledger),
    )
    return Report(summary(ledger), tables, returned(ledger))


class _Originals:
    """The columns of all exports of a run side by side, each under its own header.

    Columns that mean the same field share one, so that the sheet is a valid input.
    """

    def __init__(
        self,
        sources: Sequence[SourceRecord],
        *,
        surplus: bool,
        figures: Collection[tuple[int, int]],
    ) -> None:
        self.columns: list[Column] = []
        self._places: list[list[int | None]] = []
        self._meant = [frozenset(source.fields.values()) for source in sources]
        self._surplus = surplus
        known: dict[tuple[str, int], int] = {}
        for source in sources:
            fields = {position: field for field, position in source.fields.items()}
            ours = our_columns(source.headers)
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
                if key not in known:
                    known[key] = len(self.columns)
                    width = 18 if field in _ID_FIELDS else 14
                    shown = header if field else harmless(header)
                    counted = field in (None, Field.SUB_QUANTITY, Field.ITEM_QUANTITY)
                    right = counted and (source.number, position) in figures
                    self.columns.append(Column(shown, Kind.CELL, width, figures=right))
                places.append(known[key])
            self._places.append(places)
        if surplus:
            self.columns.append(Column(BEYOND_HEADER, Kind.TEXT, 24))

    def values(self, row: RowRecord) -> list[Value]:
        values: list[Value] = [None] * len(self.columns)
        meant = self._meant[row.source]
        for position, (place, text) in enumerate(
            zip(self._places[row.source], row.cells, strict=False)
        ):
            if place is None:
                continue
            was = row.was.get(position)
            plain = not text or text[0].isalnum() or position in meant
            shown = text if plain else harmless(text)
            values[place] = Kept(shown, SourceType(was)) if was else shown
        if self._surplus and row.surplus:
            values[-1] = harmless(" | ".join(row.surplus))
        return values


def _has_surplus(reader: RunReader) -> bool:
    return any(row.surplus for row in reader.rows())


def _successes(ledger: Ledger) -> Table:
    columns = (
        Column("Order ID", Kind.ID, 14),
        Column("Outcome", Kind.OUTCOME, 12),
        Column("Order External ID", Kind.ID, 22),
        Column("Items", Kind.NUMBER, 8),
        Column("Supplier SKUs", Kind.NUMBER, 14),
        Column("Status", Kind.TEXT, 16),
        Column("Acknowledged", Kind.TIME, 26),
        Column("Tries", Kind.NUMBER, 8),
        Column("Remarks", Kind.TEXT, 40, wraps=True),
        Column("Rows", Kind.TEXT, 40, wraps=True),
    )
    return Table(
        "Successes", columns, ReplayableRows(partial(_success_rows, ledger)), "No order is done."
    )


def _success_rows(ledger: Ledger) -> Iterator[Sequence[Value]]:
    ends = {
        (attempt.order_id, attempt.kind): attempt.end.ended_at
        for attempt in ledger.reader.attempts()
        if attempt.end is not None
    }
    linked = returned(ledger).source is not None
    for order in ledger.reader.orders():
        outcome = ledger.outcomes.get(order.order_id)
        if outcome is None or not outcome.done:
            continue
        calls, named = ledger.calls[order.order_id], str(order.order_id)
        sync = _content(calls, CallKind.SYNC)
        items = sync.get("items", [])
        times = [ends[key] for c in calls if (key := (c.order_id, c.kind)) in ends]
        yield (
            Link(named, *order.rows[0]) if linked and order.rows else named,
            outcome,
            _text(sync.get("externalAccountingId", "")),
            len(items),
            sum(len(item.get("orderItemAccountingItems", ())) for item in items),
            _content(calls, CallKind.STATUS).get("status", ""),
            max(times) if times else None,
            sum(call.tries for call in calls),
            "; ".join(call.note for call in calls if call.note),
            _row_list(ledger, order.rows),
        )


def _failures(ledger: Ledger, originals: _Originals) -> Table:
    places = [str(RowRef(s.file, s.sheet, s.rows)) for s in ledger.reader.run.sources]
    # A link that wraps is cut off in LibreOffice, so the column is wide enough.
    place = min(max(map(len, places), default=0), _WIDEST_PLACE)
    widths = (*_WIDTHS[:-1], max(_WIDTHS[-1], place))
    columns = (
        *map(Column, BEFORE_FAILURES, _KINDS, widths, _WRAPS),
        *originals.columns,
    )
    rows = partial(_failure_rows, ledger, originals)
    return Table("Failures", columns, ReplayableRows(rows), "Nothing failed.", "E:E")


def _failure_rows(ledger: Ledger, originals: _Originals) -> Iterator[Sequence[Value]]:
    for row in ledger.reader.rows():
        if ledger.fails(row):
            yield *_failure(ledger, row), *originals.values(row)


def _failure(ledger: Ledger, row: RowRecord) -> tuple[Value, ...]:
    place = Link(_place(ledger, row), row.source, row.row)
    return ledger.outcome_of(row) or Outcome.PENDING, *why(ledger, row), place


def _rows(ledger: Ledger, originals: _Originals) -> Table:
    columns = (
        Column("File", Kind.TEXT, 24),
        Column("Sheet", Kind.TEXT, 14),
        Column("Row", Kind.NUMBER, 8),
        Column("State", Kind.TEXT, 12),
        Column("Order ID", Kind.ID, 14),
        Column("Outcome", Kind.OUTCOME, 12),
        Column("Reason", Kind.TEXT, 40, wraps=True),
        *originals.columns,
    )
    rows = partial(_row_rows, ledger, originals)
    return Table("Rows", columns, ReplayableRows(rows), "The files have no rows.", "A:C")


def _row_rows(ledger: Ledger, originals: _Originals) -> Iterator[Sequence[Value]]:
    for row in ledger.reader.rows():
        yield *_row_words(ledger, row), *originals.values(row)


def _row_words(ledger: Ledger, row: RowRecord) -> tuple[Value, ...]:
    source = ledger.reader.run.sources[row.source]
    order = "" if row.order_id is None else str(row.order_id)
    outcome = ledger.outcome_of(row)
    because = why(ledger, row)[1] if ledger.fails(row) else ""
    if row.state == "ignored":
        because = f"ignored: {row.detail}"
    state = "rejected" if row.state == "held" else row.state
    number = Link(row.row, row.source, row.row)
    return harmless(source.file), harmless(source.sheet), number, state, order, outcome, because


def _attempts(ledger: Ledger) -> Table:
    columns = (
        Column("Time", Kind.TIME, 26),
        Column("Order ID", Kind.ID, 14),
        Column("Call", Kind.TEXT, 16),
        Column("Try", Kind.NUMBER, 6),
        Column("Status", Kind.NUMBER, 8),
        Column("Seconds", Kind.SECONDS, 9),
        Column("Verdict", Kind.TEXT, 16),
        Column("Answer", Kind.TEXT, 40, wraps=True),
        Column("Sent", Kind.TEXT, 70, wraps=True),
        Column("Fingerprint", Kind.TEXT, 20),
    )
    return Table(
        "Attempts", columns, ReplayableRows(partial(_attempt_rows, ledger)), "No call was made."
    )


def _attempt_rows(ledger: Ledger) -> Iterator[Sequence[Value]]:
    first = _first_rows(ledger)
    for attempt in ledger.reader.attempts():
        end, order = attempt.end, str(attempt.order_id)
        yield (
            attempt.began_at,
            Link(order, *first[attempt.order_id]) if attempt.order_id in first else order,
            CALLS[attempt.kind],
            attempt.number,
            end.status if end else None,
            end.seconds if end else None,
            VERDICTS.get(end.verdict, end.verdict) if end else "no end recorded",
            harmless(end.answer) if end else "",
            attempt.content,
            attempt.fingerprint[:16],
        )


def _content(calls: Sequence[CallRecord], kind: CallKind) -> dict[str, Any]:
    for call in calls:
        if call.kind is kind and call.content:
            content: dict[str, Any] = json.loads(call.content)
            return content
    return {}


def _text(value: object) -> str:
    return "null" if value is None else str(value)


def _place(ledger: Ledger, row: RowRecord) -> str:
    source = ledger.reader.run.sources[row.source]
    return harmless(str(RowRef(source.file, source.sheet, row.row)))


def _first_rows(ledger: Ledger) -> dict[int, tuple[int, int]]:
    """The first row of each order, if there is a sheet to lead to; it is never a large one."""
    if returned(ledger).source is None:
        return {}
    return {order.order_id: order.rows[0] for order in ledger.reader.orders() if order.rows}


def _row_list(ledger: Ledger, rows: Sequence[tuple[int, int]]) -> str:
    """Rows by file, in the words of a spreadsheet: `acme.xlsx!Invoices: 17, 18`."""
    by_source: dict[int, list[str]] = {}
    for source, row in rows:
        by_source.setdefault(source, []).append(str(row))
    named = []
    for number, found in by_source.items():
        source_ = ledger.reader.run.sources[number]
        where = f"{source_.file}!{source_.sheet}" if source_.sheet else source_.file
        named.append(f"{where}: {', '.join(found)}")
    return "; ".join(named)
