"""Says of bytes which reader reads them, or what they are else and what to do about it.

Owns the signatures of all kinds of file, and whether a file was ever meant to be a
spreadsheet; what is inside a zip or OLE2 file is for `containers` to say. Sources: the magic
numbers of the formats' own specifications; MS-XLS 2.4.21 and its forerunners (how a workbook
begins that is in no OLE2 file).
"""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from reconcile.loader.readers.containers import OLE2_MARK, ZIP_MARKS, in_ole2, in_zip
from reconcile.loader.readers.found import RESAVE, SAVE, Found, Kind, Meant

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


class Judged(NamedTuple):
    """What a file is, in words that follow its name; `says` is None if it looks like text."""

    says: str | None
    meant: Meant


UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")

_SIGNATURES: Final = (
    (b"\x1f\x8b", "is a gzip file: unpack it and give the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "is a 7-Zip archive: unpack it and give the file inside"),
    (b"Rar!\x1a\x07", "is a RAR archive: unpack it and give the file inside"),
    (b"BZh", "is a bzip2 file: unpack it and give the file inside"),
    (b"\xfd7zXZ\x00", "is an xz file: unpack it and give the file inside"),
    (b"\x28\xb5\x2f\xfd", "is a Zstandard file: unpack it and give the file inside"),
    (b"\x89PNG\r\n\x1a\n", f"is an image (PNG): {SAVE}"),
    (b"\xff\xd8\xff", f"is an image (JPEG): {SAVE}"),
    (b"GIF87a", f"is an image (GIF): {SAVE}"),
    (b"GIF89a", f"is an image (GIF): {SAVE}"),
    (b"II*\x00", f"is an image (TIFF): {SAVE}"),
    (b"MM\x00*", f"is an image (TIFF): {SAVE}"),
    (b"{\\rtf", f"is a document (RTF), not a spreadsheet: {SAVE}"),
    (b"SQLite format 3\x00", f"is an SQLite database: {SAVE}"),
    (b"PAR1", f"is a Parquet file: {SAVE}"),
)
"""None of these was meant to be a spreadsheet."""

_UTF32_MARKS: Final = (b"\x00\x00\xfe\xff", b"\xff\xfe\x00\x00")
_BARE_WORKBOOKS: Final = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
"""The first record of Excel 2 to 5 and its length: the whole file is the workbook."""

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


def _found(file: BinaryIO) -> Found:
    file.seek(0)
    sample = file.read(_SAMPLE)
    if sample.startswith(OLE2_MARK):
        return in_ole2(file)
    if sample.startswith(ZIP_MARKS):
        return in_zip(file)
    if sample.startswith(_BARE_WORKBOOKS):
        return Found("is a workbook in the old .xls format", Meant.YES, Kind.XLS)
    if b"%PDF-" in sample[:1024]:
        return Found(f"is a PDF: {SAVE}", Meant.NO)
    for signature, says in _SIGNATURES:
        if sample.startswith(signature):
            return Found(says, Meant.NO)
    if sample.startswith(_UTF32_MARKS):
        return Found(f"is text in UTF-32: {RESAVE}", Meant.TEXT)
    return _text(file, sample)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _is_hollow(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    blanks = "\x00\x1a\ufeff \t\r\n\f\x0b\xa0"
    if any(decoder.decode(chunk).strip(blanks) for chunk in _chunks(file)):
        return False
    return not decoder.decode(b"", final=True).strip(blanks)


def _text(file: BinaryIO, sample: bytes) -> Found:
    """The same of a file without a signature."""
    wide = sample.startswith(UTF16_MARKS)
    if wide:
        sample = sample.decode("utf-16", "replace").encode("utf-8", "replace")
    sample = sample.removeprefix(b"\xef\xbb\xbf")
    if not sample.strip(b" \t\r\n\f\x0b\x1a\x00\xc2\xa0"):
        hollow = _is_hollow(file, "utf-16" if wide else "utf-8-sig")
        if hollow:
            return Found("is empty: export it again", Meant.TEXT)
        return Found(None, Meant.TEXT, Kind.TEXT)
    if _MARKUP.match(sample):
        return _markup(sample)
    if _WEB_ARCHIVE.match(sample):
        return Found(f"is a web archive (MHTML), whatever its name says: {RESAVE}", Meant.TEXT)
    if _JSON.match(sample):
        return Found(f"is a JSON file, not a spreadsheet: {SAVE}", Meant.NO)
    return _binary(sample)


def _markup(sample: bytes) -> Found:
    if _XML_SPREADSHEET in sample and _WORKBOOK.search(sample):
        return Found("is an XML Spreadsheet 2003", Meant.YES, Kind.XML)
    if _FLAT_OPEN_DOCUMENT in sample:
        return Found(f"is a flat OpenDocument file (.fods): {RESAVE}", Meant.YES)
    if _WEB.search(sample):
        return Found("is a web page (HTML)", Meant.TEXT, Kind.HTML)
    return Found(f"is an XML file, not a spreadsheet: {SAVE}", Meant.NO)


def _binary(sample: bytes) -> Found:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * _CONTROLS_SHARE <= len(sample):
        return Found(None, Meant.TEXT, Kind.TEXT)
    if sample.count(0) * 3 > len(sample):
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        text = min(even, odd) * _CONTROLS_SHARE <= len(sample)
        return Found(
            f"is text in UTF-16 without the mark (BOM) that says so: {RESAVE}",
            Meant.TEXT if text else Meant.UNKNOWN,
        )
    return Found(f"is a binary file and no known spreadsheet: {SAVE}", Meant.UNKNOWN)
