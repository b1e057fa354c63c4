"""What Flxpoint acknowledged of an order over all runs, and whose word was the last."""

from collections.abc import Iterable

import sqlalchemy as sa

from reconcile.domain.model import CallKind, Outcome
from reconcile.journal import schema
from reconcile.journal.base import JournalBase, chunks, doubts
from reconcile.journal.records import LastWord, Written

__all__ = ["AcknowledgedCalls"]

_IDS_A_QUERY = 500


class AcknowledgedCalls(JournalBase):
    """Reads only."""

    def written(self, account: str, order_ids: Iterable[int]) -> dict[int, list[Written]]:
        """The accounting syncs of orders that were acknowledged in this account, in their turn.

        Of runs that were pruned nothing is known.
        """
        calls, runs, attempts = schema.calls, schema.runs, schema.attempts
        tries = sa.and_(
            attempts.c.run_id == calls.c.run_id,
            attempts.c.order_id == calls.c.order_id,
            attempts.c.kind == calls.c.kind,
        )
        at = sa.func.max(attempts.c.ended_at)
        found: dict[int, list[Written]] = {}
        with self._database.transaction(reading=True) as connection:
            for some in chunks(order_ids, _IDS_A_QUERY):
                query = (
                    sa.select(calls.c.order_id, calls.c.run_id, calls.c.content, at.label("at"))
                    .join(runs, runs.c.id == calls.c.run_id)
                    .join(attempts, tries)
                    .where(
                        runs.c.account == account,
                        calls.c.kind == CallKind.SYNC.value,
                        calls.c.state == Outcome.SYNCED.value,
                        calls.c.order_id.in_(some),
                    )
                    .group_by(calls.c.order_id, calls.c.run_id, calls.c.content)
                    .order_by(at)
                )
                for row in connection.execute(query):
                    written = Written(row.run_id, row.content, row.at or "")
                    found.setdefault(row.order_id, []).append(written)
        return found

    def last_words(self, account: str, order_ids: Iterable[int]) -> dict[int, LastWord]:
        """Which run's accounting sync of each order was acknowledged last."""
        table = schema.standings
        found: dict[int, LastWord] = {}
        with self._database.transaction(reading=True) as connection:
            for some in chunks(order_ids, _IDS_A_QUERY):
                query = sa.select(table).where(
                    table.c.account == account,
                    table.c.kind == CallKind.SYNC.value,
                    table.c.order_id.in_(some),
                )
                for row in connection.execute(query):
                    disturbed = bool(row.disturbed or doubts(row.in_doubt))
                    found[row.order_id] = LastWord(row.run_id or "", disturbed)
        return found

    def known_statuses(self, account: str, order_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
        """The status of orders by the local id map, and when Flxpoint last changed them."""
        table = schema.known_orders
        found: dict[int, tuple[str, str]] = {}
        with self._database.transaction(reading=True) as connection:
            for some in chunks(order_ids, _IDS_A_QUERY):
                query = sa.select(table.c.order_id, table.c.status, table.c.updated_at).where(
                    table.c.account == account, table.c.order_id.in_(some)
                )
                for row in connection.execute(query):
                    found[row.order_id] = (row.status, row.updated_at)
        return found
