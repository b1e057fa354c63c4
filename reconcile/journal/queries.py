"""Hands out what the journal knows of runs, piece by piece."""

import json
import zlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from reconcile.journal import schema
from reconcile.journal.base import JournalBase
from reconcile.journal.mapping import attempt_record, message_record, record_of, run_record
from reconcile.journal.records import (
    AttemptRecord,
    CallRecord,
    MessageRecord,
    OrderRecord,
    RowRecord,
    RunRecord,
)

__all__ = ["Queries"]


class Queries(JournalBase):
    """The records of runs; read only."""

    def run(self, run_id: str | None = None) -> RunRecord | None:
        """The run of that id, or the latest one; None if there is none."""
        query = sa.select(schema.runs).where(schema.runs.c.complete)
        if run_id is not None:
            query = query.where(schema.runs.c.id == run_id)
        query = query.order_by(schema.runs.c.created_at.desc(), schema.runs.c.id.desc())
        with self._database.transaction(reading=True) as connection:
            row = connection.execute(query).first()
            return None if row is None else run_record(connection, row)

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
            return [run_record(connection, row) for row in found]

    def orders(self, run_id: str, order_id: int | None = None) -> Iterator[OrderRecord]:
        """The orders of a run in the order of the plan; or this order of it."""
        query = sa.select(schema.orders).order_by(schema.orders.c.position)
        for row in self._of_run(query, schema.orders, run_id, order_id):
            yield record_of(OrderRecord, row)

    def calls(self, run_id: str, order_id: int | None = None) -> Iterator[CallRecord]:
        """The calls of a run in the order of the plan; or those of this order."""
        query = sa.select(schema.calls).order_by(schema.calls.c.position)
        for row in self._of_run(query, schema.calls, run_id, order_id):
            yield record_of(CallRecord, row)

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
            .order_by(table.c.sequence)
        )
        for row in self._of_run(query, table, run_id, order_id):
            yield attempt_record(row)

    def messages(self, run_id: str, order_id: int | None = None) -> Iterator[MessageRecord]:
        """The issues and notices of a run."""
        query = sa.select(schema.messages).order_by(schema.messages.c.number)
        for row in self._of_run(query, schema.messages, run_id, order_id):
            yield message_record(row)

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

    def _of_run(
        self, query: sa.Select[Any], table: sa.Table, run_id: str, order_id: int | None
    ) -> Iterator[sa.Row[Any]]:
        query = query.where(table.c.run_id == run_id)
        if order_id is not None:
            query = query.where(table.c.order_id == order_id)
        return self._stream(query)
