"""What an .xlsb workbook says about itself: its sheets, texts, formats and date system.

Source: MS-XLSB, BrtBundleSh, BrtWbProp, BrtFmt, BrtXF, BrtSSTItem.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Final

from reconcile.loader.readers.common.number_format import GENERAL, NumberFormat, built_in, from_code
from reconcile.loader.readers.common.package import MAX_SMALL, MAX_STRINGS, Package
from reconcile.loader.readers.common.relations import main_part, relations_of, worksheets
from reconcile.loader.readers.common.values import ValueParser, number_parser
from reconcile.loader.readers.xlsb.records import records, rich_text, short, unsigned, wide_text

__all__ = ["Workbook"]

_WORKBOOK: Final = "xl/workbook.bin"
_BUNDLE_SHEET: Final = 156
_WORKBOOK_PROPERTIES: Final = 153
_STRING: Final = 19
_FORMAT: Final = 44
_CELL_FORMAT: Final = 47
_BEGIN_CELL_FORMATS: Final = 617
_END_CELL_FORMATS: Final = 618


class Workbook:
    """One opened workbook. What all its sheets share is read when first needed, and once."""

    def __init__(self, package: Package) -> None:
        """Raises `FileRefusedError` if the list of sheets can't be read."""
        self.package = package
        self._from_1904 = False
        part = main_part(package, _WORKBOOK)
        relations = relations_of(package, part)
        self._part_of = dict(relations.values())
        listed = []
        with records(package, part, MAX_SMALL) as met:
            for kind, content in met:
                if kind == _WORKBOOK_PROPERTIES:
                    self._from_1904 = bool(content[0] & 1)
                elif kind == _BUNDLE_SHEET:
                    identity, end = wide_text(content, 8)
                    name, _ = wide_text(content, end)
                    listed.append((name, unsigned(content, 0) == 0, identity))
        self.worksheets = worksheets(package.name, listed, relations)

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells point into."""
        part = self._part_of.get("sharedStrings")
        if part is None:
            return []
        with records(self.package, part, MAX_STRINGS) as met:
            return [rich_text(content, 0) for kind, content in met if kind == _STRING]

    @cached_property
    def reading(self) -> Callable[[int], ValueParser]:
        """How the numbers of cells are read, by the number of their style."""
        formats = self._formats()
        known = {
            style: number_parser(number_format, from_1904=self._from_1904)
            for style, number_format in enumerate(formats)
        }
        plain = number_parser(GENERAL, from_1904=False)
        return lambda style: known.get(style, plain)

    def _formats(self) -> list[NumberFormat]:
        part = self._part_of.get("styles")
        if part is None:
            return []
        codes: dict[int, str] = {}
        numbers: list[int] = []
        in_cells = False
        with records(self.package, part, MAX_SMALL) as met:
            for kind, content in met:
                if kind == _FORMAT:
                    codes[short(content, 0)] = wide_text(content, 2)[0]
                elif kind in (_BEGIN_CELL_FORMATS, _END_CELL_FORMATS):
                    in_cells = kind == _BEGIN_CELL_FORMATS
                elif kind == _CELL_FORMAT and in_cells:
                    numbers.append(short(content, 2))
        return [
            from_code(codes[number]) if number in codes else built_in(number) for number in numbers
        ]
