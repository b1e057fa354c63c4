"""What is needed to read from Flxpoint: a client, the pace, and how long to wait."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from reconcile.domain.errors import StoppedError, TimeIsUpError
from reconcile.domain.events import Event, Listener, silent
from reconcile.flxpoint.client import Client
from reconcile.flxpoint.exchange import Exchange, NeverSent, Reply
from reconcile.flxpoint.pacer import Pace
from reconcile.flxpoint.reads import Reads, RetryLimits

__all__ = ["FlxpointSession"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class FlxpointSession:
    """Reads with one token at one pace.

    Args:
        connect: makes a client; it is closed after each piece of work.
        pacer: the slots of the token.
        patience: tries and waits for one answer, and the wall clock.
        dead_after: seconds without an answer of any kind after which Flxpoint counts as dead.
        listener: told of what goes on.
        finish_by: when reading ends at the latest, if there is such a time.
    """

    connect: Callable[[], Client]
    pacer: Pace
    patience: RetryLimits
    dead_after: float
    listener: Listener = silent
    finish_by: datetime | None = None

    @property
    def without_retries(self) -> "FlxpointSession":
        """The same with one try, for what isn't worth waiting for."""
        policy = replace(self.patience.policy, tries=1)
        return replace(self, patience=replace(self.patience, policy=policy))

    def now(self) -> datetime:
        """Wall time with offset."""
        return self.patience.now()

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
                listening = _Listening(client, self.dead_after)
                return await work(Reads(listening, self.pacer, self.patience))

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
