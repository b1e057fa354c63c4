"""Says how far the writing of a long workbook is; short ones say nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from reconcile.results.report.tables import ReplayableRows, Report, Table, Value

__all__ = ["with_progress"]

_EVERY: Final = 25_000
"""Rows; about five seconds of writing."""

Progress = Callable[[str, int], None]


def with_progress(report: Report, progress: Progress) -> Report:
    """The same report; `progress` hears the name of a sheet and its rows so far, now and then."""
    tables = [
        replace(table, rows=ReplayableRows(partial(_counted, table, progress)))
        for table in report.tables
    ]
    return replace(report, tables=tables)


def _counted(table: Table, progress: Progress) -> Iterator[Sequence[Value]]:
    for number, row in enumerate(table.rows, 1):
        yield row
        if number % _EVERY == 0:
            progress(table.name, number)
