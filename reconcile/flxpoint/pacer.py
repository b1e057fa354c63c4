"""When the next call may start: arithmetic on a given time, no clock and no waiting.

An open schedule: a call starts at every slot whatever the latency, so that slow answers
don't lower the rate. The spacing adapts to refusals. Figures: at exactly 0.5 s wake-up noise
puts every second pair of requests inside one second; 11 ms more removes that and still
reaches 97.8 % of the ceiling.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from reconcile.flxpoint.schedule import REMEMBERED, VOID_AFTER, Schedule

__all__ = ["LONGEST_HOLD", "Pace", "Pacer"]

MARGIN: Final = 1.022
"""Spacing at the floor, relative to the ceiling: 0.511 s at 2 requests per second."""

WINDOW_MARGIN: Final = 1.015
"""The second call after one starts at least so many seconds (times 2/rate) later."""

HELD_UP: Final = 0.005
"""A call may leave so many seconds late, held up by its connection, and move no other."""

FIRST_PAUSE: Final = 0.1
"""Extra seconds before the second call: the first one pays for the connection."""

IDLE: Final = 10.0
"""A call is a first one if nothing of the token started within so many seconds before it."""

STEP: Final = 0.010
LARGEST_STEP: Final = 0.5
_DOUBLINGS: Final = 6
"""After so many the step is the largest."""

RECOVERY: Final = 0.0001
QUIET: Final = 60.0
"""So many seconds without a refusal, and a spacing over twice the floor begins to halve."""

LONG_QUIET: Final = 300.0
FASTER: Final = 10.0
"""Times the recovery after a long quiet: with the usual jitter a refusal comes every minute."""

LEAST_HOLD: Final = 0.5
LONGEST_HOLD: Final = 86_400.0
"""A run ends long before; the token is not locked for years by a time that is none."""

WIDEST: Final = 10.0
ALONE: Final = 0.9
"""A refused call was alone if nothing of ours that counts at the server started within so many
seconds (times 2/rate) before it: then our own budget wasn't used, whatever the limiter, with
jitter up to 150 ms. What was refused doesn't count.
"""

OVERTAKES: Final = 0.3
"""A call that started so many seconds later may have arrived before, with that jitter."""

_NOW = 1e-6
"""Seconds that no clock can tell apart."""


class Pace(Protocol):
    """When calls may start: of this process (`Pacer`), or of all that use the token (`Budget`).

    All times are seconds of one monotonic clock.
    """

    @property
    def spacing(self) -> float:
        """Seconds from slot to slot."""

    @property
    def held_until(self) -> float:
        """Until when the server wants silence."""

    @property
    def refusals(self) -> int:
        """How many 429s came."""

    def reserve(self, now: float) -> float:
        """Takes the next slot; returns its time."""

    def ahead(self, slot: float, now: float) -> float:
        """Seconds after which `take` should be asked; before the slot if one is vacant."""

    def take(self, slot: float, now: float) -> float | None:
        """0 if a call may start now, seconds to wait on, or None if the slot is void."""

    def give_back(self, slot: float) -> None:
        """The slot is not used."""

    def left(self, started_at: float, at: float) -> None:
        """The call that started at `started_at` really left at `at`."""

    def accepted(self) -> None:
        """An answer came that was no refusal."""

    def refused(self, started_at: float, now: float, retry_after: float | None) -> bool:
        """A call was answered 429; whether somebody else must use the token too."""

    def hold(self, until: float) -> None:
        """Nothing starts before `until`."""


@dataclass(slots=True)
class Pacer:
    """The schedule of one token. All times are seconds of one monotonic clock.

    `rate` is the ceiling in calls per second; `learned` is the spacing that was learned
    before, if any.
    """

    rate: float = 2.0
    learned: float | None = None
    _refusals: int = field(init=False, default=0)
    schedule: Schedule = field(init=False, default_factory=Schedule)

    def __post_init__(self) -> None:
        """The schedule begins with the learned spacing, never under the floor."""
        self.adopt(Schedule(self.learned or 0.0))

    @property
    def floor(self) -> float:
        """The narrowest spacing, in seconds."""
        return MARGIN / self.rate

    @property
    def spacing(self) -> float:
        """Seconds from slot to slot."""
        return self.schedule.spacing

    @property
    def refusals(self) -> int:
        """How many 429s came."""
        return self._refusals

    @property
    def held_until(self) -> float:
        """Until when the server wants silence."""
        return self.schedule.held_until

    def adopt(self, schedule: Schedule) -> None:
        """Goes on with a schedule that others may have used meanwhile."""
        self.schedule = schedule
        schedule.spacing = min(max(self.floor, schedule.spacing), WIDEST)

    def due(self, now: float) -> float:
        """When the next call may start: `now` or later."""
        mine = self.schedule
        window = float("-inf")
        if len(mine.starts) > 1:
            window = mine.starts[-2] + self._window
        return max(now, mine.next_slot, mine.held_until, window)

    def started(self, at: float) -> None:
        """Takes the slot that was due for a call that starts at `at`."""
        mine = self.schedule
        slot = max(mine.next_slot, mine.held_until)
        base = slot if at - slot <= VOID_AFTER else at
        first = not mine.starts or at - mine.starts[-1] > IDLE
        mine.next_slot = base + mine.spacing + (FIRST_PAUSE if first else 0.0)
        self.schedule.remember(at)

    def reserve(self, now: float) -> float:
        """Takes the next slot, for a call that will start then; returns its time."""
        slot = self.schedule.hole_from(max(now, self.held_until))
        if slot is None:
            slot = self.due(now)
            self.started(slot)
        else:
            self.schedule.remember(slot)
        self.schedule.enqueue(slot)
        return slot

    def ahead(self, slot: float, now: float) -> float:
        """Seconds after which `take` should be asked for this slot.

        That is before the slot if somebody before it in the queue may be gone.
        """
        earliest = self._earliest(slot, now)
        self.schedule.vacate_lost(slot, now, earliest)
        if self.held_until <= now + _NOW and self.schedule.may_be_early(slot, now):
            return max(0.0, earliest - now)
        return max(0.0, self.schedule.look_at(slot, earliest) - now)

    def take(self, slot: float, now: float) -> float | None:
        """Whether a call may start in its slot at `now`.

        Returns 0 if so; seconds to wait on, if it is too soon, or a call before it left late;
        None if the slot is void, since it was missed or the server wants silence. A void one
        is given back.
        """
        mine = self.schedule
        earliest = self._earliest(slot, now)
        overtaken = any(slot + VOID_AFTER < start for start in self._before(slot, now))
        missed = slot not in mine.queue or overtaken or now - max(slot, earliest) > VOID_AFTER
        if missed or mine.held_until > max(now, slot) + _NOW:
            self.give_back(slot)
            return None
        if now < slot - _NOW:
            wait = self.ahead(slot, now)
            if wait > 0.0:
                return wait
            mine.fill(slot, now)
            mine.next_slot = max(mine.next_slot, now + self.spacing)
        elif now < earliest - _NOW:
            return earliest - now
        mine.dequeue(slot)
        mine.forget(slot)
        mine.remember(now)
        return 0.0

    def give_back(self, slot: float) -> None:
        """The slot is not used; the next call may have it."""
        self.schedule.vacate(slot)

    def left(self, started_at: float, at: float) -> None:
        """The call that started at `started_at` really left at `at`, its connection made.

        What counts is when requests arrive: a call that was held up by its connection takes
        the next slots with it.
        """
        self.schedule.forget(started_at)
        self.schedule.remember(at)
        self.schedule.next_slot = max(self.schedule.next_slot, at + self.spacing - HELD_UP)

    def accepted(self) -> None:
        """An answer came that was no refusal: back towards the floor.

        What another program forced upon us goes sooner than what jitter does: no jitter needs
        twice the floor.
        """
        mine = self.schedule
        mine.refused_in_a_row = 0
        quiet = mine.starts[-1] - mine.widened_at if mine.starts else 0.0
        step = RECOVERY * (FASTER if quiet > LONG_QUIET else 1.0)
        excess = self.spacing - 2 * self.floor
        if quiet > QUIET and excess > 0.0:
            step = max(step, excess * (1 - 0.5 ** (self.spacing / QUIET)))
        mine.spacing = max(self.floor, self.spacing - step)

    def refused(self, started_at: float, now: float, retry_after: float | None) -> bool:
        """A call that started at `started_at` was answered 429 at `now`.

        Calls that were already on their way when the spacing was widened say nothing new.
        Returns whether somebody else must use the token: nothing of ours was near that counts.
        """
        self._refusals += 1
        mine = self.schedule
        own = min((at for at in mine.starts if at >= started_at - _NOW), default=started_at)
        counted = [at for at in mine.starts if at not in (own, *mine.refused_starts, *mine.queue)]
        alone = not any(-ALONE * 2 / self.rate < at - own < OVERTAKES for at in counted)
        mine.refused_starts = [*mine.refused_starts, own][-REMEMBERED:]
        if started_at > mine.widened_at:
            # The count outlives the run; a power of thousands would be no number any more.
            step = STEP * 2 ** min(mine.refused_in_a_row, _DOUBLINGS)
            mine.spacing = min(mine.spacing + min(step, LARGEST_STEP), WIDEST)
            mine.refused_in_a_row += 1
            mine.widened_at = now
        self.hold(now + max(LEAST_HOLD, min(retry_after or 0.0, LONGEST_HOLD)))
        return alone

    def hold(self, until: float) -> None:
        """Nothing starts before `until`."""
        self.schedule.held_until = max(self.held_until, until)
        self.schedule.holes = [at for at in self.schedule.holes if at >= self.held_until]

    @property
    def _window(self) -> float:
        return WINDOW_MARGIN * 2 / self.rate

    def _before(self, slot: float, now: float) -> list[float]:
        """When calls before this slot started, as far as they did."""
        mine = self.schedule
        return [at for at in mine.starts if at <= now and at != slot and at not in mine.queue]

    def _earliest(self, slot: float, now: float) -> float:
        """When the calls before this slot let another one start."""
        before = self._before(slot, now)
        earliest = float("-inf")
        if before:  # a server that counts strictly sees a late call and one that was on time
            earliest = before[-1] + self.spacing - HELD_UP
        if len(before) > 1:
            earliest = max(earliest, before[-2] + self._window)
        return earliest
