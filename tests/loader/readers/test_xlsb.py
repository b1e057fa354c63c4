"""Binary workbooks (.xlsb): what their records say."""

import struct

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from tests.loader.readers.binary import cell, real, record, row, text, wide, workbook
from tests.loader.readers.files import cells, sheets

FORMATS = ("00000", "yyyy-mm-dd", 46)


@pytest.mark.parametrize(
    ("one", "shown", "was"),
    [
        (real(123.0), "123", None),
        (real(0.1), "0.1", None),
        (real(2.0**53 + 2), "9007199254740994", SourceType.LONG_NUMBER),
        (real(42, style=1), "00042", SourceType.PADDED_NUMBER),
        (real(45352.25, style=2), "2024-03-01T06:00:00", SourceType.DATE),
        (real(1.5, style=3), "36:00:00", SourceType.DATE),
        (real(7, style=99), "7", None),
        (cell(2, struct.pack("<I", 700001 << 2 | 2)), "700001", None),
        (cell(2, struct.pack("<i", -1234 * 4 + 3)), "-12.34", None),
        (cell(2, struct.pack("<d", 1.5)[4:]), "1.5", None),
        (cell(2, struct.pack("<I", 42 << 2 | 2), style=1), "00042", SourceType.PADDED_NUMBER),
        (cell(3, b"\x2a"), "#N/A", SourceType.ERROR),
        (cell(4, b"\x01"), "TRUE", SourceType.BOOLEAN),
        (cell(4, b"\x00"), "FALSE", SourceType.BOOLEAN),
        (text(" Zoë 😀_x000D_"), " Zoë 😀_x000D_", None),
        (cell(7, struct.pack("<I", 1)), "shared", None),
        (cell(8, wide("result") + bytes(10)), "result", None),
        (cell(8, wide("") + bytes(10)), "", None),
        (cell(9, struct.pack("<d", 7.0) + bytes(10)), "7", None),
        (cell(10, b"\x01" + bytes(10)), "TRUE", SourceType.BOOLEAN),
        (cell(11, b"\x17" + bytes(10)), "#REF!", SourceType.ERROR),
        (cell(62, b"\x01" + wide("rich") + bytes(8)), "rich", None),
    ],
)
def test_every_cell_has_its_text(one: bytes, shown: str, was: SourceType | None) -> None:
    data = workbook(row(1, one, text("end", 1)), strings=("a", "shared"), formats=FORMATS)
    found = cells(data, 2)
    assert (found.columns, found.was.get((1, 0))) == ([[shown], ["end"]], was)


def test_cells_without_a_column_stand_right_of_the_one_before() -> None:
    number = struct.pack("<I", 0) + struct.pack("<I", 5 << 2 | 2)
    found = cells(workbook(row(2, text("a", 1), record(12, bytes(4)), record(13, number))), 4)
    assert list(zip(*found.columns, strict=True)) == [("", "", "", ""), ("", "a", "", "5")]


def test_rows_keep_their_numbers_and_hidden_ones_are_counted() -> None:
    rows = row(3, text("a")) + row(4, text("b"), hidden=True) + row(9, cell(1, b""), hidden=True)
    sheet = sheets(workbook(rows))[0]
    assert sheet.cells(1).columns == [["", "", "a", "b"]]
    assert sheet.hidden_rows == 1


def test_a_merged_value_is_filled_down() -> None:
    merged = record(176, struct.pack("<4I", 0, 2, 0, 1))
    found = cells(workbook(row(1, text("a")) + row(3, text("c", 2)), merged), 3)
    assert found.columns[0] == ["a", "a", "a"]
    assert (found.filled_down, found.first_filled_down) == (2, (2, 0))


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    data = workbook(row(1, real(43830, style=1)), formats=(14,), from_1904=True)
    assert cells(data, 1).columns == [["2024-01-01"]]


@pytest.mark.parametrize("state", [1, 2])
def test_hidden_sheets_are_told(state: int) -> None:
    assert not sheets(workbook(row(1, text("a")), state=state))[0].visible


def test_what_other_versions_wrote_is_passed_over() -> None:
    future = record(35, bytes(4)) + record(1, bytes(9)) + record(36)
    assert cells(workbook(row(1, future, text("a")), future), 1).columns == [["a"]]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (workbook(b"", parts={"xl/worksheets/sheet1.bin": row(1, text("a"))}), "ends too early"),
        (workbook(row(1, cell(5, b"\0"))), "damaged or incomplete"),
        (workbook(row(1, cell(6, struct.pack("<I", 9)))), "damaged or incomplete"),
        (workbook(row(1, record(5, b"\0"))), "damaged or incomplete"),
        (workbook(row(1, text("a"))[:-1]), "damaged"),
        (workbook(row(1, cell(7, struct.pack("<I", 2))), strings=("a",)), "the text 2 of 1"),
        (workbook(row(1, text("a", 16_384))), "beyond the last column"),
        (workbook(text("a")), "a cell outside of all rows"),
        (workbook(row(2, text("a")) + row(1, text("b"))), "row 1 follows row 2"),
        (workbook(b"", parts={"xl/workbook.bin": b""}), "without a worksheet"),
    ],
)
def test_damage_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        cells(data, 1)
