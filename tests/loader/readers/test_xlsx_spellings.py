"""One cell has one text, however a program spells its XML and whatever else is in the sheet."""

import re
from collections.abc import Callable, Sequence
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from tests.loader.readers.workbooks import (
    MAIN,
    STRICT,
    cells_of,
    head_by_cells,
    number_cell,
    packed,
    row_of,
    sheet_of,
    sheet_xml,
    strings_xml,
    text_cell,
    workbook,
    workbook_parts,
)

FORMATS: Final = ["00000", "yyyy-mm-dd", "[h]:mm"]
STRINGS: Final = [
    "<t>shared</t>",
    "<t/>",
    "<r><t>rich </t></r><r><t>text</t></r>",
    "<t>a_x000A_b</t>",
]

plain_cells = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5).map(
        text_cell
    ),
    st.integers(-(10**17), 10**17).map(number_cell),
    st.floats(allow_nan=False, allow_infinity=False).map(number_cell),
    st.tuples(st.integers(0, 10**6), st.integers(0, len(FORMATS))).map(lambda c: number_cell(*c)),
    st.integers(0, len(STRINGS) - 1).map(lambda at: f'<c r="{{at}}" t="s"><v>{at}</v></c>'),
    st.sampled_from(
        [
            '<c r="{at}"/>',
            '<c r="{at}" s="1"></c>',
            '<c r="{at}" t="e"><v>#N/A</v></c>',
            '<c r="{at}" t="e"><f>VLOOKUP(A1,B:C,2,0)</f><v>#REF!</v></c>',
            '<c r="{at}" t="b"><v>1</v></c>',
            '<c r="{at}" t="str"><f>A1&amp;""</f><v>of a formula</v></c>',
            '<c r="{at}" t="str"><f>A1</f><v></v></c>',
            '<c r="{at}"><f>A1</f></c>',
            '<c r="{at}"><f t="shared" si="0"/><v>7</v></c>',
            '<c r="{at}" s="2"><f>TODAY()</f><v>45292.5</v></c>',
            '<c r="{at}" t="d"><v>2024-05-01T00:00:00</v></c>',
            '<c r="{at}" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>',
            '<c r="{at}" t="str"><v xml:space="preserve"> kept </v></c>',
        ]
    ),
)
tables = st.lists(st.tuples(*[plain_cells] * 4), min_size=1, max_size=6)


def rows_xml(table: Sequence[Sequence[str]]) -> str:
    return "".join(row_of(number, *cells) for number, cells in enumerate(table, start=2))


def book(sheet: str | bytes) -> bytes:
    return packed(workbook_parts({"Sheet1": sheet}, strings=strings_xml(STRINGS), formats=FORMATS))


def prefixed(sheet: str) -> str:
    sheet = re.sub(r"<(/?)(?=\w)", r"<\1x:", sheet)
    return sheet.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


def without_references(sheet: str) -> str:
    sheet = sheet.replace('<row r="2">', '<row r="2" >', 1)
    sheet = re.sub(r'<row r="\d+">', "<row>", sheet)
    return re.sub(r'<c r="[A-Z]+\d+"', "<c", sheet)


def spread_out(sheet: str) -> str:
    return re.sub(r"(<(?:row|c) [^>]*[^/]>|</(?:v|f|is|c|row)>)", "\\1\r\n\t", sheet)


SPELLINGS: Final[dict[str, Callable[[str], str | bytes]]] = {
    "single quotes": lambda sheet: re.sub(r' (\w+)="([^"]*)"', r" \1='\2'", sheet),
    "a prefix": prefixed,
    "no references": without_references,
    "line breaks between tags": spread_out,
    "comments": lambda sheet: re.sub(
        "<(?=c |row )", "<!--</row><row r='1'><c r='A1'><v>1</v></c></row>--><", sheet
    ),
    "character data": lambda sheet: re.sub(r"<v>([^<&]+)</v>", r"<v><![CDATA[\1]]></v>", sheet),
    "references by number": lambda sheet: re.sub(
        r"(<t[^>]*>|<v>)([^<&]+)<",
        lambda m: m[1] + "".join(f"&#{ord(character)};" for character in m[2]) + "<",
        sheet,
    ),
    "attributes turned round": lambda sheet: re.sub(
        r'<c (r="[^"]*")( [^>/]+)(/?)>', r"<c\2 \1\3>", sheet
    ),
    "UTF-16": lambda sheet: sheet.replace("UTF-8", "UTF-16").encode("utf-16"),
    "Latin-1": lambda sheet: sheet.replace("UTF-8", "ISO-8859-1").encode(
        "iso-8859-1", "xmlcharrefreplace"
    ),
    "a declaration of its own encoding": lambda sheet: sheet.replace('"UTF-8"', "'utf-8'"),
    "a root over several lines": lambda sheet: sheet.replace(" xmlns", "\n\txmlns"),
    "a byte order mark": lambda sheet: sheet.encode("utf-8-sig"),
    "the strict namespace": lambda sheet: sheet.replace(MAIN, STRICT),
    "spaces in empty tags": lambda sheet: sheet.replace("/>", " />"),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(max_examples=25)
@given(table=tables)
def test_every_spelling_reads_alike(spelling: str, table: Sequence[Sequence[str]]) -> None:
    sheet = sheet_xml(rows_xml(table))
    spelled = SPELLINGS[spelling](sheet)
    assert cells_of(book(spelled), 4) == cells_of(book(sheet), 4)


@settings(max_examples=15)
@given(table=tables, among=st.integers(0, 3))
def test_a_cell_reads_alike_alone_and_among_thousands_of_its_like(
    table: list[tuple[str, ...]], among: int
) -> None:
    alone = cells_of(book(sheet_xml(rows_xml(table))), 4)
    usual = (text_cell("INV-1"), number_cell(7), number_cell("1.5"), number_cell(45292, 2))
    many: list[tuple[str, ...]] = [*[usual] * 700, *table * 40, *[usual] * (700 * among), *table]
    cells = cells_of(book(sheet_xml(rows_xml(many))), 4)
    end = len(many) - len(table)
    assert [column[end + 1 :] for column in cells.columns] == [
        column[1:] for column in _padded(alone.columns, len(cells.columns[0]) - end)
    ]
    below = {(row - end, at): was for (row, at), was in cells.was.items() if row > end + 1}
    assert below == alone.was


def _padded(columns: list[list[str]], rows: int) -> list[list[str]]:
    return [column + [""] * (rows - len(column)) for column in columns]


@settings(max_examples=10)
@given(table=tables)
def test_a_row_reads_alike_whether_it_is_hidden(table: Sequence[Sequence[str]]) -> None:
    rows = rows_xml([*table, *[[text_cell("INV-1"), number_cell(7)]] * 2000, *table])
    hidden = re.sub(r'<row (r="\d+")>', r'<row \1 hidden="1">', rows)
    assert cells_of(book(sheet_xml(hidden)), 4) == cells_of(book(sheet_xml(rows)), 4)


@settings(max_examples=40)
@given(table=tables)
def test_the_head_says_what_the_cells_say(table: Sequence[Sequence[str]]) -> None:
    sheet = sheet_of(book(sheet_xml(rows_xml(table))))
    assert list(sheet.head()) == head_by_cells(sheet.cells(4))


@settings(max_examples=40)
@given(table=tables)
def test_an_error_cell_changes_no_other_cell(table: Sequence[Sequence[str]]) -> None:
    without = cells_of(book(sheet_xml(rows_xml(table))), 5)
    error = '<row r="9"><c r="E9" t="e"><v>#N/A</v></c></row>'
    beside = cells_of(book(sheet_xml(rows_xml(table) + error)), 5)
    assert beside.was == {**without.was, (9, 4): SourceType.ERROR}
    rows = len(without.columns[0])
    assert [column[:rows] for column in beside.columns] == without.columns


def test_a_column_that_changes_its_type_far_down_is_read_cell_by_cell() -> None:
    rows = [row_of(number, number_cell(number), text_cell("x")) for number in range(1, 4001)]
    rows[3000] = row_of(3001, '<c r="{at}" t="e"><v>#N/A</v></c>', number_cell("12345678901234567"))
    cells = cells_of(workbook("".join(rows)), 2)
    assert cells.was == {(3001, 0): SourceType.ERROR, (3001, 1): SourceType.LONG_NUMBER}
    assert cells.columns[0] == [*map(str, range(1, 3001)), "#N/A", *map(str, range(3002, 4001))]
    assert cells.columns[1] == ["x"] * 3000 + ["12345678901234567"] + ["x"] * 999


@pytest.mark.parametrize("attributes", ["t='s'", 't = "s"', 't="s" xml:space="preserve"'])
def test_the_type_of_a_cell_is_known_however_its_attribute_is_spelled(attributes: str) -> None:
    row = f'<row r="1"><c r="A1" {attributes}><v>0</v></c></row>'
    assert cells_of(workbook(row, strings=["<t>INV-1</t>"]), 1).columns == [["INV-1"]]


@pytest.mark.parametrize("attributes", ['s="0 t="s"', 't="n" t="s"', 's="0"t="s"'])
def test_attributes_that_are_no_xml_are_damage(attributes: str) -> None:
    row = f'<row r="1"><c r="A1" {attributes}><v>0</v></c></row>'
    with pytest.raises(FileRefusedError, match="damaged"):
        cells_of(workbook(row, strings=["<t>INV-1</t>"]), 1)
