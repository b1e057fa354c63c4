"""Sends what a run has to send, and brings it to its end: journal, workbook, exit code.

Both a new run and one that is resumed go through here.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

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
from reconcile.job import exit_codes
from reconcile.job.account import probe
from reconcile.job.context import OPEN_ORDERS, RunContext
from reconcile.job.results_writer import ledger_of, write_results
from reconcile.journal import Journal, RunReader, RunRecord
from reconcile.journal.locks import is_alive
from reconcile.orders.readback import ReadBack, read_back, run_supports_readback
from reconcile.results.report.ledger import Totals

__all__ = ["Finished", "RunToSend"]

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
class RunToSend:
    """A run that is in the journal.

    Args:
        run_id: its name.
        account: the key of its account.
        target: where its workbook goes.
        journal: has its plan.
        slots: when calls may start.
        context: settings, token, clock and listener.
        force: calls are sent again that another run acknowledged meanwhile.
        overwrite: the workbook may replace what stands at its place.
        probe: the token is tried first.
    """

    run_id: str
    account: str
    target: Path
    journal: Journal
    slots: Pace
    context: RunContext
    force: bool = False
    overwrite: bool = False
    probe: bool = False

    def send(self, orders: Sequence[Sequence[PlannedCall]]) -> Finished:
        """Sends the calls of each order, and writes down how it ended.

        Raises:
            InternalError: the journal can't be written any more after sending began.
        """
        try:
            stop = asyncio.run(self._send(orders))
            with finishing_signals(self.context.remark):
                finished = self._finish(stop)
            over = stop is None and finished.workbook is not None and not finished.fault
            return self._read_back(finished) if over else finished
        except JournalError as error:
            raise InternalError(f"{error} Calls may have been sent; nothing more is.") from error

    async def _send(self, orders: Sequence[Sequence[PlannedCall]]) -> Stop | None:
        context, settings, switch = self.context, self.context.settings, StopSwitch()
        queue = ClaimQueue(
            self.journal,
            self.run_id,
            self.account,
            self.force,
            partial(is_alive, context.journal),
            switch,
            context.listener,
        )
        with ThreadRecorder(self.journal, self.run_id) as recorder, stop_signals(switch):
            async with context.client() as client:
                executor = Executor(
                    sender=client,
                    recorder=recorder,
                    pacer=self.slots,
                    switch=switch,
                    rules=StopRules(
                        settings.max_failures, settings.give_up_after, settings.longest_retry_after
                    ),
                    policy=RetryPolicy(settings.tries),
                    now=context.now,
                    listener=context.listener,
                    open_orders=OPEN_ORDERS,
                    redact=context.redacted,
                )
                beside = [
                    asyncio.create_task(watch_clock(switch, context.finish_by, context.now)),
                    asyncio.create_task(self._report_every_minute()),
                ]
                try:
                    if self.probe and orders:
                        await switch.unless_stopped(self._probe(client, switch))
                    return await executor.run(queue.of(orders))
                finally:
                    for task in beside:
                        task.cancel()

    async def _report_every_minute(self) -> None:
        while True:
            await asyncio.sleep(_MINUTE)
            values = {"spacing": round(self.slots.spacing, 4), "throttled": self.slots.refusals}
            self.context.listener(Event("minute", values))

    async def _probe(self, client: Client, switch: StopSwitch) -> None:
        """Before the first call; what must stop the run stops it here already."""
        held = self.slots.held_until - asyncio.get_running_loop().time()
        if held > 1:
            self.context.listener(Event("waiting", {"seconds": round(held, 1)}))
        try:
            remark = await probe(client, PacedRequests(self.slots, self.context.limits))
        except StoppedError as error:
            switch.request(Stop(StopKind.API, str(error)))
            return
        if remark:
            self.context.remark(remark)

    def _finish(self, stop: Stop | None) -> Finished:
        """Writes how the run ended, and its workbook, into the journal and beside the source."""
        journal, run_id, target = self.journal, self.run_id, self.target
        record = journal.run(run_id)
        if record is None:
            raise InternalError(f"The journal lost the run {run_id}.")
        ledger = ledger_of(journal, record)
        exit_code = exit_codes.of_totals(ledger.totals, stop)
        reason = "" if stop is None else stop.sentence
        fault = ""
        try:
            journal.ending(run_id, str(target))
        except JournalError as error:
            exit_code, fault = ExitCode.INTERNAL, str(error)
        ended_at = self.context.now()
        record = replace(record, ended_at=ended_at, exit_code=int(exit_code), reason=reason)
        ledger.reader = RunReader(journal, record)
        try:
            listener, overwrite = self.context.listener, self.overwrite
            workbook = write_results(ledger, target, listener, overwrite=overwrite)
        except ReconcileError as error:
            journal.end_run(run_id, ended_at, int(ExitCode.INTERNAL), str(error), str(target))
            return Finished(record, ledger.totals, None, ExitCode.INTERNAL, stop, str(error))
        if not fault:  # last of all: a run that is killed before has no end, and gets one later
            journal.end_run(run_id, ended_at, int(exit_code), reason, str(workbook))
        return Finished(record, ledger.totals, workbook, exit_code, stop, fault)

    def _read_back(self, finished: Finished) -> Finished:
        """Looks whether Flxpoint holds what was sent, as far as the config says or it tells.

        Nothing that happens here takes anything from a run that is over, its workbook written.
        """
        context, record, how = self.context, finished.run, self.context.settings.verify
        if how == "none" or not finished.totals.outcomes[Outcome.SYNCED]:
            return finished
        session = context.session(self.slots)
        try:
            if how is None:
                looked = context.settings.overwrite != "all"
                if not run_supports_readback(
                    session.without_retries, self.journal, record, looked_before=looked
                ):
                    return finished
                how = "sample"
            back = read_back(session, self.journal, record, how)
            with finishing_signals(context.remark):
                return self._with_read_back(back, finished)
        except KeyboardInterrupt:
            context.remark("Reading back was stopped; the run is over, its workbook written.")
        except ReconcileError as error:
            context.remark(f"The orders were not read back: {error}")
        return finished

    def _with_read_back(self, back: ReadBack, finished: Finished) -> Finished:
        """Writes the workbook once more, with what was read."""
        exit_code = exit_codes.of_read_back(finished.exit_code, back)
        record = replace(finished.run, exit_code=int(exit_code))
        target, listener = finished.workbook or Path(record.target), self.context.listener
        ledger = ledger_of(self.journal, record)
        workbook = write_results(ledger, target, listener, overwrite=True)
        ended_at = record.ended_at or self.context.now()
        self.journal.end_run(record.id, ended_at, int(exit_code), record.reason, str(workbook))
        return replace(finished, run=record, workbook=workbook, exit_code=exit_code, back=back)
