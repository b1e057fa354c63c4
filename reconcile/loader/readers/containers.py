"""Says of an OLE2 file or a zip what is in it: a workbook of some kind, or another thing.

Sources: MS-CFB 2.2 (the header of an OLE2 file); ECMA-376 part 2 and ODF 1.3 part 2 (what is
inside a zip); MS-OFFCRYPTO (a workbook with a password is an OLE2 file with a stream
`EncryptedPackage`).
"""

import io
import struct
import zipfile
import zlib
from typing import BinaryIO, Final

from reconcile.loader.readers.found import PASSWORD, SAVE, Found, Kind, Meant

__all__ = ["OLE2_MARK", "ZIP_MARKS", "in_ole2", "in_zip"]

ZIP_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE2_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE2_STREAMS: Final = (
    ("EncryptedPackage", PASSWORD, Meant.YES),
    ("Workbook", "is a workbook in the old .xls format", Meant.YES),
    ("Book", "is a workbook in the old .xls format", Meant.YES),
    ("WordDocument", f"is a Word document (.doc), not a spreadsheet: {SAVE}", Meant.NO),
    ("PowerPoint Document", f"is a presentation (.ppt), not a spreadsheet: {SAVE}", Meant.NO),
)
_OLE2_WORKBOOKS: Final = ("Workbook", "Book")
_OLE2_HEADER: Final = struct.Struct("<30xH16xI")
_OLE2_SHIFTS: Final = (9, 12)
"""A sector has two to the power of this bytes."""

_ZIP_PARTS: Final = (
    ("word/document.xml", f"is a Word document (.docx), not a spreadsheet: {SAVE}", Meant.NO),
    ("ppt/presentation.xml", f"is a presentation (.pptx), not a spreadsheet: {SAVE}", Meant.NO),
    (
        "index/document.iwa",
        f"is an Apple Numbers file: export it as .xlsx or CSV ({SAVE})",
        Meant.YES,
    ),
    ("encrypted-package", PASSWORD, Meant.YES),
)
_ZIP_KINDS: Final = (
    ("workbook.xml", "is an .xlsx workbook", Kind.XLSX),
    ("workbook.bin", "is a binary workbook (.xlsb)", Kind.XLSB),
)
"""In the folder `xl`, or in any if the zip says of itself that it is such a package."""

_CONTENT_TYPES: Final = (
    (b"ms-excel.sheet.binary.macroEnabled.main", "is a binary workbook (.xlsb)", Kind.XLSB),
    (b"spreadsheetml.sheet.main", "is an .xlsx workbook", Kind.XLSX),
    (b"ms-excel.sheet.macroEnabled.main", "is an .xlsx workbook", Kind.XLSX),
)
"""What a zip says of a part that has another name."""

_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument."
_OPEN_SPREADSHEET = _OPEN_DOCUMENT + b"spreadsheet"
_DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,  # a password
    ValueError,
    EOFError,
    OSError,
)
_CHUNK = 1 << 20


def in_ole2(file: BinaryIO) -> Found:
    """What is in an OLE2 file, by the names of its streams."""
    marks = [(stream.lower() + "\x00").encode("utf-16-le") for stream, _, _ in _OLE2_STREAMS]
    found: set[bytes] = set()
    before = b""
    file.seek(0)
    while chunk := file.read(_CHUNK):
        window = before + chunk.lower()
        found.update(mark for mark in marks if mark in window)
        before = window[-max(map(len, marks)) :]
        if marks[0] in found:
            break
    for mark, (stream, says, meant) in zip(marks, _OLE2_STREAMS, strict=True):
        if mark in found:
            return Found(says, meant, Kind.XLS if stream in _OLE2_WORKBOOKS else None)
    if _is_cut_short(file):
        return Found("is a damaged or incomplete Office file: export or copy it again", Meant.YES)
    return Found(f"is an old Office file without a workbook in it: {SAVE}", Meant.NO)


def _is_cut_short(file: BinaryIO) -> bool:
    """Whether the list of streams would begin beyond the end."""
    file.seek(0)
    header = file.read(_OLE2_HEADER.size)
    if len(header) < _OLE2_HEADER.size:
        return True
    shift, directory = _OLE2_HEADER.unpack(header)
    return shift in _OLE2_SHIFTS and (directory + 1) << shift >= file.seek(0, io.SEEK_END)


def in_zip(file: BinaryIO) -> Found:
    """What is in a zip, by the names of its parts."""
    names = _names_in(file)
    if not names:
        return Found(
            "is a damaged, incomplete or empty zip file or workbook: export or copy it again",
            Meant.YES,
        )
    packages = {name.rpartition("/")[2] for name in names if "_rels/.rels" in names}
    for part, says, kind in _ZIP_KINDS:
        if f"xl/{part}" in names or part in packages:
            return Found(says, Meant.YES, kind)
    for part, says, meant in _ZIP_PARTS:
        if part in names:
            return Found(says, meant)
    if "content.xml" in names and names & {"mimetype", "meta-inf/manifest.xml"}:
        what = _part(file, "mimetype", len(_OPEN_SPREADSHEET)).strip()
        if what.startswith(_OPEN_DOCUMENT) and not what.startswith(_OPEN_SPREADSHEET):
            return Found(
                f"is an OpenDocument file (.ods or .odt), but no spreadsheet: {SAVE}", Meant.NO
            )
        return Found("is an OpenDocument spreadsheet (.ods)", Meant.YES, Kind.ODS)
    types = _part(file, "[content_types].xml", _CHUNK)
    for content_type, says, kind in _CONTENT_TYPES:
        if content_type in types:
            return Found(says, Meant.YES, kind)
    parts_of_a_workbook = any(name.startswith("xl/") for name in names)
    return Found(
        "is a zip file: unpack it and give the file inside",
        Meant.YES if parts_of_a_workbook else Meant.NO,
    )


def _names_in(file: BinaryIO) -> frozenset[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return frozenset(map(_plain_name, archive.namelist()))
    except _DAMAGED_ZIP:
        return frozenset()


def _plain_name(name: str) -> str:
    return name.lower().replace("\\", "/")


def _part(file: BinaryIO, name: str, most: int) -> bytes:
    """The beginning of a part; nothing if there is none, or it can't be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if _plain_name(info.filename) == name:
                    with archive.open(info) as part:
                        return part.read(most)
    except _DAMAGED_ZIP:
        pass
    return b""
