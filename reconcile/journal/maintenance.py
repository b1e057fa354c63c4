"""The list of runs, what is usual, how commands ended, and making room."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reconcile.journal import schema
from reconcile.journal.base import JournalBase
from reconcile.journal.call_states import CallState, outcome_of
from reconcile.journal.mapping import run_record
from reconcile.journal.records import RunOverview
from reconcile.journal.unfinished import OPEN, left_in

__all__ = ["Maintenance"]

_KEPT_ENDINGS = 100
_OF_A_RUN = [
    table for table in schema.metadata.tables.values() if "run_id" in table.c and table.foreign_keys
]


class Maintenance(JournalBase):
    """What concerns all runs together."""

    def overview(self) -> list[RunOverview]:
        """Every run, the latest first."""
        runs, calls, orders = schema.runs, schema.calls, schema.orders
        states = sa.select(calls.c.run_id, calls.c.state, sa.func.count()).group_by(
            calls.c.run_id, calls.c.state
        )
        held = (
            sa.select(orders.c.run_id, sa.func.count().label("held"))
            .where(orders.c.rejected)
            .group_by(orders.c.run_id)
        )
        query = sa.select(runs, left_in().label("left")).order_by(
            runs.c.created_at.desc(), runs.c.id.desc()
        )
        with self._database.transaction(reading=True) as connection:
            counts: dict[str, Counter[Any]] = {}
            for run_id, state, count in connection.execute(states):
                counts.setdefault(run_id, Counter())[outcome_of(CallState(state))] += count
            rejected = Counter({row.run_id: row.held for row in connection.execute(held)})
            return [
                RunOverview(
                    run_record(connection, row),
                    row.complete,
                    counts.get(row.id, Counter()),
                    rejected[row.id],
                    row.left if row.complete and not row.abandoned else 0,
                )
                for row in connection.execute(query).all()
            ]

    def abandon(self, run_id: str) -> None:
        """What the run has left is never sent."""
        runs = schema.runs
        self._execute(sa.update(runs).where(runs.c.id == run_id).values(abandoned=True))

    def prune(self, run_ids: Collection[str]) -> list[str]:
        """Takes runs out. What each order holds is kept, and that their files are done.

        A run that planned an order which an earlier one, that stays, has open stays too: else
        that one would send what is outdated. Returns which were taken out.
        """
        runs, sources, done = schema.runs, schema.sources, schema.done_files
        going = self._not_needed(run_ids)
        for run_id in going:
            with self._database.transaction() as connection:
                files = (
                    sa.select(runs.c.account, sources.c.sha256, runs.c.id)
                    .join(sources, sources.c.run_id == runs.c.id)
                    .where(runs.c.id == run_id, runs.c.complete, ~runs.c.pilot)
                )
                known = sa.select(done.c.sha256).where(done.c.account == runs.c.account)
                connection.execute(
                    sa.insert(done).from_select(
                        ["account", "sha256", "run_id"],
                        files.where(sources.c.sha256.not_in(known)).distinct(),
                    )
                )
                for table in _OF_A_RUN:
                    connection.execute(sa.delete(table).where(table.c.run_id == run_id))
                connection.execute(sa.delete(runs).where(runs.c.id == run_id))
        self._database.compact()
        return going

    def _not_needed(self, run_ids: Collection[str]) -> list[str]:
        runs, earlier = schema.runs, schema.runs.alias("earlier")
        planned, theirs = schema.calls.alias("planned"), schema.calls.alias("theirs")
        overruled = (
            sa.select(runs.c.id, earlier.c.id)
            .distinct()
            .join(planned, planned.c.run_id == runs.c.id)
            .join(theirs, theirs.c.order_id == planned.c.order_id)
            .join(earlier, earlier.c.id == theirs.c.run_id)
            .where(
                planned.c.state != CallState.REJECTED.value,
                theirs.c.state.in_(OPEN),
                earlier.c.account == runs.c.account,
                earlier.c.sequence < runs.c.sequence,
                ~earlier.c.abandoned,
            )
        )
        in_turn = sa.select(runs.c.id).order_by(runs.c.sequence)
        with self._database.transaction(reading=True) as connection:
            everything = list(connection.execute(in_turn).scalars())
            overrules: dict[str, list[str]] = {}
            for run_id, other in connection.execute(overruled):
                overrules.setdefault(run_id, []).append(other)
        wanted, staying = set(run_ids), set[str]()
        for run_id in everything:
            if run_id not in wanted or staying.intersection(overrules.get(run_id, ())):
                staying.add(run_id)
        return [run_id for run_id in everything if run_id not in staying]

    def order_counts(self, account: str, most: int, before: str) -> list[int]:
        """How many orders the last runs of the account named, the latest first.

        Pilots don't count, nor does the run `before`, nor one after it.
        """
        runs, orders = schema.runs, schema.orders
        own = sa.select(runs.c.sequence).where(runs.c.id == before).scalar_subquery()
        count = (
            sa.select(sa.func.count())
            .where(orders.c.run_id == runs.c.id)
            .correlate(runs)
            .scalar_subquery()
        )
        query = (
            sa.select(count)
            .where(runs.c.account == account, runs.c.complete, ~runs.c.pilot)
            .where(runs.c.sequence < own)
            .order_by(runs.c.sequence.desc())
            .limit(most)
        )
        return self._scalars(query)

    def last_ending(self, base_url: str) -> int | None:
        """The exit code with which the last command ended that sends; None if there is none."""
        table = schema.endings
        query = (
            sa.select(table.c.exit_code)
            .where(table.c.base_url == base_url)
            .order_by(table.c.number.desc())
        )
        return next(iter(self._scalars(query)), None)

    def add_ending(self, base_url: str, at: datetime, exit_code: int) -> None:
        """Keeps how a command ended, and forgets the oldest."""
        table = schema.endings
        with self._database.transaction() as connection:
            last = connection.execute(sa.select(sa.func.max(table.c.number))).scalar() or 0
            connection.execute(sa.delete(table).where(table.c.number <= last + 1 - _KEPT_ENDINGS))
            ending = {"number": last + 1, "at": at.isoformat(), "base_url": base_url}
            connection.execute(sa.insert(table), {**ending, "exit_code": exit_code})
