"""A file is judged by its content, and what can't be read is refused with one sentence."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers import READERS
from reconcile.loader.readers.base import Head
from reconcile.loader.recognition import read_sheets
from tests.loader.readers import binary
from tests.loader.readers.biff import in_ole2
from tests.loader.readers.workbooks import (
    packed,
    row_of,
    sheet_xml,
    text_cell,
    workbook,
    workbook_parts,
)

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
TABLE = "<table><tr><td>Order ID</td></tr></table>"
SHEET_2003 = (
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet Name="S"><Table><Row><Cell><Data>a</Data></Cell></Row></Table>'
    "</Worksheet></Workbook>"
)
SAMPLES = Path(__file__).parent / "readers" / "samples"


def no_score(_: Head) -> int:
    return 0


def kind_of(data: bytes) -> str:
    return read_sheets(data, "export.xls", no_score)[0]


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefusedError) as refused:
        kind_of(data)
    return str(refused.value)


def ole2(stream: str) -> bytes:
    return OLE2 + stream.encode("utf-16-le") + bytes(64)


def zipped(**parts: str) -> bytes:
    return packed({name.replace("__", "/").replace("_", "."): text for name, text in parts.items()})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty: export it again."),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\xff\xfe \x00\r\x00\n\x00", "is empty"),
        (b" \t\r\n\x1a", "is empty"),
        (bytes(100), "is empty"),
        ("\xa0 \n".encode(), "is empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "is a PDF: save it as .xlsx or CSV"),
        (b"\r\n%PDF-1.4", "is a PDF"),
        (gzip.compress(b"Order ID,Name\n", mtime=0), "is a gzip file: unpack it"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(20), "is a 7-Zip archive"),
        (b"Rar!\x1a\x07\x01\x00", "is a RAR archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "is an image (PNG)"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "is an image (JPEG)"),
        (b"GIF89a" + bytes(20), "is an image (GIF)"),
        (b"{\\rtf1\\ansi Order ID}", "is a document (RTF)"),
        (ole2("EncryptedPackage"), "is a workbook with a password: open it, take the password off"),
        (ole2("Workbook"), "is a damaged or incomplete workbook"),
        (ole2("BOOK"), "is a damaged or incomplete workbook"),
        (ole2("WordDocument"), "is a Word document (.doc)"),
        (OLE2, "is an old Office file without a workbook"),
        (in_ole2(b"")[:1024], "is a damaged or incomplete Office file: export or copy it again"),
        (OLE2[:100], "is an old Office file without a workbook"),
        (OLE2[:20], "is a damaged or incomplete Office file"),
        (b'<?xml version="1.0"?><html><p>Sign in</p></html>', "is a web page (HTML)"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "is a web archive (MHTML)"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "is a damaged or incomplete XML Spreadsheet 2003",
        ),
        (
            b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">',
            "is a flat OpenDocument file (.fods): open it",
        ),
        (b'<a xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "is an XML file"),
        (b'<?xml version="1.0"?><orders><order/></orders>', "is an XML file"),
        (b'[{"order": 1}]', "is a JSON file"),
        (b'{"orders": []}', "is a JSON file"),
        ("Order ID,Name\n1,x\n".encode("utf-16-le"), "is text in UTF-16 without the mark"),
        ("Order ID,Name\n".encode("utf-32"), "is text in UTF-32"),
        (bytes(range(256)) * 20, "is a binary file"),
        (zipped(orders_csv="Order ID\n1\n"), "is a zip file: unpack it"),
        (zipped(xl__workbook_bin=""), "is damaged or incomplete: its part xl/_rels"),
        (zipped(word__document_xml=""), "is a Word document (.docx)"),
        (zipped(content_xml="", mimetype=""), "is a damaged or incomplete workbook"),
        (
            zipped(content_xml="", mimetype="application/vnd.oasis.opendocument.text"),
            "is an OpenDocument file (.ods or .odt), but no spreadsheet: save it",
        ),
        (packed({"encrypted-package": "", "mimetype": ""}), "is a workbook with a password"),
        (zipped(Index__Document_iwa=""), "is an Apple Numbers file"),
        (packed({}), "is a damaged, incomplete or empty zip file"),
        (workbook(row_of(1, text_cell("a")))[:-40], "is a damaged, incomplete or empty zip file"),
        (b"PK\x03\x04", "is a damaged, incomplete or empty zip file"),
    ],
)
def test_what_no_reader_reads_is_told_with_what_to_do(data: bytes, says: str) -> None:
    sentence = refusal(data)
    assert sentence.startswith(f"export.xls {says}")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "data",
    [
        b"Order ID,Name\n1,x\n",
        b"Order ID",
        b"sep=;\nOrder ID;Name\n",
        "Größe;Order ID\n".encode("cp1252"),
        "Order ID;Größe\n".encode("utf-16"),
        b"BMO Bank,Order ID\n",
        b"[Order ID],[Item ID]\n1,2\n",
        b"< 5 days,Order ID\n",
        b"Order ID,Note\n1,a\x01b and some more of a note\n",
        b"Order ID,Note\r\n1,<b>bold</b>\r\n",
        b"PK,Order ID\n",
    ],
)
def test_text_is_text(data: bytes) -> None:
    assert kind_of(data) == "text"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (workbook(row_of(1, text_cell("a"))), "xlsx"),
        (binary.workbook(binary.row(1, binary.text("a"))), "xlsb"),
        (f"<!DOCTYPE html><html>{TABLE}</html>".encode(), "html"),
        (f"\r\n <HTML>{TABLE}".encode(), "html"),
        (TABLE.encode("utf-16"), "html"),
        (f'<?xml version="1.0"?><html>{TABLE}</html>'.encode(), "html"),
        (SHEET_2003.encode(), "xml"),
        (
            f'\n<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>{SHEET_2003}'.encode(),
            "xml",
        ),
        ((SAMPLES / "same.xls").read_bytes(), "xls"),
        ((SAMPLES / "same.ods").read_bytes(), "ods"),
        ((SAMPLES / "same.html").read_bytes(), "html"),
    ],
)
def test_a_file_is_read_as_what_it_is_whatever_its_name_says(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


def test_every_reader_has_a_kind_and_names_of_files_of_its_own() -> None:
    kinds = [reader.kind for reader in READERS]
    suffixes = [
        suffix
        for reader in READERS
        for suffix in (*reader.suffixes, *reader.suffixes_of_text, *reader.suffixes_of_pages)
    ]
    assert len(set(kinds)) == len(kinds)
    assert len(set(suffixes)) == len(suffixes)


def test_a_stored_zip_of_text_is_still_a_zip() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("orders.csv", "Order ID,Name\n" * 5000)
    assert "is a zip file" in refusal(file.getvalue())


def test_a_workbook_with_macros_is_a_workbook() -> None:
    parts = workbook_parts({"S": sheet_xml(row_of(1, text_cell("a")))})
    assert kind_of(packed({**parts, "xl/vbaProject.bin": b"\xd0\xcf"})) == "xlsx"


@given(st.binary(max_size=400))
@example(b"PK\x05\x06" + bytes(18))
@example(b"\x09\x08\x10\x00" + bytes(40))
@example(b"<table><tr><td>")
@example(b"<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>")
@example(OLE2 + "Workbook\0".encode("utf-16-le"))
@example(b"\xff\xfe\x00")
@example(b'"')
@example(b"sep=\x00\n")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        _, sheets = read_sheets(data, "any", no_score)
        for sheet in sheets:
            sheet.head()
            sheet.cells(3)
    except FileRefusedError:
        return
