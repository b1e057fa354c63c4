"""When the next call may start: arithmetic on a given time, no clock and no waiting.

An open schedule: a call starts at every slot whatever the latency, so that slow answers
don't lower the rate. The spacing adapts to refusals. Figures: at exactly 0.5 s wake-up noise
puts every second pair of requests inside one second; 11 ms more removes that and still
reaches 97.8 % of the ceiling.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Pacer"]

MARGIN: Final = 1.022
"""Spacing at the floor, relative to the ceiling: 0.511 s at 2 requests per second."""

WINDOW_MARGIN: Final = 1.015
"""The second call after one starts at least so many seconds (times 2/rate) later."""

VOID_AFTER: Final = 0.05
"""A slot missed by more seconds is void; the schedule starts anew from the late call."""

HELD_UP: Final = 0.005
"""A call that leaves so many seconds after its start was held up by its connection."""

FIRST_PAUSE: Final = 0.1
"""Extra seconds before the second call: the first one pays for the connection."""

STEP: Final = 0.010
LARGEST_STEP: Final = 0.5
RECOVERY: Final = 0.0001
LEAST_HOLD: Final = 0.5
WIDEST: Final = 10.0


@dataclass(slots=True)
class Pacer:
    """The schedule of one token. All times are seconds of one monotonic clock.

    `rate` is the ceiling in calls per second; `learned` is the spacing that the last run
    ended with, if any.
    """

    rate: float = 2.0
    learned: float | None = None
    spacing: float = field(init=False)
    refusals: int = field(init=False, default=0)
    _next_slot: float = field(init=False, default=float("-inf"))
    _held_until: float = field(init=False, default=float("-inf"))
    _starts: deque[float] = field(init=False, default_factory=lambda: deque(maxlen=2))
    _widened_at: float = field(init=False, default=float("-inf"))
    _refused_in_a_row: int = field(init=False, default=0)
    _started: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """The schedule begins with the learned spacing, never under the floor."""
        self.spacing = min(max(self.floor, self.learned or 0.0), WIDEST)

    @property
    def floor(self) -> float:
        """The narrowest spacing, in seconds."""
        return MARGIN / self.rate

    @property
    def worth_keeping(self) -> float:
        """The spacing that the server taught, for the next run; 0 if it is just the floor's."""
        return self.spacing if self.spacing > self.floor else 0.0

    @property
    def held_until(self) -> float:
        """Until when the server wants silence."""
        return self._held_until

    def due(self, now: float) -> float:
        """When the next call may start: `now` or later."""
        window = float("-inf")
        if len(self._starts) == 2:  # noqa: PLR2004
            window = self._starts[0] + WINDOW_MARGIN * 2 / self.rate
        return max(now, self._next_slot, self._held_until, window)

    def started(self, at: float) -> None:
        """Takes the slot that was due for a call that starts at `at`."""
        slot = max(self._next_slot, self._held_until)
        base = slot if at - slot <= VOID_AFTER else at
        self._started += 1
        self._next_slot = base + self.spacing + (FIRST_PAUSE if self._started == 1 else 0.0)
        self._starts.append(at)

    def left(self, started_at: float, at: float) -> None:
        """The call that started at `started_at` really left at `at`, its connection made.

        What counts is when requests arrive: a call that was held up by its connection takes
        the next slots with it.
        """
        others = [start for start in self._starts if start != started_at]
        self._starts = deque(sorted([*others, at])[-2:], maxlen=2)
        if at - started_at > HELD_UP:
            self._next_slot = max(self._next_slot, at + self.spacing)

    def accepted(self) -> None:
        """An answer came that was no refusal: back towards the floor."""
        self._refused_in_a_row = 0
        self.spacing = max(self.floor, self.spacing - RECOVERY)

    def refused(self, started_at: float, now: float, retry_after: float | None) -> None:
        """A call that started at `started_at` was answered 429 at `now`.

        Calls that were already on their way when the spacing was widened say nothing new.
        """
        self.refusals += 1
        if started_at > self._widened_at:
            step = STEP * 2**self._refused_in_a_row
            self.spacing = min(self.spacing + min(step, LARGEST_STEP), WIDEST)
            self._refused_in_a_row += 1
            self._widened_at = now
        self.hold(now + max(LEAST_HOLD, retry_after or 0.0))

    def hold(self, until: float) -> None:
        """Nothing starts before `until`."""
        self._held_until = max(self._held_until, until)
