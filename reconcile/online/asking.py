"""What is needed to read from Flxpoint: today's settings and token, the pace, who listens."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from reconcile.config import Settings
from reconcile.errors import StoppedError, TimeIsUpError
from reconcile.executor import (
    Client,
    Exchange,
    NeverSent,
    Pace,
    Patience,
    Reads,
    Reply,
    RetryPolicy,
)
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
            StoppedError: there was no answer of any kind for long.
            ReconcileError: what the work raises.
        """

        async def act() -> _T:
            settings = self.settings
            patience = Patience(
                RetryPolicy(settings.tries), settings.longest_retry_after, self.around.now
            )
            async with client_of(settings, self.token) as client:
                listening = _Listening(client, settings.give_up_after)
                return await work(Reads(listening, self.pacer, patience))

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


@dataclass(slots=True)
class _Listening:
    """Reads, and gives up when no answer of any kind came for `longest` seconds.

    As in sending: dead means silent for long, and not only to one question that hangs.
    """

    client: Client
    longest: float
    _heard_at: float = field(init=False, default=float("-inf"))
    _silent_since: float | None = field(init=False, default=None)
    _silent_to: set[str] = field(init=False, default_factory=set)
    _only_unsent: bool = field(init=False, default=True)

    async def read(
        self, path: str, params: Mapping[str, str], left: Callable[[], None]
    ) -> Exchange:
        """What the client says.

        Raises:
            StoppedError: Flxpoint is dead.
        """
        time = asyncio.get_running_loop().time
        began = time()
        exchange = await self.client.read(path, params, left)
        now = time()
        if isinstance(exchange, Reply):
            self._heard_at, self._silent_since, self._only_unsent = now, None, True
            self._silent_to.clear()
            return exchange
        if self._silent_since is None:
            self._silent_since = max(began, self._heard_at)
        self._silent_to.add(path)
        self._only_unsent &= isinstance(exchange, NeverSent)
        silent = now - self._silent_since
        if silent < self.longest or (len(self._silent_to) == 1 and not self._only_unsent):
            return exchange
        raise StoppedError(
            f"Flxpoint has not answered for {round(silent)} seconds ({exchange.reason})."
        )
