"""Reads the many equal elements of a big XML part fast, and any of them exactly.

Owns the way a part is gone through, block by block. Elements in the plain form in which
nearly every program writes them are taken from the text as it stands; all else goes through
an XML parser, whose handlers write the same elements in plain form. So there is one meaning,
whatever the spelling, and the parser still sees all that stands around the elements.
"""

import io
import re
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Final, Generic, TypeVar

from reconcile.domain.errors import InternalError
from reconcile.loader.readers.common.package import MAX_TEXT, Package, new_parser, too_long
from reconcile.loader.readers.content import UTF16_MARKS

__all__ = ["NAMESPACES", "PlainXml", "Runs", "escaped"]

Block = TypeVar("Block")

NAMESPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
"""Of spreadsheets, transitional and strict."""

_BEGINNING: Final = 1 << 16  # characters; what stands before the first element is shorter
_BLOCK: Final = 1 << 15  # characters; what becomes of a block should stay in the processor's cache
_CHUNK: Final = 1 << 18  # bytes or characters handed to the parser at once
_ENCODING: Final = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding=["']([\w-]+)["']""")
_REFERENCE: Final = re.compile("&(?!(?:amp|lt|gt|quot|apos);)")
"""A character that isn't written as in the plain form."""

_ROOT: Final = re.compile(r"\s*(?:<\?[^>]*\?>\s*)?<(\w+:)?\w+(\s[^<>]*)?>")


class PlainXml(ABC, Generic[Block]):
    """The elements `tag`, all inside the element `container`, of one part."""

    tag: ClassVar[str]
    container: ClassVar[str]
    known: ClassVar[frozenset[str]]
    """The elements that `start` and `end` hear of, without their namespace."""
    most: ClassVar[int]
    """So many bytes of the part are too many."""

    def __init__(self, package: Package, part: str) -> None:
        self.name = package.name
        self._package = package
        self._part = part
        self._written: list[str] = []
        self._characters = 0

    @abstractmethod
    def plain(self, block: str) -> Block | None:
        """What the elements of a block say; None if any of them isn't in plain form."""

    @abstractmethod
    def start(self, element: str, attributes: dict[str, str]) -> None:
        """The parser meets a start tag."""

    @abstractmethod
    def end(self, element: str) -> None:
        """The parser meets an end tag; `write` is called at that of `tag`."""

    @abstractmethod
    def text(self, characters: str) -> None:
        """The parser meets text."""

    def write(self, element: str) -> None:
        """Take an element in plain form from the three above."""
        self._written.append(element)
        self._characters = 0

    def blocks(self) -> Iterator[Block]:
        """All elements in order, some at a time.

        Raises `FileRefusedError` if the part is missing or damaged, or declares entities.
        """
        parser = new_parser(self.name)
        names = {f"{space} {each}": each for space in NAMESPACES for each in self.known}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name in names:
                self.start(names[name], attributes)

        def end(name: str) -> None:
            if name in names:
                self.end(names[name])

        def text(characters: str) -> None:
            self._characters += len(characters)
            if self._characters > MAX_TEXT:
                raise too_long(self.name)
            self.text(characters)

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        with self._package.open(self._part, self.most) as stream:
            for piece, block in self._pieces(stream):
                read = None if block is None else self.plain(block)
                if read is None:
                    parser.Parse(piece)
                    read = self._exact()
                yield read
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by place only
        yield self._exact()

    def _exact(self) -> Block:
        written = "".join(self._written)
        self._written.clear()
        read = self.plain(written)
        if read is None:
            raise InternalError(f"{self.name}: no plain form of {written[:200]!r}")
        return read

    def _pieces(self, stream: zipfile.ZipExtFile) -> Iterator[tuple[str | bytes, str | None]]:
        """The part from beginning to end; beside each piece the block it is, if it may be plain."""
        if not _is_utf8(stream.peek()):
            while chunk := stream.read(_CHUNK):
                yield chunk, None
            return
        text = io.TextIOWrapper(stream, "utf-8-sig", newline=None)
        buffer = text.read(_BEGINNING)
        begin, prefix = self._begin(buffer)
        yield buffer[:begin], None
        buffer = buffer[begin:]
        more = begin > 0
        while more:
            end, more = self._whole(buffer, prefix)
            piece = buffer[:end]
            if _declares(piece):
                break
            yield piece, _block(piece, prefix)
            buffer = buffer[end:]
            if more and len(buffer) < MAX_TEXT:
                following = text.read(max(_BLOCK, len(buffer)))  # or long elements take long
                buffer += following
                more = bool(following)
            else:
                more = False
        while buffer:
            yield buffer, None
            buffer = text.read(_CHUNK)

    def _begin(self, buffer: str) -> tuple[int, str]:
        """Where the first element may stand, and the prefix of all; 0 if that isn't plain."""
        root = _ROOT.match(buffer)
        prefix = root[1] or "" if root else ""
        container = re.search(f"<{prefix}{self.container}(?: [^<>]*)?(?<!/)>", buffer)
        if root is None or container is None or "<!" in buffer[: container.end()]:
            return 0, prefix
        declaration = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
        declared = re.search(rf'\s{declaration}="([^"]*)"', root[2] or "")
        space = declared[1] if declared else ""
        plain = space in NAMESPACES and buffer.count(space, 0, container.end()) == 1
        return container.end() if plain else 0, prefix

    def _whole(self, buffer: str, prefix: str) -> tuple[int, bool]:
        """How far the buffer holds whole elements, and whether more may follow."""
        end = buffer.find(f"</{prefix}{self.container}")
        if end >= 0:
            return end, False
        closing = f"</{prefix}{self.tag}>"
        end = buffer.rfind(closing)
        if end >= 0:
            return end + len(closing), True
        return max(0, buffer.rfind(f"<{prefix}{self.tag}")), True


def _is_utf8(beginning: bytes) -> bool:
    declared = _ENCODING.match(beginning)
    if beginning.startswith(UTF16_MARKS) or b"\x00" in beginning:
        return False
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii")


def _block(piece: str, prefix: str) -> str | None:
    """The piece without the prefix, if all its tags have it; None if it can't be plain."""
    if _REFERENCE.search(piece):
        return None
    if not prefix:
        return piece
    tags = piece.count(f"<{prefix}") + piece.count(f"</{prefix}")
    if tags != piece.count("<"):
        return None
    return piece.replace(f"<{prefix}", "<").replace(f"</{prefix}", "</")


def _declares(text: str) -> bool:
    """Whether tags may mean something else: comments, CDATA, instructions, namespaces."""
    return "<!" in text or "<?" in text or "xmlns" in text


def escaped(characters: str) -> str:
    """Text as it stands in the plain form."""
    return characters.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Runs:
    """Joins the text of the runs of a string, without the phonetic ones.

    Source: ECMA-376 part 1, 18.4: `t` stands in a string or in its runs (`r`); what stands
    in `rPh` says how to pronounce it.
    """

    known: Final = frozenset({"t", "rPh"})

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._in_text = False
        self._in_phonetic = False

    def start(self, element: str) -> None:
        """The parser meets the start tag of a string or of anything in it."""
        if element == "rPh":
            self._in_phonetic = True
        self._in_text = element == "t" and not self._in_phonetic

    def end(self, element: str) -> None:
        """The parser meets the end tag of anything in a string."""
        if element == "rPh":
            self._in_phonetic = False
        self._in_text = False

    def text(self, characters: str) -> None:
        """The parser meets text."""
        if self._in_text:
            self._parts.append(characters)

    def take(self) -> str:
        """The whole text in plain form; the next one begins."""
        text = escaped("".join(self._parts))
        self._parts.clear()
        return text
