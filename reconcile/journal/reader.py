"""One run of the journal, as the report reads it: everything several times over."""

from collections.abc import Iterable, Mapping

from reconcile.domain.model import CallKind
from reconcile.journal.records import (
    AttemptRecord,
    CallRecord,
    MessageRecord,
    Moment,
    OrderReading,
    OrderRecord,
    RowRecord,
    RunRecord,
    UncoveredOrder,
)
from reconcile.journal.store import Journal

__all__ = ["RunReader"]


class RunReader:
    """Hands out the records of one run; each method may be called again."""

    def __init__(self, journal: Journal, run_record: RunRecord) -> None:
        self._journal = journal
        self._run = run_record

    @property
    def run(self) -> RunRecord:
        """The run itself."""
        return self._run

    def orders(self) -> Iterable[OrderRecord]:
        """Its orders in the order of the plan."""
        return self._journal.orders(self._run.id)

    def calls(self) -> Iterable[CallRecord]:
        """Its calls in the order of the plan."""
        return self._journal.calls(self._run.id)

    def messages(self) -> Iterable[MessageRecord]:
        """Its issues and notices."""
        return self._journal.messages(self._run.id)

    def attempts(self) -> Iterable[AttemptRecord]:
        """Every try in the order in which they began."""
        return self._journal.attempts(self._run.id)

    def rows(self) -> Iterable[RowRecord]:
        """Every row of every source."""
        return self._journal.rows(self._run.id)

    def superseded(self) -> Mapping[tuple[int, CallKind], tuple[str, bool]]:
        """Its calls that are left and that a later run has planned.

        By order and kind: that run, and whether it has such a call too.
        """
        found = self._journal.superseded(self._run.id)
        return {(order_id, kind): (later, taken) for order_id, kind, later, taken in found}

    def readings(self, moment: Moment) -> Iterable[OrderReading]:
        """What its orders held in Flxpoint, before it or after it."""
        return self._journal.readings(self._run.id, moment)

    def reported_fields(self) -> frozenset[str]:
        """The accounting fields that the answers of its account have."""
        return self._journal.pull_state(self._run.account).reported_fields

    def uncovered(self) -> Iterable[UncoveredOrder]:
        """Orders of its period without an accounting id that none of its files names."""
        return self._journal.uncovered(self._run.id)
