"""The one place where all stages meet: files in, acknowledged orders and a workbook out."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from secrets import choice

from reconcile import __version__
from reconcile.domain.errors import InternalError, JournalError
from reconcile.domain.events import Event
from reconcile.job.account import Account
from reconcile.job.context import RunContext
from reconcile.job.done_folder import move_done
from reconcile.job.input_files import InputFiles, PassedOverReason
from reconcile.job.pipeline import Purpose, plan_input
from reconcile.job.planned_input import NothingToDo, PlannedInput, SendRules
from reconcile.job.results_writer import target_in
from reconcile.job.row_states import row_states
from reconcile.job.run_records import by_order, message_records, order_records, source_records
from reconcile.job.send import Finished, RunToSend
from reconcile.journal import Journal, Moment, NewRun
from reconcile.journal.locks import holding
from reconcile.notices.ending import unusual
from reconcile.results.workbook.target_file import default_target, prove_writable, refuse_ours

__all__ = ["run"]

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_EARLIER_RUNS = 10
"""So many earlier runs say how many orders are usual."""


def run(
    files: Sequence[Path],
    rules: SendRules,
    context: RunContext,
    *,
    results: Path | None = None,
    confirm: Callable[[PlannedInput], bool] = lambda _planned: True,
) -> Finished | NothingToDo | None:
    """The whole job: check, send, write the workbook.

    Args:
        files: exports, and folders of them.
        rules: what the command line says of the run.
        context: settings, token, journal, clock and listener.
        results: where the workbook goes; beside the first file if None.
        confirm: asked once before anything is sent; False ends the run without sending.

    Returns:
        how it ended; None if `confirm` said no.

    Raises:
        ReconcileError: nothing was sent; its `exit_code` says so.
    """
    settings, started = context.settings, context.now()
    run_id = _new_run_id(started)

    def place() -> Path:
        return target_in(results, default_target(files[0], run_id))

    def prove_place(inputs: InputFiles) -> None:
        target = place()
        ids = () if settings.ids is None else (Path(settings.ids),)
        refuse_ours(target, (*files, *inputs.files, context.journal, *context.keep, *ids))
        prove_writable(target)

    with context.open_journal() as journal, context.slots() as slots:
        planned = plan_input(
            files, rules, context, journal, slots, Purpose.SEND, before_asking=prove_place
        )
        account = planned.account
        if isinstance(planned, NothingToDo):
            _move_done(planned, journal, context)
            return planned
        if account is None:
            raise InternalError("A run was planned without an account.")
        if not confirm(planned):
            return None
        target = place()
        new = NewRun(
            id=run_id,
            version=__version__,
            created_at=started,
            base_url=settings.base_url,
            account=account.key,
            account_name=account.name,
            command="run",
            settings=settings.as_reported,
            workbook=str(target.absolute()),
            pilot=rules.pilot,
        )
        same = all(journal.is_done(account.key, export.sha256) for export in planned.exports)
        with holding(context.journal, run_id):
            _keep_plan(journal, new, planned)
            sending, orders = len(planned.calls.to_send), by_order(planned.calls.calls)
            values = {
                "run": run_id,
                "calls": sending,
                "orders": len(orders),
                "seconds": round(sending * slots.spacing),
            }
            context.listener(Event("started", values))
            finished = RunToSend(
                run_id,
                account.key,
                target,
                journal,
                slots,
                context,
                force=rules.force,
                overwrite=results is not None,
                probe=not account.asked,
            ).send(orders)
        try:
            _move_done(planned, journal, context)
            usual = _usual(journal, account, new, finished.totals.orders)
        except JournalError as error:
            raise InternalError(f"{error} The run {run_id} has ended before.") from error
        return replace(finished, same_file=same, usual=usual, skipped=len(planned.skipped))


def _keep_plan(journal: Journal, new: NewRun, planned: PlannedInput) -> None:
    """Writes down everything that will be done, before any of it is."""
    journal.create_run(
        new,
        source_records(planned.exports),
        row_states(planned.exports, planned.plan),
        order_records(planned.exports, planned.plan),
        message_records(planned.plan),
        planned.calls.calls,
    )
    if planned.seen is not None:
        before = (order.reading for order in planned.seen.orders.values())
        journal.keep_readings(new.id, Moment.BEFORE, before)
    journal.keep_uncovered(new.id, planned.uncovered)


def _move_done(planned: PlannedInput | NothingToDo, journal: Journal, context: RunContext) -> None:
    """Moves the files of folders that are done, now or from an earlier run."""
    done, account = context.settings.done, planned.account
    if done is None or account is None:
        return
    files = [(p.path, p.sha256) for p in planned.passed_over if p.reason is PassedOverReason.DONE]
    if isinstance(planned, PlannedInput):
        exports = [(e.path, e.sha256) for e in planned.exports if e.path in planned.in_folders]
        files[:0] = [(path, sha) for path, sha in exports if journal.is_done(account.key, sha)]
    moved = move_done(files, done)
    for before, after in moved.moved:
        context.remark(f"{before.name} is done and was moved to {after}.")
    for remark in moved.remarks:
        context.remark(remark)


def _usual(journal: Journal, account: Account, new: NewRun, orders: int) -> int | None:
    if new.pilot:
        return None
    return unusual(orders, journal.order_counts(account.key, _EARLIER_RUNS, new.id))


def _new_run_id(now: datetime) -> str:
    """Sorts by time, can be read aloud, and doesn't meet another of the same second."""
    tail = "".join(choice(_LETTERS) for _ in range(3))
    return f"{now.astimezone():%Y%m%d-%H%M%S}-{tail}"
