"""Workbooks: every cell is one exact text, whatever else is in the sheet."""

import io
import random
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from tests.loader.readers.files import cells, rows, sheets, workbook


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def book_of(*table: tuple[object, ...]) -> Workbook:
    book = Workbook()
    assert book.active is not None
    for row in table:
        book.active.append(row)
    return book


@pytest.mark.parametrize(
    ("value", "text", "was"),
    [
        (123, "123", None),
        (123.0, "123", None),
        (0.1, "0.1", None),
        (-45.5, "-45.5", None),
        (10**14, "100000000000000", None),
        (True, "TRUE", SourceType.BOOLEAN),
        (date(2025, 3, 1), "2025-03-01", SourceType.DATE),
        (datetime(2025, 3, 1, 9, 30), "2025-03-01T09:30:00", SourceType.DATE),  # noqa: DTZ001
        ("00123", "00123", None),
        ("1e5", "1e5", None),
        ("  x ", "  x ", None),
        ("=1+1", "", SourceType.FORMULA),
    ],
)
def test_a_cell_becomes_its_exact_text(value: object, text: str, was: SourceType | None) -> None:
    read = cells(saved(book_of((value, "end"))), 2)
    assert read.columns[0][0] == text
    assert read.was.get((1, 0)) is was


def number(saved_as: str) -> bytes:
    return workbook(f'<row r="1"><c r="A1"><v>{saved_as}</v></c><c r="B1"><v>1</v></c></row>')


@pytest.mark.parametrize(
    ("saved_as", "text", "was"),
    [
        ("5.0", "5", None),
        ("12345678901234567", "12345678901234567", SourceType.LONG_NUMBER),
        ("1.23456789012345E+16", "12345678901234500", SourceType.LONG_NUMBER),
        ("999999999999999", "999999999999999", None),
        ("0.30000000000000004", "0.30000000000000004", SourceType.LONG_NUMBER),
        ("7.00001E5", "700001", None),
    ],
)
def test_numbers_keep_the_digits_that_the_file_holds(
    saved_as: str, text: str, was: SourceType | None
) -> None:
    read = cells(number(saved_as), 2)
    assert (read.columns[0][0], read.was.get((1, 0))) == (text, was)


def test_a_number_in_a_format_of_leading_zeros_is_what_is_shown() -> None:
    book = book_of((42, 7), (123456, 7))
    assert book.active is not None
    book.active["A1"].number_format = "00000"
    book.active["A2"].number_format = "00000"
    read = cells(saved(book), 2)
    assert read.columns[0] == ["00042", "123456"]
    assert read.was == {(1, 0): SourceType.PADDED_NUMBER}


def test_errors_are_kept_and_formulas_without_a_value_are_told_from_empty_results() -> None:
    data = workbook(
        '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>X()</f></c>'
        '<c r="C1" t="str"><f>Y()</f><v></v></c></row>'
    )
    read = cells(data)
    assert [column[0] for column in read.columns] == ["#N/A", "", ""]
    assert read.was == {(1, 0): SourceType.ERROR, (1, 1): SourceType.FORMULA}


def test_escaped_characters_stand_for_themselves_once() -> None:
    data = workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_b</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>_x005F_x0041_</t></is></c></row>'
    )
    assert rows(data, 2) == [("a\rb", "_x0041_")]


def test_rich_text_is_joined_and_phonetics_are_left_out() -> None:
    data = workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t xml:space="preserve">a </t></r>'
        "<r><rPr><b/></rPr><t>b</t></r><rPh><t>x</t></rPh></is></c></row>"
    )
    assert rows(data, 1) == [("a b",)]


def test_rows_and_columns_keep_their_numbers_over_gaps_and_blank_areas() -> None:
    data = workbook(
        '<row r="4"><c r="B4"><v>1</v></c></row><row r="7"><c r="C7"><v>2</v></c></row>'
    )
    assert rows(data) == [
        ("", "", ""),
        ("", "", ""),
        ("", "", ""),
        ("", "1", ""),
        ("", "", ""),
        ("", "", ""),
        ("", "", "2"),
    ]


def test_cells_without_a_reference_follow_one_another() -> None:
    data = workbook("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    assert rows(data, 2) == [("1", "2"), ("3", "")]


def test_a_prefix_of_the_namespace_changes_nothing() -> None:
    plain = workbook('<row r="1"><c r="A1"><v>1</v></c></row>')
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = (
        f"<x:worksheet xmlns:x=\"{main}\"><x:sheetData><x:row r='1'><x:c r='A1'><x:v>1</x:v>"
        "</x:c></x:row></x:sheetData></x:worksheet>"
    )
    prefixed = workbook("", parts={**parts, "xl/worksheets/sheet1.xml": sheet})
    assert rows(prefixed, 1) == rows(plain, 1) == [("1",)]


def test_a_merged_value_is_filled_down_over_its_own_cells_only() -> None:
    book = book_of(("1", "a"), (None, "b"), (None, "c"), (None, "d"))
    assert book.active is not None
    book.active.merge_cells("A1:A3")
    read = cells(saved(book), 2)
    assert read.columns[0] == ["1", "1", "1", ""]
    assert (read.filled_down, read.first_filled_down) == (2, (2, 0))


def test_hidden_sheets_and_rows_are_told() -> None:
    book = book_of(("1",), ("2",), ("3",))
    assert book.active is not None
    book.active.row_dimensions[2].hidden = True
    book.create_sheet("secret").sheet_state = "veryHidden"
    visible, hidden = sheets(saved(book))
    assert (visible.visible, visible.hidden_rows) == (True, 1)
    assert (hidden.name, hidden.visible) == ("secret", False)


def test_a_wrong_dimension_and_a_far_away_cell_cost_nothing() -> None:
    data = workbook(
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>9</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>9</v></c></row>',
        before='<dimension ref="A1:A1"/>',
    )
    assert rows(data, 1) == [("1",)]


def test_dates_are_dates_in_the_system_of_1904_too() -> None:
    book = book_of((date(2025, 3, 1),))
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    assert rows(saved(book), 1) == [("2025-03-01",)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08\x00rest", "gzip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
        (b"<!DOCTYPE html><html><table></table></html>", "HTML|web page"),
        (b"PK\x03\x04 broken", "zip|damaged"),
        (workbook("<row><c><v>1</v>")[:-60], "damaged|zip"),
        (workbook('<row r="1"><c r="A1"><v>1</c></row>'), "damaged|XML"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence_that_says_what_it_is(
    data: bytes, words: str
) -> None:
    with pytest.raises(FileRefusedError, match=words):
        cells(data)


def test_entities_are_refused_before_anything_is_read() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData/></worksheet>'
    with pytest.raises(FileRefusedError):
        cells(workbook("", parts={"xl/worksheets/sheet1.xml": bomb}))


_VALUE = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 4)),
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=1, max_size=9).filter(
        lambda text: text.strip() == text and text[0] not in "=#"
    ),
    st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(_VALUE, _VALUE, _VALUE), min_size=1, max_size=6), st.booleans())
def test_one_cell_has_one_text_whatever_else_is_in_the_sheet_and_calamine_agrees(
    table: list[tuple[object, ...]],
    with_error: bool,  # noqa: FBT001
) -> None:
    whole = [("head", "head", "head"), *table, ("end", "end", "end")]
    data = saved(book_of(*whole, *([("#N/A", "", "")] if with_error else [])))

    read = rows(data)[: len(whole)]

    assert read == rows(saved(book_of(*whole)))
    other = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    theirs = other.to_python(skip_empty_area=False)[: len(whole)]
    assert read == [tuple(_text(value) for value in row) for row in theirs]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def test_flipped_bytes_end_in_a_reading_or_a_sentence() -> None:
    chance = random.Random(7)  # noqa: S311
    data = saved(book_of(("Order ID", "Order External ID"), (1, "A"), (2, "B")))
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        cut = chance.choice([len(broken), chance.randrange(len(broken))])
        try:
            cells(bytes(broken[:cut]), 2)
        except FileRefusedError:
            continue


def test_an_extension_of_the_workbook_doesnt_change_the_date_system() -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    more = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
    book = (
        f'<workbook xmlns="{main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/'
        '2006/relationships"><workbookPr date1904="1"/><sheets><sheet name="S" sheetId="1" '
        f'r:id="r1"/></sheets><extLst><ext xmlns:x15="{more}"><x15:workbookPr chartTrackingRefBase'
        '="1"/></ext></extLst></workbook>'
    )
    styles = (
        f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
        "</cellXfs></styleSheet>"
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="worksheets/sheet1.xml" Type="http://schemas.openxmlformats.'
        'org/officeDocument/2006/relationships/worksheet"/><Relationship Id="r2" Target="styles.'
        'xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"/>'
        "</Relationships>"
    )
    parts = {
        "xl/workbook.xml": book,
        "xl/styles.xml": styles,
        "xl/_rels/workbook.xml.rels": relations,
    }
    data = workbook('<row r="1"><c r="A1" s="1"><v>1</v></c></row>', parts=parts)
    assert rows(data, 1) == [("1904-01-02",)]
