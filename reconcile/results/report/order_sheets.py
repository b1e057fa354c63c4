"""The sheets Successes and Attempts: a line for each order that is done, and for each try."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple

from reconcile.domain.model import CallKind, Outcome
from reconcile.journal import AttemptRecord, CallRecord
from reconcile.results.report.formula_safe_text import formula_safe
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.outcome_words import CALLS, VERDICTS
from reconcile.results.report.tables import Kind, Link, ReportColumn, Table, table_of
from reconcile.results.returned.row_marks import returned_workbook

__all__ = ["attempts", "successes"]


class _DoneOrder(NamedTuple):
    """An order that is done: its id with the way to its first row, and what was sent for it."""

    order: str | Link
    outcome: Outcome
    calls: Sequence[CallRecord]
    sync: Mapping[str, Any]
    acknowledged: datetime | None
    rows: str


class _Try(NamedTuple):
    """One try of a call; `order` is the id with the way to the first row of the order."""

    order: str | Link
    record: AttemptRecord


def _external_id(done: _DoneOrder) -> str:
    found = done.sync.get("externalAccountingId", "")
    return "null" if found is None else str(found)


def _supplier_skus(done: _DoneOrder) -> int:
    items = done.sync.get("items", [])
    return sum(len(item.get("orderItemAccountingItems", ())) for item in items)


_SUCCESSES: Final[Sequence[ReportColumn[_DoneOrder]]] = (
    ReportColumn("Order ID", Kind.ID, 14, value=lambda done: done.order),
    ReportColumn("Outcome", Kind.OUTCOME, 12, value=lambda done: done.outcome),
    ReportColumn("Order External ID", Kind.ID, 22, value=_external_id),
    ReportColumn("Items", Kind.NUMBER, 8, value=lambda done: len(done.sync.get("items", []))),
    ReportColumn("Supplier SKUs", Kind.NUMBER, 14, value=_supplier_skus),
    ReportColumn(
        "Status",
        Kind.TEXT,
        16,
        value=lambda done: str(_content(done.calls, CallKind.STATUS).get("status", "")),
    ),
    ReportColumn("Acknowledged", Kind.TIME, 26, value=lambda done: done.acknowledged),
    ReportColumn("Tries", Kind.NUMBER, 8, value=lambda done: sum(c.tries for c in done.calls)),
    ReportColumn(
        "Remarks",
        Kind.TEXT,
        40,
        wraps=True,
        value=lambda done: "; ".join(call.note for call in done.calls if call.note),
    ),
    ReportColumn("Rows", Kind.TEXT, 40, wraps=True, value=lambda done: done.rows),
)


def _status(tried: _Try) -> int | None:
    return tried.record.end.status if tried.record.end else None


def _seconds(tried: _Try) -> float | None:
    return tried.record.end.seconds if tried.record.end else None


def _verdict(tried: _Try) -> str:
    end = tried.record.end
    return VERDICTS.get(end.verdict, end.verdict) if end else "no end recorded"


def _answer(tried: _Try) -> str:
    return formula_safe(tried.record.end.answer) if tried.record.end else ""


_ATTEMPTS: Final[Sequence[ReportColumn[_Try]]] = (
    ReportColumn("Time", Kind.TIME, 26, value=lambda tried: tried.record.began_at),
    ReportColumn("Order ID", Kind.ID, 14, value=lambda tried: tried.order),
    ReportColumn("Call", Kind.TEXT, 16, value=lambda tried: CALLS[tried.record.kind]),
    ReportColumn("Try", Kind.NUMBER, 6, value=lambda tried: tried.record.number),
    ReportColumn("Status", Kind.NUMBER, 8, value=_status),
    ReportColumn("Seconds", Kind.SECONDS, 9, value=_seconds),
    ReportColumn("Verdict", Kind.TEXT, 16, value=_verdict),
    ReportColumn("Answer", Kind.TEXT, 40, wraps=True, value=_answer),
    ReportColumn("Sent", Kind.TEXT, 70, wraps=True, value=lambda tried: tried.record.content),
    ReportColumn("Fingerprint", Kind.TEXT, 20, value=lambda tried: tried.record.fingerprint[:16]),
)


def successes(ledger: Ledger) -> Table:
    """Every order that is done."""
    return table_of("Successes", _SUCCESSES, partial(_done, ledger), "No order is done.")


def attempts(ledger: Ledger) -> Table:
    """Every try, in the order in which they began."""
    return table_of("Attempts", _ATTEMPTS, partial(_tries, ledger), "No call was made.")


def _done(ledger: Ledger) -> Iterator[_DoneOrder]:
    ends = {
        (attempt.order_id, attempt.kind): attempt.end.ended_at
        for attempt in ledger.reader.attempts()
        if attempt.end is not None
    }
    linked = returned_workbook(ledger).source is not None
    for order in ledger.reader.orders():
        outcome = ledger.outcomes.get(order.order_id)
        if outcome is None or not outcome.done:
            continue
        calls, name = ledger.calls[order.order_id], str(order.order_id)
        times = [ends[key] for c in calls if (key := (c.order_id, c.kind)) in ends]
        yield _DoneOrder(
            Link(name, *order.rows[0]) if linked and order.rows else name,
            outcome,
            calls,
            _content(calls, CallKind.SYNC),
            max(times, default=None),
            _row_list(ledger, order.rows),
        )


def _tries(ledger: Ledger) -> Iterator[_Try]:
    first: dict[int, tuple[int, int]] = {}
    if returned_workbook(ledger).source is not None:  # it is never a large one
        first = {order.order_id: order.rows[0] for order in ledger.reader.orders() if order.rows}
    for attempt in ledger.reader.attempts():
        name = str(attempt.order_id)
        place = first.get(attempt.order_id)
        yield _Try(name if place is None else Link(name, *place), attempt)


def _content(calls: Sequence[CallRecord], kind: CallKind) -> Mapping[str, Any]:
    for call in calls:
        if call.kind is kind and call.content:
            content: dict[str, Any] = json.loads(call.content)
            return content
    return {}


def _row_list(ledger: Ledger, rows: Sequence[tuple[int, int]]) -> str:
    """Rows by file, in the words of a spreadsheet: `acme.xlsx!Invoices: 17, 18`."""
    by_source: dict[int, list[str]] = {}
    for number, row in rows:
        by_source.setdefault(number, []).append(str(row))
    parts = []
    for number, found in by_source.items():
        source = ledger.reader.run.sources[number]
        where = f"{source.file}!{source.sheet}" if source.sheet else source.file
        parts.append(f"{where}: {', '.join(found)}")
    return "; ".join(parts)
