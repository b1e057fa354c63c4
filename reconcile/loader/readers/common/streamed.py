"""Sheets of a file that an XML parser goes through from the top.

Owns the two ways through such a file: once for the list of its sheets and their first rows, and
once more for the cells of the one that is read; and what the rows of all such files share.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from reconcile.loader.readers.base import HEAD_ROWS
from reconcile.loader.readers.common.grid import LAST_COLUMN
from reconcile.loader.readers.common.table import Filled, Merged, TableSheet, head_of
from reconcile.loader.readers.common.values import Value

__all__ = ["Found", "SheetHidden", "SheetStart", "StreamedContent", "streamed_sheets"]


class SheetStart(NamedTuple):
    """A sheet begins: its name, and whether its tab is shown. Its rows follow."""

    name: str
    visible: bool = True


class SheetHidden(NamedTuple):
    """The sheet whose rows came is hidden: its options say so, below its rows."""


Found = SheetStart | SheetHidden | Filled | Merged
"""What is found from the top: a sheet, then its rows."""

Content = Callable[[int, bool], Iterator[Found]]
"""Goes through a file for the first so many columns of each sheet; whether the first rows do."""


def streamed_sheets(file: str, content: Content) -> list[TableSheet]:
    """The sheets of the file `file`, as messages call it, in tab order."""
    starts: list[SheetStart] = []
    heads: list[list[Filled | Merged]] = []
    for found in content(LAST_COLUMN, True):  # noqa: FBT003 - the first rows will do
        if isinstance(found, SheetStart):
            starts.append(found)
            heads.append([])
        elif isinstance(found, SheetHidden):
            starts[-1] = starts[-1]._replace(visible=False)
        else:
            heads[-1].append(found)
    return [
        TableSheet(
            file,
            start.name,
            partial(_rows, content, position),
            visible=start.visible,
            head=head_of(head),
        )
        for position, (start, head) in enumerate(zip(starts, heads, strict=True))
    ]


def _rows(content: Content, position: int, width: int) -> Iterator[Filled | Merged]:
    """What the sheet at this position holds."""
    before = -1
    for found in content(width, False):  # noqa: FBT003 - all rows
        if isinstance(found, SheetStart):
            before += 1
            if before > position:
                return
        elif before == position and not isinstance(found, SheetHidden):
            yield found


class StreamedContent:
    """Takes elements as a parser meets them; `take` gives what was found since.

    A kind of file fills `_starts` and `_ends`: what to do at the tags of an element.
    """

    def __init__(self, file: str, width: int, *, heads_only: bool) -> None:
        self._file = file
        self._width = width
        self._heads_only = heads_only
        self._found: list[Found] = []
        self._starts: Mapping[str, Callable[[dict[str, str]], None]] = {}
        self._ends: Mapping[str, Callable[[], None]] = {}
        self._passing = 0
        self._in_table = False
        self._in_head = 0
        self._row: dict[str, str] | None = None
        self._cells: dict[int, Value] = {}
        self._filled = False
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._parts: list[str] | None = None

    def take(self) -> Iterator[Found]:
        """Sheets, each before its rows, and rows; each is given once."""
        yield from self._found
        self._found.clear()

    def end(self, name: str) -> None:
        """An element ends."""
        if self._passing:
            self._passing -= 1
        elif act := self._ends.get(name):
            act()

    def _begins_row(self, attributes: dict[str, str]) -> bool:
        """A row begins; whether it is looked at, else all in it is passed over."""
        if not self._in_table or self._in_head >= HEAD_ROWS:
            self._passing = 1
            return False
        self._row = attributes
        self._cells = {}
        self._filled = False
        self._column = 0
        return True

    def _ends_row(self, number: int, *, hidden: bool, repeated: int = 1) -> None:
        """The row ends that begins with this number."""
        if self._filled:
            self._found.append(Filled(number, self._cells, hidden, repeated))
            says = any(note or text.strip() for text, note in self._cells.values())
            self._in_head += self._heads_only and says
        self._row = None
