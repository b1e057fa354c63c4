"""What is needed to read from Flxpoint: a client, the pace, and how long to wait."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from reconcile.domain.errors import TimeIsUpError
from reconcile.domain.events import Event, Listener, silent
from reconcile.flxpoint.client import Client
from reconcile.flxpoint.paced_request import DeadServerRule, PacedRequests, RetryLimits
from reconcile.flxpoint.pacer import Pace
from reconcile.flxpoint.reads import Reads

__all__ = ["FlxpointSession"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FlxpointSession:
    """Reads with one token at one pace.

    Args:
        connect: makes a client; it is closed after each piece of work.
        pacer: the slots of the token.
        limits: tries and waits for one answer, and the wall clock.
        dead_after: seconds without an answer of any kind after which Flxpoint counts as dead.
        listener: hears what goes on.
        finish_by: when reading ends at the latest, if there is such a time.
    """

    connect: Callable[[], Client]
    pacer: Pace
    limits: RetryLimits
    dead_after: float
    listener: Listener = silent
    finish_by: datetime | None = None

    @property
    def without_retries(self) -> "FlxpointSession":
        """The same with one try, for what isn't worth waiting for."""
        policy = replace(self.limits.policy, tries=1)
        return replace(self, limits=replace(self.limits, policy=policy))

    def now(self) -> datetime:
        """Wall time with offset."""
        return self.limits.now()

    def remark(self, text: str) -> None:
        """Tells whoever listens a sentence."""
        self.listener(Event("remark", {"text": text}))

    def run(self, work: Callable[[Reads], Awaitable[_T]]) -> _T:
        """Does some reading.

        Raises:
            TimeIsUpError: the time to finish by came first.
            StoppedError: there was no answer of any kind for long.
            ReconcileError: what the work raises.
        """

        async def act() -> _T:
            async with self.connect() as client:
                dead = DeadServerRule(self.dead_after)
                return await work(Reads(client, PacedRequests(self.pacer, self.limits, dead)))

        async def act_in_time() -> _T:
            if self.finish_by is None:
                return await act()
            left = (self.finish_by - self.now()).total_seconds()
            try:
                async with asyncio.timeout(max(0.0, left)) as limit:
                    return await act()
            except TimeoutError:
                if not limit.expired():
                    raise
                raise TimeIsUpError(
                    f"It is {self.finish_by:%H:%M}, the time to finish by; orders were still "
                    "being read from Flxpoint."
                ) from None

        return asyncio.run(act_in_time())
