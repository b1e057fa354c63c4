"""The items of a run by outcome, and those that its rows name and no call carries.

Pure. A control total of its own: counted from the rows of the files on one side, from what is
sent on the other.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconcile.domain.model import CallKind, Field, Outcome
from reconcile.journal import CallRecord, RowRecord, SourceRecord

__all__ = ["Items"]

_ID = re.compile(r"0*([0-9]{1,19})(?:\.0+)?", re.ASCII)


@dataclass(slots=True)
class Items:
    """Counts items row by row; `calls` and `outcomes` are by order id.

    An item that stands on many rows of its order counts once.
    """

    sources: Sequence[SourceRecord]
    calls: Mapping[int, Sequence[CallRecord]]
    outcomes: Mapping[int, Outcome]
    _unsent: set[tuple[int, str]] = field(init=False, default_factory=set)
    _lost: set[tuple[int, str]] = field(init=False, default_factory=set)

    def take(self, row: RowRecord) -> None:
        """Looks whether the item of a row is in the accounting sync of its order."""
        item = self._named_by(row)
        if item is None or row.order_id is None:
            return
        content = self._synced(row.order_id)
        if content is None:
            self._unsent.add((row.order_id, item))
        elif f'{{"id":{item},' not in content and f'{{"id":{item}}}' not in content:
            self._lost.add((row.order_id, item))

    @property
    def lost(self) -> int:
        """How many items stand in used rows and in no call."""
        return len(self._lost)

    @property
    def by_outcome(self) -> Counter[Outcome]:
        """The items of the calls, and those of orders that have none, as their orders stand."""
        found: Counter[Outcome] = Counter()
        for order_id, outcome in self.outcomes.items():
            found[outcome] += (self._synced(order_id) or "").count('{"id":')
        for order_id, _ in self._unsent:
            if order_id in self.outcomes:
                found[self.outcomes[order_id]] += 1
        return found

    def _synced(self, order_id: int) -> str | None:
        """The accounting sync of an order, if one is planned."""
        calls = self.calls.get(order_id, ())
        return next((call.content for call in calls if call.kind is CallKind.SYNC), None)

    def _named_by(self, row: RowRecord) -> str | None:
        """The item id on a row of data, in plain digits."""
        if row.state == "ignored":
            return None
        column = self.sources[row.source].fields.get(Field.ITEM_ID)
        text = row.cells[column] if column is not None and column < len(row.cells) else ""
        found = _ID.fullmatch(text.strip())
        return None if found is None else found[1]
