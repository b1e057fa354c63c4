"""What will be sent, as the journal keeps it; and the calls to be made, order by order."""

from collections.abc import Iterator, Sequence

from reconcile.domain.calls import PlannedCall
from reconcile.domain.model import Outcome, Plan
from reconcile.journal import MessageRecord, OrderRecord, SourceRecord
from reconcile.loader import Export

__all__ = ["by_order", "message_records", "order_records", "source_records"]


def source_records(exports: Sequence[Export]) -> list[SourceRecord]:
    """The exports, numbered from 0."""
    return [
        SourceRecord(
            number,
            str(export.path.absolute()),
            export.file,
            export.sheet,
            export.kind,
            export.size,
            export.sha256,
            export.header_row,
            export.headers,
            {field.value: position for field, position in export.fields.items()},
            export.rows,
        )
        for number, export in enumerate(exports)
    ]


def order_records(exports: Sequence[Export], planned: Plan) -> Iterator[OrderRecord]:
    """The orders of the plan, held ones last, with their rows by source."""
    numbers = {(export.file, export.sheet): at for at, export in enumerate(exports)}
    for order in planned.orders:
        rows = tuple((numbers[file, sheet], row) for file, sheet, row in order.rows)
        yield OrderRecord(order.order_id, rows, rejected=False)
    for rejection in planned.rejections:
        if rejection.order_id is not None:
            rows = tuple((numbers[file, sheet], row) for file, sheet, row in rejection.rows)
            yield OrderRecord(rejection.order_id, rows, rejected=True)


def message_records(planned: Plan) -> Iterator[MessageRecord]:
    """Every issue and notice of the plan."""
    for rejection in planned.rejections:
        for issue in rejection.issues:
            yield MessageRecord(rejection.order_id, issue)
    for order in planned.orders:
        for issue in order.status_issues:
            yield MessageRecord(order.order_id, issue)
    for notice in planned.notices:
        yield MessageRecord(None, notice)


def by_order(calls: Sequence[PlannedCall]) -> list[list[PlannedCall]]:
    """The calls to be made, those of one order together, in the order of the plan."""
    orders: dict[int, list[PlannedCall]] = {}
    for call in calls:
        orders.setdefault(call.order_id, []).append(call)
    return [some for some in orders.values() if any(c.outcome is Outcome.PENDING for c in some)]
