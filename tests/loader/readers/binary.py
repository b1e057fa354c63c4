"""Binary workbooks (.xlsb) made record by record."""

import struct
from collections.abc import Mapping, Sequence

from tests.loader.readers.workbooks import PACKAGE, RELATIONS, packed


def record(kind: int, *values: bytes) -> bytes:
    """A record; its type and its size are written in groups of seven bits."""
    content = b"".join(values)
    return _packed(kind) + _packed(len(content)) + content


def _packed(number: int) -> bytes:
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*groups, number))


def wide(text: str) -> bytes:
    """A string."""
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    """A row and its cells."""
    flags = bytes((0, 0x10 if hidden else 0, 0))
    return record(0, struct.pack("<IIH", number - 1, 0, 300), flags, bytes(4)) + b"".join(cells)


def cell(kind: int, content: bytes, column: int = 0, style: int = 0) -> bytes:
    """A cell that says where it stands."""
    return record(kind, struct.pack("<II", column, style), content)


def real(number: float, column: int = 0, style: int = 0) -> bytes:
    """A cell with a number."""
    return cell(5, struct.pack("<d", number), column, style)


def text(characters: str, column: int = 0) -> bytes:
    """A cell with a text in it."""
    return cell(6, wide(characters), column)


def workbook(
    rows: bytes,
    after: bytes = b"",
    *,
    strings: Sequence[str] = (),
    formats: Sequence[str | int] = (),
    from_1904: bool = False,
    state: int = 0,
    parts: Mapping[str, bytes] | None = None,
) -> bytes:
    """A workbook with one sheet, called S, whose cells may have style 0 (General), 1, 2, ..."""
    numbers = [each if isinstance(each, int) else 164 + at for at, each in enumerate(formats)]
    codes = [
        record(44, struct.pack("<H", number), wide(code))
        for number, code in zip(numbers, formats, strict=True)
        if isinstance(code, str)
    ]
    styles = [record(47, struct.pack("<HH", 0, number), bytes(12)) for number in (0, *numbers)]
    relations = "".join(
        f'<Relationship Id="{kind}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for kind, target in {
            "worksheet": "worksheets/sheet1.bin",
            "sharedStrings": "sharedStrings.bin",
            "styles": "styles.bin",
        }.items()
    )
    sheet = record(156, struct.pack("<II", state, 1), wide("worksheet"), wide("S"))
    return packed(
        {
            "xl/workbook.bin": record(153, bytes((from_1904, 0, 0, 0)), bytes(8)) + sheet,
            "xl/_rels/workbook.bin.rels": (
                f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
            ),
            "xl/worksheets/sheet1.bin": record(145) + rows + record(146) + after,
            "xl/sharedStrings.bin": b"".join(record(19, b"\0", wide(each)) for each in strings),
            "xl/styles.bin": b"".join(
                (*codes, record(626), styles[-1], record(627), record(617), *styles, record(618))
            ),
            **(parts or {}),
        }
    )
