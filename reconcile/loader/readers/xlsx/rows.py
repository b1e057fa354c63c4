"""Brings cells to the rows and columns where they stand.

Owns the order of a sheet: rows go down, no cell is there twice, none stands in another row
than its own. Anything else is no file that a spreadsheet program would open unasked.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from reconcile.domain.model import column_letter
from reconcile.loader.readers.common.grid import LAST_ROW, RawCell, Stretch, contradiction
from reconcile.loader.readers.common.table import Filled
from reconcile.loader.readers.common.values import Value, Values
from reconcile.loader.readers.xlsx.sheet_xml import SheetXml, is_hidden

__all__ = ["rows_of"]


def rows_of(xml: SheetXml, values: Values, width: int) -> Iterator[Filled | Stretch]:
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
            cells = _cells(last, block[start + 1 : end], values, width, xml.name)
            if cells is not None:
                yield Filled(last, cells, is_hidden(attributes))


def _check_order(last: int, number: int, name: str) -> None:
    if not last < number <= LAST_ROW:
        raise contradiction(name, f"row {number} follows row {last}")


def _cells(
    row: int, written: Sequence[RawCell], values: Values, width: int, name: str
) -> dict[int, Value] | None:
    """What the row says in its first `width` columns; None if it says nothing anywhere."""
    positions = _positions(width)
    cells: dict[int, Value] = {}
    filled = False
    for letters, digits, attributes, alone, formula, saved, inline in written:
        if int(digits) != row:
            raise contradiction(name, f"row {row} holds the cell {letters}{digits}")
        if not (alone or formula or saved or inline):
            continue
        filled = True
        position = positions.get(letters)
        if position is None:
            continue
        if position in cells and cells[position][0]:
            raise contradiction(name, f"the cell {letters}{digits} is there twice")
        if alone:
            cells[position] = values.saved[attributes](alone)
        else:
            cells[position] = values.value(attributes, formula, saved, inline)
    return cells if filled else None


@cache
def _positions(width: int) -> Mapping[str, int]:
    return {column_letter(position): position for position in range(width)}
