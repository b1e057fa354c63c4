"""The columns that this job adds to people's data, and how they are known when they come back.

Pure. A sheet of our results may be corrected and dropped again: what we wrote beside the
data is no data.
"""

from collections.abc import Sequence

from reconcile.domain.fields import normal_name

__all__ = ["ADDED", "BEFORE_FAILURES", "is_failures", "our_columns", "without_added"]

ADDED = ("Outcome", "Reason", "What to do")
"""Right of the data in people's own workbook."""

BEFORE_FAILURES = ("Outcome", "Code", "Reason", "What to do", "Place")
"""Left of the data on the sheet Failures."""


def is_failures(names: Sequence[str]) -> bool:
    """Whether a header is that of our sheet Failures."""
    return _same(names[: len(BEFORE_FAILURES)], BEFORE_FAILURES)


def our_columns(names: Sequence[str]) -> frozenset[int]:
    """Which columns (from 0) of a header are ours, and hold no data."""
    ours: set[int] = set()
    if is_failures(names):
        ours.update(range(len(BEFORE_FAILURES)))
    data = len(without_added(names))
    ours.update(range(data, data + len(ADDED)) if data < len(names) else ())
    return frozenset(ours)


def without_added(names: Sequence[str]) -> Sequence[str]:
    """The header without the three columns that were added at its end, if they were."""
    last = max((at for at, name in enumerate(names, 1) if name), default=0)
    first = last - len(ADDED)
    if first > 0 and _same(names[first:last], ADDED):
        return names[:first]
    return names


def _same(names: Sequence[str], ours: Sequence[str]) -> bool:
    return [normal_name(name) for name in names] == [normal_name(name) for name in ours]
