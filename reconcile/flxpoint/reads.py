"""Reads within the budget of the token: one try after another, several at a time.

Nothing that is read changes anything, so every passing fault is tried again; a definite no is
an answer like any other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from random import Random, SystemRandom
from typing import NamedTuple, Protocol, TypeVar

from reconcile.domain.errors import ForbiddenError, InternalError, NoAnswerError, StoppedError
from reconcile.domain.model import CallKind
from reconcile.flxpoint.exchange import Exchange, Reply
from reconcile.flxpoint.pacer import LONGEST_HOLD, Pace
from reconcile.flxpoint.retry import RetryPolicy, Tries
from reconcile.flxpoint.verdict import Halt, Retry, Verdict, judge, retry_after, silence_sentence

__all__ = ["Question", "Reader", "Reads", "RetryLimits", "slot_of", "update_pacer"]

_T = TypeVar("_T")
_R = TypeVar("_R")
_UNAUTHORISED = "401"
_FORBIDDEN = 403
_IN_A_ROW = 3
_AT_ONCE = 16
"""So many answers are awaited at a time: at 2 requests per second, 8 s of latency cost nothing."""


class Reader(Protocol):
    """Makes one `GET` and says what happened."""

    async def read(
        self, path: str, params: Mapping[str, str], left: Callable[[], None]
    ) -> Exchange:
        """The reply has the whole body; `left` tells when the request leaves."""


@dataclass(frozen=True, slots=True)
class RetryLimits:
    """How long to wait for an answer: tries, and the longest `Retry-After` in seconds."""

    policy: RetryPolicy
    longest_hold: float
    now: Callable[[], datetime]


class Question(NamedTuple):
    """A path and its parameters."""

    path: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Reads:
    """Reads with one client at one pace."""

    reader: Reader
    pacer: Pace
    patience: RetryLimits
    random: Random = field(default_factory=SystemRandom)
    _forbidden: int = field(init=False, default=0)
    _turn: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    async def ask(self, question: Question) -> Reply:
        """The answer: 2xx, or a definite no (4xx).

        Raises:
            NoAnswerError: there is none, however often it was asked.
            ForbiddenError: a 401, or the third 403 in a row.
            StoppedError: a redirect, a login page, or a wish for long silence.
        """
        time = asyncio.get_running_loop().time
        tries = Tries()
        while True:
            async with self._turn:
                started = await slot_of(
                    self.pacer, time, self.patience.longest_hold, self.patience.now
                )
            exchange = await self.reader.read(
                question.path,
                dict(question.params),
                partial(_left, self.pacer, started, time),
            )
            wall = self.patience.now()
            verdict = judge(CallKind.SYNC, exchange, wall)
            update_pacer(self.pacer, exchange, verdict, started, time(), wall)
            match verdict, exchange:
                case Retry(), _:
                    tries.count(verdict)
                    await self._wait(verdict, tries, question, exchange)
                case Halt(), _:
                    refused = verdict.cause == _UNAUTHORISED
                    raise (ForbiddenError if refused else StoppedError)(verdict.sentence)
                case _, Reply():
                    self._watch_forbidden(exchange)
                    return exchange
                case _:
                    raise InternalError(f"No answer, and yet a verdict: {verdict}.")

    def _watch_forbidden(self, reply: Reply) -> None:
        """A token that is forbidden three reads in a row is of the wrong kind or scope."""
        self._forbidden = self._forbidden + 1 if reply.status == _FORBIDDEN else 0
        if self._forbidden >= _IN_A_ROW:
            raise ForbiddenError(
                "Flxpoint forbids this token to read orders (403). The usual cause is a token of "
                "the wrong kind or scope (Account, Source or Channel)."
            )

    async def each(
        self, things: Iterable[_T], work: Callable[[_T], Awaitable[_R]]
    ) -> AsyncIterator[tuple[_T, _R]]:
        """What the work on each thing came to, as it comes; some of it at the same time.

        An error of one ends all; what was finished before is handed out first.
        """

        async def done(thing: _T) -> tuple[_T, _R]:
            return thing, await work(thing)

        waiting: set[asyncio.Task[tuple[_T, _R]]] = set()
        following = iter(things)
        try:
            while True:
                for thing in islice(following, _AT_ONCE - len(waiting)):
                    waiting.add(asyncio.create_task(done(thing)))
                if not waiting:
                    return
                finished, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(finished, key=lambda each: each.exception() is not None):
                    yield task.result()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _wait(
        self, verdict: Retry, tries: Tries, question: Question, exchange: Exchange
    ) -> None:
        """Until the next try; raises `StoppedError` if there is none."""
        policy = self.patience.policy
        if (verdict.hold or 0.0) > self.patience.longest_hold or policy.over(tries):
            words = (
                f"answered {exchange.status}" if isinstance(exchange, Reply) else exchange.reason
            )
            raise NoAnswerError(f"Flxpoint gives no answer to GET {question.path} ({words}).")
        if not verdict.throttled:  # then the pacer holds every call of the token
            await asyncio.sleep(policy.wait(tries.used, self.random))


async def slot_of(
    pacer: Pace, time: Callable[[], float], longest: float, wall: Callable[[], datetime]
) -> float:
    """Waits for a slot of the budget; returns when it was taken.

    Raises:
        StoppedError: the server wants silence for longer than `longest` seconds.
    """
    while True:
        now = time()
        if pacer.held_until - now > longest:
            raise StoppedError(silence_sentence(pacer.held_until - now, wall()))
        slot = pacer.reserve(now)
        wait: float | None = pacer.ahead(slot, time())
        while wait is not None:
            await asyncio.sleep(wait)
            now = time()
            wait = pacer.take(slot, now)
            if wait == 0.0:
                return now


def update_pacer(
    pacer: Pace, exchange: Exchange, verdict: Verdict, began: float, ended: float, wall: datetime
) -> None:
    """Tells the pace what an answer means for it, and what it asks for."""
    hold = retry_after(exchange, wall) if isinstance(exchange, Reply) else None
    if isinstance(verdict, Retry) and verdict.throttled:
        pacer.refused(began, ended, hold)
        return
    if isinstance(exchange, Reply):
        pacer.accepted()
    if hold is not None:
        pacer.hold(ended + min(hold, LONGEST_HOLD))


def _left(pacer: Pace, started: float, time: Callable[[], float]) -> None:
    pacer.left(started, time())
