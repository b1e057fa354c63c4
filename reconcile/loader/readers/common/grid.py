"""Where cells stand in a worksheet, and the two forms in which they are handed on.

Owns references such as `B7`, and the refusal of a sheet whose rows and cells don't fit
together. Source: ECMA-376 part 1, 18.18.7 and 18.3.1.4.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType

__all__ = [
    "LAST_COLUMN",
    "LAST_ROW",
    "RawCell",
    "Stretch",
    "cell_position",
    "column_number",
    "contradiction",
]

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384

RawCell = tuple[str, str, str, str, str, str, str]
"""Letters and digits of its reference, its attributes, its saved value if it has nothing
else; otherwise formula, saved value and inline text. All as in the XML, none decoded."""

_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII | re.IGNORECASE)


class Stretch(NamedTuple):
    """Rows one right below the other: the number of the first, their first cells as text.

    `was` says of (row, column from 0) what the cell was.
    """

    first: int
    columns: list[Sequence[str]]
    was: dict[tuple[int, int], SourceType]
    last: int


def column_number(letters: str) -> int:
    """The number of a column: `A` is 1, `AA` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def cell_position(reference: str, name: str) -> tuple[int, int]:
    """Column and row, from 1, of `B7` or `$B$7`; raises `FileRefusedError` for anything else."""
    match = _REFERENCE.fullmatch(reference.strip())
    if match:
        column, row = column_number(match[1].upper()), int(match[2])
        if column <= LAST_COLUMN and 0 < row <= LAST_ROW:
            return column, row
    raise contradiction(name, f"no cell is called {reference!r}")


def contradiction(name: str, what: str) -> FileRefusedError:
    """The refusal of the workbook `name`, whose rows and cells don't fit together."""
    return FileRefusedError(
        f"{name} is damaged: {what}; open it in a spreadsheet program, look at it and save it."
    )
