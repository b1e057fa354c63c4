"""One lane of the kill loop: runs of its own against a sandbox of its own, killed again and again.

A kill is aimed at a phase with what can be seen from outside: the log of the sandbox and the
journal, read by a second reader. What it hit is found out afterwards, from both.
"""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Lock

from benchmarks.journal_eye import Attempt, JournalEye
from benchmarks.kill_aim import Aimed, Phase, Weather
from benchmarks.kill_check import Asked, Finding, check_killed, check_settled
from benchmarks.nursery import Nursery
from benchmarks.shop import Running, Server, spawn

__all__ = ["Kill", "KillLane"]

_FRESH = 0.1
"""Share of the processes that are started anew, imports and all."""

_LONGEST = 60.0
_LAG = 0.06
"""Seconds until what had left at a kill is in the sandbox's log."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What a kill hit; `open` are the calls that the process had begun and not written down."""

    phase: Phase
    aim: str
    open: frozenset[tuple[int, str]]


@dataclass(slots=True)
class KillLane:
    """Runs and kills until `wanted` says that there are enough.

    Args:
        server: the sandbox.
        nursery: where most of the processes come from.
        weather: see there.
        random: decides aims and moments.
        counts: kills by phase, shared by all lanes.
        wanted: whether more kills are wanted.
        lock: guards `counts`.
    """

    server: Server
    nursery: Nursery
    weather: Weather
    random: Random
    counts: Counter[Phase]
    wanted: Callable[[], bool]
    lock: Lock
    kills: list[Kill] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    repeats: int = 0
    orders: int = 0
    runs: int = 0
    in_doubt: int = 0
    fresh: int = 0
    _startups: dict[bool, float] = field(default_factory=lambda: {True: 2.0, False: 0.3})
    _ended: tuple[int, str] | None = None

    def play(self, first_order: int) -> None:
        """Runs one after another; each has orders of its own, from `first_order` on."""
        while self.wanted():
            first = first_order + self.runs * self.weather.orders
            folder = self.server.folder / f"run-{self.runs}"
            folder.mkdir()
            self._one_run(folder, range(first, first + self.weather.orders))
            self.runs += 1
            self.orders += self.weather.orders
            if not self.findings:
                shutil.rmtree(folder)

    def _one_run(self, folder: Path, orders: range) -> None:
        statuses = {order for order in orders if self.random.random() < 0.25}  # noqa: PLR2004
        lines = (f"{order},A{order},{'Closed' if order in statuses else ''}\n" for order in orders)
        export = "Order ID,Order External ID,Status\n" + "".join(lines)
        (folder / "export.csv").write_text(export, encoding="utf-8")
        (folder / "config.yaml").write_text(
            f"base_url: {self.server.base_url}\nrequests_per_second: {self.weather.rate}\n"
            f"journal: {folder / 'journal.sqlite3'}\nstatus_updates: true\nverify: none\n",
            encoding="utf-8",
        )
        eye = JournalEye(folder / "journal.sqlite3")
        try:
            kills = self._kill_until_nearly_done(folder, eye)
            code, said = self._to_the_end(folder, eye)
            run_id = eye.run_id() or ""
        finally:
            eye.close()
        writes = [w for w in self.server.log.read() if w.order_id in orders]
        held = self.server.holding(orders)
        asked = Asked(folder, run_id, orders, frozenset(statuses))
        open_calls = Counter(call for kill in kills for call in kill.open)
        checked = check_killed(asked, writes, held, open_calls)
        self.findings += checked.findings
        self.repeats += checked.repeats
        self.in_doubt += len(checked.doubted)
        # Whoever was killed after the last word of the journal leaves nothing to resume.
        if code not in ({0, 1} if checked.doubted else {0}):
            self.findings.append(Finding(run_id, 0, f"ended with {code}: {said[-300:]}"))
        self.findings += check_settled(asked, self.server, self.nursery, checked.doubted)

    def _kill_until_nearly_done(self, folder: Path, eye: JournalEye) -> list[Kill]:
        kills: list[Kill] = []
        while self.wanted():
            kill = self._start_and_kill(folder, eye)
            if kill is None:
                break
            kills.append(kill)
            self.kills.append(kill)
            with self.lock:
                self.counts[kill.phase] += 1
            if eye.run_id() is not None and not eye.left():
                break
        return kills

    def _start_and_kill(self, folder: Path, eye: JournalEye) -> Kill | None:
        """Starts a process and kills it; None if it came to its end before."""
        run_id = eye.run_id()
        before = max((a.sequence for a in eye.attempts(0)), default=0)
        command = ("run", "export.csv", "--yes") if run_id is None else ("resume",)
        aim = self._aim(eye)
        moment: float | None = None
        started = time.monotonic()
        fresh = self.random.random() < _FRESH
        process: Running
        if fresh:
            process = spawn(folder, *command, home=self.server.folder)
        else:
            process = self.nursery.spawn(folder, *command)
        try:
            aimed = Aimed(process, eye, self.server, self.weather, self.random, before, started)
            if aim == Phase.BEFORE:
                moment = aimed.kill_after(self.random.uniform(0.0, self._startups[fresh]))
            else:
                moment = aimed.strike(aim, self.random.choice((1, 2, 3, 4, 6)))
                if aimed.first_call_after is not None:
                    self._startups[fresh] = aimed.first_call_after
        finally:
            if moment is None and process.poll() is None:
                process.kill()
            said, _ = process.communicate()
        if moment is None:
            self._ended = (process.wait(), said)
            return None
        self.fresh += fresh
        time.sleep(_LAG)
        return self._classified(eye.attempts(before), aim, started, moment)

    def _aim(self, eye: JournalEye) -> str:
        """Mostly at the phase that was hit least; else anywhere."""
        if eye.run_id() is not None and eye.left() < 6 and self.random.random() < 0.5:  # noqa: PLR2004
            return "end"
        phases = list(Phase)
        if self.weather.latency > 1.0 / self.weather.rate:
            phases.remove(Phase.RECORDED)  # with several in flight the last one never is
        if self.random.random() < 0.3:  # noqa: PLR2004
            return self.random.choice([*phases, "anywhere", "anywhere"])
        with self.lock:
            return min(phases, key=lambda phase: self.counts[phase])

    def _classified(self, attempts: list[Attempt], aim: str, started: float, moment: float) -> Kill:
        open_calls = frozenset((a.order_id, a.kind) for a in attempts if not a.ended)
        if not attempts:
            return Kill(Phase.BEFORE, aim, open_calls)
        last = attempts[-1]
        if last.ended:
            return Kill(Phase.RECORDED, aim, open_calls)
        arrived = [
            write.at
            for write in self.server.log.read()
            if (write.order_id, write.kind) == (last.order_id, last.kind) and write.at > started
        ]
        if not arrived:
            return Kill(Phase.BEGUN, aim, open_calls)
        answered = arrived[-1] + self.weather.latency <= moment
        return Kill(Phase.ANSWERED if answered else Phase.SENT, aim, open_calls)

    def _to_the_end(self, folder: Path, eye: JournalEye) -> tuple[int, str]:
        """The exit code and the words of the process that came to its end."""
        ended, self._ended = self._ended, None
        if ended is not None:
            return ended
        command = ("resume",) if eye.run_id() else ("run", "export.csv", "--yes")
        process = self.nursery.spawn(folder, *command)
        said, _ = process.communicate(_LONGEST)
        return process.wait(), said
