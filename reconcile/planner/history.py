"""What earlier runs of the account mean for a plan: new, changed or unchanged.

Pure. Rules, sections 4 and 5: a call equal to the one last acknowledged, with nothing else
sent for it since, is not sent; a status call in doubt is never repeated.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconcile.domain.bulk import without_cyclic_gc
from reconcile.domain.model import CallKind, Comparison, OrderSync, Outcome, Plan
from reconcile.domain.payload import normal_form, sealed

__all__ = [
    "CallPlan",
    "Change",
    "History",
    "LastAcknowledged",
    "PlannedCall",
    "compared",
    "diff_plan",
    "differences",
]


@dataclass(frozen=True, slots=True)
class LastAcknowledged:
    """What the journal knows of one call of one order in one account.

    `content` is the JSON last acknowledged, None if nothing ever was. `disturbed` says that
    something was sent after that. `in_doubt` are the fingerprints of calls whose fate is
    unknown.
    """

    content: str | None
    fingerprint: str | None
    disturbed: bool = False
    in_doubt: frozenset[str] = frozenset()


History = Mapping[tuple[int, CallKind], LastAcknowledged]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call of a run as planned: its content, and how it stands before anything is sent.

    `outcome` is pending for a call that will be sent; otherwise how it ended already.
    `previous` is the JSON acknowledged earlier, where it was another one. `doubtful`: an
    earlier try of this run may have been applied.
    """

    order_id: int
    kind: CallKind
    content: str
    fingerprint: str
    comparison: Comparison
    outcome: Outcome = Outcome.PENDING
    previous: str | None = None
    note: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One value that differs from what was acknowledged earlier; None where there is none."""

    path: str
    old: object
    new: object


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


def compared(call: PlannedCall, known: LastAcknowledged | None, *, force: bool) -> PlannedCall:
    """The call beside what is known of it: whether it must be sent, and what it overwrites."""
    fresh = replace(call, comparison=Comparison.NEW, outcome=Outcome.PENDING, previous=None)
    if known is None:
        return fresh
    if call.kind is CallKind.STATUS and call.fingerprint in known.in_doubt:
        note = "an earlier run sent this status and never learned whether it was applied"
        return replace(fresh, comparison=Comparison.SAME, outcome=Outcome.IN_DOUBT, note=note)
    if known.content is None:
        return fresh
    if known.fingerprint != call.fingerprint:
        overwritten = known.content if call.kind is CallKind.SYNC else None
        return replace(fresh, comparison=Comparison.CHANGED, previous=overwritten)
    again = known.disturbed or force
    outcome = Outcome.PENDING if again else Outcome.UNCHANGED
    return replace(fresh, comparison=Comparison.SAME, outcome=outcome)


def differences(previous: str, content: str) -> Iterator[Change]:
    """Each value that differs between two payloads (JSON), by its path."""
    before, after = _flat(json.loads(previous)), _flat(json.loads(content))
    for path in {**before, **after}:
        if before.get(path, _MISSING) != after.get(path, _MISSING):
            yield Change(path, before.get(path), after.get(path))


_MISSING = object()


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


def _flat(content: dict[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in normal_form(content).items():
        if name != "items":
            flat[name] = value
            continue
        for item in value:
            path = f"items[{item['id']}]"
            flat[f"{path}.id"] = item["id"]
            if "externalAccountingId" in item:
                flat[f"{path}.externalAccountingId"] = item["externalAccountingId"]
            for sub in item.get("orderItemAccountingItems", ()):
                key = sub.get("externalAccountingId", "")
                if key:
                    flat[f"{path}.orderItemAccountingItems[{key}].externalAccountingId"] = key
                flat[f"{path}.orderItemAccountingItems[{key}].quantity"] = sub.get("quantity")
    return flat
