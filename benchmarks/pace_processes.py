"""Several processes with one token: together they keep to what one may do alone."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Check, Spread, Table
from benchmarks.nursery import Forked, Nursery
from benchmarks.pace_servers import Pace, Servers, Wanted

__all__ = ["Together", "several_processes"]

_LATENCY = 0.4
_SHARE = 97.0
_LONGEST = 400.0
_KILL_AFTER = 8.0
_STOP_AFTER = 4.0
_STOPPED_FOR = 5.0
_APART = 0.1
_AT_ONCE = 2
"""Cases: the undisturbed and the disturbed one of a number of processes."""


@dataclass(frozen=True, slots=True)
class _Case:
    """So many processes; `disturbed`: one is killed, another stopped for some seconds."""

    processes: int
    disturbed: bool

    @property
    def words(self) -> str:
        if not self.disturbed:
            return "nothing"
        killed = "one killed, " if self.kills else ""
        return f"{killed}one stopped for {_STOPPED_FOR:.0f} s"

    @property
    def kills(self) -> bool:
        return self.disturbed and self.processes > 2  # noqa: PLR2004  (somebody must go on)


_CASES = tuple(_Case(k, disturbed) for k in (2, 4, 8) for disturbed in (False, True))


@dataclass(frozen=True, slots=True)
class Together:
    """What comes out, as parts of a result."""

    checks: Sequence[Check]
    tables: Sequence[Table]


def several_processes(folder: Path, calls: int) -> Together:
    """One number of processes after another; each case has a server and a budget of its own."""
    folder.mkdir()
    codes: list[Sequence[int]] = []
    with (
        Servers(folder, [Wanted("sliding", _LATENCY)] * len(_CASES)) as servers,
        Nursery(folder) as nursery,
    ):
        for first in range(0, len(_CASES), _AT_ONCE):
            cases = range(first, first + _AT_ONCE)
            places = [
                _own(
                    folder / f"case-{number}-{member}",
                    servers.base_urls[number],
                    1 + member * (calls // _CASES[number].processes),
                    calls // _CASES[number].processes,
                )
                for number in cases
                for member in range(_CASES[number].processes)
            ]
            started = nursery.spawn_all([(place, _RUN) for place in places], _APART)
            members = _by_case([_CASES[number] for number in cases], started)
            _disturb(members)
            codes += [[process.wait(_LONGEST) for process in mine] for _, mine in members]
    paces = [Pace.of(log) for log in servers.logs]
    rows = [
        (
            str(case.processes),
            case.words,
            str(pace.requests),
            str(pace.refused),
            str(pace.triples),
            f"{pace.share:.1f} %",
            _shares(log, calls // case.processes),
            ", ".join(f"{n} x {code}" for code, n in sorted(Counter(ended).items())),
        )
        for case, pace, log, ended in zip(_CASES, paces, servers.logs, codes, strict=True)
    ]
    header = (
        "processes",
        "disturbed by",
        "requests",
        "429s",
        "triples",
        "share of the ceiling",
        "fewest and most calls of one in the first 10 s",
        "exit codes",
    )
    least = min(pace.share for pace in paces)
    checks = [
        Check("several processes: share, the least", Spread.of([least]), _SHARE, "%", least=True),
        Check("several processes: triples", Spread.of([sum(p.triples for p in paces)]), 0, ""),
        Check("several processes: 429s", Spread.of([sum(p.refused for p in paces)]), 0, ""),
    ]
    title = f"Several processes with one token, sliding window, {_LATENCY * 1000:.0f} ms"
    return Together(checks, (Table(title, header, rows),))


_RUN = ("run", "export.csv", "--yes")


def _by_case(
    cases: Sequence[_Case], started: Sequence[Forked]
) -> list[tuple[_Case, Sequence[Forked]]]:
    found, at = [], 0
    for case in cases:
        found.append((case, started[at : at + case.processes]))
        at += case.processes
    return found


def _disturb(members: Sequence[tuple[_Case, Sequence[Forked]]]) -> None:
    """Kills one and stops another for a while, where the case says so."""
    time.sleep(_KILL_AFTER)
    for case, mine in members:
        if case.kills:
            mine[0].kill()
    time.sleep(_STOP_AFTER)
    stopped = [mine[1] for case, mine in members if case.disturbed and mine[1].poll() is None]
    for process in stopped:
        os.kill(process.pid, signal.SIGSTOP)
    time.sleep(_STOPPED_FOR)
    for process in stopped:
        os.kill(process.pid, signal.SIGCONT)


def _own(folder: Path, base_url: str, first: int, count: int) -> Path:
    """A folder with an export of its own orders; the budget lies in the home of all."""
    folder.mkdir()
    lines = "".join(f"{order},A{order}\n" for order in range(first, first + count))
    (folder / "export.csv").write_text(f"Order ID,Order External ID\n{lines}", encoding="utf-8")
    (folder / "config.yaml").write_text(
        f"base_url: {base_url}\njournal: {folder / 'journal.sqlite3'}\nverify: none\n",
        encoding="utf-8",
    )
    return folder


def _shares(log: Path, each: int) -> str:
    """Whether one starves: writes of the first ten seconds by process."""
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    writes = [entry for entry in entries if entry["method"] == "PATCH"]
    first = min(entry["at_monotonic"] for entry in writes)
    early = [e for e in writes if e["at_monotonic"] < first + 10.0]
    counts = Counter((entry["order_id"] - 1) // each for entry in early)
    members = range(max((entry["order_id"] - 1) // each for entry in writes) + 1)
    return f"{min(counts[m] for m in members)} and {max(counts[m] for m in members)}"
