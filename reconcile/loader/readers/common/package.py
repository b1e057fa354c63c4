"""The zip that an .xlsx file is: its parts, and the limits that protect the machine.

Owns rule 8 of section 1 for workbooks: what would unpack beyond a stated size and what
declares an entity is refused before it is read; damage is told in one sentence.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast
from xml.parsers import expat

from reconcile.domain.errors import FileRefusedError

__all__ = ["MAX_TEXT", "Package", "damage_refused", "new_parser", "too_long"]

MAX_UNPACKED: Final = 4 << 30
"""Bytes of all parts together. A sheet full to its last row, with the 44 columns of the widest
export known, unpacks to less than 3 GiB."""

MAX_STRINGS: Final = 1 << 29
"""Bytes of the shared strings, which are held as a whole. A million rows with ten texts each
that occur nowhere else come to 450 MB."""

MAX_SMALL: Final = 1 << 26
"""Bytes of any other part that is held as a whole: styles, the list of sheets. Workbooks with
all the styles that Excel allows have 30 MB of them."""

MAX_TEXT: Final = 1 << 24
"""Characters of one row of an .xlsx sheet, of one text of any. A cell holds 32,767 at most."""

_ENCODINGS: Final = frozenset({"utf-8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii"})
_ENCRYPTED = 1  # of the flags, which APPNOTE.TXT 4.4.4 lists
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, expat.ExpatError)
_DAMAGED_ZIP = (
    *_DAMAGE,
    NotImplementedError,  # a version, or a way to pack, that no spreadsheet program uses
    ValueError,  # a place outside of the file
)


class Package:
    """The parts of one workbook, found without regard to case, as spreadsheet programs do."""

    def __init__(self, data: bytes, name: str) -> None:
        """Raises `FileRefusedError` if the zip is damaged, encrypted or too big."""
        self.name = name
        with damage_refused(name, kinds=_DAMAGED_ZIP):
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for info in self._archive.infolist():
            if info.is_dir():
                continue
            part = info.filename.lower().replace("\\", "/").lstrip("/")
            if part in self._parts:
                raise FileRefusedError(
                    f"{name} is damaged: its part {info.filename} is there twice; open it in a "
                    "spreadsheet program and save it again."
                )
            self._parts[part] = info
        unpacked = sum(info.file_size for info in self._parts.values())
        if unpacked > MAX_UNPACKED:
            raise FileRefusedError(
                f"{name} would unpack to {unpacked >> 20} MiB, and no export needs more than "
                f"{MAX_UNPACKED >> 20}: look at where it comes from, then split it."
            )

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    @contextmanager
    def open(self, part: str, most: int = MAX_UNPACKED) -> Iterator[zipfile.ZipExtFile]:
        """The bytes of a part, unpacked as they are read.

        Raises `FileRefusedError` if it isn't there, would unpack to more than `most` bytes, or
        is damaged, which may show only while it is read.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise FileRefusedError(
                f"{self.name} is damaged or incomplete: its part {part} is missing; open it in "
                "a spreadsheet program and save it again."
            )
        if info.file_size > most:
            raise FileRefusedError(
                f"{self.name} would unpack its part {part} to {info.file_size >> 20} MiB, and no "
                f"export needs more than {most >> 20}: look at where it comes from, then split it."
            )
        if info.flag_bits & _ENCRYPTED:
            raise FileRefusedError(
                f"{self.name} is a zip file with a password: unpack it and give the file inside."
            )
        with damage_refused(self.name, part, _DAMAGED_ZIP):
            stream = cast("zipfile.ZipExtFile", self._archive.open(info))
        with stream, damage_refused(self.name, part):
            yield stream

    def read(self, part: str) -> bytes:
        """The whole of a small part; raises `FileRefusedError` like `open`."""
        with self.open(part, MAX_SMALL) as stream:
            return stream.read()


@contextmanager
def damage_refused(
    name: str, part: str = "", kinds: tuple[type[Exception], ...] = _DAMAGE
) -> Iterator[None]:
    """Turn what damaged bytes raise into a `FileRefusedError` that says what to do."""
    try:
        yield
    except kinds as error:
        where = f" (part {part})" if part else ""
        raise FileRefusedError(
            f"{name} is a damaged or incomplete workbook{where}: export or copy it again, or "
            "open it in a spreadsheet program and save it."
        ) from error


def too_long(name: str) -> FileRefusedError:
    """The refusal of the workbook `name`, which holds more than `MAX_TEXT` on end."""
    return FileRefusedError(
        f"{name} holds more than {MAX_TEXT >> 20} million characters in one place, and a cell can "
        "hold 32,767: look at where it comes from, then export it again."
    )


def new_parser(name: str) -> expat.XMLParserType:
    """An XML parser that joins namespace and name with a blank.

    It raises `FileRefusedError` at a document type, before any entity could be declared, and
    at an encoding that isn't one of XML's own.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse_entities(*_: object) -> None:
        raise FileRefusedError(
            f"{name} declares XML entities, which no export does: look at where it comes from, "
            "then open it in a spreadsheet program and save it again."
        )

    def refuse_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in _ENCODINGS:
            raise FileRefusedError(
                f"{name} holds XML in the encoding {encoding!r}, which no spreadsheet program "
                "writes: open it in a spreadsheet program and save it again."
            )

    parser.StartDoctypeDeclHandler = refuse_entities
    parser.EntityDeclHandler = refuse_entities
    parser.XmlDeclHandler = refuse_encoding
    return parser
