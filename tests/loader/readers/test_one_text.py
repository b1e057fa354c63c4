"""One cell has one text, whichever reader was needed: one sheet, saved in every format."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.model import SourceType
from reconcile.domain.rules import PlanningRules
from reconcile.loader import LoadRules, load
from reconcile.loader.readers import Cells, Sheet
from reconcile.loader.recognition import read_sheets
from reconcile.planner.planning import plan
from tests.builders import issues, payloads
from tests.loader.readers.files import cells, known_columns
from tests.loader.readers.made import ANY, BLANK, HEADER, TEXTS, orders, tables
from tests.loader.readers.written import WORKBOOKS, Cell, Is, Table, as_text, number, texts

SAMPLES = Path(__file__).parent / "samples"
WIDTH = 5
WAS = {
    Is.ZEROS: SourceType.PADDED_NUMBER,
    Is.DATE: SourceType.DATE,
    Is.BOOLEAN: SourceType.BOOLEAN,
    Is.ERROR: SourceType.ERROR,
}


def opened(suffix: str) -> tuple[str, list[Sheet]]:
    return read_sheets((SAMPLES / f"same.{suffix}").read_bytes(), "export.csv", known_columns)


def without_blanks(text: str) -> str:
    """A web page shows no blanks around a text and one for several."""
    return " ".join(text.split())


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_the_same_sheet_says_the_same_in_every_kind_of_workbook(suffix: str) -> None:
    kind, sheets = opened(suffix)
    _, usual = opened("xlsx")
    assert kind == suffix
    assert [(each.name, each.visible, each.hidden_rows, each.head()) for each in sheets] == [
        (each.name, each.visible, each.hidden_rows, each.head()) for each in usual
    ]
    assert [each.cells(WIDTH) for each in sheets] == [each.cells(WIDTH) for each in usual]


def test_what_all_of_them_say() -> None:
    cells: Cells = opened("ods")[1][0].cells(WIDTH)
    rows = dict(enumerate(zip(*cells.columns, strict=True), start=1))
    assert rows[1] == ("",) * WIDTH
    assert rows[5] == ("00042", "123456", "-00007", "1.5", "7")
    assert rows[6] == ("TRUE", "FALSE", "2024-03-01", "2024-03-01T08:30:00", "08:30:00")
    assert rows[8][3:] == ("100000000000000000000", "-45.5")
    assert rows[9] == ("00123", "1e5", "TRUE", " lead", "trail  ")
    assert rows[10][:4] == ("two\nlines", "tab\there", "a  b   c", "a\rb")
    assert rows[11] == ("#DIV/0!", "#N/A", "700001x", "700002", "")
    assert [rows[row][:2] for row in (13, 14, 15)] == [
        ("merged", "m2"),
        ("merged", "m2"),
        ("merged", "n2"),
    ]
    assert rows[18][0] == "rich text"
    assert rows[25] == ("last", "", "", "", "TRUE")
    assert {row for (row, _), what in cells.was.items() if what is SourceType.PADDED_NUMBER} == {
        5,
        20,
        21,
    }
    assert {row for (row, _), what in cells.was.items() if what is SourceType.ERROR} == {11, 12}
    assert (11, 4) not in cells.was


def test_a_web_page_that_libreoffice_wrote_says_the_same_of_what_it_shows() -> None:
    """It leaves out the rows before the first filled one, and hidden ones and sheets.

    Six rows with a list of the sheets stand above the first.
    """
    kind, sheets = opened("html")
    page, usual = sheets[0].cells(WIDTH), opened("xlsx")[1][0].cells(WIDTH)
    rows = [row for row in range(2, len(usual.columns[0]) + 1) if row not in (16, 19)]
    booleans = {at for at, what in usual.was.items() if what is SourceType.BOOLEAN}
    assert kind == "html"
    for line, row in enumerate(rows, start=7):
        for column in range(WIDTH):
            if (row, column) not in booleans:  # shown as 1 and 0
                text = usual.columns[column][row - 1]
                assert without_blanks(page.columns[column][line - 1]) == without_blanks(text)
                assert page.was.get((line, column)) == usual.was.get((row, column))


def test_the_name_of_a_file_says_nothing() -> None:
    for suffix in ("xlsx", "xls", "ods", "html"):
        assert opened(suffix)[0] == suffix


# Made tables: the same one, written as each kind


def found(data: bytes, table: Table) -> Cells:
    return cells(data, len(table[0]))


@pytest.mark.parametrize("kind", WORKBOOKS)
@given(table=tables(ANY))
def test_every_kind_of_workbook_says_of_a_cell_what_it_is(kind: str, table: Table) -> None:
    read = found(WORKBOOKS[kind](table), table)
    said = list(zip(*read.columns, strict=True))
    assert said == texts(table)
    assert read.was == {
        (row, column): WAS[cell.what]
        for row, cells_ in enumerate(table, start=1)
        for column, cell in enumerate(cells_)
        if cell.what in WAS and not (cell.what is Is.ZEROS and len(cell.text) > 5)
    }


@given(table=tables(st.one_of(TEXTS, BLANK)))
def test_a_text_file_says_the_same_as_a_workbook_of_texts(table: Table) -> None:
    table = [HEADER[:4], *table]
    assert list(zip(*found(as_text(table), table).columns, strict=True)) == texts(table)


def judged(data: bytes, folder: Path) -> tuple[dict[int, dict[str, Any]], list[tuple[str, ...]]]:
    """What would be sent, and every issue with its cells, without the name of the sheet."""
    path = folder / "export"
    path.write_bytes(data)
    export = load(path, path.name, LoadRules())
    made = plan([export], PlanningRules())
    cells_ = [
        (issue.code, issue.found, *(f"{place.row}:{place.column}" for place in issue.places))
        for issue in issues(made)
    ]
    return payloads(made), cells_


@given(table=orders(ANY))
def test_every_kind_of_workbook_leads_to_the_same_payloads_and_issues(
    tmp_path_factory: pytest.TempPathFactory, table: Table
) -> None:
    folder = tmp_path_factory.mktemp("kinds")
    table = [*table, *_something_to_send()]
    first, *others = (judged(write(table), folder) for write in WORKBOOKS.values())
    assert others == [first] * len(others)


@given(table=orders(st.one_of(TEXTS, BLANK)))
def test_a_text_file_leads_to_the_payloads_and_issues_of_a_workbook_of_texts(
    tmp_path_factory: pytest.TempPathFactory, table: Table
) -> None:
    folder = tmp_path_factory.mktemp("kinds")
    table = [[Cell(cell.text) for cell in row] for row in (*table, *_something_to_send())]
    of_text = judged(as_text(table), folder)
    assert of_text == judged(WORKBOOKS["xlsx"](table), folder)


def _something_to_send() -> Table:
    """A file with nothing to send is refused; this row has something."""
    return [[number("99"), Cell("INV-99"), *[Cell("")] * 6]]
