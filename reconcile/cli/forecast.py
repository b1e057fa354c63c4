"""When a run will be over: arithmetic on given times, told of every call that is over.

What counts is the rate of the last minutes, so that a second run that takes half of the slots, or
a server that slows down, is seen soon; silence that Flxpoint asked for is known beforehand and is
no part of the rate.
"""

from dataclasses import dataclass, field
from typing import Final

__all__ = ["Forecast"]

_HALF_LIFE: Final = 180.0
"""Seconds after which a call counts half for the rate."""

_CALLS_BEFORE: Final = 20.0
"""The rate begins with what the schedule promises, as if so many calls had shown it."""


@dataclass(slots=True)
class Forecast:
    """Times are seconds of one monotonic clock.

    Args:
        left: calls that are not over yet.
        spacing: seconds for one call, as the schedule promises.
        at: now.
    """

    left: int
    spacing: float
    at: float
    _calls: float = field(init=False, default=_CALLS_BEFORE)
    _seconds: float = field(init=False)
    _silent_from: float = field(init=False, default=0.0)
    _silent_until: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        """The schedule's promise fades like calls that were long ago."""
        self._seconds = _CALLS_BEFORE * max(self.spacing, 1e-3)

    def over(self, now: float) -> None:
        """One call is over."""
        silent = max(0.0, min(now, self._silent_until) - max(self.at, self._silent_from))
        elapsed = max(0.0, now - self.at - silent)
        weight = 0.5 ** (elapsed / _HALF_LIFE)
        self._calls = self._calls * weight + 1
        self._seconds = self._seconds * weight + elapsed
        self.at = now
        self.left = max(0, self.left - 1)

    def silent(self, now: float, until: float) -> None:
        """Nothing will start before `until`."""
        if now > self._silent_until:
            self._silent_from = now
        self._silent_until = max(self._silent_until, until)

    @property
    def rate(self) -> float:
        """Calls that come to their end per second, outside of silences."""
        return self._calls / self._seconds

    def seconds_left(self, now: float) -> float:
        """Seconds from `now` until the last call is over."""
        return max(0.0, self._silent_until - now) + self.left / self.rate
