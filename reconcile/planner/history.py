"""What earlier runs of the account mean for a plan: new, changed or unchanged.

Pure. Rules, sections 4 and 5: a call equal to the one last acknowledged, with nothing else
sent for it since, is not sent; a status call in doubt is never repeated.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconcile.domain.bulk import without_cyclic_gc
from reconcile.domain.calls import History, PlannedCall, compared
from reconcile.domain.model import CallKind, Comparison, OrderSync, Outcome, Plan
from reconcile.domain.payload import sealed

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
    with without_cyclic_gc():
        calls = [call for order in plan.orders for call in _calls_of(order, history, force=force)]
    counts = dict.fromkeys(Comparison, 0)
    for call in calls:
        if call.kind is CallKind.SYNC:
            counts[call.comparison] += 1
    return CallPlan(plan, tuple(calls), counts)


def _calls_of(order: OrderSync, history: History, *, force: bool) -> Iterable[PlannedCall]:
    if order.sync is not None:
        yield _planned(order, CallKind.SYNC, order.sync.to_json(), history, force=force)
    if order.status is not None:
        yield _planned(order, CallKind.STATUS, order.status.to_json(), history, force=force)
    elif order.status_issues:
        yield PlannedCall(order.order_id, CallKind.STATUS, "", "", Comparison.NEW, Outcome.REJECTED)


def _planned(
    order: OrderSync, kind: CallKind, content: dict[str, Any], history: History, *, force: bool
) -> PlannedCall:
    text, print_ = sealed(content)
    call = PlannedCall(order.order_id, kind, text, print_, Comparison.NEW)
    known = history.get((order.order_id, kind))
    return call if known is None else compared(call, known, force=force)
