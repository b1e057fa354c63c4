"""Fifty thousand orders on a simulated clock: memory stays flat, the finish time is foretold."""

import json
import tempfile
from pathlib import Path

from benchmarks.bench import Bench, measured
from benchmarks.child import call
from benchmarks.figures import Check, Result, Spread, Table
from benchmarks.long_run_child import play

__all__ = ["run"]

_ABOUT = """A run of seven hours on a simulated clock: the executor, the pacer, the real journal on
disk, and a scripted server that takes 0.05 to 2 s for an answer, counts two per second in a sliding
window behind a network with 50 ms of jitter, is unavailable now and then (503) and sometimes
doesn't answer. A finish time is foretold by what the progress line uses: before the first call
(calls times spacing), and while it goes on (what is left, at the rate of the last minutes)."""

_ORDERS = 50_000
_FORETOLD = 5.0
_GROWTH = 8.0
_LIBRARIES = ("SQLAlchemy", "tenacity")


def run(bench: Bench) -> Result:
    """In a child process, whose memory is its own."""
    orders = max(500, bench.rows(_ORDERS))
    with tempfile.TemporaryDirectory() as temporary:
        told = Path(temporary) / "told.json"
        measured(call(play, temporary, orders, bench.seed))
        found = json.loads(told.read_text(encoding="utf-8"))
    seconds, samples = found["seconds"], found["samples"]
    errors = [100 * abs(sample["end"] / seconds - 1) for sample in samples]
    later = [sample["memory"] for sample in samples[2:]]
    checks = [
        Check("finish time foretold before the first call", Spread.of(errors[:1]), _FORETOLD, "%"),
        Check("finish time foretold, the worst of all", Spread.of([max(errors)]), _FORETOLD, "%"),
        Check(
            "memory: growth after the first tenth",
            Spread.of([max(later) - samples[1]["memory"]]),
            _GROWTH,
            "MiB",
        ),
        Check("orders not acknowledged", Spread.of([found["undone"]]), 0, ""),
        Check("third arrivals within a second", Spread.of([found["triples"]]), 0, ""),
    ]
    rows = [
        (
            f"{sample['done']:,}",
            _clock(sample["at"]),
            _clock(sample["end"]),
            f"{error:.2f} %",
            f"{sample['memory']:.1f}",
        )
        for sample, error in zip(samples, errors, strict=True)
    ]
    header = ("orders over", "time", "finish foretold", "off by", "memory, MiB")
    requests, refused, failed = found["requests"], found["refused"], found["failed"]
    said = [
        _sentence(
            f"{orders:,} orders in {_clock(seconds)} hours of simulated time,",
            f"{found['real']:.0f} seconds of real time.",
        ),
        _sentence(
            f"{requests:,} requests: {refused} answered 429 ({100 * refused / requests:.2f} %),",
            f"{failed} failed otherwise; {100 * orders / seconds / 2:.1f} % of the ceiling.",
        ),
    ]
    tables = (Table("Course", header, rows),)
    return Result("Long run", _ABOUT, (), checks, said, tables, _LIBRARIES)


def _sentence(*parts: str) -> str:
    return " ".join(parts)


def _clock(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d}"
