"""Brings cells to the rows and columns where they stand.

Owns the order of a sheet: rows go down, no cell is there twice, none stands in another row
than its own. Anything else is no file that a spreadsheet program would open unasked.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from reconcile.domain.model import SourceType, column_letter
from reconcile.loader.readers.xlsx.grid import LAST_ROW, RawCell, Stretch, contradiction
from reconcile.loader.readers.xlsx.sheet_xml import SheetXml, is_hidden
from reconcile.loader.readers.xlsx.values import Values

__all__ = ["Row", "rows_of"]


class Row(NamedTuple):
    """A row that holds anything: its first cells as text, and what they were by column.

    `texts` is empty if all that the row holds stands further right.
    """

    number: int
    hidden: bool
    texts: list[str]
    was: dict[int, SourceType]


def rows_of(xml: SheetXml, values: Values, width: int) -> Iterator[Row | Stretch]:
    """The first `width` cells of the rows that hold anything, from the top.

    Raises `FileRefusedError` if the sheet is damaged.
    """
    last = 0
    for block in xml.blocks():
        if isinstance(block, Stretch):
            _check_order(last, block.first, xml.name)
            last = block.last
            yield block
            continue
        starts = [index for index, cell in enumerate(block) if not cell[0]]
        for start, end in pairwise((*starts, len(block))):
            _, digits, attributes, *_ = block[start]
            _check_order(last, int(digits), xml.name)
            last = int(digits)
            row = Row(last, is_hidden(attributes), [], {})
            if _fill(row, block[start + 1 : end], values, width, xml.name):
                yield row


def _check_order(last: int, number: int, name: str) -> None:
    if not last < number <= LAST_ROW:
        raise contradiction(name, f"row {number} follows row {last}")


def _fill(row: Row, cells: Sequence[RawCell], values: Values, width: int, name: str) -> bool:
    """Put the cells in their places; whether there are any."""
    positions = _positions(width)
    filled = False
    for letters, digits, attributes, alone, formula, saved, inline in cells:
        if int(digits) != row.number:
            raise contradiction(name, f"row {row.number} holds the cell {letters}{digits}")
        if not (alone or formula or saved or inline):
            continue
        filled = True
        position = positions.get(letters)
        if position is None:
            continue
        if not row.texts:
            row.texts.extend([""] * width)
        if row.texts[position]:
            raise contradiction(name, f"the cell {letters}{digits} is there twice")
        if alone:
            text, was = values.saved[attributes](alone)
        else:
            text, was = values.value(attributes, formula, saved, inline)
        row.texts[position] = text
        if was is not None:
            row.was[position] = was
    return filled


@cache
def _positions(width: int) -> Mapping[str, int]:
    return {column_letter(position): position for position in range(width)}
