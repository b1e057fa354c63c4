"""The orders of a plan, kept as columns; each `OrderSync` is made when somebody looks at it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

import numpy as np

from reconcile.domain.model import Issue, OrderSync, RowRef
from reconcile.domain.payload import OrderAccountingSyncRequest, StatusUpdate, canonical
from reconcile.planner.validation import Codes

__all__ = ["PlannedOrders"]


@dataclass(frozen=True, slots=True)
class PlannedOrders(Sequence[OrderSync]):
    """A sequence of `OrderSync`.

    Args:
        ids: of each order.
        texts: the JSON of its accounting sync, `""` if it has none.
        in_normal_form: whether items and supplier SKUs stand in the order of their ids.
        refs: makes the places of the rows of an order, by its position in the whole plan.
        positions: where each order stands in the whole plan.
        statuses: the status calls, by order id.
        status_issues: why the status of an order can't be sent, by order id.
    """

    ids: Codes
    texts: Sequence[str]
    in_normal_form: Sequence[bool]
    refs: Callable[[int], tuple[RowRef, ...]]
    positions: Sequence[int]
    statuses: Mapping[int, StatusUpdate] = field(default_factory=dict)
    status_issues: Mapping[int, tuple[Issue, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, orders: Sequence[OrderSync]) -> "PlannedOrders":
        """The same orders as columns."""
        if isinstance(orders, PlannedOrders):
            return orders
        rows = [order.rows for order in orders]
        return cls(
            np.array([order.order_id for order in orders], dtype=np.int64),
            ["" if o.sync is None else canonical(o.sync.to_json()) for o in orders],
            [False] * len(orders),
            rows.__getitem__,
            range(len(orders)),
            {o.order_id: o.status for o in orders if o.status is not None},
            {o.order_id: o.status_issues for o in orders if o.status_issues},
        )

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, at: int) -> OrderSync: ...
    @overload
    def __getitem__(self, at: slice) -> "PlannedOrders": ...
    def __getitem__(self, at: int | slice) -> "OrderSync | PlannedOrders":
        if isinstance(at, slice):
            return self.at(range(len(self))[at])
        order_id, text = int(self.ids[at]), self.texts[at]
        return OrderSync(
            order_id,
            self.refs(self.positions[at]),
            OrderAccountingSyncRequest.from_text(text) if text else None,
            self.statuses.get(order_id),
            self.status_issues.get(order_id, ()),
        )

    def __iter__(self) -> Iterator[OrderSync]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        """As a tuple of the same orders would be."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self.ids.tolist()))

    def at(self, places: Collection[int]) -> "PlannedOrders":
        """The orders at these places."""
        chosen = list(places)
        return replace(
            self,
            ids=self.ids[chosen],
            texts=[self.texts[at] for at in chosen],
            in_normal_form=[self.in_normal_form[at] for at in chosen],
            positions=[self.positions[at] for at in chosen],
        )
