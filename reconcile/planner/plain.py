"""Orders of which nothing can be wrong: found and put together by the column.

Plain is an order whose rows stand together and are all sound, say one thing of the order on
the first of them, and each name an item of their own, or none. Nothing in here runs Python
for a single row of such an order; that it says the same of it as `gathering` row by row is a
property test.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, compress, islice, repeat
from operator import lt, ne
from typing import Any, cast

from reconcile.domain.bulk import tuples
from reconcile.domain.fields import ITEM_VALUES
from reconcile.domain.model import Field
from reconcile.domain.payload import (
    UNSET,
    OrderItemAccountingItem,
    OrderItemAccountingSyncRequest,
    Unset,
)
from reconcile.planner.judging import JudgedSource
from reconcile.planner.validation import CLEAR, Clear

__all__ = ["Runs", "plain_orders", "sent", "to_look_at"]

_ORDER_VALUES = (
    Field.ORDER_EXTERNAL_ID,
    Field.ACCOUNTING_SYNCED,
    Field.ACCOUNTING_SYNC_ERROR,
    Field.STATUS,
    Field.UPDATE_NOTE,
)


class Runs:
    """The rows of a source, cut where the order id changes."""

    def __init__(self, source: JudgedSource) -> None:
        self.source = source
        self.orders: Sequence[int | None] = list(
            islice(source.values(Field.ORDER_ID), len(source.indexes))
        )
        """The order of each row."""
        self.starts = [0, *_changes(self.orders)] if self.orders else []
        self.ends = [*self.starts[1:], len(self.orders)]
        self.orders_of_runs = [self.orders[at] for at in self.starts]
        self.given: dict[Field, Sequence[Any]] = {
            column: judged.values
            for column, judged in source.columns.items()
            if any(judged.values) or judged.values.count(None) < len(judged.values)
        }
        """The judged values of the columns that aren't blank."""

    def firsts(self, column: Field) -> Iterable[Any]:
        """The value on the first row of each run."""
        values = self.given.get(column)
        return repeat(None) if values is None else [values[at] for at in self.starts]


def to_look_at(every_run: Sequence[Runs]) -> set[int | None]:
    """The orders that aren't plain."""
    orders = _repeated([*chain.from_iterable(runs.orders_of_runs for runs in every_run)])
    for runs in every_run:
        orders.update(runs.orders[at] for at in runs.source.faults)
        orders |= _above_strays(runs)
        orders |= _of_two_minds(runs)
        orders |= _with_values_of_no_item(runs)
    items = [runs.given.get(Field.ITEM_ID, ()) for runs in every_run]
    repeated = _repeated([*chain.from_iterable(items)]) - {None}
    if repeated:
        for runs, of_source in zip(every_run, items, strict=True):
            orders |= {o for o, i in zip(runs.orders, of_source, strict=False) if i in repeated}
    return orders


def _above_strays(runs: Runs) -> set[int | None]:
    """Orders that rows below, which name none, may belong to."""
    found: set[int | None] = set()
    above = None
    for order in runs.orders_of_runs:
        if order is None:
            found.add(above)
        else:
            above = order
    return found


def _of_two_minds(runs: Runs) -> set[int | None]:
    """Orders of which a later row says something else, or something for the first time."""
    found: set[int | None] = set()
    for column in _ORDER_VALUES:
        values = runs.given.get(column)
        if values is not None:
            changes = _changes(values)
            within = set(changes).difference(runs.starts) if changes != runs.starts[1:] else ()
            found.update(runs.orders[at] for at in within if values[at] is not None)
    return found


def _with_values_of_no_item(runs: Runs) -> set[int | None]:
    """Orders with item values beside no item id, or a quantity beside no supplier SKU."""
    found: set[int | None] = set()
    for owner, columns in (
        (Field.ITEM_ID, ITEM_VALUES),
        (Field.SUB_EXTERNAL_ID, (Field.SUB_QUANTITY,)),
    ):
        owners = runs.given.get(owner)
        for column in columns if owners is None or not all(owners) else ():
            rows = zip(
                runs.orders, owners or repeat(None), runs.given.get(column, ()), strict=False
            )
            found |= {order for order, owner, value in rows if owner is None is not value}
    return found


def plain_orders(
    runs: Runs, looked_at: Collection[int | None]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The plain orders of a source: the id of each, and all that a `GatheredOrder` is made of."""
    orders = runs.orders_of_runs
    keep = [order not in looked_at for order in orders]
    if not any(keep):
        return iter(())
    numbered = runs.source.start.__add__
    rows = map(range, map(numbered, runs.starts), map(numbered, runs.ends))
    firsts = [runs.firsts(column) for column in _ORDER_VALUES]
    said = zip(rows, *firsts, _items(runs), strict=False)
    return compress(zip(cast("list[int]", orders), said, strict=True), keep)


def _items(runs: Runs) -> Iterable[tuple[OrderItemAccountingSyncRequest, ...]]:
    """The items of each run, if it is that of a plain order."""
    ids = runs.given.get(Field.ITEM_ID)
    if ids is None:
        return repeat(())
    externals = _sent(runs.given.get(Field.ITEM_EXTERNAL_ID))
    requests = tuple(tuples(OrderItemAccountingSyncRequest, ids, externals, _subs(runs)))
    items = map(requests.__getitem__, map(slice, runs.starts, runs.ends))
    if not all(ids):
        named = list(map(bool, ids))
        keep = map(named.__getitem__, map(slice, runs.starts, runs.ends))
        return map(tuple, map(compress, items, keep))
    return items


def _subs(runs: Runs) -> Iterable[tuple[OrderItemAccountingItem, ...]]:
    """The supplier SKU of each row, in a tuple of its own."""
    ids = runs.given.get(Field.SUB_EXTERNAL_ID)
    if ids is None:
        return repeat(())
    quantities = _sent(runs.given.get(Field.SUB_QUANTITY))
    subs = zip(tuples(OrderItemAccountingItem, ids, quantities), strict=True)
    if not all(ids):
        return (() if sub_id is None else sub for sub_id, sub in zip(ids, subs, strict=True))
    return subs


def sent(value: str | Clear | None) -> str | Unset | None:
    """Blanks are left out of a payload, and the clear word stands for null."""
    if value is None:
        return UNSET
    return None if value is CLEAR else value


def _sent(values: Sequence[Any] | None) -> Iterable[Any]:
    """The same for a column."""
    if values is None:
        return repeat(UNSET)
    if all(values) and CLEAR not in values:
        return values
    return map(sent, values)


def _changes(values: Sequence[Any]) -> list[int]:
    """The rows that say something else than the row above."""
    return list(compress(range(1, len(values)), map(ne, values, islice(values, 1, None))))


def _repeated(values: Sequence[Any]) -> set[int | None]:
    rising = all(values) and all(map(lt, values, islice(values, 1, None)))
    if rising or len(set(values)) == len(values):
        return set()
    return {value for value, count in Counter(values).items() if count > 1}
