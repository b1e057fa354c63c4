"""Tables of web pages: where cells stand, what they show, and that nothing is lost."""

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import Cells
from tests.loader.readers.files import cells, sheets


def page(table: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><table>{table}</table></body></html>".encode()


def rows(table: str, width: int = 2) -> list[tuple[str, ...]]:
    return list(zip(*cells(page(table), width).columns, strict=True))


def said(cell: str, head: str = "") -> tuple[str, SourceType | None]:
    found: Cells = cells(page(f"<tr>{cell}<td>end</td></tr>", head), 2)
    assert found.columns[1] == ["end"]
    return found.columns[0][0], found.was.get((1, 0))


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("00123", "00123"),
        (" a\r\n\t b ", "a b"),
        ("a<br>b<BR/>c<br>", "a\nb\nc"),
        ("<p>a</p>\n<p>b</p>", "a\nb"),
        ("<div>a</div>b", "a\nb"),
        ("a<br><br>b", "a\n\nb"),
        ("&nbsp;a&#160;&nbsp;b", "\xa0a\xa0\xa0b"),
        ("&lt;b&gt; &amp;amp; &#x20AC; &euro;", "<b> &amp; € €"),
        ("<b>a</b><i>b</i> <font color='x>y'>c</font>", "ab c"),
        ("a<!-- <td>no</td> -->b", "ab"),
        ("a<![if !x]>b<![endif]>", "ab"),
        ("<span style='display: none'>b<span>c</span>d</span>a<i hidden>b</i>", "a"),
        ("<b style='display:none' />a<div style='display:none'>b", ""),
        ("a<br style='display:none'>b", "a\nb"),
        ("a<script>'</td>'</script><style>.a{}</style>b", "ab"),
        ("<xml><x>no</x></xml>a", "a"),
        ("<![CDATA[a < b]]>", "a < b"),
        ("1 < 2 <3", "1 < 2 <3"),
        ("<img src='http://x.test/a.png' alt='no'>a", "a"),
        ('<a title=5">x</a>', "x"),
    ],
)
def test_a_cell_is_what_it_shows(inside: str, text: str) -> None:
    assert said(f"<td>{inside}</td>") == (text, None)


EXCEL = '<style>.xl1 {mso-number-format:"Short Date";} .xl2{mso-number-format:00000}</style>'


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("<td class=xl2>00042</td>", ("00042", None)),
        ("<td style='mso-number-format:\"\\@\"'>00042</td>", ("00042", None)),
        ("<td x:num>1,234</td>", ("1,234", None)),
        ('<td x:num="1234.5">1,235</td>', ("1234.5", None)),
        ('<td class="a xl2" x:num="42">00042</td>', ("00042", SourceType.PADDED_NUMBER)),
        ('<td class=xl1 x:num="45352">3/1/24</td>', ("2024-03-01", SourceType.DATE)),
        (
            "<td style='mso-number-format:\"yyyy\\\\-mm\\\\-dd\"' x:num='45352'>x</td>",
            ("2024-03-01", SourceType.DATE),
        ),
        ("<td x:str>1e5</td>", ("1e5", None)),
        ('<td x:bool="true">TRUE</td>', ("TRUE", SourceType.BOOLEAN)),
        ('<td x:err="#N/A">#N/A</td>', ("#N/A", SourceType.ERROR)),
        ('<td x:fmla="=A1"></td>', ("", SourceType.FORMULA)),
        ('<td sdval="42" sdnum="1033;0;00000">00042</td>', ("00042", SourceType.PADDED_NUMBER)),
        ('<td sdval="42" sdnum="1033;">42</td>', ("42", None)),
        ('<td sdval="1" sdnum="1033;0;BOOLEAN">TRUE</td>', ("TRUE", SourceType.BOOLEAN)),
        ('<td sdval="0" sdnum="1033;">#REF!</td>', ("#REF!", SourceType.ERROR)),
    ],
)
def test_the_value_behind_what_is_shown_is_read_where_a_spreadsheet_program_kept_it(
    cell: str, value: tuple[str, SourceType | None]
) -> None:
    assert said(cell, EXCEL) == value


def test_headings_are_cells_and_groups_of_rows_change_nothing() -> None:
    table = "<thead><tr><th>a<th>b</thead><tbody><tr><td>1<td>2<tr><td>3</tbody>"
    assert rows(f"<caption>no</caption><colgroup><col></colgroup>{table}") == [
        ("a", "b"),
        ("1", "2"),
        ("3", ""),
    ]


def test_a_cell_outside_of_a_row_begins_one_and_empty_rows_count() -> None:
    assert rows("<td>a</td><td>b</td></tr><tr></tr><td>c</td>", 1) == [("a",), ("",), ("c",)]


def test_a_cell_over_several_rows_is_merged_and_others_stand_beside_it() -> None:
    table = (
        '<tr><td rowspan="2" colspan=2>a</td><td>b</td></tr><tr><td>c</td></tr>'
        "<tr><td>d</td><td rowspan=0>e</td></tr><tr><td>f</td><td>g</td></tr>"
    )
    found = cells(page(table), 3)
    assert list(zip(*found.columns, strict=True)) == [
        ("a", "", "b"),
        ("a", "", "c"),
        ("d", "e", ""),
        ("f", "e", "g"),
    ]
    assert (found.filled_down, found.first_filled_down) == (2, (2, 0))


def test_hidden_rows_are_data_and_counted() -> None:
    sheet = sheets(page("<tr><td>a</td></tr><tr style='DISPLAY:none'><td>b</td></tr>"))[0]
    assert (sheet.cells(1).columns, sheet.hidden_rows) == ([["a", "b"]], 1)


def test_several_tables_are_several_sheets_also_one_inside_of_another() -> None:
    inner = "<table><tr><td>in</td></tr></table>"
    data = f"<table><tr><td>a{inner}b</td></tr></table><table></table><p>x</p>{inner}"
    found = sheets(data.encode())
    assert [(each.name, each.cells(1).columns) for each in found] == [
        ("Table 1", [["ab"]]),
        ("Table 2", [["in"]]),
        ("Table 4", [["", "x", "in"]]),
    ]


def test_a_table_that_begins_between_two_rows_ends_the_one_before() -> None:
    found = sheets(b"<table><tr><td>a</td></tr><table><tr><td>b</td></tr></table>")
    assert [each.cells(1).columns for each in found] == [[["a"]], [["", "b"]]]


def test_rows_are_counted_over_the_whole_page_as_a_spreadsheet_program_does() -> None:
    page = (
        "<h1>Report</h1><p>of <b>March</b><br>all shops</p> <hr>by hand<form> x</form>"
        "<table><caption>no</caption><tr><td>a<p>b</td></tr><tr></tr><tr><td>c</td></tr></table>"
        "<br><p> </p><table><tr><td>d</td></tr></table>text<table><tr><td>e</td></tr></table>"
    )
    found = [sheet.head() for sheet in sheets(page.encode())]
    above = [(1, ["Report"]), (2, ["of March"]), (3, ["all shops"]), (5, ["by hand x"])]
    assert found == [
        [*above, (6, ["a\nb"]), (8, ["c"])],
        [(9, ["d"])],
        [(10, ["text"]), (11, ["e"])],
    ]


@pytest.mark.parametrize(
    ("encoding", "said_"),
    [
        ("utf-8", ""),
        ("utf-8", "<meta charset=utf-8>"),
        ("utf-8-sig", "<meta charset=windows-1252>"),
        ("utf-16", ""),
        ("cp1252", ""),
        ("cp1252", '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">'),
        ("cp1252", "<meta charset=utf-8>"),
        ("iso-8859-15", '<meta charset="ISO-8859-15">'),
    ],
)
def test_the_encoding_is_that_of_the_mark_or_what_the_page_says_or_what_it_can_be(
    encoding: str, said_: str
) -> None:
    data = page("<tr><td>Zoë €</td></tr>", said_).decode().encode(encoding)
    assert cells(data, 1).columns == [["Zoë €"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><body>Log in</body></html>", "is a web page .HTML. without a filled table"),
        (b"<html><table><tr><td> </td></tr></table></html>", "without a filled table"),
        (page("<tr><td>a</td></tr>")[:-40], "incomplete web page"),
        (b"<table><tr><td>a</td></tr><tr><td cl", "incomplete web page"),
        (b"<table><tr><td>a</td></tr><!-- ", "incomplete web page"),
        (b"<table><tr><td>a</table><tr><td>b</td></tr>", "a row stands outside of all tables"),
        (page("<tr>" + "<td colspan=1000>a</td>" * 17 + "</tr>"), "beyond the last column"),
        ("<table><tr><td>ä</td></tr></table>".encode() + b"\xe4", "mostly UTF-8"),
    ],
)
def test_what_cant_be_read_whole_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        sheets(data)


def test_a_page_of_nothing_but_beginnings_of_tags_takes_no_time() -> None:
    for rubbish in (b"<a ", b'<a ="', b"<!--", b"<td rowspan=0 colspan=1000>", b"<table><tr><td>"):
        with pytest.raises(FileRefusedError):
            sheets(b"<table>" + rubbish * 20_000)
