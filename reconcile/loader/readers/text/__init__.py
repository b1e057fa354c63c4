"""Reads text files: values with commas, semicolons, tabs or pipes between them.

Owns what a record of text becomes (rules, sections 1.2, 1.4 and 1.7): its cells unchanged,
except for `="00123"`, which is Excel's way to write the text 00123; its row number, which
is the number of the record; the cells beyond the header. `delimited` cuts the records,
`encoding` and `separator` find out how.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import Cells, Head, KnownColumns, Meant, Reader
from reconcile.loader.readers.common.columns import cut_blank_end
from reconcile.loader.readers.common.grid import LAST_COLUMN
from reconcile.loader.readers.content import Content
from reconcile.loader.readers.signatures import other_kind
from reconcile.loader.readers.text.delimited import DelimitedText
from reconcile.loader.readers.text.encoding import encoding_of
from reconcile.loader.readers.text.separator import Candidate, find_separator

__all__ = ["TextReader"]

_FEW: Final = 1000
"""So many different texts may stand in a column before it is judged whether they repeat."""

_TEXT_FORMULA: Final = re.compile(r'="([^"]*)"')


class TextReader(Reader):
    """Whatever looks like text and has no signature of another kind of file."""

    kind = "text"
    title = "text"
    meant = Meant.TEXT
    suffixes = frozenset({".csv", ".tsv", ".tab"})
    suffixes_of_text = frozenset({".txt", ".prn", ".asc", ".dat", ""})

    def recognises(self, content: Content) -> bool:
        """Whether it is text, and no web page, JSON or the like."""
        return other_kind(content) is None

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence["TextSheet"]:
        """The one sheet of a text file, its separator found with `known_columns`.

        Raises `FileRefusedError`: mixed or unknown encodings, a quote at fault near the top.
        """
        source = DelimitedText(data, encoding_of(data, name), name)
        return [
            TextSheet(source, find_separator(source, lambda head: known_columns(_plain_head(head))))
        ]


class TextSheet:
    """The only sheet of a text file. It has no name, and nothing in it can be hidden."""

    name: str = ""
    visible: bool = True
    hidden_rows: int = 0

    def __init__(self, source: DelimitedText, top: Candidate) -> None:
        self._source = source
        self._top = top

    def head(self) -> Head:
        """The first filled records, whole."""
        return _plain_head(self._top.head)

    def cells(self, width: int) -> Cells:
        """The first `width` columns; raises `FileRefusedError` for a quote at fault."""
        if width > LAST_COLUMN:
            raise FileRefusedError(
                f"{self._source.name} has more than {LAST_COLUMN} columns, and no spreadsheet has "
                "more: take out those that aren't needed."
            )
        columns: list[list[str]] = [[] for _ in range(width)]
        repeating = [_Repeating() for _ in range(width)]
        was: dict[tuple[int, int], SourceType] = {}
        surplus: dict[int, tuple[str, ...]] = {}
        formulas = self._source.holds('="')
        above = 0
        for block in self._source.blocks(self._top.separator, width):
            for column, texts in enumerate(block.columns):
                plain = _plain_texts(texts, above, column, was) if formulas else texts
                columns[column].extend(repeating[column].shared(plain))
            surplus.update((above + index + 1, cells) for index, cells in block.surplus.items())
            above += block.rows
        beyond = (row for row, cells in surplus.items() if any(cell.strip() for cell in cells))
        last = cut_blank_end(columns, max(beyond, default=0))
        return Cells(
            columns,
            {at: note for at, note in was.items() if at[0] <= last},
            {row: cells for row, cells in surplus.items() if row <= last},
        )


class _Repeating:
    """The texts of a column that come again: equal ones become one object, which saves memory.

    A column whose texts seldom repeat is left as it is.
    """

    def __init__(self) -> None:
        self._known: dict[str, str] | None = {}
        self._count = 0

    def shared(self, texts: Sequence[str]) -> Iterable[str]:
        """The same texts."""
        if self._known is None:
            return texts
        self._count += len(texts)
        found = list(map(self._known.setdefault, texts, texts))
        if len(self._known) > max(_FEW, self._count // 2):
            self._known = None
        return found


def _plain_texts(
    texts: Sequence[str], above: int, column: int, was: dict[tuple[int, int], SourceType]
) -> list[str]:
    plain = list(texts)
    for index, text in enumerate(texts):
        if (inside := _inside(text)) is not None:
            plain[index] = inside
            was[above + index + 1, column] = SourceType.TEXT_FORMULA
    return plain


def _plain_head(head: Head) -> Head:
    return [
        (row, [cell if (inside := _inside(cell)) is None else inside for cell in cells])
        for row, cells in head
    ]


def _inside(text: str) -> str | None:
    """The text that `="..."` stands for, if `text` has exactly this shape."""
    if not text.startswith('="'):
        return None
    match = _TEXT_FORMULA.fullmatch(text)
    return match[1] if match else None
