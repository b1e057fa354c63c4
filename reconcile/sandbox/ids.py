"""Sets of order ids, kept as ranges, so that a page far behind costs no more than the first."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from reconcile.sandbox.calls import MOST_ID


class Ids:
    """Ids in the order of their size. Never changed."""

    def __init__(self, ranges: Iterable[range]) -> None:
        """Take ranges in any order; they may touch and overlap."""
        self._ranges = tuple(_joined(ranges))
        self._starts = [ids.start for ids in self._ranges]
        # A range's `len` ends where an index of this machine does; its bounds don't.
        self._ends = list(accumulate(ids.stop - ids.start for ids in self._ranges))
        self.total = self._ends[-1] if self._ends else 0

    @classmethod
    def of(cls, ids: Iterable[int]) -> "Ids":
        """Make a set of single ids."""
        return cls(range(id_, id_ + 1) for id_ in ids)

    def __contains__(self, id_: int) -> bool:
        place = bisect_right(self._starts, id_) - 1
        return place >= 0 and id_ in self._ranges[place]

    def without(self, others: "Ids") -> "Ids":
        """Those that aren't in `others`."""
        return Ids(piece for ids in self._ranges for piece in others.left_of(ids))

    def cut(self, start: int, size: int) -> list[int]:
        """Count off `start` ids and return the `size` after them, fewer at the end."""
        found: list[int] = []
        for place in range(bisect_right(self._ends, start), len(self._ranges)):
            ids = self._ranges[place]
            skipped = start - (self._ends[place] - (ids.stop - ids.start))
            first = ids.start + max(0, skipped)
            found += range(first, min(ids.stop, first + size - len(found)))
            if len(found) == size:
                break
        return found

    def left_of(self, ids: range) -> Iterator[range]:
        """Yield what is left of a range without these, in pieces that may be empty."""
        begin = ids.start
        for place in range(max(0, bisect_right(self._starts, begin) - 1), len(self._ranges)):
            taken = self._ranges[place]
            if taken.start >= ids.stop:
                break
            yield range(begin, taken.start)
            begin = max(begin, taken.stop)
        yield range(begin, ids.stop)


def parse_ids(written: str) -> Ids:
    """Read ids and ranges such as `700001-700100,700200`, both ends included, in any order.

    Raises ValueError naming a part that is neither.
    """
    return Ids(_span(part.strip()) for part in written.split(",") if part.strip())


def _joined(ranges: Iterable[range]) -> Iterator[range]:
    """Yield the same ids in ranges that don't touch each other, by size."""
    last = range(0)
    for ids in sorted(filter(None, ranges), key=lambda ids: ids.start):
        if ids.start <= last.stop and last:
            last = range(last.start, max(last.stop, ids.stop))
        else:
            if last:
                yield last
            last = ids
    if last:
        yield last


def _span(part: str) -> range:
    match = re.fullmatch(r"([0-9]{1,19})(?:\s*-\s*([0-9]{1,19}))?", part)
    first = int(match[1]) if match else 0
    last = int(match[2] or match[1]) if match else 0
    if not 1 <= first <= last <= MOST_ID:
        raise ValueError(f"{part!r} is neither an order id nor a range such as 700001-700100")
    return range(first, last + 1)
