"""Small files for the tests of the readers, and one way to read them."""

import io
import zipfile
from collections.abc import Mapping

from reconcile.loader.readers import Cells, Head, Sheet
from reconcile.loader.recognition import read_sheets

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
    'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Target="{}" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/{}"/></Relationships>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def known_columns(head: Head) -> int:
    """How many names of columns the header holds, as the loader would say it."""
    names = {"Order ID", "Order External ID", "Item ID", "Note"}
    return max((sum(cell.strip() in names for cell in cells) for _, cells in head), default=0)


def sheets(data: bytes) -> list[Sheet]:
    """What the readers make of some bytes."""
    return list(read_sheets(data, "file", known_columns)[1])


def cells(data: bytes, width: int = 3) -> Cells:
    """The cells of the first sheet, after its head was looked at, as the loader does."""
    sheet = sheets(data)[0]
    sheet.head()
    return sheet.cells(width)


def rows(data: bytes, width: int = 3) -> list[tuple[str, ...]]:
    """The texts of the first sheet, row by row."""
    return list(zip(*cells(data, width).columns, strict=True))


def workbook(
    sheet_data: str, *, after: str = "", before: str = "", parts: Mapping[str, str] | None = None
) -> bytes:
    """A workbook with one worksheet whose XML is given, for what no program writes any more."""
    sheet = (
        f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{sheet_data}</sheetData>{after}</worksheet>'
    )
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS.format("xl/workbook.xml", "officeDocument"),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": _RELATIONS.format("worksheets/sheet1.xml", "worksheet"),
        "xl/worksheets/sheet1.xml": sheet,
        **(parts or {}),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()
