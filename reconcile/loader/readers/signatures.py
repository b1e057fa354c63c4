"""Says of content that no reader reads what it is, and what to do about it.

Owns the signatures of other kinds of file. Sources: the magic numbers of the formats' own
specifications; MS-OFFCRYPTO (a workbook with a password is an OLE2 file with a stream
`EncryptedPackage`); ODF 1.3 part 2 (packages).
"""

import codecs
import re
from typing import Final, NamedTuple

from reconcile.loader.readers.base import Meant
from reconcile.loader.readers.content import Content

__all__ = ["PASSWORD", "OtherKind", "other_kind"]


class OtherKind(NamedTuple):
    """What a file is, in words that follow its name, and whether it was meant to be an export."""

    says: str
    meant: Meant = Meant.NO


_SAVE: Final = "save it as .xlsx or CSV in the program it comes from"
_RESAVE: Final = "open it in a spreadsheet program and save it as .xlsx or CSV"
_UNPACK: Final = "unpack it and give the file inside"
PASSWORD: Final = "is a workbook with a password: open it, take the password off and save it again"  # noqa: S105

_SIGNATURES: Final = (
    (b"\x1f\x8b", f"is a gzip file: {_UNPACK}"),
    (b"7z\xbc\xaf\x27\x1c", f"is a 7-Zip archive: {_UNPACK}"),
    (b"Rar!\x1a\x07", f"is a RAR archive: {_UNPACK}"),
    (b"BZh", f"is a bzip2 file: {_UNPACK}"),
    (b"\xfd7zXZ\x00", f"is an xz file: {_UNPACK}"),
    (b"\x28\xb5\x2f\xfd", f"is a Zstandard file: {_UNPACK}"),
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
_OLE2_STREAMS: Final = {
    "encryptedpackage": OtherKind(PASSWORD, Meant.YES),
    "worddocument": OtherKind(f"is a Word document (.doc), not a spreadsheet: {_SAVE}"),
    "powerpoint document": OtherKind(f"is a presentation (.ppt), not a spreadsheet: {_SAVE}"),
}
_ZIP_PARTS: Final = {
    "word/document.xml": OtherKind(f"is a Word document (.docx), not a spreadsheet: {_SAVE}"),
    "ppt/presentation.xml": OtherKind(f"is a presentation (.pptx), not a spreadsheet: {_SAVE}"),
    "index/document.iwa": OtherKind(
        f"is an Apple Numbers file: export it as .xlsx or CSV ({_SAVE})", Meant.YES
    ),
    "encrypted-package": OtherKind(PASSWORD, Meant.YES),
    "content.xml": OtherKind(
        f"is an OpenDocument file (.ods or .odt), but no spreadsheet: {_SAVE}"
    ),
}
_UTF32_MARKS: Final = (b"\x00\x00\xfe\xff", b"\xff\xfe\x00\x00")
_MARKUP: Final = re.compile(rb"\s*<[a-z!?]", re.IGNORECASE)
_FLAT_OPEN_DOCUMENT = b"urn:oasis:names:tc:opendocument:xmlns:office"
_WEB_ARCHIVE: Final = re.compile(rb"\s*MIME-Version:", re.IGNORECASE)
_JSON: Final = re.compile(rb'\s*\[?\s*\{\s*"')
_BLANKS = "\x00\x1a\ufeff \t\r\n\f\x0b\xa0"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1a\x1b")) + b"\x7f"
_CONTROLS_SHARE = 20  # one byte in so many; random bytes hold one in ten, text hardly any


def other_kind(content: Content) -> OtherKind | None:
    """What it is; None if it looks like text, of which every table is a text file.

    As little is read as will do: of a zip its list of parts, of an OLE2 file all up to the
    stream that tells, of a text all up to its first character.
    """
    if content.is_ole2:
        return _ole2(content)
    if content.is_zip:
        return _zip(content)
    sample = content.sample
    if b"%PDF-" in sample[:1024]:
        return OtherKind(f"is a PDF: {_SAVE}")
    for signature, says in _SIGNATURES:
        if sample.startswith(signature):
            return OtherKind(says)
    if sample.startswith(_UTF32_MARKS):
        return OtherKind(f"is text in UTF-32: {_RESAVE}", Meant.TEXT)
    if not content.text.strip(b" \t\r\n\f\x0b\x1a\x00\xc2\xa0"):
        return OtherKind("is empty: export it again", Meant.TEXT) if _is_empty(content) else None
    return _text(content.text)


def _ole2(content: Content) -> OtherKind:
    if content.stream in _OLE2_STREAMS:
        return _OLE2_STREAMS[content.stream]
    if content.is_cut_short:
        return OtherKind(
            "is a damaged or incomplete Office file: export or copy it again", Meant.YES
        )
    return OtherKind(f"is an old Office file without a workbook in it: {_SAVE}")


def _zip(content: Content) -> OtherKind:
    if not content.parts:
        return OtherKind(
            "is a damaged, incomplete or empty zip file or workbook: export or copy it again",
            Meant.YES,
        )
    for part, other in _ZIP_PARTS.items():
        if part in content.parts and (part != "content.xml" or "mimetype" in content.parts):
            return other
    parts_of_a_workbook = any(name.startswith("xl/") for name in content.parts)
    return OtherKind(f"is a zip file: {_UNPACK}", Meant.YES if parts_of_a_workbook else Meant.NO)


def _is_empty(content: Content) -> bool:
    encoding = "utf-16" if content.is_utf16 else "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    if any(decoder.decode(chunk).strip(_BLANKS) for chunk in content.chunks()):
        return False
    return not decoder.decode(b"", final=True).strip(_BLANKS)


def _text(sample: bytes) -> OtherKind | None:
    if _MARKUP.match(sample):
        if _FLAT_OPEN_DOCUMENT in sample:
            return OtherKind(f"is a flat OpenDocument file (.fods): {_RESAVE}", Meant.YES)
        return OtherKind(f"is an XML file, not a spreadsheet: {_SAVE}")
    if _WEB_ARCHIVE.match(sample):
        return OtherKind(f"is a web archive (MHTML), whatever its name says: {_RESAVE}", Meant.TEXT)
    if _JSON.match(sample):
        return OtherKind(f"is a JSON file, not a spreadsheet: {_SAVE}")
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls * _CONTROLS_SHARE <= len(sample):
        return None
    if sample.count(0) * 3 > len(sample):
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        text = min(even, odd) * _CONTROLS_SHARE <= len(sample)
        return OtherKind(
            f"is text in UTF-16 without the mark (BOM) that says so: {_RESAVE}",
            Meant.TEXT if text else Meant.UNKNOWN,
        )
    return OtherKind(f"is a binary file and no known spreadsheet: {_SAVE}", Meant.UNKNOWN)
