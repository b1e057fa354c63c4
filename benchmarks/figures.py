"""What comes out of a benchmark: figures of processes, and checks against targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

__all__ = ["Check", "Compared", "Figures", "Result", "Spread", "Table"]

MIB = 1 << 20


class Figures(NamedTuple):
    """One child process from beginning to end: CPU seconds, and bytes of memory at its peak."""

    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle one of several figures, and how far they lie apart."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> "Spread":
        """The spread of at least one figure."""
        return cls(median(figures), min(figures), max(figures))


@dataclass(frozen=True, slots=True)
class Compared:
    """The sides of one case, measured in turn: each has one `Figures` per round."""

    case: str
    sides: Mapping[str, Sequence[Figures]]

    def cpu(self, side: str) -> Spread:
        """CPU seconds of a side."""
        return Spread.of([each.cpu for each in self.sides[side]])

    def peak(self, side: str) -> Spread:
        """MiB of a side."""
        return Spread.of([each.peak / MIB for each in self.sides[side]])

    def ratio(self, one: str, other: str, without: str | None = None) -> Spread:
        """How many times the CPU of `other` is that of `one`, round by round.

        `without` is a side whose work is no part of either; it is taken off both.
        """
        off = [each.cpu for each in self.sides[without]] if without else [0.0] * len(self)
        rounds = zip(self.sides[one], self.sides[other], off, strict=True)
        return Spread.of([(a.cpu - c) / max(b.cpu - c, 1e-9) for a, b, c in rounds])

    def above(self, one: str, other: str) -> Spread:
        """MiB that `one` takes above `other`, round by round."""
        rounds = zip(self.sides[one], self.sides[other], strict=True)
        return Spread.of([(a.peak - b.peak) / MIB for a, b in rounds])

    def __len__(self) -> int:
        return len(next(iter(self.sides.values())))


@dataclass(frozen=True, slots=True)
class Check:
    """A target of measured.md: what was measured, and what it may be at most.

    With `least`, what it must be at least; the target is then `most` as well.
    """

    what: str
    measured: Spread
    most: float
    unit: str = "x"
    least: bool = False

    @property
    def met(self) -> bool:
        """Whether the median is within the target."""
        median = self.measured.median
        return median >= self.most if self.least else median <= self.most


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that are no CPU seconds: a title, the names of the columns, rows of text."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Result:
    """All of one benchmark. `about` says what was done, in Markdown; `said` are plain facts.

    `libraries` are those whose versions matter; None for those that read and write files.
    """

    title: str
    about: str
    compared: Sequence[Compared] = ()
    checks: Sequence[Check] = ()
    said: Sequence[str] = field(default=())
    tables: Sequence[Table] = ()
    libraries: Sequence[str] | None = None
