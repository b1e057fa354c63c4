"""Hands orders out to be sent: at once, or when an earlier run is through with them.

Rules, section 5: an order in the unfinished plan of an active run is waited for; the claim
of a dead run is free.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from reconcile.events import Event, Listener
from reconcile.executor import StopSwitch
from reconcile.history import PlannedCall, compared
from reconcile.journal import Journal
from reconcile.model import Outcome

__all__ = ["Turns"]

Order = Sequence[PlannedCall]


@dataclass(frozen=True, slots=True)
class Turns:
    """The orders of one run beside other runs of the account.

    Args:
        journal: of all runs.
        run_id: the run that sends.
        account: the account of both.
        force: calls that another run has acknowledged meanwhile are sent too.
        is_alive: whether a process works on a run.
        switch: ends the waiting.
        listener: is told what is waited for.
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

        Such an order is compared anew with what was acknowledged: the other run may have
        sent the same.
        """
        rivals, claimed = await asyncio.to_thread(self._claims)
        later = {calls[0].order_id: calls for calls in orders if calls[0].order_id in claimed}
        if later:
            values = {"runs": rivals, "orders": len(later)}
            self.listener(Event("another run", values))
        for calls in orders:
            if calls[0].order_id not in later:
                yield calls
        while later and not self.switch.is_set():
            _, claimed = await asyncio.to_thread(self._claims)
            for order_id in [order_id for order_id in later if order_id not in claimed]:
                before = later.pop(order_id)
                calls = await asyncio.to_thread(self._anew, before)
                for call in calls:
                    self._tell(call)
                if any(call.outcome is Outcome.PENDING for call in calls):
                    yield calls
            if later:
                await self.switch.sleep(self.every)

    def _claims(self) -> tuple[list[str], set[int]]:
        alive = [run for run in self.journal.rivals(self.run_id) if self.is_alive(run)]
        return alive, self.journal.claimed(alive, self.run_id) if alive else set()

    def _anew(self, calls: Order) -> Order:
        history = self.journal.history(self.account, [calls[0].order_id])
        now = [
            compared(call, history.get((call.order_id, call.kind)), force=self.force)
            for call in calls
        ]
        for before, call in zip(calls, now, strict=True):
            if call != before:
                self.journal.compared_anew(self.run_id, call)
        return now

    def _tell(self, call: PlannedCall) -> None:
        if call.outcome is not Outcome.PENDING:
            values = {
                "order": call.order_id,
                "call": call.kind.value,
                "outcome": call.outcome.value,
            }
            self.listener(Event("outcome", values))
