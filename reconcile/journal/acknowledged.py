"""What Flxpoint acknowledged of orders over all runs, and which run's call was the last."""

from collections.abc import Iterable

import sqlalchemy as sa

from reconcile.domain.model import CallKind, Outcome
from reconcile.journal import schema
from reconcile.journal.base import JournalBase, doubts
from reconcile.journal.records import AcknowledgedSync, LastAcknowledgedRun

__all__ = ["AcknowledgedCalls"]


class AcknowledgedCalls(JournalBase):
    """What was acknowledged; read only."""

    def acknowledged(
        self, account: str, order_ids: Iterable[int]
    ) -> dict[int, list[AcknowledgedSync]]:
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
        query = (
            sa.select(calls.c.order_id, calls.c.run_id, calls.c.content, at.label("at"))
            .join(runs, runs.c.id == calls.c.run_id)
            .join(attempts, tries)
            .where(
                runs.c.account == account,
                calls.c.kind == CallKind.SYNC.value,
                calls.c.state == Outcome.SYNCED.value,
            )
            .group_by(calls.c.order_id, calls.c.run_id, calls.c.content)
            .order_by(at)
        )
        found: dict[int, list[AcknowledgedSync]] = {}
        for row in self._rows_with(query, calls.c.order_id, order_ids):
            sync = AcknowledgedSync(row.run_id, row.content, row.at or "")
            found.setdefault(row.order_id, []).append(sync)
        return found

    def last_acknowledged_runs(
        self, account: str, order_ids: Iterable[int]
    ) -> dict[int, LastAcknowledgedRun]:
        """Which run's accounting sync of each order was acknowledged last."""
        table = schema.standings
        query = sa.select(table).filter_by(account=account, kind=CallKind.SYNC.value)
        return {
            row.order_id: LastAcknowledgedRun(
                row.run_id or "", bool(row.disturbed or doubts(row.in_doubt))
            )
            for row in self._rows_with(query, table.c.order_id, order_ids)
        }

    def known_statuses(self, account: str, order_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
        """The status of orders by the local id map, and when Flxpoint last changed them."""
        table = schema.known_orders
        query = sa.select(table).where(table.c.account == account)
        return {
            row.order_id: (row.status, row.updated_at)
            for row in self._rows_with(query, table.c.order_id, order_ids)
        }
