"""Runs the sides of a case as whole child processes, in turn, several times.

Figures are those of the operating system for the child (`os.wait4`). The peak of a child
counts what its parent held when it was started, so the parent stays small: samples are made
in children too.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.child import call
from benchmarks.figures import Compared, Figures

__all__ = ["ROOT", "Bench"]

ROOT = Path(__file__).resolve().parent.parent
_KIBIBYTE = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of benchmarks: samples go to `folder`, made from `seed`; each side `rounds` times.

    `share` is how large the samples are, 1 being the full size.
    """

    folder: Path
    seed: int
    rounds: int
    share: float = 1.0

    def rows(self, full: int) -> int:
        """How many rows a sample has."""
        return round(full * self.share)

    def sample(self, name: str, make: Callable[..., Any], *arguments: object) -> Path:
        """The sample `name`, made by `make(path, seed, *arguments)` if it isn't there yet."""
        path = self.folder / name
        if not path.exists():
            measured(call(make, path, self.seed, *arguments))
        return path

    def compare(
        self, case: str, sides: Mapping[str, Sequence[str]], rounds: int | None = None
    ) -> Compared:
        """Measures the sides in turn; each is what is given to Python."""
        found: dict[str, list[Figures]] = {side: [] for side in sides}
        for number in range(rounds or self.rounds):
            for side, command in sides.items():
                figures = measured(command)
                found[side].append(figures)
                sys.stderr.write(f"{case}, {side}, round {number + 1}: {figures.cpu:.2f} s\n")
        return Compared(case, found)


def measured(command: Sequence[str]) -> Figures:
    """The figures of `python COMMAND`; raises `RuntimeError` if it fails."""
    with subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}.")
    return Figures(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _KIBIBYTE)
