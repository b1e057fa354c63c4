"""When a run must stop: rules that watch the answers, and the one switch that stops it.

The rules are those of section 5; they are told the time and know no clock.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from reconcile.flxpoint import DeadServerRule
from reconcile.flxpoint.exchange import Exchange, Reply
from reconcile.flxpoint.verdict import Halt, Refuse, Retry, Verdict, retry_after, silence_sentence

__all__ = ["Stop", "StopKind", "StopRules", "StopSwitch"]

_FORBIDDEN = 403
_FORBIDDEN_IN_A_ROW = 3
_SHUT = (
    "Flxpoint forbids these calls to the token (403). The usual cause is a token of the wrong "
    "kind or scope (Account, Source or Channel)."
)


class StopKind(Enum):
    """Who or what stopped the run."""

    API = "the API or the network"
    USER = "the user"
    TIME = "the time"
    JOURNAL = "the journal"


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is sent, in one or two sentences."""

    kind: StopKind
    sentence: str


class StopSwitch:
    """Set once, by whoever is first; everybody who waits is woken."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.stop: Stop | None = None

    def request(self, stop: Stop) -> None:
        """Stops the run; a later request changes nothing, unless the journal has failed."""
        if self.stop is None or stop.kind is StopKind.JOURNAL:
            self.stop = stop
            self._event.set()

    def is_set(self) -> bool:
        """Whether nothing more may be sent."""
        return self.stop is not None

    async def unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Does some work, and gives it up at the stop."""
        working = asyncio.ensure_future(work)
        stopped = asyncio.ensure_future(self._event.wait())
        await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
        for task in (working, stopped):
            task.cancel()
        await asyncio.gather(working, stopped, return_exceptions=True)
        if not working.cancelled():
            working.result()

    async def sleep(self, seconds: float) -> None:
        """Waits, but not beyond the stop."""
        if not self.is_set() and seconds > 0:
            try:
                await asyncio.wait_for(self._event.wait(), seconds)
            except TimeoutError:
                return


def _halt(reply: Reply, stop: Stop) -> Halt:
    return Halt(str(reply.status), stop.sentence)


@dataclass(slots=True)
class StopRules:
    """Watches what comes back, call by call, and says when it is enough.

    Args:
        max_failures: so many calls given up or refused in a row for one cause stop the run.
        dead_after: seconds of silence (no answer of any kind) after which it stops.
        longest_hold: a `Retry-After` beyond so many seconds is neither cut nor slept through.
    """

    max_failures: int = 20
    dead_after: float = 45.0
    longest_hold: float = 300.0
    _answered: int = field(init=False, default=0)
    _forbidden: int = field(init=False, default=0)
    _shut: bool = field(init=False, default=False)
    _cause: str = field(init=False, default="")
    _failures: int = field(init=False, default=0)
    _dead: DeadServerRule = field(init=False)

    def __post_init__(self) -> None:
        """One rule for all orders."""
        self._dead = DeadServerRule(self.dead_after)

    def after_exchange(
        self,
        order_id: int,
        exchange: Exchange,
        verdict: Verdict,
        began: float,
        now: float,
        wall: datetime,
    ) -> tuple[Verdict, Stop | None]:
        """Told of every try; may make a verdict a `Halt`.

        `began` and `now` are seconds of a monotonic clock: when the try began and ended;
        `wall` is the time of day at `now`.
        """
        if isinstance(verdict, Halt):
            return verdict, Stop(StopKind.API, verdict.sentence)
        hold = (retry_after(exchange, wall) or 0.0) if isinstance(exchange, Reply) else 0.0
        dead = self._dead.after_exchange(order_id, exchange, began, now, hold)
        if not isinstance(exchange, Reply):
            return verdict, None if dead is None else Stop(StopKind.API, dead)
        silence = self.too_long(hold, wall)
        if isinstance(verdict, Retry):  # it says nothing of the token
            return (verdict, None) if silence is None else (_halt(exchange, silence), silence)
        shut = self._is_shut(exchange, verdict)
        stop = silence or shut
        return (verdict if shut is None else _halt(exchange, shut)), stop

    def _is_shut(self, reply: Reply, verdict: Verdict) -> Stop | None:
        """Whether the token may not do this at all: a 403 at first, or three in a row."""
        first = self._answered == 0
        self._answered += 1
        if reply.status != _FORBIDDEN or not isinstance(verdict, Refuse):
            self._forbidden = 0
            return None
        self._forbidden += 1
        # Calls that were under way at the stop are forbidden for the same reason.
        self._shut = self._shut or first or self._forbidden >= _FORBIDDEN_IN_A_ROW
        return Stop(StopKind.API, _SHUT) if self._shut else None

    def too_long(self, hold: float, wall: datetime) -> Stop | None:
        """Whether the server wants silence for more seconds than are waited for."""
        if hold <= self.longest_hold:
            return None
        return Stop(StopKind.API, silence_sentence(hold, wall))

    def after_call(self, cause: str | None) -> Stop | None:
        """Told when a call is over: None if acknowledged, else why it failed."""
        if cause is None:
            self._failures = 0
            return None
        self._failures = self._failures + 1 if cause == self._cause else 1
        self._cause = cause
        if self._failures < self.max_failures:
            return None
        return Stop(
            StopKind.API,
            f"{self._failures} calls in a row failed for one cause ({cause}).",
        )
