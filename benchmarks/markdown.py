"""A result as Markdown: where it was measured, the figures, and whether the targets are met.

Names no machine, no folder and no address.
"""

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from benchmarks.bench import ROOT, Bench
from benchmarks.figures import Check, Compared, Result, Spread

__all__ = ["as_markdown"]

_LIBRARIES = ("pandas", "numpy", "python-calamine", "openpyxl", "lxml", "click")


def as_markdown(result: Result, bench: Bench) -> str:
    """The whole page of one benchmark."""
    lines = [f"# {result.title}", "", result.about, "", _measured_at(bench, result), ""]
    if bench.share < 1:
        lines += [f"**Samples of {bench.share:.0%} of their full size.**", ""]
    if result.checks:
        header = ("target", "median", "min", "max", "must be", "")
        lines += [*_table(header, map(_check, result.checks)), ""]
    lines += [*(f"- {fact}" for fact in result.said), *([""] if result.said else [])]
    for table in result.tables:
        lines += [f"## {table.title}", "", *_table(table.header, iter(table.rows)), ""]
    for compared in result.compared:
        columns = ("side", "CPU s", "min", "max", "peak MiB")
        lines += [f"## {compared.case}", "", *_table(columns, _sides(compared)), ""]
    return "\n".join(lines)


def _measured_at(bench: Bench, result: Result) -> str:
    names = _LIBRARIES if result.libraries is None else result.libraries
    versions = ", ".join(f"{name} {_version(name)}" for name in names)
    return (
        f"Commit {_commit()}, {datetime.now(UTC):%Y-%m-%d}, {platform.python_implementation()} "
        f"{platform.python_version()}, {os.cpu_count()} cores, {platform.system()}, seed "
        f"{bench.seed}. {versions}."
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    def git(*words: str) -> str:
        command = ["git", *words]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    # The pages of the benchmarks that ran just before are no change of what is measured.
    others = ("--", ".", ":!benchmarks/results")
    changed = git("status", "--porcelain", "--untracked-files=no", *others).strip()
    return f"`{git('rev-parse', '--short', 'HEAD').strip()}`" + (
        " with uncommitted changes" if changed else ""
    )


def _check(check: Check) -> Sequence[str]:
    spread = _spread(check.measured)
    must_be = (
        f"{'at least' if check.least else 'at most'} {_limit(check.most)} {check.unit}".rstrip()
    )
    return (check.what, *spread, must_be, "met" if check.met else "missed")


def _limit(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.4g}"  # noqa: PLR2004


def _sides(compared: Compared) -> Iterator[Sequence[str]]:
    for side in compared.sides:
        yield side, *_spread(compared.cpu(side)), f"{compared.peak(side).median:.0f}"


def _spread(spread: Spread) -> tuple[str, str, str]:
    median, least, most = (
        f"{each:.2f}" if abs(each) < 100 else f"{each:,.0f}"  # noqa: PLR2004
        for each in (spread.median, spread.least, spread.most)
    )
    return median, least, most


def _table(header: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield "|---" + "|---:" * (len(header) - 1) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
