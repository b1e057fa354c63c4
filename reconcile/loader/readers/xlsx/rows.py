"""Brings cells to the rows and columns where they stand.

Owns the order of a sheet: rows go down, no cell is there twice, none stands in another row
than its own. Anything else is no file that a spreadsheet program would open unasked.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from reconcile.errors import FileRefusedError
from reconcile.loader.readers.xlsx.sheet_xml import LAST_ROW, SheetXml, contradiction, is_hidden
from reconcile.loader.readers.xlsx.values import Values
from reconcile.model import Was, column_letter

__all__ = ["Row", "rows_of"]


class Row(NamedTuple):
    """A row that holds anything: its first cells as text, and what they were."""

    number: int
    hidden: bool
    texts: list[str]
    was: dict[int, Was]


def rows_of(xml: SheetXml, values: Values, width: int) -> Iterator[Row]:
    """The rows of a sheet that hold anything, from the top.

    `texts` has `width` cells, or none if all that the row holds stands right of them. Raises
    `FileRefusedError` if the sheet is damaged.
    """
    positions = _positions(width)
    readings = values.saved
    from reconcile.loader.readers.xlsx.values import _number as number_
    strings=values._strings; count=len(strings); shared=values.shared
    number, own_digits, hidden, filled = 0, "", False, False
    texts: list[str] = []
    was_at: dict[int, Was] = {}
    for block in xml.blocks():
        for letters, digits, attributes, alone, formula, saved, inline in block:
            if not letters:
                if filled:
                    yield Row(number, hidden, texts, was_at)
                    texts, was_at, filled = [], {}, False
                if not number < int(digits) <= LAST_ROW:
                    raise _contradiction(xml, f"row {digits} follows row {number}")
                number, own_digits, hidden = int(digits), digits, is_hidden(attributes)
                continue
            if digits != own_digits:
                raise _contradiction(xml, f"row {number} holds the cell {letters}{digits}")
            if not (alone or formula or saved or inline):
                continue
            filled = True
            position = positions.get(letters)
            if position is None:
                continue
            texts = texts or [""] * width
            if texts[position]:
                raise _contradiction(xml, f"the cell {letters}{digits} is there twice")
            if alone:
                reading = readings[attributes]
                if reading is number_ and alone.isdecimal() and len(alone) <= 15 and alone[0] != "0":
                    texts[position] = alone
                    continue
                if reading is shared and alone.isdecimal() and int(alone) < count:
                    texts[position] = strings[int(alone)]
                    continue
                text, was = reading(alone)
            else:
                text, was = values.value(attributes, formula, saved, inline)
            texts[position] = text
            if was is not None:
                was_at[position] = was
    if filled:
        yield Row(number, hidden, texts, was_at)


@cache
def _positions(width: int) -> Mapping[str, int]:
    return {column_letter(position): position for position in range(width)}


def _contradiction(xml: SheetXml, what: str) -> FileRefusedError:
    return contradiction(xml.name, what)
