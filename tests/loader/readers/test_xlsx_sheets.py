"""Sheets of a workbook: which there are, how far they go, what is merged or hidden."""

import io
import tracemalloc
from collections.abc import Callable
from typing import TypeVar

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.xlsx import XlsxReader
from tests.loader.readers.workbooks import (
    STRICT,
    cells_of,
    number_cell,
    packed,
    row_of,
    rows_by_cells,
    sheet_of,
    sheet_xml,
    text_cell,
    workbook,
    workbook_parts,
)

ROW = row_of(1, number_cell(1))

_T = TypeVar("_T")


def names_of(data: bytes) -> list[tuple[str, bool]]:
    return [(s.name, s.visible) for s in XlsxReader().open(data, "book.xlsx", lambda _: 0)]


def refusal(data: bytes, width: int = 2) -> str:
    with pytest.raises(FileRefusedError) as refused:
        cells_of(data, width)
    return str(refused.value)


def test_sheets_stand_in_tab_order_and_hidden_ones_are_told() -> None:
    data = packed(
        workbook_parts(
            {"Über & <uns>": sheet_xml(ROW), "Old": sheet_xml(ROW), "Lists": sheet_xml(ROW)},
            states={"Old": "hidden", "Lists": "veryHidden"},
        )
    )
    assert names_of(data) == [("Über & <uns>", True), ("Old", False), ("Lists", False)]


def test_modules_of_old_macros_are_not_listed() -> None:
    parts = workbook_parts({"Sheet1": sheet_xml(ROW)})
    module = '<sheet name="Module1" sheetId="2" state="veryHidden" r:id=""/></sheets>'
    listed = str(parts["xl/workbook.xml"]).replace("</sheets>", module)
    assert names_of(packed({**parts, "xl/workbook.xml": listed})) == [("Sheet1", True)]


def test_charts_on_their_own_tab_are_not_listed() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append([1])
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1))
    book.create_chartsheet("Chart", 0).add_chart(chart)
    file = io.BytesIO()
    book.save(file)
    assert names_of(file.getvalue()) == [("Sheet", True)]
    assert cells_of(file.getvalue(), 1).columns == [["1"]]


def test_a_workbook_of_charts_alone_is_refused() -> None:
    data = packed(workbook_parts({"C": "<chartsheet/>"}, kinds={"C": "chartsheet"}))
    assert "is a workbook without a worksheet" in refusal(data)


def test_a_strict_workbook_reads_like_any_other() -> None:
    parts = workbook_parts(
        {"Sheet1": sheet_xml(row_of(1, text_cell("a"), number_cell(45292, 1)), namespace=STRICT)},
        formats=["yyyy"],
    )
    strict = {
        name: part.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main", STRICT
        ).replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, part in parts.items()
        if isinstance(part, str)
    }
    assert cells_of(packed(strict), 2).columns == [["a"], ["2024-01-01"]]


def test_parts_are_found_whatever_the_case_and_slashes_of_their_names() -> None:
    parts = workbook_parts({"Sheet1": sheet_xml(ROW)})
    odd = {
        name.replace("/", "\\").replace("sheet1", "SHEET1"): part for name, part in parts.items()
    }
    assert cells_of(packed(odd), 1).columns == [["1"]]


def test_an_empty_sheet_has_no_rows() -> None:
    for sheet in (sheet_xml(""), sheet_xml("").replace("<sheetData></sheetData>", "<sheetData/>")):
        data = packed(workbook_parts({"Sheet1": sheet}))
        assert sheet_of(data).head() == []
        assert cells_of(data, 2).columns == [[], []]


def test_rows_and_columns_keep_their_numbers() -> None:
    rows = '<row r="3"><c r="B3"><v>1</v></c></row><row r="6"><c r="C6"><v>2</v></c></row>'
    sheet = sheet_of(workbook(rows))
    assert sheet.head() == [(3, ["", "1"]), (6, ["", "", "2"])]
    assert rows_by_cells(sheet.cells(2)) == [("", ""), ("", ""), ("", "1")]


def test_rows_after_the_last_filled_one_do_not_exist() -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2" s="0"/></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><t xml:space="preserve">  </t></is></c></row>'
        '<row r="4"><c r="D4"><v>9</v></c></row><row r="1048576" s="1" customFormat="1"/>'
    )
    assert cells_of(workbook(rows), 2).columns == [["1"], [""]]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ('<row r="2"/><row r="1"/>', "row 1 follows row 2"),
        ('<row r="2"/><row r="2"/>', "row 2 follows row 2"),
        ('<row r="0"/>', "row 0 follows row 0"),
        ('<row r="1048577"/>', "row 1048577 follows row 0"),
        ('<row r="1048576"/><row/>', "row '1048577' follows row 1048576"),
        ("<row r='x'/>", "row 'x' follows row 0"),
        ('<row r="2"><c r="A3"><v>1</v></c></row>', "row 2 holds the cell A3"),
        ("<row r='2'><c r='A3'><v>1</v></c></row>", "row 2 holds the cell A3"),
        ('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>', "A2 is there twice"),
        ('<row r="2"><c r="$"><v>1</v></c></row>', "no cell is called '$'"),
        ('<row r="2"><c r="XFE2"><v>1</v></c></row>', ""),
        ("<row r='2'><c r='XFE2'><v>1</v></c></row>", "no cell is called 'XFE2'"),
        ("<row r='2'><c r='XFD2'/><c/></row>", "row 2 goes on beyond the last column"),
    ],
)
def test_rows_and_cells_that_contradict_each_other_are_refused(rows: str, says: str) -> None:
    if not says:  # far right of what is read
        assert cells_of(workbook(rows), 2).columns == [[], []]
        return
    assert "book.xlsx is damaged: " in refusal(workbook(rows))
    assert says in refusal(workbook(rows))


def test_order_is_watched_where_rows_are_read_many_at_once_too() -> None:
    rows = [row_of(number, number_cell(number)) for number in range(1, 4000)]
    rows[3000] = row_of(3000, number_cell(1))
    assert "row 3000 follows row 3000" in refusal(workbook("".join(rows)))
    rows[3000] = row_of(3001, number_cell(1)).replace("A3001", "A3002")
    assert "row 3001 holds the cell A3002" in refusal(workbook("".join(rows)))


def test_gaps_between_thousands_of_rows_are_kept() -> None:
    rows = "".join(row_of(number, number_cell(number)) for number in range(1, 9000) if number % 997)
    (column,) = cells_of(workbook(rows), 1).columns
    assert column == [str(number) if number % 997 else "" for number in range(1, 9000)]


def merged(rows: str, *ranges: str) -> bytes:
    cells = "".join(f'<mergeCell ref="{each}"/>' for each in ranges)
    return workbook(rows, f"<mergeCells>{cells}</mergeCells>")


def test_a_merged_value_is_filled_down_with_what_it_was() -> None:
    rows = (
        row_of(1, '<c r="{at}" t="e"><v>#N/A</v></c>', text_cell("a"), text_cell("x"))
        + row_of(2, '<c r="{at}"/>', '<c r="{at}"><f>A1</f></c>', text_cell("y"))
        + row_of(3, '<c r="{at}"/>', '<c r="{at}"/>', text_cell("z"))
    )
    cells = cells_of(merged(rows, "A1:A3", "B1:B2", "C1:C1"), 3)
    assert cells.columns == [["#N/A"] * 3, ["a", "a", ""], ["x", "y", "z"]]
    assert cells.was == {
        (1, 0): SourceType.ERROR,
        (2, 0): SourceType.ERROR,
        (3, 0): SourceType.ERROR,
    }
    assert (cells.filled_down, cells.first_filled_down) == (3, (2, 0))


def test_a_merged_block_fills_its_first_column_only() -> None:
    rows = row_of(1, text_cell("a"), text_cell("")) + row_of(2, text_cell(""), text_cell("b"))
    cells = cells_of(merged(rows, "A1:B2"), 2)
    assert cells.columns == [["a", "a"], ["", "b"]]


def test_a_merged_range_makes_no_rows_and_no_columns() -> None:
    rows = row_of(1, text_cell("a")) + row_of(2, text_cell(""), text_cell("b"))
    assert cells_of(merged(rows, "A1:A1048576", "D1:D9"), 2).columns == [["a", "a"], ["", "b"]]


def test_without_a_merged_range_nothing_is_filled_down() -> None:
    rows = row_of(1, text_cell("a"), text_cell("b")) + row_of(2, text_cell(""), text_cell("c"))
    cells = cells_of(workbook(rows), 2)
    assert cells.columns == [["a", ""], ["b", "c"]]
    assert (cells.filled_down, cells.first_filled_down) == (0, None)


def test_merged_ranges_that_lie_over_one_another_are_refused() -> None:
    rows = "".join(row_of(number, text_cell("a")) for number in range(1, 9))
    assert "merged ranges lie over one another" in refusal(merged(rows, *["A1:A8"] * 3))
    assert "no cell is called 'A'" in refusal(merged(rows, "A:B"))


def test_hidden_rows_that_hold_anything_are_counted_and_read() -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2" hidden="1"><c r="A2"><v>2</v></c></row>'
        "<row r='3' hidden='true'><c r='C3'><v>3</v></c></row>"
        '<row r="4" hidden="1"><c r="A4" s="1"/></row>'
        '<row r="5" hidden="0"><c r="A5"><v>5</v></c></row><row r="6" hidden="1"/>'
    )
    sheet = sheet_of(workbook(rows))
    assert sheet.hidden_rows == 2
    assert sheet.cells(1).columns == [["1", "2", "", "", "5"]]
    assert sheet.hidden_rows == 2


def with_peak(work: Callable[[], _T]) -> tuple[_T, int]:
    """What the work yields, and the most bytes that were in use at once for it."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_rows_that_are_styled_and_empty_cost_no_memory() -> None:
    styled = "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(2, 50_000))
    sheet = sheet_of(workbook(row_of(1, text_cell("a")) + styled))
    assert sheet.head() == [(1, ["a"])]
    cells, peak = with_peak(lambda: sheet.cells(3))
    assert cells.columns == [["a"], [""], [""]]
    assert peak < 4 << 20


def test_a_value_in_the_last_cell_of_all_costs_no_memory() -> None:
    rows = row_of(1, text_cell("a")) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    sheet = sheet_of(workbook(rows))
    (head, cells), peak = with_peak(lambda: (sheet.head(), sheet.cells(3)))
    assert [(row, len(texts)) for row, texts in head] == [(1, 1), (1_048_576, 16_384)]
    assert cells.columns == [["a"], [""], [""]]
    assert peak < 4 << 20


def test_a_wrong_dimension_is_not_believed() -> None:
    rows = row_of(1, text_cell("a"), text_cell("b")) + row_of(2, text_cell("c"))
    for wrong in ("A1", "A1:XFD1048576", "nonsense"):
        sheet = sheet_xml(rows).replace("<sheetData>", f'<dimension ref="{wrong}"/><sheetData>')
        assert cells_of(packed(workbook_parts({"S": sheet})), 2).columns == [["a", "c"], ["b", ""]]


def test_a_few_bytes_may_not_claim_to_hold_a_sheet_that_fills_the_memory() -> None:
    data = workbook(row_of(1, text_cell("a")) + row_of(1_048_576, text_cell("b")))
    with pytest.raises(FileRefusedError, match="million cells"):
        cells_of(data, 16_384)
    assert len(cells_of(data, 44).columns[0]) == 1_048_576
