"""From numbers and SKUs to ids: the rows of a source are looked up in the id map.

Pure. An id that stands on the row counts; a number or SKU that contradicts it is an issue.
Nothing is guessed: what is unknown, or may mean two things, holds the row back.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

from reconcile.domain.fields import ITEM_VALUES
from reconcile.domain.id_map import IdMap, KnownItem, amount
from reconcile.domain.model import CellRef, Field, SourceRows
from reconcile.domain.rules import ResolvingRules
from reconcile.domain.text import quoted, trimmed
from reconcile.planner.judging import JudgedSource
from reconcile.planner.validation import Fault, JudgedColumn

__all__ = ["order_named", "resolve"]

_NAMED = 5
_ID_DIGITS = 19


class Unresolved(NamedTuple):
    """Why a row can't be used, where in the map stands what it may mean; its order, if known."""

    fault: Fault
    elsewhere: tuple[CellRef, ...] = ()
    order_id: int | None = None


def resolve(source: JudgedSource, ids: IdMap, rules: ResolvingRules) -> None:
    """Puts ids where the source has numbers and SKUs, and holds against it what has none."""
    if Field.ORDER_NUMBER in source.columns:
        _resolve_orders(source, ids, rules)
    if Field.SKU in source.columns:
        _resolve_items(source, ids, rules)


def order_named(
    source: SourceRows, index: int, ids: IdMap | None, rules: ResolvingRules
) -> int | None:
    """The order that a row names which is not judged, if it can be told."""
    of_ids = source.columns.get(Field.ORDER_ID)
    text = trimmed(of_ids[index]) if of_ids else ""
    if text:
        sound = text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS
        return int(text) if sound else None
    if ids is None or Field.ORDER_NUMBER not in source.columns:
        return None
    found = _order_of(trimmed(source.columns[Field.ORDER_NUMBER][index]), ids, rules)
    return found if isinstance(found, int) else None


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


def _resolve_orders(source: JudgedSource, ids: IdMap, rules: ResolvingRules) -> None:
    found = _orders_by_number(source, ids, rules)
    if source.source.documents:
        _share_within_documents(source, found)
    values = _values(source, Field.ORDER_ID)
    for at, each in enumerate(found):
        if isinstance(each, Unresolved):
            source.add_fault(at, Field.ORDER_NUMBER, each.fault, each.elsewhere)
            values[at] = each.order_id
        else:
            values[at] = each
    _put(source, Field.ORDER_ID, values)


def _orders_by_number(
    source: JudgedSource, ids: IdMap, rules: ResolvingRules
) -> list[int | Unresolved | None]:
    """For each row its order, by its id or else by its number; None if it has neither."""
    numbers = source.columns[Field.ORDER_NUMBER]
    found: list[Any] = _values(source, Field.ORDER_ID)
    unreadable = _faulty(source, Field.ORDER_ID)
    known: dict[str, int | Unresolved] = {}
    for at, number in enumerate(numbers.values):
        if at in unreadable:
            continue
        if at in numbers.faults:
            found[at] = found[at] or Unresolved(numbers.faults[at])
        elif not isinstance(number, str):
            continue
        elif found[at] is not None:
            found[at] = _disagreement(found[at], number, ids, rules) or found[at]
        else:
            if number not in known:
                known[number] = _order_of(number, ids, rules)
            found[at] = known[number]
    return found


def _share_within_documents(source: JudgedSource, found: list[int | Unresolved | None]) -> None:
    """A row belongs to the order of its document, on whichever row the number stands.

    A text without the prefix is no number if another row of the document has one. Anything
    else that is wrong with a number holds the order of the document back.
    """
    documents = [source.source.documents[index] for index in source.indexes]
    orders: dict[str, set[int]] = {}
    for document, each in zip(documents, found, strict=True):
        if document and isinstance(each, int):
            orders.setdefault(document, set()).add(each)
    unreadable = _faulty(source, Field.ORDER_ID)
    unclear = set()
    for at, (document, each) in enumerate(zip(documents, found, strict=True)):
        of_document = orders.get(document, set())
        if isinstance(each, int) or not of_document or at in unreadable:
            continue
        if len(of_document) > 1:
            unclear.add(document)
        elif each is None or each.fault.code == "order-number-without-prefix":
            found[at] = next(iter(of_document))
        else:
            found[at] = each._replace(order_id=next(iter(of_document)))
    if unclear:
        for at, (document, each) in enumerate(zip(documents, found, strict=True)):
            if document in unclear and at not in unreadable and not isinstance(each, Unresolved):
                fault = Fault(
                    "document-of-orders", quoted(document), _named(sorted(orders[document]))
                )
                found[at] = Unresolved(fault, order_id=each)


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


def _resolve_items(source: JudgedSource, ids: IdMap, rules: ResolvingRules) -> None:
    skus = source.columns[Field.SKU]
    orders = _values(source, Field.ORDER_ID)
    values = _values(source, Field.ITEM_ID)
    quantities = _values(source, Field.ITEM_QUANTITY)
    unreadable = _faulty(source, Field.ITEM_ID)
    of_order_alone: list[int] = []
    for at, sku in enumerate(skus.values):
        if orders[at] is None or at in unreadable:
            continue
        if source.indexes[at] in source.source.bodies:
            of_order_alone.append(at)
            continue
        if at in skus.faults:
            found = values[at] or Unresolved(skus.faults[at])
        elif not isinstance(sku, str):
            continue
        else:
            items = ids.items.get(orders[at], {})
            found = _item(sku, values[at], quantities[at], items, rules)
        if isinstance(found, Unresolved):
            source.add_fault(at, Field.SKU, found.fault, found.elsewhere)
        elif found is None:
            of_order_alone.append(at)
        else:
            values[at] = found
    _put(source, Field.ITEM_ID, values)
    if of_order_alone:
        _leave_out_item_values(source, of_order_alone)


def _item(
    sku: str,
    given: int | None,
    quantity: str | None,
    items: Mapping[str, Mapping[int, KnownItem]],
    rules: ResolvingRules,
) -> int | Unresolved | None:
    """The item that a row speaks of; None if it speaks of the order alone."""
    known = items.get(sku, {})
    if given is not None:
        if not known or given in known:
            return given
        found = f"{quoted(sku)}, {quoted(str(given))}"
        return Unresolved(Fault("sku-differs", found, _named(known)), _places(known))
    if sku.casefold() in rules.not_items or (rules.order_level_only and not items):
        return None
    if not items:
        return Unresolved(Fault("items-unknown", quoted(sku)))
    if not known:
        return Unresolved(Fault("sku-unknown", quoted(sku), _named(map(quoted, items))))
    if len(known) == 1:
        return next(iter(known))
    wanted = amount(quantity or "")
    fitting = [item_id for item_id, item in known.items() if wanted == item.quantity is not None]
    if len(fitting) == 1 and all(item.quantity is not None for item in known.values()):
        return fitting[0]
    return Unresolved(Fault("sku-ambiguous", quoted(sku), _named(known)), _places(known))


def _leave_out_item_values(source: JudgedSource, rows: Sequence[int]) -> None:
    for column in ITEM_VALUES:
        if column in source.columns:
            values = _values(source, column)
            for at in rows:
                values[at] = None
            _put(source, column, values)


def _places(known: Mapping[int, KnownItem]) -> tuple[CellRef, ...]:
    return tuple(item.place for item in known.values())


def _named(things: Iterable[object]) -> str:
    """The first few of them."""
    few = [str(thing) for thing in islice(things, _NAMED + 1)]
    return ", ".join([*few[:_NAMED], "…"] if len(few) > _NAMED else few)


def _values(source: JudgedSource, column: Field) -> list[Any]:
    """The values of a column, to be changed; blanks for a missing one."""
    if column in source.columns:
        return list(source.columns[column].values)
    return [None] * len(source.indexes)


def _faulty(source: JudgedSource, column: Field) -> set[int]:
    """Rows on which the cell of this column can't be read."""
    return set(source.columns[column].faults) if column in source.columns else set()


def _put(source: JudgedSource, column: Field, values: list[Any]) -> None:
    before = source.columns.get(column, JudgedColumn(values, {}, ()))
    source.columns[column] = replace(before, values=values)
