"""Workbooks of every kind, made part by part and the same to the byte whenever they are made."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Self
from xml.sax.saxutils import escape

from tests.loader.readers import biff, binary
from tests.loader.readers.workbooks import row_of, sheet_xml, strings_xml, workbook_parts

__all__ = ["Raw", "Styled", "ods", "ole2", "packed", "sheet", "xls", "xlsb", "xlsx", "xlsx_parts"]

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
    'package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_ROOT = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Target="xl/workbook.xml" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


class Raw(str):
    """A cell as XML, with `{at}` for its reference."""

    __slots__ = ()


class Styled(tuple[object, int]):
    """A number and its style."""

    __slots__ = ()

    def __new__(cls, value: object, style: int = 1) -> Self:
        """The number is a text if it has to be written in a certain way."""
        return super().__new__(cls, (value, style))


Row = Sequence[object]


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts, as of one fixed moment, nothing compressed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 5, 0, 0, 0)), content)
    return file.getvalue()


def _cell(value: object, strings: list[str]) -> str:
    match value:
        case None:
            return ""
        case Raw():
            return value
        case Styled():
            return f'<c r="{{at}}" s="{value[1]}"><v>{value[0]}</v></c>'
        case bool():
            return f'<c r="{{at}}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{{at}}"><v>{value}</v></c>'
        case _:
            strings.append(f'<t xml:space="preserve">{escape(str(value))}</t>')
            return f'<c r="{{at}}" t="s"><v>{len(strings) - 1}</v></c>'


def sheet(
    rows: Iterable[Row] | Mapping[int, Row], strings: list[str], after: str = "", before: str = ""
) -> str:
    """A worksheet; the texts in it are added to `strings`."""
    numbered = rows if isinstance(rows, Mapping) else dict(enumerate(rows, start=1))
    xml = "".join(
        row_of(number, *(_cell(value, strings) for value in row))
        for number, row in numbered.items()
    )
    return sheet_xml(xml, after).replace("<sheetData>", f"{before}<sheetData>", 1)


def xlsx(
    rows: Iterable[Row] | Mapping[int, Row],
    after: str = "",
    *,
    before: str = "",
    formats: Sequence[str | int] = (),
    properties: str = "",
    edit: tuple[str, str] = ("", ""),
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook with one sheet; `edit` replaces one thing by another in its XML."""
    strings: list[str] = []
    xml = sheet(rows, strings, after, before)
    if edit[0]:
        if edit[0] not in xml:
            raise ValueError(edit[0])
        xml = xml.replace(*edit)
    made = xlsx_parts({"Sheet1": xml}, strings, formats=formats, properties=properties)
    return packed({**made, **(parts or {})})


def xlsx_parts(
    sheets: Mapping[str, str],
    strings: Sequence[str] = (),
    *,
    formats: Sequence[str | int] = (),
    properties: str = "",
    states: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
) -> dict[str, str | bytes]:
    """The parts of a workbook with these worksheets."""
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _ROOT,
        **workbook_parts(
            sheets,
            strings=strings_xml(strings) if strings else "",
            formats=formats,
            properties=properties,
            states=states,
            kinds=kinds,
        ),
    }


def xlsb(rows: Sequence[Row], *, formats: Sequence[str | int] = ()) -> bytes:
    """A binary workbook of texts and numbers."""
    content = b"".join(
        binary.row(
            number,
            *(
                binary.text(value, column)
                if isinstance(value, str)
                else binary.real(float(value[0]), column, value[1])
                if isinstance(value, Styled)
                else binary.real(float(str(value)), column)
                for column, value in enumerate(row)
                if value is not None
            ),
        )
        for number, row in enumerate(rows, start=1)
    )
    with zipfile.ZipFile(io.BytesIO(binary.workbook(content, formats=formats))) as archive:
        return packed({name: archive.read(name) for name in archive.namelist()})


def xls(rows: Sequence[Row], *, formats: Sequence[str] = ()) -> bytes:
    """A BIFF8 workbook as a bare stream, of texts, numbers and (as `Raw`) errors such as `42`."""
    cells = [
        _biff_cell(value, column, row)
        for row, values in enumerate(rows, start=1)
        for column, value in enumerate(values)
        if value is not None
    ]
    return biff.stream(*cells, formats=tuple(formats))


def _biff_cell(value: object, column: int, row: int) -> bytes:
    match value:
        case Raw():
            return biff.truth(int(value), column, row, error=True)
        case bool():
            return biff.truth(value, column, row)
        case Styled():
            return biff.number(float(str(value[0])), value[1], column, row)
        case int() | float():
            return biff.number(value, 0, column, row)
        case _:
            return biff.label(str(value), column, row)


def ole2(name: str, content: bytes) -> bytes:
    """An OLE2 file with this stream in it."""
    return biff.in_ole2(content, name)


_ODS_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "table": "table",
        "text": "text",
        "style": "style",
        "number": "datastyle",
    }.items()
)


def ods(rows: str, *, styles: str = "", manifest: str = "") -> bytes:
    """An OpenDocument spreadsheet with these rows, as XML."""
    content = (
        f'<?xml version="1.0"?><office:document-content {_ODS_SPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f'<office:spreadsheet><table:table table:name="Orders">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content,
            "META-INF/manifest.xml": f"<manifest>{manifest}</manifest>",
        }
    )
