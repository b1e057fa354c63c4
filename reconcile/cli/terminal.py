"""What people see: the plan before, the outcome after; `watcher` has the progress.

Computes nothing; every figure comes from `job`. Results go to stdout, messages to stderr.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from reconcile.cli.online_text import seen_json, seen_lines
from reconcile.domain.calls import differences
from reconcile.domain.errors import ExitCode
from reconcile.domain.fields import FIELDS, normal_name
from reconcile.domain.issues import explain
from reconcile.domain.model import CallKind, Comparison, Outcome, Rejection
from reconcile.domain.wording import counted, span
from reconcile.job.check import Checked
from reconcile.job.control_totals import amount_differences
from reconcile.job.inputs import NothingToDo
from reconcile.job.send import Finished
from reconcile.loader import Export

__all__ = [
    "checked_json",
    "checked_lines",
    "finished_lines",
    "nothing_lines",
    "print_json",
    "run_json",
    "say_on",
    "shown",
]

_LISTED = 50
_HALF_A_DAY = 12 * 3600


def checked_lines(checked: Checked, now: datetime, *, issues: bool) -> Iterator[str]:
    """The plan: files, columns, orders, one payload, time; with `issues` also those."""
    for export in checked.prepared.exports:
        where = f"{export.file}!{export.sheet}" if export.sheet else export.file
        rows = f"{export.rows} rows, header in row {export.header_row}"
        yield f"File       {where} ({export.kind}): {rows}"
        yield f"Layout     {_layout(export)}"
        yield f"Columns    {'; '.join(_columns(export))}"
    if checked.account is None:
        yield "Account    not known yet; the plan is not compared with earlier runs"
    else:
        yield f"Account    {checked.account.name or checked.account.key}"
    yield f"Orders     {_order_counts(checked)}"
    sending = checked.workload.to_send
    if sending:
        call = sending[0]
        yield f"For example order {call.order_id}, {call.kind}: {call.content}"
        end = now.astimezone() + timedelta(seconds=checked.seconds)
        until = f"{end:%H:%M:%S}" if checked.seconds < _HALF_A_DAY else f"{end:%Y-%m-%d %H:%M}"
        calls = counted(len(sending), "call")
        if checked.reads:
            calls += f" and {counted(checked.reads, 'order')} to read before"
        yield f"Time       {calls}, about {span(checked.seconds)}, until {until}"
    if checked.uncovered:
        orders = counted(checked.uncovered, "order")
        yield f"Coverage   {orders} of the period without an accounting id in no file"
    for sentence in amount_differences(checked.prepared):
        yield f"WRONG      {sentence}"
    if checked.seen is not None:
        yield from seen_lines(checked.seen)
    if issues:
        yield from _issue_lines(checked)


def finished_lines(finished: Finished, again: str) -> Iterator[str]:
    """How a run ended: outcomes, workbook, and the command that goes on."""
    totals = finished.totals
    counts = [
        f"{totals.outcomes[outcome]} {outcome}"
        for outcome in reversed(Outcome)
        if totals.outcomes[outcome]
    ]
    yield f"Orders     {totals.orders}: {', '.join(counts) or 'none'}"
    yield (
        f"Rows       {totals.rows_read} read = {totals.rows_used} used + "
        f"{totals.rows_rejected} rejected + {totals.rows_ignored} ignored"
    )
    for sentence in totals.wrong:
        yield f"WRONG      {sentence}"
    if finished.back is not None:
        yield f"Read back  {finished.back.sentence}"
    if finished.workbook is not None:
        yield f"Workbook   {finished.workbook}"
    if finished.stop is not None:
        yield f"Stopped    {finished.stop.sentence}"
        yield "To go on (what is done is not sent again):"
        yield f"  {again}"


def nothing_lines(nothing: NothingToDo) -> Iterator[str]:
    """Why there is nothing to do."""
    for passed_over in nothing.passed_over:
        yield f"Passed over  {shown(passed_over.path)}: {passed_over.words}"
    for why in nothing.skipped:
        yield f"Skipped: {why}"
    yield "There is no file to run."


def shown(path: Path) -> str:
    """A file's name as it can be printed, whatever bytes it is made of."""
    return path.name.encode("utf-8", "backslashreplace").decode()


def checked_json(checked: Checked) -> dict[str, Any]:
    """The plan as one document."""
    plan = checked.prepared.plan
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
            for export in checked.prepared.exports
        ],
        "wrong": list(amount_differences(checked.prepared)),
        "account": None if checked.account is None else checked.account.key,
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
            for call in checked.workload.calls
        ],
        "rejected": [_rejection_json(rejection) for rejection in plan.rejections],
        "notices": [explain(notice) for notice in plan.notices],
        "seconds": round(checked.seconds, 1),
        "reads": checked.reads,
        "uncovered": checked.uncovered,
        "flxpoint": None if checked.seen is None else seen_json(checked.seen),
        "exit_code": int(checked.exit_code),
    }


def run_json(
    runs: Sequence[Finished],
    again: Sequence[str],
    done: Finished | NothingToDo | None,
    code: ExitCode,
    *,
    left_alone: Sequence[str] = (),
    error: str | None = None,
) -> dict[str, Any]:
    """How a command ended that sends, as one document.

    Args:
        runs: the runs that were resumed, and after them the one of the files.
        again: for each the command that goes on with it.
        done: what became of the files; None if nothing was looked at.
        code: the exit code of the whole.
        left_alone: why runs that are not at their end were not resumed.
        error: why the files were not run, if something was sent before.
    """
    documents = [_finished_json(run, goes_on) for run, goes_on in zip(runs, again, strict=True)]
    of_files = documents.pop() if runs and runs[-1] is done else {"run": None}
    document = {**of_files, "exit_code": int(code), "resumed": documents}
    document |= {"left_alone": list(left_alone), "error": error}
    if isinstance(done, NothingToDo):
        document["passed_over"] = [
            {"file": shown(each.path), "why": each.words} for each in done.passed_over
        ]
        document["skipped"] = list(done.skipped)
    return document


def _finished_json(finished: Finished, again: str) -> dict[str, Any]:
    totals = finished.totals
    return {
        "run": finished.run.id,
        "account": finished.run.account,
        "base_url": finished.run.base_url,
        "exit_code": int(finished.exit_code),
        "stopped": finished.stop.sentence if finished.stop else None,
        "go_on": again if finished.stop else None,
        "fault": finished.fault or None,
        "wrong": totals.wrong,
        "workbook": str(finished.workbook) if finished.workbook else None,
        "orders": {
            "total": totals.orders,
            **{outcome.value: totals.outcomes[outcome] for outcome in Outcome},
        },
        "rows": {
            "read": totals.rows_read,
            "used": totals.rows_used,
            "rejected": totals.rows_rejected,
            "ignored": totals.rows_ignored,
        },
        "requests": totals.requests,
        "retries": totals.retries,
        "throttled": totals.throttled,
        "read_back": None
        if finished.back is None
        else {"orders": finished.back.orders, "wrong": list(finished.back.wrong)},
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


def _order_counts(checked: Checked) -> str:
    plan, workload = checked.prepared.plan, checked.workload
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


def _issue_lines(checked: Checked) -> Iterator[str]:
    plan = checked.prepared.plan
    yield from _some("Rejected", plan.rejections, _rejection_line)
    late = [issue for order in plan.orders for issue in order.status_issues]
    yield from _some("Status not sent", late, explain)
    yield from _some("Noticed", plan.notices, explain)
    for call in checked.workload.changed[:_LISTED]:
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


def say_on(stream: TextIO, text: str) -> None:
    """Writes a line; whoever read it may have gone, which changes no outcome."""
    try:
        print(text, file=stream, flush=True)
    except OSError:
        # Python must not complain once more when it flushes at its end.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def print_json(document: Mapping[str, Any]) -> None:
    """One document on stdout."""
    say_on(sys.stdout, json.dumps(document, ensure_ascii=False, indent=1))
