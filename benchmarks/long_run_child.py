"""The child process of the long run: plays it, and writes down what it saw every twentieth."""

import asyncio
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from benchmarks.identity_virtual import RUN, new_run, planned
from reconcile.cli.forecast import Forecast
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Outcome
from reconcile.executor import Executor, InlineRecorder, StopRules, StopSwitch
from reconcile.flxpoint import Exchange, NoReply, Pacer, Reply, RetryPolicy
from reconcile.journal import Journal
from reconcile.sandbox.limiters import SlidingWindow
from tests.doubles import VirtualTime, run_in_virtual_time

__all__ = ["play"]

_JITTER = 0.05
_PARTS = 20
_MIB = 1 << 20


@dataclass(slots=True)
class _Scripted:
    """A server that counts, is slow, and fails now and then; forgets what it saw."""

    random: Random
    limiter: SlidingWindow = field(default_factory=lambda: SlidingWindow(2, 1.0))
    requests: int = 0
    refused: int = 0
    failed: int = 0
    triples: int = 0
    _arrived: float = 0.0
    _starts: tuple[float, float] = (-9.0, -9.0)

    async def send(
        self, _order_id: int, _kind: CallKind, _content: str, left: Callable[[], None]
    ) -> Exchange:
        """Makes one call."""
        now = asyncio.get_running_loop().time()
        left()
        self.requests += 1
        self.triples += now - self._starts[0] < 1.0
        self._starts = (self._starts[1], now)
        self._arrived = max(self._arrived, now + self.random.uniform(0.0, _JITTER))
        admitted = self.limiter.admit(self._arrived) is None
        await asyncio.sleep(self.random.uniform(0.05, 2.0))
        if not admitted:
            self.refused += 1
            return Reply(429)
        luck = self.random.random()
        if luck < 0.002:  # noqa: PLR2004
            self.failed += 1
            return Reply(503) if luck < 0.001 else NoReply("no answer in time")  # noqa: PLR2004
        return Reply(204)


@dataclass(frozen=True, slots=True)
class _Sample:
    """How it stood: orders over, simulated time, the finish foretold, MiB in use."""

    done: int
    at: float
    end: float
    memory: float


@dataclass(slots=True)
class _Course:
    """Listens to the run."""

    orders: int
    samples: list[_Sample]
    time: Callable[[], float]
    forecast: Forecast
    done: int = 0

    def __call__(self, event: Event) -> None:
        if event.name != "outcome":
            return
        self.done += 1
        now = self.time()
        self.forecast.over(now)
        if self.done % (self.orders // _PARTS) == 0 and self.done < self.orders:
            end = now + self.forecast.seconds_left(now)
            self.samples.append(_Sample(self.done, now, end, _memory()))


def play(folder: str, count: str, seed: str) -> None:
    """Leaves `told.json` in the folder."""
    server = _Scripted(Random(int(seed)))  # noqa: S311  (weather)
    began = time.monotonic()
    pacer = Pacer()
    with Journal.open(Path(folder) / "journal.sqlite3") as journal:
        orders = [[planned(order_id)] for order_id in range(1, int(count) + 1)]
        new_run(journal, orders)
        forecast = Forecast(len(orders), pacer.spacing, 0.0)
        samples = [_Sample(0, 0.0, forecast.seconds_left(0.0), _memory())]

        async def work(loop: VirtualTime) -> float:
            executor = Executor(
                sender=server,
                recorder=InlineRecorder(journal, RUN),
                pacer=pacer,
                switch=StopSwitch(),
                rules=StopRules(),
                policy=RetryPolicy(),
                now=loop.wall,
                listener=_Course(len(orders), samples, loop.time, forecast),
                random=Random(int(seed)),  # noqa: S311  (jitter)
            )
            await executor.run(orders)
            return loop.time()

        seconds = run_in_virtual_time(work)
        samples.append(_Sample(len(orders), seconds, seconds, _memory()))
        undone = sum(call.outcome is not Outcome.SYNCED for call in journal.calls(RUN))
    told = {
        "seconds": seconds,
        "real": time.monotonic() - began,
        "samples": [asdict(sample) for sample in samples],
        "undone": undone,
        "requests": server.requests,
        "refused": server.refused,
        "failed": server.failed,
        "triples": server.triples,
    }
    (Path(folder) / "told.json").write_text(json.dumps(told), encoding="utf-8")


def _memory() -> float:
    """MiB that the process holds now; Linux tells them, elsewhere it is nothing."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB
