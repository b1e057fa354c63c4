"""One request at the pace of a token: its slot, the request, what it means, what the pace learns.

Calls, reads, `GET /account` and the probe all go through here; only who waits for the slot
differs: `PacedRequests`, or the gate of the executor, which asks the journal in between.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random, SystemRandom

from reconcile.domain.errors import JournalError, StoppedError
from reconcile.domain.model import CallKind
from reconcile.flxpoint.exchange import Exchange, NeverSent, Reply
from reconcile.flxpoint.pacer import LONGEST_HOLD, Pace
from reconcile.flxpoint.retry import RetryCount, RetryPolicy, keep_trying
from reconcile.flxpoint.verdict import Retry, Verdict, judge, retry_after, silence_sentence

__all__ = [
    "Answered",
    "DeadServerRule",
    "PacedRequests",
    "Request",
    "RetryLimits",
    "request_at",
    "start_in",
]

Request = Callable[[Callable[[], None]], Awaitable[Exchange]]
"""Makes one request; calls what it is given when the request leaves this machine."""


@dataclass(frozen=True, slots=True)
class RetryLimits:
    """How long to wait for an answer: tries, and the longest `Retry-After` in seconds.

    `now` gives the wall time with its offset.
    """

    policy: RetryPolicy
    longest_hold: float
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one request, and what that means.

    `began` and `ended` are seconds of the loop's clock. `hold` is for how many seconds the server
    wants silence. `alone`: it was answered 429 although nothing of ours was near. `fault` is set
    if the shared pace could not be told.
    """

    exchange: Exchange
    verdict: Verdict
    began: float
    ended: float
    hold: float | None
    alone: bool = False
    fault: JournalError | None = None


@dataclass(slots=True)
class DeadServerRule:
    """Says when Flxpoint counts as dead: silent for long, and not only to one request that hangs.

    Args:
        dead_after: seconds without an answer of any kind. Silence that the server asked for
            doesn't count.
    """

    dead_after: float
    _heard_at: float = field(init=False, default=float("-inf"))
    _silent_since: float | None = field(init=False, default=None)
    _silent_to: set[Hashable] = field(init=False, default_factory=set)
    _only_unsent: bool = field(init=False, default=True)

    def after_exchange(
        self, whom: Hashable, exchange: Exchange, began: float, now: float, hold: float | None
    ) -> str | None:
        """Told of every try; returns the sentence that ends the work if Flxpoint is dead.

        Args:
            whom: the order or path that was asked for.
            exchange: what came of it.
            began: when the try began, in seconds of a monotonic clock.
            now: when it ended.
            hold: seconds of silence that the answer asks for, if any.
        """
        if isinstance(exchange, Reply):
            self._heard_at, self._silent_since = now + (hold or 0.0), None
            self._silent_to.clear()
            self._only_unsent = True
            return None
        if self._silent_since is None:
            self._silent_since = max(began, self._heard_at)
        self._silent_to.add(whom)
        self._only_unsent &= isinstance(exchange, NeverSent)
        silent = now - self._silent_since
        if silent < self.dead_after or (len(self._silent_to) == 1 and not self._only_unsent):
            return None
        return f"Flxpoint has not answered for {round(silent)} seconds ({exchange.reason})."


@dataclass(slots=True)
class PacedRequests:
    """Makes requests that change nothing, each in a slot of the token's budget.

    Args:
        pacer: the slots.
        limits: how long to wait for an answer.
        dead: ends the work if Flxpoint is dead; None leaves that to the limits.
        random: for the jitter of the waits.
    """

    pacer: Pace
    limits: RetryLimits
    dead: DeadServerRule | None = None
    random: Random = field(default_factory=SystemRandom)
    _turn: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    async def once(self, whom: Hashable, request: Request) -> Answered:
        """Makes one request in the next slot.

        Raises:
            StoppedError: the server wants silence for too long, or is dead.
            JournalError: the shared pace can't be read or told.
        """
        async with self._turn:
            started = await self._slot()
        answered = await request_at(started, self.pacer, CallKind.SYNC, request, self.limits.now)
        if answered.fault is not None:
            raise answered.fault
        if self.dead is not None:
            heard = answered.exchange, answered.began, answered.ended, answered.hold
            sentence = self.dead.after_exchange(whom, *heard)
            if sentence is not None:
                raise StoppedError(sentence)
        return answered

    async def until_answered(self, whom: Hashable, request: Request) -> Answered:
        """Makes a request again until there is an answer, or the limits are reached.

        A verdict that is still a `Retry` means that there was no answer in the end.

        Raises:
            StoppedError: the server wants silence for too long, or is dead.
            JournalError: the shared pace can't be read or told.
        """
        count = RetryCount()
        answered: list[Answered] = []

        async def attempt() -> Verdict | None:
            answered[:] = [await self.once(whom, request)]
            verdict = answered[0].verdict
            if not isinstance(verdict, Retry):
                return verdict
            count.add(verdict)
            too_long = (verdict.hold or 0.0) > self.limits.longest_hold
            return None if too_long else verdict

        await keep_trying(attempt, count, self.limits.policy, self.random, asyncio.sleep)
        return answered[0]

    async def _slot(self) -> float:
        """Waits for a slot; returns when it was taken."""
        time = asyncio.get_running_loop().time
        while True:
            now = time()
            held = self.pacer.held_until - now
            if held > self.limits.longest_hold:
                raise StoppedError(silence_sentence(held, self.limits.now()))
            started = await start_in(self.pacer, self.pacer.reserve(now), _sleep)
            if started is not None:
                return started


async def start_in(
    pacer: Pace, slot: float, wait: Callable[[float], Awaitable[bool]]
) -> float | None:
    """When a request could start in its slot; None if the slot is void.

    Args:
        pacer: has the slot.
        slot: what `reserve` gave.
        wait: waits for so many seconds; says whether a request may still start.
    """
    time = asyncio.get_running_loop().time
    left = pacer.ahead(slot, time())
    while True:
        if not await wait(left):
            pacer.give_back(slot)
            return None
        now = time()
        taken = pacer.take(slot, now)
        if not taken:
            return None if taken is None else now
        left = taken


async def request_at(
    started: float, pacer: Pace, kind: CallKind, request: Request, now: Callable[[], datetime]
) -> Answered:
    """Makes a request that took its slot at `started`, judges it, and tells the pace.

    Args:
        started: seconds of the loop's clock.
        pacer: learns when the request left, and what the answer means for it.
        kind: the endpoint, for the judgement.
        request: makes the request.
        now: wall time with offset.
    """
    time = asyncio.get_running_loop().time
    faults: list[JournalError] = []

    def left() -> None:
        _told(faults, lambda: pacer.left(started, time()))

    exchange = await request(left)
    ended, wall = time(), now()
    verdict = judge(kind, exchange, wall)
    hold = retry_after(exchange, wall) if isinstance(exchange, Reply) else None
    alone = _told(faults, lambda: _learn(pacer, exchange, verdict, started, ended, hold))
    return Answered(
        exchange, verdict, started, ended, hold, bool(alone), faults[0] if faults else None
    )


def _learn(
    pacer: Pace,
    exchange: Exchange,
    verdict: Verdict,
    began: float,
    ended: float,
    hold: float | None,
) -> bool:
    """Tells the pace what came back; whether somebody else must use the token."""
    if isinstance(verdict, Retry) and verdict.throttled:
        return pacer.refused(began, ended, hold)
    if isinstance(exchange, Reply):
        pacer.accepted()
    if hold is not None:
        pacer.hold(ended + min(hold, LONGEST_HOLD))
    return False


def _told(faults: list[JournalError], work: Callable[[], bool | None]) -> bool | None:
    """Does it; what goes wrong is kept, since what came back must be written down first."""
    try:
        return work()
    except JournalError as error:
        faults.append(error)
        return None


async def _sleep(seconds: float) -> bool:
    await asyncio.sleep(seconds)
    return True
