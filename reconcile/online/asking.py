"""What is needed to read from Flxpoint: today's settings and token, the pace, who listens."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from reconcile.config import Settings
from reconcile.errors import TimeIsUpError
from reconcile.executor import Pace, Patience, Reads, RetryPolicy
from reconcile.surroundings import Surroundings, client_of

__all__ = ["Asking"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks with one token at one pace, until `finish_by` if there is such a time."""

    settings: Settings
    token: str
    pacer: Pace
    around: Surroundings
    finish_by: datetime | None = None

    @property
    def once(self) -> "Asking":
        """The same with one try, for what isn't worth waiting for."""
        return replace(self, settings=self.settings.model_copy(update={"tries": 1}))

    def run(self, work: Callable[[Reads], Awaitable[_T]]) -> _T:
        """Does some reading.

        Raises:
            TimeIsUpError: the time to finish by came first.
            ReconcileError: what the work raises.
        """

        async def act() -> _T:
            settings = self.settings
            patience = Patience(
                RetryPolicy(settings.tries), settings.longest_retry_after, self.around.now
            )
            async with client_of(settings, self.token) as client:
                return await work(Reads(client, self.pacer, patience))

        async def act_in_time() -> _T:
            if self.finish_by is None:
                return await act()
            left = (self.finish_by - self.around.now()).total_seconds()
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
