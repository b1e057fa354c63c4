"""Shuffled answers on a simulated clock: the executor, a journal in memory, a scripted server."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from benchmarks.identity_words import expected, expected_answer
from reconcile.domain.calls import PlannedCall
from reconcile.domain.events import silent
from reconcile.domain.model import CallKind, Comparison
from reconcile.domain.payload import canonical, fingerprint
from reconcile.executor import Executor, InlineRecorder, StopRules, StopSwitch
from reconcile.flxpoint import Exchange, Pacer, Reply, RetryPolicy
from reconcile.journal import Journal, NewRun
from tests.doubles import EPOCH, VirtualTime, run_in_virtual_time

__all__ = ["RUN", "Shuffled", "in_virtual_time", "new_run", "overtaken", "planned"]

RUN = "20260105-080000-abc"
_LONGEST = 40.0
_NEVER = 10**9


@dataclass(slots=True)
class Shuffled:
    """Answers each order with its own answer, after a random time."""

    random: Random
    in_flight: int = 0
    most: int = 0
    arrived: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    async def send(
        self, order_id: int, _kind: CallKind, _content: str, left: Callable[[], None]
    ) -> Exchange:
        """Makes one call."""
        left()
        self.arrived.append(order_id)
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        await asyncio.sleep(self.random.uniform(0.02, _LONGEST))
        self.in_flight -= 1
        self.answered.append(order_id)
        status, body = expected_answer(order_id)
        return Reply(status, {}, body)


@dataclass(frozen=True, slots=True)
class Found:
    """What came out; `strangers` are outcomes that belong to another order."""

    cases: int
    overtaken: int
    most: int
    strangers: int

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Of a table."""
        return f"{self.cases:,}", f"{self.overtaken:,}", str(self.most), str(self.strangers)


def planned(order_id: int) -> PlannedCall:
    """An accounting sync of this order."""
    content = {"accountingSynced": True, "externalAccountingId": f"A{order_id}"}
    return PlannedCall(
        order_id, CallKind.SYNC, canonical(content), fingerprint(content), Comparison.NEW
    )


def new_run(journal: Journal, orders: list[list[PlannedCall]]) -> None:
    """Writes the plan down, as the job does before it sends."""
    run = NewRun(RUN, "0", EPOCH, "https://api.flxpoint.com", "account", "Account", "run", {}, "")
    journal.create_run(run, (), (), (), (), [call for order in orders for call in order])


def in_virtual_time(cases: int, seed: int) -> Found:
    """So many orders, each with its own answer."""
    sender = Shuffled(Random(seed))  # noqa: S311  (latency)
    orders = [[planned(order_id)] for order_id in range(1, cases + 1)]
    with Journal.in_memory() as journal:
        new_run(journal, orders)

        async def work(loop: VirtualTime) -> None:
            executor = Executor(
                sender=sender,
                recorder=InlineRecorder(journal, RUN),
                pacer=Pacer(),
                switch=StopSwitch(),
                rules=StopRules(max_failures=_NEVER),
                policy=RetryPolicy(),
                now=loop.wall,
                listener=silent,
            )
            await executor.run(orders)

        run_in_virtual_time(work)
        strangers = set(range(1, cases + 1))
        for call in journal.calls(RUN):
            if call.outcome.value == expected(call.order_id)[1]:
                strangers.discard(call.order_id)
        for attempt in journal.attempts(RUN):
            status, _, answer = expected(attempt.order_id)
            end = attempt.end
            if end is None or (end.status, end.answer) != (status, answer):
                strangers.add(attempt.order_id)
    return Found(cases, overtaken(sender.arrived, sender.answered), sender.most, len(strangers))


def overtaken(arrived: list[int], answered: list[int]) -> int:
    """How many answers came after that of a call that had arrived later."""
    place = {order_id: number for number, order_id in enumerate(arrived)}
    latest, late = -1, 0
    for order_id in answered:
        late += place[order_id] < latest
        latest = max(latest, place[order_id])
    return late
