"""XML Spreadsheet 2003: where cells stand and what they say."""

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import Cells
from tests.loader.readers.files import cells, sheets

BEGIN = '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
SPACES = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" '
    'xmlns:h="http://www.w3.org/TR/REC-html40"'
)
FORMATS = {"zeros": "00000", "date": "Short Date", "hours": "[h]:mm:ss", "fixed": "Standard"}
STYLES = "".join(
    f'<Style ss:ID="{name}"><NumberFormat ss:Format="{code}"/></Style>'
    for name, code in FORMATS.items()
)
CHILD = '<Style ss:ID="child" ss:Parent="zeros"/><Style ss:ID="Default"><NumberFormat/></Style>'


def worksheet(rows: str, name: str = "S", options: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{rows}</Table>{options}</Worksheet>'


def workbook(worksheets: str, *, before: str = "", begin: str = BEGIN) -> bytes:
    styles = f"<Styles>{STYLES}{CHILD}</Styles>"
    return f"{begin}<Workbook {SPACES}>{before}{styles}{worksheets}</Workbook>".encode()


def cell(saved: object, kind: str = "String", more: str = "") -> str:
    return f'<Cell {more}><Data ss:Type="{kind}">{saved}</Data></Cell>'


def row(*cells_: str, more: str = "") -> str:
    return f"<Row {more}>{''.join(cells_)}</Row>"


def read(*rows: str, width: int = 1) -> Cells:
    return cells(workbook(worksheet("".join(rows))), width)


@pytest.mark.parametrize(
    ("one", "text", "was"),
    [
        (cell("123.0", "Number"), "123", None),
        (cell("12345678901234567", "Number"), "12345678901234567", SourceType.LONG_NUMBER),
        (cell("1E3", "Number", 'ss:StyleID="fixed"'), "1000", None),
        (cell("42", "Number", 'ss:StyleID="zeros"'), "00042", SourceType.PADDED_NUMBER),
        (cell("42", "Number", 'ss:StyleID="child"'), "00042", SourceType.PADDED_NUMBER),
        (cell("45352", "Number", 'ss:StyleID="date"'), "2024-03-01", SourceType.DATE),
        (cell("2024-03-01T00:00:00.000", "DateTime"), "2024-03-01", SourceType.DATE),
        (cell("2024-03-01T08:30:00.250", "DateTime"), "2024-03-01T08:30:00.250", SourceType.DATE),
        (cell("1899-12-31T08:30:00.000", "DateTime"), "08:30:00", SourceType.DATE),
        (
            cell("1900-01-01T03:30:00.000", "DateTime", 'ss:StyleID="hours"'),
            "27:30:00",
            SourceType.DATE,
        ),
        (cell("someday", "DateTime"), "someday", SourceType.DATE),
        (cell("1", "Boolean"), "TRUE", SourceType.BOOLEAN),
        (cell("0", "Boolean"), "FALSE", SourceType.BOOLEAN),
        (cell("#N/A", "Error"), "#N/A", SourceType.ERROR),
        (cell(" 00123&#10;x "), " 00123\nx ", None),
        (cell("_x000D_&lt;"), "_x000D_<", None),
        (cell("ri<h:B>ch</h:B>"), "rich", None),
        (cell("7", "Number", 'ss:Formula="=R1C2"'), "7", None),
        ('<Cell ss:Formula="=R1C2"/>', "", SourceType.FORMULA),
        (cell("", "String", 'ss:Formula="=R1C2"'), "", None),
        ("<Cell><Comment><ss:Data>note</ss:Data></Comment></Cell>", "", None),
        (cell("a").replace("</Cell>", "<Comment><Data>b</Data></Comment></Cell>"), "a", None),
    ],
)
def test_every_type_has_its_text(one: str, text: str, was: SourceType | None) -> None:
    found = read(row(one, cell("end")), width=2)
    assert (found.columns, found.was.get((1, 0))) == ([[text], ["end"]], was)


def test_rows_and_cells_stand_where_they_say_or_after_the_one_before() -> None:
    found = read(
        row(cell("a"), cell("b", more='ss:Index="3"'), cell("c"), more='ss:Index="2"'),
        row(cell("d"), more='ss:Span="1"'),
        row(cell("e", more='ss:MergeAcross="1"'), cell("f")),
        width=4,
    )
    assert list(zip(*found.columns, strict=True)) == [
        ("", "", "", ""),
        ("a", "", "b", "c"),
        ("d", "", "", ""),
        ("", "", "", ""),
        ("e", "", "f", ""),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        row(cell("a")) + row(cell("b"), more='ss:Index="1"'),
        row(cell("a"), more='ss:Index="1048577"'),
        row(cell("a"), cell("b", more='ss:Index="1"')),
        row(cell("a", more='ss:Index="16385"')),
    ],
)
def test_what_stands_nowhere_is_refused(rows: str) -> None:
    with pytest.raises(FileRefusedError, match="is damaged"):
        read(rows)


def test_the_style_of_the_row_or_the_column_counts_where_a_cell_has_none() -> None:
    found = read(
        '<Column/><Column ss:StyleID="zeros" ss:Span="1"/><Column ss:Index="6" ss:StyleID="date"/>',
        row(*[cell(1, "Number")] * 6),
        row(cell(1, "Number"), more='ss:StyleID="zeros"'),
        width=6,
    )
    assert list(zip(*found.columns, strict=True)) == [
        ("1", "00001", "00001", "1", "1", "1900-01-01"),
        ("00001", "", "", "", "", ""),
    ]


def test_merged_cells_are_filled_down_and_hidden_rows_counted() -> None:
    sheet = sheets(
        workbook(
            worksheet(
                row(cell("a", more='ss:MergeDown="1" ss:MergeAcross="1"'), cell("x"))
                + row(cell("y", more='ss:Index="3"'), more='ss:Hidden="1"')
                + row(more='ss:Hidden="1"')
            )
        )
    )[0]
    found = sheet.cells(3)
    assert list(zip(*found.columns, strict=True)) == [("a", "", "x"), ("a", "", "y")]
    assert (found.filled_down, found.first_filled_down, sheet.hidden_rows) == (1, (2, 0), 1)


@pytest.mark.parametrize("word", ["SheetHidden", "SheetVeryHidden"])
def test_hidden_sheets_are_told_and_each_sheet_has_its_own_rows(word: str) -> None:
    hidden = f"<x:WorksheetOptions><x:Visible>{word}</x:Visible></x:WorksheetOptions>"
    many = "".join(row(cell(each)) for each in range(100))
    data = workbook(worksheet(many, "One", hidden) + worksheet(row(cell("b")), "Two"))
    one, two = sheets(data)
    assert [(each.name, each.visible) for each in (one, two)] == [("One", False), ("Two", True)]
    assert (len(one.head()), len(one.cells(1).columns[0])) == (50, 100)
    assert two.cells(1).columns == [["b"]]


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    before = "<x:ExcelWorkbook><x:Date1904/></x:ExcelWorkbook>"
    one = cell(43830, "Number", 'ss:StyleID="date"') + cell("1904-01-01T06:00:00", "DateTime")
    found = cells(workbook(worksheet(row(one)), before=before), 2)
    assert found.columns == [["2024-01-01"], ["06:00:00"]]


def test_prefixes_change_nothing() -> None:
    data = (
        '<ss:Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<ss:Worksheet ss:Name="S"><ss:Table><ss:Row><ss:Cell><ss:Data ss:Type="Number">5</ss:Data>'
        "</ss:Cell></ss:Row></ss:Table></ss:Worksheet></ss:Workbook>"
    )
    assert cells(data.encode(), 1).columns == [["5"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_every_encoding_is_read(encoding: str) -> None:
    said = encoding.removesuffix("-sig")
    begin = f'\r\n<?xml version="1.0" encoding="{said}"?>'
    data = workbook(worksheet(row(cell("Zoë €"))), begin=begin).decode().encode(encoding)
    assert cells(data, 1).columns == [["Zoë €"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (workbook(worksheet(row(cell("a"))))[:-30], r"damaged or incomplete .* \(line 1\)"),
        (workbook(worksheet(row(cell("a & b")))), "damaged or incomplete"),
        (workbook(""), "without a worksheet"),
        (workbook("", begin='<!DOCTYPE a [<!ENTITY b "c">]>'), "declares XML entities"),
        (workbook("", begin='<?xml version="1.0" encoding="klingon"?>'), "unknown encoding"),
        (workbook("", begin='<?xml version="1.0" encoding="zip"?>'), "unknown encoding"),
        (workbook(worksheet(row(cell("a")))) + b"\xff", "damaged or incomplete"),
    ],
)
def test_what_cant_be_read_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        sheets(data)
