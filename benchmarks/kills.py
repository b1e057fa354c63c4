"""The kill loop: real runs, killed at random moments and resumed, until all is done."""

import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from random import Random
from threading import Lock

from benchmarks.bench import Bench
from benchmarks.figures import Check, Result, Spread, Table
from benchmarks.kill_aim import Phase, Weather
from benchmarks.kill_lane import KillLane
from benchmarks.nursery import Nursery
from benchmarks.shop import Server

__all__ = ["run"]

_ABOUT = """Real runs of the program (`run`, then `resume`) against a sandbox in a process of its
own, each killed with SIGKILL again and again and resumed to its end. A kill is aimed with what can
be seen from outside: the log of the sandbox, and the journal, read by a second reader; for an
answer that isn't written down yet, that reader occupies the journal for a moment. What a
kill hit is found out afterwards: the phase of the call that was begun last. The checker reads the
sandbox's log, what the sandbox holds (`GET /orders/{id}`) and the workbook, not the journal."""

_KILLS = 500
_LEAST_SHARE = 15.0
_WEATHERS = (Weather(12, 0.04, 36), Weather(12, 0.04, 36), Weather(25, 0.4, 60))
"""Two lanes with one call in flight at a time, one with ten."""

_LIBRARIES = ("httpx", "SQLAlchemy", "filelock")


def run(bench: Bench) -> Result:
    """All lanes at once, until there are enough kills and enough in each phase."""
    wanted = max(10, bench.rows(_KILLS))
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        lanes = _play(Path(temporary), bench.seed, wanted)
    minutes = (time.monotonic() - began) / 60
    kills = [kill for lane in lanes for kill in lane.kills]
    phases = Counter(kill.phase for kill in kills)
    findings = [finding for lane in lanes for finding in lane.findings]
    repeats = sum(lane.repeats for lane in lanes)
    in_flight = sum(len(kill.open) for kill in kills)
    shares = {phase: 100 * phases[phase] / len(kills) for phase in Phase}
    least = min(shares.values())
    rows = [(phase.value, str(phases[phase]), f"{shares[phase]:.1f} %") for phase in Phase]
    checks = [
        Check("kills", Spread.of([len(kills)]), wanted, "", least=True),
        Check("share of the rarest phase", Spread.of([least]), _LEAST_SHARE, "%", least=True),
        Check("mismatches", Spread.of([len(findings)]), 0, ""),
        Check("repeats per call in flight at a kill", Spread.of([repeats / max(1, in_flight)]), 1),
    ]
    said = [
        _sentence(
            f"{sum(lane.runs for lane in lanes)} runs with",
            f"{sum(lane.orders for lane in lanes):,} orders, a quarter of them with a status, in",
            f"{minutes:.1f} minutes. {sum(lane.fresh for lane in lanes)} of the killed processes",
            "were started anew, the others forked from one that had imported the program.",
        ),
        _sentence(
            f"{in_flight} calls were in flight at the kills, up to",
            f"{max(len(kill.open) for kill in kills)} at one; {repeats} accounting syncs arrived",
            "a second time.",
        ),
        _sentence(
            f"{sum(lane.in_doubt for lane in lanes)} status calls were left in doubt, told as",
            "such, settled by the server's log with `settle` and resumed.",
        ),
        *(f"**{each.run_id}, order {each.order_id}: {each.what}**" for each in findings[:20]),
    ]
    table = Table("Kills by phase", ("phase of the call begun last", "kills", "share"), rows)
    return Result("Kill loop", _ABOUT, (), checks, said, (table,), _LIBRARIES)


def _play(folder: Path, seed: int, wanted: int) -> list[KillLane]:
    counts: Counter[Phase] = Counter()
    lock = Lock()

    def more() -> bool:
        with lock:
            total = sum(counts.values())
            rarest = min(counts[phase] for phase in Phase)
            return total < wanted or (total < 2 * wanted and rarest < 0.16 * total)

    with ExitStack() as stack:
        lanes = []
        for number, weather in enumerate(_WEATHERS):
            options = ("--rate", "100000", "--latency", str(weather.latency))
            server = stack.enter_context(Server(folder / f"lane-{number}", *options))
            nursery = stack.enter_context(Nursery(server.folder))
            random = Random(f"{seed}-{number}")  # noqa: S311  (moments)
            lanes.append(KillLane(server, nursery, weather, random, counts, more, lock))
        with ThreadPoolExecutor(len(lanes)) as threads:
            working = [
                threads.submit(lane.play, 1_000_000 * (number + 1))
                for number, lane in enumerate(lanes)
            ]
            for each in working:
                each.result()
    return lanes


def _sentence(*parts: str) -> str:
    return " ".join(parts)
