"""Processes of the program that are there at once: forked from one that has imported it.

What they do from then on is what `python -m reconcile` does; only the imports are saved, which
take longer than all the rest of a run that is about to be killed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from benchmarks.bench import ROOT
from benchmarks.child import call
from benchmarks.shop import environment

__all__ = ["Forked", "Nursery"]


class Forked:
    """One process of a nursery, with as much of `subprocess.Popen` as its users need."""

    def __init__(self, pid: int, output: Path) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._output = output
        self._over = threading.Event()

    def ended(self, code: int) -> None:
        """Told by the nursery, which alone can wait for it."""
        self.returncode = code
        self._over.set()

    def poll(self) -> int | None:
        """Its exit code, minus the signal that ended it; None while it runs."""
        return self.returncode

    def kill(self) -> None:
        """Sends SIGKILL; only while nobody knows of its end is the number surely its own."""
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end; raises `TimeoutError`."""
        if not self._over.wait(timeout) or self.returncode is None:
            raise TimeoutError
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Waits for its end; both outputs are in the first text."""
        self.wait(timeout)
        return self._output.read_text(encoding="utf-8", errors="replace"), ""


class Nursery:
    """From enter to exit a process that forks others, several at once or one after another."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, *call(serve)],
            cwd=ROOT,
            env={**environment(self._home), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=60)

    def spawn(self, folder: Path, *arguments: str) -> Forked:
        """`reconcile ARGUMENTS` in this folder."""
        return self.spawn_all([(folder, arguments)])[0]

    def spawn_all(
        self, commands: Sequence[tuple[Path, Sequence[str]]], apart: float = 0.0
    ) -> list[Forked]:
        """Several, so many seconds apart; all must have ended before the next ones."""
        asked, outputs = [], []
        for folder, arguments in commands:
            with tempfile.NamedTemporaryFile(dir=self._home, delete=False) as stream:
                outputs.append(Path(stream.name))
            asked.append([str(folder), list(arguments), stream.name])
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("both are pipes")
        stdin.write(json.dumps([apart, asked]) + "\n")
        stdin.flush()
        numbers = json.loads(stdout.readline())
        forked = {pid: Forked(pid, out) for pid, out in zip(numbers, outputs, strict=True)}

        def hear() -> None:
            for _ in numbers:
                pid, code = json.loads(stdout.readline())
                forked[pid].ended(code)

        threading.Thread(target=hear, daemon=True).start()
        return list(forked.values())


def serve() -> None:
    """The process that forks: a line of JSON in, the numbers of the children and their ends out."""
    import reconcile.__main__
    import reconcile.cli.plan_text  # noqa: F401  (what the commands import late)

    for line in sys.stdin:
        numbers: list[int] = []
        apart, asked = json.loads(line)
        for folder, arguments, output in asked:
            time.sleep(apart if numbers else 0.0)
            numbers.append(os.fork())
            if numbers[-1] == 0:
                _become(folder, arguments, output)
        _say(numbers)
        for _ in numbers:
            pid, status = os.wait()
            _say([pid, os.waitstatus_to_exitcode(status)])


def _say(what: list[int]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _become(folder: str, arguments: list[str], output: str) -> None:
    """The child: never comes back."""
    from reconcile.__main__ import run_command

    code = 70
    try:
        os.chdir(folder)
        stream = os.open(output, os.O_WRONLY)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(stream, 1)
        os.dup2(stream, 2)
        code = run_command(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
