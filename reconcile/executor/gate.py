"""The one door through which every call leaves, in its turn and at its slot."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from reconcile.domain.errors import JournalError
from reconcile.domain.events import Event, Listener
from reconcile.executor.stops import StopSwitch
from reconcile.flxpoint.paced_request import start_in
from reconcile.flxpoint.pacer import Pace

__all__ = ["Gate", "Passed"]

LEAD = 0.03
"""Seconds before the slot at which the journal is told, so that writing doesn't delay it."""

LONGEST_LEAD = 1.0

_NOW = 1e-6
"""Seconds that no clock can wait for; the pacer's margins are ten thousand times wider."""

_WORTH_TELLING = 3.0

_FAR_OFF = 2.0
"""Seconds to a slot that are too long for a call to count as begun all the while."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A call may leave now. `number` is what `prepare` gave; `at` is loop time."""

    number: int
    at: float


class Gate:
    """Lets callers through one at a time, each when the pace says so."""

    def __init__(
        self,
        pace: Pace,
        switch: StopSwitch,
        listener: Listener,
        held: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._held = held
        self._pace = pace
        self._switch = switch
        self._listener = listener
        self._turn = asyncio.Lock()
        self._lead = LEAD

    async def enter(
        self,
        prepare: Callable[[], Awaitable[int]],
        withdraw: Callable[[int], Awaitable[None]],
    ) -> Passed | None:
        """Waits for the turn and the slot.

        `prepare` is awaited shortly before the slot; `withdraw` takes it back if the run is
        stopped in between, or the slot becomes void and the next one is far off. Returns None
        if the run was stopped.
        """
        time = asyncio.get_running_loop().time
        number: int | None = None
        async with self._turn:
            try:
                while not self._switch.is_set():
                    slot = self._pace.reserve(time())
                    if number is not None and slot - time() > _FAR_OFF:
                        await withdraw(number)
                        number = None
                    await self._until_near(slot)
                    if number is None and not self._switch.is_set():
                        number = await self._prepared(prepare)
                    at = await self._start(slot)
                    if at is not None and number is not None:
                        return Passed(number, at)
            except JournalError:
                if number is not None:
                    await withdraw(number)  # it surely never left
                raise
            if number is not None:
                await withdraw(number)
            return None

    async def _prepared(self, prepare: Callable[[], Awaitable[int]]) -> int:
        """The journal's word; a slow disk is given more time the next time."""
        time = asyncio.get_running_loop().time
        began = time()
        number = await prepare()
        self._lead = min(LONGEST_LEAD, max(LEAD, 1.5 * (time() - began)))
        return number

    async def _start(self, slot: float) -> float | None:
        """When the call started; None if its slot is void or the run was stopped."""
        time = asyncio.get_running_loop().time

        async def wait(seconds: float) -> bool:
            await self._wait_until(time() + seconds)
            return not self._switch.is_set()

        return await start_in(self._pace, slot, wait)

    async def _until_near(self, slot: float) -> None:
        """Until shortly before the slot, or sooner if a process before it in the queue is gone."""
        time = asyncio.get_running_loop().time
        while not self._switch.is_set():
            now = time()
            left = min(slot - self._lead - now, self._pace.ahead(slot, now))
            if left <= _NOW:
                return
            await self._wait_until(now + left)

    async def _wait_until(self, at: float) -> None:
        time = asyncio.get_running_loop().time
        while not self._switch.is_set():
            left = at - time()
            if left <= _NOW:
                return
            if left > _WORTH_TELLING and self._pace.held_until > time():
                self._held(self._pace.held_until - time())
                self._listener(Event("waiting", {"seconds": round(left, 1)}))
            await self._switch.sleep(left)
