"""From exports to a `Plan`: one `OrderSync` per order, or the reasons why not.

Pure: the same rows and rules give the same plan. Rules, sections 3 and 4.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from reconcile.domain.fields import LOOKED_UP
from reconcile.domain.id_map import IdMap
from reconcile.domain.model import (
    Field,
    Ignored,
    IgnoreRule,
    Issue,
    Plan,
    Rejection,
    RowRef,
)
from reconcile.domain.rules import PlanningRules
from reconcile.loader import Export
from reconcile.planner.grouping import group_rows
from reconcile.planner.id_lookup import look_up_ids
from reconcile.planner.order_builder import build_orders
from reconcile.planner.plan_notices import notices_of
from reconcile.planner.planned_orders import PlannedOrders
from reconcile.planner.rows import Rows, ValidatedSheet

__all__ = ["narrow", "plan", "reject_orders"]

_STATUS_FIELDS = (Field.STATUS, Field.UPDATE_NOTE)


def plan(exports: Sequence[Export], rules: PlanningRules, ids: IdMap | None = None) -> Plan:
    """Plans everything that the rows ask for.

    Args:
        exports: all exports of the run, in the order in which they were given.
        rules: the config's say.
        ids: what numbers and SKUs mean; without it they mean nothing.

    Returns:
        Orders in the order of their first row. Each row read is in exactly one of
        `orders`, `rejections` and `ignored`.
    """
    passed_over = () if rules.send_status else _STATUS_FIELDS
    if ids is None:
        passed_over = (*passed_over, *LOOKED_UP)
    sheets = [ValidatedSheet(export, rules.cells, passed_over) for export in exports]
    if ids is not None:
        for sheet in sheets:
            look_up_ids(sheet, ids, rules.resolving)
    rows = Rows(sheets)
    groups = group_rows(rows)
    orders, rejections = build_orders(groups, rows, rules.synced_default)
    rejections += (
        Rejection(None, (rows.ref(row),), tuple(rows.issues(row))) for row in groups.strays
    )
    return Plan(
        orders=orders,
        rejections=tuple(rejections),
        ignored=tuple(_ignored(exports)),
        notices=tuple(notices_of(sheets, groups, rows, orders, rules, ids)),
        rows_read=sum(export.rows for export in exports),
    )


def narrow(planned: Plan, keep: Container[int], *, rejections: bool) -> Plan:
    """A pilot: the plan with the orders of `keep` only; the rows of the others are ignored.

    `rejections` says whether those of other orders, and rows that name none, stay.
    """
    orders = PlannedOrders.of(planned.orders)
    rejected: list[Rejection] = []
    left_out: list[RowRef] = []
    kept: list[int] = []
    for at, order_id in enumerate(orders.ids.tolist()):
        if order_id in keep:
            kept.append(at)
        else:
            left_out += orders[at].rows
    for rejection in planned.rejections:
        if rejections or (rejection.order_id is not None and rejection.order_id in keep):
            rejected.append(rejection)
        else:
            left_out += rejection.rows
    notices = planned.notices
    if not rejections:
        notices = tuple(notice for notice in notices if notice.code != "rows-without-order")
    return replace(
        planned,
        orders=orders.at(kept),
        rejections=tuple(rejected),
        ignored=(*planned.ignored, *(Ignored(row, IgnoreRule.PILOT) for row in left_out)),
        notices=notices,
    )


def reject_orders(planned: Plan, why: Mapping[int, tuple[Issue, ...]]) -> Plan:
    """The plan with the orders of `why` held, each for its issues; nothing of them is sent."""
    orders = PlannedOrders.of(planned.orders)
    held = [at for at, order_id in enumerate(orders.ids.tolist()) if order_id in why]
    rejected = (
        Rejection(o.order_id, o.rows, why[o.order_id]) for o in map(orders.__getitem__, held)
    )
    kept = orders.at(sorted(set(range(len(orders))).difference(held)))
    return replace(planned, orders=kept, rejections=(*planned.rejections, *rejected))


def _ignored(exports: Sequence[Export]) -> Iterator[Ignored]:
    for export in exports:
        for row, rule in export.ignored.items():
            yield Ignored(RowRef(export.file, export.sheet, row), rule)
