"""Writes a run and its whole plan down, before anything of it is sent."""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from reconcile.domain.calls import PlannedCall
from reconcile.journal import schema
from reconcile.journal.base import CHUNK, JournalBase, chunks
from reconcile.journal.mapping import as_json, message_values, values_of
from reconcile.journal.records import MessageRecord, NewRun, OrderRecord, RowRecord, SourceRecord

__all__ = ["Plans"]


class Plans(JournalBase):
    """Where runs begin."""

    def create_run(
        self,
        run: NewRun,
        sources: Sequence[SourceRecord],
        rows: Iterable[RowRecord],
        orders: Iterable[OrderRecord],
        messages: Iterable[MessageRecord],
        calls: Iterable[PlannedCall],
    ) -> None:
        """Writes down a run and its whole plan, in chunks; nothing is sent before.

        A run whose plan was cut short by a crash is never `complete` and never resumed.
        """
        begun = values_of(schema.runs, run, target=run.workbook, complete=False, reason="")
        self._insert(schema.runs, [begun])
        self._insert(
            schema.sources, (values_of(schema.sources, each, run_id=run.id) for each in sources)
        )
        self._write_rows(run.id, rows)
        self._insert(
            schema.orders,
            (
                values_of(schema.orders, order, run_id=run.id, position=position)
                for position, order in enumerate(orders)
            ),
        )
        self._insert(
            schema.messages,
            (message_values(run.id, number, each) for number, each in enumerate(messages)),
        )
        self._insert(
            schema.calls,
            (
                values_of(
                    schema.calls,
                    call,
                    run_id=run.id,
                    position=position,
                    state=call.outcome.value,
                    tries=0,
                )
                for position, call in enumerate(calls)
            ),
        )
        table = schema.runs
        with self._database.transaction() as connection:
            last = connection.execute(sa.select(sa.func.max(table.c.sequence))).scalar() or 0
            connection.execute(
                sa.update(table)
                .where(table.c.id == run.id)
                .values(complete=True, sequence=last + 1)
            )

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
            if row.source != current or len(pending) == CHUNK:
                flush()
            if row.source != current:
                current, chunk = row.source, 0
            pending.append(row)
        flush()

    def _insert(self, table: sa.Table, values: Iterable[dict[str, Any]]) -> None:
        for some in chunks(values, CHUNK):
            with self._database.transaction() as connection:
                connection.execute(sa.insert(table), some)
