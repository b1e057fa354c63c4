"""The one place where all stages meet: files in, acknowledged orders and a workbook out."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import choice

from reconcile import __version__
from reconcile.account import Account, Patience, identify, known_account, token_account
from reconcile.config import Settings, is_loopback
from reconcile.errors import (
    ExitCode,
    InternalError,
    JournalError,
    NothingSentError,
    ReconcileError,
    WorkbookError,
)
from reconcile.events import Event, Listener
from reconcile.executor import (
    Client,
    Executor,
    Pacer,
    RetryPolicy,
    Stop,
    StopKind,
    StopRules,
    StopSwitch,
    ThreadRecorder,
    Timeouts,
    finishing_signals,
    stop_signals,
    watch_clock,
)
from reconcile.history import Workload
from reconcile.journal import Journal, NewRun, RunReader, RunRecord
from reconcile.model import Outcome
from reconcile.preparation import (
    Prepared,
    SendRules,
    by_order,
    duration,
    order_records,
    prepare,
    source_records,
    told_records,
    workload_of,
)
from reconcile.results.ledger import Ledger, Totals
from reconcile.results.place import default_target, prove_writable
from reconcile.results.report import build_report
from reconcile.results.workbook import write_workbook
from reconcile.rows import row_records
from reconcile.tokens import token_fingerprint

__all__ = [
    "Checked",
    "Finished",
    "RunReader",
    "Surroundings",
    "check",
    "rebuild_report",
    "run",
]

OPEN_ORDERS = 64
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run stands in: where its journal lies, what time it is, who listens.

    `confirm` is asked once before anything is sent; False ends the run without sending.
    `keep` are files that the workbook must not overwrite.
    """

    journal: Path
    now: Callable[[], datetime]
    listener: Listener
    confirm: Callable[["Checked"], bool]
    keep: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What would be sent: the plan beside the history, and how long it takes.

    `account` is None if it isn't known without asking; then nothing is compared.
    """

    prepared: Prepared
    workload: Workload
    account: Account | None
    seconds: float

    @property
    def exit_code(self) -> ExitCode:
        """0 if nothing would be rejected."""
        rejected = self.prepared.plan.rejections or any(
            call.outcome is Outcome.REJECTED for call in self.workload.calls
        )
        return ExitCode.INCOMPLETE if rejected else ExitCode.DONE


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. `workbook` is None if it could not be written; `fault` says why."""

    run: RunRecord
    totals: Totals
    workbook: Path | None
    exit_code: ExitCode
    stop: Stop | None
    fault: str = ""


def check(
    files: Sequence[Path],
    settings: Settings,
    rules: SendRules,
    journal: Path,
    fingerprint: str | None,
) -> Checked:
    """Reads, judges and plans; sends nothing and needs no token.

    With `account:` in the config, or the `fingerprint` of a token that was used before, the
    plan is compared with what was acknowledged earlier.
    """
    prepared = prepare(files, settings, rules)
    if not journal.is_file():
        account, workload = None, workload_of(prepared, {}, rules)
    else:
        with Journal.open(journal) as opened:
            account = known_account(opened, settings.base_url, settings.account, fingerprint)
            if account is None and fingerprint is not None:
                account = token_account(settings.base_url, fingerprint)
            workload = _workload(prepared, opened, account, rules)
    pacer = Pacer(settings.requests_per_second)
    return Checked(prepared, workload, account, duration(workload, pacer))


def run(
    files: Sequence[Path],
    settings: Settings,
    rules: SendRules,
    token: str,
    around: Surroundings,
    *,
    results: Path | None = None,
    finish_by: datetime | None = None,
) -> Finished | None:
    """The whole job. Returns None if the person said no.

    Raises:
        ReconcileError: nothing was sent; its `exit_code` says so.
    """
    prepared = prepare(files, settings, rules)
    started = around.now()
    run_id = _new_run_id(started)
    target = _target(files[0], run_id, results)
    _refuse_ours(target, (*files, around.journal, *around.keep))
    prove_writable(target)
    with Journal.open(around.journal) as journal:
        fingerprint = token_fingerprint(token)
        pacer = Pacer(
            settings.requests_per_second, journal.spacing_of(settings.base_url, fingerprint)
        )
        account = known_account(journal, settings.base_url, settings.account, fingerprint)
        if account is None:
            account = asyncio.run(_ask_account(settings, token, pacer, journal, around))
            if account.remark:
                around.listener(Event("remark", {"text": account.remark}))
        workload = _workload(prepared, journal, account, rules)
        checked = Checked(prepared, workload, account, duration(workload, pacer))
        _refuse_many_changes(workload, settings, rules)
        if not around.confirm(checked):
            return None
        new = NewRun(
            id=run_id,
            version=__version__,
            created_at=started,
            base_url=settings.base_url,
            account=account.key,
            account_name=account.name,
            command="run",
            settings=settings.model_dump(mode="json", exclude={"base_url"}),
            workbook=str(target),
        )
        journal.create_run(
            new,
            source_records(prepared.exports),
            row_records(prepared.exports, workload.plan),
            order_records(prepared.exports, workload.plan),
            told_records(workload.plan),
            workload.calls,
        )
        around.listener(
            Event(
                "started",
                {
                    "run": run_id,
                    "calls": len(workload.to_send),
                    "orders": len(by_order(workload.calls)),
                    "seconds": round(checked.seconds),
                },
            )
        )
        try:
            stop = asyncio.run(
                _execute(workload, settings, token, pacer, journal, run_id, around, finish_by)
            )
            if stop is None or stop.kind is not StopKind.JOURNAL:
                journal.keep_spacing(settings.base_url, fingerprint, pacer.spacing)
            with finishing_signals(lambda text: around.listener(Event("remark", {"text": text}))):
                return _finish(journal, run_id, stop, target, around, overwrite=results is not None)
        except JournalError as error:
            raise InternalError(f"{error} Calls may have been sent; nothing more is.") from error


def rebuild_report(
    journal: Journal, run_id: str | None, results: Path | None
) -> tuple[RunRecord, Path, Totals]:
    """Writes the workbook of a run again, from the journal alone.

    Raises:
        NothingSentError: there is no such run.
        WorkbookError: the place can't be written.
    """
    record = journal.run(run_id)
    if record is None:
        named = f" {run_id}" if run_id else ""
        raise NothingSentError(f"The journal has no run{named}.")
    target = Path(record.workbook)
    if results is not None:
        target = results / target.name if results.is_dir() else results
    prove_writable(target)
    ledger = Ledger(RunReader(journal, record))
    workbook = write_workbook(build_report(ledger), target, overwrite=results is not None)
    return record, workbook, ledger.totals


def _workload(
    prepared: Prepared, journal: Journal, account: Account | None, rules: SendRules
) -> Workload:
    if account is None:
        return workload_of(prepared, {}, rules)
    ids = (order.order_id for order in prepared.plan.orders)
    return workload_of(prepared, journal.history(account.key, ids), rules)


def _refuse_many_changes(workload: Workload, settings: Settings, rules: SendRules) -> None:
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


def _refuse_ours(target: Path, keep: Sequence[Path]) -> None:
    """`--results` is obeyed, but never over an input, the config or the journal."""
    for path in keep:
        if target.resolve() == path.resolve():
            raise WorkbookError(
                f"The results workbook can't be written over {path}, which the run needs; "
                "name another place with --results."
            )


def _new_run_id(now: datetime) -> str:
    """Sorts by time, can be read aloud, and doesn't meet another of the same second."""
    tail = "".join(choice(_LETTERS) for _ in range(3))
    return f"{now.astimezone():%Y%m%d-%H%M%S}-{tail}"


def _client(settings: Settings, token: str) -> Client:
    limits = settings.timeouts
    return Client(
        settings.base_url,
        token,
        Timeouts(limits.connect, limits.write, limits.read, limits.whole),
        OPEN_ORDERS,
        direct=is_loopback(settings.base_url),
    )


async def _ask_account(
    settings: Settings, token: str, pacer: Pacer, journal: Journal, around: Surroundings
) -> Account:
    patience = Patience(RetryPolicy(settings.tries), settings.longest_retry_after, around.now)
    async with _client(settings, token) as client:
        return await identify(
            client, pacer, journal, settings.base_url, token_fingerprint(token), patience
        )


async def _execute(
    workload: Workload,
    settings: Settings,
    token: str,
    pacer: Pacer,
    journal: Journal,
    run_id: str,
    around: Surroundings,
    finish_by: datetime | None,
) -> Stop | None:
    switch = StopSwitch()
    with ThreadRecorder(journal, run_id) as recorder, stop_signals(switch):
        async with _client(settings, token) as client:
            executor = Executor(
                sender=client,
                recorder=recorder,
                pacer=pacer,
                switch=switch,
                rules=StopRules(
                    settings.max_failures, settings.give_up_after, settings.longest_retry_after
                ),
                policy=RetryPolicy(settings.tries),
                now=around.now,
                listener=around.listener,
                open_orders=OPEN_ORDERS,
            )
            clock = asyncio.create_task(watch_clock(switch, finish_by, around.now))
            try:
                return await executor.run(by_order(workload.calls))
            finally:
                clock.cancel()


def _finish(
    journal: Journal,
    run_id: str,
    stop: Stop | None,
    target: Path,
    around: Surroundings,
    *,
    overwrite: bool,
) -> Finished:
    """Writes how the run ended, and its workbook, into the journal and beside the source."""
    record = journal.run(run_id)
    if record is None:
        raise InternalError(f"The journal lost the run {run_id}.")
    ledger = Ledger(RunReader(journal, record))
    exit_code = _exit_code(ledger.totals, stop)
    reason = "" if stop is None else stop.sentence
    fault = ""
    try:
        journal.end_run(run_id, around.now(), int(exit_code), reason, str(target))
        record = journal.run(run_id) or record
    except JournalError as error:
        exit_code, fault = ExitCode.INTERNAL, str(error)
    try:
        ledger.reader = RunReader(journal, record)
        workbook = write_workbook(build_report(ledger), target, overwrite=overwrite)
    except ReconcileError as error:
        journal.end_run(run_id, around.now(), int(ExitCode.INTERNAL), str(error), str(target))
        return Finished(record, ledger.totals, None, ExitCode.INTERNAL, stop, str(error))
    if workbook != target and not fault:
        journal.end_run(run_id, around.now(), int(exit_code), reason, str(workbook))
    return Finished(record, ledger.totals, workbook, exit_code, stop, fault)


_BY_STOP: Mapping[StopKind, ExitCode] = {
    StopKind.API: ExitCode.STOPPED_BY_API,
    StopKind.USER: ExitCode.STOPPED_BY_USER,
    StopKind.TIME: ExitCode.STOPPED_BY_USER,
    StopKind.JOURNAL: ExitCode.INTERNAL,
}


def _exit_code(totals: Totals, stop: Stop | None) -> ExitCode:
    """Of several the first in the order 5, 3, 4, 1."""
    undone = any(totals.outcomes[outcome] for outcome in Outcome if not outcome.done)
    found = [
        ExitCode.INTERNAL if totals.difference else ExitCode.DONE,
        ExitCode.DONE if stop is None else _BY_STOP[stop.kind],
        ExitCode.INCOMPLETE if undone or totals.rows_rejected else ExitCode.DONE,
    ]
    return max(found, key=lambda code: code.rank)
