"""The columns that this job adds to people's data, and how they are known when they come back.

Pure. A sheet of our results may be corrected and dropped again: what we wrote beside the data is
no data. Our columns are known by their names, wherever this version or another put them.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from reconcile.domain.fields import normal_name

__all__ = [
    "ADDED",
    "FAILURES_MARKS",
    "failures_columns",
    "is_failures",
    "our_columns",
    "without_added",
]

ADDED: Final = ("Outcome", "Reason", "What to do")
"""Right of the data in people's own workbook."""

FAILURES_MARKS: Final = ("Outcome", "Code", "Reason", "What to do", "Place")
"""Left of the data on the sheet Failures, which is known by them whatever else is there."""

_MAY_LACK: Final = 1
_MAY_HAVE_MORE: Final = 3


def failures_columns(names: Sequence[str]) -> Mapping[str, int]:
    """Where the marks of our sheet Failures stand.

    Args:
        names: a header.

    Returns:
        The positions (from 0) by name; empty if it isn't the header of Failures.
    """
    leading = [normal_name(name) for name in names[: len(FAILURES_MARKS) + _MAY_HAVE_MORE]]
    found = {
        mark: leading.index(normal_name(mark))
        for mark in FAILURES_MARKS
        if normal_name(mark) in leading
    }
    return found if len(found) >= len(FAILURES_MARKS) - _MAY_LACK else {}


def is_failures(names: Sequence[str]) -> bool:
    """Whether a header is that of our sheet Failures."""
    return bool(failures_columns(names))


def our_columns(names: Sequence[str], before_data: Collection[str]) -> frozenset[int]:
    """Which columns of a header are ours, and hold no data.

    Args:
        names: the header.
        before_data: what the columns left of the data are called on Failures today.

    Returns:
        Their positions, from 0.
    """
    data = len(without_added(names))
    ours = set(range(data, min(data + len(ADDED), len(names))))
    marks = failures_columns(names)
    if marks:
        leading = [normal_name(name) for name in names[: max(marks.values()) + _MAY_HAVE_MORE]]
        others = {normal_name(name) for name in before_data} & set(leading)
        ours.update(marks.values(), map(leading.index, others))
    return frozenset(ours)


def without_added(names: Sequence[str]) -> Sequence[str]:
    """The header without the columns that were added at its end, if they were."""
    last = max((at for at, name in enumerate(names, 1) if name), default=0)
    first = last - len(ADDED)
    if first > 0 and list(map(normal_name, names[first:last])) == list(map(normal_name, ADDED)):
        return names[:first]
    return names
