"""Which account a token belongs to, and what was last acknowledged of each of its orders."""

from collections.abc import Iterable

import sqlalchemy as sa

from reconcile.domain.calls import LastAcknowledged
from reconcile.domain.model import CallKind
from reconcile.journal import schema
from reconcile.journal.base import JournalBase, doubts, doubts_of, doubts_text
from reconcile.journal.database import put
from reconcile.journal.id_cache import rename_account

__all__ = ["Accounts"]


class Accounts(JournalBase):
    """What is kept over all runs."""

    def account_of(self, base_url: str, token_fingerprint: str) -> tuple[str, str] | None:
        """The account that `GET /account` once named for this token, and its name."""
        table = schema.accounts
        query = sa.select(table.c.account, table.c.name).where(
            table.c.base_url == base_url, table.c.token_fingerprint == token_fingerprint
        )
        return next(((row.account, row.name) for row in self._rows(query)), None)

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
        table, runs = schema.standings, schema.runs
        taken = sa.select(table.c.order_id, table.c.kind).where(table.c.account == account)
        with self._database.transaction() as connection:
            connection.execute(
                sa.update(runs).where(runs.c.account == former).values(account=account)
            )
            known = {(row.order_id, row.kind) for row in connection.execute(taken)}
            query = sa.select(table).where(table.c.account == former)
            for row in connection.execute(query).all():
                key = {"account": former, "order_id": row.order_id, "kind": row.kind}
                if (row.order_id, row.kind) not in known:
                    put(connection, table, key, {"account": account})
                    continue
                connection.execute(sa.delete(table).filter_by(**key))
                key["account"] = account
                of_both = doubts_of(connection, key) | doubts(row.in_doubt)
                both = {"disturbed": True, "in_doubt": doubts_text(of_both)}
                put(connection, table, key, both)
            _adopt_done_files(connection, former, account)
            rename_account(connection, former, account)

    def history(
        self, account: str, order_ids: Iterable[int]
    ) -> dict[tuple[int, CallKind], LastAcknowledged]:
        """What is known of these orders in this account."""
        table = schema.standings
        query = sa.select(table).where(table.c.account == account)
        return {
            (row.order_id, CallKind(row.kind)): LastAcknowledged(
                row.content, row.fingerprint, row.disturbed, doubts(row.in_doubt)
            )
            for row in self._rows_with(query, table.c.order_id, order_ids)
        }


def _adopt_done_files(connection: sa.Connection, former: str, account: str) -> None:
    table = schema.done_files
    known = sa.select(table.c.sha256).where(table.c.account == account)
    of_former = table.c.account == former
    connection.execute(sa.delete(table).where(of_former, table.c.sha256.in_(known)))
    connection.execute(sa.update(table).where(of_former).values(account=account))
