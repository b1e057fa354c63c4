"""Virtual time for the executor, a scripted server, a journal in memory.

The journal in memory is the real one without a disk (`Journal.in_memory`).
"""

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from reconcile.domain.model import CallKind
from reconcile.flxpoint import Exchange, Reply

__all__ = ["EPOCH", "ScriptedSender", "Sent", "VirtualTime", "run_in_virtual_time"]

_T = TypeVar("_T")

EPOCH = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""The wall time at which virtual time begins."""


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer as soon as nothing else is to do.

    Hours pass in milliseconds, and always in the same order.
    """

    def __init__(self) -> None:
        self._now = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Seconds since the loop began."""
        return self._now

    def jump(self, seconds: float) -> None:
        """Lets time pass, as when the machine sleeps."""
        self._now += seconds

    def wall(self) -> datetime:
        """Wall time, in step with the clock."""
        return EPOCH + timedelta(seconds=self._now)


class _Jumping(selectors.SelectSelector):
    def __init__(self, loop: VirtualTime) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self._loop.jump(timeout)
        return ready


def run_in_virtual_time(work: Callable[[VirtualTime], Coroutine[Any, Any, _T]]) -> _T:
    """Runs `work(loop)` to its end in virtual time."""
    loop = VirtualTime()
    try:
        return loop.run_until_complete(work(loop))
    finally:
        loop.close()


@dataclass(frozen=True, slots=True)
class Sent:
    """One call that a `ScriptedSender` got: loop time, order, endpoint, content."""

    at: float
    order_id: int
    kind: CallKind
    content: str


Script = Sequence[Exchange | Callable[[], Awaitable[Exchange]]]


@dataclass(slots=True)
class ScriptedSender:
    """Answers each call by a script; what comes after its end is acknowledged.

    `scripts` are by order and endpoint; `latency` is in seconds.
    """

    scripts: Mapping[tuple[int, CallKind], Script] = field(default_factory=dict)
    latency: float = 0.05
    sent: list[Sent] = field(default_factory=list)

    async def send(
        self,
        order_id: int,
        kind: CallKind,
        content: str,
        left: Callable[[], None] = lambda: None,
    ) -> Exchange:
        """Makes one call."""
        time = asyncio.get_running_loop().time
        left()
        number = sum(s.order_id == order_id and s.kind is kind for s in self.sent)
        self.sent.append(Sent(time(), order_id, kind, content))
        await asyncio.sleep(self.latency)
        script = self.scripts.get((order_id, kind), ())
        if number < len(script):
            step = script[number]
            return step if isinstance(step, Exchange) else await step()
        return Reply(204 if kind is CallKind.SYNC else 201)
