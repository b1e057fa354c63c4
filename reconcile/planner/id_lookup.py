"""From numbers and SKUs to ids: the rows of a sheet are looked up in the id map.

Pure. An id that stands on the row counts; a number or SKU that contradicts it is an issue.
Nothing is guessed: what is unknown, or may mean two things, holds the row back. Each distinct
number, and each distinct SKU of an order, is looked up once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.domain.fields import ITEM_VALUES
from reconcile.domain.id_map import IdMap, KnownItem, WantedIds, amount
from reconcile.domain.model import CellRef, Field
from reconcile.domain.rules import ResolvingRules
from reconcile.domain.text import quoted, trimmed
from reconcile.loader import Export
from reconcile.planner.rows import ValidatedSheet, first_in_groups
from reconcile.planner.validation import Codes, Fault, ValidatedColumn

__all__ = ["look_up_ids", "order_named", "wanted_ids"]

_NAMED = 5
_ID_DIGITS = 19


class Unresolved(NamedTuple):
    """Why a row can't be used, where in the map stands what it may mean; its order, if known."""

    fault: Fault
    elsewhere: tuple[CellRef, ...] = ()
    order_id: int | None = None


_Lookup = dict[int, Unresolved]
"""By data row: why it has no id."""


def look_up_ids(sheet: ValidatedSheet, ids: IdMap, rules: ResolvingRules) -> None:
    """Puts ids where the sheet has numbers and SKUs, and holds against it what has none."""
    if Field.ORDER_NUMBER in sheet.columns:
        _look_up_orders(sheet, ids, rules)
    if Field.SKU in sheet.columns:
        _look_up_items(sheet, ids, rules)


def wanted_ids(exports: Sequence[Export], prefix: str) -> WantedIds:
    """What the rows that are data name: numbers without their prefix, ids, and whether SKUs."""
    looking = [e for e in exports if Field.ORDER_NUMBER in e.fields or Field.SKU in e.fields]
    numbers = {number for number in _texts(looking, Field.ORDER_NUMBER) if number}
    plain = {text for text in _texts(looking, Field.ORDER_ID) if _is_id(text)}
    return WantedIds(
        frozenset(number.removeprefix(prefix) for number in numbers),
        frozenset(map(int, plain)),
        skus=any(Field.SKU in export.fields for export in looking),
    )


def _texts(exports: Sequence[Export], known: Field) -> Iterator[str]:
    """The distinct texts of a column on rows that are data, trimmed."""
    for export in exports:
        if known in export.fields:
            ignored = np.array(sorted(export.ignored), dtype=np.int64)
            data = ~np.isin(export.row_numbers, ignored)
            yield from map(trimmed, set(export.texts(known)[data].tolist()))


def order_named(export: Export, row: int, ids: IdMap | None, rules: ResolvingRules) -> int | None:
    """The order that a row names which is not judged, if it can be told."""
    text = trimmed(export.text(row, Field.ORDER_ID))
    if text:
        return int(text) if _is_id(text) else None
    if ids is None or Field.ORDER_NUMBER not in export.fields:
        return None
    found = _order_of(trimmed(export.text(row, Field.ORDER_NUMBER)), ids, rules)
    return found if isinstance(found, int) else None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS


def _order_of(number: str, ids: IdMap, rules: ResolvingRules) -> int | Unresolved:
    """The order that a number of an export means, or why that can't be said."""
    if not number.startswith(rules.prefix):
        fault = Fault("order-number-without-prefix", quoted(number), quoted(rules.prefix))
        return Unresolved(fault)
    known = ids.numbers.get(number.removeprefix(rules.prefix), {})
    if len(known) == 1:
        return next(iter(known))
    if not known:
        return Unresolved(Fault("order-number-unknown", quoted(number)))
    fault = Fault("order-number-ambiguous", quoted(number), _named(known))
    return Unresolved(fault, tuple(known.values()))


def _look_up_orders(sheet: ValidatedSheet, ids: IdMap, rules: ResolvingRules) -> None:
    found = _ids(sheet, Field.ORDER_ID)
    unreadable = _faulty(sheet, Field.ORDER_ID)
    unresolved = _orders_by_number(sheet, found, unreadable, ids, rules)
    if sheet.documents is not None:
        _share_within_documents(sheet.documents, found, unresolved, unreadable)
    for at, why in sorted(unresolved.items()):
        sheet.add_fault(at, Field.ORDER_NUMBER, why.fault, why.elsewhere)
        found[at] = why.order_id or 0
    _put_ids(sheet, Field.ORDER_ID, found)


def _orders_by_number(
    sheet: ValidatedSheet,
    found: Codes,
    unreadable: frozenset[int],
    ids: IdMap,
    rules: ResolvingRules,
) -> _Lookup:
    """Puts into `found` the order of each row by its number; says of which rows it can't."""
    numbers = sheet.columns[Field.ORDER_NUMBER]
    unresolved: _Lookup = {
        at: Unresolved(fault)
        for at, fault in numbers.faults.items()
        if at not in unreadable and not found[at]
    }
    for rows, (order_id, code) in _distinct(found, numbers.codes):
        if code < 0:
            continue
        number = str(numbers.meanings[code])
        if order_id:
            result: int | Unresolved | None = _disagreement(order_id, number, ids, rules)
        else:
            result = _order_of(number, ids, rules)
        if isinstance(result, Unresolved):
            unresolved |= dict.fromkeys(set(rows.tolist()) - unreadable, result)
        elif result is not None:
            found[[at for at in rows.tolist() if at not in unreadable]] = result
    return unresolved


def _share_within_documents(
    texts: "np.ndarray[tuple[int], np.dtype[np.object_]]",
    found: Codes,
    unresolved: _Lookup,
    unreadable: frozenset[int],
) -> None:
    """A row belongs to the order of its document, on whichever row the number stands.

    A text without the prefix is no number if another row of the document has one. Anything
    else that is wrong with a number holds the order of the document back.
    """
    documents, names = pd.factorize(texts)
    documents = np.where(texts == "", -1, documents)
    resolved = found.copy()
    resolved[list(unresolved)] = 0
    orders, order_ids = pd.factorize(resolved)
    orders = np.where(resolved > 0, orders, -1)
    first, several = first_in_groups(documents, orders, len(names))
    without = np.flatnonzero((resolved == 0) & (documents >= 0))
    unclear: set[int] = set()
    for at in without.tolist():
        document = int(documents[at])
        if at in unreadable or first[document] < 0:
            continue
        order_id = int(order_ids[first[document]])
        why = unresolved.get(at)
        if document in several:
            unclear.add(document)
        elif why is None or why.fault.code == "order-number-without-prefix":
            unresolved.pop(at, None)
            found[at] = order_id
        else:
            unresolved[at] = why._replace(order_id=order_id)
    for document in unclear:
        rows = np.flatnonzero(documents == document).tolist()
        known = _named(sorted({int(resolved[at]) for at in rows if resolved[at]}))
        fault = Fault("document-of-orders", quoted(str(names[document])), known)
        for at in rows:
            if at not in unreadable and at not in unresolved:
                unresolved[at] = Unresolved(fault, order_id=int(found[at]) or None)


def _disagreement(
    order_id: int, number: str, ids: IdMap, rules: ResolvingRules
) -> Unresolved | None:
    """What the map has against an order id beside a number."""
    known = ids.numbers.get(number.removeprefix(rules.prefix), {})
    if not known or order_id in known:
        return None
    found = f"{quoted(number)}, {quoted(str(order_id))}"
    fault = Fault("order-number-differs", found, _named(known))
    return Unresolved(fault, tuple(known.values()), order_id)


def _look_up_items(sheet: ValidatedSheet, ids: IdMap, rules: ResolvingRules) -> None:
    skus = sheet.columns[Field.SKU]
    orders = _ids(sheet, Field.ORDER_ID)
    found = _ids(sheet, Field.ITEM_ID)
    quantities = sheet.columns.get(Field.ITEM_QUANTITY)
    of_order_alone = np.isin(sheet.numbers, list(sheet.export.bodies)) & (orders > 0)
    left_out = set(_faulty(sheet, Field.ITEM_ID))
    of_order_alone[list(left_out)] = False
    left_out.update(np.flatnonzero(of_order_alone | (orders == 0)).tolist())
    unresolved: _Lookup = {
        at: Unresolved(fault)
        for at, fault in skus.faults.items()
        if at not in left_out and not found[at]
    }
    amounts = np.full(len(orders), -1) if quantities is None else quantities.codes
    for rows, (order_id, given, code, amount_code) in _distinct(orders, found, skus.codes, amounts):
        if code < 0 or not order_id:
            continue
        quantity = (
            None if quantities is None or amount_code < 0 else quantities.meanings[amount_code]
        )
        items = ids.items.get(order_id, {})
        result = _item(str(skus.meanings[code]), given or None, quantity, items, rules)
        looked_up = [at for at in rows.tolist() if at not in left_out]
        if isinstance(result, Unresolved):
            unresolved |= dict.fromkeys(looked_up, result)
        elif result is None:
            of_order_alone[looked_up] = True
        else:
            found[looked_up] = result
    for at, why in sorted(unresolved.items()):
        sheet.add_fault(at, Field.SKU, why.fault, why.elsewhere)
    _put_ids(sheet, Field.ITEM_ID, found)
    for known in ITEM_VALUES:
        column = sheet.columns.get(known)
        if column is not None and of_order_alone.any():
            sheet.columns[known] = column.with_codes(np.where(of_order_alone, -1, column.codes))


def _item(
    sku: str,
    given: int | None,
    quantity: object,
    items: Mapping[str, Mapping[int, KnownItem]],
    rules: ResolvingRules,
) -> int | Unresolved | None:
    """The item that a row speaks of; None if it speaks of the order alone."""
    known = items.get(sku, {})
    if given is not None:
        if not known or given in known:
            return given
        found = f"{quoted(sku)}, {quoted(str(given))}"
        return Unresolved(Fault("sku-differs", found, _named(known)), _cells(known))
    if sku.casefold() in rules.not_items or (rules.order_level_only and not items):
        return None
    if not items:
        return Unresolved(Fault("items-unknown", quoted(sku)))
    if not known:
        return Unresolved(Fault("sku-unknown", quoted(sku), _named(map(quoted, items))))
    if len(known) == 1:
        return next(iter(known))
    wanted = amount(str(quantity or ""))
    fitting = [item_id for item_id, item in known.items() if wanted == item.quantity is not None]
    if len(fitting) == 1 and all(item.quantity is not None for item in known.values()):
        return fitting[0]
    return Unresolved(Fault("sku-ambiguous", quoted(sku), _named(known)), _cells(known))


def _distinct(*columns: Codes) -> Iterator[tuple[Codes, tuple[int, ...]]]:
    """Each distinct combination of values with its rows."""
    frame = pd.DataFrame(dict(enumerate(columns)))
    groups = frame.groupby(list(frame.columns), sort=False).indices
    for values, rows in groups.items():
        numbers = values if isinstance(values, tuple) else (values,)
        yield np.asarray(rows), tuple(map(int, numbers))


def _cells(known: Mapping[int, KnownItem]) -> tuple[CellRef, ...]:
    return tuple(item.place for item in known.values())


def _named(things: Iterable[object]) -> str:
    """The first few of them."""
    few = [str(thing) for thing in islice(things, _NAMED + 1)]
    return ", ".join([*few[:_NAMED], "…"] if len(few) > _NAMED else few)


def _ids(sheet: ValidatedSheet, known: Field) -> Codes:
    """The ids of a column, 0 for none; to be changed."""
    column = sheet.columns.get(known)
    return np.zeros(len(sheet.numbers), dtype=np.int64) if column is None else column.ids()


def _faulty(sheet: ValidatedSheet, known: Field) -> frozenset[int]:
    """Rows on which the cell of this column can't be read."""
    column = sheet.columns.get(known)
    return frozenset(() if column is None else column.faults)


def _put_ids(sheet: ValidatedSheet, known: Field, ids: Codes) -> None:
    sheet.columns[known] = ValidatedColumn.of_ids(ids, sheet.columns.get(known))
