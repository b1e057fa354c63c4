"""Reading a file to a finished `Export`, beside bare pandas, python-calamine and openpyxl."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.child import call
from benchmarks.figures import Check, Compared, Result
from benchmarks.samples import csv_file, quoted_csv_file
from benchmarks.xlsx_samples import xlsx_file

__all__ = ["calamine", "ours", "run"]

_ABOUT = """From the bytes to a finished `Export` with its frame (every text exact, the length of
every record checked, rows that are no data named), as a whole process beside a process that does
nothing but hand the file to `pandas.read_csv(dtype=str, keep_default_na=False,
index_col=False)`, `CalamineWorkbook.to_python` or `pandas.read_excel(engine="openpyxl")`."""

_CSV_MOST = 1.5
_CALAMINE_MOST = 2.0
_OPENPYXL_MOST = 1 / 6


def run(bench: Bench) -> Result:
    """Text files of a million rows, workbooks of a hundred thousand."""
    compared: list[Compared] = []
    checks: list[Check] = []
    rows = bench.rows(1_000_000)
    for case, make in (("csv", csv_file), ("csv, every cell in quotes", quoted_csv_file)):
        path = bench.sample(f"{make.__name__}-{rows}.csv", make, rows)
        found = bench.compare(
            f"{case}, {rows:,} rows",
            {"ours": call(ours, path), "pandas": call(pandas_csv, path)},
        )
        compared.append(found)
        checks.append(Check(f"{case}: ours / pandas", found.ratio("ours", "pandas"), _CSV_MOST))
    rows = bench.rows(100_000)
    for case, spelling in (
        ("xlsx, shared strings", "xlsxwriter"),
        ("xlsx, inline strings", "openpyxl"),
    ):
        path = bench.sample(f"{spelling}-{rows}.xlsx", xlsx_file, rows, spelling)
        found = bench.compare(f"{case}, {rows:,} rows", _workbook_sides(path))
        compared.append(found)
        checks += [
            Check(f"{case}: ours / calamine", found.ratio("ours", "calamine"), _CALAMINE_MOST),
            Check(f"{case}: ours / openpyxl", found.ratio("ours", "openpyxl"), _OPENPYXL_MOST),
        ]
    return Result("Reading", _ABOUT, compared, checks)


def _workbook_sides(path: Path) -> dict[str, Sequence[str]]:
    return {
        "ours": call(ours, path),
        "calamine": call(calamine, path),
        "openpyxl": call(pandas_openpyxl, path),
    }


def ours(path: str) -> None:
    """Our own side."""
    from reconcile.loader import LoadRules, load

    load(Path(path), "sample", LoadRules())


def pandas_csv(path: str) -> None:
    """The C engine of pandas."""
    import pandas as pd

    pd.read_csv(path, dtype=str, keep_default_na=False, index_col=False)


def calamine(path: str) -> None:
    """Bare python-calamine."""
    from python_calamine import CalamineWorkbook

    CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)


def pandas_openpyxl(path: str) -> None:
    """Reads with openpyxl through pandas."""
    import pandas as pd

    pd.read_excel(path, dtype=str, keep_default_na=False, engine="openpyxl")
