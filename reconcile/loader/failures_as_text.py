"""Our sheet Failures saved as text: cells that were rejected for what they were, not their text.

Saved as CSV, a date is a text like any other, and would pass for an id. What was wrong with
the row stands beside it, so an uncorrected cell is known again.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reconcile.domain.model import SourceType
from reconcile.domain.report_columns import failures_columns
from reconcile.loader.header import Header
from reconcile.loader.readers import Cells

__all__ = ["with_previous_types"]

_LOOKS_LIKE: Final = {
    "cell-date": (
        SourceType.DATE,
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?|-?[0-9]+:[0-9]{2}(:[0-9.]+)?"),
    ),
    "cell-boolean": (SourceType.BOOLEAN, re.compile("true|false", re.IGNORECASE)),
    "number-too-long": (SourceType.LONG_NUMBER, re.compile("[0-9]{15}0+")),
}


def with_previous_types(header: Header, cells: Cells) -> Cells:
    """The cells of a text file; if it was our sheet Failures, with what they were before."""
    code_column = failures_columns(header.names).get("Code")
    if code_column is None:
        return cells
    return replace(cells, was={**dict(_previous(header, cells, code_column)), **cells.was})


def _previous(
    header: Header, cells: Cells, code_column: int
) -> Iterator[tuple[tuple[int, int], SourceType]]:
    columns = set(header.fields.values())
    for row, codes in enumerate(cells.columns[code_column], start=1):
        for code in codes.split("; "):
            if code in _LOOKS_LIKE:
                was, looks = _LOOKS_LIKE[code]
                for column in columns:
                    if looks.fullmatch(cells.columns[column][row - 1].strip()):
                        yield (row, column), was
