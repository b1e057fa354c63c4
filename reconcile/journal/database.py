"""The database under the journal: how it is opened, locked and refused."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateColumn

from reconcile.domain.errors import JournalError
from reconcile.flxpoint.tokens import redacted_values
from reconcile.journal import schema
from reconcile.journal.location import prepare

__all__ = ["Database", "put"]

_BUSY_SECONDS = 30.0
_T = TypeVar("_T")


class Database:
    """An open database with the journal's tables, of a version that this program knows.

    Raises `JournalError` from every transaction that the disk refuses.
    """

    def __init__(self, engine: sa.Engine, name: str, path: Path | None = None) -> None:
        sa.event.listen(engine, "connect", _set_up_connection)
        sa.event.listen(engine, "begin", _begin_immediately)
        self.token: str | None = None
        self._engine = engine
        self._name = name
        self._path = path
        self._file = None if path is None else _identity(path)
        try:
            self._check_version()
        except JournalError:
            engine.dispose()
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the database at `path`, making it if it isn't there."""
        prepare(path)
        engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(path)),
            connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        )
        return cls(engine, str(path), path)

    @classmethod
    def in_memory(cls) -> Self:
        """The same tables without a disk."""
        engine = sa.create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        return cls(engine, "in memory")

    def close(self) -> None:
        """Lets go of the file."""
        self._engine.dispose()

    def compact(self) -> None:
        """Gives the space of what was deleted back to the disk."""
        engine = self._engine.execution_options(alone=True)
        with self._refusals(), engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")

    def redacted(self, value: _T) -> _T:
        """A value without the token: whatever Flxpoint said may hold it, and is kept for years."""
        return redacted_values(value, self.token)

    @contextmanager
    def transaction(self, *, reading: bool = False) -> Iterator[sa.Connection]:
        """One transaction; a writing one takes its lock at the start, not half-way."""
        engine = self._engine.execution_options(reading=True) if reading else self._engine
        if not reading and self._path is not None and _identity(self._path) != self._file:
            raise JournalError(
                f"The journal {self._name} was removed or replaced while it was in use; what is "
                "written to it would be lost."
            )
        with self._refusals(), engine.begin() as connection:
            yield connection

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DatabaseError as error:
            raise JournalError(
                f"The journal {self._name} can't be used ({_cause(error)}). "
                "See whether the disk is full or the file damaged, or name another place "
                "with --journal."
            ) from error

    def _check_version(self) -> None:
        with self.transaction() as connection:
            schema.metadata.create_all(connection)
            table = schema.meta
            found = connection.execute(
                sa.select(table.c.value).where(table.c.key == "schema_version")
            ).scalar_one_or_none()
            if found is None:
                connection.execute(
                    sa.insert(table), {"key": "schema_version", "value": str(schema.VERSION)}
                )
            elif not (found.isascii() and found.isdigit()):
                raise JournalError(
                    f"The journal {self._name} is damaged (its layout is {found!r}). "
                    "Name another journal with --journal."
                )
            elif int(found) > schema.VERSION:
                raise JournalError(
                    f"The journal {self._name} was written by a newer version of reconcile "
                    f"(its layout is {found}, this program knows {schema.VERSION}). "
                    "Update reconcile, or name another journal with --journal."
                )
            elif int(found) < schema.VERSION:
                _add_what_is_missing(connection)
                connection.execute(
                    sa.update(table)
                    .where(table.c.key == "schema_version")
                    .values(value=str(schema.VERSION))
                )


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands there; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def put(
    connection: sa.Connection, table: sa.Table, key: dict[str, Any], values: dict[str, Any]
) -> None:
    """Updates the row of that key, or inserts it (in the words of every database)."""
    if not connection.execute(sa.update(table).filter_by(**key).values(**values)).rowcount:
        connection.execute(sa.insert(table).values(**key, **values))


def _add_what_is_missing(connection: sa.Connection) -> None:
    """Every version so far has only added columns, each with a default or nullable."""
    for table in schema.metadata.tables.values():
        there = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
        for column in table.columns:
            if column.name not in there:
                words = CreateColumn(column).compile(dialect=connection.dialect)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {words}")
        for index in table.indexes:
            index.create(connection, checkfirst=True)
    runs = schema.runs
    earlier = runs.alias()
    rank = sa.select(sa.func.count()).where(earlier.c.created_at <= runs.c.created_at)
    connection.execute(
        sa.update(runs)
        .where(runs.c.complete, runs.c.sequence.is_(None))
        .values(sequence=rank.scalar_subquery())
    )


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_immediately(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("alone", False):  # what can't be done within a transaction
        connection.exec_driver_sql("BEGIN" if options.get("reading", False) else "BEGIN IMMEDIATE")


def _cause(error: DatabaseError) -> str:
    return str(error.orig).rstrip(".") if error.orig else "no reason given"
