"""Says what bytes are that no reader reads, by their content, and what to do about it.

Owns the signatures of foreign files. Sources: the magic numbers of the formats' own
specifications; ECMA-376 part 2 and ODF 1.3 part 2 (what is inside a zip); MS-OFFCRYPTO
(a workbook with a password is an OLE2 file with a stream `EncryptedPackage`).
"""

import io
import re
import zipfile
from typing import Final

__all__ = ["UTF16_MARKS", "ZIP_MARKS", "foreign", "zip_names"]

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
    (b"\x00\x00\xfe\xff", f"is text in UTF-32: {_RESAVE}"),
    (b"\xff\xfe\x00\x00", f"is text in UTF-32: {_RESAVE}"),
)
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE2_STREAMS: Final = (
    (
        "EncryptedPackage",
        "is a workbook with a password: open it, take the password off and save it again",
    ),
    ("Workbook", f"is a workbook in the old .xls format: {_RESAVE}"),
    ("Book", f"is a workbook in the old .xls format: {_RESAVE}"),
    ("WordDocument", f"is a Word document (.doc), not a spreadsheet: {_SAVE}"),
    ("PowerPoint Document", f"is a presentation (.ppt), not a spreadsheet: {_SAVE}"),
)
_ZIP_PARTS: Final = (
    ("xl/workbook.xml", f"is an .xlsx workbook, not text: {_RESAVE}"),
    ("xl/workbook.bin", f"is a binary workbook (.xlsb): {_RESAVE}"),
    ("word/document.xml", f"is a Word document (.docx), not a spreadsheet: {_SAVE}"),
    ("ppt/presentation.xml", f"is a presentation (.pptx), not a spreadsheet: {_SAVE}"),
    ("index/document.iwa", f"is an Apple Numbers file: export it as .xlsx or CSV ({_SAVE})"),
)
_MARKUP = re.compile(rb"\s*<[a-z!?]", re.IGNORECASE)
_WEB = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|meta|style|script|div|p|form|title)[\s>]",
    re.IGNORECASE,
)
_JSON = re.compile(rb'\s*\[?\s*\{\s*"')
_SAMPLE = 1 << 16
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1a\x1b")) + b"\x7f"
_CONTROLS_SHARE = 20  # one byte in so many; random bytes hold one in ten, text hardly any


def foreign(data: bytes) -> str | None:
    """Say what `data` is and what to do, to follow the file's name; None if it looks like text.

    `is a PDF: save it as ...`. The answer for a zip is never None.
    """
    if data.startswith(_OLE2):
        return _ole2(data)
    if data.startswith(ZIP_MARKS):
        return _zip(data)
    if b"%PDF-" in data[:1024]:
        return f"is a PDF: {_SAVE}"
    for signature, says in _SIGNATURES:
        if data.startswith(signature):
            return says
    sample = data[:_SAMPLE]
    if data.startswith(UTF16_MARKS):
        sample = sample.decode("utf-16", "replace").encode("utf-8", "replace")
    sample = sample.removeprefix(b"\xef\xbb\xbf")
    if not sample.strip(b" \t\r\n\f\x0b\x1a\x00\xc2\xa0"):
        return _hollow(data)
    if _MARKUP.match(sample):
        return _markup(sample)
    if _JSON.match(sample):
        return f"is a JSON file, not a spreadsheet: {_SAVE}"
    return _binary(sample)


def zip_names(data: bytes) -> frozenset[str]:
    """The names in a zip, in lower case, with forward slashes; none if it can't be opened."""
    if not data.startswith(ZIP_MARKS):
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return frozenset(n.lower().replace("\\", "/") for n in archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return frozenset()


def _ole2(data: bytes) -> str:
    for stream, says in _OLE2_STREAMS:
        if (stream + "\x00").encode("utf-16-le") in data:
            return says
    return f"is an old Office file without a workbook in it: {_SAVE}"


def _zip(data: bytes) -> str:
    names = zip_names(data)
    if not names:
        return "is a damaged, incomplete or empty zip file or workbook: export or copy it again"
    for part, says in _ZIP_PARTS:
        if part in names:
            return says
    if {"content.xml", "mimetype"} <= names:
        return f"is an OpenDocument file (.ods or .odt): {_RESAVE}"
    return "is a zip file: unpack it and give the file inside"


def _hollow(data: bytes) -> str | None:
    rest = data.decode("utf-16" if data.startswith(UTF16_MARKS) else "utf-8-sig", "replace")
    if rest.strip("\x00\x1a\ufeff \t\r\n\f\x0b\xa0"):
        return None
    return "is empty: export it again"


def _markup(sample: bytes) -> str:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in sample:
        return f"is an XML Spreadsheet 2003: {_RESAVE}"
    if _WEB.search(sample):
        return f"is a web page (HTML), whatever its name says: {_RESAVE}"
    return f"is an XML file, not a spreadsheet: {_SAVE}"


def _binary(sample: bytes) -> str | None:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * _CONTROLS_SHARE <= len(sample):
        return None
    if sample.count(0) * 3 > len(sample):
        return f"is text in UTF-16 without the mark (BOM) that says so: {_RESAVE}"
    return f"is a binary file and no known spreadsheet: {_SAVE}"
