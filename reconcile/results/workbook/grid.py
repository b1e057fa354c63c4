"""How the columns of a block on Summary share its width: a grid of equal units.

Pure arithmetic. Cells that span several units are merged.
"""

import math
from collections.abc import Sequence

__all__ = ["UNITS", "UNIT_WIDTH", "spans"]

UNITS = 16
"""The grid has so many columns."""

UNIT_WIDTH = 6.8
"""A column of the grid is so many digits wide; together they fill a page."""

_WIDEST_WISH = 9
_PADDING = 2.5


def spans(widths: Sequence[float], *, fill: bool) -> list[int]:
    """How many units each column of a block takes.

    Args:
        widths: The longest text of each column, in digits.
        fill: The last column takes what is left.
    """
    units = [
        min(max(math.ceil((width + _PADDING) / UNIT_WIDTH), 1), _WIDEST_WISH) for width in widths
    ]
    while sum(units) > UNITS and max(units) > 1:
        units[units.index(max(units))] -= 1
    if fill:
        units[-1] += max(UNITS - sum(units), 0)
    return units
