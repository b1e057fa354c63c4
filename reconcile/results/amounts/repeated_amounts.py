"""Amounts that stand on several rows of one order, as an order's total does. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.model import Field, Outcome
from reconcile.journal.records import RowRecord, SourceRecord
from reconcile.results.amounts.amount_text import CENT, AmountParser
from reconcile.results.amounts.total_row import counted_as, is_data

__all__ = ["Repeats", "repeats_of"]

_NAMES = (Field.ORDER_ID, Field.ORDER_NUMBER, Field.ORDER_EXTERNAL_ID)


@dataclass(frozen=True, slots=True)
class Repeats:
    """The sums with each different amount of an order counted once.

    `groups` are those of the rows that are ignored. `less` and `more` is what may have to be
    taken off the sum of all rows, and put to it, if it counts only some of them once.
    """

    by_outcome: Mapping[str, Decimal]
    groups: Mapping[str, Decimal]
    less: Decimal
    more: Decimal
    any: bool

    @property
    def added(self) -> Decimal:
        """The sum of all."""
        return sum(self.by_outcome.values(), Decimal())

    def may_explain(self, added: Decimal, total: Decimal, beside: Decimal) -> bool:
        """Whether some of the repeated amounts, counted once, could make the total."""
        low, high = added - self.less - beside - CENT, added + self.more + beside + CENT
        return self.any and low < total < high


def repeats_of(
    source: SourceRecord,
    at: int,
    rows: Iterable[RowRecord],
    read: AmountParser,
    outcome_of: Callable[[RowRecord], Outcome | None],
) -> Repeats:
    """Goes through the rows of one export."""
    seen: set[int] = set()  # hashes, since there may be a million
    by_outcome: dict[str, Decimal] = {}
    groups: dict[str, Decimal] = {}
    less = more = Decimal()
    found = False
    columns = [source.fields[name] for name in _NAMES if name in source.fields]
    for row in rows:
        what = counted_as(row, outcome_of(row))
        amount = None if what is None else read(row.cells[at] if at < len(row.cells) else "")
        if what is None or amount is None:
            continue
        key = _key(row, columns)
        amount_of_order = hash((key, amount))
        repeated = amount_of_order in seen
        found |= repeated and bool(key)
        if repeated or not key:
            less += max(amount, Decimal())
            more -= min(amount, Decimal())
        if key and repeated:
            continue
        seen.add(amount_of_order)
        by_outcome[what] = by_outcome.get(what, Decimal()) + amount
        if not is_data(row):
            groups[what] = groups.get(what, Decimal()) + amount
    return Repeats(by_outcome, groups, less, more, found)


def _key(row: RowRecord, columns: Iterable[int]) -> str:
    """What names the order of a row, as far as it is known."""
    if row.order_id is not None:
        return str(row.order_id)
    return "|".join(row.cells[at].strip() for at in columns if at < len(row.cells)).strip("|")
