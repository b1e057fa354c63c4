"""Sends what a run has to send, and brings it to its end: journal, workbook, exit code.

Both a new run and one that is resumed go through here.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from reconcile.config import Settings
from reconcile.domain.calls import PlannedCall
from reconcile.domain.errors import (
    ExitCode,
    InternalError,
    JournalError,
    ReconcileError,
    StoppedError,
)
from reconcile.domain.events import Event
from reconcile.domain.model import Outcome
from reconcile.executor import (
    Executor,
    Stop,
    StopKind,
    StopRules,
    StopSwitch,
    ThreadRecorder,
    finishing_signals,
    stop_signals,
    watch_clock,
)
from reconcile.executor.claim_queue import ClaimQueue
from reconcile.flxpoint import Pace, PacedRequests, RetryPolicy
from reconcile.flxpoint.client import Client
from reconcile.job.account import probe
from reconcile.job.context import OPEN_ORDERS, RunContext, client_of, limits_of, session_of
from reconcile.journal import Journal, RunReader, RunRecord
from reconcile.journal.locks import is_alive
from reconcile.orders.readback import ReadBack, read_back, tells
from reconcile.results.report.build import build_report
from reconcile.results.report.ledger import Ledger, Totals
from reconcile.results.workbook.progress import with_progress
from reconcile.results.workbook.write import write_workbook

__all__ = ["Finished", "Sending"]

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended. `workbook` is None if it could not be written; `fault` says why.

    `same_file`: all its files had been run to their end before. `usual` is how many orders
    runs usually name, if this one is far from it. `skipped` files could not be read. `back` says
    what orders hold that were read after the calls.
    """

    run: RunRecord
    totals: Totals
    workbook: Path | None
    exit_code: ExitCode
    stop: Stop | None
    fault: str = ""
    same_file: bool = False
    usual: int | None = None
    skipped: int = 0
    back: ReadBack | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What is needed to send: the journal, today's settings and token, the pace.

    `force` sends calls again that another run acknowledged meanwhile; `overwrite` lets the
    workbook replace what stands at its place; `probe` asks first whether the token is known.
    """

    journal: Journal
    settings: Settings
    token: str
    pacer: Pace
    context: RunContext
    finish_by: datetime | None = None
    force: bool = False
    overwrite: bool = False
    probe: bool = False

    def complete(
        self,
        run_id: str,
        account: str,
        orders: Sequence[Sequence[PlannedCall]],
        target: Path,
    ) -> Finished:
        """Sends the calls of each order, and writes down how it ended.

        Raises:
            InternalError: the journal can't be written any more after sending began.
        """
        try:
            stop = asyncio.run(self._send(run_id, account, orders))
            with finishing_signals(self.context.remark):
                finished = self._finish(run_id, stop, target)
            over = stop is None and finished.workbook is not None and not finished.fault
            return self._read_back(finished) if over else finished
        except JournalError as error:
            raise InternalError(f"{error} Calls may have been sent; nothing more is.") from error

    async def _send(
        self,
        run_id: str,
        account: str,
        orders: Sequence[Sequence[PlannedCall]],
    ) -> Stop | None:
        settings, context, switch = self.settings, self.context, StopSwitch()
        turns = ClaimQueue(
            self.journal,
            run_id,
            account,
            self.force,
            partial(is_alive, context.journal),
            switch,
            context.listener,
        )
        with ThreadRecorder(self.journal, run_id) as recorder, stop_signals(switch):
            async with client_of(settings, self.token) as client:
                executor = Executor(
                    sender=client,
                    recorder=recorder,
                    pacer=self.pacer,
                    switch=switch,
                    rules=StopRules(
                        settings.max_failures, settings.give_up_after, settings.longest_retry_after
                    ),
                    policy=RetryPolicy(settings.tries),
                    now=context.now,
                    listener=context.listener,
                    open_orders=OPEN_ORDERS,
                )
                beside = [
                    asyncio.create_task(watch_clock(switch, self.finish_by, context.now)),
                    asyncio.create_task(self._tell_every_minute()),
                ]
                try:
                    if self.probe and orders:
                        await switch.unless_stopped(self._probe(client, switch))
                    return await executor.run(turns.of(orders))
                finally:
                    for task in beside:
                        task.cancel()

    def _read_back(self, finished: Finished) -> Finished:
        """Looks whether Flxpoint holds what was sent, as far as the config says or it tells.

        Nothing that happens here takes anything from a run that is over, its workbook written.
        """
        record, how = finished.run, self.settings.verify
        if how == "none" or not finished.totals.outcomes[Outcome.SYNCED]:
            return finished
        session = session_of(self.settings, self.token, self.pacer, self.context, self.finish_by)
        try:
            if how is None:
                everything = self.settings.overwrite == "all"
                if not tells(
                    session.without_retries, self.journal, record, looked_before=not everything
                ):
                    return finished
                how = "sample"
            back = read_back(session, self.journal, record, how)
            with finishing_signals(self.context.remark):
                return self._with(back, finished)
        except KeyboardInterrupt:
            self.context.remark("Reading back was stopped; the run is over, its workbook written.")
        except ReconcileError as error:
            self.context.remark(f"The orders were not read back: {error}")
        return finished

    def _with(self, back: ReadBack, finished: Finished) -> Finished:
        """Writes the workbook once more, with what was read."""
        exit_code, record = finished.exit_code, finished.run
        if back.wrong:
            exit_code = ExitCode.worst((exit_code, ExitCode.INCOMPLETE))
        record = replace(record, exit_code=int(exit_code))
        ledger = Ledger(RunReader(self.journal, record))
        target = finished.workbook or Path(record.target)
        report = with_progress(build_report(ledger), self.context.writing)
        workbook = write_workbook(report, target, overwrite=True)
        ended_at = record.ended_at or self.context.now()
        self.journal.end_run(record.id, ended_at, int(exit_code), record.reason, str(workbook))
        return replace(finished, run=record, workbook=workbook, exit_code=exit_code, back=back)

    async def _tell_every_minute(self) -> None:
        while True:
            await asyncio.sleep(_MINUTE)
            values = {"spacing": round(self.pacer.spacing, 4), "throttled": self.pacer.refusals}
            self.context.listener(Event("minute", values))

    async def _probe(self, client: Client, switch: StopSwitch) -> None:
        """Before the first call; what must stop the run stops it here already."""
        held = self.pacer.held_until - asyncio.get_running_loop().time()
        if held > 1:
            self.context.listener(Event("waiting", {"seconds": round(held, 1)}))
        try:
            said = await probe(
                client, PacedRequests(self.pacer, limits_of(self.settings, self.context))
            )
        except StoppedError as error:
            switch.request(Stop(StopKind.API, str(error)))
            return
        if said:
            self.context.remark(said)

    def _finish(self, run_id: str, stop: Stop | None, target: Path) -> Finished:
        """Writes how the run ended, and its workbook, into the journal and beside the source."""
        journal, now = self.journal, self.context.now
        record = journal.run(run_id)
        if record is None:
            raise InternalError(f"The journal lost the run {run_id}.")
        ledger = Ledger(RunReader(journal, record))
        exit_code = _exit_code(ledger.totals, stop)
        reason = "" if stop is None else stop.sentence
        fault = ""
        try:
            journal.ending(run_id, str(target))
        except JournalError as error:
            exit_code, fault = ExitCode.INTERNAL, str(error)
        ended_at = now()
        record = replace(record, ended_at=ended_at, exit_code=int(exit_code), reason=reason)
        ledger.reader = RunReader(journal, record)
        try:
            report = with_progress(build_report(ledger), self.context.writing)
            workbook = write_workbook(report, target, overwrite=self.overwrite)
        except ReconcileError as error:
            journal.end_run(run_id, ended_at, int(ExitCode.INTERNAL), str(error), str(target))
            return Finished(record, ledger.totals, None, ExitCode.INTERNAL, stop, str(error))
        if not fault:  # last of all: a run that is killed before has no end, and gets one later
            journal.end_run(run_id, ended_at, int(exit_code), reason, str(workbook))
        return Finished(record, ledger.totals, workbook, exit_code, stop, fault)


_BY_STOP: Mapping[StopKind, ExitCode] = {
    StopKind.API: ExitCode.STOPPED_BY_API,
    StopKind.USER: ExitCode.STOPPED_BY_USER,
    StopKind.TIME: ExitCode.STOPPED_BY_USER,
    StopKind.JOURNAL: ExitCode.INTERNAL,
}


def _exit_code(totals: Totals, stop: Stop | None) -> ExitCode:
    """Of several the first in the order 5, 3, 4, 1."""
    undone = sum(totals.outcomes[outcome] for outcome in Outcome if not outcome.done)
    needed = undone > totals.superseded or totals.rows_rejected
    found = [
        ExitCode.INTERNAL if totals.wrong else ExitCode.DONE,
        ExitCode.DONE if stop is None else _BY_STOP[stop.kind],
        ExitCode.INCOMPLETE if needed else ExitCode.DONE,
    ]
    return ExitCode.worst(found)
