"""What a reader is: the interface between the kinds of file and the loader.

A reader turns bytes into `Sheet`s of exact text (rules, section 1.2). It knows nothing of
what columns mean: `loader` finds the header in `head()` and then asks for `cells(width)`,
so that nothing right of the header's last name costs memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from reconcile.domain.model import SourceType

__all__ = ["HEAD_ROWS", "Cells", "Head", "Reader", "Score", "Sheet"]

HEAD_ROWS = 50
"""So many filled rows are looked at for the header (rules, section 1.3)."""

Head = Sequence[tuple[int, Sequence[str]]]
"""The first filled rows of a sheet, with their row numbers (from 1)."""

Score = Callable[[Head], int]
"""How many known columns the header in these rows names; 0 if there is none."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The text of a sheet from row 1 to its last filled row, column by column.

    `columns[c][r - 1]` is the text of column c (from 0) in row r (from 1), untrimmed, `""`
    for an empty cell. `was` and `surplus` are keyed by row number (from 1), `was` also by
    column: what a cell was where its text doesn't tell, and the cells of a text record
    beyond `width`. `filled_down` counts cells that got the value of the merged cell they
    belong to, `first_filled_down` is the first of them.
    """

    columns: list[list[str]]
    was: Mapping[tuple[int, int], SourceType] = field(default_factory=dict)
    surplus: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    filled_down: int = 0
    first_filled_down: tuple[int, int] | None = None


class Sheet(Protocol):
    """One sheet of an opened file; a text file has one, named `""`."""

    @property
    def name(self) -> str:
        """The name on the tab; `""` in a text file."""

    @property
    def visible(self) -> bool:
        """Whether the tab is shown."""

    @property
    def hidden_rows(self) -> int:
        """How many rows are hidden or filtered away; they are data like any other."""

    def head(self) -> Head:
        """The first `HEAD_ROWS` rows in which any cell is filled."""

    def cells(self, width: int) -> Cells:
        """The first `width` columns as text; raises `FileRefusedError`."""


class Reader(Protocol):
    """One kind of file."""

    kind: str
    """What the kind is called in messages: `xlsx`, `text`."""

    def recognises(self, data: bytes) -> bool:
        """Whether the content (never the name) is of this kind."""

    def open(self, data: bytes, name: str, score: Score) -> Sequence[Sheet]:
        """The sheets in tab order.

        `name` is for messages only. `score` tells candidates apart where the content
        leaves a choice (the separator of a text file). Raises `FileRefusedError` with one
        sentence that says what the file is and what to do.
        """
