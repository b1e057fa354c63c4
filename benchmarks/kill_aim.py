"""Kills one process at the moment in which it does what the kill is aimed at.

The moment is seen from outside: in the log of the sandbox, and in the journal, read by a second
reader.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from benchmarks.journal_eye import Attempt, JournalEye
from benchmarks.shop import Running, Server

__all__ = ["Aimed", "Phase", "Weather"]

_POLL = 0.003
_LONGEST = 60.0


class Phase(StrEnum):
    """Where the call was that was begun last by the killed process."""

    BEFORE = "before begin"
    BEGUN = "begun"
    SENT = "sent"
    ANSWERED = "answered"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Weather:
    """What the runs of a lane are like: calls per second, and seconds that an answer takes."""

    rate: int
    latency: float
    orders: int


@dataclass(slots=True)
class Aimed:
    """One process, watched from outside until the moment to kill it has come."""

    process: Running
    eye: JournalEye
    server: Server
    weather: Weather
    random: Random
    before: int
    started: float
    first_call_after: float | None = None

    def strike(self, aim: str, calls: int) -> float | None:
        """Kills it at its aim after it has begun so many calls; when, or None if it ended."""
        if not self._until(lambda: len(self.eye.attempts(self.before)) >= calls):
            return None
        self.first_call_after = self.first_call_after or time.monotonic() - self.started
        strikes: Mapping[str, Callable[[], float | None]] = {
            Phase.BEGUN: self._begun,
            Phase.SENT: self._sent,
            Phase.ANSWERED: self._answered,
            Phase.RECORDED: self._recorded,
            "anywhere": lambda: self.kill_after(self.random.uniform(0, 0.3)),
            "end": self._end,
        }
        return strikes[aim]()

    def kill(self) -> float | None:
        """When the signal was given; None if there was nobody any more."""
        if self.process.poll() is not None:
            return None
        moment = time.monotonic()
        self.process.kill()
        return moment if self.process.wait() < 0 else None

    def kill_after(self, seconds: float) -> float | None:
        """Kills it so much later."""
        time.sleep(seconds)
        return self.kill()

    def _begun(self) -> float | None:
        number = self._last().sequence

        def fresh() -> bool:
            last = self._last()
            return last.sequence > number and not last.ended

        return self.kill_after(self.random.uniform(0, 0.015)) if self._until(fresh) else None

    def _sent(self) -> float | None:
        seconds = self.random.uniform(0, self.weather.latency)
        return self.kill_after(seconds) if self._arrival() else None

    def _answered(self) -> float | None:
        """An answer that can't be written down, since somebody else occupies the journal."""
        if not self._arrival():
            return None
        with self.eye.occupied():
            return self.kill_after(self.weather.latency + self.random.uniform(0.002, 0.06))

    def _recorded(self) -> float | None:
        seconds = self.random.uniform(0, 0.01)
        return self.kill_after(seconds) if self._until(lambda: self._last().ended) else None

    def _end(self) -> float | None:
        seconds = self.random.uniform(0, 0.5)
        return self.kill_after(seconds) if self._until(lambda: not self.eye.left()) else None

    def _arrival(self) -> bool:
        known = len(self.server.log.read())
        return self._until(lambda: len(self.server.log.read()) > known)

    def _last(self) -> Attempt:
        return self.eye.attempts(self.before)[-1]

    def _until(self, holds: Callable[[], bool]) -> bool:
        """Whether it came to hold before the process ended."""
        end = time.monotonic() + _LONGEST
        while not holds():
            if self.process.poll() is not None or time.monotonic() > end:
                return False
            time.sleep(_POLL)
        return True
