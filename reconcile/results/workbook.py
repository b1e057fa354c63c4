"""A report as an .xlsx file that an accountant opens: Summary first, then each table."""

from contextlib import ExitStack
from pathlib import Path
from typing import IO

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from reconcile.results.exact import plain_line
from reconcile.results.first_sheet import fill_summary
from reconcile.results.layout import UNITS
from reconcile.results.package import Spool, assemble
from reconcile.results.place import move_into_place, written_beside
from reconcile.results.sheets import ROWS_PER_SHEET, create_sheets, spool_table
from reconcile.results.style import Styles
from reconcile.results.tables import Report

__all__ = ["MARK", "write_workbook"]

MARK = ("reconcile-results", "1")
"""The custom document property by which our own workbooks are known."""


def write_workbook(
    report: Report,
    target: Path,
    *,
    overwrite: bool = False,
    rows_per_sheet: int = ROWS_PER_SHEET,
) -> Path:
    """Writes the workbook under a temporary name and moves it into place.

    The rows of the tables are gone through once, and never held in memory.

    Args:
        report: What it says.
        target: Its place. If something is there, or it is locked, a free name beside it
            is taken.
        overwrite: An earlier file at the place may be replaced.
        rows_per_sheet: A table with more rows goes on, on a further sheet.

    Returns:
        Where the workbook really is.

    Raises:
        WorkbookError: the disk is full, or the folder can't be written.
    """
    with written_beside(target) as (file, temporary):
        _write(report, file, target.parent, rows_per_sheet)
    return move_into_place(temporary, target, overwrite=overwrite)


def _write(report: Report, file: IO[bytes], folder: Path, rows_per_sheet: int) -> None:
    book = Workbook(write_only=True)
    book.properties.title = plain_line(report.summary.title)
    book.properties.creator = "reconcile"
    book.custom_doc_props.append(StringProperty(name=MARK[0], value=MARK[1]))
    sheet = book.create_sheet("Summary")
    styles = Styles(sheet)
    with ExitStack() as open_spools:
        spools = {"Summary": open_spools.enter_context(Spool(folder, UNITS))}
        fill_summary(report.summary, sheet, spools["Summary"], styles)
        for table in report.tables:
            rows = spool_table(table, styles, folder, rows_per_sheet, open_spools)
            spools |= create_sheets(book, rows)
        for spool in spools.values():
            spool.end()
        assemble(book, spools, file)
