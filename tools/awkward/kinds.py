"""Every kind of file that is read, under right and wrong names, and those that are refused."""

import gzip
import json
from collections.abc import Iterator, Sequence

from awkward.books import ods, ole2, packed, sheet, xls, xlsb, xlsx, xlsx_parts
from awkward.case import TWO, TWO_ROWS, Case, becomes, lines, refused
from tests.loader.readers.workbooks import MAIN, RELATIONS, STRICT

__all__ = ["cases", "page", "sheet_2003"]

CELLS: tuple[tuple[object, ...], ...] = (
    ("Order ID", "Order External ID"),
    (700001, "INV-1"),
    (700002, "INV-2"),
)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def page(*rows: Sequence[object], before: str = "", after: str = "") -> bytes:
    """A web page with one table."""
    table = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>\n" for row in rows)
    return f"<html><body>{before}<table border=1>\n{table}</table>{after}</body></html>".encode()


def sheet_2003(rows: str, styles: str = "") -> bytes:
    """An XML Spreadsheet 2003 with these rows."""
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        f'<Workbook xmlns="{space}" xmlns:ss="{space}"><Styles>{styles}</Styles>'
        f'<Worksheet ss:Name="Orders"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()


def ods_rows() -> str:
    """The rows of the plainest export for an OpenDocument spreadsheet."""
    return "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="float" office:value="{value}">'
            f"<text:p>{value}</text:p></table:table-cell>"
            if isinstance(value, int)
            else '<table:table-cell office:value-type="string">'
            f"<text:p>{value}</text:p></table:table-cell>"
            for value in row
        )
        + "</table:table-row>"
        for row in CELLS
    )


def xml_rows() -> str:
    """The same for an XML Spreadsheet 2003."""
    return "".join(
        "<Row>"
        + "".join(
            f'<Cell><Data ss:Type="{"Number" if isinstance(value, int) else "String"}">{value}'
            "</Data></Cell>"
            for value in row
        )
        + "</Row>"
        for row in CELLS
    )


def strict() -> bytes:
    """The plainest export in the strict form of the standard."""
    strings: list[str] = []
    parts = xlsx_parts({"Orders": sheet(CELLS, strings)}, strings)
    return packed(
        {
            name: text.replace(MAIN, STRICT).replace(RELATIONS, STRICT_RELATIONS)
            for name, text in parts.items()
            if isinstance(text, str)
        }
    )


def cases() -> Iterator[Case]:
    """All of them."""
    csv = lines(*TWO_ROWS)
    book, binary, old = xlsx(CELLS), xlsb(CELLS), xls(CELLS)
    read = {
        "comma_text.csv": csv,
        "comma_text_without_a_suffix": csv,
        "comma_text_named_xlsx.xlsx": csv,
        "comma_text_named_xls.xls": csv,
        "comma_text_with_a_date_as_suffix.2026-03-05": csv,
        "tab_text.txt": csv.replace(b",", b"\t"),
        "unicode_text_named_xls.xls": b"\xff\xfe"
        + lines(*TWO_ROWS, encoding="utf-16-le").replace(b",\0", b"\t\0"),
        "workbook_as_xlsx.xlsx": book,
        "workbook_named_csv.csv": book,
        "workbook_named_xls.xls": book,
        "workbook_without_a_suffix": book,
        "workbook_named_pdf.pdf": book,
        "workbook_strict.xlsx": strict(),
        "workbook_with_macros.xlsm": xlsx(CELLS, parts={"xl/vbaProject.bin": ole2("VBA", b"")}),
        "workbook_with_macros_named_xlsx.xlsx": xlsx(CELLS, parts={"xl/vbaProject.bin": b"\xd0"}),
        "binary_workbook.xlsb": binary,
        "binary_workbook_named_xlsx.xlsx": binary,
        "old_workbook.xls": ole2("Workbook", old),
        "old_workbook_named_csv.csv": ole2("Workbook", old),
        "old_workbook_without_ole2_around_it.xls": old,
        "open_document.ods": ods(ods_rows()),
        "open_document_named_xlsx.xlsx": ods(ods_rows()),
        "html_table_named_xls.xls": page(*CELLS),
        "html_table_as_html.html": page(*CELLS),
        "html_table_named_csv.csv": page(*CELLS),
        "xml_spreadsheet_named_xls.xls": sheet_2003(xml_rows()),
        "xml_spreadsheet.xml": sheet_2003(xml_rows()),
        "xml_spreadsheet_behind_a_bom.xls": b"\xef\xbb\xbf" + sheet_2003(xml_rows()),
        "xml_spreadsheet_in_utf16.xls": sheet_2003(xml_rows()).decode().encode("utf-16"),
    }
    for name, content in read.items():
        yield Case(f"kinds/{name}", content, becomes(TWO))
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<<>>\n%%EOF\n"
    data = [{"Order ID": 700001, "Order External ID": "INV-1"}]
    login = (
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>"
        "<form action='/login'>{}</form></body></html>"
    )
    fields = "<p>Email <input name=email></p><p>Password <input type=password></p>"
    cells = "<table><tr><td>Email</td><td><input name=e></td></tr></table>"
    says: dict[str, tuple[bytes, tuple[str, ...]]] = {
        "pdf.pdf": (pdf, ("is a PDF", "save it as .xlsx or CSV")),
        "pdf_named_csv.csv": (pdf, ("is a PDF",)),
        "gzip.csv.gz": (gzip.compress(csv, mtime=0), ("is a gzip file", "unpack it")),
        "gzip_named_xlsx.xlsx": (gzip.compress(book, mtime=0), ("is a gzip file",)),
        "png_named_xls.xls": (PNG, ("is an image (PNG)",)),
        "json.json": (json.dumps(data).encode(), ("is a JSON file",)),
        "json_named_csv.csv": (json.dumps({"orders": data}, indent=1).encode(), ("is a JSON",)),
        "zip_of_csvs.zip": (packed({"a.csv": csv, "b.csv": csv}), ("is a zip file", "unpack")),
        "zip_of_csvs_named_xlsx.xlsx": (packed({"a.csv": csv}), ("is a zip file",)),
        "login_page_named_csv.csv": (login.format(fields).encode(), ("is a web page",)),
        "login_page_with_a_table.xls": (login.format(cells).encode(), ("no header row", "Email")),
        "password.xlsx": (
            ole2("EncryptedPackage", bytes(range(256))),
            ("is a workbook with a password", "take the password off"),
        ),
        "password_open_document.ods": (
            ods(ods_rows(), manifest="<file-entry><encryption-data/></file-entry>"),
            ("is a workbook with a password",),
        ),
        "cut_in_half.xlsx": (book[: len(book) // 2], ("is a damaged, incomplete or empty zip",)),
        "old_cut_in_half.xls": (ole2("Workbook", old)[:1024], ("is a damaged or incomplete",)),
        "xml_cut_in_half.xls": (sheet_2003(xml_rows())[:-60], ("is a damaged or incomplete",)),
        "html_cut_in_half.xls": (page(*CELLS)[:-40], ("is an incomplete web page",)),
        "word_document.docx": (packed({"word/document.xml": "<w/>"}), ("is a Word document",)),
        "word_document_named_xls.xls": (ole2("WordDocument", b""), ("is a Word document",)),
        "open_document_text.ods": (
            packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
            ("no spreadsheet",),
        ),
        "apple_numbers.xlsx": (packed({"Index/Document.iwa": b"\0"}), ("Apple Numbers",)),
        "flat_open_document.ods": (
            b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>',
            (".fods",),
        ),
        "web_archive.xls": (
            b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n" + page(*CELLS),
            ("is a web archive (MHTML)",),
        ),
        "other_xml.xml": (b'<?xml version="1.0"?><orders><order/></orders>', ("is an XML file",)),
        "rich_text.csv": (b"{\\rtf1\\ansi Order ID}", ("is a document (RTF)",)),
        "sqlite.csv": (b"SQLite format 3\0" + bytes(84), ("is an SQLite database",)),
        "nothing_at_all.csv": (b"", ("is empty",)),
        "nothing_but_a_bom.csv": (b"\xef\xbb\xbf", ("is empty",)),
        "nothing_but_blanks.csv": (b" \r\n\t\r\n\x1a", ("is empty",)),
        "nothing_but_commas.csv": (b",,,\r\n,,,\r\n", ("has no filled rows",)),
        "nothing_but_an_empty_sheet.xlsx": (xlsx([]), ("has no filled rows",)),
        "nothing_but_quoted_blanks.csv": (b'"",""\r\n" "," "\r\n', ("has no filled rows",)),
    }
    for name, (content, words) in says.items():
        yield Case(f"kinds/{name}", content, refused(*words))
    yield Case("kinds/nothing_but_a_header.csv", lines(TWO_ROWS[0]), becomes())
    yield Case("kinds/nothing_but_a_header_in_a_workbook.xlsx", xlsx(CELLS[:1]), becomes())
    charts = xlsx_parts({"Chart": f'<chartsheet xmlns="{MAIN}"/>'}, kinds={"Chart": "chartsheet"})
    yield Case("kinds/charts_only.xlsx", packed(charts), refused("without a worksheet"))
