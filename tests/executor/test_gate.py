"""The one door: in turn, at the slot, with the journal told shortly before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from reconcile.domain.events import Event
from reconcile.executor import Stop, StopKind, StopSwitch
from reconcile.executor.gate import Gate, Passed
from reconcile.flxpoint import Pacer
from tests.doubles import VirtualTime, run_in_virtual_time

STOP = Stop(StopKind.USER, "Stopped by Ctrl-C.")


@dataclass(slots=True)
class Door:
    """A gate whose callers are written down: (what, who, when)."""

    loop: VirtualTime
    pacer: Pacer = field(default_factory=Pacer)
    switch: StopSwitch = field(default_factory=StopSwitch)
    log: list[tuple[str, int, float]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    writing_takes: float = 0.0
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self.gate = Gate(self.pacer, self.switch, self.events.append)

    async def enter(self, who: int) -> Passed | None:
        async def prepare() -> int:
            self._note("prepared", who)
            await asyncio.sleep(self.writing_takes)
            return who

        async def withdraw(number: int) -> None:
            self._note("withdrawn", number)

        passed = await self.gate.enter(prepare, withdraw)
        self._note("passed" if passed else "sent home", who)
        return passed

    def when(self, what: str) -> list[tuple[int, float]]:
        return [(who, at) for said, who, at in self.log if said == what]

    def _note(self, what: str, who: int) -> None:
        self.log.append((what, who, round(self.loop.time(), 6)))


def at_the_door(work: Callable[[Door], Awaitable[object]], writing_takes: float = 0.0) -> Door:
    async def run(loop: VirtualTime) -> Door:
        door = Door(loop, writing_takes=writing_takes)
        await work(door)
        return door

    return run_in_virtual_time(run)


async def crowd(door: Door, count: int = 4) -> None:
    await asyncio.gather(*(door.enter(who) for who in range(count)))


def test_callers_pass_in_the_order_in_which_they_came_each_at_its_slot() -> None:
    door = at_the_door(crowd)
    assert door.when("passed") == [(0, 0.0), (1, 0.611), (2, 1.122), (3, 1.633)]


def test_the_journal_is_told_shortly_before_the_slot_and_one_call_at_a_time() -> None:
    door = at_the_door(crowd)
    assert door.when("prepared") == [(0, 0.0), (1, 0.581), (2, 1.092), (3, 1.603)]


def test_a_journal_that_takes_its_time_does_not_widen_the_slots() -> None:
    door = at_the_door(crowd, writing_takes=0.025)
    assert door.when("passed") == [(0, 0.025), (1, 0.611), (2, 1.122), (3, 1.633)]


@pytest.mark.parametrize("seconds", [0.04, 0.2, 3.0])
def test_a_journal_that_is_slower_delays_calls_and_never_makes_them_burst(seconds: float) -> None:
    times = [at for _, at in at_the_door(lambda door: crowd(door, 8), seconds).when("passed")]
    assert all(third - first >= 1.0 for first, third in zip(times, times[2:], strict=False))


def test_the_passed_one_knows_what_the_journal_gave_and_when_it_left() -> None:
    async def work(door: Door) -> None:
        assert await door.enter(7) == Passed(7, 0.0)
        passed = await door.enter(8)
        assert passed is not None
        assert passed.number == 8
        assert passed.at == pytest.approx(0.611)

    at_the_door(work)


def test_a_stop_sends_everybody_home_who_still_waits() -> None:
    async def work(door: Door) -> None:
        door.loop.call_later(0.7, door.switch.request, STOP)
        await crowd(door)

    door = at_the_door(work)
    assert door.when("passed") == [(0, 0.0), (1, 0.611)]
    assert door.when("sent home") == [(2, 0.7), (3, 0.7)]
    assert not door.when("withdrawn")


def test_a_stop_between_the_journal_and_the_slot_takes_the_journals_word_back() -> None:
    async def work(door: Door) -> None:
        door.loop.call_later(0.6, door.switch.request, STOP)
        await crowd(door)

    door = at_the_door(work)
    assert door.when("prepared") == [(0, 0.0), (1, 0.581)]
    assert door.when("withdrawn") == [(1, 0.6)]
    assert door.when("passed") == [(0, 0.0)]


def test_a_wish_for_silence_counts_also_for_the_one_who_was_about_to_pass() -> None:
    async def work(door: Door) -> None:
        door.loop.call_later(0.6, door.pacer.refused, 0.0, 0.6, 30.0)
        await crowd(door, 3)

    door = at_the_door(work)
    assert door.when("passed")[:2] == [(0, 0.0), (1, 30.6)]
    assert door.when("passed")[2][1] >= 31.1


def test_no_call_counts_as_begun_while_silence_lasts() -> None:
    async def work(door: Door) -> None:
        door.loop.call_later(0.6, door.pacer.refused, 0.0, 0.6, 30.0)
        await crowd(door, 3)

    door = at_the_door(work)
    assert door.when("prepared")[:2] == [(0, 0.0), (1, 0.581)]
    assert door.when("withdrawn") == [(1, 0.611)]
    assert door.when("prepared")[2] == (1, 30.57)


def test_a_long_wait_is_told_and_a_short_one_is_not() -> None:
    async def work(door: Door) -> None:
        door.pacer.hold(30.0)
        await crowd(door)

    (told,) = at_the_door(work).events
    assert told.name == "waiting"
    assert told.values["seconds"] == 30.0


def test_a_machine_that_slept_lets_no_two_calls_pass_at_once() -> None:
    async def work(door: Door) -> None:
        door.loop.call_later(0.9, door.loop.jump, 3600.0)
        await crowd(door, 6)

    times = [at for _, at in at_the_door(work).when("passed")]
    assert times[2] > 3600.0
    assert all(third - first >= 1.0 for first, third in zip(times, times[2:], strict=False))


def test_a_journal_that_fails_lets_the_next_one_try() -> None:
    async def work(door: Door) -> None:
        async def fails() -> int:
            raise OSError("disk full")

        async def nothing(_number: int) -> None: ...

        with pytest.raises(OSError, match="disk full"):
            await door.gate.enter(fails, nothing)
        assert await door.enter(1) is not None

    at_the_door(work)
