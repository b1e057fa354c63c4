"""What `--help` and `--version` cost, beside a program of click that does nothing."""

import subprocess
import sys

from benchmarks.bench import ROOT, Bench
from benchmarks.figures import Check, Compared, Result, Spread

__all__ = ["run"]

_ABOUT = """A whole process that prints its help or its version and ends, beside a program with
nothing but a click group. What must never be imported for that is looked for by name."""

_HEAVY = ("pandas", "openpyxl", "httpx", "sqlalchemy")
_MOST = 3.0
_ROUNDS_MORE = 4


def run(bench: Bench) -> Result:
    """Both options."""
    compared: list[Compared] = []
    checks: list[Check] = []
    for option in ("--help", "--version"):
        sides = {
            "ours": ("-m", "reconcile", option),
            "bare click": ("-m", "benchmarks.bare_cli", option),
        }
        found = bench.compare(option, sides, bench.rounds * _ROUNDS_MORE)
        compared.append(found)
        heavy = _imported(option)
        checks += [
            Check(f"{option}: ours / bare click", found.ratio("ours", "bare click"), _MOST),
            Check(
                f"{option}: imported of {', '.join(_HEAVY)}", Spread.of([len(heavy)]), 0, "modules"
            ),
        ]
    return Result("Start-up", _ABOUT, compared, checks)


def _imported(option: str) -> list[str]:
    """Which heavy libraries a process with this option imports, as Python itself tells it."""
    command = [sys.executable, "-X", "importtime", "-m", "reconcile", option]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stderr
    names = {line.rpartition("|")[2].strip() for line in told.splitlines()}
    return [name for name in _HEAVY if name in names]
