"""What people see: the plan before, the progress during, the outcome after.

Computes nothing; every figure comes from `job`. Results go to stdout, messages to stderr.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from reconcile.errors import ExitCode
from reconcile.events import Event
from reconcile.fields import FIELDS, normal_name
from reconcile.history import differences
from reconcile.inputs import NothingToDo
from reconcile.issues import explain
from reconcile.job import Checked, Finished
from reconcile.loader import Export
from reconcile.model import CallKind, Comparison, Outcome, Rejection

__all__ = [
    "Watcher",
    "as_event",
    "checked_json",
    "checked_lines",
    "finished_lines",
    "nothing_lines",
    "print_json",
    "run_json",
    "say_on",
    "shown",
    "span",
]

_LISTED = 50
_HALF_A_DAY = 12 * 3600


def span(seconds: float) -> str:
    """A time span in words: `12 seconds`, `5 minutes`, `3 h 20 min`."""
    if seconds < 90:  # noqa: PLR2004
        whole = max(1, round(seconds))
        return f"{whole} second{'s' * (whole != 1)}"
    minutes = round(seconds / 60)
    if minutes < 90:  # noqa: PLR2004
        return f"{minutes} minutes"
    return f"{minutes // 60} h {minutes % 60} min"


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
        calls = _counted(len(sending), "call")
        yield f"Time       {calls}, about {span(checked.seconds)}, until {until}"
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
    if totals.difference:
        yield f"WRONG      {totals.difference} rows or orders are not accounted for"
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
    }


class Watcher:
    """Listens to a run: a progress line on a terminal, a line a minute elsewhere.

    Args:
        stream: where it writes (stderr).
        events: write every event as a line of JSON instead.
        quiet: write nothing.
    """

    def __init__(self, stream: TextIO, *, events: bool, quiet: bool) -> None:
        self._stream = stream
        self._events = events
        self._quiet = quiet
        self._progress: Any = None
        self._task: Any = None
        self._total = 0
        self._done = 0
        self._began = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Takes an event in."""
        if self._events:
            self._line(as_event(event.name, **event.values))
        elif not self._quiet:
            self._show(event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Ends the progress line, however the run ends."""
        try:
            yield
        finally:
            self._stop_progress()

    def _show(self, event: Event) -> None:
        match event.name:
            case "remark":
                self._line(str(event.values["text"]))
            case "passed over":
                self._line(f"Passed over  {event.values['file']}: {event.values['why']}")
            case "started":
                self._begin(event.values)
            case "resumed":
                self._line(_resumed(event.values))
                self._begin(event.values)
            case "ended":
                self._stop_progress()
            case "another run":
                self._line(_another_run(event.values))
            case "minute":
                self._say_minute(event.values)
            case "waiting":
                self._say_waiting(event.values)
            case "outcome":
                self._done += 1
                self._advance()

    def _begin(self, values: Mapping[str, Any]) -> None:
        self._total, self._done = int(values["calls"]), 0
        self._began = time.monotonic()
        self._stop_progress()
        if self._stream.isatty():
            self._start_progress()

    def _stop_progress(self) -> None:
        if self._progress is not None:
            with suppress(OSError):  # the terminal may be gone
                self._progress.stop()
            self._progress = None

    def _start_progress(self) -> None:
        from rich.console import Console  # noqa: PLC0415  (only where there is a terminal)
        from rich.progress import (  # noqa: PLC0415
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[end]}"),
            console=Console(file=self._stream),
        )
        self._task = self._progress.add_task("sending", total=self._total, rate="", end="")
        self._progress.start()

    def _advance(self) -> None:
        if self._progress is None:
            return
        task = self._progress.tasks[0]
        left = task.time_remaining
        end = datetime.now().astimezone() + timedelta(seconds=left) if left else None
        self._progress.update(
            self._task,
            advance=1,
            description="sending",
            rate=f"{task.speed or 0:.2f}/s",
            end=f"done at {end:%H:%M:%S}" if end else "",
        )

    def _say_minute(self, values: Mapping[str, Any]) -> None:
        if self._progress is not None:
            return
        now = datetime.now().astimezone()
        rate = self._done / max(1.0, time.monotonic() - self._began)
        left = self._total - self._done
        until = f", done about {now + timedelta(seconds=left / rate):%H:%M}" if rate else ""
        throttled = f", {values['throttled']} answered 429" if values["throttled"] else ""
        counts = f"{self._done} of {self._total} calls are over"
        self._line(f"{now:%H:%M:%S} {counts}, {rate:.2f} a second{throttled}{until}")

    def _say_waiting(self, values: Mapping[str, Any]) -> None:
        until = datetime.now().astimezone() + timedelta(seconds=float(values["seconds"]))
        words = f"waiting until {until:%H:%M:%S}, as Flxpoint asked"
        if self._progress is not None:
            self._progress.update(self._task, description=words)
        else:
            self._line(words)

    def _line(self, text: str) -> None:
        """Whoever watched may have gone; that must never end a run."""
        try:
            print(text, file=self._stream, flush=True)
        except OSError:
            self._quiet, self._events = True, False


def _resumed(values: Mapping[str, Any]) -> str:
    later = values["superseded"]
    planned = f"; {_counted(later, 'order')} planned by a later run" if later else ""
    calls, orders = _counted(values["calls"], "call"), _counted(values["orders"], "order")
    return f"Run {values['run']} goes on: {calls} of {orders} left{planned}"


def _another_run(values: Mapping[str, Any]) -> str:
    orders = _counted(values["orders"], "order")
    return f"{orders} wait for the run {', '.join(values['runs'])}, which has them in its plan"


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
        parts.append(f"{_counted(unchanged, 'call')} unchanged, not sent again")
    if strays:
        parts.append(f"{_counted(strays, 'rejected row')} without an order")
    if statuses:
        parts.append(f"{_counted(statuses, 'status call')}")
    return ", ".join(parts)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


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


def as_event(name: str, **values: object) -> str:
    """A line of JSON, as `--events` writes them."""
    return json.dumps({"event": name, **values})


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
