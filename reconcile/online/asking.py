"""What is needed to read from Flxpoint: today's settings and token, the pace, who listens."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from reconcile.config import Settings
from reconcile.executor import Pace, Patience, Reads, RetryPolicy
from reconcile.surroundings import Surroundings, client_of

__all__ = ["Asking"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks with one token at one pace."""

    settings: Settings
    token: str
    pacer: Pace
    around: Surroundings

    @property
    def once(self) -> "Asking":
        """The same with one try, for what isn't worth waiting for."""
        return replace(self, settings=self.settings.model_copy(update={"tries": 1}))

    def run(self, work: Callable[[Reads], Awaitable[_T]]) -> _T:
        """Does some reading; raises what the work raises."""

        async def act() -> _T:
            settings = self.settings
            patience = Patience(
                RetryPolicy(settings.tries), settings.longest_retry_after, self.around.now
            )
            async with client_of(settings, self.token) as client:
                return await work(Reads(client, self.pacer, patience))

        return asyncio.run(act())
