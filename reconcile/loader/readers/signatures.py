"""Says what bytes are that no reader reads, by their content, and what to do about it.

Owns the signatures of foreign files, and whether such a file was ever meant to be a
spreadsheet. Sources: the magic numbers of the formats' own specifications; ECMA-376 part 2
and ODF 1.3 part 2 (what is inside a zip); MS-OFFCRYPTO (a workbook with a password is an
OLE2 file with a stream `EncryptedPackage`).
"""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum, auto
from typing import BinaryIO, Final, NamedTuple

__all__ = ["UTF16_MARKS", "ZIP_MARKS", "Judged", "Meant", "foreign", "judge", "zip_names"]


class Meant(Enum):
    """Whether a file was meant to be a spreadsheet, as far as its content tells."""

    YES = auto()  # it is one, or the remains of one, or of a kind that no reader reads
    NO = auto()
    TEXT = auto()  # in text a table looks like prose
    UNKNOWN = auto()  # no signature: another kind of thing, or a damaged spreadsheet


class Judged(NamedTuple):
    """What a file is; `says` is None if it looks like text that a reader reads."""

    says: str | None
    meant: Meant


ZIP_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

_SAVE = "save it as .xlsx or CSV in the program it comes from"
_RESAVE = "open it in a spreadsheet program and save it as .xlsx or CSV"

_SIGNATURES: Final = (
    (b"\x1f\x8b", "is a gzip file: unpack it and give the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive: unpack it and give the file inside"),
    (b"Rar!\x1a\x07", "is a RAR archive: unpack it and give the file inside"),
    (b"BZh", "is a bzip2 file: unpack it and give the file inside"),
    (b"\xfd7zXZ\x00", "is an xz file: unpack it and give the file inside"),
    (b"\x28\xb5\x2f\xfd", "is a Zstandard file: unpack it and give the file inside"),
    (b"\x89PNG\r\n\x1a\n", f"is an image (PNG): {_SAVE}"),
    (b"\xff\xd8\xff", f"is an image (JPEG): {_SAVE}"),
    (b"GIF87a", f"is an image (GIF): {_SAVE}"),
    (b"GIF89a", f"is an image (GIF): {_SAVE}"),
    (b"II*\x00", f"is an image (TIFF): {_SAVE}"),
    (b"MM\x00*", f"is an image (TIFF): {_SAVE}"),
    (b"{\\rtf", f"is a document (RTF), not a spreadsheet: {_SAVE}"),
    (b"SQLite format 3\x00", f"is an SQLite database: {_SAVE}"),
    (b"PAR1", f"is a Parquet file: {_SAVE}"),
)
"""None of these was meant to be a spreadsheet."""

_UTF32_MARKS: Final = (b"\x00\x00\xfe\xff", b"\xff\xfe\x00\x00")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE2_STREAMS: Final = (
    (
        "EncryptedPackage",
        "is a workbook with a password: open it, take the password off and save it again",
        Meant.YES,
    ),
    ("Workbook", f"is a workbook in the old .xls format: {_RESAVE}", Meant.YES),
    ("Book", f"is a workbook in the old .xls format: {_RESAVE}", Meant.YES),
    ("WordDocument", f"is a Word document (.doc), not a spreadsheet: {_SAVE}", Meant.NO),
    ("PowerPoint Document", f"is a presentation (.ppt), not a spreadsheet: {_SAVE}", Meant.NO),
)
_ZIP_PARTS: Final = (
    ("xl/workbook.xml", f"is an .xlsx workbook, not text: {_RESAVE}", Meant.YES),
    ("xl/workbook.bin", f"is a binary workbook (.xlsb): {_RESAVE}", Meant.YES),
    ("word/document.xml", f"is a Word document (.docx), not a spreadsheet: {_SAVE}", Meant.NO),
    ("ppt/presentation.xml", f"is a presentation (.pptx), not a spreadsheet: {_SAVE}", Meant.NO),
    (
        "index/document.iwa",
        f"is an Apple Numbers file: export it as .xlsx or CSV ({_SAVE})",
        Meant.YES,
    ),
)
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
_MARKUP = re.compile(rb"\s*<[a-z!?]", re.IGNORECASE)
_WEB = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|meta|style|script|div|p|form|title)[\s>]",
    re.IGNORECASE,
)
_JSON = re.compile(rb'\s*\[?\s*\{\s*"')
_SAMPLE = 1 << 16
_CHUNK = 1 << 20
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1a\x1b")) + b"\x7f"
_CONTROLS_SHARE = 20  # one byte in so many; random bytes hold one in ten, text hardly any


def foreign(data: bytes) -> str | None:
    """Say what `data` is and what to do, to follow the file's name; None if it looks like text.

    `is a PDF: save it as ...`. The answer for a zip is never None.
    """
    return judge(io.BytesIO(data)).says


def judge(file: BinaryIO) -> Judged:
    """The same of an open file, and what it was meant to be; reads as little of it as does.

    Beyond the beginning that is the list in a zip, an OLE2 file up to the name that tells,
    and a text up to its first character.
    """
    file.seek(0)
    sample = file.read(_SAMPLE)
    if sample.startswith(_OLE2):
        return _ole2(file)
    if sample.startswith(ZIP_MARKS):
        return _zip(file)
    if b"%PDF-" in sample[:1024]:
        return Judged(f"is a PDF: {_SAVE}", Meant.NO)
    for signature, says in _SIGNATURES:
        if sample.startswith(signature):
            return Judged(says, Meant.NO)
    if sample.startswith(_UTF32_MARKS):
        return Judged(f"is text in UTF-32: {_RESAVE}", Meant.TEXT)
    return _text(file, sample)


def zip_names(data: bytes) -> frozenset[str]:
    """The names in a zip, in lower case, with forward slashes; none if it can't be opened."""
    return _names_in(io.BytesIO(data)) if data.startswith(ZIP_MARKS) else frozenset()


def _names_in(file: BinaryIO) -> frozenset[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return frozenset(map(_plain_name, archive.namelist()))
    except _DAMAGED_ZIP:
        return frozenset()


def _plain_name(name: str) -> str:
    return name.lower().replace("\\", "/")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _ole2(file: BinaryIO) -> Judged:
    marks = [(stream + "\x00").encode("utf-16-le") for stream, _, _ in _OLE2_STREAMS]
    found: set[bytes] = set()
    before = b""
    for chunk in _chunks(file):
        window = before + chunk
        found.update(mark for mark in marks if mark in window)
        before = window[-max(map(len, marks)) :]
        if marks[0] in found:
            break
    for mark, (_, says, meant) in zip(marks, _OLE2_STREAMS, strict=True):
        if mark in found:
            return Judged(says, meant)
    return Judged(f"is an old Office file without a workbook in it: {_SAVE}", Meant.NO)


def _zip(file: BinaryIO) -> Judged:
    names = _names_in(file)
    if not names:
        return Judged(
            "is a damaged, incomplete or empty zip file or workbook: export or copy it again",
            Meant.YES,
        )
    for part, says, meant in _ZIP_PARTS:
        if part in names:
            return Judged(says, meant)
    if {"content.xml", "mimetype"} <= names:
        kind = _open_document_kind(file)
        text = kind.startswith(_OPEN_DOCUMENT) and not kind.startswith(_OPEN_SPREADSHEET)
        return Judged(
            f"is an OpenDocument file (.ods or .odt): {_RESAVE}", Meant.NO if text else Meant.YES
        )
    parts_of_a_workbook = any(name.startswith("xl/") for name in names)
    return Judged(
        "is a zip file: unpack it and give the file inside",
        Meant.YES if parts_of_a_workbook else Meant.NO,
    )


def _open_document_kind(file: BinaryIO) -> bytes:
    """What an OpenDocument file says it is; nothing if that can't be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                if _plain_name(info.filename) == "mimetype":
                    with archive.open(info) as part:
                        return part.read(len(_OPEN_SPREADSHEET)).strip()
    except _DAMAGED_ZIP:
        pass
    return b""


def _is_hollow(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    blanks = "\x00\x1a\ufeff \t\r\n\f\x0b\xa0"
    if any(decoder.decode(chunk).strip(blanks) for chunk in _chunks(file)):
        return False
    return not decoder.decode(b"", final=True).strip(blanks)


def _text(file: BinaryIO, sample: bytes) -> Judged:
    """The same of a file without a signature."""
    wide = sample.startswith(UTF16_MARKS)
    if wide:
        sample = sample.decode("utf-16", "replace").encode("utf-8", "replace")
    sample = sample.removeprefix(b"\xef\xbb\xbf")
    if not sample.strip(b" \t\r\n\f\x0b\x1a\x00\xc2\xa0"):
        hollow = _is_hollow(file, "utf-16" if wide else "utf-8-sig")
        return Judged("is empty: export it again" if hollow else None, Meant.TEXT)
    if _MARKUP.match(sample):
        return _markup(sample)
    if _JSON.match(sample):
        return Judged(f"is a JSON file, not a spreadsheet: {_SAVE}", Meant.NO)
    return _binary(sample)


def _markup(sample: bytes) -> Judged:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in sample:
        return Judged(f"is an XML Spreadsheet 2003: {_RESAVE}", Meant.YES)
    if _WEB.search(sample):
        return Judged(f"is a web page (HTML), whatever its name says: {_RESAVE}", Meant.TEXT)
    return Judged(f"is an XML file, not a spreadsheet: {_SAVE}", Meant.NO)


def _binary(sample: bytes) -> Judged:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * _CONTROLS_SHARE <= len(sample):
        return Judged(None, Meant.TEXT)
    if sample.count(0) * 3 > len(sample):
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        text = min(even, odd) * _CONTROLS_SHARE <= len(sample)
        return Judged(
            f"is text in UTF-16 without the mark (BOM) that says so: {_RESAVE}",
            Meant.TEXT if text else Meant.UNKNOWN,
        )
    return Judged(f"is a binary file and no known spreadsheet: {_SAVE}", Meant.UNKNOWN)
