"""One cell has one text, whichever reader was needed: one sheet, saved in every format."""

from pathlib import Path

import pytest

from reconcile.loader.kinds import read_sheets
from reconcile.loader.readers import Cells, Sheet
from reconcile.model import Was
from tests.loader.readers.files import known_columns

SAMPLES = Path(__file__).parent / "samples"
WIDTH = 5


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
    assert {row for (row, _), what in cells.was.items() if what is Was.PADDED_NUMBER} == {5, 20, 21}
    assert {row for (row, _), what in cells.was.items() if what is Was.ERROR} == {11, 12}
    assert (11, 4) not in cells.was


def test_a_web_page_that_libreoffice_wrote_says_the_same_of_what_it_shows() -> None:
    """It leaves out the rows before the first filled one, and hidden ones and sheets."""
    kind, sheets = opened("html")
    page, usual = sheets[0].cells(WIDTH), opened("xlsx")[1][0].cells(WIDTH)
    rows = [row for row in range(2, len(usual.columns[0]) + 1) if row not in (16, 19)]
    booleans = {at for at, what in usual.was.items() if what is Was.BOOLEAN}
    assert kind == "html"
    for line, row in enumerate(rows, start=1):
        for column in range(WIDTH):
            if (row, column) not in booleans:  # shown as 1 and 0
                text = usual.columns[column][row - 1]
                assert without_blanks(page.columns[column][line - 1]) == without_blanks(text)
                assert page.was.get((line, column)) == usual.was.get((row, column))


def test_the_name_of_a_file_says_nothing() -> None:
    for suffix in ("xlsx", "xls", "ods", "html"):
        assert opened(suffix)[0] == suffix
