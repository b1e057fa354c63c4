"""The one door through which every call leaves, in its turn and at its slot."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reconcile.events import Event, Listener
from reconcile.executor.pacer import Pacer
from reconcile.executor.stops import StopSwitch

__all__ = ["Gate", "Passed"]

LEAD = 0.03
"""Seconds before the slot at which the journal is told, so that writing doesn't delay it."""

_NOW = 1e-6
"""Seconds that no clock can wait for; the pacer's margins are ten thousand times wider."""

_WORTH_TELLING = 3.0


@dataclass(frozen=True, slots=True)
class Passed:
    """A call may leave now. `number` is what `prepare` gave; `at` is loop time."""

    number: int
    at: float


class Gate:
    """Lets callers through one at a time, each when the pacer says so."""

    def __init__(self, pacer: Pacer, switch: StopSwitch, listener: Listener) -> None:
        self._pacer = pacer
        self._switch = switch
        self._listener = listener
        self._turn = asyncio.Lock()

    async def enter(
        self,
        prepare: Callable[[], Awaitable[int]],
        withdraw: Callable[[int], Awaitable[None]],
    ) -> Passed | None:
        """Waits for the turn and the slot.

        `prepare` is awaited shortly before the slot; `withdraw` takes it back if the run is
        stopped in between. Returns None if the run was stopped.
        """
        time = asyncio.get_running_loop().time
        async with self._turn:
            await self._wait_until_due(lead=LEAD)
            if self._switch.is_set():
                return None
            number = await prepare()
            await self._wait_until_due(lead=0.0)
            if self._switch.is_set():
                await withdraw(number)
                return None
            at = time()
            self._pacer.started(at)
            return Passed(number, at)

    async def _wait_until_due(self, *, lead: float) -> None:
        time = asyncio.get_running_loop().time
        while not self._switch.is_set():
            left = self._pacer.due(time()) - time() - lead
            if left <= _NOW:
                return
            if left > _WORTH_TELLING and self._pacer.held_until > time():
                self._listener(Event("waiting", {"seconds": round(left, 1)}))
            await self._switch.sleep(left)
