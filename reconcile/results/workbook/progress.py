"""Tells how far the writing of a long workbook is; short ones say nothing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from reconcile.results.report.tables import ReplayableRows, Report, Table, Value

__all__ = ["telling"]

_EVERY: Final = 25_000
"""Rows; about five seconds of writing."""

Told = Callable[[str, int], None]


def telling(report: Report, told: Told) -> Report:
    """The same report; `told` hears the name of a sheet and its rows so far, now and then."""
    tables = [
        replace(table, rows=ReplayableRows(partial(_counted, table, told)))
        for table in report.tables
    ]
    return replace(report, tables=tables)


def _counted(table: Table, told: Told) -> Iterator[Sequence[Value]]:
    for number, row in enumerate(table.rows, 1):
        yield row
        if number % _EVERY == 0:
            told(table.name, number)
