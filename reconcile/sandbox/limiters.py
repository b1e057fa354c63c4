"""How a server may count to two per second: four ways, each pure arithmetic on a given time.

A limiter is told the time in seconds and never looks at a clock. Refused requests don't count in
any of them. Flxpoint says "2 req/s" and not how it counts.
"""

import math
from collections import deque
from typing import Literal, Protocol, assert_never

LimiterName = Literal["sliding", "fixed", "bucket", "gcra"]


class Limiter(Protocol):
    """Counts the requests of one token."""

    def admit(self, now: float) -> float | None:
        """Count a request at `now` (seconds, never less than the time before).

        Returns None if it is let through, else the seconds until one would be.
        """
        ...


def limiter_called(name: LimiterName, rate: int, window: float, capacity: int) -> Limiter:
    """Make the limiter of that name for `rate` requests per `window` seconds."""
    match name:
        case "sliding":
            return SlidingWindow(rate, window)
        case "fixed":
            return FixedWindow(rate, window)
        case "bucket":
            return Bucket(capacity, rate / window)
        case "gcra":
            return Gcra(window / rate)
        case _:
            assert_never(name)


class SlidingWindow:
    """At most `limit` requests in any `window` seconds; one exactly `window` old has left it."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit = limit
        self._window = window
        self._times: deque[float] = deque()

    def admit(self, now: float) -> float | None:
        """See `Limiter.admit`."""
        while self._times and now - self._times[0] >= self._window:
            self._times.popleft()
        if len(self._times) >= self._limit:
            return self._times[0] + self._window - now
        self._times.append(now)
        return None


class FixedWindow:
    """At most `limit` requests between two multiples of `window` seconds.

    Twice as many may pass around a multiple.
    """

    def __init__(self, limit: int, window: float) -> None:
        self._limit = limit
        self._window = window
        self._index = -math.inf
        self._count = 0

    def admit(self, now: float) -> float | None:
        """See `Limiter.admit`."""
        index = math.floor(now / self._window)
        if index > self._index:
            self._index = index
            self._count = 0
        if self._count >= self._limit:
            return (index + 1) * self._window - now
        self._count += 1
        return None


class Bucket:
    """A leaky bucket: each request pours one in, `per_second` run out, `capacity` fit in."""

    def __init__(self, capacity: int, per_second: float) -> None:
        self._capacity = capacity
        self._per_second = per_second
        self._level = 0.0
        self._at = -math.inf

    def admit(self, now: float) -> float | None:
        """See `Limiter.admit`."""
        level = max(0.0, self._level - (now - self._at) * self._per_second)
        if level + 1 > self._capacity:
            return (level + 1 - self._capacity) / self._per_second
        self._level = level + 1
        self._at = now
        return None


class Gcra:
    """The generic cell rate algorithm without a burst: one request per `interval` seconds.

    The strictest of the four: even two requests are never nearer than the interval.
    """

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._due = -math.inf

    def admit(self, now: float) -> float | None:
        """See `Limiter.admit`."""
        if now < self._due:
            return self._due - now
        self._due = now + self._interval
        return None
