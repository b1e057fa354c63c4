"""Text files: every character as it stands, every row where a spreadsheet shows it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from tests.loader.readers.files import cells, rows, sheets

HEAD = "Order ID,Order External ID,Note\n"


@pytest.mark.parametrize("text", ["NA", "NULL", "1e5", "00123", "TRUE", "  x ", "700001.0", "nan"])
def test_what_stands_in_a_cell_is_those_characters(text: str) -> None:
    assert rows(f"{HEAD}1,{text},\n".encode())[1] == ("1", text, "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_umlauts_are_read_in_every_encoding(encoding: str) -> None:
    assert rows(f"{HEAD}1,Größe €,\n".encode(encoding))[1][1] == "Größe €"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_is_found_even_if_the_others_occur_more_often(separator: str) -> None:
    others = "".join({",", ";", "|"} - {separator}) * 3
    text = (
        f"Order ID{separator}Order External ID{separator}Note\n"
        f"1{separator}A{separator}{others}\n2{separator}B{separator}{others}\n"
    )
    assert rows(text.encode()) == [
        ("Order ID", "Order External ID", "Note"),
        ("1", "A", others),
        ("2", "B", others),
    ]


def test_a_line_that_names_the_separator_decides_and_is_no_row() -> None:
    assert rows(b"sep=;\nOrder ID;Order External ID;Note\n1;A,B;\n")[1] == ("1", "A,B", "")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_row(end: str) -> None:
    text = f"Order ID,Order External ID,Note{end}1,A,{end}2,B,{end}"
    assert [row[0] for row in rows(text.encode())] == ["Order ID", "1", "2"]


def test_a_quoted_line_break_doesnt_count_as_a_row_and_a_blank_line_does() -> None:
    text = f'{HEAD}1,"A\nB",\n\n2,C,\n'
    assert rows(text.encode()) == [
        ("Order ID", "Order External ID", "Note"),
        ("1", "A\nB", ""),
        ("", "", ""),
        ("2", "C", ""),
    ]


def test_excels_way_to_write_text_is_taken_off_and_noted() -> None:
    read = cells(f'{HEAD}1,="00123",\n2,"=""00045""",\n'.encode())
    assert read.columns[1][1:] == ["00123", "00045"]
    assert read.was == {(2, 1): SourceType.TEXT_FORMULA, (3, 1): SourceType.TEXT_FORMULA}


def test_a_row_with_more_cells_than_the_header_keeps_the_surplus_apart() -> None:
    read = cells(f"{HEAD}1,Smith, J,A\n2,B,\n".encode())
    assert read.surplus == {2: ("A",)}
    assert [column[1] for column in read.columns] == ["1", "Smith", " J"]


def test_a_row_with_fewer_cells_is_fine() -> None:
    assert rows(f"{HEAD}1\n2,B\n".encode())[1:] == [("1", "", ""), ("2", "B", "")]


def test_rows_after_the_last_filled_one_dont_exist() -> None:
    assert len(rows(f"{HEAD}1,A,\n\n,,\n\n".encode())) == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (f'{HEAD}1,"A,\n2,B,\n'.encode(), "quot"),
        (f'{HEAD}1,"A"B,\n'.encode(), "quot"),
        (f"{HEAD}1,Größe,\n".encode() + "2,Größe,\n".encode("windows-1252"), "UTF-8"),
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n\n", "empty"),
        (bytes(range(256)) * 40, "file"),
    ],
)
def test_what_cant_be_read_for_certain_is_refused_with_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words) as caught:
        cells(data)
    assert str(caught.value).startswith("file")


_CELL = st.text(
    st.one_of(st.sampled_from('\n",; '), st.characters(codec="utf-8", exclude_categories=["Cc"])),
    max_size=8,
).filter(lambda text: not text.startswith('="'))


@given(st.lists(st.tuples(_CELL, _CELL, _CELL), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_is_what_is_read(table: list[tuple[str, str, str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(["Order ID", "Order External ID", "Note"])
    writer.writerows(table)

    read = rows(stream.getvalue().encode("utf-8-sig"))[1:]

    filled = [at for at, row in enumerate(table) if any(text.strip() for text in row)]
    assert read == table[: filled[-1] + 1 if filled else 0]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        for sheet in sheets(data):
            sheet.head()
            sheet.cells(3)
    except FileRefusedError:
        return
