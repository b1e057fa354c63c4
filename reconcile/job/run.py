"""The one place where all stages meet: files in, acknowledged orders and a workbook out."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import choice

from reconcile import __version__
from reconcile.config import Settings
from reconcile.domain.errors import InternalError, JournalError, NothingSentError
from reconcile.domain.events import Event, Listener, silent
from reconcile.job.account import Account
from reconcile.job.check import (
    Checked,
    apply_overwrite_policy,
    files_to_read,
    local_ids,
    set_beside_history,
)
from reconcile.job.context import RunContext, budget_of, resolve_account, session_of
from reconcile.job.done_folder import move_done
from reconcile.job.folders import Reason
from reconcile.job.inputs import Inputs, NothingToDo
from reconcile.job.prepare import (
    Prepared,
    SendRules,
    by_order,
    duration,
    message_records,
    order_records,
    prepare,
    source_records,
)
from reconcile.job.row_states import row_states
from reconcile.job.send import Finished, Sending
from reconcile.journal import Journal, Moment, NewRun, RunReader, RunRecord
from reconcile.journal.locks import holding
from reconcile.notices.ending import unusual
from reconcile.orders.coverage import uncovered_orders
from reconcile.planner.history import CallPlan
from reconcile.results.report.build import build_report
from reconcile.results.report.ledger import Ledger, Totals
from reconcile.results.workbook.progress import with_progress
from reconcile.results.workbook.target_file import default_target, prove_writable, refuse_ours
from reconcile.results.workbook.write import write_workbook

__all__ = [
    "Finished",
    "NothingToDo",
    "RunContext",
    "rebuild_report",
    "run",
]

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_NIGHTS = 10
"""So many earlier runs say how many orders are usual."""


def run(
    files: Sequence[Path],
    settings: Settings,
    rules: SendRules,
    token: str,
    context: RunContext,
    *,
    results: Path | None = None,
    finish_by: datetime | None = None,
) -> Finished | NothingToDo | None:
    """The whole job. Returns None if the person said no.

    Raises:
        ReconcileError: nothing was sent; its `exit_code` says so.
    """
    with Journal.open(context.journal) as journal, budget_of(settings, token, context) as pacer:
        account = None
        if any(path.is_dir() for path in files):  # only the account tells what is done
            account = resolve_account(journal, settings, token, pacer, context)
        inputs = files_to_read(files, journal, account, rules, context.now())
        for each in inputs.passed_over:
            name = each.path.name.encode("utf-8", "backslashreplace").decode()
            context.listener(Event("passed over", {"file": name, "why": each.words}))
        session = session_of(settings, token, pacer, context, finish_by)
        if rules.pull:
            account = account or resolve_account(journal, settings, token, pacer, context)
        local = local_ids(journal, settings, token, account, session if rules.pull else None)
        prepared = prepare(inputs.files, settings, rules, inputs.passed_over, local)
        for why in prepared.skipped:
            context.remark(f"Skipped: {why}")
        if not prepared.exports:
            same = account is not None and _delivered_again(inputs, journal, account)
            _move_done(prepared, inputs, journal, account, settings, context)
            return NothingToDo(inputs.passed_over, prepared.skipped, same)
        started = context.now()
        run_id = _new_run_id(started)
        target = _target(files[0], run_id, results)
        ids = () if settings.ids is None else (Path(settings.ids),)
        refuse_ours(target, (*files, *inputs.files, context.journal, *context.keep, *ids))
        prove_writable(target)
        account = account or resolve_account(journal, settings, token, pacer, context)
        workload = set_beside_history(prepared, journal, account, rules)
        checked = Checked(prepared, workload, account, duration(workload, pacer))
        _refuse_many_changes(workload, settings, rules)
        checked = apply_overwrite_policy(checked, settings, session, journal, rules)
        prepared, workload = checked.prepared, checked.workload
        if not context.confirm(checked):
            return None
        new = NewRun(
            id=run_id,
            version=__version__,
            created_at=started,
            base_url=settings.base_url,
            account=account.key,
            account_name=account.name,
            command="run",
            settings=settings.told,
            workbook=str(target.absolute()),
            pilot=rules.limit is not None or bool(rules.orders),
        )
        same = all(journal.is_done(account.key, export.sha256) for export in prepared.exports)
        with holding(context.journal, run_id):
            journal.create_run(
                new,
                source_records(prepared.exports),
                row_states(prepared.exports, workload.plan),
                order_records(prepared.exports, workload.plan),
                message_records(workload.plan),
                workload.calls,
            )
            if checked.seen is not None:
                before = (order.reading for order in checked.seen.orders.values())
                journal.keep_readings(run_id, Moment.BEFORE, before)
            journal.keep_uncovered(run_id, uncovered_orders(journal, account.key, prepared.plan))
            orders = by_order(workload.calls)
            values = {
                "run": run_id,
                "calls": len(workload.to_send),
                "orders": len(orders),
                "seconds": round(len(workload.to_send) * pacer.spacing),
            }
            context.listener(Event("started", values))
            finished = Sending(
                journal,
                settings,
                token,
                pacer,
                context,
                finish_by,
                force=rules.force,
                overwrite=results is not None,
                probe=not account.asked,
            ).complete(run_id, account.key, orders, target)
        try:
            _move_done(prepared, inputs, journal, account, settings, context)
            usual = _usual(journal, account, new, finished.totals.orders)
        except JournalError as error:
            raise InternalError(f"{error} The run {run_id} has ended before.") from error
        return replace(finished, same_file=same, usual=usual, skipped=len(prepared.skipped))


def rebuild_report(
    journal: Journal,
    run_id: str | None,
    results: Path | None,
    keep: Sequence[Path],
    listener: Listener = silent,
) -> tuple[RunRecord, Path, Totals]:
    """Writes the workbook of a run again, from the journal alone; never over one of `keep`.

    `listener` hears how far a long one is.

    Raises:
        NothingSentError: there is no such run.
        WorkbookError: the place can't be written.
    """
    record = journal.run(run_id)
    if record is None:
        named = f" {run_id}" if run_id else ""
        raise NothingSentError(f"The journal has no run{named}.")
    target = Path(record.target)
    if results is not None:
        target = results / target.name if results.is_dir() else results
        refuse_ours(target, (*(Path(source.path) for source in record.sources), *keep))
    prove_writable(target)
    ledger = Ledger(RunReader(journal, record))

    def told(sheet: str, rows: int) -> None:
        listener(Event("writing", {"sheet": sheet, "rows": rows}))

    report = with_progress(build_report(ledger), told)
    workbook = write_workbook(report, target, overwrite=results is not None)
    return record, workbook, ledger.totals


def _move_done(
    prepared: Prepared,
    inputs: Inputs,
    journal: Journal,
    account: Account | None,
    settings: Settings,
    context: RunContext,
) -> None:
    """Moves the files of folders that are done, now or from an earlier run."""
    if settings.done is None or account is None:
        return
    files = [(e.path, e.sha256) for e in prepared.exports if e.path in inputs.in_folders]
    files = [(path, sha256) for path, sha256 in files if journal.is_done(account.key, sha256)]
    files += [(p.path, p.sha256) for p in inputs.passed_over if p.reason is Reason.DONE]
    moved = move_done(files, settings.done)
    for before, after in moved.moved:
        context.remark(f"{before.name} is done and was moved to {after}.")
    for remark in moved.remarks:
        context.remark(remark)


def _delivered_again(inputs: Inputs, journal: Journal, account: Account) -> bool:
    """Whether a file that is done stands there under a new name, or was written once more."""
    for each in inputs.passed_over:
        if each.reason is Reason.DONE:
            before = journal.deliveries(account.key, each.sha256)
            known = str(each.path.absolute()) in {path for path, _ in before}
            with suppress(OSError):  # it may be gone by now
                written = each.path.stat().st_mtime
                if before and (not known or written > max(at.timestamp() for _, at in before)):
                    return True
    return False


def _usual(journal: Journal, account: Account, new: NewRun, orders: int) -> int | None:
    if new.pilot:
        return None
    return unusual(orders, journal.order_counts(account.key, _NIGHTS, new.id))


def _refuse_many_changes(workload: CallPlan, settings: Settings, rules: SendRules) -> None:
    changed = len(workload.changed)
    if changed > settings.max_changes and not rules.allow_changes:
        first = workload.changed[0]
        raise NothingSentError(
            f"{changed} orders were acknowledged earlier with other content, more than "
            f"max_changes ({settings.max_changes}) allows; a look-up shifted by one row would "
            f"do that. The first is order {first.order_id}: it holds {first.previous} and would "
            f"get {first.content}. Nothing was sent. See them all with `reconcile check`, and "
            "if they are right, run again with --allow-changes."
        )


def _target(beside: Path, run_id: str, results: Path | None) -> Path:
    if results is None:
        return default_target(beside, run_id)
    return results / default_target(beside, run_id).name if results.is_dir() else results


def _new_run_id(now: datetime) -> str:
    """Sorts by time, can be read aloud, and doesn't meet another of the same second."""
    tail = "".join(choice(_LETTERS) for _ in range(3))
    return f"{now.astimezone():%Y%m%d-%H%M%S}-{tail}"
