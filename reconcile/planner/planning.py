"""From rows to a `Plan`: one `OrderSync` per order, or the reasons why not.

Pure: the same rows and rules give the same plan. Rules, sections 3 and 4.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconcile.domain.bulk import without_cyclic_gc
from reconcile.domain.fields import FIELDS, LOOKED_UP
from reconcile.domain.id_map import IdMap
from reconcile.domain.model import (
    CellRef,
    Field,
    Ignored,
    IgnoreRule,
    Issue,
    Notice,
    OrderSync,
    Plan,
    Rejection,
    RowRef,
    SourceRows,
)
from reconcile.domain.rules import PlanningRules
from reconcile.domain.text import quoted, trimmed
from reconcile.planner.deciding import decide
from reconcile.planner.gathering import Gathered, GatheredOrder, gather
from reconcile.planner.judging import JudgedSource, Rows
from reconcile.planner.resolving import order_named, resolve

__all__ = ["narrow", "plan", "reject_orders"]

_STATUS_FIELDS = (Field.STATUS, Field.UPDATE_NOTE)
_TOLD_ONE_BY_ONE = 100


def plan(sources: Sequence[SourceRows], rules: PlanningRules, ids: IdMap | None = None) -> Plan:
    """Plans everything that the rows ask for.

    Args:
        sources: the rows of all files of the run, in the order in which they were given.
        rules: the config's say.
        ids: what numbers and SKUs mean; without it they mean nothing.

    Returns:
        Orders in the order of their first row. Each row read is in exactly one of
        `orders`, `rejections` and `ignored`.
    """
    with without_cyclic_gc():
        passed_over = () if rules.send_status else _STATUS_FIELDS
        if ids is None:
            passed_over = (*passed_over, *LOOKED_UP)
        judged = [JudgedSource.of(source, rules.cells, passed_over) for source in sources]
        if ids is not None:
            for one in judged:
                resolve(one, ids, rules.resolving)
        gathered = gather(judged)
        rows = Rows(judged)
        orders: list[OrderSync] = []
        rejections: list[Rejection] = []
        for order_id, order in gathered.orders.items():
            decided = decide(order_id, order, rows, gathered, rules.synced_default)
            if isinstance(decided, OrderSync):
                orders.append(decided)
            else:
                rejections.append(decided)
        rejections += (
            Rejection(None, (rows.ref(row),), tuple(rows.issues(row))) for row in gathered.strays
        )
        return Plan(
            orders=tuple(orders),
            rejections=tuple(rejections),
            ignored=tuple(_ignored(judged)),
            notices=tuple(
                _notices(judged, gathered, rows, rules, ids, {order.order_id for order in orders})
            ),
            rows_read=sum(len(source.numbers) for source in sources),
        )


def narrow(planned: Plan, keep: Container[int], *, rejections: bool) -> Plan:
    """A pilot: the plan with the orders of `keep` only; the rows of the others are ignored.

    `rejections` says whether those of other orders, and rows that name none, stay.
    """
    orders: list[OrderSync] = []
    rejected: list[Rejection] = []
    left_out: list[RowRef] = []
    for order in planned.orders:
        if order.order_id in keep:
            orders.append(order)
        else:
            left_out += order.rows
    for rejection in planned.rejections:
        if rejections or (rejection.order_id is not None and rejection.order_id in keep):
            rejected.append(rejection)
        else:
            left_out += rejection.rows
    ignored = (*planned.ignored, *(Ignored(row, IgnoreRule.PILOT) for row in left_out))
    notices = planned.notices
    if not rejections:
        notices = tuple(notice for notice in notices if notice.code != "rows-without-order")
    return replace(
        planned,
        orders=tuple(orders),
        rejections=tuple(rejected),
        ignored=ignored,
        notices=notices,
    )


def reject_orders(planned: Plan, why: Mapping[int, tuple[Issue, ...]]) -> Plan:
    """The plan with the orders of `why` held, each for its issues; nothing of them is sent."""
    held = tuple(
        Rejection(order.order_id, order.rows, why[order.order_id])
        for order in planned.orders
        if order.order_id in why
    )
    kept = tuple(order for order in planned.orders if order.order_id not in why)
    return replace(planned, orders=kept, rejections=(*planned.rejections, *held))


def _ignored(sources: Iterable[JudgedSource]) -> Iterator[Ignored]:
    for judged in sources:
        for index, rule in judged.source.ignored.items():
            yield Ignored(judged.source.ref(index), rule)


def _notices(
    sources: Sequence[JudgedSource],
    gathered: Gathered,
    rows: Rows,
    rules: PlanningRules,
    ids: IdMap | None,
    sent: Container[int],
) -> Iterator[Notice]:
    for source in sources:
        for column, judged in source.columns.items():
            for told in judged.remarks:
                place = source.place(told.index, column)
                yield Notice(told.code, place, told.found, told.count, told.detail)
        if not rules.send_status:
            yield from _status_not_asked_for(source)
        yield from _credited(source, sent, rules, ids)
    yield from _shared_external_ids(gathered.orders, rows)
    if rules.send_status:
        yield from _notes_without_status(gathered.orders.values(), rows)
    if gathered.strays:
        place = rows.place(gathered.strays[0])
        yield Notice("rows-without-order", place, str(len(gathered.strays)))


def _credited(
    judged: JudgedSource, sent: Container[int], rules: PlanningRules, ids: IdMap | None
) -> Iterator[Notice]:
    """Orders with a booking that an ignored row takes back, as a credit memo does."""
    source = judged.source
    told: dict[tuple[int, str], list[int]] = {}
    for index, word in source.credits.items():
        order_id = order_named(source, index, ids, rules.resolving)
        if order_id is not None and order_id in sent:
            told.setdefault((order_id, word), []).append(index)
    for number, ((order_id, word), indexes) in enumerate(told.items(), start=1):
        last = number == _TOLD_ONE_BY_ONE
        count = len(told) - number + 1 if last else len(indexes)
        place = source.place(indexes[0])
        yield Notice("booking-and-credit", place, quoted(word), count, str(order_id))
        if last:
            return


def _status_not_asked_for(judged: JudgedSource) -> Iterator[Notice]:
    source = judged.source
    texts = source.columns.get(Field.STATUS)
    if texts is not None and any(trimmed(texts[index]) for index in judged.indexes):
        place = CellRef(source.file, source.sheet, 0, source.positions.get(Field.STATUS))
        yield Notice("status-not-asked-for", place, quoted(FIELDS[Field.STATUS].header))


def _notes_without_status(orders: Iterable[GatheredOrder], rows: Rows) -> Iterator[Notice]:
    alone = []
    for order in orders:
        if order.status is None and (order.note is not None or order.faulty):
            codes = {issue.code for row in order.rows for issue in rows.issues(row)}
            if "status-invalid" not in codes and (order.note or "note-invalid" in codes):
                alone.append(order)
    if alone:
        place, found = next(_notes(alone[0], rows))
        yield Notice("note-without-status", place, found, len(alone))


def _notes(order: GatheredOrder, rows: Rows) -> Iterator[tuple[CellRef, str]]:
    for row in order.rows:
        note = rows.value(row, Field.UPDATE_NOTE)
        if note is not None:
            yield rows.place(row, Field.UPDATE_NOTE), quoted(note)
        for issue in rows.issues(row):
            if issue.code == "note-invalid":
                yield issue.place, issue.found


def _shared_external_ids(orders: Mapping[int, GatheredOrder], rows: Rows) -> Iterator[Notice]:
    externals = [order.external for order in orders.values() if isinstance(order.external, str)]
    if len(set(externals)) == len(externals):
        return
    holders: dict[str, list[int]] = {}
    for order_id, order in orders.items():
        if isinstance(order.external, str):
            holders.setdefault(order.external, []).append(order_id)
    shared = [(external, ids) for external, ids in holders.items() if len(ids) > 1]
    for number, (external, ids) in enumerate(shared, start=1):
        row = next(
            row
            for row in orders[ids[0]].rows
            if rows.value(row, Field.ORDER_EXTERNAL_ID) is not None
        )
        place = rows.place(row, Field.ORDER_EXTERNAL_ID)
        few = ", ".join(map(str, ids[:10])) + (", …" if len(ids) > 10 else "")  # noqa: PLR2004
        last = number == _TOLD_ONE_BY_ONE
        count = len(shared) - number + 1 if last else 1
        yield Notice("external-id-shared", place, quoted(external), count, few)
        if last:
            return
