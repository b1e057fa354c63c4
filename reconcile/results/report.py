"""From a run to its report: plain tables, each line leading back to the rows it came from.

Pure. Rules, section 6. `summary` has the first sheet.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reconcile.fields import BEYOND_HEADER, EXTERNAL_IDS, IDS, normal_name
from reconcile.issues import placed, reason, remedy
from reconcile.journal import CallRecord, RowRecord, SourceRecord
from reconcile.model import CallKind, Issue, Outcome, RowRef, Was
from reconcile.results.ledger import Ledger, RunReader
from reconcile.results.online_sheets import online_tables
from reconcile.results.summary import summary
from reconcile.results.tables import Column, Kept, Kind, Report, Table, Value
from reconcile.results.words import CALLS, next_step

__all__ = ["build_report"]

_ID_FIELDS = {field.value for field in (*IDS, *EXTERNAL_IDS)}


def build_report(ledger: Ledger) -> Report:
    """The report of a run; the rows of its tables are read while they are written."""
    reader = ledger.reader
    originals = _Originals(reader.run.sources, surplus=_has_surplus(reader))
    tables = (
        _successes(ledger),
        _failures(ledger, originals),
        _rows(ledger, originals),
        _attempts(ledger),
        *online_tables(ledger),
    )
    return Report(summary(ledger), tables)


class _Originals:
    """The columns of all exports of a run side by side, each under its own header.

    Columns that mean the same field share one, so that the sheet is a valid input.
    """

    def __init__(self, sources: Sequence[SourceRecord], *, surplus: bool) -> None:
        self.columns: list[Column] = []
        self._places: list[list[int]] = []
        self._surplus = surplus
        known: dict[tuple[str, int], int] = {}
        for source in sources:
            fields = {position: field for field, position in source.fields.items()}
            seen: dict[str, int] = {}
            places: list[int] = []
            for position, header in enumerate(source.headers):
                field = fields.get(position)
                name = f"field {field}" if field else normal_name(header)
                seen[name] = seen.get(name, 0) + 1
                key = (name, seen[name])
                if key not in known:
                    known[key] = len(self.columns)
                    width = 18 if field in _ID_FIELDS else 14
                    self.columns.append(Column(header, Kind.CELL, width))
                places.append(known[key])
            self._places.append(places)
        if surplus:
            self.columns.append(Column(BEYOND_HEADER, Kind.TEXT, 24))

    def values(self, row: RowRecord) -> list[Value]:
        values: list[Value] = [None] * len(self.columns)
        for position, (place, text) in enumerate(
            zip(self._places[row.source], row.cells, strict=False)
        ):
            was = row.was.get(position)
            values[place] = Kept(text, Was(was)) if was else text
        if self._surplus and row.surplus:
            values[-1] = " | ".join(row.surplus)
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
    return Table("Successes", columns, _success_rows(ledger), "No order is done.")


def _success_rows(ledger: Ledger) -> Iterator[Sequence[Value]]:
    ends = {
        (attempt.order_id, attempt.kind): attempt.end.ended_at
        for attempt in ledger.reader.attempts()
        if attempt.end is not None
    }
    for order in ledger.reader.orders():
        outcome = ledger.outcomes.get(order.order_id)
        if outcome is None or not outcome.done:
            continue
        calls = ledger.calls[order.order_id]
        sync = _content(calls, CallKind.SYNC)
        items = sync.get("items", [])
        times = [ends[key] for c in calls if (key := (c.order_id, c.kind)) in ends]
        yield (
            str(order.order_id),
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
    columns = (
        Column("Outcome", Kind.OUTCOME, 12),
        Column("Code", Kind.TEXT, 24),
        Column("Reason", Kind.TEXT, 48, wraps=True),
        Column("What to do", Kind.TEXT, 48, wraps=True),
        Column("Place", Kind.TEXT, 28),
        *originals.columns,
    )
    rows = (
        (*_failure(ledger, row), *originals.values(row))
        for row in ledger.reader.rows()
        if ledger.fails(row)
    )
    return Table("Failures", columns, rows, "Nothing failed.")


def _failure(ledger: Ledger, row: RowRecord) -> tuple[Value, ...]:
    order_id = row.order_id
    outcome = Outcome.REJECTED if order_id is None else ledger.outcomes.get(order_id)
    code, why, what = _why(ledger, row)
    return outcome or Outcome.PENDING, code, why, what, _place(ledger, row)


def _why(ledger: Ledger, row: RowRecord) -> tuple[str, str, str]:
    """Code, reason and remedy of a row that isn't done."""
    own = ledger.row_issues(row)
    if row.state == "held":
        return "held", row.detail, f"Mend {row.detail.removeprefix('held with ')} first."
    if row.state == "rejected":
        return _issue_words(own)
    codes: list[str] = []
    reasons: list[str] = []
    remedies: list[str] = []
    for call in ledger.calls.get(row.order_id or 0, ()):
        if call.outcome.done:
            continue
        name = CALLS[call.kind]
        if call.outcome is Outcome.REJECTED:
            issues = ledger.issues.get(row.order_id, [])
            code, why, what = _issue_words(issues)
            why = f"{name} not sent: {why}"
        else:
            code, what = call.outcome.value.replace(" ", "-"), _what_to_do(ledger, call)
            why = f"{name} {call.outcome}" + (f": {call.note}" if call.note else "")
        codes.append(code)
        reasons.append(why)
        remedies.append(what)
    reasons += [f"{CALLS[call.kind]} done" for call in _done(ledger, row)]
    return "; ".join(codes), "; ".join(reasons), " ".join(dict.fromkeys(remedies))


def _what_to_do(ledger: Ledger, call: CallRecord) -> str:
    later, taken_over = ledger.superseded.get((call.order_id, call.kind), ("", False))
    if taken_over:
        return f"Look at the run {later}: it planned this order later, and that plan counts."
    if later:
        return f"Run the file again: the run {later} planned this order later, without this call."
    return next_step(ledger.reader.run.id, call.order_id, call.kind, call.outcome)


def _done(ledger: Ledger, row: RowRecord) -> list[CallRecord]:
    return [call for call in ledger.calls.get(row.order_id or 0, ()) if call.outcome.done]


def _issue_words(issues: Sequence[Issue]) -> tuple[str, str, str]:
    codes = "; ".join(dict.fromkeys(issue.code for issue in issues))
    reasons = "; ".join(f"{reason(issue)} ({placed(issue)})" for issue in issues)
    return codes, reasons, " ".join(dict.fromkeys(remedy(issue) for issue in issues))


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
    rows = ((*_row_words(ledger, row), *originals.values(row)) for row in ledger.reader.rows())
    return Table("Rows", columns, rows, "The files have no rows.")


def _row_words(ledger: Ledger, row: RowRecord) -> tuple[Value, ...]:
    source = ledger.reader.run.sources[row.source]
    order = "" if row.order_id is None else str(row.order_id)
    outcome = None if row.order_id is None else ledger.outcomes.get(row.order_id)
    if row.state == "ignored":
        why, outcome = f"ignored: {row.detail}", None
    elif ledger.fails(row):
        why = _why(ledger, row)[1]
    else:
        why = ""
    state = "rejected" if row.state == "held" else row.state
    return source.file, source.sheet, row.row, state, order, outcome, why


def _attempts(ledger: Ledger) -> Table:
    columns = (
        Column("Time", Kind.TIME, 26),
        Column("Order ID", Kind.ID, 14),
        Column("Call", Kind.TEXT, 16),
        Column("Try", Kind.NUMBER, 6),
        Column("Status", Kind.NUMBER, 8),
        Column("Seconds", Kind.SECONDS, 9),
        Column("Verdict", Kind.TEXT, 10),
        Column("Answer", Kind.TEXT, 40, wraps=True),
        Column("Sent", Kind.TEXT, 70, wraps=True),
        Column("Fingerprint", Kind.TEXT, 20),
    )
    return Table("Attempts", columns, _attempt_rows(ledger), "No call was made.")


def _attempt_rows(ledger: Ledger) -> Iterator[Sequence[Value]]:
    for attempt in ledger.reader.attempts():
        end = attempt.end
        yield (
            attempt.began_at,
            str(attempt.order_id),
            CALLS[attempt.kind],
            attempt.number,
            end.status if end else None,
            end.seconds if end else None,
            end.verdict if end else "no end recorded",
            end.answer if end else "",
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
    return str(RowRef(source.file, source.sheet, row.row))


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
