"""The checker of the kill loop: the server's log, what it holds, and the workbook.

It doesn't read the journal. Only which calls were open at a kill is told to it, since that is
how often a call may have been repeated.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.nursery import Nursery
from benchmarks.shop import Arrived, Server
from benchmarks.told import Told, read_workbook

__all__ = ["Asked", "Checked", "Finding", "check_killed", "check_settled"]

_LONGEST = 120.0
_SYNC = "accounting-sync"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be."""

    run_id: str
    order_id: int
    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the spreadsheet of a run says: order 7 is A7, and some are to be closed."""

    folder: Path
    run_id: str
    orders: Sequence[int]
    statuses: frozenset[int]

    @property
    def workbook(self) -> Path:
        """The last one that was written."""
        found = self.folder.glob(f"*.results-{self.run_id}*.xlsx")
        return max(found, key=lambda path: path.stat().st_mtime)


@dataclass(slots=True)
class Checked:
    """What was found; `doubted` are orders whose status is in doubt, and whether it arrived."""

    findings: list[Finding] = field(default_factory=list)
    repeats: int = 0
    doubted: dict[int, bool] = field(default_factory=dict)


def check_killed(
    asked: Asked,
    writes: Sequence[Arrived],
    held: Mapping[int, Mapping[str, Any]],
    open_calls: Mapping[tuple[int, str], int],
) -> Checked:
    """A run that was killed and resumed to its end; `open_calls` count kills for each call."""
    checked = Checked()
    times = Counter((write.order_id, _kind(write)) for write in writes)
    acknowledged = {(w.order_id, _kind(w)) for w in writes if w.status in {201, 204}}
    for (order_id, kind), count in times.items():
        if kind == "status" and count > 1:
            checked.findings.append(_finding(asked, order_id, f"status sent {count} times"))
        checked.repeats += count - 1
        if count - 1 > open_calls.get((order_id, kind), 0):
            checked.findings.append(_finding(asked, order_id, f"{kind} repeated without need"))
    told = read_workbook(asked.workbook)
    for order_id in asked.orders:
        status = order_id in asked.statuses
        sent = {(order_id, _SYNC)} | ({(order_id, "status")} if status else set())
        if order_id in told.done and not sent <= acknowledged:
            checked.findings.append(_finding(asked, order_id, "synced without an answer"))
        if order_id not in told.done:
            if told.failed.get(order_id) != "in doubt" or not status:
                words = f"is {told.failed.get(order_id)} in the workbook"
                checked.findings.append(_finding(asked, order_id, words))
            checked.doubted[order_id] = (order_id, "status") in times
    checked.findings += _compared(asked, held, told, set(checked.doubted))
    return checked


def check_settled(
    asked: Asked, server: Server, nursery: Nursery, doubted: Mapping[int, bool]
) -> list[Finding]:
    """Says how each status in doubt ended, as a person would, and sends what is left.

    After that the server must hold the whole spreadsheet, each status sent exactly once.
    """
    from reconcile.job.resume import settle

    for order_id, arrived in doubted.items():
        journal = asked.folder / "journal.sqlite3"
        settle(journal, asked.run_id, order_id, lambda: datetime.now(UTC), done=arrived)
    findings: list[Finding] = []
    if doubted:
        command = ("report",) if all(doubted.values()) else ("resume",)
        process = nursery.spawn(asked.folder, *command, asked.run_id)
        said, _ = process.communicate(_LONGEST)
        if code := process.wait():
            findings.append(_finding(asked, 0, f"{command[0]} ended with {code}: {said[-300:]}"))
    told = read_workbook(asked.workbook)
    findings += [
        _finding(asked, order_id, "not in Successes at the end")
        for order_id in asked.orders
        if order_id not in told.done
    ]
    findings += _compared(asked, server.holding(asked.orders), told, set())
    times = Counter(w.order_id for w in server.log.read() if _kind(w) == "status")
    findings += [
        _finding(asked, order_id, f"status sent {times[order_id]} times in all")
        for order_id in asked.statuses
        if times[order_id] != 1
    ]
    return findings


def _compared(
    asked: Asked, held: Mapping[int, Mapping[str, Any]], told: Told, doubted: set[int]
) -> list[Finding]:
    """The server beside the spreadsheet, and the workbook beside both."""
    findings: list[Finding] = []
    for order_id in asked.orders:
        order = held[order_id]
        if order.get("externalAccountingId") != f"A{order_id}":
            findings.append(_finding(asked, order_id, "the server holds another id"))
        closed = order.get("orderStatus") == "Closed"
        if order_id not in doubted and closed != (order_id in asked.statuses):
            findings.append(_finding(asked, order_id, "the server holds another status"))
        row = told.done.get(order_id)
        if row is not None and row.external_id != f"A{order_id}":
            findings.append(_finding(asked, order_id, "the workbook tells another id"))
    return findings


def _kind(write: Arrived) -> str:
    return _SYNC if write.kind == _SYNC else "status"


def _finding(asked: Asked, order_id: int, what: str) -> Finding:
    return Finding(asked.run_id, order_id, what)
