"""Which columns of an export hold figures, so that they stand at the right. Pure."""

from collections.abc import Iterable
from itertools import islice

from reconcile.journal.records import RowRecord
from reconcile.results.amounts.amount_text import with_comma, with_point

__all__ = ["figure_columns", "is_figure"]

_LOOKED_AT = 500
_MOST = 24


def is_figure(text: str) -> bool:
    """Whether the text is a number or an amount."""
    return len(text) <= _MOST and (with_point(text) is not None or with_comma(text) is not None)


def figure_columns(rows: Iterable[RowRecord]) -> frozenset[tuple[int, int]]:
    """Source and column (from 0) where the first rows of data have nothing but figures."""
    figures: set[tuple[int, int]] = set()
    others: set[tuple[int, int]] = set()
    for row in islice(rows, _LOOKED_AT):
        if row.state != "ignored":
            for at, text in enumerate(row.cells):
                if text.strip():
                    (figures if is_figure(text.strip()) else others).add((row.source, at))
    return frozenset(figures - others)
