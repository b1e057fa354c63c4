"""Triples of faults on a simulated clock: the executor, a journal in memory, a scripted server."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from random import Random

from benchmarks.fault_kinds import FAULTS, USUAL, Meeting, wrong_with
from benchmarks.identity_virtual import RUN, new_run, planned
from reconcile.domain.calls import PlannedCall
from reconcile.domain.events import silent
from reconcile.domain.model import CallKind, Comparison, Outcome
from reconcile.domain.payload import canonical, fingerprint
from reconcile.executor import Executor, InlineRecorder, Stop, StopRules, StopSwitch
from reconcile.flxpoint import Exchange, Pacer, Reply, RetryPolicy
from reconcile.journal import Journal
from tests.doubles import VirtualTime, run_in_virtual_time

__all__ = ["Played", "play_virtual"]

_AT_ONCE = 60
"""Orders of one run: all of them are open at the same time."""

_MOST_RUNS = 400
_NEVER = 10**9


@dataclass(slots=True)
class Played:
    """What came of it: calls, requests, runs stopped and resumed, and what must not be."""

    calls: int = 0
    requests: int = 0
    stops: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Server:
    """Does to each call what its script says, then answers as usual."""

    scripts: dict[tuple[int, CallKind], Sequence[str]]
    random: Random
    met: defaultdict[tuple[int, CallKind], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    writes: Counter[tuple[int, CallKind]] = field(default_factory=Counter)
    ahead: float = 0.0
    wall: Callable[[], datetime] = datetime.now

    async def send(
        self, order_id: int, kind: CallKind, _content: str, left: Callable[[], None]
    ) -> Exchange:
        """Makes one call."""
        left()
        met = self.met[order_id, kind]
        script = self.scripts[order_id, kind]
        name = script[len(met)] if len(met) < len(script) else USUAL
        met.append(name)
        if name == USUAL or FAULTS[name].applied:
            self.writes[order_id, kind] += 1
        await asyncio.sleep(self.random.uniform(0.02, 3.0))
        if name == USUAL:
            return Reply(204 if kind is CallKind.SYNC else 201)
        fault = FAULTS[name]
        self.ahead += fault.clock
        exchange = fault.exchange
        if isinstance(exchange, Reply) and exchange.headers.get("retry-after") == "date":
            until = format_datetime(self.wall() + timedelta(seconds=2), usegmt=True)
            return replace(exchange, headers={"retry-after": until})
        return exchange


def play_virtual(combinations: Sequence[tuple[Sequence[str], Sequence[str]]], seed: int) -> Played:
    """Each combination is what the sync of an order meets, and what its status meets."""
    played = Played()
    for first in range(0, len(combinations), _AT_ONCE):
        _play_some(combinations[first : first + _AT_ONCE], Random(f"{seed}-{first}"), played)  # noqa: S311  (latency)
    return played


def _play_some(
    combinations: Sequence[tuple[Sequence[str], Sequence[str]]], random: Random, played: Played
) -> None:
    orders = [[planned(n), _status(n)] for n in range(1, len(combinations) + 1)]
    scripts = {
        (number, kind): script
        for number, both in enumerate(combinations, 1)
        for kind, script in zip((CallKind.SYNC, CallKind.STATUS), both, strict=True)
    }
    server = _Server(scripts, random)
    with Journal.in_memory() as journal:
        new_run(journal, orders)
        left: Sequence[Sequence[PlannedCall]] = orders
        for _ in range(_MOST_RUNS):
            if _run(journal, server, left) is None:
                break
            played.stops += 1
            left = journal.reopen(RUN)
        outcomes = {(call.order_id, call.kind): call.outcome for call in journal.calls(RUN)}
    for call, outcome in outcomes.items():
        met = server.met[call]
        played.calls += 1
        played.requests += len(met)
        wrong = wrong_with(
            Meeting(
                call[1] is CallKind.STATUS,
                met,
                server.writes[call],
                outcome is Outcome.SYNCED,
                outcome is Outcome.IN_DOUBT,
            )
        )
        if wrong:
            played.wrong.append(f"{wrong} ({call[1].value}: {', '.join(met)}; {outcome.value})")


def _run(journal: Journal, server: _Server, orders: Sequence[Sequence[PlannedCall]]) -> Stop | None:
    async def work(loop: VirtualTime) -> Stop | None:
        def wall() -> datetime:
            return loop.wall() + timedelta(seconds=server.ahead)

        server.wall = loop.wall
        executor = Executor(
            sender=server,
            recorder=InlineRecorder(journal, RUN),
            pacer=Pacer(),
            switch=StopSwitch(),
            rules=StopRules(max_failures=_NEVER, dead_after=_NEVER),
            policy=RetryPolicy(),
            now=wall,
            listener=silent,
            random=server.random,
        )
        return await executor.run(orders)

    return run_in_virtual_time(work)


def _status(order_id: int) -> PlannedCall:
    content = {"status": "Closed"}
    return PlannedCall(
        order_id, CallKind.STATUS, canonical(content), fingerprint(content), Comparison.NEW
    )
