"""Finds the encoding of a text file, or refuses it.

Owns the rule of section 1.1: UTF-8 or UTF-16 by their marks, else UTF-8 if it is valid,
else Windows-1252 only if the bytes hold no well-formed UTF-8 sequence either.
"""

import re
from codecs import getincrementaldecoder
from typing import Final

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers.content import UTF16_MARKS

__all__ = ["encoding_of"]

_UTF8_MARK = b"\xef\xbb\xbf"
_WELL_FORMED: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]"
    rb"|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
"""A character of several bytes: table 3-7 of the Unicode Standard."""

_PART = 1 << 16  # bytes
_AGAIN = "export it again as CSV UTF-8"


def encoding_of(data: bytes, name: str) -> str:
    """The codec that reads all of `data` and takes its mark off.

    Raises `FileRefusedError`, naming the first line (as an editor counts) that is at fault.
    """
    if data.isascii():
        return "ascii"
    if data.startswith(UTF16_MARKS):
        return _utf16(data, name)
    if not _is_utf8(data):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as error:
            return _windows(data, name, error.start)
    return "utf-8-sig" if data.startswith(_UTF8_MARK) else "utf-8"


def _is_utf8(data: bytes) -> bool:
    """Looks at a part at a time, so that no second copy of the file is made."""
    decoder = getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for at in range(0, len(data), _PART):
            decoder.decode(view[at : at + _PART], final=at + _PART >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _utf16(data: bytes, name: str) -> str:
    try:
        data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise FileRefusedError(
            f"{name} is damaged or incomplete: it says that it is UTF-16, but byte "
            f"{error.start + 1} isn't; {_AGAIN}."
        ) from None
    return "utf-16"


def _windows(data: bytes, name: str, first: int) -> str:
    if _WELL_FORMED.search(data):
        raise FileRefusedError(
            f"{name} is mostly UTF-8, but line {_line(data, first)} holds the byte "
            f"0x{data[first]:02X}, which isn't: two programs wrote the file; {_AGAIN}."
        )
    try:
        data.decode("cp1252")
    except UnicodeDecodeError as error:
        wrong = error.start
        raise FileRefusedError(
            f"{name} is neither UTF-8 nor Windows-1252 text: line {_line(data, wrong)} holds "
            f"the byte 0x{data[wrong]:02X}, which stands for nothing; {_AGAIN}."
        ) from None
    return "cp1252"


def _line(data: bytes, offset: int) -> int:
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1
