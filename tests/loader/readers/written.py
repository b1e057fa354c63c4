"""One table, written as every kind of file that is read.

Each writer is as plain as a program's own export, and knows nothing of the readers.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from reconcile.domain.model import column_letter
from tests.loader.readers import biff, binary, workbooks
from tests.loader.readers.workbooks import packed

ERRORS: Final = {
    "#NULL!": 0x00,
    "#DIV/0!": 0x07,
    "#VALUE!": 0x0F,
    "#REF!": 0x17,
    "#NAME?": 0x1D,
    "#NUM!": 0x24,
    "#N/A": 0x2A,
}
_ZEROS = "00000"
_DATE = "yyyy\\-mm\\-dd\\ hh:mm:ss"
_FORMATS: Final = (_ZEROS, _DATE)
_BEGIN: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no time zones


class Is(Enum):
    """As what a cell is saved."""

    TEXT = auto()
    NUMBER = auto()
    ZEROS = auto()  # a number shown with leading zeros
    DATE = auto()
    BOOLEAN = auto()
    ERROR = auto()


class Cell(NamedTuple):
    """A cell: as what it is saved, and how a person would write it down."""

    text: str
    what: Is = Is.TEXT


Row = Sequence[Cell]
Table = Sequence[Row]


def texts(table: Table) -> list[tuple[str, ...]]:
    """What every reader has to say of a table."""
    return [tuple(cell.text for cell in row) for row in table]


def _moment(cell: Cell) -> datetime:
    return datetime.fromisoformat(cell.text)


def _serial(cell: Cell) -> str:
    """What a workbook saves for anything but a text."""
    match cell.what:
        case Is.DATE:
            return repr((_moment(cell) - _BEGIN) / timedelta(days=1))
        case Is.BOOLEAN:
            return "1" if cell.text == "TRUE" else "0"
        case Is.ZEROS:
            return str(int(cell.text))
        case _:
            return cell.text


_STYLE: Final = {Is.ZEROS: 1, Is.DATE: 2}


def _filled(table: Table) -> Iterator[tuple[int, list[tuple[int, Cell]]]]:
    """Row number (from 1), and its filled cells with their columns (from 0)."""
    for number, row in enumerate(table, start=1):
        yield number, [(at, cell) for at, cell in enumerate(row) if cell.text]


def as_text(
    table: Table,
    *,
    encoding: str = "utf-8",
    separator: str = ",",
    line_end: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """A text file."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator, lineterminator=line_end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([cell.text for cell in row] for row in table)
    return file.getvalue().encode(encoding)


def as_xlsx(table: Table) -> bytes:
    """A workbook with shared strings."""
    strings: dict[str, int] = {}
    rows = []
    for number, cells in _filled(table):
        inside = "".join(_xlsx_cell(number, at, cell, strings) for at, cell in cells)
        rows.append(f'<row r="{number}">{inside}</row>')
    return workbooks.workbook("".join(rows), strings=list(strings), formats=_FORMATS)


def _xlsx_cell(number: int, at: int, cell: Cell, strings: dict[str, int]) -> str:
    kind = {Is.TEXT: "s", Is.BOOLEAN: "b", Is.ERROR: "e"}.get(cell.what, "n")
    saved = _serial(cell)
    if cell.what is Is.TEXT:
        escaped = escape(cell.text.replace("_x", "_x005F_x").replace("\r", "_x000D_"))
        saved = str(strings.setdefault(f'<t xml:space="preserve">{escaped}</t>', len(strings)))
    letter, style = column_letter(at), _STYLE.get(cell.what, 0)
    return f'<c r="{letter}{number}" s="{style}" t="{kind}"><v>{saved}</v></c>'


def as_xlsb(table: Table) -> bytes:
    """A binary workbook."""
    rows = b"".join(
        binary.row(number, *(_xlsb_cell(at, cell) for at, cell in cells))
        for number, cells in _filled(table)
    )
    return binary.workbook(rows, formats=_FORMATS)


def _xlsb_cell(at: int, cell: Cell) -> bytes:
    match cell.what:
        case Is.TEXT:
            return binary.text(cell.text, at)
        case Is.BOOLEAN:
            return binary.cell(4, bytes((cell.text == "TRUE",)), at)
        case Is.ERROR:
            return binary.cell(3, bytes((ERRORS[cell.text],)), at)
        case _:
            return binary.real(float(_serial(cell)), at, _STYLE.get(cell.what, 0))


def as_xls(table: Table) -> bytes:
    """An old workbook in its OLE2 file."""
    cells = (_xls_cell(number, at, cell) for number, row in _filled(table) for at, cell in row)
    return biff.in_ole2(biff.stream(*cells, formats=_FORMATS))


def _xls_cell(number: int, at: int, cell: Cell) -> bytes:
    match cell.what:
        case Is.TEXT:
            return biff.label(cell.text, at, number)
        case Is.BOOLEAN:
            return biff.truth(cell.text == "TRUE", at, number)
        case Is.ERROR:
            return biff.truth(ERRORS[cell.text], at, number, error=True)
        case _:
            return biff.number(float(_serial(cell)), _STYLE.get(cell.what, 0), at, number)


_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF_SPACES: Final = (
    "".join(
        f' xmlns:{short}="{_ODF}{short if short != "number" else "datastyle"}:1.0"'
        for short in ("office", "table", "text", "style", "number")
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
_ODF_STYLES: Final = (
    '<number:number-style style:name="n1"><number:number number:decimal-places="0"'
    ' number:min-integer-digits="5"/></number:number-style>'
    '<style:style style:name="zeros" style:family="table-cell" style:data-style-name="n1"/>'
)


def as_ods(table: Table) -> bytes:
    """An OpenDocument spreadsheet."""
    rows = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in table
    )
    content = (
        f"<office:document-content{_ODF_SPACES}><office:automatic-styles>{_ODF_STYLES}"
        "</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return packed({"mimetype": f"{_ODF[20:31]}", "content.xml": content})


def _ods_cell(cell: Cell) -> str:
    if not cell.text:
        return "<table:table-cell/>"
    shown = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in cell.text.split("\n"))
    said = {
        Is.TEXT: 'office:value-type="string"',
        Is.NUMBER: f'office:value-type="float" office:value="{cell.text}"',
        Is.ZEROS: (
            'table:style-name="zeros" office:value-type="float" '
            f'office:value="{int(cell.text) if cell.what is Is.ZEROS else 0}"'
        ),
        Is.DATE: f'office:value-type="date" office:date-value="{cell.text}"',
        Is.BOOLEAN: (
            f'office:value-type="boolean" office:boolean-value="{cell.text.lower()}"'
            if cell.what is Is.BOOLEAN
            else ""
        ),
        Is.ERROR: 'table:formula="of:=A1" office:value-type="string" calcext:value-type="error"',
    }[cell.what]
    return f"<table:table-cell {said}>{shown}</table:table-cell>"


def _ods_text(line: str) -> str:
    return escape(line).replace("\t", "<text:tab/>").replace(" ", "<text:s/>")


_2003: Final = "urn:schemas-microsoft-com:office:spreadsheet"


def as_xml(table: Table) -> bytes:
    """An XML Spreadsheet 2003."""
    rows = "".join(f"<Row>{''.join(map(_xml_cell, row))}</Row>" for row in table)
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{_2003}" xmlns:ss="{_2003}"><Styles>'
        f'<Style ss:ID="z"><NumberFormat ss:Format="{_ZEROS}"/></Style></Styles>'
        f'<Worksheet ss:Name="S"><Table>{rows}</Table></Worksheet></Workbook>'
    ).encode()


def _xml_cell(cell: Cell) -> str:
    if not cell.text:
        return "<Cell/>"
    kind = {
        Is.TEXT: "String",
        Is.DATE: "DateTime",
        Is.BOOLEAN: "Boolean",
        Is.ERROR: "Error",
    }.get(cell.what, "Number")
    saved = _moment(cell).isoformat() if cell.what is Is.DATE else _serial(cell)
    style = ' ss:StyleID="z"' if cell.what is Is.ZEROS else ""
    inside = escape(saved).replace("\n", "&#10;")
    return f'<Cell{style}><Data ss:Type="{kind}">{inside}</Data></Cell>'


def as_html(table: Table) -> bytes:
    """A web page as Excel saves one."""
    rows = "".join(f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in table)
    style = "<style>.z{mso-number-format:00000;} .d{mso-number-format:'yyyy-mm-dd';}</style>"
    page = (
        f'<html><meta charset="utf-8">{style.replace(chr(39), chr(34))}<table>{rows}</table></html>'
    )
    return page.encode()


def _html_cell(cell: Cell) -> str:
    more = {
        Is.NUMBER: " x:num",
        Is.ZEROS: f" class=z x:num={quoteattr(_serial(cell)) if cell.what is Is.ZEROS else ''}",
        Is.DATE: f" class=d x:num={quoteattr(_serial(cell)) if cell.what is Is.DATE else ''}",
        Is.BOOLEAN: f' x:bool="{cell.text}"',
        Is.ERROR: " x:err",
    }.get(cell.what, "")
    if cell.what is Is.NUMBER:
        more = f' x:num="{cell.text}"'
    return f"<td{more}>{escape(cell.text).replace(chr(10), '<br>')}</td>"


WORKBOOKS: Final[Mapping[str, Callable[[Table], bytes]]] = {
    "xlsx": as_xlsx,
    "xlsb": as_xlsb,
    "xls": as_xls,
    "ods": as_ods,
    "xml": as_xml,
    "html": as_html,
}
"""The kinds that tell a number from a text."""


def number(value: str) -> Cell:
    """A number cell; the text is its digits, exactly and without an exponent."""
    text = format(Decimal(value).normalize(), "f")
    return Cell("0" if text == "-0" else text, Is.NUMBER)


def padded(value: int) -> Cell:
    """A number cell that is shown with five digits."""
    return Cell(f"{value:05d}", Is.ZEROS)
