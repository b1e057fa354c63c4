"""What of a workbook can't be kept when it is opened and saved again, by the parts it has.

openpyxl leaves out what it doesn't know, without a word. So the package is looked through.
"""

import re
from collections.abc import Iterator
from typing import Final
from zipfile import ZipFile

from openpyxl.drawing.image import PILImage

__all__ = ["covered_by_merges", "lost_parts", "unpacked_size"]

_BY_PART: Final = {
    "macros": re.compile(r"vbaProject|xl/macrosheets/"),
    "pivot tables (their numbers stay)": re.compile(r"xl/pivotTables/"),
    "slicers and timelines": re.compile(r"xl/(slicers|timelines)/"),
    "buttons and other controls": re.compile(r"xl/(ctrlProps|activeX)/"),
    "embedded objects": re.compile(r"xl/embeddings/"),
    "links to other workbooks (their values stay)": re.compile(r"xl/externalLinks/"),
    "connections to databases": re.compile(r"xl/(connections\.xml|queryTables/)"),
    "replies to comments": re.compile(r"xl/threadedComments/"),
    "signatures": re.compile(r"_xmlsignatures/"),
    "diagrams": re.compile(r"xl/diagrams/"),
}
_IN_DRAWING: Final = {
    "text boxes and shapes": re.compile(rb"<(?:\w+:)?(?:sp|cxnSp|grpSp)[ >]"),
    **({} if PILImage else {"pictures": re.compile(rb"<(?:\w+:)?pic[ >]")}),
}
_IN_SHEET: Final = {
    "sparklines": re.compile(rb"sparklineGroups?[ >]"),
    "some conditional formats": re.compile(rb"x14:conditionalFormatting[ >]"),
    "some data validations": re.compile(rb"x14:dataValidation[ >]"),
    "background pictures": re.compile(rb"<picture "),
    "pictures in headers and footers": re.compile(rb"<legacyDrawingHF "),
}
_DRAWING: Final = re.compile(r"xl/drawings/[^/]+\.xml")
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')


def lost_parts(package: ZipFile) -> list[str]:
    """What is lost, in words for a person, each once."""
    return list(dict.fromkeys(_found(package)))


def unpacked_size(package: ZipFile) -> int:
    """How many bytes all parts have that are read."""
    return sum(info.file_size for info in package.infolist() if info.filename.endswith(".xml"))


def covered_by_merges(package: ZipFile) -> int:
    """How many cells are merged with others: each is held in memory."""
    covered = 0
    for name in filter(_SHEET.fullmatch, package.namelist()):
        for left, top, right, bottom in _MERGED.findall(package.read(name)):
            covered += (_column(right) - _column(left) + 1) * (int(bottom) - int(top) + 1)
    return covered


def _found(package: ZipFile) -> Iterator[str]:
    names = package.namelist()
    for words, part in _BY_PART.items():
        if any(map(part.search, names)):
            yield words
    for pattern, marks in ((_DRAWING, _IN_DRAWING), (_SHEET, _IN_SHEET)):
        for name in filter(pattern.fullmatch, names):
            data = package.read(name)
            yield from (words for words, mark in marks.items() if mark.search(data))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
