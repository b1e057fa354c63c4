"""Files that ask for much more than they hold, each as small as does."""

from collections.abc import Iterator
from itertools import repeat
from typing import Final

from reconcile.domain.model import column_letter
from tests.loader.readers import biff, binary
from tests.loader.readers.test_ods import document
from tests.loader.readers.test_ods import table as ods_table
from tests.loader.readers.workbooks import (
    MAIN,
    PACKAGE,
    RELATIONS,
    number_cell,
    packed,
    row_of,
    sheet_xml,
    text_cell,
    workbook,
    workbook_parts,
)

HEADER: Final = ("Order ID", "Order External ID")
ORDER: Final = ("7", "INV-1")
LINES: Final = b"Order ID,Order External ID\n7,INV-1\n"
DEEP: Final = 100_000
HUGE: Final = "9" * 5000
LAUGHS: Final = (
    '<!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {after} "{f"&{name};" * 10}">'
        for name, after in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
_2003: Final = "urn:schemas-microsoft-com:office:spreadsheet"
TOP: Final = "".join(row_of(at, *map(text_cell, row)) for at, row in ((1, HEADER), (2, ORDER)))


def xlsx(rows: str = "", after: str = "", *, formats: tuple[str, ...] = ()) -> bytes:
    return workbook(TOP + rows, after, formats=formats)


def ods(rows: str, before: str = "") -> bytes:
    top = "".join(
        f"<table:table-row>{ods_cell(a)}{ods_cell(b)}</table:table-row>" for a, b in (HEADER, ORDER)
    )
    return document(ods_table(f"{before}{top}{rows}"))


def ods_cell(text: str, more: str = "") -> str:
    shown = f"<text:p>{text}</text:p>"
    return f'<table:table-cell office:value-type="string"{more}>{shown}</table:table-cell>'


def ods_row(cells: str, repeated: object = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def xml(rows: str, table: str = "", begin: str = "") -> bytes:
    top = "".join(f"<Row>{xml_cell(a)}{xml_cell(b)}</Row>" for a, b in (HEADER, ORDER))
    return (
        f'<?xml version="1.0"?>{begin}<Workbook xmlns="{_2003}" xmlns:ss="{_2003}">'
        f'<Worksheet ss:Name="S"><Table>{table}{top}{rows}</Table></Worksheet></Workbook>'
    ).encode()


def xml_cell(text: str, more: str = "") -> str:
    return f'<Cell{more}><Data ss:Type="String">{text}</Data></Cell>'


def html(rows: str, before: str = "") -> bytes:
    top = "".join(f"<tr><td>{a}<td>{b}</tr>" for a, b in (HEADER, ORDER))
    return f"<html>{before}<table>{top}{rows}</table></html>".encode()


def xlsb(rows: bytes) -> bytes:
    top = (
        binary.row(at, binary.text(a), binary.text(b, 1))
        for at, (a, b) in enumerate((HEADER, ORDER), start=1)
    )
    return binary.workbook(b"".join(top) + rows)


def xls(*cells: bytes) -> bytes:
    top = (
        biff.label(text, column, row)
        for row, texts in enumerate((HEADER, ORDER), start=1)
        for column, text in enumerate(texts)
    )
    return biff.stream(*top, *cells)


def _one_part_for_all(sheets: int) -> bytes:
    parts = workbook_parts({f"S{at}": "" for at in range(sheets)})
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        for at in range(1, sheets + 1)
    )
    kept = {name: part for name, part in parts.items() if "worksheets" not in name}
    return packed(
        {
            **kept,
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>'
            ),
            "xl/worksheets/sheet1.xml": sheet_xml(row_of(1, text_cell("a"))),
        }
    )


def _many_sheets(count: int) -> bytes:
    empty = {f"S{at}": sheet_xml("") for at in range(count)}
    return packed(workbook_parts({**empty, 'odd "name"\u202e&#10;': sheet_xml(TOP)}))


def _merged(references: Iterator[str]) -> str:
    return (
        f"<mergeCells>{''.join(f'<mergeCell ref={each!r}/>' for each in references)}</mergeCells>"
    )


def _wide_row(number: int) -> str:
    cells = "".join(f'<c r="{column_letter(at)}{number}"><v>1</v></c>' for at in range(16_384))
    return f'<row r="{number}">{cells}</row>'


def _swollen(size: int) -> bytes:
    parts = workbook_parts({"S": sheet_xml(TOP)})
    return packed({**parts, "xl/media/1.png": bytes(size), "xl/media/2.png": bytes(size)})


def bombs() -> Iterator[tuple[str, bytes, str]]:
    """Name, content, and how the load ends: the words of the refusal, or the rows."""
    sheet = f'{LAUGHS}<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1" t="str"><v>&j;</v>'
    laughing = workbook_parts({"S": sheet})
    yield "a billion laughs in xlsx", packed(laughing), "declares XML entities"
    yield (
        "a billion laughs in ods",
        document("", parts={"content.xml": LAUGHS}),
        "declares XML entities",
    )
    yield "a billion laughs in XML", xml(f"<Row>{xml_cell('&j;')}</Row>", begin=LAUGHS), "declares"
    yield "a zip in a zip", packed({"a.xlsx": xlsx()}), "is a zip file"
    lying = _swollen(1 << 20).replace((1 << 20).to_bytes(4, "little"), b"\xff\xff\xff\xfe")
    yield "a part of 4 GiB", lying, "would unpack to"
    yield (
        "a cell of 40 million letters",
        xlsx(f'<row r="3"><c r="A3" t="str"><v>{"a" * 40_000_000}</v></c></row>'),
        "more than 16 million characters",
    )
    blanks = '<text:s text:c="32767"/>' * 3000
    yield "blanks in ods", ods(ods_row(ods_cell(blanks))), "more than 16 million characters"
    yield "one part for many sheets", _one_part_for_all(1000), "one and the same"


def claims() -> Iterator[tuple[str, bytes, str]]:
    """The same of places and counts."""
    many = ' table:number-columns-repeated="{}"'
    yield "a billion rows in ods", ods(ods_row(ods_cell("8"), 10**9)), "follows row"
    yield "many rows in ods", ods(ods_row(ods_cell("8"), 99_998)), "100000 rows"
    yield "a billion columns in ods", ods(ods_row(ods_cell("8", many.format(10**9)))), "last column"
    yield (
        "a million wide rows in ods",
        document(
            ods_table(
                ods_row(ods_cell("Order ID") + ods_cell("x", many.format(1000)))
                + ods_row(ods_cell("8", many.format(1001)), 1_000_000)
            )
        ),
        "954 million cells",
    )
    true = '<table:table-cell office:value-type="boolean" office:boolean-value="true"{}/>'
    yield (
        "millions of booleans in ods",
        document(
            ods_table(
                ods_row(ods_cell("Order ID") + ods_cell("x", many.format(40)))
                + ods_row(true.format(many.format(41)), 1_000_000)
            )
        ),
        "more than 16 million dates",
    )
    spans = ' table:number-rows-spanned="1000000"'
    yield "spans in ods", ods(ods_row(ods_cell("8", spans)) * 3000), "lie over one another"
    yield "a far row in XML", xml(f'<Row ss:Index="{HUGE}">{xml_cell("8")}</Row>'), "follows row"
    yield "a long span in XML", xml(f'<Row ss:Span="{HUGE}">{xml_cell("8")}</Row>'), "3 rows"
    columns = '<Column ss:Span="16383" ss:StyleID="x"/><Column ss:Index="1" ss:StyleID="x"/>'
    yield "columns over columns in XML", xml("", columns), "column 1 follows column 16384"
    yield "wide cells in HTML", html("<tr><td colspan=999999999>8<td>x"), "3 rows"
    yield "tall cells in HTML", html("<tr><td rowspan=999999999>8<td>x<tr><td>y"), "4 rows"
    covering = "<tr>" + "<td colspan=1000 rowspan=0>" * 16 + "<tr><td>x" * 3000
    yield "cells over cells in HTML", html(covering), "reach over millions"
    yield "a far row in xlsb", xlsb(binary.row(0x7FFFFFFF, binary.text("8"))), "follows row"
    yield "a long record in xlsb", xlsb(b"\x05\xff\xff\xff\x7f"), "damaged"
    yield "the last row in xls", xls(biff.label("8", 0, 65_536)), "65536 rows"
    area = biff.short(1000, *(1, 65_535, 0, 255) * 1000)
    yield "merged areas in xls", xls(*repeat(biff.record(0xE5, area), 20)), "rows"
    yield "a far row in xlsx", xlsx(row_of(100_000, text_cell("8"))), "100000 rows"
    yield (
        "100,000 merged ranges",
        xlsx("", _merged(f"A{at}:B{at + 1}" for at in range(3, 200_000, 2))),
        "2 rows",
    )
    yield (
        "ranges over ranges",
        xlsx(row_of(1_048_576, text_cell("8")), _merged(repeat("A2:A100000", 1000))),
        "lie over one another",
    )
    yield "16,384 columns", xlsx("".join(map(_wide_row, range(3, 9)))), "8 rows, 2 columns"
    styled = "".join(f'<row r="{at}" s="1"><c r="A{at}" s="1"/></row>' for at in range(3, 50_000))
    yield "styled empty rows", xlsx(styled), "2 rows"
    yield "many sheets", _many_sheets(1000), "2 rows"


def nests() -> Iterator[tuple[str, bytes, str]]:
    """Elements in elements."""
    yield "deep xlsx", xlsx("", "<a>" * DEEP + "</a>" * DEEP), "2 rows"
    groups = "<table:table-row-group>" * DEEP + "</table:table-row-group>" * DEEP
    yield "deep ods", ods(groups), "2 rows"
    spans = "<text:span>" * DEEP + "x" + "</text:span>" * DEEP
    yield "deep text in ods", ods(ods_row(ods_cell(spans))), "3 rows"
    yield "deep XML", xml(f"<Row>{xml_cell('<b>' * DEEP + 'x' + '</b>' * DEEP)}</Row>"), "3 rows"
    yield "deep HTML", html("<tr><td>" + "<b>" * DEEP + "x"), "3 rows"
    tables = "<tr><td>" + "<table><tr><td>" * 20_000 + "</table>" * 20_000
    yield "tables in tables", html(tables), "3 rows|2 rows"


def runs() -> Iterator[tuple[str, bytes, str]]:
    """Long runs of one thing, which make a careless expression go back and forth."""
    long = 300_000
    yield "<", html("<tr><td>8<td>" + "<" * 100_000), "3 rows"
    yield "<a", html("<tr><td>8<td>" + "<a" * long + ">"), "3 rows"
    yield "<a without an end", html("<tr><td>8<td>" + "<a " * long)[:-15], "incomplete"
    yield "open quotes in tags", html("<tr><td>8<td>" + "<a ='\"" * long + ">"), "rows|incomplete"
    yield "attributes", html(f"<tr><td{' ' * long}a{' = a' * long}>8"), "3 rows"
    yield "&", html("<tr><td>8<td>" + "&" * long + "&#" * long), "3 rows"
    yield "line breaks", html("<tr><td>8<td>" + "<br>" * 100_000), "3 rows"
    yield "meta", html("", "<meta " * 10_000), "outside of all tables"
    style = f"<style>.{'a' * long}{'.a{' * long}{'.a {mso-number-format:' * 30_000}</style>"
    yield "styles", html("", style), "2 rows"
    for at, code in enumerate(("[" * long, '"' * (long + 1) + "\\" * long, "0" * long)):
        cell = number_cell(8, 1)
        yield f"format {at}", xlsx(row_of(3, cell), formats=(code,)), "3 rows"
    yield "quotes", LINES + b'8,"' + b'""' * 50_000 + b'"\n', "3 rows"
    yield "an open quote", LINES + b'8,"' + b"a\n" * long, "never closes"
    yield "quotes at the top", b'"a\n' * long, "closes"
    yield "blank lines", LINES + b"\n" * 100_000 + b"8,x\n", "100003 rows"
    yield "titles", b"title\n" * long + LINES, "no header row"
    yield "separators", LINES + b",;\t|" * 30_000, "3 rows"
    yield "formulas", LINES + b"8,=" + b'"="' * long, "rows|can't be read"
    yield "digits", LINES + b"1" * long + b"," + b"2" * long, "3 rows|more than 131072"
    yield "ends of file", LINES + b"\x1a" * long, "2 rows"
    yield (
        "a line of 20 million letters",
        LINES + b"x" * 20_000_000,
        "more than 16 million characters",
    )
    columns = b",".join(b"c%d" % at for at in range(100_000))
    yield "100,000 columns", LINES[:26] + b"," + columns + b"\n7,x\n", "more than 16384 columns"
    columns = columns[: 16_000 * 6]
    yield "many short rows", LINES[:26] + b"," + columns + b"\n7,x" * 9000, "million cells"


def disguises() -> Iterator[tuple[str, bytes, str]]:
    """Two kinds in one."""
    yield "a PDF with a workbook behind it", b"%PDF-1.4\n" + xlsx(), "is a PDF"
    yield "a workbook with a PDF behind it", xlsx() + b"%PDF-1.4\n", "rows|damaged"
    circle = bytearray(biff.in_ole2(xls()))
    for sector in range(8):
        circle[512 + 4 * sector : 516 + 4 * sector] = sector.to_bytes(4, "little")
    yield "sectors in a circle", bytes(circle), "damaged|without"
