"""What all calls of a token have in common: starts, and the slots that are reserved for more.

Pure: a value that is told the time. A slot whose owner died leaves a hole, which the next in the
queue may fill; distances are kept by the `Pacer`, not here.
"""

from dataclasses import dataclass, field
from typing import Final

__all__ = ["VOID_AFTER", "Schedule"]

VOID_AFTER: Final = 0.05
"""A slot missed by more seconds is void; the schedule starts anew from the late call."""

REMEMBERED: Final = 64
"""So many starts are kept: more than slots that are reserved ahead, one for each process."""

_GRACE: Final = 0.005
"""So much after a slot became void the next in the queue looks whether its owner came."""


@dataclass(slots=True)
class Schedule:
    """What a token's calls have in common, whichever process makes them.

    Times are seconds of the machine's monotonic clock. `starts` are the last ones, some of
    them still ahead; `queue` are the slots that are reserved and not taken yet, `holes` those
    that nobody has any more; `widened_at` is when a refusal last widened the spacing.
    """

    spacing: float = 0.0
    next_slot: float = float("-inf")
    held_until: float = float("-inf")
    starts: list[float] = field(default_factory=list)
    widened_at: float = float("-inf")
    refused_in_a_row: int = 0
    refused_starts: list[float] = field(default_factory=list)
    queue: list[float] = field(default_factory=list)
    holes: list[float] = field(default_factory=list)

    def remember(self, at: float) -> None:
        """A call starts at `at`, or will."""
        self.starts = sorted([*self.starts, at])[-REMEMBERED:]

    def forget(self, at: float) -> None:
        """No call starts at `at`."""
        if at in self.starts:
            self.starts.remove(at)

    def hole_from(self, earliest: float) -> float | None:
        """Takes the first hole that is not before `earliest`, if there is one."""
        hole = min((at for at in self.holes if at >= earliest), default=None)
        if hole is not None:
            self.holes.remove(hole)
        return hole

    def enqueue(self, slot: float) -> None:
        """Somebody has reserved the slot."""
        self.queue = sorted([*self.queue, slot])

    def dequeue(self, slot: float) -> None:
        """It was taken, or is not used."""
        if slot in self.queue:
            self.queue.remove(slot)

    def vacate(self, slot: float) -> None:
        """Nobody uses the slot: the last one is the next again, another leaves a hole."""
        self.dequeue(slot)
        if slot not in self.starts:
            return
        self.forget(slot)
        if all(start < slot for start in self.starts):
            self.next_slot = slot
            self.holes = [at for at in self.holes if at < slot]
        else:
            self.holes.append(slot)

    def vacate_lost(self, slot: float, now: float, overdue: float) -> None:
        """Vacates slots before `slot` whose owners must be gone.

        `overdue` is until when a call that left late may still hold up the queue.
        """
        late = [at for at in self.queue if at < slot and now > max(at, overdue) + VOID_AFTER]
        for at in late:
            self.vacate(at)
        self.holes = [at for at in self.holes if at > now - self.spacing]

    def may_be_early(self, slot: float, now: float) -> bool:
        """Whether whoever has this slot may fill a hole that is open now."""
        first = all(at >= slot for at in self.queue)
        return first and any(at <= now for at in self.holes)

    def fill(self, slot: float, now: float) -> None:
        """Whoever had this slot starts at `now`, in the place of somebody who is gone."""
        self.holes = [at for at in self.holes if at > now]
        self.vacate(slot)

    def look_at(self, slot: float, overdue: float) -> float:
        """When whoever has this slot should look again: at it, or when one before may be void.

        `overdue` as in `vacate_lost`.
        """
        before = max((at for at in self.queue if at < slot), default=slot)
        return min(slot, max(before, overdue) + VOID_AFTER + _GRACE)
