"""Reading the same workbook in every spelling, so that none falls off the fast way unseen."""

from benchmarks.bench import Bench
from benchmarks.child import call
from benchmarks.figures import Check, Compared, Result
from benchmarks.reading import calamine, ours
from benchmarks.xlsx_samples import SPELLINGS, xlsx_file

__all__ = ["run"]

_ABOUT = """The same cells as different programs write them, ours beside bare python-calamine.
`styled rows` has as many rows below the data that hold formatted empty cells and nothing else;
there calamine has nothing to hand over. The only target is that no spelling costs several
times the others."""

_MOST = 6.0
_ROUNDS = 3


def run(bench: Bench) -> Result:
    """A hundred thousand rows in each spelling, and a million styled empty ones."""
    compared: list[Compared] = []
    checks: list[Check] = []
    rows = bench.rows(100_000)
    styled = bench.rows(900_000)
    cases = [(name, rows, "0") for name in SPELLINGS]
    for name, count, empty in (*cases, ("excel", rows, str(styled))):
        case = f"styled rows, {styled:,}" if empty != "0" else name
        sample = f"{name}-{count}{'-styled' if empty != '0' else ''}.xlsx".replace(" ", "_")
        path = bench.sample(sample, xlsx_file, count, name, empty)
        found = bench.compare(
            case, {"ours": call(ours, path), "calamine": call(calamine, path)}, _ROUNDS
        )
        compared.append(found)
        checks.append(Check(case, found.ratio("ours", "calamine"), _MOST))
    return Result("Spellings of a workbook", _ABOUT, compared, checks)
