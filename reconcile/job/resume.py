"""Finishes what earlier runs have left, from the journal alone; and settles what is in doubt.

Rules, section 5: no layout, mapping or planning setting is read; the plan is sent as it was
made, with today's token and sending settings, and never to another account.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from reconcile.config import Settings
from reconcile.domain.errors import NothingSentError, WorkbookError
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Outcome
from reconcile.job.account import Account, resolve_account
from reconcile.job.context import RunContext
from reconcile.job.results_writer import target_in
from reconcile.job.send import Finished, RunToSend
from reconcile.journal import Budget, CallState, Journal, RunRecord
from reconcile.journal.locks import holding, is_alive
from reconcile.results.workbook.target_file import prove_writable, refuse_ours

__all__ = ["ResumeResult", "resume", "resume_all", "settle"]

_UNFINISHED = frozenset({CallState.IN_DOUBT, CallState.BEGUN})


@dataclass(frozen=True, slots=True)
class ResumeResult:
    """What `resume_all` did: the runs that it finished, and why others were left alone."""

    finished: tuple[Finished, ...] = ()
    refused: tuple[str, ...] = ()

    @property
    def stopped(self) -> bool:
        """The last run was stopped; nothing else should be sent now."""
        return any(each.stop is not None or each.fault for each in self.finished)


def resume(
    run_id: str | None,
    context: RunContext,
    *,
    as_planned: bool = False,
    results: Path | None = None,
) -> Finished | None:
    """Sends what a run has left.

    Args:
        run_id: the run; None for the latest one that has something left.
        context: today's settings and token, the journal, the clock and the listener.
        as_planned: a file that has changed since doesn't matter.
        results: where the workbook goes; the place of the run if None.

    Returns:
        how the run ended; None if nothing is left.

    Raises:
        ReconcileError: nothing was sent; its `exit_code` says so.
    """
    with context.open_journal() as journal:
        if run_id is None and not journal.unfinished_runs():
            return None
        if run_id is not None:
            _refuse_other_address(_named(journal, run_id), context.settings)
        with context.slots() as slots:
            account = resolve_account(journal, context, slots)
            # Who owns the token may only be known now, and with it whose a run is.
            record = _latest(journal, account) if run_id is None else _named(journal, run_id)
            return _finish(record, account, journal, slots, context, results, as_planned)


def resume_all(
    context: RunContext, done: Callable[[Finished], None] = lambda _finished: None
) -> ResumeResult:
    """Sends what all runs of the account have left, the earliest first, until one is stopped.

    A run that can't be resumed is left alone, and said why. `done` is called with each run as
    soon as it has ended.

    Raises:
        StoppedError: Flxpoint doesn't say whose token it is.
        JournalError: the journal can't be used.
    """
    finished: list[Finished] = []
    refused: list[str] = []
    with context.open_journal() as journal:
        if not journal.unfinished_runs():
            return ResumeResult()
        with context.slots() as slots:
            account = resolve_account(journal, context, slots)
            for record in journal.unfinished_runs(account.key):
                if is_alive(context.journal, record.id):
                    continue  # its orders are waited for, one by one
                try:
                    ended = _finish(record, account, journal, slots, context)
                except (NothingSentError, WorkbookError) as error:
                    refused.append(str(error))
                    continue
                if ended is not None:
                    finished.append(ended)
                    done(ended)
                    if ended.stop is not None or ended.fault:
                        break
    return ResumeResult(tuple(finished), tuple(refused))


def _finish(
    record: RunRecord,
    account: Account,
    journal: Journal,
    slots: Budget,
    context: RunContext,
    results: Path | None = None,
    as_planned: bool = False,  # noqa: FBT001, FBT002
) -> Finished | None:
    """Sends what is left of a run, and brings it to its end; None if it is there.

    Raises:
        NothingSentError: the run belongs to another account, its files have changed, its
            workbook has no place, or another process works on it.
    """
    _refuse_other_account(record, account)
    with holding(context.journal, record.id):
        record = journal.run(record.id) or record  # another process may have ended it
        orders = journal.remaining(record.id)
        superseded = {order_id for order_id, *_ in journal.superseded(record.id)}
        if orders and not as_planned:
            _refuse_changed_files(record)
        if not orders and record.ended_at is not None:
            return None
        target = target_in(results, Path(record.target))
        sources = (Path(source.path) for source in record.sources)
        refuse_ours(target, (*sources, context.journal, *context.keep))
        prove_writable(target)
        orders = journal.reopen(record.id)
        calls = sum(len(order) for order in orders)
        values = {
            "run": record.id,
            "calls": calls,
            "orders": len(orders),
            "seconds": round(calls * slots.spacing),
            "superseded": len(superseded),
        }
        context.listener(Event("resumed", values))
        return RunToSend(
            record.id,
            record.account,
            target,
            journal,
            slots,
            context,
            overwrite=results is not None,
            probe=not account.asked,
        ).send(orders)


def _refuse_changed_files(record: RunRecord) -> None:
    for source in record.sources:
        try:
            with Path(source.path).open("rb") as file:
                same = file_digest(file, "sha256").hexdigest() == source.sha256
        except OSError:
            continue  # moved away or gone: the journal has all that is needed
        if not same:
            raise NothingSentError(
                f"{source.file} has changed since the run {record.id} was planned; nothing "
                f"of that run was sent. Run the file as it is now, or send what was "
                f"planned with `reconcile resume {record.id} --as-planned`."
            )


def settle(
    journal_file: Path, run_id: str, order_id: int, now: Callable[[], datetime], *, done: bool
) -> None:
    """Writes down how a status call in doubt ended: it was applied, or is to be sent again.

    Raises:
        NothingSentError: there is no such call, or it isn't in doubt, or it belongs elsewhere.
    """
    with Journal.open(journal_file) as journal:
        record = _named(journal, run_id)
        with holding(journal_file, run_id):
            calls = [c for c in journal.calls(run_id, order_id) if c.kind is CallKind.STATUS]
            if not calls:
                raise NothingSentError(
                    f"The run {run_id} has no status call of the order {order_id}."
                )
            if calls[0].state not in _UNFINISHED:
                raise NothingSentError(
                    f"The status call of the order {order_id} is {calls[0].outcome}, not in "
                    "doubt; there is nothing to settle."
                )
            if done:
                journal.settle_done(run_id, order_id, now())
                return
            _refuse_what_is_never_sent(journal, record, order_id)
            journal.settle_send(run_id, order_id, now())


def _refuse_what_is_never_sent(journal: Journal, record: RunRecord, order_id: int) -> None:
    later = journal.later_run(record.id, order_id)
    if later is not None:
        raise NothingSentError(
            f"The run {later} planned the order {order_id} later, and nothing of it is sent "
            f"from the run {record.id} any more. Settle it there: `reconcile settle {later} "
            f"{order_id} --send`."
        )
    if record.abandoned:
        raise NothingSentError(
            f"The run {record.id} was abandoned, and nothing of it is sent any more. "
            "Run the file again."
        )
    for call in journal.calls(record.id, order_id):
        if call.kind is CallKind.SYNC and call.outcome is Outcome.REFUSED:
            raise NothingSentError(
                f"The accounting sync of the order {order_id} was refused, and its status waits "
                "for that. Mend the row and run the file again."
            )


def _named(journal: Journal, run_id: str) -> RunRecord:
    record = journal.run(run_id)
    if record is None:
        raise NothingSentError(f"The journal has no run {run_id}.")
    return record


def _latest(journal: Journal, account: Account) -> RunRecord:
    """The latest run of the account that is not at its end."""
    unfinished = journal.unfinished_runs(account.key)
    if unfinished:
        return unfinished[-1]
    other = journal.unfinished_runs()[-1]
    raise NothingSentError(
        f"No run of this account ({account.name or account.key}) has anything left; the run "
        f"{other.id} belongs to {other.account_name or other.account}. "
        f"`reconcile runs --abandon {other.id}` gives it up. {account.remark}".rstrip()
    )


def _refuse_other_address(record: RunRecord, settings: Settings) -> None:
    if record.base_url != settings.base_url:
        raise NothingSentError(
            f"The run {record.id} belongs to {record.base_url}, and `base_url` is "
            f"{settings.base_url}; nothing was sent."
        )


def _refuse_other_account(record: RunRecord, account: Account) -> None:
    if record.account != account.key:
        raise NothingSentError(
            f"The run {record.id} belongs to another account "
            f"({record.account_name or record.account}) than this token "
            f"({account.name or account.key}); nothing was sent. {account.remark}".rstrip()
        )
