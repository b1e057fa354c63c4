"""Takes a stream out of an OLE2 file, the file system in a file that .xls workbooks stand in.

Owns the way through its tables of sectors, none of which may be met twice: xlrd's way never
ends in some damaged files. Source: MS-CFB 2.2 (header), 2.3 and 2.5 (the table of sectors),
2.4 (small ones), 2.6 (directory).
"""

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["DAMAGE", "stream_of"]

DAMAGE: Final = (struct.error, IndexError, ValueError)
"""What is raised for a file that isn't whole."""

_LAST = 0xFFFFFFFA  # sectors and entries from here on are none
_HEADER_SECTORS = 109
_ENTRY = 128
_STREAM = 2
_SMALL_SECTOR = 64


class _Entry(NamedTuple):
    """An entry of the directory."""

    name: str
    kind: int
    neighbours: tuple[int, int]
    child: int
    start: int
    size: int


def stream_of(data: bytes, names: Sequence[str]) -> bytes | None:
    """The stream at the top that has the first of these names, in any case; None if none has.

    Raises one of `DAMAGE`.
    """
    file = _Ole2(data)
    found = file.top()
    return next((file.stream(found[name]) for name in names if name in found), None)


class _Ole2:
    """An OLE2 file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        (self._shift,) = struct.unpack_from("<H", data, 30)
        if self._shift not in (9, 12):
            raise ValueError(self._shift)
        first_directory, _, self._small, first_small, _, first_more, _ = struct.unpack_from(
            "<7I", data, 48
        )
        self._sectors = len(data) >> self._shift
        table = self._table(first_more)
        self._next = table
        self._small_next = _numbers(self._chain(first_small))
        directory = self._chain(first_directory)
        self._entries = [
            _entry(directory[at : at + _ENTRY])
            for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)
        ]
        root = self._entries[0]
        self._smalls = self._chain(root.start)[: root.size]

    def top(self) -> dict[str, _Entry]:
        """The streams at the top by their names in lower case."""
        found: dict[str, _Entry] = {}
        seen: set[int] = set()
        waiting = [self._entries[0].child]
        while waiting:
            number = waiting.pop()
            if number >= _LAST or number in seen:
                continue
            seen.add(number)
            entry = self._entries[number]
            waiting += entry.neighbours
            if entry.kind == _STREAM:
                found[entry.name.lower()] = entry
        return found

    def stream(self, entry: _Entry) -> bytes:
        """The content of a stream."""
        if entry.size >= self._small:
            content = self._chain(entry.start, entry.size)
        else:
            content = self._small_chain(entry.start, entry.size)
        if len(content) < entry.size:
            raise ValueError(entry.size)
        return content[: entry.size]

    def _table(self, first_more: int) -> tuple[int, ...]:
        """The sector that follows each sector."""
        places = list(struct.unpack_from(f"<{_HEADER_SECTORS}I", self._data, 76))
        for _ in range(self._sectors):
            if first_more >= _LAST:
                break
            *more, first_more = _numbers(self._sector(first_more))
            places += more
        return _numbers(b"".join(self._sector(each) for each in places if each < _LAST))

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) << self._shift
        content = self._data[begin : begin + (1 << self._shift)]
        if not content:
            raise ValueError(number)
        return content

    def _chain(self, start: int, size: int | None = None) -> bytes:
        """The sectors from one on, to the last or as many as hold `size` bytes."""
        most = self._sectors + 1 if size is None else -(-size >> self._shift)
        pieces: dict[int, bytes] = {}
        while start < _LAST and len(pieces) < most:
            if start in pieces:
                raise ValueError(start)
            pieces[start] = self._sector(start)
            start = self._next[start]
        return b"".join(pieces.values())

    def _small_chain(self, start: int, size: int) -> bytes:
        pieces: dict[int, bytes] = {}
        while start < _LAST and len(pieces) * _SMALL_SECTOR < size:
            if start in pieces:
                raise ValueError(start)
            pieces[start] = self._smalls[start * _SMALL_SECTOR : (start + 1) * _SMALL_SECTOR]
            start = self._small_next[start]
        return b"".join(pieces.values())


def _entry(content: bytes) -> _Entry:
    length, kind = struct.unpack_from("<HB", content, 64)
    left, right, child = struct.unpack_from("<3I", content, 68)
    start, size = struct.unpack_from("<2I", content, 116)
    name = content[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
    return _Entry(name, kind, (left, right), child, start, size)


def _numbers(content: bytes) -> tuple[int, ...]:
    return struct.unpack_from(f"<{len(content) // 4}I", content)
