"""Nothing becomes a formula: not in the workbook, and not when its sheets are saved as CSV."""

import csv
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from reconcile.results.report.formula_safe_text import formula_safe
from tests.conftest import Shop

INJECTIONS = [
    "=1+1",
    '=HYPERLINK("http://127.0.0.1/?"&A1,"click")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "-A1",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "  =1+1",
    '=DDE("cmd";"/C calc";"x")',
]
SHEETS = ("Failures", "Rows")


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_would_be_calculated_stands_behind_an_apostrophe(text: str) -> None:
    assert formula_safe(text) == f"'{text}"
    assert formula_safe(formula_safe(text)) == formula_safe(text)


@pytest.mark.parametrize(
    "text", ["", "-5.00", "+1,234.50 €", "-10% agreed", "(12.00)", "Müller", "- see note", "a=b"]
)
def test_what_is_no_formula_stays(text: str) -> None:
    assert formula_safe(text) == text


def results(shop: Shop) -> Path:
    book = Workbook()
    book.active.append(["Order ID", "Order External ID", "Customer", "=1+2"])
    for number, text in enumerate(INJECTIONS, start=1):
        book.active.append([f"x{number}", "A", text.replace("\r", " "), text.replace("\r", " ")])
    book.active["D1"].data_type = "s"
    for row in book.active.iter_rows(min_row=2):
        for cell in row:
            cell.data_type = "s"
    path = shop.folder / "export.xlsx"
    book.save(path)
    finished = shop.run(path)
    assert finished.workbook is not None
    return finished.workbook


def formulas(path: Path) -> list[Any]:
    book = load_workbook(path)
    cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
    return [cell.value for cell in cells if cell.data_type == "f"]


def test_no_cell_of_the_workbook_is_a_formula(shop: Shop) -> None:
    assert formulas(results(shop)) == []


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_no_cell_becomes_one_when_a_sheet_is_saved_as_csv_and_opened_again(shop: Shop) -> None:
    workbook = results(shop)
    out = shop.folder / "saved"
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    convert(workbook, every_sheet, out, shop.folder)

    for name in SHEETS:
        saved = out / f"{workbook.stem}-{name}.csv"
        lines = saved.read_text(encoding="utf-8")
        assert "x1" in lines
        # What the strictest reading of a CSV file finds: a cell that begins like a formula.
        assert not [cell for cell in cells_of(saved) if cell[:1] in ("=", "@", "+", "\t")]
        evaluating = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true"
        convert(saved, "xlsx", out / "opened", shop.folder, f"--infilter={evaluating}")
        assert formulas(out / "opened" / f"{saved.stem}.xlsx") == []


def cells_of(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return [cell for row in csv.reader(file) for cell in row]


def convert(path: Path, into: str, out: Path, home: Path, *more: str) -> None:
    profile = f"-env:UserInstallation=file://{home / 'profile'}"
    command = ["soffice", profile, "--headless", *more, "--convert-to", into]
    subprocess.run(
        [*command, "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120
    )
