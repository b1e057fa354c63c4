"""Hands orders out to be sent: at once, or when an earlier run is through with them.

Rules, section 5: an order in the unfinished plan of an active run is waited for; the claim
of a dead run is free. What an earlier run has sent since the plan was made is looked up
before each order: a status call in doubt is not repeated.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from reconcile.domain.calls import LastAcknowledged, PlannedCall, compared
from reconcile.domain.errors import JournalError
from reconcile.domain.events import Event, Listener
from reconcile.domain.model import Comparison, Outcome
from reconcile.executor import Stop, StopKind, StopSwitch
from reconcile.journal import Journal

__all__ = ["ClaimQueue"]

Order = Sequence[PlannedCall]


@dataclass(frozen=True, slots=True)
class ClaimQueue:
    """The orders of one run beside other runs of the account.

    Args:
        journal: of all runs.
        run_id: the run that sends.
        account: the account of both.
        force: calls that another run has acknowledged meanwhile are sent too.
        is_alive: whether a process works on a run.
        switch: ends the waiting.
        listener: hears what is waited for.
        every: seconds between two looks.
    """

    journal: Journal
    run_id: str
    account: str
    force: bool
    is_alive: Callable[[str], bool]
    switch: StopSwitch
    listener: Listener
    every: float = 1.0

    async def of(self, orders: Sequence[Order]) -> AsyncIterator[Order]:
        """The orders, those that other runs have claimed last, each when its claim is gone.

        Each is compared anew with what was acknowledged: another run may have sent the same,
        or something else for an order that seemed unchanged. If the journal can't be used,
        there are no more orders and the run stops.
        """
        try:
            async for before in self._in_turn(orders):
                calls = await asyncio.to_thread(self._anew, before)
                for was, call in zip(before, calls, strict=True):
                    if call.outcome is not was.outcome:
                        self._tell(call)
                if any(call.outcome is Outcome.PENDING for call in calls):
                    yield calls
        except JournalError as error:
            self.switch.request(Stop(StopKind.JOURNAL, f"{error} Nothing more was sent."))

    async def _in_turn(self, orders: Sequence[Order]) -> AsyncIterator[Order]:
        rivals, claimed = await asyncio.to_thread(self._claims)
        # Between the look at the history and the word of the plan somebody else may have sent.
        unsure = claimed | await asyncio.to_thread(self.journal.outdated, self.run_id)
        later: dict[int, Order] = {}
        if unsure:
            waiting = await asyncio.to_thread(self.journal.put_off, self.run_id, unsure)
            later = {calls[0].order_id: calls for calls in waiting}
        if claimed:
            self.listener(Event("another run", {"runs": rivals, "orders": len(claimed)}))
        for calls in orders:
            if calls[0].order_id not in unsure:
                yield calls
        while later and not self.switch.is_set():
            _, claimed = await asyncio.to_thread(self._claims)
            for order_id in [order_id for order_id in later if order_id not in claimed]:
                yield later.pop(order_id)
            if later:
                await self.switch.sleep(self.every)

    def _claims(self) -> tuple[list[str], set[int]]:
        alive = [run for run in self.journal.rivals(self.run_id) if self.is_alive(run)]
        return alive, self.journal.claimed(alive, self.run_id) if alive else set()

    def _anew(self, calls: Order) -> Order:
        history = self.journal.history(self.account, [calls[0].order_id])
        now = [self._call_anew(call, history.get((call.order_id, call.kind))) for call in calls]
        for before, call in zip(calls, now, strict=True):
            if call != before:
                self.journal.compared_anew(self.run_id, call)
        return now

    def _call_anew(self, call: PlannedCall, known: LastAcknowledged | None) -> PlannedCall:
        if call.outcome is not Outcome.PENDING or call.doubtful:
            return call
        # One that was planned although it is the same was meant to be sent again.
        force = self.force or call.comparison is Comparison.SAME
        return compared(call, known, force=force)

    def _tell(self, call: PlannedCall) -> None:
        values = {"order": call.order_id, "call": call.kind.value, "outcome": call.outcome.value}
        self.listener(Event("outcome", values))
