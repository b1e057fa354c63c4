"""Ends the doubt about a status call by the word of a person who looked."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reconcile.domain.model import CallKind
from reconcile.journal import schema
from reconcile.journal.base import JournalBase, doubts_of, doubts_text
from reconcile.journal.call_states import CallState, check_move
from reconcile.journal.database import put
from reconcile.journal.records import Setback

__all__ = ["Settling"]

_DOUBTFUL = (CallState.IN_DOUBT.value, CallState.BEGUN.value)


class Settling(JournalBase):
    """Ends doubts about status calls."""

    def settle_done(self, run_id: str, order_id: int, at: datetime) -> None:
        """The status was applied: it is acknowledged, in every run that doubts it.

        Not in those that planned it after something else was acknowledged.
        """
        calls, runs = schema.calls, schema.runs
        with self._database.transaction() as connection:
            row = _status_call(connection, run_id, order_id)
            check_move(CallState.IN_DOUBT, CallState.SYNCED)
            key, doubted = _without_doubt(connection, row)
            later = _acknowledged_later(connection, key, row.sequence)
            same_account = sa.select(runs.c.id).where(runs.c.account == row.account)
            same_doubt = (
                calls.c.run_id.in_(same_account),
                calls.c.order_id == order_id,
                calls.c.kind == CallKind.STATUS.value,
                calls.c.fingerprint == row.fingerprint,
                calls.c.state.in_(_DOUBTFUL),
            )
            settled = sa.update(calls).where(*same_doubt)
            if later is not None:  # whoever wanted it after that doesn't have it by this
                before = sa.select(runs.c.id).where(runs.c.sequence < later)
                settled = settled.where(calls.c.run_id.in_(before))
            note = f"settled by hand as done, {_day(at)}"
            connection.execute(settled.values(state=CallState.SYNCED.value, note=note))
            if connection.execute(sa.select(calls.c.run_id).where(*same_doubt)).first():
                doubted |= {row.fingerprint}
            values: dict[str, Any] = {"in_doubt": doubts_text(doubted)}
            if later is None:
                values |= {
                    "content": row.content,
                    "fingerprint": row.fingerprint,
                    "run_id": run_id,
                    "at": at.isoformat(),
                    "disturbed": bool(doubted),
                }
            put(connection, schema.standings, key, values)

    def settle_send(self, run_id: str, order_id: int, at: datetime) -> None:
        """The status was not applied: it is pending, and the run sends it when it goes on."""
        calls = schema.calls
        with self._database.transaction() as connection:
            row = _status_call(connection, run_id, order_id)
            check_move(CallState.IN_DOUBT, CallState.PENDING)
            note = f"settled by hand to be sent again, {_day(at)}"
            connection.execute(
                sa.update(calls)
                .where(
                    calls.c.run_id == run_id,
                    calls.c.order_id == order_id,
                    calls.c.kind == CallKind.STATUS.value,
                )
                .values(state=CallState.PENDING.value, setback=Setback.NONE, note=note)
            )
            key, doubted = _without_doubt(connection, row)
            put(connection, schema.standings, key, {"in_doubt": doubts_text(doubted)})


def _status_call(connection: sa.Connection, run_id: str, order_id: int) -> sa.Row[Any]:
    calls, runs = schema.calls, schema.runs
    query = (
        sa.select(calls, runs.c.account, runs.c.sequence)
        .join(runs, runs.c.id == calls.c.run_id)
        .where(
            calls.c.run_id == run_id,
            calls.c.order_id == order_id,
            calls.c.kind == CallKind.STATUS.value,
            calls.c.state.in_(_DOUBTFUL),
        )
    )
    return connection.execute(query).one()


def _without_doubt(
    connection: sa.Connection, row: sa.Row[Any]
) -> tuple[dict[str, Any], frozenset[str]]:
    key = {"account": row.account, "order_id": row.order_id, "kind": CallKind.STATUS.value}
    return key, doubts_of(connection, key) - {row.fingerprint}


def _acknowledged_later(
    connection: sa.Connection, key: dict[str, Any], sequence: int
) -> int | None:
    """The place of the later run by which something was acknowledged that counts, if any."""
    standings, runs = schema.standings, schema.runs
    query = (
        sa.select(runs.c.sequence)
        .join(standings, standings.c.run_id == runs.c.id)
        .filter(*(standings.c[name] == value for name, value in key.items()))
    )
    found: int | None = connection.execute(query).scalar()
    return found if found is not None and found > sequence else None


def _day(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
