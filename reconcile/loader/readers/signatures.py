"""Says of bytes which reader reads them, or what they are else and what to do about it.

Owns the signatures of all kinds of file, and whether a file was ever meant to be a
spreadsheet. Sources: the magic numbers of the formats' own specifications; ECMA-376 part 2
and ODF 1.3 part 2 (what is inside a zip); MS-OFFCRYPTO (a workbook with a password is an
OLE2 file with a stream `EncryptedPackage`); MS-XLS 2.4.21 and its forerunners (how a
workbook begins that is in no OLE2 file).
"""

import codecs
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from enum import Enum, auto
from typing import BinaryIO, Final, NamedTuple

__all__ = [
    "OLE2_MARK",
    "UTF16_MARKS",
    "ZIP_MARKS",
    "Judged",
    "Kind",
    "Meant",
    "foreign",
    "judge",
    "kind_of",
]


class Kind(Enum):
    """The kinds that are read, one reader each; the value is what messages call them."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    XML = "xml"
    HTML = "html"
    TEXT = "text"


class Meant(Enum):
    """Whether a file was meant to be a spreadsheet, as far as its content tells."""

    YES = auto()  # it is one, or the remains of one
    NO = auto()
    TEXT = auto()  # in text a table looks like prose
    UNKNOWN = auto()  # no signature: another kind of thing, or a damaged spreadsheet


class Judged(NamedTuple):
    """What a file is, in words that follow its name; `says` is None if it looks like text."""

    says: str | None
    meant: Meant


class _Found(NamedTuple):
    """The same, and the kind if a reader reads it."""

    says: str | None
    meant: Meant
    kind: Kind | None = None


ZIP_MARKS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

_SAVE = "save it as .xlsx or CSV in the program it comes from"
_RESAVE = "open it in a spreadsheet program and save it as .xlsx or CSV"
_PASSWORD = "is a workbook with a password: open it, take the password off and save it again"  # noqa: S105

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
OLE2_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE2_STREAMS: Final = (
    ("EncryptedPackage", _PASSWORD, Meant.YES),
    ("Workbook", "is a workbook in the old .xls format", Meant.YES),
    ("Book", "is a workbook in the old .xls format", Meant.YES),
    ("WordDocument", f"is a Word document (.doc), not a spreadsheet: {_SAVE}", Meant.NO),
    ("PowerPoint Document", f"is a presentation (.ppt), not a spreadsheet: {_SAVE}", Meant.NO),
)
_OLE2_WORKBOOKS: Final = ("Workbook", "Book")
_BARE_WORKBOOKS: Final = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
"""The first record of Excel 2 to 5 and its length: the whole file is the workbook."""

_ZIP_PARTS: Final = (
    ("word/document.xml", f"is a Word document (.docx), not a spreadsheet: {_SAVE}", Meant.NO),
    ("ppt/presentation.xml", f"is a presentation (.pptx), not a spreadsheet: {_SAVE}", Meant.NO),
    (
        "index/document.iwa",
        f"is an Apple Numbers file: export it as .xlsx or CSV ({_SAVE})",
        Meant.YES,
    ),
    ("encrypted-package", _PASSWORD, Meant.YES),
)
_ZIP_KINDS: Final = (
    ("workbook.xml", "is an .xlsx workbook", Kind.XLSX),
    ("workbook.bin", "is a binary workbook (.xlsb)", Kind.XLSB),
)
"""In the folder `xl`, or in any if the zip says of itself that it is such a package."""

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
_WORKBOOK = re.compile(rb"<(?:\w+:)?Workbook[\s>]")
_XML_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_FLAT_OPEN_DOCUMENT = b"urn:oasis:names:tc:opendocument:xmlns:office"
_WEB_ARCHIVE = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)
_JSON = re.compile(rb'\s*\[?\s*\{\s*"')
_SAMPLE = 1 << 16
_CHUNK = 1 << 20
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1a\x1b")) + b"\x7f"
_CONTROLS_SHARE = 20  # one byte in so many; random bytes hold one in ten, text hardly any


def kind_of(data: bytes) -> Kind | None:
    """The kind that some bytes are, if a reader reads it."""
    return _found(io.BytesIO(data)).kind


def foreign(data: bytes) -> str | None:
    """Say of what no reader reads what it is and what to do, to follow the file's name.

    `is a PDF: save it as ...`; None for a kind that is read.
    """
    found = _found(io.BytesIO(data))
    return None if found.kind else found.says


def judge(file: BinaryIO) -> Judged:
    """What an open file is, and what it was meant to be; reads as little of it as does.

    Beyond the beginning that is the list in a zip, an OLE2 file up to the name that tells,
    and a text up to its first character.
    """
    found = _found(file)
    return Judged(found.says, found.meant)


def _found(file: BinaryIO) -> _Found:
    file.seek(0)
    sample = file.read(_SAMPLE)
    if sample.startswith(OLE2_MARK):
        return _ole2(file)
    if sample.startswith(ZIP_MARKS):
        return _zip(file)
    if sample.startswith(_BARE_WORKBOOKS):
        return _Found("is a workbook in the old .xls format", Meant.YES, Kind.XLS)
    if b"%PDF-" in sample[:1024]:
        return _Found(f"is a PDF: {_SAVE}", Meant.NO)
    for signature, says in _SIGNATURES:
        if sample.startswith(signature):
            return _Found(says, Meant.NO)
    if sample.startswith(_UTF32_MARKS):
        return _Found(f"is text in UTF-32: {_RESAVE}", Meant.TEXT)
    return _text(file, sample)


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


def _ole2(file: BinaryIO) -> _Found:
    marks = [(stream.lower() + "\x00").encode("utf-16-le") for stream, _, _ in _OLE2_STREAMS]
    found: set[bytes] = set()
    before = b""
    for chunk in _chunks(file):
        window = before + chunk.lower()
        found.update(mark for mark in marks if mark in window)
        before = window[-max(map(len, marks)) :]
        if marks[0] in found:
            break
    for mark, (stream, says, meant) in zip(marks, _OLE2_STREAMS, strict=True):
        if mark in found:
            return _Found(says, meant, Kind.XLS if stream in _OLE2_WORKBOOKS else None)
    return _Found(f"is an old Office file without a workbook in it: {_SAVE}", Meant.NO)


def _zip(file: BinaryIO) -> _Found:
    names = _names_in(file)
    if not names:
        return _Found(
            "is a damaged, incomplete or empty zip file or workbook: export or copy it again",
            Meant.YES,
        )
    packages = {name.rpartition("/")[2] for name in names if "_rels/.rels" in names}
    for part, says, kind in _ZIP_KINDS:
        if f"xl/{part}" in names or part in packages:
            return _Found(says, Meant.YES, kind)
    for part, says, meant in _ZIP_PARTS:
        if part in names:
            return _Found(says, meant)
    if "content.xml" in names and names & {"mimetype", "meta-inf/manifest.xml"}:
        what = _open_document_kind(file)
        if what.startswith(_OPEN_DOCUMENT) and not what.startswith(_OPEN_SPREADSHEET):
            return _Found(
                f"is an OpenDocument file (.ods or .odt), but no spreadsheet: {_SAVE}", Meant.NO
            )
        return _Found("is an OpenDocument spreadsheet (.ods)", Meant.YES, Kind.ODS)
    parts_of_a_workbook = any(name.startswith("xl/") for name in names)
    return _Found(
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


def _text(file: BinaryIO, sample: bytes) -> _Found:
    """The same of a file without a signature."""
    wide = sample.startswith(UTF16_MARKS)
    if wide:
        sample = sample.decode("utf-16", "replace").encode("utf-8", "replace")
    sample = sample.removeprefix(b"\xef\xbb\xbf")
    if not sample.strip(b" \t\r\n\f\x0b\x1a\x00\xc2\xa0"):
        hollow = _is_hollow(file, "utf-16" if wide else "utf-8-sig")
        if hollow:
            return _Found("is empty: export it again", Meant.TEXT)
        return _Found(None, Meant.TEXT, Kind.TEXT)
    if _MARKUP.match(sample):
        return _markup(sample)
    if _WEB_ARCHIVE.match(sample):
        return _Found(f"is a web archive (MHTML), whatever its name says: {_RESAVE}", Meant.TEXT)
    if _JSON.match(sample):
        return _Found(f"is a JSON file, not a spreadsheet: {_SAVE}", Meant.NO)
    return _binary(sample)


def _markup(sample: bytes) -> _Found:
    if _XML_SPREADSHEET in sample and _WORKBOOK.search(sample):
        return _Found("is an XML Spreadsheet 2003", Meant.YES, Kind.XML)
    if _FLAT_OPEN_DOCUMENT in sample:
        return _Found(f"is a flat OpenDocument file (.fods): {_RESAVE}", Meant.YES)
    if _WEB.search(sample):
        return _Found("is a web page (HTML)", Meant.TEXT, Kind.HTML)
    return _Found(f"is an XML file, not a spreadsheet: {_SAVE}", Meant.NO)


def _binary(sample: bytes) -> _Found:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * _CONTROLS_SHARE <= len(sample):
        return _Found(None, Meant.TEXT, Kind.TEXT)
    if sample.count(0) * 3 > len(sample):
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        text = min(even, odd) * _CONTROLS_SHARE <= len(sample)
        return _Found(
            f"is text in UTF-16 without the mark (BOM) that says so: {_RESAVE}",
            Meant.TEXT if text else Meant.UNKNOWN,
        )
    return _Found(f"is a binary file and no known spreadsheet: {_SAVE}", Meant.UNKNOWN)
