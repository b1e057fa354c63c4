"""What a cell of a workbook says, by its type and its number format."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.common.number_format import GENERAL, Shown, built_in, from_code
from reconcile.loader.readers.common.serial_date import date_text, duration_text
from reconcile.loader.readers.common.values import number_value, string_text
from tests.loader.readers.workbooks import (
    cells_of,
    number_cell,
    packed,
    row_of,
    sheet_xml,
    styles_xml,
    workbook,
    workbook_parts,
)

RICH = (
    "<r><rPr><b/></rPr><t>ri</t></r><r><t xml:space='preserve'>ch </t></r>"
    '<rPh sb="0" eb="1"><t>phonetic</t></rPh><phoneticPr fontId="1"/>'
)
BEGIN = datetime(1900, 3, 1)  # noqa: DTZ001 - a workbook knows no time zones


@pytest.mark.parametrize(
    ("saved", "text", "was"),
    [
        ("0", "0", None),
        ("-0", "0", None),
        ("007", "7", None),
        (" 7 ", "7", None),
        ("+7", "7", None),
        ("1E5", "100000", None),
        ("67.180000000000007", "67.18", None),
        ("1.1000000000000001", "1.1", None),
        ("1E-7", "0.0000001", None),
        ("-1.5e-10", "-0.00000000015", None),
        ("123456789.123456", "123456789.123456", None),
        ("1234567890.1234567", "1234567890.1234567", SourceType.LONG_NUMBER),
        ("1000000000000000", "1000000000000000", SourceType.LONG_NUMBER),
        ("12345678901234567890", "12345678901234567890", SourceType.LONG_NUMBER),
        ("-12345678901234567", "-12345678901234567", SourceType.LONG_NUMBER),
        ("12345678901234567.0", "12345678901234567", SourceType.LONG_NUMBER),
        ("1.2345678901234501E+18", "1234567890123450000", SourceType.LONG_NUMBER),
        ("not a number", "not a number", None),
        ("1_000", "1_000", None),
        ("NaN", "NaN", SourceType.ERROR),
        ("-1e999", "-1e999", SourceType.ERROR),
        ("1E999", "1E999", SourceType.ERROR),
        ("٣", "٣", None),
    ],
)
def test_a_number_is_its_digits(saved: str, text: str, was: SourceType | None) -> None:
    assert number_value(saved) == (text, was)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_means_the_same_number(number: float) -> None:
    text, _ = number_value(f"{number:.17G}")
    assert float(text) == number
    assert "E" not in text.upper()
    assert not text.endswith(".0")


@given(st.integers())
def test_an_integer_keeps_all_its_digits(number: int) -> None:
    text, was = number_value(str(number))
    assert text == str(number)
    assert was == (SourceType.LONG_NUMBER if abs(number) >= 10**15 else None)


@pytest.mark.parametrize(
    ("saved", "text"),
    [
        ("a_x000D_b", "a\rb"),
        ("_x005F_x000D_", "_x000D_"),
        ("_x005F__x000a_", "_\n"),
        ("_x00_ _x000G_ _X000D_", "_x00_ _x000G_ _X000D_"),
        ("_xD83D__xDE00_", "\N{GRINNING FACE}"),
        ("_xD83D_", "_xD83D_"),
        ("&amp;lt; &lt;b&gt; &quot;x&apos;", "&lt; <b> \"x'"),
        ("&amp;#10;", "&#10;"),
    ],
)
def test_escapes_stand_for_their_characters_once(saved: str, text: str) -> None:
    assert string_text(saved) == text


def test_strings_are_kept_to_the_last_blank() -> None:
    strings = [
        '<t xml:space="preserve"> a </t>',
        "<t> b </t>",
        "<t>two\r\nlines</t>",
        "<t>&#13;&#10;</t>",
        RICH,
        "",
    ]
    cells = [f'<c r="{{at}}" t="s"><v>{at}</v></c>' for at in range(len(strings))]
    columns = cells_of(workbook(row_of(1, *cells, number_cell(1)), strings=strings), 7).columns
    assert [column[0] for column in columns] == [
        " a ",
        " b ",
        "two\nlines",
        "\r\n",
        "rich ",
        "",
        "1",
    ]


@pytest.mark.parametrize("saved", ["4", "-1", "1.0", "x"])
def test_a_pointer_to_no_text_is_refused(saved: str) -> None:
    data = workbook(f'<row r="1"><c r="A1" t="s"><v>{saved}</v></c></row>', strings=["<t>a</t>"])
    with pytest.raises(FileRefusedError, match="points to the text"):
        cells_of(data, 1)


def test_a_pointer_to_no_text_is_refused_among_thousands_of_good_ones() -> None:
    rows = [f'<row r="{n}"><c r="A{n}" t="s"><v>{n // 3000}</v></c></row>' for n in range(1, 3001)]
    with pytest.raises(FileRefusedError, match="points to the text '1' of 1"):
        cells_of(workbook("".join(rows), strings=["<t>a</t>"]), 1)


@pytest.mark.parametrize(
    ("type_", "saved", "text", "was"),
    [
        ("b", "1", "TRUE", SourceType.BOOLEAN),
        ("b", "0", "FALSE", SourceType.BOOLEAN),
        ("b", "true", "TRUE", SourceType.BOOLEAN),
        ("e", "#SPILL!", "#SPILL!", SourceType.ERROR),
        ("e", "#DIV/0!", "#DIV/0!", SourceType.ERROR),
        ("str", "=A1", "=A1", None),
        ("d", "2024-05-01T00:00:00", "2024-05-01", SourceType.DATE),
        ("d", "2024-05-01T10:30:00Z", "2024-05-01T10:30:00", SourceType.DATE),
        ("d", "10:30", "10:30:00", SourceType.DATE),
        ("d", "someday", "someday", SourceType.DATE),
        ("n", "7", "7", None),
    ],
)
def test_every_type_has_its_text(type_: str, saved: str, text: str, was: SourceType | None) -> None:
    cells = cells_of(workbook(f'<row r="1"><c r="A1" t="{type_}"><v>{saved}</v></c></row>'), 1)
    assert cells.columns == [[text]]
    assert cells.was == ({(1, 0): was} if was else {})


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="unknown type 'x'"):
        cells_of(workbook('<row r="1"><c r="A1" t="x"><v>1</v></c></row>'), 1)


@pytest.mark.parametrize(
    ("formula", "was"),
    [
        ("<f>A1</f>", SourceType.FORMULA),
        ("<f>A1</f><v></v>", SourceType.FORMULA),
        ("<f>A1</f><v/>", SourceType.FORMULA),
        ('<f t="shared" si="0"/>', SourceType.FORMULA),
        ("<v></v>", None),
        ("", None),
    ],
)
def test_a_formula_without_a_value_is_told_from_an_empty_cell(
    formula: str, was: SourceType | None
) -> None:
    row = f'<row r="1"><c r="A1">{formula}</c><c r="B1"><v>1</v></c></row>'
    cells = cells_of(workbook(row), 2)
    assert cells.columns == [[""], ["1"]]
    assert cells.was == ({(1, 0): was} if was else {})


@pytest.mark.parametrize("empty", ["<v></v>", "<v/>", "<v />"])
def test_a_formula_that_says_nothing_is_no_formula_without_a_value(empty: str) -> None:
    row = f'<row r="1"><c r="A1" t="str"><f>A2</f>{empty}</c><c r="B1"><v>1</v></c></row>'
    assert not cells_of(workbook(row), 2).was


def test_rows_of_formulas_without_a_value_exist_to_the_last() -> None:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><f>B1</f></c></row>' for row in (1, 2, 3))
    cells = cells_of(workbook(rows), 1)
    assert cells.columns == [["", "", ""]]
    assert set(cells.was.values()) == {SourceType.FORMULA}


@pytest.mark.parametrize(
    ("code", "saved", "text"),
    [
        ("00000", "123", "00123"),
        ("00000", "123456", "123456"),
        ("00000", "0", "00000"),
        ("00000", "-7", "-00007"),
        ("00000;-0", "-7", "-7"),
        ("000;-000;0", "0", "0"),
        ("000;-000;0", "5", "005"),
        ("00", "1.5", "1.5"),
        ("0", "7", "7"),
        ("0.00", "7", "7"),
        ("#,##0", "1234567", "1234567"),
        ("00000", "1E3", "01000"),
        ("[Red]00000", "42", "00042"),
        ("00000_)", "42", "00042"),
        ("[>=1000]0;00000", "42", "00042"),
        ("[>=1000]0;00000", "4200", "4200"),
        ("#00000", "42", "00042"),
        ("00000.00", "42", "42"),
        ("0000E+00", "42", "42"),
        ("00000%", "42", "42"),
        ("00000;-00000;-", "0", "0"),
    ],
)
def test_leading_zeros_are_shown_only_by_a_format_of_zeros(
    code: str, saved: str, text: str
) -> None:
    cells = cells_of(workbook(row_of(1, number_cell(saved, 1)), formats=[code]), 1)
    assert cells.columns == [[text]]
    assert (SourceType.PADDED_NUMBER in cells.was.values()) == (text.lstrip("-")[:1] == "0" != text)


@pytest.mark.parametrize(
    ("code", "saved", "text"),
    [
        ('"INV-"00000', "7", "INV-00007"),
        ('"ID"00000', "123456", "ID123456"),
        (r"\I\N\V0000", "42", "INV0042"),
        ('00000"-A"', "42", "00042-A"),
        ("0000-00", "1234", "0012-34"),
        ("0000-00", "1234567", "12345-67"),
        ("000-00-0000", "12345678", "012-34-5678"),
        ('"a;b"000', "7", "a;b007"),
        ('[<10]"S-"000;"L-"000', "7", "S-007"),
        ('[<10]"S-"000;"L-"000', "70", "L-070"),
        ('"INV-"0', "7", "7"),
        ('"INV-"00000', "-7", "-7"),
        ('"INV-"00000', "1.5", "1.5"),
    ],
)
def test_text_beside_leading_zeros_is_shown_with_them(code: str, saved: str, text: str) -> None:
    cells = cells_of(workbook(row_of(1, number_cell(saved, 1)), formats=[code]), 1)
    assert cells.columns == [[text]]
    assert (SourceType.PADDED_NUMBER in cells.was.values()) == (text != saved)


def test_a_long_number_is_that_in_a_format_of_zeros_too() -> None:
    data = workbook(row_of(1, number_cell("12345678901234567", 1)), formats=["0000000000000000000"])
    assert cells_of(data, 1).was == {(1, 0): SourceType.LONG_NUMBER}


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("yyyy-mm-dd", Shown.DATE),
        ("m/d/yy h:mm", Shown.DATE),
        ("[$-409]mmmm d, yyyy;@", Shown.DATE),
        ("[$-F800]dddd\\,\\ mmmm\\ dd", Shown.DATE),
        ("mm:ss.0", Shown.DATE),
        ("h:mm AM/PM", Shown.DATE),
        ('yyyy"年"m"月"d"日"', Shown.DATE),
        ("[Red]dd.mm.yyyy", Shown.DATE),
        ("[h]:mm:ss", Shown.DURATION),
        ("[mm]:ss", Shown.DURATION),
        ("General", Shown.NUMBER),
        ("0.00E+00", Shown.NUMBER),
        ("#,##0.00_);[Red](#,##0.00)", Shown.NUMBER),
        ('0" days"', Shown.NUMBER),
        ("0\\d", Shown.NUMBER),
        ("#,##0*d", Shown.NUMBER),
        ("_d0", Shown.NUMBER),
        ("[$USD] 0", Shown.NUMBER),
        ("[Magenta]0", Shown.NUMBER),
        ('"unclosed dmy', Shown.NUMBER),
        ("@", Shown.NUMBER),
        ("", Shown.NUMBER),
    ],
)
def test_a_format_shows_a_date_if_a_letter_of_dates_stands_outside_its_literals(
    code: str, shown: Shown
) -> None:
    assert from_code(code).shown is shown


def test_formats_with_a_fixed_number_are_known_without_a_code() -> None:
    dates = {number for number in range(164) if built_in(number).shown is Shown.DATE}
    assert dates == {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59), *range(71, 82)}
    assert built_in(46).shown is Shown.DURATION
    assert built_in(49) == GENERAL


def test_a_code_beats_the_fixed_number() -> None:
    sheet = sheet_xml(row_of(1, number_cell(45292, 1)))
    parts = workbook_parts({"Sheet1": sheet}, formats=[14])
    assert cells_of(packed(parts), 1).columns == [["2024-01-01"]]
    code = '<numFmts><numFmt numFmtId="14" formatCode="0"/>'
    parts["xl/styles.xml"] = styles_xml([14]).replace("<numFmts>", code)
    assert cells_of(packed(parts), 1).columns == [["45292"]]


@pytest.mark.parametrize(
    ("serial", "text"),
    [
        (0, "00:00:00"),
        (0.354166666666667, "08:30:00"),
        (1, "1900-01-01"),
        (59, "1900-02-28"),
        (60, "1900-02-29"),
        (61, "1900-03-01"),
        (45292.5, "2024-01-01T12:00:00"),
        (45292.000005, "2024-01-01T00:00:00.432"),
        (45291.9999999999, "2024-01-01"),
        (0.99999999999, "1900-01-01"),
        (2958465, "9999-12-31"),
        (2958466, None),
        (-1, None),
    ],
)
def test_days_count_from_1900(serial: float, text: str | None) -> None:
    assert date_text(serial, from_1904=False) == text


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    properties = '<workbookPr date1904="1"/>'
    row = row_of(1, number_cell(0, 1), number_cell(1, 1), number_cell(43830.25, 1))
    cells = cells_of(workbook(row, formats=["d/m/yyyy"], properties=properties), 3)
    assert cells.columns == [["00:00:00"], ["1904-01-02"], ["2024-01-01T06:00:00"]]


@pytest.mark.parametrize("saved", ["-5", "99999999", "1E300"])
def test_what_no_calendar_knows_stays_a_number_and_is_still_no_id(saved: str) -> None:
    cells = cells_of(workbook(row_of(1, number_cell(saved, 1)), formats=[14]), 1)
    assert cells.columns[0][0] == number_value(saved)[0]
    assert cells.was == {(1, 0): SourceType.DATE}


@pytest.mark.parametrize(
    ("serial", "text"),
    [(1.5, "36:00:00"), (0, "00:00:00"), (-0.25, "-06:00:00"), (100.0000001, "2400:00:00.009")],
)
def test_the_hours_of_a_duration_go_on_beyond_a_day(serial: float, text: str) -> None:
    assert duration_text(serial) == text


@given(
    st.datetimes(BEGIN, datetime(9999, 12, 31, 23, 59, 59)),  # noqa: DTZ001
    st.sampled_from([CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904]),
)
def test_what_openpyxl_writes_as_a_date_is_read_as_that_date(
    moment: datetime, begin: datetime
) -> None:
    moment = moment.replace(microsecond=0)
    from_1904 = begin == CALENDAR_MAC_1904
    if from_1904 and moment < begin + timedelta(days=1):
        moment += timedelta(days=1600)
    text = date_text(to_excel(moment, begin), from_1904=from_1904)
    assert text == (moment.date() if moment.time() == time() else moment).isoformat()
