"""One run of the journal, as the report reads it: everything several times over."""

from collections.abc import Mapping
from functools import partial

from reconcile.domain.model import CallKind
from reconcile.journal.records import RunRecord
from reconcile.journal.store import Journal

__all__ = ["RunReader"]


class RunReader:
    """Hands out the records of one run: what `Journal` has under the same names.

    Each may be called again, and begins anew then.
    """

    def __init__(self, journal: Journal, run: RunRecord) -> None:
        self.run = run
        self.orders = partial(journal.orders, run.id)
        self.calls = partial(journal.calls, run.id)
        self.messages = partial(journal.messages, run.id)
        self.attempts = partial(journal.attempts, run.id)
        self.rows = partial(journal.rows, run.id)
        self.readings = partial(journal.readings, run.id)
        self.uncovered = partial(journal.uncovered, run.id)
        self._journal = journal

    def superseded(self) -> Mapping[tuple[int, CallKind], tuple[str, bool]]:
        """Its calls that are left and that a later run has planned.

        By order and kind: that run, and whether it has such a call too.
        """
        found = self._journal.superseded(self.run.id)
        return {(order_id, kind): (later, taken) for order_id, kind, later, taken in found}
