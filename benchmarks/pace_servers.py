"""Many sandboxes in one process: each with a port, a limiter and a log of its own."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from benchmarks.bench import ROOT
from benchmarks.child import call
from benchmarks.shop import TOKEN

__all__ = ["Noise", "Pace", "Servers", "Wanted"]

_CEILING = 2.0
_REFUSED = 429
_NAP = 0.01


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sandbox that allows two per second: how it counts, and seconds that an answer takes."""

    limiter: str
    latency: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What a server saw: requests, 429s, triples within 1.0 s, share of the ceiling in percent."""

    requests: int
    refused: int
    triples: int
    share: float

    @classmethod
    def of(cls, log: Path) -> Self:
        """Every arrival counts; the share is taken from the first write to the last."""
        entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        times = sorted(entry["at_monotonic"] for entry in entries)
        refused = sum(entry["status"] == _REFUSED for entry in entries)
        triples = sum(c - a < 1.0 for a, c in zip(times, times[2:], strict=False))
        writes = [entry["at_monotonic"] for entry in entries if entry["method"] == "PATCH"]
        first, last = min(writes), max(writes)
        meanwhile = [entry for entry in entries if first <= entry["at_monotonic"] <= last]
        done = sum(entry["status"] != _REFUSED for entry in meanwhile)
        share = 100 * (done - 1) / ((last - first) * _CEILING)
        return cls(len(times), refused, triples, share)


class Noise:
    """How late this machine wakes whoever sleeps for 10 ms, from enter to exit."""

    def __enter__(self) -> Self:
        self._late: list[float] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.is_set():
            before = time.monotonic()
            time.sleep(_NAP)
            self._late.append(time.monotonic() - before - _NAP)

    @property
    def sentence(self) -> str:
        """In milliseconds: one of a hundred, one of a thousand, the worst."""
        late = sorted(self._late)
        hundredth, thousandth = (late[-1 - len(late) // part] for part in (100, 1000))
        return (
            f"Meanwhile one wake-up in a hundred was more than {1000 * hundredth:.1f} ms late on "
            f"this machine, one in a thousand {1000 * thousandth:.1f} ms, the worst "
            f"{1000 * late[-1]:.0f} ms; the margin of our spacing is 11 ms."
        )


class Servers:
    """From enter to exit; `base_urls` and `logs` in the order of what was wanted."""

    def __init__(self, folder: Path, wanted: Sequence[Wanted]) -> None:
        self.logs = [folder / f"arrivals-{number}.jsonl" for number in range(len(wanted))]
        self._said = json.dumps(
            [
                [each.limiter, each.latency, str(log)]
                for each, log in zip(wanted, self.logs, strict=True)
            ]
        )

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, *call(serve, self._said)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None:
            raise AssertionError("it is a pipe")
        self.base_urls: list[str] = json.loads(self._process.stdout.readline())
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.communicate(timeout=60)


def serve(said: str) -> None:
    """The process of the sandboxes; ends with its standard input."""
    from reconcile.sandbox import Sandbox, SandboxSettings

    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                Sandbox(
                    SandboxSettings(
                        tokens=(TOKEN,),
                        limiter=limiter,
                        bucket_capacity=2,
                        latency=latency,
                        log_file=Path(log),
                    )
                )
            )
            for limiter, latency, log in json.loads(said)
        ]
        sys.stdout.write(json.dumps([server.base_url for server in servers]) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
