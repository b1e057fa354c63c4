"""Answers that come shuffled and late: every outcome belongs to its own order."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from random import Random

from benchmarks.bench import Bench
from benchmarks.figures import Check, Result, Spread, Table
from benchmarks.identity_virtual import in_virtual_time, overtaken
from benchmarks.identity_words import expected, expected_answer
from benchmarks.shop import TOKEN, spawn
from benchmarks.told import read_workbook
from reconcile.sandbox import Answer, CallKind, Deed, Hang, SandboxSettings
from tests.sandboxes import Sandbox

__all__ = ["run"]

_ABOUT = """Every order has an answer of its own, which names it: taken, taken with a word, or one
of three refusals. Answers come after a random time, so that they overtake one another with dozens
in flight. First on a simulated clock with a scripted server (an answer takes up to 40 s), then the
program itself over real connections (up to 0.6 s), read from its workbook and the server's log."""

_VIRTUAL = 10_000
_REAL = 4_000
_RATE = 300
_LONGEST = 0.6
_PATIENCE = 600.0
_LIBRARIES = ("httpx", "SQLAlchemy")


@dataclass(slots=True)
class _Late:
    """A fault of the sandbox: the order's own answer, after a random time."""

    random: Random
    due: dict[int, tuple[float, float]] = field(default_factory=dict)

    def instead(self, kind: CallKind, order_id: int | None, _number: int, /) -> Deed | None:
        if kind != "accounting-sync" or order_id is None:
            return None
        delay, now = self.random.uniform(0.0, _LONGEST), time.monotonic()
        self.due[order_id] = (now, now + delay)
        status, body = expected_answer(order_id)
        headers = {"Content-Type": "application/json"} if body else {}
        answer = Answer(status, headers, body, applied=status < 300)  # noqa: PLR2004
        return Hang(delay, answer)

    @property
    def overtaken(self) -> int:
        """How many answers came after that of a call that had arrived later."""
        return overtaken(list(self.due), sorted(self.due, key=lambda order: self.due[order][1]))

    @property
    def most(self) -> int:
        """The most calls in flight."""
        moves = [(begun, 1) for begun, _ in self.due.values()]
        moves += [(ended, -1) for _, ended in self.due.values()]
        return max(accumulate(step for _, step in sorted(moves)))


def run(bench: Bench) -> Result:
    """Both parts."""
    virtual = in_virtual_time(max(200, bench.rows(_VIRTUAL)), bench.seed)
    with tempfile.TemporaryDirectory() as temporary:
        real = _real(Path(temporary), max(200, bench.rows(_REAL)), bench.seed)
    rows = [
        ("simulated clock", *virtual.row),
        ("real connections", *real),
    ]
    strangers = virtual.strangers + int(real[-1])
    cases = virtual.cases + int(real[0].replace(",", ""))
    checks = [
        Check("cases", Spread.of([cases]), bench.rows(_VIRTUAL), "", least=True),
        Check("outcomes that belong to another order", Spread.of([strangers]), 0, ""),
    ]
    header = ("part", "cases", "answers that were overtaken", "most in flight", "strangers")
    return Result("Identity", _ABOUT, (), checks, (), (Table("Cases", header, rows),), _LIBRARIES)


def _real(folder: Path, orders: int, seed: int) -> Sequence[str]:
    """A run of the program; cases, overtaken answers, most in flight, strangers."""
    late = _Late(Random(seed))  # noqa: S311  (latency)
    settings = SandboxSettings(tokens=(TOKEN,), rate=100_000, faults=(late,))
    with Sandbox(settings) as server:
        lines = "".join(f"{order},A{order}\n" for order in range(1, orders + 1))
        (folder / "export.csv").write_text(f"Order ID,Order External ID\n{lines}", encoding="utf-8")
        (folder / "config.yaml").write_text(
            f"base_url: {server.base_url}\njournal: {folder / 'journal.sqlite3'}\n"
            f"verify: none\nrequests_per_second: {_RATE}\nmax_failures: 1000000\n",
            encoding="utf-8",
        )
        process = spawn(folder, "run", "export.csv", "--yes")
        said, _ = process.communicate(timeout=_PATIENCE)
        held = server.state
    if process.returncode != 1:  # some are refused
        raise RuntimeError(f"The run ended with {process.returncode}: {said[-2000:]}")
    told = read_workbook(next(folder.glob("*.results-*.xlsx")))
    strangers = set(range(1, orders + 1)) - told.done.keys() - told.failed.keys()
    for tried in told.tried:
        status, _, answer = expected(tried.order_id)
        if (tried.status, tried.answer) != (status, answer):
            strangers.add(tried.order_id)
    for order_id in range(1, orders + 1):
        outcome = told.done[order_id].outcome if order_id in told.done else told.failed[order_id]
        kept = held.get(order_id, {}).get("externalAccountingId")
        wanted = expected(order_id)[1]
        right = kept == (f"A{order_id}" if wanted == "synced" else None)
        if outcome != wanted or not right:
            strangers.add(order_id)
    return (f"{orders:,}", f"{late.overtaken:,}", str(late.most), str(len(strangers)))
