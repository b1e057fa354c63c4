"""`reconcile verify FILE`: a workbook that says what the journal says, and those that don't."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.conftest import Shop

Command = Callable[..., tuple[int, str, str]]

TEXT = "Order ID,Order External ID\n1,A\nx2,B\n3,C\n"


@pytest.fixture
def results(shop: Shop, command: Command) -> Path:
    """The workbook of a run in the journal that the commands find."""
    book = Workbook()
    for line in TEXT.split():
        book.active.append(line.replace("Order,", "Order ").split(","))
    export = shop.folder / "export.csv"
    export.write_text(TEXT, encoding="utf-8")
    _, out, _ = command("run", export, "--json")
    return Path(json.loads(out)["workbook"])


@pytest.fixture
def own(shop: Shop, command: Command) -> Path:
    """The same of an Excel export, with the user's own workbook."""
    book = Workbook()
    for line in TEXT.strip().split("\n"):
        book.active.append(line.split(","))
    export = shop.folder / "export.xlsx"
    book.save(export)
    _, out, _ = command("run", export, "--json")
    return Path(json.loads(out)["workbook"])


def changed(path: Path, change: Callable[[Any], None]) -> Path:
    book = load_workbook(path)
    change(book)
    copy = path.with_name("copy.xlsx")
    book.save(copy)
    return copy


def test_the_workbook_of_a_run_says_what_the_journal_says(command: Command, results: Path) -> None:
    code, out, _ = command("verify", results)

    assert code == 0
    assert "says what the journal says of the run" in out


def test_saved_by_another_program_it_still_does(command: Command, own: Path) -> None:
    assert command("verify", changed(own, lambda _book: None))[0] == 0


def test_a_tampered_outcome_is_named(command: Command, results: Path) -> None:
    def tamper(book: Any) -> None:
        book["Failures"]["A2"] = "synced"

    code, out, _ = command("verify", changed(results, tamper))

    assert code == 1
    assert "Failures, export.csv:3, Outcome: the journal says 'rejected', the workbook" in out


def test_a_missing_row_and_an_added_one_are_named_and_shift_nothing(
    command: Command, results: Path
) -> None:
    def change(book: Any) -> None:
        book["Rows"].delete_rows(2)
        book["Successes"].append(["99", "synced", "Z"])

    code, out, _ = command("verify", changed(results, change))

    assert code == 1
    assert "Rows, export.csv:1: the workbook has no such line." in out
    assert "Successes, 99: the journal has no such line." in out
    assert out.count("no such line") == 2


def test_a_count_on_summary_that_was_changed_is_named(command: Command, results: Path) -> None:
    def change(book: Any) -> None:
        for row in book["Summary"].iter_rows():
            if row[0].value == "Rows read":
                next(cell for cell in row[1:] if cell.value is not None).value = 400

    out = command("verify", changed(results, change))[1]

    assert "Summary, Control totals, Rows read: the journal says '4', the workbook '400'." in out


def test_an_outcome_beside_the_users_own_rows_is_compared_too(command: Command, own: Path) -> None:
    def tamper(book: Any) -> None:
        book["Sheet"]["C3"] = "synced"

    out = command("verify", changed(own, tamper))[1]

    assert "Sheet, row 3, Outcome: the journal says 'rejected', the workbook 'synced'." in out


def turned_round(sheet: Any, first: int) -> None:
    """As if somebody had sorted the rows from here on."""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first)]
    for at, values in enumerate(reversed(rows), first):
        for column, value in enumerate(values, 1):
            sheet.cell(at, column).value = value


def test_sorted_sheets_say_the_same(command: Command, own: Path) -> None:
    def sort(book: Any) -> None:
        for name in ("Successes", "Failures", "Rows", "Attempts", "Sheet"):
            turned_round(book[name], 2)

    code, out, _ = command("verify", changed(own, sort))

    assert (code, "says what the journal says" in out) == (0, True), out


def test_a_tampered_row_of_a_sorted_sheet_is_named_by_its_ids(shop: Shop, command: Command) -> None:
    def sort_and_tamper(book: Any) -> None:
        turned_round(book["Sheet"], 2)
        book["Sheet"]["C3"] = "refused"

    book = Workbook()
    for row in (["Order ID", "Order External ID"], ["1", "A"], ["2", "B"], ["x3", "C"]):
        book.active.append(row)
    book.save(shop.folder / "export.xlsx")
    _, out, _ = command("run", shop.folder / "export.xlsx", "--json")
    workbook = Path(json.loads(out)["workbook"])

    out = command("verify", changed(workbook, sort_and_tamper))[1]

    assert "Sheet, the row 2, B, Outcome: the journal says 'synced', the workbook 'refused'." in out
    assert out.count("Sheet, ") == 1


@pytest.mark.parametrize("files", range(6, 20, 2))
def test_the_blocks_of_summary_are_told_apart_wherever_a_page_ends(
    shop: Shop, command: Command, files: int
) -> None:
    exports = [
        shop.export(f"Order ID,Order External ID,Note\n{number},A{number},x\n", f"{number}.csv")
        for number in range(1, files + 1)
    ]
    _, out, _ = command("run", *exports, "--json")

    code, out, _ = command("verify", json.loads(out)["workbook"])
    assert code == 0, out


def test_a_run_that_the_journal_doesnt_have_is_told(command: Command, results: Path) -> None:
    def change(book: Any) -> None:
        for row in book["Summary"].iter_rows():
            if row[0].value == "Run" and row[5].value:
                row[5].value = "20200101-000000-abc"

    code, out, _ = command("verify", changed(results, change))

    assert code == 1
    assert "is of the run 20200101-000000-abc, which this journal doesn't have" in out


def test_what_is_no_results_workbook_is_refused(command: Command, results: Path) -> None:
    Workbook().save(results.with_name("other.xlsx"))

    code, _, err = command("verify", results.with_name("other.xlsx"))
    assert code == 2
    assert "is no results workbook" in err
    assert command("verify", results.with_name("export.csv"))[0] == 2


@pytest.mark.usefixtures("results")
def test_a_run_needs_online(command: Command) -> None:
    code, _, err = command("verify", "20200101-000000-abc")

    assert code == 2
    assert "Name a results workbook, or say --online" in err


def test_json_is_one_document_also_with_online(command: Command, results: Path) -> None:
    said = json.loads(command("verify", results, "--json")[1])
    assert said["agrees"]
    assert said["differences"] == []

    both = json.loads(command("verify", results, "--online", "--json")[1])
    assert both["agrees"]
    assert len(both) > len(said)


def test_the_workbook_of_an_excel_export_says_what_the_journal_says(
    command: Command, own: Path
) -> None:
    """As it was written: programs that trust the area of a sheet see all of its rows."""
    code, out, err = command("verify", own)
    assert (code, err) == (0, "")
    assert "says what the journal says of the run" in out
    sheet = load_workbook(own, read_only=True)["Failures"]
    assert (sheet.max_row, sheet["A2"].value) == (2, "rejected")
