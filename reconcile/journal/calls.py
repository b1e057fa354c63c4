"""Says before a call that it will be made, and after it what came back."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reconcile.domain.calls import PlannedCall
from reconcile.domain.errors import InternalError
from reconcile.domain.model import CallKind, Outcome
from reconcile.journal import schema
from reconcile.journal.base import JournalBase, doubts_of, doubts_text
from reconcile.journal.call_states import BEGUN, CallState, check_move
from reconcile.journal.database import put
from reconcile.journal.mapping import values_of
from reconcile.journal.records import NEVER_SENT, AttemptEnd, Setback

__all__ = ["Calls"]


class Calls(JournalBase):
    """Moves the calls of a run from state to state, one transaction each."""

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
                _call_update(run_id, order_id, kind).values(
                    state=BEGUN.value, tries=number, setback=Setback.NONE
                )
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
                    "doubts_before": doubts_text(doubts_of(connection, key)),
                },
            )
            doubted = doubts_of(connection, key) | {row.fingerprint}
            values = {"disturbed": True, "in_doubt": doubts_text(doubted)}
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
        setback: Setback = Setback.NONE,
    ) -> None:
        """Says what came of try `number`, and how the call stands now.

        `setback` says that the call will not be tried again before the run is resumed.
        """
        table = schema.attempts
        with self._database.transaction() as connection:
            row = connection.execute(_call_query(run_id, order_id, kind)).one()
            after = CallState(state.value)
            if row.state != BEGUN:
                raise InternalError(f"Nothing can come of a call that is {row.state}.")
            check_move(BEGUN, after)
            key = {"run_id": run_id, "order_id": order_id, "kind": kind.value, "number": number}
            connection.execute(
                sa.update(table)
                .filter_by(**key)
                .values(**self._database.redacted(values_of(table, end)))
            )
            connection.execute(
                _call_update(run_id, order_id, kind).values(
                    state=after.value, note=self._database.redacted(note), setback=setback
                )
            )
            standing = {"account": row.account, "order_id": order_id, "kind": kind.value}
            if end.exchange == NEVER_SENT:
                before = connection.execute(sa.select(table).filter_by(**key)).one()
                restored = {"disturbed": before.disturbed_before, "in_doubt": before.doubts_before}
                put(connection, schema.standings, standing, restored)
                return
            if state is Outcome.IN_DOUBT:
                return
            values: dict[str, Any] = {
                "in_doubt": doubts_text(doubts_of(connection, standing) - {row.fingerprint})
            }
            if state is Outcome.SYNCED:
                values |= {
                    "content": row.content,
                    "fingerprint": row.fingerprint,
                    "run_id": run_id,
                    "at": end.ended_at.isoformat(),
                    "disturbed": False,
                }
            put(connection, schema.standings, standing, values)

    def annotate(self, run_id: str, order_id: int, kind: CallKind, note: str) -> None:
        """Says why a call was not made in this run."""
        update = _call_update(run_id, order_id, kind)
        self._execute(update.values(note=note, setback=Setback.GIVEN_UP))

    def compared_anew(self, run_id: str, call: PlannedCall) -> None:
        """Says how a call stands that waited for another run, before it is sent."""
        with self._database.transaction() as connection:
            row = connection.execute(_call_query(run_id, call.order_id, call.kind)).one()
            if row.state != call.outcome.value:
                check_move(CallState(row.state), CallState(call.outcome.value))
            connection.execute(
                _call_update(run_id, call.order_id, call.kind).values(
                    comparison=call.comparison.value,
                    previous=call.previous,
                    state=call.outcome.value,
                    note=call.note,
                )
            )

    def ending(self, run_id: str, workbook: str) -> None:
        """Keeps where the workbook of a run that is about to end will be, as far as it is known."""
        runs = schema.runs
        self._execute(sa.update(runs).where(runs.c.id == run_id).values(workbook=workbook))

    def end_run(
        self, run_id: str, at: datetime, exit_code: int, reason: str, workbook: str
    ) -> None:
        """Says how a run ended, and where its workbook was written."""
        self._execute(
            sa.update(schema.runs)
            .where(schema.runs.c.id == run_id)
            .values(ended_at=at.isoformat(), exit_code=exit_code, reason=reason, workbook=workbook)
        )


def _disturbed(connection: sa.Connection, key: dict[str, Any]) -> bool:
    query = sa.select(schema.standings.c.disturbed).filter_by(**key)
    return bool(connection.execute(query).scalar())


def _call_query(run_id: str, order_id: int, kind: CallKind) -> sa.Select[Any]:
    calls, runs = schema.calls, schema.runs
    return (
        sa.select(calls, runs.c.account)
        .join(runs, runs.c.id == calls.c.run_id)
        .where(calls.c.run_id == run_id, calls.c.order_id == order_id, calls.c.kind == kind.value)
    )


def _call_update(run_id: str, order_id: int, kind: CallKind) -> sa.Update:
    return sa.update(schema.calls).filter_by(run_id=run_id, order_id=order_id, kind=kind.value)
