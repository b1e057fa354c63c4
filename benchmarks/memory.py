"""The most memory it takes from a file of a million rows to a finished plan."""

from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.child import call
from benchmarks.figures import Check, Compared, Result
from benchmarks.samples import csv_file
from benchmarks.xlsx_samples import xlsx_file

__all__ = ["run"]

_ABOUT = """A file of a million rows and ten columns, read and planned as `reconcile check` does
it, exports and plan held together to the end."""

_MOST = 2048
_ROUNDS = 1


def run(bench: Bench) -> Result:
    """Text, and workbooks with shared and with inline strings."""
    compared: list[Compared] = []
    checks: list[Check] = []
    rows = bench.rows(1_000_000)
    samples = {
        "csv": bench.sample(f"csv_file-{rows}.csv", csv_file, rows),
        "xlsx, shared strings": bench.sample(
            f"xlsxwriter-{rows}.xlsx", xlsx_file, rows, "xlsxwriter"
        ),
        "xlsx, inline strings": bench.sample(f"openpyxl-{rows}.xlsx", xlsx_file, rows, "openpyxl"),
    }
    for case, path in samples.items():
        found = bench.compare(
            f"{case}, {rows:,} rows", {"file to plan": call(file_to_plan, path)}, _ROUNDS
        )
        compared.append(found)
        checks.append(Check(case, found.peak("file to plan"), _MOST, "MiB"))
    return Result("Memory", _ABOUT, compared, checks)


def file_to_plan(path: str) -> None:
    """Everything before the first call."""
    from reconcile.config import Settings
    from reconcile.job.planned_input import SendRules, plan_files

    plan_files([Path(path)], Settings(), SendRules())
