"""Items by outcome: what the rows name beside what the calls carry."""

from typing import Any

from openpyxl import load_workbook

from reconcile.domain.errors import ExitCode
from reconcile.domain.model import CallKind, Comparison, Outcome
from reconcile.journal import CallRecord, RowRecord, SourceRecord
from reconcile.journal.call_states import CallState
from reconcile.results.report.item_totals import Items
from tests.conftest import Shop

SOURCE = SourceRecord(
    number=0,
    path="export.csv",
    file="export.csv",
    sheet="",
    kind="text",
    size=1,
    sha256="",
    header_row=1,
    headers=("Order ID", "Item ID"),
    fields={"order_id": 0, "item_id": 1},
    rows=3,
)


def row(order_id: int | None, item: str, state: str = "used") -> RowRecord:
    return RowRecord(0, 2, state, order_id, "", (str(order_id), item), {}, ())


def sync(order_id: int, *items: int) -> CallRecord:
    said = ",".join(f'{{"id":{item},"externalAccountingId":"X"}}' for item in items)
    content = f'{{"accountingSynced":true,"items":[{said}]}}'
    new, done = Comparison.NEW, CallState.SYNCED
    return CallRecord(order_id, CallKind.SYNC, content, "", new, None, done, "", 1)


def counted(calls: list[CallRecord], rows: list[RowRecord], **rejected: int) -> Items:
    outcomes = {call.order_id: Outcome.SYNCED for call in calls}
    outcomes |= dict.fromkeys(rejected.values(), Outcome.REJECTED)
    items = Items([SOURCE], {call.order_id: [call] for call in calls}, outcomes)
    for each in rows:
        items.take(each)
    return items


def test_items_are_counted_by_the_outcome_of_their_order_each_once() -> None:
    rows = [row(1, "11"), row(1, "11.0"), row(1, " 012 "), row(2, "21", "held"), row(2, "21")]
    items = counted([sync(1, 11, 12)], rows, rejected=2)

    assert items.by_outcome == {Outcome.SYNCED: 2, Outcome.REJECTED: 1}
    assert items.lost == 0


def test_an_item_that_no_call_carries_is_lost() -> None:
    items = counted([sync(1, 111)], [row(1, "11"), row(1, "111"), row(1, "11")])
    assert items.lost == 1


def test_what_is_no_data_names_no_order_or_no_id_loses_nothing() -> None:
    rows = [row(1, "11", "ignored"), row(None, "11", "rejected"), row(1, "SKU-1"), row(1, "")]
    assert counted([sync(1)], rows).lost == 0


def test_summary_shows_the_items_below_the_orders(shop: Shop) -> None:
    lines = "1,A,11,X\n1,A,12,Y\n2,B,21,#N/A\n3,C,,\n"
    finished = shop.run(
        shop.export(f"Order ID,Order External ID,Item ID,Item External ID\n{lines}")
    )

    assert finished.exit_code == ExitCode.INCOMPLETE
    assert finished.workbook is not None
    sheet: Any = load_workbook(finished.workbook)["Summary"]
    told = [[v for v in line if v is not None] for line in sheet.iter_rows(values_only=True)]
    at = told.index(["Items", 3])
    assert ["  rejected", 1] in told[at : at + 7]
    assert ["  synced", 2] in told[at : at + 7]
    assert ["Not accounted for", 0] in told
