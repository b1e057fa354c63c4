"""Reads within the budget of the token: one try after another, several at a time.

Nothing that is read changes anything, so every passing fault is tried again; a definite no is
an answer like any other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, Protocol, TypeVar

from reconcile.domain.errors import ForbiddenError, InternalError, NoAnswerError, StoppedError
from reconcile.flxpoint.exchange import Exchange, Reply, in_words
from reconcile.flxpoint.paced_request import PacedRequests
from reconcile.flxpoint.verdict import Halt, Retry

__all__ = ["Question", "Reader", "Reads"]

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


class Question(NamedTuple):
    """A path and its parameters."""

    path: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Reads:
    """Reads with one client at one pace.

    Args:
        reader: the client.
        requests: the pace, and how long to wait for an answer.
    """

    reader: Reader
    requests: PacedRequests
    _forbidden: int = field(init=False, default=0)

    async def ask(self, question: Question) -> Reply:
        """The answer: 2xx, or a definite no (4xx).

        Raises:
            NoAnswerError: there is none, however often it was asked.
            ForbiddenError: a 401, or the third 403 in a row.
            StoppedError: a redirect, a login page, a wish for long silence, or a dead server.
        """
        answered = await self.requests.until_answered(
            question.path,
            lambda left: self.reader.read(question.path, dict(question.params), left),
        )
        match answered.verdict, answered.exchange:
            case Retry(), exchange:
                raise NoAnswerError(
                    f"Flxpoint gives no answer to GET {question.path} ({in_words(exchange)})."
                )
            case Halt(cause, sentence), _:
                raise (ForbiddenError if cause == _UNAUTHORISED else StoppedError)(sentence)
            case _, Reply() as reply:
                self._watch_forbidden(reply)
                return reply
            case verdict, _:
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
