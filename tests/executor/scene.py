"""Runs of the executor in virtual time, and what the server and the journal saw of them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from reconcile.domain.calls import History, PlannedCall
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Comparison, Outcome
from reconcile.domain.payload import canonical, fingerprint
from reconcile.executor import Executor, InlineRecorder, Stop, StopRules, StopSwitch
from reconcile.flxpoint import Exchange, NeverSent, NoReply, Pacer, Reply, RetryPolicy
from reconcile.journal import AttemptRecord, CallRecord, Journal, NewRun
from tests.doubles import EPOCH, ScriptedSender, Sent, VirtualTime, run_in_virtual_time

SYNC, STATUS = CallKind.SYNC, CallKind.STATUS

RUN = "20260105-080000-abc"
ACCOUNT = "https://api.flxpoint.com id 1001"

BROKEN = NoReply("the connection broke")
UNREACHABLE = NeverSent("no connection to Flxpoint")

Order = Sequence[PlannedCall]
Script = Sequence[Exchange | Callable[[], Awaitable[Exchange]]]


def sync_call(order_id: int) -> PlannedCall:
    content = {"accountingSynced": True, "externalAccountingId": f"INV-{order_id}"}
    return PlannedCall(order_id, SYNC, canonical(content), fingerprint(content), Comparison.NEW)


def status_call(order_id: int, status: str = "Closed") -> PlannedCall:
    content = {"status": status}
    return PlannedCall(order_id, STATUS, canonical(content), fingerprint(content), Comparison.NEW)


def syncs(count: int, first: int = 1) -> list[Order]:
    """So many orders with an accounting sync each, numbered from `first`."""
    return [[sync_call(number)] for number in range(first, first + count)]


def with_status(order_id: int) -> Order:
    return [sync_call(order_id), status_call(order_id)]


def retry_after(status: int, seconds: float) -> Reply:
    return Reply(status, {"retry-after": f"{seconds:g}"})


def begin_run(journal: Journal, orders: Sequence[Order], run_id: str = RUN) -> None:
    """Writes the plan down, as the job does before it sends."""
    run = NewRun(
        id=run_id,
        version="0",
        created_at=EPOCH,
        base_url="https://api.flxpoint.com",
        account=ACCOUNT,
        account_name="Shop",
        command="run",
        settings={},
        workbook="",
    )
    journal.create_run(run, (), (), (), (), [call for order in orders for call in order])


@dataclass(frozen=True, slots=True)
class Played:
    """What a run left behind. `seconds` is how long it took."""

    stop: Stop | None
    sent: Sequence[Sent]
    calls: Sequence[CallRecord]
    attempts: Sequence[AttemptRecord]
    history: History
    events: Sequence[Event]
    pacer: Pacer
    seconds: float

    @property
    def times(self) -> list[float]:
        """When each request left, in seconds from the start of the run."""
        return [sent.at for sent in self.sent]

    @property
    def outcomes(self) -> dict[tuple[int, CallKind], Outcome]:
        return {(call.order_id, call.kind): call.outcome for call in self.calls}

    def outcome(self, order_id: int, kind: CallKind = SYNC) -> Outcome:
        return self.outcomes[order_id, kind]

    def note(self, order_id: int, kind: CallKind = SYNC) -> str:
        return next(c.note for c in self.calls if (c.order_id, c.kind) == (order_id, kind))

    def times_of(self, order_id: int, kind: CallKind = SYNC) -> list[float]:
        """When this call left, try by try."""
        return [s.at for s in self.sent if (s.order_id, s.kind) == (order_id, kind)]

    def orders_sent(self) -> list[int]:
        """The order of every request, in the order in which they left."""
        return [sent.order_id for sent in self.sent]


@dataclass(slots=True)
class Stage:
    """Everything that a run needs, each part with a default that can be replaced."""

    sender: ScriptedSender = field(default_factory=ScriptedSender)
    pacer: Pacer = field(default_factory=Pacer)
    rules: StopRules = field(default_factory=StopRules)
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    open_orders: int = 64
    meanwhile: Callable[[VirtualTime, StopSwitch], Coroutine[Any, Any, None]] | None = None
    before_reading: Callable[[], None] = lambda: None

    def play(self, orders: Sequence[Order], journal: Journal | None = None) -> Played:
        """Runs the orders to their end; in a journal that has the run, or in memory."""
        if journal is not None:
            return self._play(orders, journal)
        with Journal.in_memory() as made:
            begin_run(made, orders)
            return self._play(orders, made)

    def _play(self, orders: Sequence[Order], journal: Journal) -> Played:
        events: list[Event] = []

        async def work(loop: VirtualTime) -> tuple[Stop | None, float]:
            switch = StopSwitch()
            executor = Executor(
                sender=self.sender,
                recorder=InlineRecorder(journal, RUN),
                pacer=self.pacer,
                switch=switch,
                rules=self.rules,
                policy=self.policy,
                now=loop.wall,
                listener=events.append,
                random=Random(1),  # noqa: S311  (jitter)
                open_orders=self.open_orders,
            )
            beside = asyncio.create_task(self.meanwhile(loop, switch)) if self.meanwhile else None
            stop = await executor.run(orders)
            if beside is not None:
                await beside
            return stop, loop.time()

        stop, seconds = run_in_virtual_time(work)
        self.before_reading()
        return Played(
            stop,
            tuple(self.sender.sent),
            list(journal.calls(RUN)),
            list(journal.attempts(RUN)),
            journal.history(ACCOUNT, {call.order_id for order in orders for call in order}),
            events,
            self.pacer,
            seconds,
        )


def play(
    orders: Sequence[Order],
    scripts: Mapping[tuple[int, CallKind], Script] | None = None,
    *,
    latency: float = 0.05,
    **parts: Any,
) -> Played:
    """Runs orders whose calls are answered by scripts; what has none is acknowledged."""
    return Stage(ScriptedSender(scripts or {}, latency), **parts).play(orders)
