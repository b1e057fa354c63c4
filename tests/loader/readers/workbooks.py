"""Workbooks made part by part, for what no library writes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from reconcile.domain.model import column_letter
from reconcile.loader.readers.base import Cells, Head, Sheet
from reconcile.loader.recognition import read_sheets

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


def sheet_xml(rows: str, after: str = "", *, namespace: str = MAIN) -> str:
    """A worksheet with these rows."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f'<worksheet xmlns="{namespace}" xmlns:r="{RELATIONS}"><sheetData>{rows}</sheetData>'
        f"{after}</worksheet>"
    )


def strings_xml(items: Sequence[str]) -> str:
    """A table of shared strings, each item the XML inside `si`."""
    inside = "".join(f"<si>{item}</si>" for item in items)
    return f'<?xml version="1.0" encoding="UTF-8"?><sst xmlns="{MAIN}">{inside}</sst>'


def styles_xml(codes: Sequence[str | int]) -> str:
    """Styles whose cell format 0 is General and 1, 2, ... have these codes or numbers."""
    numbers = [each if isinstance(each, int) else 164 + at for at, each in enumerate(codes)]
    formats = "".join(
        f"<numFmt numFmtId='{number}' formatCode={quoteattr(code)}/>"
        for number, code in zip(numbers, codes, strict=True)
        if isinstance(code, str)
    )
    cells = "".join(f'<xf numFmtId="{number}"/>' for number in (0, *numbers))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{cells}</cellXfs></styleSheet>'
    )


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook_parts(
    sheets: Mapping[str, str | bytes],
    *,
    strings: str | bytes = "",
    formats: Sequence[str | int] = (),
    properties: str = "",
    states: Mapping[str, str] | None = None,
    kinds: Mapping[str, str] | None = None,
) -> dict[str, str | bytes]:
    """The parts of a workbook; `sheets` has the XML of each by its name."""
    listed, relations, parts = [], [], {}
    for at, (name, xml) in enumerate(sheets.items(), start=1):
        state = (states or {}).get(name)
        shown = f' state="{state}"' if state else ""
        kind = (kinds or {}).get(name, "worksheet")
        listed.append(f'<sheet name={quoteattr(name)} sheetId="{at}"{shown} r:id="rId{at}"/>')
        relations.append(
            f'<Relationship Id="rId{at}" Type="{RELATIONS}/{kind}" Target="{kind}s/sheet{at}.xml"/>'
        )
        parts[f"xl/{kind}s/sheet{at}.xml"] = xml
    if strings:
        parts["xl/sharedStrings.xml"] = strings
        relations.append(
            f'<Relationship Id="s" Type="{RELATIONS}/sharedStrings" Target="sharedStrings.xml"/>'
        )
    if formats:
        parts["xl/styles.xml"] = styles_xml(formats)
        relations.append(
            f'<Relationship Id="f" Type="{RELATIONS}/styles" Target="/xl/styles.xml"/>'
        )
    return {
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}'
            f"<sheets>{''.join(listed)}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}">{"".join(relations)}</Relationships>'
        ),
        **parts,
    }


def workbook(
    rows: str,
    after: str = "",
    *,
    strings: Sequence[str] = (),
    formats: Sequence[str | int] = (),
    properties: str = "",
) -> bytes:
    """A workbook with one sheet, called Sheet1."""
    return packed(
        workbook_parts(
            {"Sheet1": sheet_xml(rows, after)},
            strings=strings_xml(strings) if strings else "",
            formats=formats,
            properties=properties,
        )
    )


def row_of(number: int, *cells: str) -> str:
    """A row whose cells stand one beside the other; `{at}` in each is its reference."""
    inside = "".join(
        cell.format(at=f"{column_letter(at)}{number}") for at, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inside}</row>'


def text_cell(text: str) -> str:
    """A cell with a text in it, for `row_of`."""
    inside = escape(text).replace("{", "{{").replace("}", "}}").replace("\r", "&#13;")
    return f'<c r="{{at}}" t="inlineStr"><is><t xml:space="preserve">{inside}</t></is></c>'


def number_cell(saved: object, style: int = 0) -> str:
    """A cell with a number in it, for `row_of`."""
    return f'<c r="{{at}}" s="{style}"><v>{saved}</v></c>'


def sheet_of(data: bytes) -> Sheet:
    """The first sheet of a workbook called book.xlsx."""
    return read_sheets(data, "book.xlsx", lambda _: 0)[1][0]


def cells_of(data: bytes, width: int) -> Cells:
    """The cells of the first sheet."""
    return sheet_of(data).cells(width)


def rows_by_cells(cells: Cells) -> list[tuple[str, ...]]:
    """The rows, which are easier to compare than columns."""
    return list(zip(*cells.columns, strict=True))


def head_by_cells(cells: Cells) -> Head:
    """What `head` says, told from the cells: the filled rows up to their last filled cell."""
    head = []
    noted = {row for row, _ in cells.was}
    for number, texts in enumerate(rows_by_cells(cells), start=1):
        if number in noted or any(text.strip() for text in texts):
            filled = [at for at, text in enumerate(texts) if text]
            head.append((number, list(texts[: max(filled, default=-1) + 1])))
    return head
