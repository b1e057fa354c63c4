"""Writes and reads the journal: one transaction each, or in chunks where there is much."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import sqlalchemy as sa

from reconcile.history import PlannedCall, Standing
from reconcile.journal import schema
from reconcile.journal.database import Database, put
from reconcile.journal.mapping import (
    as_json,
    attempt_record,
    call_record,
    call_values,
    end_values,
    order_record,
    order_values,
    run_record,
    run_values,
    source_values,
    told_record,
    told_values,
)
from reconcile.journal.moves import BEGUN, CallState, check_move
from reconcile.journal.records import (
    NEVER_SENT,
    AttemptEnd,
    AttemptRecord,
    CallRecord,
    NewRun,
    OrderRecord,
    RowRecord,
    RunRecord,
    SourceRecord,
    ToldRecord,
)
from reconcile.model import CallKind, Outcome

__all__ = ["Journal"]

_T = TypeVar("_T")
_CHUNK = 5_000
_IDS_A_QUERY = 500


class Journal:
    """The record of all runs. Every method raises `JournalError` if the disk says no.

    Use `Journal.open(path)`, or `Journal.in_memory()` for tests and trials; close it, or
    use it in a `with` block. May be used from several threads, one at a time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens the journal at `path`, making it if it isn't there."""
        return cls(Database.open(path))

    @classmethod
    def in_memory(cls) -> Self:
        """The same journal without a disk."""
        return cls(Database.in_memory())

    def close(self) -> None:
        """Lets go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Accounts and pacing -------------------------------------------------------------

    def account_of(self, base_url: str, token_fingerprint: str) -> tuple[str, str] | None:
        """The account that `GET /account` once named for this token, and its name."""
        table = schema.accounts
        query = sa.select(table.c.account, table.c.name).where(
            table.c.base_url == base_url, table.c.token_fingerprint == token_fingerprint
        )
        with self._database.transaction(reading=True) as connection:
            row = connection.execute(query).first()
        return (row.account, row.name) if row else None

    def remember_account(
        self, base_url: str, token_fingerprint: str, account: str, name: str
    ) -> None:
        """Keeps what `GET /account` said."""
        key = {"base_url": base_url, "token_fingerprint": token_fingerprint}
        with self._database.transaction() as connection:
            put(connection, schema.accounts, key, {"account": account, "name": name})

    def adopt_history(self, former: str, account: str) -> None:
        """Files what was kept under the name `former` under `account`.

        Where that has something of its own, something else was sent since, and a doubt stays.
        """
        table = schema.standings
        taken = sa.select(table.c.order_id, table.c.kind).where(table.c.account == account)
        with self._database.transaction() as connection:
            known = {(row.order_id, row.kind) for row in connection.execute(taken)}
            query = sa.select(table).where(table.c.account == former)
            for row in connection.execute(query).all():
                key = {"account": former, "order_id": row.order_id, "kind": row.kind}
                if (row.order_id, row.kind) not in known:
                    put(connection, table, key, {"account": account})
                    continue
                connection.execute(sa.delete(table).filter_by(**key))
                key["account"] = account
                doubts = _doubts(connection, key) | _in_doubt(row.in_doubt)
                both = {"disturbed": True, "in_doubt": " ".join(sorted(doubts))}
                put(connection, table, key, both)

    def spacing_of(self, base_url: str, token_fingerprint: str) -> float | None:
        """The spacing in seconds that the last run with this token ended with."""
        table = schema.pacing
        query = sa.select(table.c.spacing).where(
            table.c.base_url == base_url, table.c.token_fingerprint == token_fingerprint
        )
        with self._database.transaction(reading=True) as connection:
            return connection.execute(query).scalar_one_or_none()

    def keep_spacing(self, base_url: str, token_fingerprint: str, spacing: float) -> None:
        """Keeps the learned spacing for the next run."""
        key = {"base_url": base_url, "token_fingerprint": token_fingerprint}
        with self._database.transaction() as connection:
            put(connection, schema.pacing, key, {"spacing": spacing})

    def history(
        self, account: str, order_ids: Iterable[int]
    ) -> dict[tuple[int, CallKind], Standing]:
        """What is known of these orders in this account."""
        table = schema.standings
        found: dict[tuple[int, CallKind], Standing] = {}
        with self._database.transaction(reading=True) as connection:
            for some in _chunks(order_ids, _IDS_A_QUERY):
                query = sa.select(table).where(
                    table.c.account == account, table.c.order_id.in_(some)
                )
                for row in connection.execute(query):
                    found[row.order_id, CallKind(row.kind)] = Standing(
                        row.content, row.fingerprint, row.disturbed, _in_doubt(row.in_doubt)
                    )
        return found

    # A run ---------------------------------------------------------------------------

    def create_run(
        self,
        run: NewRun,
        sources: Sequence[SourceRecord],
        rows: Iterable[RowRecord],
        orders: Iterable[OrderRecord],
        told: Iterable[ToldRecord],
        calls: Iterable[PlannedCall],
    ) -> None:
        """Writes down a run and its whole plan, in chunks; nothing is sent before.

        A run whose plan was cut short by a crash is never `complete` and never resumed.
        """
        with self._database.transaction() as connection:
            connection.execute(sa.insert(schema.runs), run_values(run))
            if sources:
                connection.execute(
                    sa.insert(schema.sources), [source_values(run.id, s) for s in sources]
                )
        self._write_rows(run.id, rows)
        self._insert(
            schema.orders,
            (order_values(run.id, position, order) for position, order in enumerate(orders)),
        )
        self._insert(schema.told, (told_values(run.id, number, t) for number, t in enumerate(told)))
        self._insert(
            schema.calls,
            (call_values(run.id, position, call) for position, call in enumerate(calls)),
        )
        with self._database.transaction() as connection:
            connection.execute(
                sa.update(schema.runs).where(schema.runs.c.id == run.id).values(complete=True)
            )

    def begin(self, run_id: str, order_id: int, kind: CallKind, at: datetime) -> int:
        """Says that a call will be made; returns the number of the try, from 1.

        From here on, until `record`, the call is in doubt, also for later runs.
        """
        with self._database.transaction() as connection:
            row = connection.execute(_call_query(run_id, order_id, kind)).one()
            check_move(CallState(row.state), BEGUN)
            number = int(row.tries) + 1
            key = {"account": row.account, "order_id": order_id, "kind": kind.value}
            connection.execute(
                _call_update(run_id, order_id, kind).values(state=BEGUN.value, tries=number)
            )
            last = sa.select(sa.func.max(schema.attempts.c.sequence)).where(
                schema.attempts.c.run_id == run_id
            )
            sequence = (connection.execute(last).scalar() or 0) + 1
            connection.execute(
                sa.insert(schema.attempts),
                {
                    "run_id": run_id,
                    "order_id": order_id,
                    "kind": kind.value,
                    "number": number,
                    "sequence": sequence,
                    "began_at": at.isoformat(),
                    "disturbed_before": _disturbed(connection, key),
                    "doubts_before": " ".join(sorted(_doubts(connection, key))),
                },
            )
            doubts = _doubts(connection, key) | {row.fingerprint}
            values = {"disturbed": True, "in_doubt": " ".join(sorted(doubts))}
            put(connection, schema.standings, key, values)
            return number

    def record(
        self,
        run_id: str,
        order_id: int,
        kind: CallKind,
        number: int,
        end: AttemptEnd,
        state: Outcome,
        note: str = "",
    ) -> None:
        """Says what came of try `number`, and how the call stands now."""
        table = schema.attempts
        with self._database.transaction() as connection:
            row = connection.execute(_call_query(run_id, order_id, kind)).one()
            after = CallState(state.value)
            check_move(CallState(row.state), after)
            attempt = sa.and_(
                table.c.run_id == run_id,
                table.c.order_id == order_id,
                table.c.kind == kind.value,
                table.c.number == number,
            )
            connection.execute(sa.update(table).where(attempt).values(**end_values(end)))
            connection.execute(
                _call_update(run_id, order_id, kind).values(state=after.value, note=note)
            )
            key = {"account": row.account, "order_id": order_id, "kind": kind.value}
            if end.exchange == NEVER_SENT:
                before = connection.execute(sa.select(table).where(attempt)).one()
                restored = {"disturbed": before.disturbed_before, "in_doubt": before.doubts_before}
                put(connection, schema.standings, key, restored)
                return
            if state is Outcome.IN_DOUBT:
                return
            values: dict[str, Any] = {
                "in_doubt": " ".join(sorted(_doubts(connection, key) - {row.fingerprint}))
            }
            if state is Outcome.SYNCED:
                values |= {
                    "content": row.content,
                    "fingerprint": row.fingerprint,
                    "run_id": run_id,
                    "at": end.ended_at.isoformat(),
                    "disturbed": False,
                }
            put(connection, schema.standings, key, values)

    def annotate(self, run_id: str, order_id: int, kind: CallKind, note: str) -> None:
        """Says why a call was not made in this run."""
        with self._database.transaction() as connection:
            connection.execute(_call_update(run_id, order_id, kind).values(note=note))

    def end_run(
        self, run_id: str, at: datetime, exit_code: int, reason: str, workbook: str
    ) -> None:
        """Says how a run ended, and where its workbook was written."""
        with self._database.transaction() as connection:
            connection.execute(
                sa.update(schema.runs)
                .where(schema.runs.c.id == run_id)
                .values(
                    ended_at=at.isoformat(), exit_code=exit_code, reason=reason, workbook=workbook
                )
            )

    # Reading -------------------------------------------------------------------------

    def run(self, run_id: str | None = None) -> RunRecord | None:
        """The run of that id, or the latest one; None if there is none."""
        query = sa.select(schema.runs).where(schema.runs.c.complete)
        if run_id is not None:
            query = query.where(schema.runs.c.id == run_id)
        query = query.order_by(schema.runs.c.created_at.desc(), schema.runs.c.id.desc())
        with self._database.transaction(reading=True) as connection:
            row = connection.execute(query).first()
            return None if row is None else _with_sources(connection, row)

    def runs_with(self, order_id: int) -> list[RunRecord]:
        """All runs that have this order, the earliest first."""
        table = schema.orders
        with_order = sa.select(table.c.run_id).where(table.c.order_id == order_id)
        query = (
            sa.select(schema.runs)
            .where(schema.runs.c.id.in_(with_order), schema.runs.c.complete)
            .order_by(schema.runs.c.created_at, schema.runs.c.id)
        )
        with self._database.transaction(reading=True) as connection:
            found = connection.execute(query).all()
            return [_with_sources(connection, row) for row in found]

    def orders(self, run_id: str, order_id: int | None = None) -> Iterator[OrderRecord]:
        """The orders of a run in the order of the plan."""
        table = schema.orders
        query = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.position)
        if order_id is not None:
            query = query.where(table.c.order_id == order_id)
        for row in self._stream(query):
            yield order_record(row)

    def calls(self, run_id: str, order_id: int | None = None) -> Iterator[CallRecord]:
        """The calls of a run in the order of the plan."""
        table = schema.calls
        query = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.position)
        if order_id is not None:
            query = query.where(table.c.order_id == order_id)
        for row in self._stream(query):
            yield call_record(row)

    def attempts(self, run_id: str, order_id: int | None = None) -> Iterator[AttemptRecord]:
        """Every try of a run, in the order in which they began."""
        table, of = schema.attempts, schema.calls
        same = (
            (table.c.run_id == of.c.run_id)
            & (table.c.order_id == of.c.order_id)
            & (table.c.kind == of.c.kind)
        )
        query = (
            sa.select(table, of.c.content, of.c.fingerprint)
            .join(of, same)
            .where(table.c.run_id == run_id)
            .order_by(table.c.sequence)
        )
        if order_id is not None:
            query = query.where(table.c.order_id == order_id)
        for row in self._stream(query):
            yield attempt_record(row)

    def told(self, run_id: str, order_id: int | None = None) -> Iterator[ToldRecord]:
        """The issues and notices of a run."""
        table = schema.told
        query = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.number)
        if order_id is not None:
            query = query.where(table.c.order_id == order_id)
        for row in self._stream(query):
            yield told_record(row)

    def rows(self, run_id: str) -> Iterator[RowRecord]:
        """Every row of every source of a run, in their order."""
        table = schema.row_chunks
        query = (
            sa.select(table.c.rows)
            .where(table.c.run_id == run_id)
            .order_by(table.c.source, table.c.chunk)
        )
        for (packed,) in self._stream(query):
            for source, row, state, order_id, detail, cells, was, surplus in json.loads(
                zlib.decompress(packed)
            ):
                kinds = {int(column): what for column, what in was.items()}
                yield RowRecord(source, row, state, order_id, detail, cells, kinds, surplus)

    # Inside --------------------------------------------------------------------------

    def _write_rows(self, run_id: str, rows: Iterable[RowRecord]) -> None:
        current, chunk = -1, 0
        pending: list[RowRecord] = []

        def flush() -> None:
            nonlocal chunk
            if pending:
                packed = zlib.compress(as_json(pending).encode(), level=1)
                values = {"run_id": run_id, "source": current, "chunk": chunk, "rows": packed}
                with self._database.transaction() as connection:
                    connection.execute(sa.insert(schema.row_chunks), values)
                pending.clear()
                chunk += 1

        for row in rows:
            if row.source != current or len(pending) == _CHUNK:
                flush()
            if row.source != current:
                current, chunk = row.source, 0
            pending.append(row)
        flush()

    def _insert(self, table: sa.Table, values: Iterable[dict[str, Any]]) -> None:
        for some in _chunks(values, _CHUNK):
            with self._database.transaction() as connection:
                connection.execute(sa.insert(table), some)

    def _stream(self, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
        with self._database.transaction(reading=True) as connection:
            yield from connection.execution_options(yield_per=_CHUNK).execute(query)


def _with_sources(connection: sa.Connection, row: sa.Row[Any]) -> RunRecord:
    table = schema.sources
    query = sa.select(table).where(table.c.run_id == row.id).order_by(table.c.number)
    return run_record(row, list(connection.execute(query).all()))


def _doubts(connection: sa.Connection, key: dict[str, Any]) -> frozenset[str]:
    table = schema.standings
    query = sa.select(table.c.in_doubt).filter_by(**key)
    return _in_doubt(connection.execute(query).scalar())


def _in_doubt(column: str | None) -> frozenset[str]:
    return frozenset((column or "").split())


def _chunks(values: Iterable[_T], size: int) -> Iterator[list[_T]]:
    iterator = iter(values)
    while some := list(islice(iterator, size)):
        yield some


def _disturbed(connection: sa.Connection, key: dict[str, Any]) -> bool:
    table = schema.standings
    where = sa.and_(*(table.c[name] == value for name, value in key.items()))
    return bool(connection.execute(sa.select(table.c.disturbed).where(where)).scalar())


def _call_query(run_id: str, order_id: int, kind: CallKind) -> sa.Select[Any]:
    calls, runs = schema.calls, schema.runs
    return (
        sa.select(calls, runs.c.account)
        .join(runs, runs.c.id == calls.c.run_id)
        .where(calls.c.run_id == run_id, calls.c.order_id == order_id, calls.c.kind == kind.value)
    )


def _call_update(run_id: str, order_id: int, kind: CallKind) -> sa.Update:
    table = schema.calls
    return sa.update(table).where(
        table.c.run_id == run_id, table.c.order_id == order_id, table.c.kind == kind.value
    )
