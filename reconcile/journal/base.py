"""What the parts of the journal share: the database, and reading in pieces."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from reconcile.journal import schema
from reconcile.journal.database import Database

__all__ = ["CHUNK", "VALUES_A_QUERY", "JournalBase", "chunks", "doubts", "doubts_of", "doubts_text"]

_T = TypeVar("_T")
CHUNK = 5_000
"""So many rows are written or read at a time."""

VALUES_A_QUERY = 500


class JournalBase:
    """What each part of the journal is made of: methods over one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _rows(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        with self._database.transaction(reading=True) as connection:
            return list(connection.execute(query))

    def _scalars(self, query: sa.Select[Any]) -> list[Any]:
        """The first column of each row."""
        return [row[0] for row in self._rows(query)]

    def _rows_with(
        self, query: sa.Select[Any], column: sa.Column[Any], values: Iterable[Any]
    ) -> list[sa.Row[Any]]:
        """The rows in which a column has one of the values, which may be many."""
        with self._database.transaction(reading=True) as connection:
            return [
                row
                for some in chunks(values, VALUES_A_QUERY)
                for row in connection.execute(query.where(column.in_(some)))
            ]

    def _execute(self, statement: sa.Executable) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement)

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
