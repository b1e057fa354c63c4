"""One budget for each token: every process of this user takes its slots from one schedule.

A small SQLite database of its own, beside the usual journal, whatever journal a run has
(rules, section 5). It holds times of the machine's monotonic clock, which all processes
share; after a restart or a sleep of the machine they mean nothing and are void.
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Self, TypeVar

from reconcile.domain.errors import JournalError
from reconcile.flxpoint.pacer import Pacer
from reconcile.flxpoint.schedule import Schedule

__all__ = ["Budget"]

_T = TypeVar("_T")
_BUSY_SECONDS = 10.0
_SAME_START = 2.0
"""Seconds by which wall clock and monotonic clock may drift apart while both are meant."""

_PAUSE = 1.0
"""Seconds without a call where nothing is known of the second before."""

_TABLE = """
CREATE TABLE IF NOT EXISTS budget (
    base_url TEXT NOT NULL,
    token_fingerprint TEXT NOT NULL,
    schedule TEXT NOT NULL,
    clocks REAL NOT NULL,
    PRIMARY KEY (base_url, token_fingerprint)
)
"""


class Budget:
    """What `Pacer` is to one process, for all that use the token; closed after use.

    Args:
        path: the database.
        base_url: where the token is used, the same for every name of a server.
        fingerprint: of the token.
        rate: calls per second, of this process's settings.
        wall: seconds of the wall clock.
        monotonic: seconds of the monotonic clock.

    Every method raises `JournalError` if the database can't be used: without it nothing
    may be sent.
    """

    def __init__(
        self,
        path: Path,
        base_url: str,
        fingerprint: str,
        rate: float,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._key = (base_url, fingerprint)
        self._wall = wall
        self._monotonic = monotonic
        self._pacer = Pacer(rate)
        self._shared_spacing = 0.0
        with self._refusals():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
            # Nothing here need outlive a power cut: the times are void then.
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.execute(_TABLE)
        self._change(lambda _pacer: None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @property
    def floor(self) -> float:
        """The narrowest spacing, in seconds."""
        return self._pacer.floor

    @property
    def spacing(self) -> float:
        """Seconds from slot to slot, as last heard."""
        return self._pacer.spacing

    @property
    def held_until(self) -> float:
        """Until when the server wants silence, as last heard."""
        return self._pacer.held_until

    @property
    def refusals(self) -> int:
        """How many 429s this process got."""
        return self._pacer.refusals

    def reserve(self, now: float) -> float:
        """Takes the next slot; returns its time."""
        return self._change(lambda pacer: pacer.reserve(now))

    def ahead(self, slot: float, now: float) -> float:
        """Seconds after which `take` should be asked for this slot."""
        return self._change(lambda pacer: pacer.ahead(slot, now))

    def take(self, slot: float, now: float) -> float | None:
        """0 if a call may start now, seconds to wait on, or None if the slot is void."""
        return self._change(lambda pacer: pacer.take(slot, now))

    def give_back(self, slot: float) -> None:
        """The slot is not used."""
        self._change(lambda pacer: pacer.give_back(slot))

    def left(self, started_at: float, at: float) -> None:
        """The call that started at `started_at` really left at `at`."""
        self._change(lambda pacer: pacer.left(started_at, at))

    def accepted(self) -> None:
        """An answer came that was no refusal."""
        self._change(lambda pacer: pacer.accepted())

    def refused(self, started_at: float, now: float, retry_after: float | None) -> bool:
        """A call was answered 429; whether another program must use the token too."""
        return self._change(lambda pacer: pacer.refused(started_at, now, retry_after))

    def hold(self, until: float) -> None:
        """Nothing starts before `until`."""
        self._change(lambda pacer: pacer.hold(until))

    def _change(self, change: Callable[[Pacer], _T]) -> _T:
        """Lets the pacer change what all share; nobody else does so meanwhile."""
        with self._refusals():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._pacer.adopt(self._load())
                result = change(self._pacer)
                self._save(self._pacer.schedule)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            return result

    def _load(self) -> Schedule:
        row = self._connection.execute(
            "SELECT schedule, clocks FROM budget WHERE base_url = ? AND token_fingerprint = ?",
            self._key,
        ).fetchone()
        if row is None:
            return Schedule()
        # Another version of the program may know more, or less, of a schedule.
        known = {each.name for each in fields(Schedule)}
        said = json.loads(row[0])
        if not isinstance(said, dict):
            raise TypeError("it holds no schedule")
        schedule = Schedule(**{name: said[name] for name in known & said.keys()})
        self._shared_spacing = schedule.spacing
        slept = self._clocks() - row[1]
        if abs(slept) <= _SAME_START:
            return schedule
        now = self._monotonic()
        return Schedule(
            spacing=schedule.spacing,
            next_slot=now + _PAUSE,
            # By the wall clock, which goes on: the server still wants its silence.
            held_until=schedule.held_until - slept,
            widened_at=now,
        )

    def _save(self, schedule: Schedule) -> None:
        kept = asdict(schedule)
        if schedule.spacing <= self._pacer.floor:
            # Nothing was learned above this process's floor; what lies under it it can't see.
            hidden = self._shared_spacing < self._pacer.floor
            kept["spacing"] = self._shared_spacing if hidden else 0.0
        self._connection.execute(
            "INSERT OR REPLACE INTO budget VALUES (?, ?, ?, ?)",
            (*self._key, json.dumps(kept), self._clocks()),
        )

    def _clocks(self) -> float:
        """How far the clocks are apart: the same until the machine sleeps or starts anew."""
        return self._wall() - self._monotonic()

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error, ValueError, TypeError) as error:
            raise JournalError(
                f"The rate budget {self._path} can't be used ({error}). Without it nothing "
                "is sent; see whether the disk is full or the file damaged."
            ) from error
