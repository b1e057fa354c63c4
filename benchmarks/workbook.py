"""Writing the results workbook, beside openpyxl's write-only mode with the same cells."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

from benchmarks.bench import Bench
from benchmarks.child import call
from benchmarks.figures import Check, Result

if TYPE_CHECKING:
    from reconcile.journal import RunReader
    from reconcile.results.report.tables import Report

__all__ = ["run"]

_ABOUT = """The workbook of a run of a million rows, all orders synced: Summary, Successes, Rows
and Attempts. The run is made up row by row as it is asked for, so no journal is measured. The
peer appends the values of the same tables to a write-only workbook of openpyxl. `nothing
written` has the run in memory, as both sides do, and goes through the rows; memory is what
ours takes above it."""

_ROUNDS = 1
_TIME_MOST = 1.0
_MEMORY_MOST = 200


def run(bench: Bench) -> Result:
    """A million rows, three an order."""
    rows = bench.rows(1_000_000)
    sides = {
        "ours": call(ours, rows, bench.seed),
        "openpyxl write-only": call(openpyxl_write_only, rows, bench.seed),
        "nothing written": call(nothing_written, rows, bench.seed),
    }
    found = bench.compare(f"{rows:,} rows", sides, _ROUNDS)
    checks = [
        Check("ours / openpyxl", found.ratio("ours", "openpyxl write-only"), _TIME_MOST),
        Check("above the run", found.above("ours", "nothing written"), _MEMORY_MOST, "MiB"),
    ]
    return Result("Results workbook", _ABOUT, [found], checks)


def _report(rows: str, seed: str) -> "Report":
    from benchmarks.pretended_run import PretendedRun
    from reconcile.results.report.build import build_report
    from reconcile.results.report.ledger import Ledger

    return build_report(Ledger(cast("RunReader", PretendedRun(int(rows), int(seed)))))


def ours(rows: str, seed: str) -> None:
    """Our own side."""
    from reconcile.results.workbook.write import write_workbook

    with tempfile.TemporaryDirectory() as folder:
        write_workbook(_report(rows, seed), Path(folder) / "results.xlsx")


def openpyxl_write_only(rows: str, seed: str) -> None:
    """The same values with openpyxl alone."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for table in _report(rows, seed).tables:
        sheet = book.create_sheet(table.name)
        sheet.append([column.name for column in table.columns])
        for row in table.rows:
            sheet.append([_plain(value) for value in row])
    with tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "results.xlsx")


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, int, float)):
        return value
    return str(value)


def nothing_written(rows: str, seed: str) -> None:
    """The values, asked for and forgotten."""
    import reconcile.results.workbook.write  # noqa: F401

    for table in _report(rows, seed).tables:
        for _ in table.rows:
            pass
