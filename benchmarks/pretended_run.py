"""A run as the journal would tell it, made up on request: every order synced at once."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from benchmarks.samples import COLUMNS, ROWS_OF_AN_ORDER, lines
from reconcile.domain.fields import FIELDS
from reconcile.domain.model import CallKind, Comparison
from reconcile.journal.call_states import CallState
from reconcile.journal.records import (
    AttemptEnd,
    AttemptRecord,
    CallRecord,
    MessageRecord,
    OrderRecord,
    RowRecord,
    RunRecord,
    SourceRecord,
)

__all__ = ["PretendedRun"]

_BEGAN = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
_FIRST_ORDER = 700_000_001


class PretendedRun:
    """What the results need of a run (`reconcile.journal.RunReader`)."""

    def __init__(self, rows: int, seed: int) -> None:
        self._rows = rows
        self._seed = seed
        headers = {spec.header: field for field, spec in FIELDS.items()}
        known = {headers[name].value: at for at, name in enumerate(COLUMNS) if name in headers}
        source = SourceRecord(
            0, "/sample.csv", "sample.csv", "", "text", 1, "0" * 64, 1, COLUMNS, known, rows + 1
        )
        self.run = RunRecord(
            "20260105-083000-abc",
            "0",
            _BEGAN,
            "https://api.flxpoint.com",
            "account",
            "Account",
            "run",
            {},
            "/results.xlsx",
            ended_at=_BEGAN + timedelta(hours=40),
            exit_code=0,
            sources=(source,),
        )

    def orders(self) -> Iterator[OrderRecord]:
        """Three rows each."""
        for at, first in enumerate(range(0, self._rows, ROWS_OF_AN_ORDER)):
            numbers = range(first, min(first + ROWS_OF_AN_ORDER, self._rows))
            yield OrderRecord(
                _FIRST_ORDER + at, tuple((0, row + 2) for row in numbers), rejected=False
            )

    def calls(self) -> Iterator[CallRecord]:
        """One each, acknowledged."""
        for order_id, content in self._contents():
            yield CallRecord(
                order_id,
                CallKind.SYNC,
                content,
                f"{order_id:064x}",
                Comparison.NEW,
                None,
                CallState.SYNCED,
                "",
                1,
            )

    def messages(self) -> Iterator[MessageRecord]:
        """Nothing was wrong."""
        return iter(())

    def attempts(self) -> Iterator[AttemptRecord]:
        """One each."""
        for at, (order_id, content) in enumerate(self._contents()):
            began = _BEGAN + timedelta(seconds=at / 2)
            end = AttemptEnd(
                began + timedelta(seconds=0.4), 0.4, "reply", 200, "accept", '{"success":true}', {}
            )
            yield AttemptRecord(order_id, CallKind.SYNC, 1, began, content, f"{order_id:064x}", end)

    def rows(self) -> Iterator[RowRecord]:
        """The header, then the rows of the sample."""
        yield RowRecord(0, 1, "ignored", None, "header", COLUMNS, {}, ())
        for number, line in enumerate(lines(self._rows, self._seed), 2):
            yield RowRecord(0, number, "used", int(line.order_id), "", line, {}, ())

    def readings(self, moment: object) -> Iterator[Any]:  # noqa: ARG002
        """Nothing was asked of Flxpoint."""
        return iter(())

    def uncovered(self) -> Iterator[Any]:
        """Every order is in the file."""
        return iter(())

    def superseded(self) -> Mapping[tuple[int, CallKind], tuple[str, bool]]:
        """No later run has planned any of it."""
        return {}

    def _contents(self) -> Iterator[tuple[int, str]]:
        """Each order with its payload."""
        rows = lines(self._rows, self._seed)
        while some := list(islice(rows, ROWS_OF_AN_ORDER)):
            items = ",".join(
                f'{{"id":{line.item_id},"externalAccountingId":"{line.item_external_id}",'
                f'"orderItemAccountingItems":[{{"externalAccountingId":"{line.sub_external_id}",'
                f'"quantity":{line.sub_quantity}}}]}}'
                for line in some
            )
            order = some[0]
            content = f'"externalAccountingId":"{order.order_external_id}","items":[{items}]'
            yield int(order.order_id), f'{{"accountingSynced":true,{content}}}'
