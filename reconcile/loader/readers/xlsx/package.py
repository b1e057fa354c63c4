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

from reconcile.errors import FileRefusedError

__all__ = ["Package", "damage_refused", "new_parser"]

MAX_UNPACKED: Final = 4 << 30
"""Bytes of all parts. A sheet full to its last row with the 44 columns of the widest export
known unpacks to under 3 GiB."""

MAX_HELD: Final = 1 << 30
"""Bytes of a part that is held as a whole (shared strings, styles, the list of sheets)."""

_DAMAGE = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # a version or a way to pack that no spreadsheet program uses
    UnicodeDecodeError,
    ValueError,  # zipfile: offsets outside the file
)


class Package:
    """The parts of one workbook, found without regard to case, as spreadsheet programs do."""

    def __init__(self, data: bytes, name: str) -> None:
        """Raises `FileRefusedError` if the zip is damaged, encrypted or too big."""
        self.name = name
        with damage_refused(name):
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
                f"{name} would unpack to {unpacked / 2**30:.0f} GiB, and no export needs more "
                f"than {MAX_UNPACKED >> 30}: look at where it comes from, then split it."
            )

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    @contextmanager
    def open(self, part: str) -> Iterator[zipfile.ZipExtFile]:
        """The bytes of a part, unpacked as they are read.

        Raises `FileRefusedError` if it isn't there or is damaged, also while it is read.
        """
        info = self._parts.get(part.lower())
        if info is None:
            raise FileRefusedError(
                f"{self.name} is damaged or incomplete: its part {part} is missing; open it in "
                "a spreadsheet program and save it again."
            )
        if info.flag_bits & 1:
            raise FileRefusedError(
                f"{self.name} is a zip file with a password: unpack it and give the file inside."
            )
        with damage_refused(self.name, part), self._archive.open(info) as stream:
            yield cast("zipfile.ZipExtFile", stream)

    def read(self, part: str) -> bytes:
        """The whole of a small part; raises `FileRefusedError` like `open`."""
        info = self._parts.get(part.lower())
        if info is not None and info.file_size > MAX_HELD:
            raise FileRefusedError(
                f"{self.name} would unpack its part {part} to {info.file_size / 2**30:.0f} GiB: "
                "look at where it comes from, then split it."
            )
        with self.open(part) as stream:
            return stream.read()


@contextmanager
def damage_refused(name: str, part: str = "") -> Iterator[None]:
    """Turn what damaged bytes raise into a `FileRefusedError` that says what to do."""
    try:
        yield
    except _DAMAGE as error:
        where = f" (part {part})" if part else ""
        raise FileRefusedError(
            f"{name} is a damaged or incomplete workbook{where}: export or copy it again, or "
            "open it in a spreadsheet program and save it."
        ) from error


def new_parser(name: str) -> expat.XMLParserType:
    """An XML parser that joins namespace and name with a blank and refuses declarations.

    It raises `FileRefusedError` at a document type, before any entity could be declared.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise FileRefusedError(
            f"{name} declares XML entities, which no export does: look at where it comes from, "
            "then open it in a spreadsheet program and save it again."
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser
