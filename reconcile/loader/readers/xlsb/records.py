"""The records that the parts of an .xlsb workbook are made of, and the values inside them.

Owns the binary layout. Source: MS-XLSB, Record, RkNumber, RichStr,
XLWideString, XLNullableWideString, BrtFRTBegin.
"""

import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from reconcile.loader.readers.common.package import Package, damage_refused

__all__ = ["double", "records", "rich_text", "rk_number", "short", "unsigned", "wide_text"]

_CHUNK: Final = 1 << 18
_HEADER = 6  # bytes of a type and a size at most
_NO_TEXT = 0xFFFFFFFF
_BEGIN_FUTURE = 35
_END_FUTURE = 36
"""Between these two stands what other versions wrote; its types may mean anything."""

_BROKEN = (struct.error, IndexError, EOFError)

_UNSIGNED: Final = struct.Struct("<I")
_SHORT: Final = struct.Struct("<H")
_SIGNED: Final = struct.Struct("<i")
_DOUBLE: Final = struct.Struct("<d")


@contextmanager
def records(package: Package, part: str, most: int) -> Iterator[Iterator[tuple[int, bytes]]]:
    """The records of a part: type and content of each.

    Raises `FileRefusedError` if the part is missing, too big or damaged, also for what goes
    wrong with its records inside of the `with`.
    """
    with package.open(part, most) as stream, damage_refused(package.name, part, _BROKEN):
        yield _records(stream)


def _records(stream: zipfile.ZipExtFile) -> Iterator[tuple[int, bytes]]:
    buffer, at, more = b"", 0, True
    passing = 0
    while True:
        if more and len(buffer) - at < _HEADER:
            buffer, at, more = _extended(stream, buffer, at, _HEADER)
        if at == len(buffer):
            return
        kind, at = _packed(buffer, at, 2)
        size, at = _packed(buffer, at, 4)
        if more and len(buffer) - at < size:
            buffer, at, more = _extended(stream, buffer, at, size)
        if len(buffer) - at < size:
            raise EOFError
        passing += (kind == _BEGIN_FUTURE) - (kind == _END_FUTURE)
        if not passing:
            yield kind, buffer[at : at + size]
        at += size


def _extended(
    stream: zipfile.ZipExtFile, buffer: bytes, at: int, size: int
) -> tuple[bytes, int, bool]:
    """What is left of the buffer with at least `size` bytes in it, if the part has so many."""
    pieces = [buffer[at:]]
    there = len(pieces[0])
    while there < size:
        chunk = stream.read(_CHUNK)
        if not chunk:
            return b"".join(pieces), 0, False
        pieces.append(chunk)
        there += len(chunk)
    return b"".join(pieces), 0, True


def _packed(buffer: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in groups of seven bits, and where it ends."""
    number = 0
    for group in range(most):
        byte = buffer[at]
        at += 1
        number |= (byte & 0x7F) << (7 * group)
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            break
    return number, at


def unsigned(content: bytes, at: int) -> int:
    """Four bytes."""
    number: int = _UNSIGNED.unpack_from(content, at)[0]
    return number


def short(content: bytes, at: int) -> int:
    """Two bytes."""
    number: int = _SHORT.unpack_from(content, at)[0]
    return number


def double(content: bytes, at: int) -> float:
    """Eight bytes."""
    number: float = _DOUBLE.unpack_from(content, at)[0]
    return number


def rk_number(content: bytes, at: int) -> float:
    """A number in four bytes: thirty bits of an integer or of a double, or their hundredth."""
    bits: int = _SIGNED.unpack_from(content, at)[0]
    if bits & 2:
        number: float = bits >> 2
    else:
        number = _DOUBLE.unpack(bytes(4) + _SIGNED.pack(bits & ~3))[0]
    return number / 100 if bits & 1 else number


def wide_text(content: bytes, at: int) -> tuple[str, int]:
    """A string and where it ends; one that isn't there is empty."""
    units = unsigned(content, at)
    at += 4
    if units == _NO_TEXT:
        return "", at
    end = at + 2 * units
    if end > len(content):
        raise EOFError
    return content[at:end].decode("utf-16-le", "replace"), end


def rich_text(content: bytes, at: int) -> str:
    """The characters of a string with a byte of flags before it and its formats behind it."""
    return wide_text(content, at + 1)[0]
