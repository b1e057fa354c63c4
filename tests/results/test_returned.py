"""The user's own workbook given back: it stays as it is, and each row says what became of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from shutil import copyfile
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName

from reconcile.domain.model import Outcome
from reconcile.job.results_writer import rebuild_report
from reconcile.journal import Journal, RunReader
from reconcile.loader import LoadRules, load
from reconcile.results.report.build import build_report
from reconcile.results.report.ledger import Ledger
from reconcile.results.returned.row_marks import MOST_ROWS, returned_workbook
from reconcile.results.workbook.style import pale_outcome_look
from tests.builders import columns_of
from tests.conftest import Shop

HEADER = ["Order ID", "Order External ID", "Customer"]
ROWS = [["1", "00041", "Müller"], ["x2", "B", "=HYPERLINK(1)"], ["3", "C", "O'Neill"]]

MOMENT = datetime(2026, 11, 1, 8, 30, 1, 999000)  # noqa: DTZ001 - Excel knows no zones

Change = Callable[[Workbook], None]


def export(shop: Shop, change: Change = lambda _book: None, name: str = "november.xlsx") -> Path:
    book = Workbook()
    book.active.title = "Invoices"
    for at, row in enumerate([["Our invoices"], [], HEADER, *ROWS], start=1):
        for column, value in enumerate(row, start=1):
            cell = book.active.cell(at, column, value)
            cell.data_type = "s"
    change(book)
    path = shop.folder / name
    book.save(path)
    return path


def results(shop: Shop, *files: Path) -> Any:
    finished = shop.run(*files)
    assert finished.workbook is not None
    return load_workbook(finished.workbook)


def summary_says(book: Any) -> str:
    cells = (cell.value for row in book["Summary"].iter_rows() for cell in row)
    return " ".join(str(value) for value in cells if value is not None)


def beside(book: Any, row: int, sheet: str = "Invoices") -> list[Any]:
    return [cell.value for cell in book[sheet][row]][3:6]


def alone(book: Any, sheet: str, path: Path) -> Path:
    """As if the user had saved one sheet as a workbook of its own."""
    for other in book.sheetnames:
        if other != sheet:
            del book[other]
    book.save(path)
    return path


def test_every_row_of_the_users_sheet_says_what_became_of_it(shop: Shop) -> None:
    book = results(shop, export(shop))

    assert book.sheetnames[:2] == ["Summary", "Invoices"]
    assert beside(book, 3) == ["Outcome", "Reason", "What to do"]
    assert beside(book, 4) == ["synced", None, None]
    outcome, reason, what = beside(book, 5)
    assert outcome == "rejected"
    assert reason == 'The order id "x2" is not an id (A5)'
    assert what == "Put Flxpoint's order id into the cell."
    assert beside(book, 1) == [None, None, None], "a title stays a title"


def test_a_guilty_cell_is_coloured_and_says_why_beside_a_comment_that_was_there(
    shop: Shop,
) -> None:
    def comment(book: Workbook) -> None:
        book.active["A5"].comment = Comment("ask Jim", "Ann")

    cell = results(shop, export(shop, comment))["Invoices"]["A5"]

    assert cell.fill.fgColor.rgb == "00F6C667"
    assert cell.comment.text.startswith("ask Jim\n\nreconcile: The order id")


def test_formats_widths_and_hidden_rows_stay(shop: Shop) -> None:
    def dress(book: Workbook) -> None:
        sheet = book.active
        sheet["A1"].font = Font(name="Cambria", size=16, bold=True)
        sheet["B4"].fill = PatternFill("solid", fgColor="FFEEAA")
        sheet.column_dimensions["C"].width = 31
        sheet.row_dimensions[6].hidden = True
        sheet.freeze_panes = "A4"
        sheet.auto_filter.ref = "A3:C6"

    sheet = results(shop, export(shop, dress))["Invoices"]

    assert (sheet["A1"].font.name, sheet["A1"].font.size) == ("Cambria", 16)
    assert sheet["B4"].fill.fgColor.rgb == "00FFEEAA"
    assert sheet.column_dimensions["C"].width == 31
    assert sheet.row_dimensions[6].hidden
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A4", "A3:F6")


def test_formulas_of_all_sheets_become_their_values_and_text_none(shop: Shop) -> None:
    def calculate(book: Workbook) -> None:
        book.create_sheet("Notes")["A1"] = "=1+1"

    path = export(shop, calculate)
    book = results(shop, path)

    assert book["Notes"]["A1"].value is None, "it was never calculated, and is no formula now"
    assert book["Invoices"]["C5"].value == "=HYPERLINK(1)"
    assert [c.data_type for s in book for r in s.iter_rows() for c in r if c.data_type == "f"] == []


def test_what_the_sheet_holds_reads_as_before(shop: Shop) -> None:
    def awkward(book: Workbook) -> None:
        sheet = book.active
        for row, value in enumerate((12345678901234567, 0.1 + 0.2, MOMENT), start=4):
            sheet.cell(row, 4, value)
        sheet["D3"] = "More"
        sheet["C4"] = "00012345678901234567"
        sheet["C6"] = "_x005F_x0041_"
        sheet["C6"].data_type = "s"

    path = export(shop, awkward)
    book = results(shop, path)
    saved = alone(book, "Invoices", shop.folder / "alone.xlsx")

    before = load(path, path.name, LoadRules())
    after = load(saved, saved.name, LoadRules())
    assert after.headers == before.headers, "our columns are no part of it"
    assert columns_of(after) == columns_of(before)
    assert after.source_types == before.source_types
    assert after.ignored == before.ignored


def test_links_lead_from_the_report_to_the_row_and_back(shop: Shop) -> None:
    book = results(shop, export(shop))

    assert book["Failures"]["E2"].hyperlink.location == "'Invoices'!A5"
    assert book["Invoices"]["D5"].hyperlink.location == "'Failures'!A2"
    assert book["Rows"]["C5"].hyperlink.location == "'Invoices'!A4"
    assert book["Invoices"]["D4"].hyperlink.location == "'Rows'!A5"
    assert book["Successes"]["A2"].hyperlink.location == "'Invoices'!A4"
    assert book["Attempts"]["B2"].hyperlink.location == "'Invoices'!A4"


def test_the_added_headings_stand_as_what_is_below_them(shop: Shop) -> None:
    def right(book: Workbook) -> None:
        book.active["C3"].alignment = Alignment(horizontal="right")

    sheet = results(shop, export(shop, right))["Invoices"]

    assert [cell.alignment.horizontal for cell in sheet[3][2:6]] == [
        *("right", "center", "left", "left")
    ]


def test_an_outcome_that_is_a_link_can_be_read_when_links_are_blue() -> None:
    """LibreOffice makes every link blue, whatever its cell says."""
    for outcome in Outcome:
        ground = pale_outcome_look(outcome).ground or ""
        assert min(bytes.fromhex(ground)) >= 0x78


def test_sheets_of_the_user_that_are_called_like_ours_get_another_name(shop: Shop) -> None:
    def collide(book: Workbook) -> None:
        book.create_sheet("summary")["A1"] = "mine"
        book.defined_names["Rate"] = DefinedName("Rate", attr_text="summary!$A$1")

    book = results(shop, export(shop, collide))

    assert book["summary (yours)"]["A1"].value == "mine"
    assert book.defined_names["Rate"].attr_text == "'summary (yours)'!$A$1"
    assert "is called summary (yours) here" in summary_says(book)


def test_a_second_time_the_three_columns_are_written_anew(shop: Shop) -> None:
    book = results(shop, export(shop))
    book["Invoices"]["A5"] = "2"
    saved = alone(book, "Invoices", shop.folder / "mended.xlsx")

    again = results(shop, saved)

    sheet = again["Invoices"]
    assert [cell.value for cell in sheet[3]] == [*HEADER, "Outcome", "Reason", "What to do"]
    assert beside(again, 4) == ["unchanged", None, None]
    assert beside(again, 5) == ["synced", None, None]
    assert sheet["A5"].comment is None
    assert sheet["A5"].fill.fill_type is None


def test_what_is_lost_is_named_and_macros_never_stay(shop: Shop) -> None:
    path = export(shop, name="november.xlsm")
    with ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macro")
        package.writestr("xl/pivotTables/pivotTable1.xml", b"<pivot/>")

    finished = shop.run(path)

    assert finished.workbook is not None
    assert finished.workbook.suffix == ".xlsx"
    assert "Could not be kept macros; pivot tables" in summary_says(
        load_workbook(finished.workbook)
    )
    with ZipFile(finished.workbook) as package:
        assert not [name for name in package.namelist() if "vba" in name]


def with_chart_sheet(book: Workbook) -> None:
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=4, max_row=6))
    book.create_chartsheet("Sales").add_chart(chart)


def test_a_chart_sheet_stays(shop: Shop) -> None:
    book = results(shop, export(shop, with_chart_sheet))

    assert [sheet.title for sheet in book.chartsheets] == ["Sales"]
    assert beside(book, 4)[0] == Outcome.SYNCED


STRICT = (
    ("http://schemas.openxmlformats.org/spreadsheetml/2006", "spreadsheetml"),
    ("http://schemas.openxmlformats.org/officeDocument/2006", "officeDocument"),
)


def test_a_strict_workbook_comes_back_as_an_ordinary_one(shop: Shop) -> None:
    usual = export(shop, name="usual.xlsx")
    with ZipFile(usual) as before, ZipFile(shop.folder / "strict.xlsx", "w") as after:
        for name in before.namelist():
            part = before.read(name).decode()
            for namespace, strict in STRICT:
                part = part.replace(namespace, f"http://purl.oclc.org/ooxml/{strict}")
            after.writestr(name, part)

    book = results(shop, shop.folder / "strict.xlsx")

    assert beside(book, 4)[0] == Outcome.SYNCED
    assert "Your own workbook" in summary_says(book)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("awkward/sheets/a_chart_before_the_data.xlsx", "Could not be kept the chart sheet"),
        ("awkward/spellings/parts_in_other_places.xlsx", "opened and saved without harm"),
        ("awkward/spellings/references_with_dollars.xlsx", "opened and saved without harm"),
        ("awkward/merged_and_hidden/merged_over_rows_and_columns.xlsx", "hide other values"),
        ("awkward/parts/a_stray_value_in_the_last_column.xlsx", "no room right of the data"),
    ],
)
def test_what_of_an_odd_workbook_does_not_come_back_is_named(
    shop: Shop, path: str, said: str
) -> None:
    odd = Path(__file__).parent.parent / "exports" / path
    book = results(shop, copyfile(odd, shop.folder / odd.name))

    assert said in summary_says(book)
    assert "Rows" in book.sheetnames


def test_a_source_that_was_changed_since_is_left_out_and_that_is_told(shop: Shop) -> None:
    path = export(shop)
    run = shop.run(path).run
    export(shop, lambda book: book.create_sheet("new"))

    with Journal.open(shop.journal) as journal:
        _, workbook, _ = rebuild_report(journal, run.id, shop.folder / "again.xlsx", ())

    book = load_workbook(workbook)
    assert "Invoices" not in book.sheetnames
    assert "was changed since the run (another SHA-256)" in summary_says(book)


@pytest.mark.parametrize("kind", ["csv", "two"])
def test_what_is_not_given_back_is_told(shop: Shop, kind: str) -> None:
    if kind == "csv":
        files = [shop.export("Order ID,Order External ID\n1,A\n")]
    else:
        files = [export(shop), export(shop, lambda book: book.create_sheet("x"), "december.xlsx")]

    said = summary_says(results(shop, *files))

    assert "It is not part of this workbook" in said
    assert ("several Excel workbooks" if kind == "two" else "Only an Excel workbook") in said


def test_a_workbook_without_room_for_our_columns_never_costs_the_results(shop: Shop) -> None:
    def fill(book: Workbook) -> None:
        book.active["XFD1"] = "the last column there is"

    book = results(shop, export(shop, fill))

    assert "There is no room right of the data" in summary_says(book)
    assert book["Failures"]["A2"].value == Outcome.REJECTED


def test_too_many_rows_are_not_given_back(shop: Shop) -> None:
    run = shop.run(export(shop)).run
    with Journal.open(shop.journal) as journal:
        record = journal.run(run.id)
        assert record is not None
        large = replace(record.sources[0], rows=MOST_ROWS + 1)
        ledger = Ledger(RunReader(journal, replace(record, sources=(large,))))
        assert "has 50,001 rows; up to 50,000" in returned_workbook(ledger).refused
        assert build_report(ledger).returned is not None
