"""What the parts of the journal share: the database, and reading in pieces."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from reconcile.journal import schema
from reconcile.journal.database import Database

__all__ = ["CHUNK", "JournalBase", "chunks", "doubts", "doubts_of", "doubts_text"]

_T = TypeVar("_T")
CHUNK = 5_000
"""So many rows are written or read at a time."""


class JournalBase:
    """A part of the journal: methods over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _stream(self, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
        with self._database.transaction(reading=True) as connection:
            yield from connection.execution_options(yield_per=CHUNK).execute(query)


def chunks(values: Iterable[_T], size: int = CHUNK) -> Iterator[list[_T]]:
    """The values in lists of at most `size`."""
    iterator = iter(values)
    while some := list(islice(iterator, size)):
        yield some


def doubts(column: str | None) -> frozenset[str]:
    """The fingerprints in a column `in_doubt`."""
    return frozenset((column or "").split())


def doubts_text(fingerprints: Iterable[str]) -> str:
    """The same as they stand in the column."""
    return " ".join(sorted(fingerprints))


def doubts_of(connection: sa.Connection, key: dict[str, Any]) -> frozenset[str]:
    """The fingerprints of an order's calls whose fate is unknown."""
    query = sa.select(schema.standings.c.in_doubt).filter_by(**key)
    return doubts(connection.execute(query).scalar())
