"""The rows of one worksheet, as its XML has them.

Owns the plain form of a row and of a cell, where a cell stands (its reference, or the place
after the one before), which rows are hidden and which ranges are merged. What a cell says is
told by `values`. Source: ECMA-376 part 1, 18.3.1.
"""

import re
from typing import ClassVar, Final

from reconcile.domain.model import column_letter
from reconcile.loader.readers.common.grid import (
    LAST_COLUMN,
    LAST_ROW,
    RawCell,
    Stretch,
    cell_position,
    contradiction,
)
from reconcile.loader.readers.common.package import MAX_UNPACKED, Package
from reconcile.loader.readers.common.table import Merged
from reconcile.loader.readers.xlsx.plain_xml import PlainXml, Runs, escaped
from reconcile.loader.readers.xlsx.shape import Shape

__all__ = ["SheetXml", "is_hidden"]

_PLAIN: Final = re.compile(
    r'<(?:c|row) r="([A-Z]{0,3})(\d{1,7})"([^<>]*)>'
    r'(?:(?:<v>|(?<=inlineStr">)<is><t>)([^<]*)(?:</v>|</t></is>)</c>'
    r"|(?<=/>)|(?=<c[ >/]|</row>)"
    r"|(<f(?: [^<>]*)?(?:/>|>[^<]*</f>)(?:<v></v>|<v ?/>)?)?"
    r'(?:<v(?: xml:space="preserve")?>([^<]*)</v>|<v ?/>'
    r'|<is>(?:<t(?: xml:space="preserve")?>([^<]*)</t>|<t ?/>)</is>)?</c>)',
    re.ASCII,
)
"""A cell, or the start of a row, which is told by its having no letters."""

_ATTRIBUTES: Final = re.compile(r'(?: (?:\w+:(?!(?:r|s|t|hidden)=))?\w+="[^"<>]*")*\s*/?')
_LOCAL_NAME: Final = re.compile(r'(\w+)="')

_HIDDEN: Final = re.compile(r' hidden="(?:1|true)"')


class SheetXml(PlainXml[Stretch | list[RawCell]]):
    """The rows of one worksheet.

    A block is a `Stretch` where the rows fit `shape`, else the start tag of each row, which
    has no letters, with its cells after it. `merged` has the merged ranges, as soon as all
    blocks have been taken.
    """

    tag: ClassVar[str] = "row"
    container: ClassVar[str] = "sheetData"
    known: ClassVar[frozenset[str]] = Runs.known | {"row", "c", "f", "v", "is", "mergeCell"}
    most: ClassVar[int] = MAX_UNPACKED

    def __init__(self, package: Package, part: str, shape: Shape | None) -> None:
        super().__init__(package, part)
        self._shape = shape
        self.merged: list[Merged] = []
        self._before: Stretch | list[RawCell] = []
        self._known: set[str] = set()
        self._runs = Runs()
        self._row: list[str] = []
        self._row_number = 0
        self._column = 0
        self._inline = False
        self._formula = False
        self._saved: list[str] | None = None
        self._in_saved = False

    def plain(self, block: str) -> Stretch | list[RawCell] | None:
        """The rows and cells of a block."""
        stretch = self._shape.read(block) if self._shape else None
        if stretch:
            self._before = stretch
            return stretch
        cells: list[RawCell] = _PLAIN.findall(block)
        if len(cells) != block.count("<c") + block.count("<row"):
            return None
        if unknown := {cell[2] for cell in cells} - self._known:
            if not all(map(_are_plain, unknown)):
                return None
            self._known |= unknown
        if self._shape:
            self._shape.learn(cells)
        self._before = cells or self._before
        return cells

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """A row, a cell, a part of one or a merged range begins."""
        match element:
            case "row":
                self._start_row(attributes)
            case "c":
                self._start_cell(attributes)
            case "f":
                self._formula = True
            case "v":
                self._saved = self._saved or []
                self._in_saved = True
            case "is":
                self._inline = True
            case "mergeCell":
                self._merge(attributes.get("ref", ""))
            case _:
                self._runs.start(element)

    def end(self, element: str) -> None:
        """A row, a cell or a part of one ends."""
        match element:
            case "row":
                self.write("".join((*self._row, "</row>")))
            case "c":
                self._end_cell()
            case "v":
                self._in_saved = False
            case _:
                self._runs.end(element)

    def text(self, characters: str) -> None:
        """Characters, of a value or between two tags."""
        if self._in_saved and self._saved is not None:
            self._saved.append(characters)
        else:
            self._runs.text(characters)

    def _start_row(self, attributes: dict[str, str]) -> None:
        """Without a number it is the row after the one before."""
        before = max(self._row_number, _last_row(self._before))
        number = attributes.get("r", str(before + 1)).strip()
        if not number.isdecimal() or not 0 < int(number) <= LAST_ROW:
            raise contradiction(self.name, f"row {number!r} follows row {before}")
        self._row_number = int(number)
        self._column = 0
        hidden = ' hidden="1"' if attributes.get("hidden") in ("1", "true") else ""
        self._row = [f'<row r="{self._row_number}"{hidden}>']

    def _start_cell(self, attributes: dict[str, str]) -> None:
        """Without a reference it stands right of the one before."""
        row = self._row_number
        self._column += 1
        if reference := attributes.get("r"):
            self._column, row = cell_position(reference, self.name)
        if self._column > LAST_COLUMN:
            raise contradiction(self.name, f"row {row} goes on beyond the last column")
        kept = "".join(
            f' {each}="{escaped(attributes[each]).replace(chr(34), "")}"'
            for each in ("s", "t")
            if each in attributes
        )
        self._row.append(f'<c r="{column_letter(self._column - 1)}{row}"{kept}>')
        self._formula = self._inline = False
        self._saved = None
        self._runs.take()

    def _end_cell(self) -> None:
        saved = None if self._saved is None else escaped("".join(self._saved))
        if self._formula:
            self._row.append("<f/><v></v>" if saved == "" else "<f/>")
        if self._inline and not saved:
            self._row.append(f"<is><t>{self._runs.take()}</t></is>")
        elif saved:
            self._row.append(f"<v>{saved}</v>")
        self._row.append("</c>")

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        column, top = cell_position(first, self.name)
        _, bottom = cell_position(last or first, self.name)
        if top < bottom:
            self.merged.append(Merged(top, bottom, column - 1))


def _are_plain(attributes: str) -> bool:
    """Whether attributes are as programs write them, none twice; if not, the parser sees them."""
    names = _LOCAL_NAME.findall(attributes)
    return len(names) == len(set(names)) and _ATTRIBUTES.fullmatch(attributes) is not None


def _last_row(rows: Stretch | list[RawCell]) -> int:
    if isinstance(rows, Stretch):
        return rows.last
    return next((int(digits) for letters, digits, *_ in reversed(rows) if not letters), 0)


def is_hidden(attributes: str) -> bool:
    """Whether a row with these attributes is hidden or filtered away."""
    return "hidden" in attributes and _HIDDEN.search(attributes) is not None
