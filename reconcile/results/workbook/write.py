"""A report as an .xlsx file that an accountant opens: Summary first, then each table."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from reconcile.results.report.tables import ReplayableRows, Report, Summary, Table, Value
from reconcile.results.returned.annotate import annotate
from reconcile.results.returned.summary_notes import not_returned, with_words, words_of
from reconcile.results.returned.user_workbook import CannotReturnError, Original, open_original
from reconcile.results.workbook.cell_text import plain_line
from reconcile.results.workbook.page_layout import UNITS
from reconcile.results.workbook.style import Styles
from reconcile.results.workbook.summary_sheet import fill_summary
from reconcile.results.workbook.table_sheets import ROWS_PER_SHEET, create_sheets, spool_table
from reconcile.results.workbook.target_file import move_into_place, written_beside
from reconcile.results.workbook.xlsx_package import Spool, assemble

__all__ = ["MARK", "with_progress", "write_tables", "write_workbook"]

MARK = ("reconcile-results", "1")
"""The custom document property by which our own workbooks are known."""

_EVERY = 25_000
"""Rows after which progress is reported; about five seconds of writing."""

Progress = Callable[[str, int], None]


def write_workbook(
    report: Report,
    target: Path,
    *,
    overwrite: bool = False,
    rows_per_sheet: int = ROWS_PER_SHEET,
) -> Path:
    """Writes the workbook under a temporary name and moves it into place.

    The rows of the tables are never held in memory. A user's workbook that is given back is.

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
        _write_with_original(report, file, target.parent, rows_per_sheet)
    return move_into_place(temporary, target, overwrite=overwrite)


def write_tables(name: str, summary: Summary, tables: Iterable[Table], target: Path) -> Path:
    """Writes a workbook that is not known as results: a first sheet, and tables.

    Args:
        name: of the first sheet.
        summary: what it says.
        tables: one sheet each.
        target: its place. What stands there stays, and a free name beside it is taken.

    Returns:
        Where the workbook really is.

    Raises:
        WorkbookError: the disk is full, or the folder can't be written.
    """
    book = Workbook(write_only=True)
    book.properties.title = plain_line(summary.title)
    book.properties.creator = "reconcile"
    sheet = book.create_sheet(name)
    with written_beside(target) as (file, temporary):
        _fill(book, sheet, summary, tables, Styles(sheet), file, target.parent)
    return move_into_place(temporary, target, overwrite=False)


def with_progress(report: Report, progress: Progress) -> Report:
    """The same report; `progress` hears the name of a sheet and its rows so far, now and then."""
    tables = [
        replace(table, rows=ReplayableRows(partial(_counted, table, progress)))
        for table in report.tables
    ]
    return replace(report, tables=tables)


def _write_with_original(
    report: Report, file: IO[bytes], folder: Path, rows_per_sheet: int
) -> None:
    """With the user's own workbook if it can be given back; else without, and says why."""
    if report.returned is None:
        return _write(report, file, folder, rows_per_sheet)
    taken = {"Summary", *(table.name for table in report.tables)}
    try:
        original = open_original(report.returned, taken)
    except CannotReturnError as error:
        return _write(with_words(report, not_returned(str(error))), file, folder, rows_per_sheet)
    extended = with_words(report, words_of(report.returned, original))
    try:
        return _write(extended, file, folder, rows_per_sheet, original)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever an odd workbook does, results are written
        file.seek(0)
        file.truncate()
        known = isinstance(error, CannotReturnError)
        words = not_returned(str(error) if known else "It can't be extended without harm.")
        return _write(with_words(report, words), file, folder, rows_per_sheet)


def _write(
    report: Report,
    file: IO[bytes],
    folder: Path,
    rows_per_sheet: int,
    original: Original | None = None,
) -> None:
    book = Workbook(write_only=True) if original is None else original.book
    book.properties.title = plain_line(report.summary.title)
    book.properties.creator = book.properties.creator if original else "reconcile"
    if MARK[0] not in book.custom_doc_props.names:
        book.custom_doc_props.append(StringProperty(name=MARK[0], value=MARK[1]))
    sheet = book.create_sheet("Summary") if original is None else book.create_sheet("Summary", 0)
    styles = Styles(sheet)
    titles: dict[int, str] = {}
    if original is not None and report.returned is not None and report.returned.source is not None:
        annotate(original, report.returned, styles)
        titles = {report.returned.source.number: original.sheet.title}
        book.active = 0
    _fill(book, sheet, report.summary, report.tables, styles, file, folder, rows_per_sheet, titles)


def _fill(
    book: Any,
    sheet: Any,
    summary: Summary,
    tables: Iterable[Table],
    styles: Styles,
    file: IO[bytes],
    folder: Path,
    rows_per_sheet: int = ROWS_PER_SHEET,
    titles: Mapping[int, str] | None = None,
) -> None:
    """Puts the summary onto its sheet, adds a sheet for each table, and writes the file."""
    with ExitStack() as open_spools:
        spools = {sheet.title: open_spools.enter_context(Spool(folder, UNITS))}
        fill_summary(summary, sheet, spools[sheet.title], styles)
        for table in tables:
            rows = spool_table(table, styles, folder, rows_per_sheet, open_spools, titles)
            spools |= create_sheets(book, rows)
        for spool in spools.values():
            spool.end()
        assemble(book, spools, file)


def _counted(table: Table, progress: Progress) -> Iterator[Sequence[Value]]:
    for number, row in enumerate(table.rows, 1):
        yield row
        if number % _EVERY == 0:
            progress(table.name, number)
