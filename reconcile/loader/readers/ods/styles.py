"""The styles of an OpenDocument spreadsheet, as far as they say what a cell shows.

Owns the way from the style of a cell to its number format, and which sheets are hidden.
Source: ODF 1.3 part 3, `number:number-style` and its neighbours,
`style:style`, `style:map`, `table:display`.
"""

from typing import Final

from reconcile.loader.readers.common.number_format import GENERAL, NumberFormat, Shown
from reconcile.loader.readers.common.padding import Section

__all__ = ["NUMBER", "STYLE", "TABLE", "Styles"]

_PREFIX: Final = "urn:oasis:names:tc:opendocument:xmlns:"
NUMBER: Final = _PREFIX + "datastyle:1.0 "
STYLE: Final = _PREFIX + "style:1.0 "
TABLE: Final = _PREFIX + "table:1.0 "

_DATA_STYLES: Final = frozenset(
    f"{NUMBER}{kind}-style"
    for kind in ("number", "percentage", "currency", "date", "time", "boolean", "text")
)
_NAME: Final = STYLE + "name"
AS_SHOWN: Final = NumberFormat(Shown.NUMBER, padded=(Section(None),))
"""Leading zeros with text beside them, or under a condition: the paragraph has what is shown."""

_DEEPEST = 32  # parents of a style; more are a circle


class _DataStyle:
    """One number format as its elements come by."""

    def __init__(self, kind: str, attributes: dict[str, str]) -> None:
        self.shown = {"date-style": Shown.DATE, "time-style": Shown.DATE}.get(kind, Shown.NUMBER)
        if attributes.get(NUMBER + "truncate-on-overflow") == "false":
            self.shown = Shown.DURATION
        self.digits = 0
        self.parts = 0
        self.sections: list[str] = []


class Styles:
    """Takes the elements of styles.xml, then those of content.xml, which come first for it."""

    def __init__(self) -> None:
        self._data: dict[str, _DataStyle] = {}
        self._current: _DataStyle | None = None
        self._of_cell: dict[str, tuple[str, str]] = {}
        self._hidden_tables: set[str] = set()
        self._table = ""
        self._formats: dict[str, NumberFormat] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins that says something about styles, or about anything else."""
        if name in _DATA_STYLES:
            self._current = _DataStyle(name.rpartition(" ")[2], attributes)
            self._data[attributes.get(_NAME, "")] = self._current
        elif name.startswith(NUMBER):
            self._part(name, attributes)
        elif name == STYLE + "map" and self._current:
            self._current.sections.append(attributes.get(STYLE + "apply-style-name", ""))
        elif name == STYLE + "style":
            self._style(attributes)
        elif name == STYLE + "table-properties" and attributes.get(TABLE + "display") == "false":
            self._hidden_tables.add(self._table)

    def is_hidden(self, table: str) -> bool:
        """Whether a table of this style is hidden."""
        return table in self._hidden_tables

    def format_of(self, cell: str) -> NumberFormat:
        """The number format of cells of this style, their own or their parent's."""
        if cell not in self._formats:
            self._formats[cell] = self._found(cell)
        return self._formats[cell]

    def _part(self, name: str, attributes: dict[str, str]) -> None:
        if self._current is None:
            return
        self._current.parts += 1
        digits = attributes.get(NUMBER + "min-integer-digits", "0")
        plain = (
            name == NUMBER + "number"
            and attributes.get(NUMBER + "decimal-places", "0") == "0"
            and attributes.get(NUMBER + "grouping", "false") == "false"
            and attributes.get(NUMBER + "display-factor", "1") == "1"
        )
        if plain and digits.isdecimal():
            self._current.digits = int(digits[:3])

    def _style(self, attributes: dict[str, str]) -> None:
        self._current = None
        name = attributes.get(_NAME, "")
        match attributes.get(STYLE + "family"):
            case "table":
                self._table = name
                self._hidden_tables.discard(name)
            case "table-cell":
                data = attributes.get(STYLE + "data-style-name", "")
                self._of_cell[name] = data, attributes.get(STYLE + "parent-style-name", "")

    def _found(self, cell: str) -> NumberFormat:
        for _ in range(_DEEPEST):
            data, cell = self._of_cell.get(cell, ("", ""))
            if data in self._data:
                return self._format(self._data[data])
            if not cell:
                break
        return GENERAL

    def _format(self, data: _DataStyle) -> NumberFormat:
        """A format with conditions is the one of its first section, as in other workbooks."""
        first = self._data.get(data.sections[0], data) if data.sections else data
        if first.shown is not Shown.NUMBER:
            return NumberFormat(first.shown)
        zeros = first.digits if first.parts == 1 and first.digits > 1 else 0
        if zeros:
            return NumberFormat(Shown.NUMBER, zeros, len(data.sections) + 1)
        every = (data, *(self._data.get(name, data) for name in data.sections))
        return AS_SHOWN if any(each.digits > 1 for each in every) else GENERAL
