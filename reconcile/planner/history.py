"""What earlier runs of the account mean for a plan: new, changed or unchanged.

Pure. Rules, sections 4 and 5: a call equal to the one last acknowledged, with nothing else
sent for it since, is not sent; a status call in doubt is never repeated.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from reconcile.domain.calls import History, PlannedCall, compared
from reconcile.domain.model import CallKind, Comparison, Outcome, Plan
from reconcile.domain.payload import fingerprint, sealed
from reconcile.planner.planned_orders import PlannedOrders

__all__ = [
    "CallPlan",
    "diff_plan",
]


@dataclass(frozen=True, slots=True)
class CallPlan:
    """A plan beside what is known of its orders: every call, and the counts."""

    plan: Plan
    calls: Sequence[PlannedCall]
    counts: Mapping[Comparison, int] = field(default_factory=dict)

    @property
    def to_send(self) -> list[PlannedCall]:
        """The calls that will be made."""
        return [call for call in self.calls if call.outcome is Outcome.PENDING]

    @property
    def changed(self) -> list[PlannedCall]:
        """The accounting syncs that will overwrite what was acknowledged earlier."""
        return [call for call in self.calls if call.previous is not None]


def diff_plan(plan: Plan, history: History, *, force: bool = False) -> CallPlan:
    """Sets every planned call beside what was acknowledged earlier.

    Args:
        plan: what the files ask for.
        history: what the journal knows of the plan's orders; empty if nothing.
        force: send unchanged calls too (never a status call in doubt).
    """
    orders = PlannedOrders.of(plan.orders)
    calls: list[PlannedCall] = []
    normal = orders.in_normal_form
    for at, order_id in enumerate(orders.ids.tolist()):
        text = orders.texts[at]
        if text:
            seal = (
                sha256(text.encode()).hexdigest() if normal[at] else fingerprint(json.loads(text))
            )
            calls.append(_planned(order_id, CallKind.SYNC, text, seal, history, force=force))
        status = orders.statuses.get(order_id)
        if status is not None:
            content, seal = sealed(status.to_json())
            calls.append(_planned(order_id, CallKind.STATUS, content, seal, history, force=force))
        elif order_id in orders.status_issues:
            rejected = Comparison.NEW, Outcome.REJECTED
            calls.append(PlannedCall(order_id, CallKind.STATUS, "", "", *rejected))
    counts = dict.fromkeys(Comparison, 0)
    for call in calls:
        if call.kind is CallKind.SYNC:
            counts[call.comparison] += 1
    return CallPlan(plan, tuple(calls), counts)


def _planned(
    order_id: int, kind: CallKind, content: str, seal: str, history: History, *, force: bool
) -> PlannedCall:
    call = PlannedCall(order_id, kind, content, seal, Comparison.NEW)
    known = history.get((order_id, kind))
    return call if known is None else compared(call, known, force=force)
