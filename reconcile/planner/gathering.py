"""What the rows say of each order, gathered, nothing decided yet.

Orders of which nothing can be wrong are put together by the column (`plain`). The rows of the
others are gone through one by one, zipped together (loops over groups are two orders of
magnitude slower); contradictions are only marked here, `contradictions` names them.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import chain, compress

from reconcile.domain.fields import ITEM_VALUES, LOOKED_UP
from reconcile.domain.model import Field
from reconcile.domain.payload import UNSET, OrderItemAccountingItem, OrderItemAccountingSyncRequest
from reconcile.planner.judging import Faults, JudgedSource
from reconcile.planner.plain import Runs, plain_orders, sent, to_look_at
from reconcile.planner.validation import Clear, Fault, shown

__all__ = ["Gathered", "GatheredOrder", "gather"]


class GatheredOrder:
    """What the rows say of one order: the first value of each kind, its items, and marks.

    `faulty`: a row has an issue of its own. `suspect` and `status_suspect`: some values may
    differ. `below`: rows without an order id that may belong here.
    """

    __slots__ = (
        "below",
        "error",
        "external",
        "faulty",
        "items",
        "note",
        "rows",
        "status",
        "status_suspect",
        "suspect",
        "synced",
    )

    def __init__(
        self,
        rows: Sequence[int],
        external: str | Clear | None,
        synced: bool | Clear | None,  # noqa: FBT001
        error: str | None,
        status: str | None,
        note: str | None,
        items: Sequence[OrderItemAccountingSyncRequest],
    ) -> None:
        self.rows = rows
        self.external = external
        self.synced = synced
        self.error = error
        self.status = status
        self.note = note
        self.items = items
        self.faulty = False
        self.suspect = False
        self.status_suspect = False
        self.below: list[int] | None = None

    @property
    def marked(self) -> bool:
        """Something may be wrong with it."""
        return self.faulty or self.suspect or self.status_suspect or self.below is not None


@dataclass(slots=True)
class Gathered:
    """All orders by id, in the order of their first row."""

    orders: dict[int, GatheredOrder]
    strays: list[int]
    """Rows that name no order."""
    shared_items: dict[int, dict[int, list[int]]]
    """Item id to all its orders and their rows with the item, where there are several orders."""


def gather(sources: Sequence[JudgedSource], *, one_by_one: bool = False) -> Gathered:
    """Gathers the orders of all sources, numbering their rows through from 0.

    `one_by_one` goes through the rows of plain orders too: the same result, in more time.
    """
    start = 0
    for source in sources:
        source.start = start
        start += len(source.indexes)
    every_run = [Runs(source) for source in sources]
    looked_at: set[int | None] = {None}
    if one_by_one:
        looked_at.update(*(runs.orders for runs in every_run))
    else:
        looked_at |= to_look_at(every_run)
    plain = {
        order_id: GatheredOrder(*said)
        for runs in every_run
        for order_id, said in plain_orders(runs, looked_at)
    }
    others = _Others()
    for runs in every_run:
        _go_through(runs, looked_at, others)
    if others.shared_items:
        for source in sources:
            _find_shared_items(source, others.shared_items)
    for order in others.orders.values():
        order.items = tuple([item.made() for item in order.by_id.values()])
    orders = plain
    if others.orders:
        every = chain(plain.items(), others.orders.items())
        orders = dict(sorted(every, key=lambda order: order[1].rows[0]))
    return Gathered(orders, others.strays, others.shared_items)


class _GatheredItem:
    """What the rows say of one item; a supplier SKU without a quantity has None."""

    __slots__ = ("external", "id", "subs")

    def __init__(self, item_id: int) -> None:
        self.id = item_id
        self.external: str | Clear | None = None
        self.subs: dict[str, int | None] = {}

    def made(self) -> OrderItemAccountingSyncRequest:
        """What is sent of it."""
        subs = [
            OrderItemAccountingItem(sub, UNSET if quantity is None else quantity)
            for sub, quantity in self.subs.items()
        ]
        return OrderItemAccountingSyncRequest(self.id, sent(self.external), tuple(subs))


class _GrowingOrder(GatheredOrder):
    """An order while its rows are gone through."""

    __slots__ = ("by_id",)
    rows: list[int]

    def __init__(self) -> None:
        super().__init__([], None, None, None, None, None, ())
        self.by_id: dict[int, _GatheredItem] = {}


@dataclass(slots=True)
class _Others:
    """What is known of the orders that aren't plain; `owners` says where an item stood first."""

    orders: dict[int, _GrowingOrder] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)
    strays: list[int] = field(default_factory=list)
    shared_items: dict[int, dict[int, list[int]]] = field(default_factory=dict)


def _go_through(  # noqa: C901, PLR0912, PLR0915
    runs: Runs, looked_at: AbstractSet[int | None], into: _Others
) -> None:
    """One pass over the rows; long because a call per row would double its cost."""
    if looked_at.isdisjoint(runs.orders_of_runs):
        return
    source = runs.source
    keep = [order in looked_at for order in runs.orders]
    orders, owners, faults = into.orders, into.owners, source.faults
    start = source.start
    above: _GrowingOrder | None = None
    rows = zip(
        range(len(source.indexes)),
        source.values(Field.ORDER_ID),
        source.values(Field.ORDER_EXTERNAL_ID),
        source.values(Field.ITEM_ID),
        source.values(Field.ITEM_EXTERNAL_ID),
        source.values(Field.SUB_EXTERNAL_ID),
        source.values(Field.SUB_QUANTITY),
        source.values(Field.ACCOUNTING_SYNCED),
        source.values(Field.ACCOUNTING_SYNC_ERROR),
        source.values(Field.STATUS),
        source.values(Field.UPDATE_NOTE),
        strict=False,
    )
    for (
        at,
        order_id,
        external,
        item_id,
        item_external,
        sub,
        quantity,
        synced,
        error,
        status,
        note,
    ) in compress(rows, keep):
        has_item_values = item_external is not None or sub is not None or quantity is not None
        unowned = has_item_values and (item_id is None or (sub is None and quantity is not None))
        if order_id is None:
            into.strays.append(start + at)
            columns = _faulty_columns(faults, at)
            if Field.ORDER_ID in columns or Field.ORDER_NUMBER in columns:
                above = None
            else:
                _add_fault(faults, at, Field.ORDER_ID, Fault("order-id-missing", '""'))
            _add_unowned(faults, at, item_id, (item_external, sub, quantity))
            if above is not None and (has_item_values or not columns.isdisjoint(ITEM_VALUES)):
                if above.below is None:
                    above.below = []
                above.below.append(start + at)
            continue
        order = orders.get(order_id)
        if order is None:
            order = orders[order_id] = _GrowingOrder()
        above = order
        order.rows.append(start + at)
        if unowned or at in faults:
            _add_unowned(faults, at, item_id, (item_external, sub, quantity))
            order.faulty = True
        if external is not None:
            if order.external is None:
                order.external = external
            elif order.external != external:
                order.suspect = True
        if synced is not None:
            if order.synced is None:
                order.synced = synced
            elif order.synced is not synced:
                order.suspect = True
        if error is not None:
            if order.error is None:
                order.error = error
            elif order.error != error:
                order.suspect = True
        if status is not None:
            if order.status is None:
                order.status = status
            elif order.status != status:
                order.status_suspect = True
        if note is not None:
            if order.note is None:
                order.note = note
            elif order.note != note:
                order.status_suspect = True
        if item_id is None:
            continue
        owner = owners.setdefault(item_id, order_id)
        if owner != order_id:
            orders[owner].suspect = order.suspect = True
            into.shared_items.setdefault(item_id, {})
        item = order.by_id.get(item_id)
        if item is None:
            item = order.by_id[item_id] = _GatheredItem(item_id)
        if item_external is not None:
            if item.external is None:
                item.external = item_external
            elif item.external != item_external:
                order.suspect = True
        if sub is not None:
            earlier = item.subs.get(sub)
            if earlier is None:
                item.subs[sub] = quantity
            elif quantity is not None and earlier != quantity:
                order.suspect = True


def _find_shared_items(source: JudgedSource, into: dict[int, dict[int, list[int]]]) -> None:
    rows = range(source.start, source.start + len(source.indexes))
    columns = source.values(Field.ORDER_ID), source.values(Field.ITEM_ID)
    for row, order_id, item_id in zip(rows, *columns, strict=False):
        if item_id in into and order_id is not None:
            into[item_id].setdefault(order_id, []).append(row)


def _faulty_columns(faults: Faults, at: int) -> set[Field | None]:
    return {column for column, _ in faults[at]} if at in faults else set()


def _add_unowned(
    faults: Faults, at: int, item_id: int | None, values: tuple[object, object, object]
) -> None:
    """Marks item values, sound or not, that belong to no item or to no supplier SKU."""
    unusable = {column: fault.found for column, fault in faults.get(at, ())}
    found = {
        column: unusable[column] if value is None else shown(value)
        for column, value in zip(ITEM_VALUES, values, strict=True)
        if value is not None or column in unusable
    }
    looked_for = not unusable.keys().isdisjoint((Field.ITEM_ID, *LOOKED_UP))
    if item_id is None and found and not looked_for:
        _add_fault(faults, at, Field.ITEM_ID, Fault("item-id-missing", ", ".join(found.values())))
    if Field.SUB_QUANTITY in found and Field.SUB_EXTERNAL_ID not in found:
        fault = Fault("sku-id-missing", found[Field.SUB_QUANTITY])
        _add_fault(faults, at, Field.SUB_QUANTITY, fault)


def _add_fault(faults: Faults, at: int, column: Field, fault: Fault) -> None:
    faults.setdefault(at, []).append((column, fault))
