"""OpenDocument spreadsheets: where cells stand and what they say."""

from collections.abc import Mapping

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import Cells
from tests.loader.readers.files import cells, sheets
from tests.loader.readers.workbooks import packed

_SPACES = (
    "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in {
            "office": "office",
            "table": "table",
            "text": "text",
            "style": "style",
            "number": "datastyle",
            "draw": "drawing",
            "manifest": "manifest",
        }.items()
    )
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)
MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"


def document(
    tables: str,
    *,
    styles: str = "",
    named: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{_SPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {
            "mimetype": MIMETYPE,
            "content.xml": content,
            "styles.xml": f"<office:document-styles{_SPACES}>{named}</office:document-styles>",
            **(parts or {}),
        }
    )


def table(rows: str, name: str = "S", style: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{rows}</table:table>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def cell(inside: str = "", *, kind: str = "string", **attributes: object) -> str:
    written = f' office:value-type="{kind}"' if kind else ""
    for name, value in attributes.items():
        space, _, local = name.partition("_")
        written += f' {space}:{local.replace("_", "-")}="{value}"'
    return f"<table:table-cell{written}>{inside}</table:table-cell>"


def text(characters: str, *, kind: str = "string", **attributes: object) -> str:
    return cell(f"<text:p>{characters}</text:p>", kind=kind, **attributes)


def number(value: object, shown: str = "", **attributes: object) -> str:
    return text(shown or str(value), kind="float", office_value=value, **attributes)


def read(*rows_: str, width: int = 1, styles: str = "", named: str = "") -> Cells:
    return cells(document(table("".join(rows_)), styles=styles, named=named), width)


def said(one: str, styles: str = "", named: str = "") -> tuple[str, SourceType | None]:
    found = read(row(one, text("end")), width=2, styles=styles, named=named)
    return found.columns[0][0], found.was.get((1, 0))


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("<text:p>a <text:s/>b<text:s text:c='2'/>c</text:p>", "a  b  c"),
        ("<text:p>\n  a\n  b</text:p>", "a b"),
        ("<text:p>a<text:tab/>b<text:line-break/>c</text:p><text:p>d</text:p>", "a\tb\nc\nd"),
        ("<text:p>a<text:span>b<text:a>c</text:a></text:span>d</text:p>", "abcd"),
        ("<office:annotation><text:p>note</text:p></office:annotation><text:p>a</text:p>", "a"),
        ("<draw:frame><draw:text-box><text:p>x</text:p></draw:text-box></draw:frame>", ""),
        ("<text:p>a<text:note><text:p>foot</text:p></text:note>b</text:p>", "ab"),
        ("<text:p>&lt;&amp;&#13;</text:p>", "<&\r"),
    ],
)
def test_a_text_is_its_paragraphs(inside: str, shown: str) -> None:
    assert said(cell(inside)) == (shown, None)


@pytest.mark.parametrize(
    ("one", "value"),
    [
        (number("12345678901234567"), ("12345678901234567", SourceType.LONG_NUMBER)),
        (number("1.5E+3", "1500.00"), ("1500", None)),
        (text("10%", kind="percentage", office_value="0.1"), ("0.1", None)),
        (text("2 EUR", kind="currency", office_value="2"), ("2", None)),
        (
            text("1/2/24", kind="date", office_date_value="2024-02-01"),
            ("2024-02-01", SourceType.DATE),
        ),
        (
            text("x", kind="date", office_date_value="2024-02-01T10:30:00.250000000"),
            ("2024-02-01T10:30:00.250", SourceType.DATE),
        ),
        (text("x", kind="date", office_date_value="0001-01-01"), ("0001-01-01", SourceType.DATE)),
        (text("x", kind="date", office_date_value="someday"), ("someday", SourceType.DATE)),
        (text("x", kind="time", office_time_value="PT08H30M00S"), ("08:30:00", SourceType.DATE)),
        (
            text("x", kind="time", office_time_value="-PT30M0.5S"),
            ("-00:30:00.500", SourceType.DATE),
        ),
        (text("x", kind="time", office_time_value="P1DT3H"), ("27:00:00", SourceType.DATE)),
        (text("WAHR", kind="boolean", office_boolean_value="true"), ("TRUE", SourceType.BOOLEAN)),
        (number("1", "WAHR", table_formula="of:=TRUE()"), ("TRUE", SourceType.BOOLEAN)),
        (number("1", "1", table_formula="of:=A2"), ("1", None)),
        (
            text("#N/A", office_string_value="", calcext_value_type="error"),
            ("#N/A", SourceType.ERROR),
        ),
        (number("0", "#REF!", table_formula="of:=A1"), ("#REF!", SourceType.ERROR)),
        (number("0", "Err:502", table_formula="of:=A1"), ("Err:502", SourceType.ERROR)),
        (text("#N/A"), ("#N/A", None)),
        (cell(kind="", table_formula="of:=A1"), ("", SourceType.FORMULA)),
        (cell("<text:p/>", kind="", table_formula="of:=&quot;&quot;"), ("", None)),
        (text("shown", office_string_value="saved"), ("saved", None)),
        (text("a<text:line-break/>b", office_string_value="a b"), ("a\nb", None)),
    ],
)
def test_every_type_has_its_text(one: str, value: tuple[str, SourceType | None]) -> None:
    assert said(one) == value


ZEROS = (
    '<number:number-style style:name="N1"><number:number number:decimal-places="0" '
    'number:min-integer-digits="5"/></number:number-style>'
)
STYLE = '<style:style style:name="{}" style:family="table-cell" {}/>'


def test_leading_zeros_are_shown_by_the_style_of_a_cell_of_its_parent_or_of_its_column() -> None:
    own = STYLE.format("ce1", 'style:data-style-name="N1"')
    child = STYLE.format("ce2", 'style:parent-style-name="ce1"')
    column = '<table:table-column table:number-columns-repeated="2"/>'
    column += '<table:table-column table:default-cell-style-name="ce2"/>'
    found = read(
        column,
        row(number(42, table_style_name="ce1"), number(42, table_style_name="ce2"), number(42)),
        row(number(42), number(42), number(42)),
        row(number(42), more=' table:default-cell-style-name="ce1"'),
        width=3,
        styles=own,
        named=ZEROS + child,
    )
    padded = ("00042", "00042", "00042")
    assert list(zip(*found.columns, strict=True)) == [
        padded,
        ("42", "42", "00042"),
        ("00042", "", ""),
    ]
    assert set(found.was.values()) == {SourceType.PADDED_NUMBER}


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ("<number:text>INV-</number:text>", ("42", None)),
        ('<style:map style:condition="value()&gt;=0" style:apply-style-name="P"/>', ("042", None)),
    ],
)
def test_a_format_of_several_parts_is_that_of_its_first_section(
    more: str, value: tuple[str, SourceType | None]
) -> None:
    first = ZEROS.replace("N1", "P").replace('"5"', '"3"')
    styles = first + ZEROS.replace("</number:number-style>", f"{more}</number:number-style>")
    styles += STYLE.format("ce1", 'style:data-style-name="N1"')
    assert said(number(42, table_style_name="ce1"), styles)[0] == value[0]


def test_a_clock_that_stops_at_midnight_is_told_from_a_duration() -> None:
    styles = '<number:time-style style:name="N1"><number:hours/></number:time-style>'
    styles += STYLE.format("ce1", 'style:data-style-name="N1"')
    late = text("x", kind="time", office_time_value="PT36H00M00S", table_style_name="ce1")
    assert said(late, styles)[0] == "1900-01-01T12:00:00"
    overflow = styles.replace('"N1">', '"N1" number:truncate-on-overflow="false">', 1)
    assert said(late, overflow)[0] == "36:00:00"


def test_repeated_rows_and_cells_keep_their_places_and_cost_nothing_where_they_are_empty() -> None:
    found = read(
        row(cell(kind=""), more=' table:number-rows-repeated="3"'),
        row(
            cell(kind="", table_number_columns_repeated=2),
            text("a", table_number_columns_repeated=2),
            cell(kind="", table_number_columns_repeated=16_380),
        ),
        row(text("b"), more=' table:number-rows-repeated="2"'),
        row(cell(kind=""), more=' table:number-rows-repeated="1048570"'),
        width=4,
    )
    assert list(zip(*found.columns, strict=True))[3:] == [
        ("", "", "a", "a"),
        ("b", "", "", ""),
        ("b", "", "", ""),
    ]


def test_a_text_that_claims_to_fill_the_sheet_is_refused() -> None:
    wide = row(
        text("a", table_number_columns_repeated=16_384),
        more=' table:number-rows-repeated="1000000"',
    )
    with pytest.raises(FileRefusedError, match="million cells"):
        read(wide, width=16_384)
    with pytest.raises(FileRefusedError, match="beyond the last column"):
        read(row(text("a", table_number_columns_repeated=16_385)))


def test_a_merged_value_is_filled_down_and_covered_cells_keep_what_they_hold() -> None:
    covered = "<table:covered-table-cell/>"
    found = read(
        row(text("a", table_number_rows_spanned=2, table_number_columns_spanned=2), covered),
        row(covered, text("b").replace("table:table-cell", "table:covered-table-cell")),
        row(cell(kind=""), text("c")),
        width=2,
    )
    assert found.columns == [["a", "a", ""], ["", "b", "c"]]
    assert (found.filled_down, found.first_filled_down) == (1, (2, 0))


@pytest.mark.parametrize("hidden", ["collapse", "filter"])
def test_hidden_rows_are_data_and_counted(hidden: str) -> None:
    mark = f' table:visibility="{hidden}"'
    rows = row(text("a")) + row(text("b"), more=mark) + row(cell(kind=""), more=mark)
    group = f'<table:table-row-group table:display="false">{row(text("c"))}</table:table-row-group>'
    sheet = sheets(document(table(rows + group)))[0]
    assert sheet.hidden_rows == 2
    assert sheet.cells(1).columns == [["a", "b", "", "c"]]


def test_sheets_are_told_with_their_names_and_hidden_ones_as_such() -> None:
    style = (
        '<style:style style:name="ta2" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    tables = table("", "First") + table(row(text("x")), "Second", "ta2")
    copied = table(row(text("y")), "&apos;file:///a.ods&apos;#$S")
    linked = (
        f"<table:dde-links><table:dde-link>{table('', 'link')}</table:dde-link></table:dde-links>"
    )
    found = sheets(document(tables + copied + linked, styles=style))
    assert [(each.name, each.visible) for each in found] == [("First", True), ("Second", False)]
    assert found[1].cells(1).columns == [["x"]]


def test_a_table_inside_of_a_cell_is_no_sheet() -> None:
    inner = table(row(text("in")), "inner")
    found = sheets(document(table(row(cell(f"{inner}<text:p>out</text:p>")))))
    assert [(each.name, each.cells(1).columns) for each in found] == [("S", [["out"]])]


def test_only_the_first_rows_are_looked_at_before_the_cells_are_asked_for() -> None:
    rows = "".join(row(text(str(each))) for each in range(100))
    first, second = sheets(document(table(rows) + table(row(text("z")), "T")))
    assert len(first.head()) == 50
    assert len(first.cells(1).columns[0]) == 100
    assert second.head() == [(1, ["z"])]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"META-INF/manifest.xml": "<manifest:encryption-data/>"}, "with a password"),
        ({"content.xml": "<a"}, "damaged or incomplete workbook"),
        ({"content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "declares XML entities"),
        ({"content.xml": "<a/>"}, "without a worksheet"),
        ({"styles.xml": "<a"}, r"styles\.xml"),
    ],
)
def test_what_cant_be_read_is_refused(parts: Mapping[str, str], words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        sheets(document(table(row(text("a"))), parts=parts))


def test_a_file_that_ends_too_early_is_refused() -> None:
    data = document("", parts={"content.xml": f"<office:document-content{_SPACES}>"})
    with pytest.raises(FileRefusedError, match="damaged or incomplete"):
        sheets(data)
