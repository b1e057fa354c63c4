"""Runs in a journal, made by hand: what is planned, what is begun, what came back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconcile.domain.calls import PlannedCall
from reconcile.domain.model import CallKind, Comparison, OrderSync, Outcome, Plan, RowRef
from reconcile.domain.payload import (
    OrderAccountingSyncRequest,
    StatusUpdate,
    canonical,
    fingerprint,
)
from reconcile.journal import (
    AttemptEnd,
    Journal,
    MessageRecord,
    NewRun,
    OrderRecord,
    RowRecord,
    SourceRecord,
)
from reconcile.planner.history import CallPlan, diff_plan
from tests.doubles import EPOCH

SYNC, STATUS = CallKind.SYNC, CallKind.STATUS
ACCOUNT = "https://api.flxpoint.com id 1001"


def new_run(run_id: str, *, at: datetime = EPOCH, account: str = ACCOUNT, **more: Any) -> NewRun:
    values: dict[str, Any] = {
        "version": "0.1.0",
        "base_url": "https://api.flxpoint.com",
        "account_name": "Shop",
        "command": "run",
        "settings": {},
        "workbook": "",
    }
    return NewRun(id=run_id, created_at=at, account=account, **values | more)


def call(order_id: int, kind: CallKind = SYNC, **content: Any) -> PlannedCall:
    content = content or {"accountingSynced": True}
    return PlannedCall(order_id, kind, canonical(content), fingerprint(content), Comparison.NEW)


def create(
    journal: Journal,
    run_id: str,
    *,
    at: datetime = EPOCH,
    account: str = ACCOUNT,
    sources: Sequence[SourceRecord] = (),
    rows: Iterable[RowRecord] = (),
    orders: Iterable[OrderRecord] = (),
    told: Iterable[MessageRecord] = (),
    calls: Iterable[PlannedCall] = (),
) -> None:
    """A run with whatever is given, and nothing else."""
    run = new_run(run_id, at=at, account=account)
    journal.create_run(run, sources, rows, orders, told, calls)


def came(status: int | None, *, at: datetime = EPOCH) -> AttemptEnd:
    """What came back: an answer of that status, or none."""
    exchange = "no reply" if status is None else "reply"
    return AttemptEnd(at, 0.25, exchange, status, "accept", "", {})


def never_left(at: datetime) -> AttemptEnd:
    return AttemptEnd(at, 0.0, "never sent", None, "retry", "no connection to Flxpoint", {})


def order(order_id: int, external_id: str | None = None, status: str | None = None) -> OrderSync:
    sync = None if external_id is None else OrderAccountingSyncRequest(True, external_id)  # noqa: FBT003
    update = None if status is None else StatusUpdate(status)
    return OrderSync(order_id, (RowRef("export.csv", "", 2),), sync, update)


@dataclass(slots=True)
class Books:
    """One account's journal, and the files that are dropped one after the other."""

    journal: Journal
    account: str = ACCOUNT
    dropped: int = 0

    def look(self, *orders: OrderSync, force: bool = False) -> CallPlan:
        """What would be sent."""
        plan = Plan(orders, (), (), (), len(orders))
        history = self.journal.history(self.account, [order.order_id for order in orders])
        return diff_plan(plan, history, force=force)

    def drop(
        self,
        *orders: OrderSync,
        ends: Mapping[tuple[int, CallKind], Outcome | None] | None = None,
        force: bool = False,
        left: bool = True,
    ) -> list[tuple[int, str]]:
        """Runs a file and returns what was to be sent, as (order, kind).

        A call ends as `ends` says, else it is acknowledged; None is a crash before its end,
        after which the run has none either.
        Without `left` no call leaves this machine.
        """
        self.dropped += 1
        run_id, at = f"run-{self.dropped}", EPOCH + timedelta(days=self.dropped)
        workload = self.look(*orders, force=force)
        create(self.journal, run_id, at=at, account=self.account, calls=workload.calls)
        for call in workload.to_send:
            number = self.journal.begin(run_id, call.order_id, call.kind, at)
            usual = Outcome.SYNCED if left else Outcome.PENDING
            end = (ends or {}).get((call.order_id, call.kind), usual)
            if end is not None:
                came_back = came(204, at=at) if left else never_left(at)
                self.journal.record(run_id, call.order_id, call.kind, number, came_back, end)
        if None not in (ends or {}).values():
            self.journal.end_run(run_id, at, 0, "", "")
        return [(call.order_id, call.kind.value) for call in workload.to_send]
