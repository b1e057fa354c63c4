"""Whether a file holds a text at all, told without any knowledge of where its cells stand.

Every way is tried in which a kind of file writes characters and numbers down. What a reader
finds and this doesn't is made up.
"""

import re
import struct
from collections.abc import Iterator
from html import unescape
from itertools import chain
from typing import Final

from tests.loader.damage import parts_of

_BLANKS: Final = re.compile(r"[\s\x00-\x1f]+")
_TAG: Final = re.compile(r"<(?:/?[a-zA-Z!?][^<>]*|/)>")
_ESCAPED: Final = re.compile("(?:_x[0-9A-Fa-f]{4}_)+")
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_PICTURE: Final = b"\x89PNG"
_BETWEEN: Final = r"(?:<[^<>]*>?)*?"


class SearchedContent:
    """The content of a file."""

    def __init__(self, data: bytes) -> None:
        zipped = data.startswith(b"PK")
        self._parts = [data]
        if zipped:
            self._parts = [part for _, part in parts_of(data) if not part.startswith(_PICTURE)]
        self._forms = map(_squeezed, chain.from_iterable(map(_forms, self._parts)))
        self._known: list[str] = []
        self._numbers: set[float] = set()

    def __contains__(self, text: str) -> bool:
        squeezed = _squeezed(text)
        written = (squeezed, squeezed.replace('"', '""'))
        if any(each in form for form in self._all() for each in written):
            return True
        return self._has_number(text) or self._has_between_tags(squeezed)

    def _all(self) -> Iterator[str]:
        yield from self._known
        for form in self._forms:
            self._known.append(form)
            yield form

    def _has_number(self, text: str) -> bool:
        if not _NUMBER.fullmatch(text):
            return False
        if not self._numbers:
            digits = chain.from_iterable(map(_NUMBER.findall, self._all()))
            self._numbers = {*map(float, digits), *chain.from_iterable(map(_binary, self._parts))}
        return float(text) in self._numbers

    def _has_between_tags(self, squeezed: str) -> bool:
        """Whether its characters follow one another with nothing but markup between them."""
        pattern = re.compile(_BETWEEN.join(map(re.escape, squeezed)))
        return any(pattern.search(_squeezed(unescape(_text(part)))) for part in self._parts)


def _squeezed(text: str) -> str:
    return _BLANKS.sub("", text)


def _text(part: bytes) -> str:
    return part.decode("utf-8", "replace")


def _forms(part: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "cp1252", "utf-16-le"):
        text = part.decode(encoding, "replace")
        shown = unescape(_TAG.sub("", text))
        yield from (shown, _ESCAPED.sub(_unescaped, shown), text, unescape(text))
    yield part[1:].decode("utf-16-le", "replace")
    yield part.decode("utf-16-be", "replace")


def _unescaped(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("_x", "").replace("_", "")).decode("utf-16-be", "replace")


def _binary(part: bytes) -> Iterator[float]:
    """The numbers that begin at any byte: whole ones, and the short ones of binary workbooks."""
    if b"\0" not in part:
        return
    for at in range(len(part) - 3):
        bits: int = struct.unpack_from("<i", part, at)[0]
        short: float = bits >> 2
        if not bits & 2:
            short = struct.unpack("<d", bytes(4) + struct.pack("<i", bits & ~3))[0]
        yield short / 100 if bits & 1 else short
        if at + 8 <= len(part):
            yield struct.unpack_from("<d", part, at)[0]
