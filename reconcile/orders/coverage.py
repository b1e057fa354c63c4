"""Orders of the period that are in no file: so that the reconciliation closes both ways."""

from collections.abc import Iterator

from reconcile.domain.model import Plan
from reconcile.journal import Journal, UncoveredOrder

__all__ = ["uncovered_orders"]


def uncovered_orders(journal: Journal, account: str, planned: Plan) -> Iterator[UncoveredOrder]:
    """Orders without an accounting id between the first and the last day of the planned ones.

    By the local id map, and by what the journal saw acknowledged; none if the map doesn't
    know when the planned orders were made.
    """
    named = {order.order_id for order in planned.orders}
    named |= {r.order_id for r in planned.rejections if r.order_id is not None}
    span = journal.span(account, named)
    if span is None:
        return
    first, last = (time[:10] for time in span)
    for order in list(journal.without_accounting_id(account, first, f"{last}T~")):
        if order.order_id not in named:
            yield UncoveredOrder(
                order.order_id, order.number, order.reference, order.status, order.ordered_at
            )
