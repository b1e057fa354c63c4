"""What a reader is: the interface between the kinds of file and the loader.

A reader turns bytes into `Sheet`s of exact text (rules, section 1.2). It knows nothing of
what columns mean: `loader` finds the header in `head()` and then asks for `cells(width)`,
so that nothing right of the header's last name costs memory.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import ClassVar, Protocol

from reconcile.domain.model import SourceType
from reconcile.loader.readers.content import Content

__all__ = ["HEAD_ROWS", "Cells", "Head", "KnownColumns", "Meant", "Reader", "Sheet"]

HEAD_ROWS = 50
"""So many filled rows are looked at for the header (rules, section 1.3)."""

Head = Sequence[tuple[int, Sequence[str]]]
"""The first filled rows of a sheet, with their row numbers (from 1)."""

KnownColumns = Callable[[Head], int]
"""How many columns of this job the header in these rows names; 0 if there is none."""


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


class Meant(Enum):
    """Whether a file was meant to be an export, as far as its content tells."""

    YES = auto()  # it is a table, or the remains of one
    NO = auto()
    TEXT = auto()  # in text a table looks like prose
    UNKNOWN = auto()  # no signature: another kind of thing, or a damaged table


class Reader(ABC):
    """One kind of file: all that the program knows of it stands in its class, or behind it.

    A new one is a module with such a class, and one line in `READERS`.
    """

    kind: ClassVar[str]
    """Its name in outputs: `xlsx`, `text`."""

    title: ClassVar[str]
    """What a file of this kind is called in messages, after "it is"."""

    meant: ClassVar[Meant] = Meant.YES
    """What content of this kind says of the intention."""

    suffixes: ClassVar[frozenset[str]] = frozenset()
    """Names, as `.csv`, that only exports have: a damaged file of such a name is one too."""

    suffixes_of_text: ClassVar[frozenset[str]] = frozenset()
    """Names of exports if there is text in them."""

    suffixes_of_pages: ClassVar[frozenset[str]] = frozenset()
    """Names of exports if a table in them has columns that this job knows."""

    @abstractmethod
    def recognises(self, content: Content) -> bool:
        """Whether the content (never the name) is of this kind."""

    @abstractmethod
    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[Sheet]:
        """The sheets in tab order.

        Args:
            data: the whole file.
            name: what it is called in messages.
            known_columns: tells candidates apart where the content leaves a choice (the
                separator of a text file).

        Raises:
            FileRefusedError: it can't be read; one sentence that says what it is and what to do.
        """
