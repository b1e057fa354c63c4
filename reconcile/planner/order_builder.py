"""Which orders are sent and which are held back, and why (rules, sections 3 and 4).

The payloads are made by the column (`payload_text`); an order is looked at by itself only if
something may be wrong with it, or it has nothing to send.
"""

from collections.abc import Container
from dataclasses import dataclass
from itertools import chain

import numpy as np

from reconcile.domain.issues import ISSUES, Scope
from reconcile.domain.model import Field, Issue, Rejection, RowRef
from reconcile.domain.payload import UNSET, StatusUpdate, Unset
from reconcile.domain.rules import SyncedDefault
from reconcile.planner.conflicts import (
    item_rows_below,
    status_conflicts,
    sync_conflicts,
    synced_with_error,
)
from reconcile.planner.grouping import OrderGroups
from reconcile.planner.payload_text import SyncTexts, sync_texts
from reconcile.planner.planned_orders import PlannedOrders
from reconcile.planner.rows import RowPlaces, Rows
from reconcile.planner.validation import Codes

__all__ = ["build_orders"]


def build_orders(
    groups: OrderGroups, rows: Rows, default: SyncedDefault
) -> tuple[PlannedOrders, list[Rejection]]:
    """The orders that are sent, and those that are held back, both in the order of their rows."""
    texts = sync_texts(groups, rows, default)
    marked = groups.faulty | groups.differing | groups.status_differing | groups.below.keys()
    contradicted = _synced_with_error(groups, rows, texts)
    silent = np.array([not text for text in texts.texts], dtype=bool)
    without_call = np.flatnonzero(silent & (groups.said[Field.STATUS] < 0)).tolist()
    rejections: dict[int, Rejection] = {}
    status_issues: dict[int, tuple[Issue, ...]] = {}
    for order in sorted({*marked, *contradicted, *without_call}):
        found, of_status = _issues(order, groups, rows) if order in marked else ([], [])
        if order in contradicted:
            found.append(synced_with_error(order, groups, rows))
        if not found and not of_status and silent[order] and groups.said[Field.STATUS][order] < 0:
            cell = rows.cell(groups.rows_of(order)[0], Field.ORDER_EXTERNAL_ID)
            found.append(Issue("nothing-to-send", (cell,), ""))
        if found or (silent[order] and of_status):
            refs = rows.refs(groups.rows_of(order))
            issues = (*found, *of_status)
            rejections[order] = Rejection(int(groups.ids[order]), refs, issues)
        elif of_status:
            status_issues[int(groups.ids[order])] = tuple(of_status)
    orders = PlannedOrders(
        groups.ids,
        texts.texts,
        texts.in_normal_form.tolist(),
        _Refs(groups.rows, groups.starts, rows.places),
        range(len(groups.ids)),
        _statuses(groups, rows, status_issues),
        status_issues,
    )
    if rejections:
        orders = orders.at([at for at in range(len(orders)) if at not in rejections])
    return orders, list(rejections.values())


@dataclass(frozen=True, slots=True)
class _Refs:
    """The places of the rows of an order, by its position; holds nothing else of the rows."""

    rows: Codes
    starts: Codes
    places: RowPlaces

    def __call__(self, order: int) -> tuple[RowRef, ...]:
        own = self.rows[self.starts[order] : self.starts[order + 1]].tolist()
        return tuple(map(self.places.__getitem__, own))


def _issues(order: int, groups: OrderGroups, rows: Rows) -> tuple[list[Issue], list[Issue]]:
    """What holds the order back, and what stops its status call alone."""
    issues: list[Issue] = []
    of_status: list[Issue] = []
    if order in groups.faulty:
        for issue in chain.from_iterable(map(rows.issues, groups.rows_of(order))):
            (of_status if ISSUES[issue.code].scope is Scope.STATUS else issues).append(issue)
    if order in groups.differing:
        issues += sync_conflicts(order, groups, rows)
    if order in groups.below:
        issues.append(item_rows_below(groups.below[order], rows))
    if order in groups.status_differing:
        of_status += status_conflicts(order, groups, rows)
    no_status = groups.said[Field.STATUS][order] < 0
    if no_status and all(issue.code != "status-invalid" for issue in of_status):
        of_status.clear()  # notes without a status hold nothing back
    return issues, of_status


def _synced_with_error(groups: OrderGroups, rows: Rows, texts: SyncTexts) -> set[int]:
    """Orders with a sync error that are synced, or of which any row says so."""
    error = groups.said[Field.ACCOUNTING_SYNC_ERROR] >= 0
    if not error.any():
        return set()
    codes, meanings = rows.column(Field.ACCOUNTING_SYNCED)
    says_yes = np.array([*(meaning is True for meaning in meanings), False])[codes]
    owners = np.repeat(np.arange(len(groups.ids)), np.diff(groups.starts))
    yes = np.bincount(owners[says_yes[groups.rows]], minlength=len(groups.ids)) > 0
    return set(np.flatnonzero(error & (texts.synced | yes)).tolist())


def _statuses(groups: OrderGroups, rows: Rows, left_out: Container[int]) -> dict[int, StatusUpdate]:
    """The status call of each order that has a status with which nothing is wrong."""
    statuses, notes = groups.said[Field.STATUS], groups.said[Field.UPDATE_NOTE]
    words, texts = rows.column(Field.STATUS)[1], rows.column(Field.UPDATE_NOTE)[1]
    found: dict[int, StatusUpdate] = {}
    for order in np.flatnonzero(statuses >= 0).tolist():
        order_id = int(groups.ids[order])
        if order_id not in left_out:
            note: str | Unset = UNSET if notes[order] < 0 else str(texts[notes[order]])
            found[order_id] = StatusUpdate(str(words[statuses[order]]), note)
    return found
