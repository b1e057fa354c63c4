"""The content of a file, as far as it must be looked at to tell what kind of file it is.

Owns what is found without a reader: the beginning, as bytes and as text; the names of the parts
of a zip; the names of the streams of an OLE2 file. Each is looked for when it is first asked for.
Sources: MS-CFB 2.2 (the header of an OLE2 file); ECMA-376 part 2, 9.3 (packages).
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cached_property
from io import SEEK_END
from typing import BinaryIO, Final

__all__ = ["OLE2_MARK", "UTF16_MARKS", "Content"]

OLE2_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_ZIP_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_STREAMS: Final = (
    "encryptedpackage",
    "workbook",
    "book",
    "worddocument",
    "powerpoint document",
)
"""Streams of OLE2 files that tell what these are; the first one outweighs the others."""

_OLE2_HEADER: Final = struct.Struct("<30xH16xI")
_OLE2_SHIFTS: Final = (9, 12)
"""A sector has two to the power of this bytes."""

_SAMPLE = 1 << 16
_CHUNK = 1 << 20
_DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,  # a password
    ValueError,
    EOFError,
    OSError,
)


class Content:
    """An open file, which can be read at any place."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @cached_property
    def sample(self) -> bytes:
        """The first 64 KiB."""
        self._file.seek(0)
        return self._file.read(_SAMPLE)

    @property
    def is_utf16(self) -> bool:
        """Whether a mark says so."""
        return self.sample.startswith(UTF16_MARKS)

    @cached_property
    def text(self) -> bytes:
        """The sample as UTF-8 without a mark, if it is UTF-16 or UTF-8; else as it is."""
        sample = self.sample
        if self.is_utf16:
            sample = sample.decode("utf-16", "replace").encode("utf-8", "replace")
        return sample.removeprefix(b"\xef\xbb\xbf")

    def chunks(self) -> Iterator[bytes]:
        """All bytes from the beginning, some at a time."""
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK):
            yield chunk

    @property
    def is_zip(self) -> bool:
        """Whether it begins like a zip."""
        return self.sample.startswith(_ZIP_MARKS)

    @cached_property
    def parts(self) -> frozenset[str]:
        """The names of the parts of a zip, in lower case; none if it can't be read."""
        try:
            with zipfile.ZipFile(self._file) as archive:
                return frozenset(map(_lower, archive.namelist()))
        except _DAMAGED_ZIP:
            return frozenset()

    def part(self, name: str, most: int = _CHUNK) -> bytes:
        """The first `most` bytes of a part; none if it isn't there, or can't be read."""
        try:
            with zipfile.ZipFile(self._file) as archive:
                for info in archive.infolist():
                    if _lower(info.filename) == name:
                        with archive.open(info) as part:
                            return part.read(most)
        except _DAMAGED_ZIP:
            pass
        return b""

    def is_package(self, main: str, *types: bytes) -> bool:
        """Whether it is a package of Office whose main part has this name, or one of the types."""
        if not self.is_zip:
            return False
        if f"xl/{main}" in self.parts:
            return True
        if "_rels/.rels" in self.parts and main in {name.rpartition("/")[2] for name in self.parts}:
            return True
        declared = self.part("[content_types].xml")
        return any(each in declared for each in types)

    @property
    def is_ole2(self) -> bool:
        """Whether it begins like an OLE2 file."""
        return self.sample.startswith(OLE2_MARK)

    @cached_property
    def stream(self) -> str | None:
        """The stream of an OLE2 file that tells what it is, in lower case."""
        marks = {name: (name + "\x00").encode("utf-16-le") for name in _STREAMS}
        longest = max(map(len, marks.values()))
        found: set[str] = set()
        before = b""
        for chunk in self.chunks():
            window = before + chunk.lower()
            found.update(name for name, mark in marks.items() if mark in window)
            if _STREAMS[0] in found:
                break
            before = window[-longest:]
        return next((name for name in _STREAMS if name in found), None)

    @property
    def is_cut_short(self) -> bool:
        """Whether the list of streams of an OLE2 file would begin beyond its end."""
        header = self.sample[: _OLE2_HEADER.size]
        if len(header) < _OLE2_HEADER.size:
            return True
        shift, directory = _OLE2_HEADER.unpack(header)
        return shift in _OLE2_SHIFTS and (directory + 1) << shift >= self._file.seek(0, SEEK_END)


def _lower(name: str) -> str:
    return name.lower().replace("\\", "/")
