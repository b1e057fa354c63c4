"""Pairs of faults over real connections: one lane, a child process with a sandbox of its own."""

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, product
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.fault_kinds import FAULTS, USUAL, Meeting, wrong_with
from benchmarks.shop import TOKEN
from benchmarks.told import Told, Tried, read_workbook
from reconcile.config import Settings
from reconcile.flxpoint import NoReply
from reconcile.job.context import RunContext
from reconcile.job.planned_input import SendRules
from reconcile.job.resume import resume
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.results.report.outcome_words import VERDICTS
from reconcile.sandbox import CallKind, Deed, SandboxSettings, WriteKind
from tests.sandboxes import Sandbox

__all__ = ["as_met", "pairs", "play_lane"]

_RATE = 50
_TIMES = 3
_MOST_RUNS = 400
_SHORT = {"connect": 2.0, "write": 2.0, "read": 1.5, "pool": 5.0, "whole": 2.0}
_SYNC: Final = "accounting-sync"
_STATUS: Final = "status"
_KINDS: tuple[WriteKind, WriteKind] = (_SYNC, _STATUS)

_CALLS = {_SYNC: "accounting sync", _STATUS: "status"}
_SILENT = frozenset({"no answer in time", "the connection broke"})

Pair = tuple[str, ...]


def pairs(seed: int, share: float) -> list[tuple[Pair, Pair]]:
    """What the sync of each order meets and what its status meets: every pair for each."""
    drawn = []
    for kind in (_SYNC, _STATUS):
        some = [pair for pair in product(FAULTS, repeat=2) for _ in range(_TIMES)]
        Random(f"{seed}-{kind}").shuffle(some)  # noqa: S311  (who meets what)
        drawn.append(some[: max(8, round(len(some) * share))])
    return list(zip(*drawn, strict=True))


@dataclass(slots=True)
class _Scripts:
    """A fault of the sandbox: does to each call what its script says; and moves the clock."""

    scripts: Mapping[tuple[int, str], Pair]
    met: defaultdict[tuple[int, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    ahead: float = 0.0

    def instead(self, kind: CallKind, order_id: int | None, _number: int, /) -> Deed | None:
        if order_id is None or (order_id, kind) not in self.scripts:
            return None
        met, script = self.met[order_id, kind], self.scripts[order_id, kind]
        name = script[len(met)] if len(met) < len(script) else USUAL
        met.append(name)
        if name == USUAL:
            return None
        self.ahead += FAULTS[name].clock
        return FAULTS[name].deed

    def now(self) -> datetime:
        """The wall clock of the client."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


def play_lane(folder: str, number: str, lanes: str, seed: str, share: str) -> None:
    """Leaves `lane-NUMBER.json` in the folder."""
    began = time.monotonic()
    place = Path(folder) / f"lane-{number}"
    place.mkdir()
    mine = pairs(int(seed), float(share))[int(number) :: int(lanes)]
    scripts = {
        (order, kind): pair
        for order, both in enumerate(mine, 1)
        for kind, pair in zip((_SYNC, _STATUS), both, strict=True)
    }
    fault = _Scripts(scripts)
    with Sandbox(SandboxSettings(tokens=(TOKEN,), rate=100_000, faults=(fault,))) as server:
        finished, stops = _to_the_end(place, server.base_url, len(mine), fault)
        told = read_workbook(finished.workbook) if finished.workbook else Told({}, {}, ())
        wrong = [
            *_checked(server, fault, told, range(1, len(mine) + 1)),
            *([] if finished.stop is None else [f"never came to its end: {finished.stop}"]),
        ]
    found = {
        "calls": len(scripts),
        "requests": sum(map(len, fault.met.values())),
        "stops": stops,
        "wrong": wrong,
        "seconds": time.monotonic() - began,
    }
    (Path(folder) / f"lane-{number}.json").write_text(json.dumps(found), encoding="utf-8")


def _to_the_end(place: Path, base_url: str, orders: int, fault: _Scripts) -> tuple[Finished, int]:
    """Runs, and resumes after every stop; how it ended, and how often it was stopped."""
    lines = "".join(f"{order},A{order},Closed\n" for order in range(1, orders + 1))
    export = place / "export.csv"
    export.write_text(f"Order ID,Order External ID,Status\n{lines}", encoding="utf-8")
    settings = Settings.model_validate(
        {
            "base_url": base_url,
            "requests_per_second": _RATE,
            "status_updates": True,
            "verify": "none",
            "max_failures": 10**6,
            "give_up_after": 3600,
            "timeouts": _SHORT,
        }
    )
    budgets = (place / f"budget-{number}.sqlite3" for number in count())
    context = _context(settings, place, fault, next(budgets))
    finished = run([export], SendRules(), context)
    assert isinstance(finished, Finished)  # noqa: S101  (there is a file, and nobody says no)
    stops = 0
    while finished.stop is not None and stops < _MOST_RUNS:
        stops += 1
        if "wants no calls" in finished.stop.sentence:
            # By a clock that is two hours late the silence lasts for two hours: we come later.
            context = _context(settings, place, fault, next(budgets))
        resumed = resume(finished.run.id, context)
        if resumed is None:
            break
        finished = resumed
    return finished, stops


def _context(settings: Settings, place: Path, fault: _Scripts, budget: Path) -> RunContext:
    return RunContext(settings, place / "journal.sqlite3", TOKEN, now=fault.now, budget=budget)


def _checked(server: Sandbox, fault: _Scripts, told: Told, orders: Sequence[int]) -> list[str]:
    """The server's log and what it holds, beside the workbook."""
    last = {(tried.order_id, tried.call): tried.verdict for tried in told.tried}
    held, writes = server.state, server.writes
    wrong = []
    for order in orders:
        if held.get(order, {}).get("externalAccountingId") != f"A{order}":
            wrong.append(f"order {order} is not held as in the spreadsheet")
        for kind in _KINDS:
            done = order in told.done
            if kind == _SYNC and not done:
                done = last.get((order, _CALLS[_SYNC])) == VERDICTS["accept"]
            doubtful = told.failed.get(order) == "in doubt"
            times = writes.get((order, kind), 0)
            met = as_met(fault.met[order, kind], told.of(order, _CALLS[kind]))
            what = wrong_with(Meeting(kind == _STATUS, met, times, done, doubtful))
            if what:
                wrong.append(f"{what} ({kind}: {', '.join(met)})")
    return wrong


def as_met(met: Sequence[str], tried: Sequence[Tried]) -> list[str]:
    """What a call met, by the attempts too: on a loaded machine a usual answer may be too late."""
    silent = sum(each.status is None and each.answer in _SILENT for each in tried)
    meant = sum(name != USUAL and isinstance(FAULTS[name].exchange, NoReply) for name in met)
    found = list(met)
    for _ in range(max(0, silent - meant)):
        if USUAL in found:
            found[found.index(USUAL)] = "hang after"
    return found
