"""Faults between client and server in every combination: nothing lost, nothing wrongly done."""

import json
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from random import Random

from benchmarks.bench import ROOT, Bench
from benchmarks.child import call
from benchmarks.fault_kinds import FAULTS
from benchmarks.fault_lane import play_lane
from benchmarks.fault_virtual import Played, play_virtual
from benchmarks.figures import Check, Result, Spread, Table
from benchmarks.shop import environment

__all__ = ["run"]

_ABOUT = """What each call meets before it is answered as usual. **Pairs**: every ordered pair of
the faults below three times, for accounting syncs and for status calls, over real connections, the
program with short time-outs and an injected wall clock, resumed after every stop until it comes to
its end; the checker reads the sandbox's log, what the sandbox holds and the workbook. **Triples**:
every ordered triple of those that differ without a wire, on a simulated clock with a scripted
server. Wrong would be: an order that isn't held as in the spreadsheet, a call repeated after it
was done, a status repeated although it may have been applied or applied twice, a call told as done
without an answer that says so, a status told as done or pending that is in doubt."""

_LANES = 8
_ALIKE = frozenset(
    {"hang before", "hang after", "slow", "cut body", "cut body after", "504", "500 after"}
)
"""Without a wire no other than a reset, or a 502."""

_PATIENCE = 900.0
_LIBRARIES = ("httpx", "SQLAlchemy", "tenacity")


def run(bench: Bench) -> Result:
    """Pairs and triples at the same time."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        lanes = [
            subprocess.Popen(
                [
                    sys.executable,
                    *call(play_lane, folder, number, _LANES, bench.seed, bench.share),
                ],
                cwd=ROOT,
                env=environment(folder),
            )
            for number in range(_LANES)
        ]
        triples = _triples(bench)
        ended = [lane.wait(_PATIENCE) for lane in lanes]
        if any(ended):
            raise RuntimeError(f"A lane ended with {ended}.")
        found = [
            json.loads((folder / f"lane-{number}.json").read_text(encoding="utf-8"))
            for number in range(_LANES)
        ]
    paired = Played(
        sum(lane["calls"] for lane in found),
        sum(lane["requests"] for lane in found),
        sum(lane["stops"] for lane in found),
        [sentence for lane in found for sentence in lane["wrong"]],
    )
    rows = [_row("pairs, real connections", paired), _row("triples, simulated clock", triples)]
    wrong = [*paired.wrong, *triples.wrong]
    checks = [Check("calls lost or wrongly done", Spread.of([len(wrong)]), 0, "")]
    said = [
        f"The {len(FAULTS)} faults: {'; '.join(FAULTS)}.",
        f"Of triples: without {', '.join(sorted(_ALIKE))}.",
        *(f"**{sentence}**" for sentence in wrong[:20]),
    ]
    header = ("part", "calls", "requests", "runs stopped and resumed", "lost or wrong")
    tables = (Table("Combinations", header, rows),)
    return Result("Faults", _ABOUT, (), checks, said, tables, _LIBRARIES)


def _triples(bench: Bench) -> Played:
    """Every triple once for the sync of an order and once for the status of another."""
    names = [name for name in FAULTS if name not in _ALIKE]
    drawn = []
    for kind in ("sync", "status"):
        some = list(product(names, repeat=3))
        Random(f"{bench.seed}-{kind}").shuffle(some)  # noqa: S311  (who meets what)
        drawn.append(some[: max(20, bench.rows(len(some)))])
    return play_virtual(list(zip(*drawn, strict=True)), bench.seed)


def _row(part: str, played: Played) -> tuple[str, ...]:
    counts = (played.calls, played.requests, played.stops, len(played.wrong))
    return (part, *(f"{count:,}" for count in counts))
