"""Fills merged cells down.

Owns rule 6 of section 1: a value is filled down only over cells that are really merged, and
only in its own column.
"""

from collections.abc import Iterable
from operator import itemgetter

from reconcile.domain.model import SourceType
from reconcile.loader.readers.common.columns import refuse_too_many_noted
from reconcile.loader.readers.common.grid import contradiction

__all__ = ["fill_down"]


def fill_down(
    columns: list[list[str]],
    was: dict[tuple[int, int], SourceType],
    merged: Iterable[tuple[int, int, int]],
    name: str,
) -> tuple[int, tuple[int, int] | None]:
    """Give the cells below the first one of each merged range its value, as it is shown.

    `merged` has top, bottom and column of each. Changes `columns` and `was`. Returns how many
    cells were filled, and the first of them. Raises `FileRefusedError` if ranges overlap.
    """
    rows = len(columns[0]) if columns else 0
    filled = 0
    first: tuple[int, int] | None = None
    for top, bottom, column in sorted(merged, key=itemgetter(0, 2)):
        below = range(top + 1, min(bottom, rows) + 1)
        if column >= len(columns) or not below or not columns[column][top - 1]:
            continue
        filled += len(below)
        if filled > rows * len(columns):
            raise contradiction(name, "merged ranges lie over one another")
        if (top, column) in was:
            refuse_too_many_noted(name, len(was) + len(below))
        columns[column][top : below.stop - 1] = [columns[column][top - 1]] * len(below)
        note = was.get((top, column))
        for row in below:
            was.pop((row, column), None)
            if note is not None:
                was[row, column] = note
        first = first or (below.start, column)
    return filled, first
