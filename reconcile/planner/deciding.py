"""One order: its call or calls, or the reasons why it is held (rules, sections 3 and 4)."""

from collections.abc import Sequence
from itertools import chain

from reconcile.domain.issues import ISSUES, Scope
from reconcile.domain.model import Field, Issue, OrderSync, Rejection
from reconcile.domain.payload import (
    UNSET,
    OrderAccountingSyncRequest,
    OrderItemAccountingSyncRequest,
    StatusUpdate,
    Unset,
)
from reconcile.domain.rules import SyncedDefault
from reconcile.planner.contradictions import (
    contradictions,
    item_rows_below,
    status_contradictions,
    synced_with_error,
)
from reconcile.planner.gathering import Gathered, GatheredOrder
from reconcile.planner.judging import Rows
from reconcile.planner.plain import sent
from reconcile.planner.validation import CLEAR

__all__ = ["decide"]


def decide(
    order_id: int, order: GatheredOrder, rows: Rows, gathered: Gathered, default: SyncedDefault
) -> OrderSync | Rejection:
    """The call or calls of an order, or why there are none."""
    synced = _accounting_synced(order, default)
    issues: Sequence[Issue] = ()
    status_issues: Sequence[Issue] = ()
    if order.marked:
        issues, status_issues = _issues(order_id, order, rows, gathered)
    if order.error is not None and (synced is True or _some_row_says_yes(order, rows)):
        issues = (*issues, synced_with_error(order, rows))
    sync = _sync(order, synced) if _has_something_to_send(order) else None
    if not issues and sync is None and order.status is None and not status_issues:
        place = rows.place(order.rows[0], Field.ORDER_EXTERNAL_ID)
        issues = (Issue("nothing-to-send", (place,), ""),)
    refs = rows.refs(order.rows)
    if issues or (sync is None and status_issues):
        return Rejection(order_id, refs, (*issues, *status_issues))
    status = None
    if order.status is not None and not status_issues:
        note: str | Unset = UNSET if order.note is None else order.note
        status = StatusUpdate(order.status, note)
    return OrderSync(order_id, refs, sync, status, tuple(status_issues))


def _issues(
    order_id: int, order: GatheredOrder, rows: Rows, gathered: Gathered
) -> tuple[list[Issue], list[Issue]]:
    """What holds the order back, and what stops its status call alone."""
    issues: list[Issue] = []
    status_issues: list[Issue] = []
    if order.faulty:
        for issue in chain.from_iterable(map(rows.issues, order.rows)):
            in_status = ISSUES[issue.code].scope is Scope.STATUS
            (status_issues if in_status else issues).append(issue)
    if order.suspect:
        issues += contradictions(order, order_id, rows, gathered)
    if order.below is not None:
        issues.append(item_rows_below(order.below, rows))
    if order.status_suspect:
        status_issues += status_contradictions(order, rows)
    if order.status is None and all(issue.code != "status-invalid" for issue in status_issues):
        status_issues.clear()  # notes without a status hold nothing back
    return issues, status_issues


def _some_row_says_yes(order: GatheredOrder, rows: Rows) -> bool:
    """Also where the first to speak said otherwise."""
    return order.suspect and any(
        rows.value(row, Field.ACCOUNTING_SYNCED) is True for row in order.rows
    )


def _has_something_to_send(order: GatheredOrder) -> bool:
    return (
        order.external is not None
        or order.synced is not None
        or order.error is not None
        or any(map(_says_something, order.items))
    )


def _says_something(item: OrderItemAccountingSyncRequest) -> bool:
    return item.external_accounting_id is not UNSET or bool(item.order_item_accounting_items)


def _accounting_synced(order: GatheredOrder, default: SyncedDefault) -> bool | Unset | None:
    if order.synced is not None:
        return None if order.synced is CLEAR else order.synced
    if isinstance(default, bool):
        return default
    if default == "none" or order.error is not None:
        return UNSET
    has_id = isinstance(order.external, str) or any(
        isinstance(item.external_accounting_id, str) or item.order_item_accounting_items
        for item in order.items
    )
    return True if has_id else UNSET


def _sync(order: GatheredOrder, synced: bool | Unset | None) -> OrderAccountingSyncRequest:  # noqa: FBT001
    error = UNSET if order.error is None else order.error
    return OrderAccountingSyncRequest(synced, sent(order.external), tuple(order.items), error)
