"""From a text file of a million rows to the JSON of every call, beside the commit before pandas."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Final

from benchmarks.bench import ROOT, Bench
from benchmarks.child import call
from benchmarks.figures import Check, Result
from benchmarks.samples import csv_file

__all__ = ["run"]

_BEFORE: Final = "474e033"
_ABOUT = f"""From the bytes of a CSV file to the JSON and the fingerprint of every order's call
(file read, plan made, set beside an empty history), as a whole process, beside the same with the
code of commit {_BEFORE}, whose planner went through columns of lists and whose payloads were
objects. Both run on the same Python with the same libraries."""

_MOST = 0.75

_OF_BEFORE = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from reconcile.history import compare
from reconcile.loader import LoadRules, load
from reconcile.planner import PlanningRules, plan
export = load(Path(sys.argv[2]), "sample", LoadRules())
compare(plan([export.source_rows()], PlanningRules()), {})
"""


def run(bench: Bench) -> Result:
    """A million rows, three an order."""
    rows = bench.rows(1_000_000)
    path = bench.sample(f"csv_file-{rows}.csv", csv_file, rows)
    before = bench.sample(f"reconcile-{_BEFORE}", code_of, _BEFORE)
    found = bench.compare(
        f"{rows:,} rows, {-(-rows // 3):,} orders",
        {"ours": call(ours, path), _BEFORE: ("-c", _OF_BEFORE, str(before), str(path))},
    )
    checks = [Check(f"ours / {_BEFORE}", found.ratio("ours", _BEFORE), _MOST)]
    return Result("From a CSV file to the plan", _ABOUT, [found], checks)


def code_of(path: str, _seed: str, commit: str) -> None:
    """Lays the package as it was at a commit into the folder `path`."""
    packed = subprocess.run(
        ["git", "archive", commit, "reconcile"], cwd=ROOT, check=True, capture_output=True
    )
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as archive:
        archive.extractall(path, filter="data")


def ours(path: str) -> None:
    """Our own side."""
    from reconcile.domain.rules import PlanningRules
    from reconcile.loader import LoadRules, load
    from reconcile.planner.history import diff_plan
    from reconcile.planner.planning import plan

    export = load(Path(path), "sample", LoadRules())
    diff_plan(plan([export], PlanningRules()), {})
