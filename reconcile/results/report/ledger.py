"""A run as the report sees it: every order with its outcome, every row with its state.

Pure: made from what the journal hands out, and counted anew from it, so that the control
totals check the journal and not themselves.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconcile.domain.calls import differences
from reconcile.domain.model import CallKind, Issue, Notice, Outcome
from reconcile.journal import (
    NEVER_SENT,
    CallRecord,
    RowRecord,
    RunReader,
)
from reconcile.results.amounts.by_outcome import Amounts, amounts_of
from reconcile.results.amounts.total_row import inconclusive_files
from reconcile.results.report.item_totals import Items

__all__ = ["Ledger", "Totals"]


@dataclass(frozen=True, slots=True)
class Totals:
    """The control totals. `rows` counts states; `ignored` counts rules.

    `superseded` of the pending orders have been planned by a later run, which has them now.
    `amounts` says of each file whose rows don't add up to its own total row by how much.
    `items` counts items by the outcome of their order, `items_lost` those in no call.
    """

    rows_read: int
    rows: Counter[str]
    ignored: Counter[str]
    orders: int
    outcomes: Counter[Outcome]
    requests: int
    retries: int
    throttled: int
    superseded: int = 0
    amounts: tuple[str, ...] = ()
    items: Counter[Outcome] = field(default_factory=Counter)
    items_lost: int = 0

    @property
    def rows_used(self) -> int:
        """Rows whose order has a call in the plan."""
        return self.rows["used"]

    @property
    def rows_rejected(self) -> int:
        """Rows with a fault of their own, and rows held with them."""
        return self.rows["rejected"] + self.rows["held"]

    @property
    def rows_ignored(self) -> int:
        """Rows that are no data."""
        return self.rows["ignored"]

    @property
    def difference(self) -> int:
        """Rows and orders that are not accounted for: 0, or the job has a fault."""
        rows = self.rows_read - self.rows_used - self.rows_rejected - self.rows_ignored
        orders = self.orders - sum(self.outcomes.values())
        return abs(rows) + abs(orders) + self.items_lost

    @property
    def wrong(self) -> list[str]:
        """What doesn't tie out, in sentences."""
        count = self.difference
        missing = [f"{count} rows, orders or items are not accounted for"] if count else []
        return [*missing, *self.amounts]


@dataclass(slots=True)
class Ledger:
    """Everything of a run that is looked up while its report is written.

    `superseded` names the later run that has planned a call which is left. `outcomes` and
    `calls` are by order id; `issues` by order id (None: no order named). `amounts` are the sums
    of the files that have a column of amounts.
    """

    reader: RunReader
    outcomes: dict[int, Outcome] = field(init=False, default_factory=dict)
    calls: dict[int, list[CallRecord]] = field(init=False, default_factory=dict)
    issues: dict[int | None, list[Issue]] = field(init=False, default_factory=dict)
    notices: list[Notice] = field(init=False, default_factory=list)
    superseded: Mapping[tuple[int, CallKind], tuple[str, bool]] = field(init=False)
    totals: Totals = field(init=False)
    amounts: tuple[Amounts, ...] = field(init=False)
    _at: dict[tuple[str, str, int], list[tuple[int | None, Issue]]] = field(
        init=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Reads the run once."""
        self.superseded = self.reader.superseded()
        for call in self.reader.calls():
            self.calls.setdefault(call.order_id, []).append(call)
        for record in self.reader.messages():
            if isinstance(record.message, Issue):
                self.issues.setdefault(record.order_id, []).append(record.message)
                for file, sheet, row, _ in dict.fromkeys(record.message.places):
                    self._at.setdefault((file, sheet, row), []).append(
                        (record.order_id, record.message)
                    )
            else:
                self.notices.append(record.message)
        orders = 0
        for order in self.reader.orders():
            orders += 1
            calls = self.calls.get(order.order_id, ())
            if order.rejected:
                self.outcomes[order.order_id] = Outcome.REJECTED
            elif calls:
                self.outcomes[order.order_id] = Outcome.worst([call.outcome for call in calls])
        doubts = inconclusive_files(self.notices)
        sources = self.reader.run.sources
        self.amounts = amounts_of(sources, self.reader.rows, self.outcome_of, doubts)
        self.totals = self._count(orders)

    def outcome_of(self, row: RowRecord) -> Outcome | None:
        """How the order of a row stands; a rejected row without an order is rejected itself."""
        if row.state == "ignored":
            return None
        if row.order_id is None:
            return Outcome.REJECTED if row.state in ("rejected", "held") else None
        return self.outcomes.get(row.order_id)

    def row_issues(self, row: RowRecord) -> list[Issue]:
        """The issues that name this row."""
        source = self.reader.run.sources[row.source]
        here = self._at.get((source.file, source.sheet, row.row), ())
        named = {id(issue): issue for order_id, issue in here if order_id == row.order_id}
        return list(named.values())

    def fails(self, row: RowRecord) -> bool:
        """Whether the row belongs on Failures."""
        if row.order_id is None:
            return row.state in ("rejected", "held")
        outcome = self.outcomes.get(row.order_id)
        return row.state != "ignored" and (outcome is None or not outcome.done)

    def changed_ids(self) -> Iterator[tuple[int, str, object, object]]:
        """External ids that differ from what was acknowledged before: order, path, old, new."""
        for call in self._changed():
            for change in differences(call.previous or "{}", call.content):
                replaced = change.old is not None or "orderItemAccountingItems" in change.path
                if replaced and change.path.endswith("externalAccountingId"):
                    yield call.order_id, change.path, change.old, change.new

    def fewer_items(self) -> Iterator[tuple[int, int, int]]:
        """Orders with fewer items than were acknowledged before: order, then, now."""
        for call in self._changed():
            before = (call.previous or "").count('{"id":')
            now = call.content.count('{"id":')
            if now < before:
                yield call.order_id, before, now

    def _changed(self) -> Iterator[CallRecord]:
        for calls in self.calls.values():
            for call in calls:
                if call.previous is not None and call.kind is CallKind.SYNC:
                    yield call

    def _count(self, orders: int) -> Totals:
        rows: Counter[str] = Counter()
        ignored: Counter[str] = Counter()
        items = Items(self.reader.run.sources, self.calls, self.outcomes)
        for row in self.reader.rows():
            items.take(row)
            rows[row.state] += 1
            if row.state == "ignored":
                ignored[row.detail] += 1
        sent = [a for a in self.reader.attempts() if a.end and a.end.exchange != NEVER_SENT]
        return Totals(
            rows_read=sum(source.rows for source in self.reader.run.sources),
            rows=rows,
            ignored=ignored,
            orders=orders,
            outcomes=Counter(self.outcomes.values()),
            requests=len(sent),
            retries=len(sent) - len({(attempt.order_id, attempt.kind) for attempt in sent}),
            throttled=sum(a.end is not None and a.end.status == _TOO_MANY for a in sent),
            superseded=sum(self._is_superseded(order_id) for order_id in self.outcomes),
            amounts=tuple(amounts.sentence for amounts in self.amounts if amounts.differ),
            items=items.by_outcome,
            items_lost=items.lost,
        )

    def _is_superseded(self, order_id: int) -> bool:
        """Whether all that is open of an order was taken over by a later run."""
        calls = self.calls.get(order_id, ())
        undone = [(call.order_id, call.kind) for call in calls if not call.outcome.done]
        return bool(undone) and all(self.superseded.get(call, ("", False))[1] for call in undone)


_TOO_MANY = 429
