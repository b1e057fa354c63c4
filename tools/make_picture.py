"""Makes the pictures of the manual: a real results workbook, as it is printed.

Usage: python tools/make_picture.py

docs/results.png is the first page of the demonstration's workbook; docs/own-sheet.png and
docs/failures.png are of an accountant's own workbook that came back. Needs LibreOffice,
pdftoppm and pdftotext.
"""

import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from reconcile.config import Settings
from reconcile.job.context import RunContext
from reconcile.job.planned_input import SendRules
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.sandbox import Sandbox, SandboxSettings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
RENDER = runpy.run_path(str(ROOT / "tools" / "render_workbook.py"))

COLUMNS = {
    "Date": 11,
    "Invoice": 10,
    "Customer": 20,
    "Order ID": 12,
    "Order External ID": 21,
    "Item ID": 10,
    "Item External ID": 20,
    "Amount": 12,
}
CUSTOMERS = ("Alder & Sons", "Birch Trading", "Cedar Outfitters", "Dogwood GmbH")
UNKNOWN = 700006
LOOK_UP_FAILED = 3
NO_ID = 9
ORDERS = 12


def main() -> None:
    """Writes the pictures anew."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = RENDER["to_pdf"](_of_the_demonstration(), folder / "demo")
        _picture(first, 1, "results.png", 80)
        book = RENDER["to_pdf"](_of_an_accountant(folder), folder / "own")
        _picture(book, _page_with(book, "Sales invoices"), "own-sheet.png", 130, (0.09, 0.36))
        _picture(book, _page_with(book, "Failures"), "failures.png", 130, (0.04, 0.19))


def _of_the_demonstration() -> Path:
    told = subprocess.run(
        [sys.executable, "-m", "reconcile", "demo", "--fast"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    workbook = re.search(r"Workbook +(\S+)", told)
    if workbook is None:
        raise SystemExit("The demonstration named no workbook.")
    return Path(workbook[1])


def _of_an_accountant(folder: Path) -> Path:
    """The results of a workbook with title rows, formulas, a total, and two mistakes."""
    export = folder / "invoices november.xlsx"
    _write(export)
    rate, token = 50, "picture"
    sandbox = SandboxSettings(tokens=(token,), unknown_orders=str(UNKNOWN), rate=rate)
    with Sandbox(sandbox) as server:
        said: dict[str, Any] = {
            "overwrite": "all",
            "verify": "none",
            "account": "Harbor Outfitters",
        }
        settings = Settings(base_url=server.base_url, requests_per_second=float(rate), **said)
        budget = folder / "budget.sqlite3"
        context = RunContext(settings, folder / "journal.sqlite3", token, budget=budget)
        finished = run([export], SendRules(), context)
    if not isinstance(finished, Finished) or finished.workbook is None:
        raise SystemExit("The run wrote no workbook.")
    return finished.workbook


def _write(export: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Invoices"
    sheet.append(["Harbor Outfitters LLC"])
    sheet.append(["Sales invoices, November 2026"])
    sheet.append([])
    sheet.append(list(COLUMNS))
    sheet["A1"].font = Font(size=16, bold=True)
    total = 0.0
    for number in range(ORDERS):
        order, invoice = 700001 + number, f"INV-{1041 + number}"
        amount = round(48.5 + 17.35 * number, 2)
        total += amount
        external = "#N/A" if number == LOOK_UP_FAILED else invoice
        item = None if number == NO_ID else str(order * 10)
        day = date(2026, 11, 2) + timedelta(days=2 * number)
        customer = CUSTOMERS[number % len(CUSTOMERS)]
        values = [day, invoice, customer, str(order), external, item, f"{invoice}-1", amount]
        sheet.append(values)
    sheet.append(["Total", *[None] * 6, round(total, 2)])
    for cell in sheet[4]:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="4F7942")
        cell.alignment = Alignment(horizontal="right" if cell.value == "Amount" else "left")
    for (row,) in sheet.iter_rows(min_row=5, min_col=len(COLUMNS), max_col=len(COLUMNS)):
        row.number_format = "#,##0.00"
    for at, width in enumerate(COLUMNS.values(), 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.cell(sheet.max_row, 1).font = Font(bold=True)
    sheet.cell(sheet.max_row, len(COLUMNS)).font = Font(bold=True)
    book.save(export)


def _page_with(pdf: Path, words: str) -> int:
    """The first page on which these words stand in a line of their own."""
    command = ["pdftotext", "-layout", str(pdf), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for number, page in enumerate(text.split("\f"), 1):
        if re.search(rf"^ *{words}(  |, |$)", page, re.MULTILINE):
            return number
    raise SystemExit(f"No page has the words {words}.")


def _picture(
    pdf: Path, page: int, name: str, dpi: int, part: tuple[float, float] = (0.0, 1.0)
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = RENDER["page_of"](pdf, page, Path(folder), dpi, part)
        shutil.copyfile(made, DOCS / name)


if __name__ == "__main__":
    main()
