"""One token, several processes: together they keep to the schedule of one."""

import heapq
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from reconcile.domain.errors import JournalError
from reconcile.executor.gate import LEAD
from reconcile.flxpoint import Pacer
from reconcile.journal import Budget
from reconcile.sandbox import SandboxSettings, most_within
from tests.conftest import PATIENCE, TOKEN, Shop
from tests.sandboxes import Sandbox

HOST = "https://api.flxpoint.com"


@dataclass(slots=True)
class Clock:
    """The clocks of a machine: one goes on while it sleeps, one doesn't."""

    monotonic: float = 1000.0
    wall: float = 1_700_000_000.0

    def passes(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds

    def at(self, monotonic: float) -> None:
        self.passes(monotonic - self.monotonic)


@dataclass(slots=True)
class Machine:
    """Processes of one user, each with its budget."""

    path: Path
    clock: Clock = field(default_factory=Clock)
    opened: ExitStack = field(default_factory=ExitStack)

    def process(self, print_: str = "f1", host: str = HOST, rate: float = 2.0) -> Budget:
        budget = Budget(
            self.path,
            host,
            print_,
            rate,
            wall=lambda: self.clock.wall,
            monotonic=lambda: self.clock.monotonic,
        )
        return self.opened.enter_context(budget)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "budget.sqlite3")
    with made.opened:
        yield made


def send(
    machine: Machine,
    processes: list[Budget],
    requests: int,
    late: Callable[[], float] = lambda: 0.0,
) -> tuple[list[float], list[int]]:
    """All processes send as fast as they may: when calls started, and whose they were."""
    started: list[float] = []
    whose: list[int] = []
    waiting: list[tuple[float, int, float]] = []

    def queue_up(who: int, now: float) -> None:
        slot = processes[who].reserve(now)
        wait = processes[who].ahead(slot, now)
        heapq.heappush(waiting, (now + wait + late(), who, slot))

    for who in range(len(processes)):
        queue_up(who, machine.clock.monotonic)
    while len(started) < requests:
        at, who, slot = heapq.heappop(waiting)
        machine.clock.at(max(at, machine.clock.monotonic))
        now = machine.clock.monotonic
        wait = processes[who].take(slot, now)
        if wait:
            heapq.heappush(waiting, (now + wait + late(), who, slot))
            continue
        if wait == 0.0:
            started.append(now)
            whose.append(who)
        queue_up(who, now)
    for _, who, slot in waiting:
        processes[who].give_back(slot)
    return started, whose


@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_together_they_never_send_a_third_within_a_second_and_use_the_whole_rate(
    machine: Machine, count: int
) -> None:
    random = Random(count)  # noqa: S311
    processes = [machine.process() for _ in range(count)]
    started, whose = send(machine, processes, 400, lambda: random.uniform(0.0, 0.004))

    assert most_within(started) <= 2
    assert (len(started) - 1) / (started[-1] - started[0]) >= 0.97 * 2
    shares = [whose.count(who) for who in range(count)]
    assert max(shares) - min(shares) <= 2, "nobody starves"


@pytest.mark.parametrize("living", [1, 3, 7])
def test_a_process_that_dies_with_a_slot_costs_a_fraction_of_it(
    machine: Machine, living: int
) -> None:
    random = Random(living)  # noqa: S311
    processes = [machine.process() for _ in range(living)]
    before, _ = send(machine, processes[:1], 3)
    machine.process().reserve(machine.clock.monotonic)
    started, _ = send(machine, processes, 40, lambda: random.uniform(0.0, 0.004))

    every = [*before, *started]
    assert most_within(every) <= 2
    assert started[0] - before[-1] <= 0.511 + 0.11
    assert started[-1] - before[-1] <= 40 * 0.511 + 0.1


def test_processes_that_die_one_after_another_leave_nothing_behind(machine: Machine) -> None:
    random = Random(1)  # noqa: S311
    living = [machine.process() for _ in range(2)]
    started: list[float] = []
    for _ in range(30):
        more, _ = send(machine, living, 5, lambda: random.uniform(0.0, 0.004))
        started += more
        machine.process().reserve(machine.clock.monotonic)

    assert most_within(started) <= 2
    assert started[-1] - started[0] <= 150 * 0.511 + 30 * 0.1


def test_a_slot_that_was_missed_is_void_and_the_next_one_is_for_whoever_asks(
    machine: Machine,
) -> None:
    stopped, other = machine.process(), machine.process()
    slot = stopped.reserve(machine.clock.monotonic)
    send(machine, [other], 5)

    assert stopped.take(slot, machine.clock.monotonic) is None
    again = stopped.reserve(machine.clock.monotonic)
    assert again >= machine.clock.monotonic


def test_a_slot_that_is_given_back_is_the_next_ones(machine: Machine) -> None:
    first, second = machine.process(), machine.process()
    first.take(first.reserve(1000.0), 1000.0)
    slot = first.reserve(1000.0)
    first.give_back(slot)

    assert second.reserve(1000.0) == slot


def test_a_slot_given_back_is_nobodys_in_a_silence(machine: Machine) -> None:
    first, second = machine.process(), machine.process()
    first.take(first.reserve(1000.0), 1000.0)
    slot = first.reserve(1000.0)
    second.reserve(1000.0)
    first.hold(1060.0)
    first.give_back(slot)
    machine.clock.at(slot + 0.1)

    held = second.reserve(slot + 0.1)
    assert held >= 1060.0
    assert second.ahead(held, slot + 0.1) > 0.0, "nobody starts early"


def test_a_wish_for_silence_holds_every_process_and_the_slots_it_has(machine: Machine) -> None:
    first, second = machine.process(), machine.process()
    began = machine.clock.monotonic
    first.take(first.reserve(began), began)
    slot = second.reserve(began)
    first.refused(began, began + 0.1, 60.0)

    assert second.take(slot, slot) is None
    assert second.reserve(slot) >= began + 60.1


def test_what_was_learned_is_learned_for_all_and_kept(machine: Machine) -> None:
    first = machine.process()
    first.refused(1000.0, 1000.1, None)

    assert machine.process().spacing == pytest.approx(0.521)
    assert machine.process("f2").spacing == pytest.approx(0.511)
    assert machine.process(host="https://other.example").spacing == pytest.approx(0.511)


def test_a_lower_rate_of_one_run_is_not_learned_by_the_next(machine: Machine) -> None:
    slow = machine.process(rate=0.5)
    slow.accepted()

    assert slow.spacing == pytest.approx(2.044)
    assert machine.process().spacing == pytest.approx(0.511)


def test_after_the_machine_started_anew_times_are_void_and_silence_is_kept(
    machine: Machine,
) -> None:
    before = machine.process()
    before.refused(1000.0, 1000.0, 600.0)
    machine.clock.wall += 100
    machine.clock.monotonic = 5.0
    after = machine.process()

    assert after.reserve(5.0) == pytest.approx(505.0)
    assert after.spacing == pytest.approx(0.521)


def test_after_a_sleep_nothing_bursts(machine: Machine) -> None:
    process = machine.process()
    send(machine, [process], 3)
    slot = process.reserve(machine.clock.monotonic)
    machine.clock.wall += 3600  # the monotonic clock stood still
    now = machine.clock.monotonic + 0.6

    assert process.take(slot, now) is None or slot >= now - 0.05
    started, _ = send(machine, [process], 5)
    assert most_within(started) <= 2


def test_a_refusal_although_nothing_of_ours_was_near_means_somebody_else(
    machine: Machine,
) -> None:
    first, second = machine.process(), machine.process()
    assert first.refused(1000.0, 1000.1, None)
    at = second.reserve(1010.0)
    second.take(at, at)
    assert not first.refused(at + 0.6, at + 0.7, None)


def test_the_schedule_of_one_process_is_that_of_a_pacer(machine: Machine) -> None:
    pacer, budget = Pacer(), machine.process()
    now = 1000.0
    for _ in range(50):
        slots = pacer.reserve(now), budget.reserve(now)
        assert slots[0] == slots[1]
        now = slots[0] + 0.01
        assert pacer.take(slots[0], now) == budget.take(slots[1], now) == 0.0
        pacer.accepted()
        budget.accepted()
        machine.clock.at(now)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be looked at", b"{"])
def test_a_damaged_budget_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "budget.sqlite3"
    path.write_bytes(content * 20)
    with pytest.raises(JournalError, match="rate budget"):
        Budget(path, HOST, "f1", 2.0)


@pytest.mark.parametrize("nonsense", [[1], {"spacing": "wide"}, {"starts": 3}])
def test_a_schedule_that_makes_no_sense_gets_a_sentence(machine: Machine, nonsense: object) -> None:
    machine.process()
    with closing(sqlite3.connect(machine.path)) as connection, connection:
        connection.execute("UPDATE budget SET schedule = ?", [json.dumps(nonsense)])
    with pytest.raises(JournalError, match="rate budget"):
        machine.process().reserve(machine.clock.monotonic)


def test_another_version_may_know_more_of_a_schedule_or_less(machine: Machine) -> None:
    machine.process().refused(1000.0, 1000.1, None)
    with closing(sqlite3.connect(machine.path)) as connection, connection:
        (said,) = connection.execute("SELECT schedule FROM budget").fetchone()
        other = json.loads(said) | {"moods": ["good"]}
        del other["queue"]
        connection.execute("UPDATE budget SET schedule = ?", [json.dumps(other)])
    assert machine.process().spacing == pytest.approx(0.521)


def test_three_real_processes_share_the_rate_of_one_token(tmp_path: Path) -> None:
    rate = 20
    with Sandbox(SandboxSettings(tokens=(TOKEN,), rate=100_000)) as server:
        shop = Shop(server, tmp_path)
        runs: list[subprocess.Popen[str]] = []
        for number in range(3):
            lines = "".join(f"{1000 * number + at},X\n" for at in range(1, 26))
            shop.export(f"Order ID,Order External ID\n{lines}", f"{number}.csv")
            runs.append(shop.spawn("run", f"{number}.csv", rate=rate))
        ends = [run.communicate(timeout=PATIENCE) for run in runs]
        writes = [arrival.at_monotonic for arrival in server.arrivals if arrival.method == "PATCH"]

    assert [run.returncode for run in runs] == [0, 0, 0], ends
    assert len(writes) == 75
    assert max(writes) - min(writes) > 2.5, "it is 3.7 s with one schedule, and half with three"


def test_the_lead_is_short_beside_a_slot() -> None:
    assert Pacer().floor / 10 > LEAD


if sys.platform == "win32":
    del test_three_real_processes_share_the_rate_of_one_token
