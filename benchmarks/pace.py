"""How near the ceiling of two calls per second one gets, and how often it is broken."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Final

from benchmarks.bench import ROOT, Bench
from benchmarks.figures import Check, Result, Spread, Table
from benchmarks.nursery import Nursery
from benchmarks.pace_processes import several_processes
from benchmarks.pace_servers import Noise, Pace, Servers, Wanted
from benchmarks.pace_sides import aiolimiter_command, curl_command, sleep_command
from benchmarks.shop import environment

__all__ = ["run"]

_ABOUT = """Calls against sandboxes that allow two per second and count them in four ways, on
loopback and in real time; all limiters and all sides at the same time, each against a server of
its own. A triple is a third arrival within 1.0 s. The share is that of the requests that were not
refused, from the first write to the last; reads in between count, since they use the budget. The
sides beside ours don't try again what was answered 429, ours does."""

_LIMITERS = ("sliding", "fixed", "bucket", "gcra")
_LATENCIES = (0.05, 0.4, 1.5)
_CALLS = 60
_FEWER = 30
"""Calls of the sides that wait for each answer, where an answer takes 1.5 s."""

_APART = 0.13
_SHARE = 97.0
_LIBRARIES = ("httpx", "aiolimiter")
_OURS: Final = "ours"
_LONGEST = 300.0

_COMMANDS: Mapping[str, Callable[[str, int], Sequence[str]]] = {
    "`sleep(0.5)`": sleep_command,
    "httpx, aiolimiter": aiolimiter_command,
    "`curl --rate 2/s`": curl_command,
}


@dataclass(frozen=True, slots=True)
class _Case:
    side: str
    limiter: str
    latency: float
    pace: Pace


def run(bench: Bench) -> Result:
    """Every latency in turn, then several processes with one token."""
    calls = max(8, bench.rows(_CALLS))
    cases: list[_Case] = []
    with tempfile.TemporaryDirectory() as temporary, Noise() as noise:
        folder = Path(temporary)
        for latency in _LATENCIES:
            cases += _side_by_side(folder / f"latency-{latency}", latency, calls)
        together = several_processes(folder / "processes", max(24, bench.rows(_CALLS)))
    ours = [case for case in cases if case.side == _OURS]
    checks = [
        Check(
            "ours: share of the ceiling, the least of all cases",
            Spread.of([min(case.pace.share for case in ours)]),
            _SHARE,
            "%",
            least=True,
        ),
        Check("ours: 429s, all cases", Spread.of([sum(c.pace.refused for c in ours)]), 0, ""),
        Check("ours: triples, all cases", Spread.of([sum(c.pace.triples for c in ours)]), 0, ""),
        *together.checks,
    ]
    tables = [
        Table(
            f"An answer takes {latency * 1000:.0f} ms",
            ("limiter", "side", "requests", "429s", "triples", "share of the ceiling"),
            [_row(case) for case in cases if case.latency == latency],
        )
        for latency in _LATENCIES
    ]
    tables += together.tables
    return Result("Pace", _ABOUT, (), checks, (noise.sentence,), tables, _LIBRARIES)


def _row(case: _Case) -> Sequence[str]:
    pace = case.pace
    counts = (str(pace.requests), str(pace.refused), str(pace.triples))
    return (case.limiter, case.side, *counts, f"{pace.share:.1f} %")


def _side_by_side(folder: Path, latency: float, calls: int) -> list[_Case]:
    """Ours and the others against each limiter, all at once."""
    folder.mkdir()
    there = {
        side: command for side, command in _COMMANDS.items() if "curl" not in side or which("curl")
    }
    pairs = [(side, limiter) for limiter in _LIMITERS for side in (_OURS, *there)]
    wanted = [Wanted(limiter, latency) for _, limiter in pairs]
    few = min(calls, _FEWER) if latency > 1 else calls
    with Servers(folder, wanted) as servers, Nursery(folder) as nursery:
        places = list(zip(pairs, servers.base_urls, strict=True))
        own = [_own(folder / lim, url, calls) for (side, lim), url in places if side == _OURS]
        # Each against a server of its own: no two of ours share a budget, which goes by address.
        # Apart from one another, since all of them would wake in the same moments.
        ours = nursery.spawn_all([(place, ("run", "export.csv", "--yes")) for place in own], _APART)
        others = [
            subprocess.Popen(
                there[side](url, calls if "aiolimiter" in side else few),
                cwd=ROOT,
                env=environment(folder),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for (side, _), url in places
            if side != _OURS
        ]
        for process in others:
            process.wait(_LONGEST)
        for mine in ours:
            said, _ = mine.communicate(_LONGEST)
            if mine.returncode:
                raise RuntimeError(f"A run ended with {mine.returncode}: {said}")
        return [
            _Case(side, limiter, latency, Pace.of(log))
            for (side, limiter), log in zip(pairs, servers.logs, strict=True)
        ]


def _own(folder: Path, base_url: str, calls: int) -> Path:
    """A folder with an export and a config."""
    folder.mkdir()
    lines = "".join(f"{order},A{order}\n" for order in range(1, calls + 1))
    (folder / "export.csv").write_text(f"Order ID,Order External ID\n{lines}", encoding="utf-8")
    (folder / "config.yaml").write_text(
        f"base_url: {base_url}\njournal: {folder / 'journal.sqlite3'}\nverify: none\n",
        encoding="utf-8",
    )
    return folder
