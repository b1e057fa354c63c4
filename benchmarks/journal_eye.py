"""A second reader of the journal of a run that goes on in another process.

It sees what is committed, as whoever opens the file would; the program knows nothing of it.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Attempt", "JournalEye"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try: its place among those of the run, its call, and whether its end is written down."""

    sequence: int
    order_id: int
    kind: str
    ended: bool


class JournalEye:
    """Looks into the journal at `path`, from the moment it is there; closed after use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def close(self) -> None:
        """Lets go of the file."""
        if self._connection is not None:
            self._connection.close()

    def run_id(self) -> str | None:
        """The run whose plan is written down, if there is one yet."""
        query = "SELECT id FROM runs WHERE complete ORDER BY sequence DESC LIMIT 1"
        found = self._ask(query)
        return None if not found else str(found[0][0])

    def attempts(self, after: int) -> list[Attempt]:
        """The tries of the run after number `after`, in the order in which they began."""
        query = "SELECT sequence, order_id, kind, ended_at FROM attempts WHERE sequence > ?"
        rows = self._ask(f"{query} ORDER BY sequence", after)
        return [Attempt(row[0], row[1], row[2], row[3] is not None) for row in rows]

    def left(self) -> int:
        """How many calls are not over."""
        found = self._ask("SELECT count(*) FROM calls WHERE state IN ('pending', 'begun')")
        return int(found[0][0]) if found else 0

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Meanwhile nobody can write into the journal, as when a backup holds it."""
        connection = sqlite3.connect(self._path, timeout=2.0, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
        finally:
            connection.close()

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        if self._connection is None:
            if not self._path.exists():
                return []
            self._connection = sqlite3.connect(
                self._path, timeout=2.0, isolation_level=None, check_same_thread=False
            )
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.OperationalError:  # its tables aren't there yet
            return []
