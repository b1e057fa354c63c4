"""Sheets from rows: where they end, what they may claim to hold."""

from collections.abc import Iterable

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import HEAD_ROWS
from reconcile.loader.readers.common.table import Filled, Merged, TableSheet


def sheet_of(*rows: Filled | Merged) -> TableSheet:
    def go_through(_: int) -> Iterable[Filled | Merged]:
        return rows

    return TableSheet("file.ods", "Sheet1", go_through)


def test_rows_keep_their_numbers_over_gaps_and_end_with_the_last_filled_one() -> None:
    sheet = sheet_of(Filled(2, {1: ("a", None)}), Filled(4, {0: ("b", None)}), Filled(9, {}))
    assert sheet.cells(2).columns == [["", "", "", "b"], ["", "a", "", ""]]


def test_cells_right_of_the_width_are_not_kept() -> None:
    sheet = sheet_of(Filled(1, {0: ("a", None), 9: ("z", None)}), Filled(2, {9: ("z", None)}))
    assert sheet.cells(1).columns == [["a"]]


def test_repeated_rows_are_rows() -> None:
    sheet = sheet_of(Filled(2, {0: ("a", SourceType.ERROR)}, hidden=True, repeated=3))
    cells = sheet.cells(1)
    assert cells.columns == [["", "a", "a", "a"]]
    assert set(cells.was) == {(2, 0), (3, 0), (4, 0)}
    assert sheet.hidden_rows == 3
    assert sheet.head() == [(2, ["a"]), (3, ["a"]), (4, ["a"])]


def test_the_head_holds_no_more_rows_than_are_looked_at() -> None:
    assert len(sheet_of(Filled(1, {0: ("a", None)}, repeated=10**6)).head()) == HEAD_ROWS


def test_a_merged_value_is_filled_down() -> None:
    sheet = sheet_of(
        Merged(1, 3, 0), Filled(1, {0: ("a", None)}), Filled(4, {0: ("b", None)}), Merged(5, 9, 0)
    )
    cells = sheet.cells(1)
    assert cells.columns == [["a", "a", "a", "b"]]
    assert (cells.filled_down, cells.first_filled_down) == (2, (2, 0))


@pytest.mark.parametrize("number", [1, 0, 1_048_577])
def test_rows_out_of_order_are_refused(number: int) -> None:
    with pytest.raises(FileRefusedError, match=f"row {number} follows row 1"):
        sheet_of(Filled(1, {0: ("a", None)}), Filled(number, {0: ("b", None)})).cells(1)


def test_a_few_bytes_may_not_claim_to_hold_a_sheet_that_fills_the_memory() -> None:
    sheet = sheet_of(Filled(1, dict.fromkeys(range(16_384), ("a", None)), repeated=10**6))
    with pytest.raises(FileRefusedError, match="million cells"):
        sheet.cells(16_384)
    assert len(sheet.cells(1).columns[0]) == 10**6
