"""What runs have left to send, who may send it, and which files are done.

Rules, section 5: an order that a later run has planned is superseded in earlier runs and
never sent from them; a status call in doubt is not repeated.
"""

from collections.abc import Collection
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from reconcile.domain.calls import PlannedCall
from reconcile.domain.model import CallKind, Comparison, Outcome
from reconcile.journal import schema
from reconcile.journal.base import VALUES_A_QUERY, JournalBase, chunks
from reconcile.journal.call_states import CallState
from reconcile.journal.mapping import record_of, run_record
from reconcile.journal.records import RunRecord, Setback

__all__ = ["OPEN", "Unfinished", "left_in"]

OPEN = (CallState.PENDING.value, CallState.BEGUN.value, CallState.IN_DOUBT.value)
_DONE = (CallState.SYNCED.value, CallState.UNCHANGED.value)
_CUT_SHORT = "sent, and the program ended before an answer came"


class Unfinished(JournalBase):
    """Looks for what is pending or in doubt."""

    def unfinished_runs(self, account: str | None = None) -> list[RunRecord]:
        """The runs (of an account, or all) that are not at their end; earliest first.

        They have something left to send, or the process that made them died.
        """
        runs = schema.runs
        query = sa.select(runs).where(_unfinished()).order_by(runs.c.sequence)
        if account is not None:
            query = query.where(runs.c.account == account)
        with self._database.transaction(reading=True) as connection:
            found = connection.execute(query).all()
            return [run_record(connection, row) for row in found]

    def remaining(self, run_id: str) -> list[list[PlannedCall]]:
        """What is left to send of a run, order by order, as it was planned.

        In the order of the plan; orders that were given up come after the others, and the
        one that met a stop last.
        """
        with self._database.transaction(reading=True) as connection:
            return _remaining(connection, run_id)

    def superseded(self, run_id: str) -> list[tuple[int, CallKind, str, bool]]:
        """The calls that are left whose order a later run has planned; and that run.

        The last value says whether that run has such a call too, and so took it over.
        """
        calls, runs = schema.calls, schema.runs
        query = (
            sa.select(
                calls.c.order_id,
                calls.c.kind,
                _later_run(calls, runs).label("later"),
                _taken_over(calls, runs).label("taken_over"),
            )
            .join(runs, runs.c.id == calls.c.run_id)
            .where(runs.c.id == run_id, _sendable(calls), _superseded(calls, runs))
        )
        found = self._rows(query)
        return [
            (row.order_id, CallKind(row.kind), row.later, bool(row.taken_over)) for row in found
        ]

    def later_run(self, run_id: str, order_id: int) -> str | None:
        """The latest run after `run_id` that has planned this order, if there is one."""
        calls, runs = schema.calls, schema.runs
        query = (
            sa.select(_later_run(calls, runs))
            .join(runs, runs.c.id == calls.c.run_id)
            .where(runs.c.id == run_id, calls.c.order_id == order_id)
        )
        return next(iter(self._scalars(query)), None)

    def reopen(self, run_id: str) -> list[list[PlannedCall]]:
        """A run goes on: it has no end, and what a dead process had begun is in doubt.

        Returns what remains, on which the run has a claim from now on; not on what is
        superseded.
        """
        calls, runs = schema.calls, schema.runs
        of_run = calls.c.run_id == run_id
        with self._database.transaction() as connection:
            orders = _remaining(connection, run_id)
            connection.execute(
                sa.update(calls)
                .where(of_run, calls.c.state == CallState.BEGUN.value)
                .values(state=CallState.IN_DOUBT.value, note=_CUT_SHORT)
            )
            connection.execute(
                sa.update(calls).where(of_run, _sendable(calls)).values(setback=Setback.GIVEN_UP)
            )
            for some in chunks([order[0].order_id for order in orders], VALUES_A_QUERY):
                of_these = calls.c.order_id.in_(some)
                connection.execute(
                    sa.update(calls)
                    .where(of_run, of_these, _sendable(calls))
                    .values(setback=Setback.NONE)
                )
            connection.execute(
                sa.update(runs)
                .where(runs.c.id == run_id)
                .values(ended_at=None, exit_code=None, reason="")
            )
            return orders

    def rivals(self, run_id: str) -> list[str]:
        """Earlier runs of the account with a claim on an order that this run wants to send.

        Whether they are still alive only a lock of the operating system tells.
        """
        mine, runs, own = schema.calls.alias("mine"), schema.runs, schema.runs.alias("own")
        theirs = schema.calls.alias("theirs")
        query = (
            sa.select(runs.c.id)
            .distinct()
            .join(theirs, theirs.c.run_id == runs.c.id)
            .join(mine, mine.c.order_id == theirs.c.order_id)
            .join(own, own.c.id == mine.c.run_id)
            .where(
                own.c.id == run_id,
                _wanted(mine),
                runs.c.account == own.c.account,
                runs.c.sequence < own.c.sequence,
                _claimed(theirs),
            )
        )
        return self._scalars(query)

    def claimed(self, run_ids: Collection[str], own: str) -> set[int]:
        """The orders that run `own` wants to send and one of these runs has yet to send."""
        theirs, mine = schema.calls.alias("theirs"), schema.calls.alias("mine")
        query = (
            sa.select(theirs.c.order_id)
            .join(mine, mine.c.order_id == theirs.c.order_id)
            .where(
                theirs.c.run_id.in_(list(run_ids)),
                mine.c.run_id == own,
                _wanted(mine),
                _claimed(theirs),
            )
        )
        return set(self._scalars(query))

    def outdated(self, run_id: str) -> set[int]:
        """The orders that were unchanged when the run was planned, and are not any more."""
        calls, runs, known = schema.calls, schema.runs, schema.standings
        query = (
            sa.select(calls.c.order_id)
            .join(runs, runs.c.id == calls.c.run_id)
            .join(
                known,
                sa.and_(
                    known.c.account == runs.c.account,
                    known.c.order_id == calls.c.order_id,
                    known.c.kind == calls.c.kind,
                ),
            )
            .where(
                runs.c.id == run_id,
                calls.c.state == CallState.UNCHANGED.value,
                sa.or_(known.c.disturbed, known.c.fingerprint != calls.c.fingerprint),
                ~_superseded(calls, runs),
            )
        )
        return set(self._scalars(query))

    def put_off(self, run_id: str, order_ids: Collection[int]) -> list[list[PlannedCall]]:
        """These orders wait for another run: what they are beside it is not known before.

        Returns what this run may have to send of them.
        """
        calls = schema.calls
        with self._database.transaction() as connection:
            for some in chunks(order_ids, VALUES_A_QUERY):
                connection.execute(
                    sa.update(calls)
                    .where(calls.c.run_id == run_id, calls.c.order_id.in_(some), _wanted(calls))
                    .values(state=CallState.PENDING.value, comparison=Comparison.NEW.value, note="")
                )
            orders = _remaining(connection, run_id)
        return [order for order in orders if order[0].order_id in order_ids]

    def is_done(self, account: str, sha256: str) -> bool:
        """Whether a file of this content was run to its end in this account.

        A pilot left orders out; a run that has something left is not at its end, unless a
        later run took that over.
        """
        calls = schema.calls
        runs, sources, done = schema.runs, schema.sources, schema.done_files
        with_it = sa.select(sources.c.run_id).where(sources.c.sha256 == sha256)
        ended = sa.select(runs.c.id).where(
            runs.c.id.in_(with_it),
            runs.c.account == account,
            runs.c.complete,
            ~runs.c.pilot,
            runs.c.ended_at.is_not(None),
            runs.c.abandoned | ~_left(~_taken_over(calls, runs)).exists(),
        )
        pruned = sa.select(done.c.run_id).where(done.c.account == account, done.c.sha256 == sha256)
        return bool(self._rows(ended) or self._rows(pruned))

    def is_abandoned(self, account: str, sha256: str) -> bool:
        """Whether the last run of a file of this content was given up."""
        runs, sources = schema.runs, schema.sources
        query = (
            sa.select(runs.c.abandoned)
            .join(sources, sources.c.run_id == runs.c.id)
            .where(sources.c.sha256 == sha256, runs.c.account == account, runs.c.complete)
            .order_by(runs.c.sequence.desc())
        )
        return any(self._scalars(query)[:1])

    def deliveries(self, account: str, sha256: str) -> list[tuple[str, datetime]]:
        """The paths under which a file of this content was run in this account, and when."""
        runs, sources = schema.runs, schema.sources
        query = (
            sa.select(sources.c.path, runs.c.created_at)
            .join(runs, runs.c.id == sources.c.run_id)
            .where(sources.c.sha256 == sha256, runs.c.account == account, runs.c.complete)
        )
        found = self._rows(query)
        return [(row.path, datetime.fromisoformat(row.created_at)) for row in found]


def left_in() -> sa.ScalarSelect[Any]:
    """How many orders a run (of the query around it) has left to send."""
    calls, runs = schema.calls, schema.runs
    return (
        sa.select(sa.func.count(calls.c.order_id.distinct()))
        .where(calls.c.run_id == runs.c.id, _sendable(calls), ~_superseded(calls, runs))
        .correlate(runs)
        .scalar_subquery()
    )


def _unfinished() -> sa.ColumnElement[bool]:
    """It has something left to send, or a dead process left it without an end."""
    calls, runs = schema.calls, schema.runs
    left = _left(~_superseded(calls, runs))
    not_at_its_end = sa.or_(runs.c.ended_at.is_(None), left.exists())
    return sa.and_(runs.c.complete, ~runs.c.abandoned, not_at_its_end)


def _left(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Such calls of a run (of the query around it) that are not at their end."""
    calls, runs = schema.calls, schema.runs
    return (
        sa.select(calls.c.order_id)
        .where(calls.c.run_id == runs.c.id, _sendable(calls), which)
        .correlate(runs)
    )


def _sendable(calls: Any) -> sa.ColumnElement[bool]:
    """A sync that isn't at its end; a status surely not applied whose sync is or may be done."""
    sync = schema.calls.alias("sync")
    hopeless = sa.exists().where(
        sync.c.run_id == calls.c.run_id,
        sync.c.order_id == calls.c.order_id,
        sync.c.kind == CallKind.SYNC.value,
        sync.c.state.not_in((*OPEN, *_DONE)),
    )
    return sa.or_(
        sa.and_(calls.c.kind == CallKind.SYNC.value, calls.c.state.in_(OPEN)),
        sa.and_(
            calls.c.kind == CallKind.STATUS.value,
            calls.c.state == CallState.PENDING.value,
            ~hopeless,
        ),
    )


def _wanted(calls: Any) -> sa.ColumnElement[bool]:
    """What a run would send, or has no need to send as long as nobody else sends anything."""
    doubted_from_the_start = sa.and_(calls.c.state == CallState.IN_DOUBT.value, calls.c.tries == 0)
    at_rest = (CallState.PENDING.value, CallState.UNCHANGED.value)
    return sa.or_(calls.c.state.in_(at_rest), doubted_from_the_start)


def _claimed(calls: Any) -> sa.ColumnElement[bool]:
    """What a living run has under way or yet to do; a status in flight too."""
    in_flight = calls.c.state == CallState.BEGUN.value
    return sa.and_(calls.c.setback == Setback.NONE, sa.or_(in_flight, _sendable(calls)))


def _superseded(calls: Any, runs: Any) -> sa.ColumnElement[bool]:
    return _later(calls, runs).exists()


def _taken_over(calls: Any, runs: Any) -> sa.ColumnElement[bool]:
    """A later run that was not given up has the same kind of call of the order."""
    found = _later(calls, runs)
    same = (found.selected_columns.kind == calls.c.kind, ~found.selected_columns.abandoned)
    return found.where(*same).exists()


def _later_run(calls: Any, runs: Any) -> sa.ScalarSelect[Any]:
    query = _later(calls, runs)
    later = query.selected_columns.sequence
    return (
        query.with_only_columns(query.selected_columns.id)
        .order_by(later.desc())
        .limit(1)
        .scalar_subquery()
    )


def _later(calls: Any, runs: Any) -> sa.Select[Any]:
    """Later runs of the same account that have planned the order of a call."""
    later, planned = schema.runs.alias("later"), schema.calls.alias("planned")
    return (
        sa.select(later.c.id, later.c.sequence, later.c.abandoned, planned.c.kind)
        .join(planned, planned.c.run_id == later.c.id)
        .where(
            planned.c.order_id == calls.c.order_id,
            planned.c.state != CallState.REJECTED.value,
            later.c.account == runs.c.account,
            later.c.complete,
            later.c.sequence > runs.c.sequence,
        )
        .correlate(calls, runs)
    )


def _remaining(connection: sa.Connection, run_id: str) -> list[list[PlannedCall]]:
    calls, runs = schema.calls, schema.runs
    query = (
        sa.select(calls)
        .join(runs, runs.c.id == calls.c.run_id)
        .where(
            runs.c.id == run_id,
            runs.c.complete,
            ~runs.c.abandoned,
            _sendable(calls),
            ~_superseded(calls, runs),
        )
        .order_by(calls.c.position)
    )
    rows = connection.execute(query).all()
    orders = [list(some) for _, some in groupby(rows, key=attrgetter("order_id"))]
    orders.sort(key=lambda some: max(row.setback for row in some))
    return [[_planned(row) for row in some] for some in orders]


def _planned(row: sa.Row[Any]) -> PlannedCall:
    doubtful = row.state != CallState.PENDING.value
    return record_of(PlannedCall, row, outcome=Outcome.PENDING, doubtful=doubtful)
