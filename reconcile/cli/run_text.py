"""What people and programs are told of a run that has ended, and of there being nothing to run."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconcile.domain.errors import ExitCode
from reconcile.domain.model import Outcome
from reconcile.job.planned_input import NothingToDo
from reconcile.job.send import Finished

__all__ = ["finished_lines", "nothing_lines", "run_json"]


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
        yield f"Passed over  {passed_over.display_name}: {passed_over.words}"
    for why in nothing.skipped:
        yield f"Skipped: {why}"
    yield "There is no file to run."


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
            {"file": each.display_name, "why": each.words} for each in done.passed_over
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
