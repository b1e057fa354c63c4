"""What the rows say of each order, gathered in one pass, nothing decided yet.

The rows are gone through as columns zipped together (loops over groups are two orders of
magnitude slower); contradictions are only marked here, `contradictions` names them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress, repeat
from typing import Any

from reconcile.cells import CellRules, Clear, Fault, JudgedColumn, judge_column, quoted, shown
from reconcile.fields import ITEM_VALUES, LOOKED_UP
from reconcile.model import Field, Issue, Place, RowRef, SourceRows, Was

__all__ = ["Gathered", "GatheredItem", "GatheredOrder", "JudgedSource", "Rows", "gather"]


class JudgedSource:
    """The data rows of a source with every cell judged; its rows have ids from `start`.

    What is wrong with a cell that is only looked up is no fault of its row yet: `resolving`
    says whether it was needed.
    """

    __slots__ = ("_elsewhere", "columns", "faults", "indexes", "source", "start")

    def __init__(
        self,
        source: SourceRows,
        indexes: Sequence[int],
        columns: dict[Field, JudgedColumn],
    ) -> None:
        self.source = source
        self.indexes = indexes
        self.columns = columns
        self.start = 0
        self.faults: dict[int, list[tuple[Field | None, Fault]]] = {}
        for index, cells in source.surplus.items():
            if index not in source.ignored:
                at = bisect_left(indexes, index)
                beyond = quoted(", ".join(cells))
                self.faults.setdefault(at, []).append((None, Fault("row-too-long", beyond)))
        self._elsewhere: dict[tuple[int, Field | None], tuple[Place, ...]] = {}
        for index in source.issues:
            if index not in source.ignored:
                self.faults.setdefault(bisect_left(indexes, index), [])
        for column, found in columns.items():
            if column in LOOKED_UP:
                continue
            for at, fault in found.faults.items():
                self.faults.setdefault(at, []).append((column, fault))

    @classmethod
    def of(
        cls, source: SourceRows, rules: CellRules, passed_over: Collection[Field]
    ) -> "JudgedSource":
        """Judges the cells of a source; `passed_over` columns aren't looked at."""
        everything: Sequence[int] = range(len(source.numbers))
        indexes = everything
        if source.ignored:
            indexes = [index for index in everything if index not in source.ignored]
        was: dict[Field, dict[int, Was]] = {}
        for (index, column), what in source.was.items():
            if index not in source.ignored:
                was.setdefault(column, {})[bisect_left(indexes, index)] = what
        keep = [index not in source.ignored for index in everything] if source.ignored else None
        columns = {
            column: judge_column(
                column,
                texts if keep is None else list(compress(texts, keep)),
                was.get(column, {}),
                rules,
            )
            for column, texts in source.columns.items()
            if column not in passed_over
        }
        return cls(source, indexes, columns)

    def place(self, at: int, column: Field | None = None) -> Place:
        """A cell, or the whole row where the file has no such column."""
        if column is not None and column not in self.source.positions:
            column = None
        return self.source.place(self.indexes[at], column)

    def values(self, column: Field) -> Iterable[Any]:
        """The judged values of the data rows; endless blanks for a missing column."""
        return self.columns[column].values if column in self.columns else repeat(None)

    def issues(self, at: int) -> list[Issue]:
        """All issues of a row's own cells."""
        found = list(self.source.issues.get(self.indexes[at], ()))
        for column, fault in self.faults.get(at, ()):
            places = (self.place(at, column), *self._elsewhere.get((at, column), ()))
            found.append(Issue(fault.code, places, fault.found, fault.detail))
        return found

    def add_fault(
        self, at: int, column: Field, fault: Fault, elsewhere: tuple[Place, ...] = ()
    ) -> None:
        """Holds something against a cell; `elsewhere` stands what contradicts it."""
        _add_fault(self.faults, at, column, fault)
        self._elsewhere[at, column] = elsewhere


class GatheredItem:
    """What the rows say of one item; a supplier SKU without a quantity has None."""

    __slots__ = ("external", "subs")

    def __init__(self) -> None:
        self.external: str | Clear | None = None
        self.subs: dict[str, int | None] = {}


class GatheredOrder:
    """What the rows say of one order: the first value of each kind, and marks.

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

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.external: str | Clear | None = None
        self.synced: bool | Clear | None = None
        self.error: str | None = None
        self.status: str | None = None
        self.note: str | None = None
        self.items: dict[int, GatheredItem] = {}
        self.faulty = False
        self.suspect = False
        self.status_suspect = False
        self.below: list[int] | None = None


@dataclass(slots=True)
class Gathered:
    """All orders by id, in the order of their first row."""

    orders: dict[int, GatheredOrder] = field(default_factory=dict)
    strays: list[int] = field(default_factory=list)
    """Rows that name no order."""
    owners: dict[int, int] = field(default_factory=dict)
    """Item id to the order under which it stood first."""
    shared_items: dict[int, dict[int, list[int]]] = field(default_factory=dict)
    """Item id to all its orders and their rows with the item, where there are several orders."""


def gather(sources: Sequence[JudgedSource]) -> Gathered:
    """Goes through the rows of all sources once, numbering them through from 0."""
    gathered = Gathered()
    start = 0
    for source in sources:
        source.start = start
        _gather_source(source, gathered)
        start += len(source.indexes)
    if gathered.shared_items:
        for source in sources:
            _find_shared_items(source, gathered.shared_items)
    return gathered


def _gather_source(source: JudgedSource, into: Gathered) -> None:  # noqa: C901, PLR0912, PLR0915
    """One pass over the rows; long because a call per row would double its cost."""
    orders, owners, faults = into.orders, into.owners, source.faults
    start = source.start
    above: GatheredOrder | None = None
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
    ) in rows:
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
            order = orders[order_id] = GatheredOrder()
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
        item = order.items.get(item_id)
        if item is None:
            item = order.items[item_id] = GatheredItem()
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


class Rows:
    """Finds a row again by its id over all sources."""

    def __init__(self, sources: Sequence[JudgedSource]) -> None:
        self._sources = [source for source in sources if len(source.indexes)]
        self._starts = [source.start for source in self._sources]

    def _find(self, row: int) -> tuple[JudgedSource, int]:
        source = self._sources[bisect_right(self._starts, row) - 1]
        return source, row - source.start

    def ref(self, row: int) -> RowRef:
        """Where the row stands."""
        source, at = self._find(row)
        rows = source.source
        return RowRef(rows.file, rows.sheet, rows.numbers[source.indexes[at]])

    def place(self, row: int, column: Field | None = None) -> Place:
        """A cell of the row, or the whole row where the file has no such column."""
        source, at = self._find(row)
        return source.place(at, column)

    def issues(self, row: int) -> list[Issue]:
        """All issues of the row's own cells."""
        source, at = self._find(row)
        return source.issues(at)

    def value(self, row: int, column: Field) -> Any:
        """The judged value of a cell; None if blank, faulty, or without such a column."""
        source, at = self._find(row)
        return source.columns[column].values[at] if column in source.columns else None


_Faults = dict[int, list[tuple[Field | None, Fault]]]


def _faulty_columns(faults: _Faults, at: int) -> set[Field | None]:
    return {column for column, _ in faults[at]} if at in faults else set()


def _add_unowned(
    faults: _Faults, at: int, item_id: int | None, values: tuple[object, object, object]
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


def _add_fault(faults: _Faults, at: int, column: Field, fault: Fault) -> None:
    faults.setdefault(at, []).append((column, fault))
