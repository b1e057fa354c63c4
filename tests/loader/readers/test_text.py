"""Text files: what a record becomes."""

import csv
import io
import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import HEAD_ROWS, Cells, Head
from reconcile.loader.readers.text import TextReader, TextSheet
from reconcile.loader.readers.text.delimited import uniform_columns


def by_order_id(head: Head) -> int:
    return max((sum(cell == "Order ID" for cell in cells) for _, cells in head), default=0)


def sheet_of(data: bytes | str) -> TextSheet:
    content = data.encode() if isinstance(data, str) else data
    return TextReader().open(content, "export.csv", by_order_id)[0]


def cells_of(data: bytes | str, width: int) -> Cells:
    return sheet_of(data).cells(width)


def refusal(data: bytes | str, width: int = 2) -> str:
    with pytest.raises(FileRefusedError) as refused:
        cells_of(data, width)
    return str(refused.value)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_encoding_and_line_end_reads_alike(encoding: str, end: str) -> None:
    text = end.join(["Order ID,Name", "700001,Zoë €", ""])
    assert cells_of(text.encode(encoding), 2).columns == [["Order ID", "700001"], ["Name", "Zoë €"]]


def test_utf_16_reads_in_both_byte_orders() -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        data = mark + 'Order ID;Ref\n1;="00123"\n\x1a'.encode(encoding)
        assert cells_of(data, 2).columns == [["Order ID", "1"], ["Ref", "00123"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found(separator: str) -> None:
    text = "\n".join(separator.join(row) for row in (["Order ID", "Paid"], ["1", "2"]))
    assert cells_of(text, 2).columns == [["Order ID", "1"], ["Paid", "2"]]


def test_the_separator_whose_header_names_known_columns_wins_over_more_cells() -> None:
    text = "Order ID;a,b,c,d\n1;a,b,c,d\n2;a,b,c,d\n"
    assert cells_of(text, 2).columns == [["Order ID", "1", "2"], ["a,b,c,d"] * 3]


def test_without_a_known_header_the_separator_that_cuts_most_records_alike_wins() -> None:
    text = "Sum;Name\n1,50;Ann\n2;Bob\n3;Cy\n"
    assert cells_of(text, 2).columns[1] == ["Name", "Ann", "Bob", "Cy"]


def test_title_rows_without_a_separator_do_not_mislead() -> None:
    text = 'Report\n"Jan, Feb"\n\nDate;Order ID\n1;2\n'
    assert sheet_of(text).head() == [
        (1, ["Report"]),
        (2, ["Jan, Feb"]),
        (4, ["Date", "Order ID"]),
        (5, ["1", "2"]),
    ]


@pytest.mark.parametrize("line", ["sep=^", '"sep=^"', "SEP=^"])
def test_a_leading_sep_line_decides_and_is_no_row(line: str) -> None:
    assert cells_of(f"{line}\r\nOrder ID^a,b\r\n1^2\r\n", 2).columns == [
        ["Order ID", "1"],
        ["a,b", "2"],
    ]


EXACT = [
    "NA",
    "NULL",
    "1e5",
    "00123",
    "TRUE",
    " x ",
    "\xa0",
    "1.0",
    "-",
    "#N/A",
    "'1",
    "=A1",
    "nan",
]


def test_nothing_in_a_cell_is_changed() -> None:
    text = "Order ID,x\n" + "".join(f"{cell},1\n" for cell in EXACT)
    assert cells_of(text, 1).columns == [["Order ID", *EXACT]]


def test_excels_way_to_write_text_is_taken_off_and_noted() -> None:
    cells = cells_of('Order ID,Ref\n1,="00123"\n2,"=""00124"""\n="",x\n', 2)
    assert cells.columns == [["Order ID", "1", "2", ""], ["Ref", "00123", "00124", "x"]]
    assert cells.was == {
        (2, 1): SourceType.TEXT_FORMULA,
        (3, 1): SourceType.TEXT_FORMULA,
        (4, 0): SourceType.TEXT_FORMULA,
    }


@pytest.mark.parametrize("cell", ['="1"&"2"', '= "1"', '="1" ', '=1"', '"=""a""""b"""'])
def test_any_other_formula_stays_as_it_is(cell: str) -> None:
    cells = cells_of(f"Order ID\n{cell}\n", 1)
    assert cells.columns[0][1] == (cell if cell[0] == "=" else '="a""b"')
    assert not cells.was


def test_a_header_written_as_a_formula_is_known() -> None:
    sheet = sheet_of('="Order ID";="Name"\n1;2,3,4,5\n')
    assert sheet.head()[0] == (1, ["Order ID", "Name"])


def test_blank_lines_count_and_quoted_line_breaks_do_not() -> None:
    cells = cells_of('Order ID,Note\r\n\r\n1,"two\r\nlines"\r\n2,x\r\n', 2)
    assert cells.columns == [["Order ID", "", "1", "2"], ["Note", "", "two\r\nlines", "x"]]


def test_a_quoted_cell_may_go_on_for_longer_than_is_read_at_once() -> None:
    long = "line of text\n" * 4000
    text = f'Order ID,Note\n1,"{long}"\n2,x\n'
    assert cells_of(text, 2).columns == [["Order ID", "1", "2"], ["Note", long, "x"]]


def test_rows_after_the_last_filled_one_do_not_exist() -> None:
    assert cells_of("Order ID,Name\n1,x\n\n , \n,,\n\n", 2).columns == [
        ["Order ID", "1"],
        ["Name", "x"],
    ]


def test_the_dos_end_of_file_is_no_cell() -> None:
    assert cells_of(b"Order ID,Name\r\n1,x\r\n\x1a\x1a", 2).columns[0] == ["Order ID", "1"]


def test_cells_beyond_the_header_are_kept_apart_even_if_they_are_empty() -> None:
    cells = cells_of("Order ID,Name\n1,a,b\n2,c,\n3\n4,d,,e\n", 2)
    assert cells.columns == [["Order ID", "1", "2", "3", "4"], ["Name", "a", "c", "", "d"]]
    assert cells.surplus == {2: ("b",), 3: ("",), 5: ("", "e")}


def test_a_last_row_with_nothing_but_cells_beyond_the_header_exists() -> None:
    cells = cells_of("Order ID,Name\n1,x\n,,moved\n,,\n", 2)
    assert len(cells.columns[0]) == 3
    assert cells.surplus == {3: ("moved",)}


def test_the_head_has_the_first_filled_rows_whole() -> None:
    text = "Order ID,Name,More\n\n" + "".join(f"{row},,\n,,\n" for row in range(HEAD_ROWS))
    head = sheet_of(text).head()
    assert len(head) == HEAD_ROWS
    assert head[0] == (1, ["Order ID", "Name", "More"])
    assert head[1] == (3, ["0", "", ""])
    assert head[-1][0] == 2 * HEAD_ROWS - 1


def test_a_quote_that_never_closes_names_the_record_in_which_it_opens() -> None:
    text = 'Order ID,Name\n\n"a\nb",x\n2,"never\n' + "3,y\n" * 200
    assert refusal(text).startswith("export.csv can't be read beyond record 4: a quote opens in it")


def test_a_quote_that_never_closes_in_a_long_file_says_the_same_of_its_length() -> None:
    text = 'Order ID,Name\n2,"never\n' + "3,y\n" * 100_000
    assert "record 2: a cell of it has more than 131072 characters" in refusal(text)


def test_a_quote_that_closes_in_the_middle_of_a_cell_names_the_record() -> None:
    text = "Order ID,Name\n" + "1,x\n" * 5000 + '2,"ab"c\n'
    assert "beyond record 5002: a quote closes in the middle of a cell" in refusal(text)


def test_a_cell_that_is_too_long_is_refused_without_quotes_too() -> None:
    assert "record 2: a cell of it has more than" in refusal(
        "Order ID,x\n" + "9" * 200_000 + ",1\n"
    )


def test_a_quote_inside_an_unquoted_cell_is_a_character() -> None:
    assert cells_of('Order ID,Name\n1,5" pipe\n', 2).columns[1] == ["Name", '5" pipe']


def test_a_mixture_of_encodings_names_the_first_line_with_a_wrong_byte() -> None:
    data = "Order ID,Zoë\r\n1,x\r\n".encode() + "2,Zoë\r\n".encode("cp1252")
    says = refusal(data)
    assert "mostly UTF-8, but line 3 holds the byte 0xEB" in says
    assert says.endswith("export it again as CSV UTF-8.")


def test_a_mark_of_utf_8_makes_a_wrong_byte_a_mixture() -> None:
    assert "line 2 holds the byte 0xEB" in refusal(b"\xef\xbb\xbfOrder ID\rZo\xeb\r")


@pytest.mark.parametrize("byte", [0x81, 0x8D, 0x8F, 0x90, 0x9D])
def test_a_byte_that_stands_for_nothing_is_refused(byte: int) -> None:
    says = refusal(b"Order ID\n1\n2" + bytes([byte]) + b"\n")
    assert f"neither UTF-8 nor Windows-1252 text: line 3 holds the byte 0x{byte:02X}" in says


def test_utf_16_that_is_cut_off_is_refused() -> None:
    assert "is damaged or incomplete" in refusal("Order ID\n1".encode("utf-16")[:-1])


tables = st.lists(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6),
        min_size=3,
        max_size=3,
    ),
    max_size=8,
)


@given(
    rows=tables,
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    bare=st.booleans(),
)
def test_every_table_comes_back_as_it_was_written(
    *, rows: Sequence[Sequence[str]], separator: str, end: str, encoding: str, bare: bool
) -> None:
    table = [["Order ID", "b", "c"], *rows, ["1", "2", "3"]]
    file = io.StringIO(newline="")
    # Without quotes around all cells, csv leaves line breaks other than its own unquoted.
    if bare and end == "\r\n":
        csv.writer(file, delimiter=separator).writerows(table)
    else:
        csv.writer(file, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(
            table
        )
    sheet = sheet_of(file.getvalue().encode(encoding))
    plain = [[re.sub(r'\A="([^"]*)"\Z', r"\1", cell) for cell in row] for row in table]
    assert [list(row) for row in zip(*sheet.cells(3).columns, strict=True)] == plain
    assert not sheet.cells(3).surplus


@pytest.mark.parametrize("mark", ["", "sep=;\r\n"])
def test_what_excel_calls_unicode_text_is_read(mark: str) -> None:
    separator = ";" if mark else "\t"
    text = f'{mark}Order ID{separator}Note\r\n1{separator}"a{separator}b\nc"\r\n'
    data = b"\xff\xfe" + text.encode("utf-16-le")
    assert cells_of(data, 2).columns == [["Order ID", "1"], ["Note", f"a{separator}b\nc"]]


def test_a_line_that_names_the_separator_may_end_with_a_carriage_return_alone() -> None:
    data = b"\xef\xbb\xbfsep=|\rOrder ID|Name\r1|x\r\x1a"
    assert cells_of(data, 2).columns == [["Order ID", "1"], ["Name", "x"]]


_TRICKY = st.text('",\r\n=a', max_size=3)
_LINES = st.lists(
    st.one_of(
        st.lists(_TRICKY, min_size=1, max_size=3).map(",".join),
        st.lists(_TRICKY, min_size=1, max_size=3).map(lambda cells: '"' + '","'.join(cells) + '"'),
        st.just('"a","b"'),
    ),
    max_size=5,
)


@given(_LINES, st.sampled_from(["\n", "\r\n"]), st.integers(1, 4))
@example(['"a"', '"\nb"'], "\n", 1)
@example(['"a"', '"\n"', '"c"', '"d"'], "\n", 2)
@example(['"a"', '"\n"', '"b"', '"c"', '"d"', '"e"'], "\n", 3)
@example(['"a","', '","b"'], "\n", 2)
def test_uniform_lines_are_cut_as_the_csv_module_cuts_them(
    lines: list[str], end: str, width: int
) -> None:
    text = end.join([*lines, ""])
    columns = uniform_columns(text, ",", width)
    if columns is not None:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert list(map(list, zip(*columns, strict=True))) == [each or [""] for each in records]


@given(
    st.lists(st.lists(st.text("ab,é ", max_size=3), min_size=2, max_size=2), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_with_quotes_around_every_cell_is_uniform(table: list[list[str]], end: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=end).writerows(table)
    assert uniform_columns(text.getvalue(), ",", 2) == list(map(list, zip(*table, strict=True)))
