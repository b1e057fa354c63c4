"""What a plan tells and what blocks nothing (rules, section 3)."""

from collections.abc import Container, Iterator, Sequence

import numpy as np

from reconcile.domain.fields import FIELDS
from reconcile.domain.id_map import IdMap
from reconcile.domain.model import CellRef, Field, Notice
from reconcile.domain.rules import PlanningRules
from reconcile.domain.text import quoted, trimmed
from reconcile.planner.grouping import OrderGroups
from reconcile.planner.id_lookup import order_named
from reconcile.planner.planned_orders import PlannedOrders
from reconcile.planner.rows import Rows, ValidatedSheet
from reconcile.planner.validation import CLEAR

__all__ = ["notices_of"]

_TOLD_ONE_BY_ONE = 100
_NAMED = 10


def notices_of(
    sheets: Sequence[ValidatedSheet],
    groups: OrderGroups,
    rows: Rows,
    orders: PlannedOrders,
    rules: PlanningRules,
    ids: IdMap | None,
) -> Iterator[Notice]:
    """Everything that is told of the rows; `orders` are those that are sent."""
    sent = set(orders.ids.tolist())
    for sheet in sheets:
        for known, column in sheet.columns.items():
            for remark in column.remarks:
                cell = sheet.cell(remark.index, known)
                yield Notice(remark.code, cell, remark.found, remark.count, remark.detail)
        if not rules.send_status:
            yield from _status_not_asked_for(sheet)
        yield from _credited(sheet, sent, rules, ids)
    yield from _shared_external_ids(groups, rows)
    if rules.send_status:
        yield from _notes_without_status(groups, rows)
    if groups.strays:
        cell = rows.cell(groups.strays[0])
        yield Notice("rows-without-order", cell, str(len(groups.strays)))


def _credited(
    sheet: ValidatedSheet, sent: Container[int], rules: PlanningRules, ids: IdMap | None
) -> Iterator[Notice]:
    """Orders with a booking that an ignored row takes back, as a credit memo does."""
    found: dict[tuple[int, str], list[int]] = {}
    for row, word in sheet.export.credits.items():
        order_id = order_named(sheet.export, row, ids, rules.resolving)
        if order_id is not None and order_id in sent:
            found.setdefault((order_id, word), []).append(row)
    for number, ((order_id, word), some) in enumerate(found.items(), start=1):
        last = number == _TOLD_ONE_BY_ONE
        count = len(found) - number + 1 if last else len(some)
        cell = sheet.export.cell(some[0])
        yield Notice("booking-and-credit", cell, quoted(word), count, str(order_id))
        if last:
            return


def _status_not_asked_for(sheet: ValidatedSheet) -> Iterator[Notice]:
    export = sheet.export
    if Field.STATUS in export.fields:
        texts = export.texts(Field.STATUS)[np.isin(export.row_numbers, sheet.numbers)]
        if any(map(trimmed, set(texts.tolist()))):
            cell = export.cell(0, Field.STATUS)
            yield Notice("status-not-asked-for", cell, quoted(FIELDS[Field.STATUS].header))


def _notes_without_status(groups: OrderGroups, rows: Rows) -> Iterator[Notice]:
    without = groups.said[Field.STATUS] < 0
    noted = groups.said[Field.UPDATE_NOTE] >= 0
    looked_at = {*np.flatnonzero(without & noted).tolist(), *groups.faulty}
    alone = []
    for order in sorted(looked_at):
        if without[order]:
            faulty = order in groups.faulty
            issues = (
                [i for row in groups.rows_of(order) for i in rows.issues(row)] if faulty else []
            )
            codes = {issue.code for issue in issues}
            if "status-invalid" not in codes and (noted[order] or "note-invalid" in codes):
                alone.append(order)
    if alone:
        cell, found = next(_notes(groups.rows_of(alone[0]), rows))
        yield Notice("note-without-status", cell, found, len(alone))


def _notes(of_order: Sequence[int], rows: Rows) -> Iterator[tuple[CellRef, str]]:
    for row in of_order:
        note = rows.value(row, Field.UPDATE_NOTE)
        if note is not None:
            yield rows.cell(row, Field.UPDATE_NOTE), quoted(str(note))
        for issue in rows.issues(row):
            if issue.code == "note-invalid":
                yield issue.place, issue.found


def _shared_external_ids(groups: OrderGroups, rows: Rows) -> Iterator[Notice]:
    """External ids that several orders have, each with the first few of them."""
    said = groups.said[Field.ORDER_EXTERNAL_ID]
    codes, meanings = rows.column(Field.ORDER_EXTERNAL_ID)
    counts = np.bincount(said[said >= 0], minlength=len(meanings))
    shared = {c for c in np.flatnonzero(counts > 1).tolist() if meanings[c] is not CLEAR}
    holders: dict[int, list[int]] = {}
    if shared:
        for order in np.flatnonzero(np.isin(said, list(shared))).tolist():
            holders.setdefault(int(said[order]), []).append(order)
    for number, (code, orders) in enumerate(holders.items(), start=1):
        row = next(row for row in groups.rows_of(orders[0]) if codes[row] >= 0)
        cell = rows.cell(row, Field.ORDER_EXTERNAL_ID)
        few = ", ".join(str(groups.ids[order]) for order in orders[:_NAMED])
        few += ", …" if len(orders) > _NAMED else ""
        last = number == _TOLD_ONE_BY_ONE
        count = len(holders) - number + 1 if last else 1
        yield Notice("external-id-shared", cell, quoted(str(meanings[code])), count, few)
        if last:
            return
