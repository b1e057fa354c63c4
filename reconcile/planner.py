"""From rows to a `Plan`: one `OrderSync` per order, or the reasons why not.

Pure: the same rows and rules give the same plan. Rules, sections 3 and 4.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from reconcile.bulk import without_cyclic_gc
from reconcile.cells import CLEAR, CellRules, Clear, quoted, trimmed
from reconcile.contradictions import (
    contradictions,
    item_rows_below,
    status_contradictions,
    synced_with_error,
)
from reconcile.fields import FIELDS, LOOKED_UP
from reconcile.gathering import Gathered, GatheredOrder, JudgedSource, Rows, gather
from reconcile.idmap import IdMap
from reconcile.issues import ISSUES, Scope
from reconcile.model import (
    Field,
    Ignored,
    IgnoreRule,
    Issue,
    Notice,
    OrderSync,
    Place,
    Plan,
    Rejection,
    RowRef,
    SourceRows,
)
from reconcile.payload import (
    UNSET,
    OrderAccountingSyncRequest,
    OrderItemAccountingItem,
    OrderItemAccountingSyncRequest,
    StatusUpdate,
    Unset,
)
from reconcile.resolving import ResolvingRules, order_named, resolve

__all__ = ["PlanningRules", "SyncedDefault", "hold_back", "narrow", "plan"]

SyncedDefault = Literal["auto", "none"] | bool
"""What is said of orders of which no row says yes or no; `auto` is the rule of section 3."""

_STATUS_FIELDS = (Field.STATUS, Field.UPDATE_NOTE)
_TOLD_ONE_BY_ONE = 100


@dataclass(frozen=True, slots=True)
class PlanningRules:
    """What the config says about planning."""

    cells: CellRules = field(default_factory=CellRules)
    synced_default: SyncedDefault = "auto"
    send_status: bool = False
    resolving: ResolvingRules = field(default_factory=ResolvingRules)


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
            decided = _decide(order_id, order, rows, gathered, rules)
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


def hold_back(planned: Plan, why: Mapping[int, tuple[Issue, ...]]) -> Plan:
    """The plan with the orders of `why` held, each for its issues; nothing of them is sent."""
    held = tuple(
        Rejection(order.order_id, order.rows, why[order.order_id])
        for order in planned.orders
        if order.order_id in why
    )
    kept = tuple(order for order in planned.orders if order.order_id not in why)
    return replace(planned, orders=kept, rejections=(*planned.rejections, *held))


def _decide(
    order_id: int, order: GatheredOrder, rows: Rows, gathered: Gathered, rules: PlanningRules
) -> OrderSync | Rejection:
    refs = tuple(map(rows.ref, order.rows))
    synced = _accounting_synced(order, rules.synced_default)
    issues, status_issues = _issues(order_id, order, rows, gathered)
    if order.error is not None and (synced is True or _some_row_says_yes(order, rows)):
        issues.append(synced_with_error(order, rows))
    if issues:
        return Rejection(order_id, refs, (*issues, *status_issues))
    sync = _sync(order, synced) if _has_something_to_send(order) else None
    if sync is None and order.status is None and not status_issues:
        place = rows.place(order.rows[0], Field.ORDER_EXTERNAL_ID)
        return Rejection(order_id, refs, (Issue("nothing-to-send", (place,), ""),))
    if sync is None and status_issues:
        return Rejection(order_id, refs, tuple(status_issues))
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
        or any(item.external is not None or item.subs for item in order.items.values())
    )


def _accounting_synced(order: GatheredOrder, default: SyncedDefault) -> bool | Unset | None:
    if order.synced is not None:
        return None if order.synced is CLEAR else order.synced
    if isinstance(default, bool):
        return default
    if default == "none" or order.error is not None:
        return UNSET
    has_id = isinstance(order.external, str) or any(
        isinstance(item.external, str) or item.subs for item in order.items.values()
    )
    return True if has_id else UNSET


def _sync(order: GatheredOrder, synced: bool | Unset | None) -> OrderAccountingSyncRequest:  # noqa: FBT001
    return OrderAccountingSyncRequest(
        accounting_synced=synced,
        external_accounting_id=_sent(order.external),
        items=tuple(
            OrderItemAccountingSyncRequest(
                item_id,
                _sent(item.external),
                tuple(
                    OrderItemAccountingItem(sub, UNSET if quantity is None else quantity)
                    for sub, quantity in item.subs.items()
                ),
            )
            for item_id, item in order.items.items()
        ),
        accounting_sync_error=UNSET if order.error is None else order.error,
    )


def _sent(value: str | Clear | None) -> str | Unset | None:
    if value is None:
        return UNSET
    return None if value is CLEAR else value


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
        place = Place(source.file, source.sheet, 0, source.positions.get(Field.STATUS))
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


def _notes(order: GatheredOrder, rows: Rows) -> Iterator[tuple[Place, str]]:
    for row in order.rows:
        note = rows.value(row, Field.UPDATE_NOTE)
        if note is not None:
            yield rows.place(row, Field.UPDATE_NOTE), quoted(note)
        for issue in rows.issues(row):
            if issue.code == "note-invalid":
                yield issue.place, issue.found


def _shared_external_ids(orders: Mapping[int, GatheredOrder], rows: Rows) -> Iterator[Notice]:
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
