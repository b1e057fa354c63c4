"""The runs in the journal as a list, and which of them can be taken out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from reconcile.domain.errors import NothingSentError
from reconcile.domain.model import Outcome
from reconcile.journal import Journal, RunOverview
from reconcile.journal.locks import forget, is_alive

__all__ = ["Pruned", "abandon_run", "days_of", "left_lines", "prune_runs", "run_lines", "runs_json"]

_LONGEST = 36_500  # days: what a calendar can still reckon with


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many runs were taken out, and a sentence on old ones that were not; empty if none."""

    removed: int
    kept: str


def days_of(text: str) -> timedelta:
    """A time span such as `400d`.

    Raises:
        NothingSentError: it is none.
    """
    match = re.fullmatch(r"\s*([0-9]{1,6})\s*d(?:ays?)?\s*", text, re.IGNORECASE)
    if match is None or int(match[1]) > _LONGEST:
        raise NothingSentError(f"--prune must be a number of days such as 400d, not {text!r}.")
    return timedelta(days=int(match[1]))


def run_lines(journal: Journal, path: Path) -> Iterator[str]:
    """Each run in a few lines: when, which files, how it stands."""
    for each in journal.overview():
        run = each.run
        files = ", ".join(source.file for source in run.sources) or "no file"
        yield f"{run.id}  {run.created_at.astimezone():%Y-%m-%d %H:%M}  {files}"
        yield f"  {_standing(each, alive=is_alive(path, run.id))}"
        counts = [f"{each.calls[o]} {o}" for o in reversed(Outcome) if each.calls[o]]
        if each.rejected:
            counts.append(f"{each.rejected} order{'s' * (each.rejected != 1)} rejected")
        yield f"  calls: {', '.join(counts) or 'none'}"
        yield f"  {run.account_name or run.account}  {run.workbook}"


def left_lines(journal: Journal, base_url: str) -> Iterator[str]:
    """What runs at this address have left to send."""
    for each in journal.overview():
        if each.left and each.run.base_url == base_url:
            yield f"Left       {_orders(each.left)} of the run {each.run.id}"


def runs_json(journal: Journal, path: Path) -> dict[str, Any]:
    """The same as one document."""
    return {
        "runs": [
            {
                "run": each.run.id,
                "started": each.run.created_at.isoformat(),
                "ended": each.run.ended_at and each.run.ended_at.isoformat(),
                "exit_code": each.run.exit_code,
                "account": each.run.account,
                "files": [source.path for source in each.run.sources],
                "calls": {outcome.value: each.calls[outcome] for outcome in Outcome},
                "orders_rejected": each.rejected,
                "orders_left": each.left,
                "active": is_alive(path, each.run.id),
                "complete": each.complete,
                "abandoned": each.run.abandoned,
                "workbook": each.run.workbook,
            }
            for each in journal.overview()
        ]
    }


def abandon_run(journal: Journal, path: Path, run_id: str) -> None:
    """What the run has left is never sent.

    Raises:
        NothingSentError: there is no such run, or a process works on it.
    """
    if journal.run(run_id) is None:
        raise NothingSentError(f"The journal has no run {run_id}.")
    if is_alive(path, run_id):
        raise NothingSentError(f"A process is working on the run {run_id}; stop it first.")
    journal.abandon(run_id)


def prune_runs(journal: Journal, path: Path, before: datetime) -> Pruned:
    """Takes out the runs that ended before that time, and have nothing left to send or settle.

    One that keeps an earlier run from sending outdated orders stays as long as that one does.
    A run that was cut short while its plan was written counts from its start.
    """
    old = [
        each for each in journal.overview() if (each.run.ended_at or each.run.created_at) < before
    ]
    over = [
        each.run.id
        for each in old
        if not each.left and not each.calls[Outcome.IN_DOUBT] and not is_alive(path, each.run.id)
    ]
    going = journal.prune(over)
    for run_id in going:
        forget(path, run_id)
    stays = len(old) - len(going)
    ones = "one stays" if stays == 1 else "ones stay"
    why = (
        "something is left to send or to settle there, or in an earlier run whose orders were "
        "planned anew"
    )
    kept = f"{stays} older {ones}: {why}." if stays else ""
    return Pruned(len(going), kept)


def _orders(count: int) -> str:
    return f"{count} order{'s' * (count != 1)}"


def _standing(each: RunOverview, *, alive: bool) -> str:
    run = each.run
    left = f"{_orders(each.left)} left to send"
    if alive:
        return f"at work, {left}"
    if not each.complete:
        return "cut short while it was planned; nothing was sent"
    if each.run.abandoned:
        return "abandoned"
    ended = (
        "not ended" if run.ended_at is None else f"ended {run.ended_at.astimezone():%Y-%m-%d %H:%M}"
    )
    code = "" if run.exit_code is None else f", exit code {run.exit_code}"
    resume = f": reconcile resume {run.id}"
    if each.left:
        return f"{ended}{code}, {left}{resume}"
    return f"{ended}{code}" if run.ended_at else f"{ended}, its process died{resume}"
