"""Reads the rows that look like most rows of a sheet, many at once.

Owns the shape of a sheet: which columns its rows have, with which types and formats, as one
regular expression for a whole row. It is learned from the rows that don't fit it yet, and
says nothing of its own: what a cell means is told by `values`, whichever way it was found.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from reconcile.domain.model import SourceType, column_letter
from reconcile.loader.readers.common.grid import RawCell, Stretch, column_number
from reconcile.loader.readers.common.values import ValueParser, Values, number_value

__all__ = ["Shape"]

_PATIENCE: Final = 32
"""After so many blocks on end that don't fit, a sheet is taken to have no shape."""

_MOST_WAYS: Final = 512
"""A sheet with more columns, or with more types and formats in them, is taken to have none."""

_EXACT: Final = r"0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,6})\.[0-9]{0,6}[1-9]"
"""A number that is its own text: it has at most 15 digits, and none that could be left out."""

_EXACTLY: Final = re.compile(_EXACT)
_FORMULA: Final = r"(?:<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?"
_ANYTHING: Final = rf"(?:(?<=/>)|(?:<is><t>[^<]*</t></is>|{_FORMULA}(?:<v>[^<]*</v>)?)</c>)"
_NOTHING: Final = ("", None)


class _Group(NamedTuple):
    """What a group of the expression holds: saved values of a column, read in one way."""

    position: int
    reading: ValueParser
    exact: bool


class Shape:
    """The shape of the rows of one sheet; its first `width` columns are read."""

    def __init__(self, values: Values, width: int) -> None:
        self._values = values
        self._width = width
        self._letters = [column_letter(position) for position in range(width)]
        self._exact: dict[str, dict[str, bool]] = {}
        self._groups: list[_Group] = []
        self._row: re.Pattern[str] | None = None
        self._misses = 0
        self._hopeless = width > _MOST_WAYS

    def read(self, block: str) -> Stretch | None:
        """The rows of a block in plain form; None if any of them doesn't fit or is hidden."""
        if self._row is None or _hides(block):
            return None
        found = self._row.findall(block)
        if not found or len(found) != block.count("<row"):
            return None
        digits, *groups, _ = zip(*found, strict=True)
        first = int(digits[0])
        if list(map(int, digits)) != list(range(first, first + len(digits))):
            return None
        columns: list[Sequence[str]] = [("",) * len(digits)] * self._width
        was: dict[tuple[int, int], SourceType] = {}
        try:
            for group, saved in zip(self._groups, groups, strict=True):
                if any(saved):
                    texts = self._texts(group, saved, first, was)
                    columns[group.position] = _joined(columns[group.position], texts)
        except IndexError:  # a text that isn't there; whoever reads it cell by cell says so
            return None
        self._misses = 0
        return Stretch(first, columns, was, int(digits[-1]))

    def learn(self, cells: Iterable[RawCell]) -> None:
        """Widen the shape by rows that didn't fit.

        The first block teaches nothing: titles and the header look like no other row.
        """
        self._misses += 1
        if self._misses > _PATIENCE or self._hopeless:
            self._row = None
        elif self._misses > 1 or self._row:
            known = dict.fromkeys(self._letters)
            before = str(self._exact)
            for letters, _, attributes, alone, _, saved, _ in cells:
                if letters in known:
                    ways = self._exact.setdefault(letters, {})
                    exact = _EXACTLY.fullmatch(alone or saved) is not None
                    ways[attributes] = ways.get(attributes, True) and exact
            if str(self._exact) != before or self._row is None:
                self._compile()

    def _compile(self) -> None:
        self._groups.clear()
        if sum(map(len, self._exact.values())) > _MOST_WAYS:
            self._row, self._hopeless = None, True
            return
        cells = []
        for letters in sorted(self._exact, key=column_number):
            ways = [
                self._way(letters, attributes, exact=exact)
                for attributes, exact in self._exact[letters].items()
            ]
            cells.append(rf'(?:<c r="{letters}\1"(?:{"|".join(ways)}))?')
        right = rf'(?:<c r="(?!(?:{"|".join(self._letters)})\1")[A-Z]{{1,3}}\1"[^<>]*>{_ANYTHING})*'
        self._row = re.compile(
            rf'<row r="([0-9]{{1,7}})"[^<>]*>(?:(?<=/>)|{"".join(cells)}{right}</row>)()', re.ASCII
        )

    def _way(self, letters: str, attributes: str, *, exact: bool) -> str:
        """The rest of a cell from its attributes on, with its saved value as a group."""
        start = re.escape(attributes) + ">"
        if attributes.endswith("/"):
            return start
        reading = self._values.saved[attributes]
        exact = exact and reading is number_value
        saved = "[^<]*" if 't="str"' in attributes else "[^<]+"
        if exact or reading == self._values.shared:
            saved = _EXACT if exact else "[0-9]+"
        self._groups.append(_Group(column_number(letters) - 1, reading, exact))
        saved = f"({saved})"
        if attributes.endswith('t="inlineStr"'):
            return f"{start}(?:<is><t>{saved}</t></is>)?</c>"
        return f"{start}(?:{_FORMULA}<v>{saved}</v>)?</c>"

    def _texts(
        self,
        group: _Group,
        saved: Sequence[str],
        first: int,
        was: dict[tuple[int, int], SourceType],
    ) -> Sequence[str]:
        if group.exact:
            return saved
        if group.reading == self._values.shared:
            strings = self._values.strings
            return [strings[int(each)] if each else "" for each in saved]
        reading = group.reading
        values = [reading(each) if each else _NOTHING for each in saved]
        for row, (_, note) in enumerate(values, first):
            if note:
                was[row, group.position] = note
        return [text for text, _ in values]


def _hides(block: str) -> bool:
    """Whether a row may be hidden; LibreOffice says of each that it isn't."""
    said = block.count("hidden")
    return said > 0 and said != block.count(' hidden="false"') + block.count(' hidden="0"')


def _joined(one: Sequence[str], other: Sequence[str]) -> Sequence[str]:
    return [a or b for a, b in zip(one, other, strict=True)] if any(one) else other
