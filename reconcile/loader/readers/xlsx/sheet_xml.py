"""The rows of one worksheet, as its XML has them.

Owns the plain form of a row and of a cell, where a cell stands (its reference, or the place
after the one before), which rows are hidden and which ranges are merged. What a cell says is
told by `values`. Source: ECMA-376 part 1, 18.3.1.
"""

import re
from typing import ClassVar, Final

from reconcile.errors import FileRefusedError
from reconcile.loader.readers.xlsx.package import Package
from reconcile.loader.readers.xlsx.plain_xml import PlainXml, Runs, escaped
from reconcile.model import column_letter

__all__ = ["LAST_COLUMN", "LAST_ROW", "RawCell", "SheetXml", "contradiction", "is_hidden"]

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384

RawCell = tuple[str, str, str, str, str, str, str]
"""Letters and digits of its reference, its attributes, its saved value if it has nothing
else; otherwise formula, saved value and inline text. All in plain form, none decoded."""

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

_HIDDEN: Final = re.compile(r' hidden="(?:1|true)"')
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII | re.IGNORECASE)


class SheetXml(PlainXml[RawCell]):
    """The rows of one worksheet, each begun by its start tag and followed by its cells.

    `merged` has top, bottom and column (from 0) of each merged range, as soon as all rows
    have been taken.
    """

    tag: ClassVar[str] = "row"
    container: ClassVar[str] = "sheetData"
    known: ClassVar[frozenset[str]] = Runs.known | {"row", "c", "f", "v", "is", "mergeCell"}

    def __init__(self, package: Package, part: str) -> None:
        super().__init__(package, part)
        self.merged: list[tuple[int, int, int]] = []
        self._last_plain: list[RawCell] = []
        self._runs = Runs()
        self._row: list[str] = []
        self._row_number = 0
        self._column = 0
        self._inline = False
        self._formula = False
        self._saved: list[str] | None = None
        self._in_saved = False

    def plain(self, block: str) -> list[RawCell] | None:
        """The rows and cells of a block."""
        cells: list[RawCell] = _PLAIN.findall(block)
        if len(cells) != block.count("<c") + block.count("<row"):
            return None
        self._last_plain = cells or self._last_plain
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
        plain = (int(digits) for letters, digits, *_ in reversed(self._last_plain) if not letters)
        before = max(self._row_number, next(plain, 0))
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
            self._column, row = _cell_position(reference, self.name)
        if self._column > LAST_COLUMN:
            raise contradiction(self.name, f"row {row} goes on beyond column XFD")
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
        column, top = _cell_position(first, self.name)
        _, bottom = _cell_position(last or first, self.name)
        if top < bottom:
            self.merged.append((top, bottom, column - 1))


def is_hidden(attributes: str) -> bool:
    """Whether a row with these attributes is hidden or filtered away."""
    return "hidden" in attributes and _HIDDEN.search(attributes) is not None


def contradiction(name: str, what: str) -> FileRefusedError:
    """The refusal of a workbook whose rows and cells don't fit together."""
    return FileRefusedError(
        f"{name} is damaged: {what}; open it in a spreadsheet program, look at it and save it."
    )


def _cell_position(reference: str, name: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None or not 0 < int(match[2]) <= LAST_ROW:
        raise contradiction(name, f"no cell is called {reference!r}")
    return _column_number(match[1].upper()), int(match[2])


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
