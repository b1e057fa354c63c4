"""A call as it is planned, and as it stands beside what was acknowledged earlier. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from reconcile.domain.model import CallKind, Comparison, Outcome
from reconcile.domain.payload import normal_form

__all__ = ["Change", "History", "LastAcknowledged", "PlannedCall", "compared", "differences"]


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


class PlannedCall(NamedTuple):
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


def compared(call: PlannedCall, known: LastAcknowledged | None, *, force: bool) -> PlannedCall:
    """The call beside what is known of it: whether it must be sent, and what it overwrites."""
    fresh = call._replace(comparison=Comparison.NEW, outcome=Outcome.PENDING, previous=None)
    if known is None:
        return fresh
    if call.kind is CallKind.STATUS and call.fingerprint in known.in_doubt:
        note = "an earlier run sent this status and never learned whether it was applied"
        return fresh._replace(comparison=Comparison.SAME, outcome=Outcome.IN_DOUBT, note=note)
    if known.content is None:
        return fresh
    if known.fingerprint != call.fingerprint:
        overwritten = known.content if call.kind is CallKind.SYNC else None
        return fresh._replace(comparison=Comparison.CHANGED, previous=overwritten)
    again = known.disturbed or force
    outcome = Outcome.PENDING if again else Outcome.UNCHANGED
    return fresh._replace(comparison=Comparison.SAME, outcome=outcome)


def differences(previous: str, content: str) -> Iterator[Change]:
    """Each value that differs between two payloads (JSON), by its path."""
    before, after = _flat(json.loads(previous)), _flat(json.loads(content))
    for path in {**before, **after}:
        if before.get(path, _MISSING) != after.get(path, _MISSING):
            yield Change(path, before.get(path), after.get(path))


_MISSING = object()


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
