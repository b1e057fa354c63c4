"""What stops a run from outside: Ctrl-C, SIGTERM, and the time to finish by."""

import asyncio
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from reconcile.executor import (
    Stop,
    StopKind,
    StopSwitch,
    finishing_signals,
    next_time,
    stop_signals,
    watch_clock,
)
from tests.doubles import EPOCH, VirtualTime, run_in_virtual_time


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clocks change on the last Sundays of March and October."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


needs_tzset = pytest.mark.skipif(not hasattr(time, "tzset"), reason="no TZ on Windows")


@needs_tzset
@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("now", "clock", "at"),
    [
        ("2026-01-05T08:00:00+01:00", "17:30", "2026-01-05T17:30:00+01:00"),
        ("2026-01-05T18:00:00+01:00", "17:30", "2026-01-06T17:30:00+01:00"),
        ("2026-01-05T17:30:00+01:00", "17:30", "2026-01-06T17:30:00+01:00"),
        ("2026-01-05T17:29:59+01:00", "17:30", "2026-01-05T17:30:00+01:00"),
        ("2026-01-05T23:30:00+00:00", "00:15", "2026-01-07T00:15:00+01:00"),
        ("2026-12-31T20:00:00+01:00", "06:00", "2027-01-01T06:00:00+01:00"),
        # The night is an hour shorter, and an hour longer.
        ("2026-03-28T22:00:00+01:00", "07:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T22:00:00+02:00", "07:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_the_time_to_finish_by_is_the_next_such_time_on_the_clock_on_the_wall(
    now: str, clock: str, at: str
) -> None:
    found = next_time(clock, datetime.fromisoformat(now))
    assert found == datetime.fromisoformat(at)
    assert found.utcoffset() == datetime.fromisoformat(at).utcoffset()


@pytest.mark.parametrize("clock", ["", "7", "24:00", "12:60", "noon", "12:30:15"])
def test_what_is_no_time_of_day_is_said(clock: str) -> None:
    with pytest.raises(ValueError, match=r"time data|unconverted data"):
        next_time(clock, EPOCH)


def watched(finish_by: datetime | None, jump: float = 0.0) -> tuple[Stop | None, float]:
    """The stop, and the seconds after which it came, in a run of an hour."""

    async def work(loop: VirtualTime) -> tuple[Stop | None, float]:
        switch = StopSwitch()
        loop.call_later(5.0, loop.jump, jump)
        watching = asyncio.create_task(watch_clock(switch, finish_by, loop.wall))
        await switch.sleep(3600.0)
        watching.cancel()
        return switch.stop, loop.time()

    return run_in_virtual_time(work)


def test_the_clock_stops_the_run_at_its_time() -> None:
    stop, seconds = watched(EPOCH + timedelta(minutes=10))

    assert stop is not None
    assert stop.kind is StopKind.TIME
    assert stop.sentence == "It is 08:10, the time to finish by."
    assert seconds == 600.0


def test_without_a_time_to_finish_by_nothing_stops_it() -> None:
    assert watched(None) == (None, 3600.0)


def test_a_machine_that_slept_over_the_time_stops_soon_after_it_wakes() -> None:
    stop, seconds = watched(EPOCH + timedelta(minutes=10), jump=3000.0)
    assert stop is not None
    assert seconds <= 5.0 + 3000.0 + 15.0


@pytest.mark.parametrize(
    ("number", "name"), [(signal.SIGINT, "Ctrl-C"), (signal.SIGTERM, "SIGTERM")]
)
def test_a_signal_stops_the_run_cleanly_and_a_second_one_is_not_waited_for(
    number: signal.Signals, name: str
) -> None:
    before = signal.getsignal(number)

    async def work() -> Stop | None:
        switch = StopSwitch()
        with stop_signals(switch):
            signal.raise_signal(number)
            await switch.sleep(5.0)
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(number)
        return switch.stop

    stop = asyncio.run(work())
    assert stop is not None
    assert stop.kind is StopKind.USER
    assert name in stop.sentence
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_the_run_is_brought_to_its_end_the_first_signal_is_only_answered(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    said: list[str] = []
    with finishing_signals(said.append):
        signal.raise_signal(number)
        assert len(said) == 1
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)

    assert "once more" in said[0]
    assert signal.getsignal(number) is before


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    async def work() -> bool:
        switch = StopSwitch()
        with stop_signals(switch):
            return switch.is_set()

    async def in_a_thread() -> bool:
        return await asyncio.to_thread(asyncio.run, work())

    before = signal.getsignal(signal.SIGINT)
    assert asyncio.run(in_a_thread()) is False
    assert signal.getsignal(signal.SIGINT) is before


def test_the_epoch_of_virtual_time_is_a_morning_in_utc() -> None:
    assert EPOCH.tzinfo is UTC
