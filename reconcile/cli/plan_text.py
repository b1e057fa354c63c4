"""What people and programs are told of a plan: what `check` shows, and `run` before it sends."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from reconcile.domain.calls import differences
from reconcile.domain.fields import FIELDS, normal_name
from reconcile.domain.issues import explain
from reconcile.domain.model import CallKind, Comparison, Outcome, Rejection
from reconcile.domain.wording import counted, span
from reconcile.job import exit_codes
from reconcile.job.control_totals import amount_differences
from reconcile.job.planned_input import PlannedInput
from reconcile.loader import Export
from reconcile.orders.overwrite import OrdersRead, ReadOrder
from reconcile.orders.remote_state import Compared, Finding, OrderFinding, in_words

__all__ = ["planned_json", "planned_lines"]

_LISTED = 50
_HALF_A_DAY = 12 * 3600
_FINDINGS = {
    OrderFinding.NEW: "new to Flxpoint's books",
    OrderFinding.SAME: "the same already",
    OrderFinding.DIFFERENT: "different",
    OrderFinding.BLANK: "partly blank",
    OrderFinding.SILENT: "of which Flxpoint does not say",
    OrderFinding.NOT_FOUND: "not found",
}


def planned_lines(planned: PlannedInput, now: datetime, *, issues: bool) -> Iterator[str]:
    """The plan: files, columns, orders, one payload, time; with `issues` also those."""
    for export in planned.exports:
        where = f"{export.file}!{export.sheet}" if export.sheet else export.file
        rows = f"{export.rows} rows, header in row {export.header_row}"
        yield f"File       {where} ({export.kind}): {rows}"
        yield f"Layout     {_layout(export)}"
        yield f"Columns    {'; '.join(_columns(export))}"
    if planned.account is None:
        yield "Account    not known yet; the plan is not compared with earlier runs"
    else:
        yield f"Account    {planned.account.name or planned.account.key}"
    yield f"Orders     {_order_counts(planned)}"
    sending = planned.calls.to_send
    if sending:
        call = sending[0]
        yield f"For example order {call.order_id}, {call.kind}: {call.content}"
        end = now.astimezone() + timedelta(seconds=planned.seconds)
        until = f"{end:%H:%M:%S}" if planned.seconds < _HALF_A_DAY else f"{end:%Y-%m-%d %H:%M}"
        calls = counted(len(sending), "call")
        if planned.reads:
            calls += f" and {counted(planned.reads, 'order')} to read before"
        yield f"Time       {calls}, about {span(planned.seconds)}, until {until}"
    if issues and planned.uncovered:
        orders = counted(len(planned.uncovered), "order")
        yield f"Coverage   {orders} of the period without an accounting id in no file"
    for sentence in amount_differences(planned):
        yield f"WRONG      {sentence}"
    if planned.seen is not None:
        yield from _seen_lines(planned.seen)
    if issues:
        yield from _issue_lines(planned)


def planned_json(planned: PlannedInput) -> dict[str, Any]:
    """The plan as one document."""
    plan = planned.plan
    return {
        "files": [
            {
                "file": export.file,
                "sheet": export.sheet,
                "kind": export.kind,
                "sha256": export.sha256,
                "rows": export.rows,
                "header_row": export.header_row,
                "layout": export.layout.name,
                "columns": {field.value: export.headers[at] for field, at in export.fields.items()},
            }
            for export in planned.exports
        ],
        "wrong": list(amount_differences(planned)),
        "account": None if planned.account is None else planned.account.key,
        "rows_read": plan.rows_read,
        "rows_ignored": len(plan.ignored),
        "calls": [
            {
                "order": call.order_id,
                "call": call.kind.value,
                "content": json.loads(call.content) if call.content else None,
                "comparison": call.comparison.value,
                "outcome": call.outcome.value,
            }
            for call in planned.calls.calls
        ],
        "rejected": [_rejection_json(rejection) for rejection in plan.rejections],
        "notices": [explain(notice) for notice in plan.notices],
        "seconds": round(planned.seconds, 1),
        "reads": planned.reads,
        "uncovered": len(planned.uncovered),
        "flxpoint": None if planned.seen is None else _seen_json(planned.seen),
        "exit_code": int(exit_codes.of_check(planned)),
    }


def _layout(export: Export) -> str:
    """What recognised the file."""
    layout = export.layout
    plain = layout.title == layout.name
    return layout.name if plain else f"{layout.title} ({layout.name})"


def _columns(export: Export) -> Iterator[str]:
    for header in export.words:
        yield f"{header} (tells what is in the books)"
    for field, position in export.fields.items():
        header, usual = export.headers[position], FIELDS[field].header
        if field in export.derived:
            within = export.headers[export.derived[field]]
            where = "group headings" if export.sku_in_headings else f"{within}, its last part"
            yield f"{where} (read as {usual})"
            continue
        yield header if normal_name(header) == normal_name(usual) else f"{header} (read as {usual})"


def _order_counts(planned: PlannedInput) -> str:
    plan, workload = planned.plan, planned.calls
    counts = workload.counts
    unchanged = sum(call.outcome is Outcome.UNCHANGED for call in workload.calls)
    held = {r.order_id for r in plan.rejections if r.order_id is not None}
    strays = sum(r.order_id is None for r in plan.rejections)
    statuses = sum(call.kind is CallKind.STATUS for call in workload.to_send)
    known = f"{counts[Comparison.NEW]} new, {counts[Comparison.CHANGED]} changed"
    parts = [f"{len(plan.orders)} planned ({known})", f"{len(held)} rejected"]
    if unchanged:
        parts.append(f"{counted(unchanged, 'call')} unchanged, not sent again")
    if strays:
        parts.append(f"{counted(strays, 'rejected row')} without an order")
    if statuses:
        parts.append(f"{counted(statuses, 'status call')}")
    return ", ".join(parts)


def _issue_lines(planned: PlannedInput) -> Iterator[str]:
    plan = planned.plan
    yield from _some("Rejected", plan.rejections, _rejection_line)
    late = [issue for order in plan.orders for issue in order.status_issues]
    yield from _some("Status not sent", late, explain)
    yield from _some("Noticed", plan.notices, explain)
    for call in planned.calls.changed[:_LISTED]:
        for change in differences(call.previous or "{}", call.content):
            yield f"Changed    order {call.order_id} {change.path}: {change.old} -> {change.new}"


def _some(heading: str, things: Iterable[Any], words: Any) -> Iterator[str]:
    listed = list(things)
    for thing in listed[:_LISTED]:
        yield f"{heading:<10} {words(thing)}"
    if len(listed) > _LISTED:
        yield f"{heading:<10} … and {len(listed) - _LISTED} more"


def _rejection_line(rejection: Rejection) -> str:
    named = "no order" if rejection.order_id is None else f"order {rejection.order_id}"
    return f"{named}: " + " / ".join(explain(issue) for issue in rejection.issues)


def _rejection_json(rejection: Rejection) -> dict[str, Any]:
    return {
        "order": rejection.order_id,
        "rows": [str(row) for row in rejection.rows],
        "issues": [
            {
                "code": issue.code,
                "places": [str(place) for place in issue.places],
                "message": explain(issue),
            }
            for issue in rejection.issues
        ],
    }


def _seen_lines(seen: OrdersRead) -> Iterator[str]:
    """What the planned orders hold: counts, and each value that is different."""
    counts = Counter(order.finding for order in seen.orders.values())
    parts = [
        f"{counts[finding]} {words}" for finding, words in _FINDINGS.items() if counts[finding]
    ]
    yield f"Flxpoint   {counted(len(seen.orders), 'order')} read: {', '.join(parts) or 'none'}"
    lines = [
        line for order_id, order in seen.orders.items() for line in _order_lines(order_id, order)
    ]
    yield from lines[:_LISTED]
    if len(lines) > _LISTED:
        yield f"           … and {len(lines) - _LISTED} more"


def _seen_json(seen: OrdersRead) -> list[dict[str, Any]]:
    """The same, every order and value."""
    return [
        {
            "order": order_id,
            "finding": order.finding.value,
            "values": [
                {
                    "path": value.path,
                    "file": value.said,
                    "flxpoint": value.remote,
                    "finding": value.finding.value,
                }
                for value in order.values
            ],
        }
        for order_id, order in seen.orders.items()
    ]


def _order_lines(order_id: int, order: ReadOrder) -> Iterator[str]:
    if order.finding is OrderFinding.NOT_FOUND:
        yield f"Not found  order {order_id}"
    for value in order.values:
        if value.finding is Finding.DIFFERENT:
            yield f"Different  order {order_id} {_change(value)}"


def _change(value: Compared) -> str:
    return f"{value.path}: {in_words(value.remote)} -> {in_words(value.said)}"
