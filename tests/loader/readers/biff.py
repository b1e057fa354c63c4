"""Old workbooks (.xls) made record by record, and the OLE2 file around them."""

import struct

NONE = 0xFFFFFFFE


def record(kind: int, *values: bytes) -> bytes:
    content = b"".join(values)
    return struct.pack("<HH", kind, len(content)) + content


def short(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}H", *numbers)


def text(characters: str) -> bytes:
    written = characters.encode("utf-16-le")
    return struct.pack("<HB", len(written) // 2, 1) + written


def stream(*cells: bytes, formats: tuple[str, ...] = (), from_1904: bool = False) -> bytes:
    """A workbook of one sheet, whose cells may have format 0 (General), 1, 2, ..."""
    kinds = [record(0x41E, short(164 + at), text(code)) for at, code in enumerate(formats)]
    styles = [
        record(0xE0, short(0, 164 + at - 1 if at else 0), bytes(16))
        for at in range(len(formats) + 1)
    ]
    begin = record(0x809, short(0x600, 5, 0, 0), bytes(8))
    name = b"S1"

    def book(position: int) -> bytes:
        sheet = record(0x85, struct.pack("<IBBBB", position, 0, 0, len(name), 0), name)
        dates = record(0x22, short(int(from_1904)))
        return b"".join(
            (begin, record(0x42, short(1200)), dates, *kinds, *styles, sheet, record(0x0A))
        )

    begin_sheet = record(0x809, short(0x600, 16, 0, 0), bytes(8))
    return book(len(book(0))) + begin_sheet + b"".join(cells) + record(0x0A)


def number(value: float, style: int = 0, column: int = 0, row: int = 1) -> bytes:
    return record(0x203, short(row - 1, column, style), struct.pack("<d", value))


def label(characters: str, column: int = 0, row: int = 1) -> bytes:
    """A cell with a text in it."""
    return record(0x204, short(row - 1, column, 0), text(characters))


def truth(value: int, column: int = 0, row: int = 1, *, error: bool = False) -> bytes:
    """A cell with a boolean or an error in it."""
    return record(0x205, short(row - 1, column, 0), bytes((value, error)))


def in_ole2(content: bytes, name: str = "Workbook") -> bytes:
    """An OLE2 file with one stream."""
    content = content.ljust(4096, b"\0")
    count = -(-len(content) // 512)
    chain = [0xFFFFFFFD, NONE, *range(3, 2 + count), NONE]
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + short(0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(10) + struct.pack("<8I", 1, 1, 0, 4096, NONE, 0, NONE, 0)
    header += struct.pack("<I", 0)

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = (title + "\0").encode("utf-16-le")
        return (
            written.ljust(64, b"\0")
            + struct.pack("<HBB3I", len(written), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )

    directory = entry("Root Entry", 5, 1, NONE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(content))
    parts = (header.ljust(512, b"\xff"), table, directory.ljust(512, b"\0"), content)
    return b"".join(parts).ljust((3 + count) * 512, b"\0")
