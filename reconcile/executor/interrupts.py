"""What stops a run from outside: Ctrl-C, SIGTERM, a closed terminal, a time of day."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType

from reconcile.domain.signals import listened_to, words_for
from reconcile.executor.stops import Stop, StopKind, StopSwitch

__all__ = ["finishing_signals", "next_time", "stop_signals", "watch_clock"]


def next_time(clock: str, now: datetime) -> datetime:
    """The next time of day `HH:MM`; raises ValueError."""
    wanted = datetime.strptime(clock, "%H:%M").time()  # noqa: DTZ007  (a time of day)
    today = now.astimezone().date()
    # Each day has its own offset: a night in which the clocks change is shorter or longer.
    days = (datetime.combine(today + timedelta(days=n), wanted).astimezone() for n in range(3))
    return next(at for at in days if at > now)


async def watch_clock(
    switch: StopSwitch, finish_by: datetime | None, now: Callable[[], datetime]
) -> None:
    """Stops the run at `finish_by`, if given.

    Looks at the wall clock, which goes on while the machine sleeps.
    """
    while finish_by is not None and not switch.is_set():
        left = (finish_by - now()).total_seconds()
        if left <= 0:
            switch.request(Stop(StopKind.TIME, f"It is {finish_by:%H:%M}, the time to finish by."))
        else:
            await switch.sleep(min(left, 15.0))


@contextmanager
def finishing_signals(say: Callable[[str], None]) -> Iterator[None]:
    """While a run is brought to its end the first signal to stop is only answered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    answered = False

    def wait(_number: int, _frame: FrameType | None) -> None:
        nonlocal answered
        if answered:
            raise KeyboardInterrupt
        answered = True
        say("The workbook is being written; once more ends the program without it.")

    with _handled_by(wait):
        yield


@contextmanager
def stop_signals(switch: StopSwitch) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal stop the run cleanly; a second one is not waited for.

    Plain handlers, since those of the event loop don't exist on Windows.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def stop(number: int, _frame: FrameType | None) -> None:
        if switch.is_set():
            raise KeyboardInterrupt
        sentence = f"Stopped {words_for(number)}; calls in flight were awaited."
        loop.call_soon_threadsafe(switch.request, Stop(StopKind.USER, sentence))

    with _handled_by(stop):
        yield


@contextmanager
def _handled_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {n: signal.signal(n, handler) for n in listened_to()}
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, former)
