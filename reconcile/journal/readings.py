"""What orders held when they were read, and which orders of a period no file names."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from reconcile.journal import schema
from reconcile.journal.base import JournalBase, chunks
from reconcile.journal.mapping import record_of, values_of
from reconcile.journal.records import Moment, OrderReading, UncoveredOrder

__all__ = ["Readings"]


class Readings(JournalBase):
    """Belongs to runs: read before the first call, or after the last."""

    def keep_readings(self, run_id: str, moment: Moment, readings: Iterable[OrderReading]) -> None:
        """Keeps what orders held; a later reading of the same moment replaces an earlier one."""
        table = schema.readings
        for some in chunks(readings):
            with self._database.transaction() as connection:
                connection.execute(
                    sa.delete(table).where(
                        table.c.run_id == run_id,
                        table.c.moment == moment.value,
                        table.c.order_id == sa.bindparam("one"),
                    ),
                    [{"one": reading.order_id} for reading in some],
                )
                connection.execute(
                    sa.insert(table),
                    [
                        values_of(table, reading, run_id=run_id, moment=moment.value)
                        for reading in self._database.redacted(some)
                    ],
                )

    def readings(self, run_id: str, moment: Moment) -> Iterator[OrderReading]:
        """What the orders of a run held at that moment, by order."""
        table = schema.readings
        query = (
            sa.select(table)
            .where(table.c.run_id == run_id, table.c.moment == moment.value)
            .order_by(table.c.order_id)
        )
        for row in self._stream(query):
            yield record_of(OrderReading, row)

    def keep_uncovered(self, run_id: str, orders: Iterable[UncoveredOrder]) -> None:
        """Keeps which orders of its period no file of a run names."""
        for some in chunks(orders):
            with self._database.transaction() as connection:
                values = [values_of(schema.uncovered, order, run_id=run_id) for order in some]
                connection.execute(sa.insert(schema.uncovered), values)

    def uncovered(self, run_id: str) -> Iterator[UncoveredOrder]:
        """Orders of its period that no file of a run names, by time."""
        table = schema.uncovered
        query = (
            sa.select(table)
            .where(table.c.run_id == run_id)
            .order_by(table.c.ordered_at, table.c.order_id)
        )
        for row in self._stream(query):
            yield record_of(UncoveredOrder, row)
