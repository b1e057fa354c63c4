"""Undo: an export that puts the previous values back, where nobody changed them since."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from reconcile.domain.errors import NothingSentError
from reconcile.domain.model import CallKind, Comparison, Field, Outcome
from reconcile.job.input_files import PassedOverReason, files_in_folder
from reconcile.job.online import UndoneRun, undo_run
from reconcile.job.planned_input import SendRules
from reconcile.job.run_list import prune_runs
from reconcile.journal import CallRecord, Journal, Moment, OrderReading
from reconcile.journal.call_states import CallState
from reconcile.loader.screening import is_our_workbook
from reconcile.sandbox.faults import Answer, Scripted
from reconcile.undo.order_states import known_orders
from reconcile.undo.plan import LeftAlone, Reason
from reconcile.undo.previous_values import OrderHistory, Skus, WrittenValue, written_values
from tests.conftest import TOKEN, Shop
from tests.orders.books import lines, titles
from tests.shops import OpenShop, item, order

HEADER = (
    "Order ID,Order External ID,Item ID,Item External ID,Supplier SKU External ID,"
    "Supplier SKU Quantity,Accounting Synced,Accounting Sync Error\n"
)
EXPORT = HEADER + "700001,INV-1,101,L-1,S-1,2,,\n700001,,102,L-2,,,,\n700002,INV-2,,,,,,\n"
NOTHING: Mapping[str, Any] = {
    "accountingSynced": False,
    "externalAccountingId": None,
    "accountingSyncError": None,
}


def undo(shop: Shop, run_id: str, token: str | None = TOKEN, **said: Any) -> UndoneRun:
    results = said.pop("results", None)
    return undo_run(shop.context(token=token, **said), run_id, results)


def send(shop: Shop, undone: UndoneRun, **said: Any) -> dict[Outcome, int]:
    assert undone.file is not None
    assert undone.remark == ""
    finished = shop.run(
        undone.file, rules=SendRules(allow_changes=True), **{"verify": "none", **said}
    )
    return dict(finished.totals.outcomes)


def run(shop: Shop, text: str, name: str = "export.csv", **said: Any) -> str:
    return shop.run(shop.export(text, name), **{"verify": "none", **said}).run.id


def books(shop: Shop, order_id: int) -> dict[str, Any]:
    """What an order holds for the books; what is blank is nothing."""
    held = shop.server.state.get(order_id, {"orderItems": []})
    flat = {name: held.get(name) for name in NOTHING}
    for each in held["orderItems"]:
        flat[f"{each['id']}"] = each.get("externalAccountingId")
        flat[f"{each['id']} SKUs"] = each.get("orderItemAccountingItems")
    return {name: value for name, value in flat.items() if value not in (None, "", [], False)}


def reasons(undone: UndoneRun) -> dict[tuple[int, str], Reason]:
    return {(each.order_id, each.value): each.reason for each in undone.undo.left}


def left(undone: UndoneRun) -> LeftAlone:
    (only,) = undone.undo.left
    return only


@pytest.mark.parametrize("fields", ["always", "sent", "never"])
def test_what_was_blank_before_the_run_is_blank_again(open_shop: OpenShop, fields: str) -> None:
    shop = open_shop(order(1), order(2), accounting_fields=fields)
    run_id = run(shop, EXPORT)
    undone = undo(shop, run_id)
    assert send(shop, undone)[Outcome.SYNCED] == 2
    assert books(shop, 700002) == {}
    assert list(books(shop, 700001)) == ["101 SKUs"], "these the API can't take away"
    assert reasons(undone) == {(700001, "item 101: supplier SKU S-1"): Reason.STAYS}


@pytest.mark.parametrize("fields", ["always", "sent", "never"])
@pytest.mark.parametrize("token", [TOKEN, None], ids=["asked", "offline"])
def test_what_an_earlier_run_wrote_stands_there_again(
    open_shop: OpenShop, fields: str, token: str | None
) -> None:
    shop = open_shop(order(1), order(2), accounting_fields=fields)
    run(shop, EXPORT)
    before = {number: books(shop, number) for number in (700001, 700002)}
    changed = EXPORT.replace("INV-1", "=1+1").replace("S-1,2", "S-9,7").replace("L-2", "L-X")
    run_id = run(shop, changed, "changed.csv")
    undone = undo(shop, run_id, token)
    assert [each.order_id for each in undone.undo.orders] == [700001], "the other is as it was"
    assert send(shop, undone) == {Outcome.SYNCED: 1}
    assert {number: books(shop, number) for number in (700001, 700002)} == before
    assert left(undone).reason is Reason.STAYS


def test_the_reading_before_the_run_beats_the_journal(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2))
    run(shop, HEADER + "700001,INV-1,,,,,,first\n")
    shop.server.change(700001, accountingSyncError="theirs")
    run_id = run(shop, HEADER + "700001,INV-2,,,,,,second\n", "b.csv", overwrite="blanks")
    send(shop, undo(shop, run_id))
    assert books(shop, 700001) == {"externalAccountingId": "INV-1", "accountingSyncError": "theirs"}


def test_what_an_earlier_run_but_not_the_last_one_wrote_is_known(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="never")
    run(shop, HEADER + "700001,INV-1,101,L-1,,,,\n", "a.csv")
    run(shop, HEADER + "700001,INV-2,,,,,,\n", "b.csv")
    run_id = run(shop, HEADER + "700001,INV-3,101,L-3,,,,\n", "c.csv")
    send(shop, undo(shop, run_id))
    assert books(shop, 700001)["externalAccountingId"] == "INV-2"
    assert books(shop, 700001)["101"] == "L-1"


def test_foreign_changes_are_left_alone_and_listed(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2), accounting_fields="always")
    run_id = run(shop, EXPORT)
    shop.server.change(700002, externalAccountingId="THEIRS")
    shop.server.change_item(700001, 102, externalAccountingId="THEIRS TOO")
    undone = undo(shop, run_id)
    assert reasons(undone) == {
        (700001, "item 101: supplier SKU S-1"): Reason.STAYS,
        (700001, "item 102: external id"): Reason.CHANGED_SINCE,
        (700002, "external id of the order"): Reason.CHANGED_SINCE,
    }
    send(shop, undone)
    assert books(shop, 700002) == {"externalAccountingId": "THEIRS"}
    assert books(shop, 700001)["102"] == "THEIRS TOO"
    assert "externalAccountingId" not in books(shop, 700001)


def test_supplier_skus_that_somebody_added_keep_the_others_where_they_are(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    run(shop, HEADER + "700001,,101,,S-1,2,,\n")
    run_id = run(shop, HEADER + "700001,,101,,S-2,3,,\n", "b.csv")
    theirs = [
        {"externalAccountingId": "S-2", "quantity": 3},
        {"externalAccountingId": "THEIRS", "quantity": 1},
    ]
    shop.server.change_item(700001, 101, orderItemAccountingItems=theirs)
    undone = undo(shop, run_id)
    assert undone.file is None
    assert left(undone).reason is Reason.CHANGED_SINCE
    assert left(undone).now == "S-2 (3), THEIRS (1)"


@pytest.mark.parametrize("token", [TOKEN, None], ids=["asked", "offline"])
@pytest.mark.parametrize("fields", ["always", "never"])
def test_what_a_later_run_wrote_is_left_alone(
    open_shop: OpenShop, fields: str, token: str | None
) -> None:
    shop = open_shop(order(1), accounting_fields=fields)
    run_id = run(shop, HEADER + "700001,INV-1,,,,,,\n")
    later = run(shop, HEADER + "700001,INV-2,,,,,yes,\n", "b.csv")
    undone = undo(shop, run_id, token)
    found = {each.value: (each.reason, each.detail) for each in undone.undo.left}
    assert found["external id of the order"] == (Reason.LATER_RUN, later)


def test_what_a_later_run_left_as_it_was_is_undone_if_flxpoint_tells(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    run_id = run(shop, HEADER + "700001,INV-1,101,L-1,,,,\n")
    run(shop, HEADER + "700001,INV-2,,,,,,\n", "b.csv")
    undone = undo(shop, run_id)
    assert reasons(undone) == {(700001, "external id of the order"): Reason.LATER_RUN}
    assert undone.hints == ("--overwrite all",), "the last run of ours didn't write L-1"
    send(shop, undone, overwrite="all")
    assert books(shop, 700001) == {"externalAccountingId": "INV-2"}


def test_orders_and_items_that_are_gone_are_listed(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2), accounting_fields="always")
    run_id = run(shop, EXPORT.replace("S-1,2", ","))
    shop.server.change(700001, orderItems=[item(1, 2)])
    shop.server.inject(Scripted(None, 700002, Answer(404), times=None))
    found = reasons(undo(shop, run_id))
    assert found[700002, "the order"] is Reason.NO_ORDER
    assert found[700001, "item 101: external id"] is Reason.NO_ITEM


def test_calls_that_were_not_acknowledged_are_listed(open_shop: OpenShop) -> None:
    shop = open_shop(order(1))
    run_id = run(shop, HEADER + "700001,INV-1,,,,,,\n700009,INV-9,,,,,,\n", overwrite="all")
    undone = undo(shop, run_id)
    assert undone.file is not None
    assert left(undone).order_id == 700009
    assert left(undone).why == "Flxpoint didn't acknowledge it (refused)"


def test_a_status_cannot_be_taken_back_and_the_former_one_is_told(open_shop: OpenShop) -> None:
    shop = open_shop(order(1, orderStatus="On Hold"), accounting_fields="always")
    text = "Order ID,Order External ID,Status\n700001,INV-1,Closed\n"
    run_id = run(shop, text, status_updates=True)
    undone = undo(shop, run_id, status_updates=True)
    assert left(undone) == LeftAlone(700001, "status", "Closed", "On Hold", "Closed", Reason.STATUS)


def test_a_sync_error_that_was_not_there_cannot_be_cleared(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    run_id = run(shop, HEADER + "700001,,,,,,no,wrong tax\n")
    undone = undo(shop, run_id)
    assert undone.file is None, "an order that isn't synced was none before either"
    assert left(undone).reason is Reason.NO_NULL
    assert left(undone).wrote == "wrong tax"


def test_an_error_stands_there_again_without_a_word_on_yes(open_shop: OpenShop) -> None:
    shop = open_shop(
        order(1, accountingSynced=True, accountingSyncError="old"), accounting_fields="always"
    )
    run_id = run(shop, HEADER + "700001,,,,,,,new\n")
    send(shop, undo(shop, run_id))
    assert books(shop, 700001) == {"accountingSynced": True, "accountingSyncError": "old"}


def test_an_error_and_yes_cannot_be_put_back_together(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    run(shop, HEADER + "700001,,,,,,yes,\n", "a.csv")
    shop.server.change(700001, accountingSyncError="old")
    run_id = run(shop, HEADER + "700001,,,,,,no,new\n", "b.csv")
    undone = undo(shop, run_id)
    assert left(undone).reason is Reason.YES_WITH_ERROR
    send(shop, undone)
    assert books(shop, 700001) == {"accountingSynced": True, "accountingSyncError": "new"}


def test_an_order_of_which_nobody_knows_whether_it_is_synced_is_not_made_synced(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1, accountingSynced=False), accounting_fields="never")
    run(shop, HEADER + "700001,INV-1,,,,,,\n", accounting_synced="none")
    run_id = run(shop, HEADER + "700001,INV-2,,,,,,\n", "b.csv", accounting_synced="none")
    undone = undo(shop, run_id)
    assert undone.file is None
    assert left(undone).reason is Reason.SYNCED_UNKNOWN
    silent = undo(shop, run_id, accounting_synced="none")
    send(shop, silent, accounting_synced="none")
    assert books(shop, 700001) == {"externalAccountingId": "INV-1"}
    (row,) = lines(silent.file, "Undo")
    assert row["Accounting Synced"] is None


def test_a_former_value_that_no_cell_can_say_is_listed(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="never")
    run(shop, HEADER + "700001,KEEP,,,,,,\n", "a.csv")
    run_id = run(shop, HEADER + "700001,INV-2,,,,,,\n", "b.csv")
    undone = undo(shop, run_id, clear_word="keep")
    assert undone.file is None
    assert left(undone).reason is Reason.NO_CELL


def test_the_file_is_an_export_of_text_beside_its_source_and_never_overwritten(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    run(shop, HEADER + '700001,00123,101,"=HYPERLINK(1)",,,,\n', "a.csv")
    run_id = run(shop, HEADER + "700001,INV-2,101,L-2,,,,\n", "b.csv")
    first, second = undo(shop, run_id).file, undo(shop, run_id).file
    assert first == shop.folder / f"b.csv.undo-{run_id}.xlsx"
    assert second == shop.folder / f"b.csv.undo-{run_id} (2).xlsx"
    assert titles(first) == ["About this undo", "Undo", "Left alone"]
    sheet = load_workbook(first)["Undo"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.number_format for cell in cells} == {"@"}
    assert {cell.data_type for cell in cells} == {"s"}
    (row,) = lines(first, "Undo")
    assert row["Order External ID"] == "00123"
    assert row["Item External ID"] == "=HYPERLINK(1)"
    assert row["Accounting Synced"] == "yes"


def test_a_folder_run_never_takes_an_undo_by_itself(open_shop: OpenShop) -> None:
    shop = open_shop(order(1))
    file = undo(shop, run(shop, HEADER + "700001,INV-1,,,,,,\n")).file
    assert file is not None
    for path in shop.folder.iterdir():
        os.utime(path, (0, 0))
    gathered = files_in_folder(shop.folder, datetime.now(UTC), lambda _sha256: False, again=True)
    assert {each.path: each.reason for each in gathered.passed_over}[file] is PassedOverReason.UNDO
    with file.open("rb") as stream:
        assert not is_our_workbook(stream)


def test_the_file_meets_what_the_config_asks_of_an_export(open_shop: OpenShop) -> None:
    said: dict[str, Any] = {
        "columns": {"order_external_id": "Invoice No", "order_number": "Shop No"},
        "only": {"State": ["Paid", "Open"]},
        "values": {"yes": "no", "ja": "yes"},
        "clear_word": "<none>",
    }
    shop = open_shop(order(1), order(2), accounting_fields="always")
    text = "Order ID,Invoice No,Shop No,State\n700001,A-1,,Paid\n700002,A-2,,Paid\n"
    run(shop, text.replace("700002,A-2", "700002,"), "a.csv", **said)
    run_id = run(shop, text.replace("A-1", "B-1"), "b.csv", **said)
    undone = undo(shop, run_id, **said)
    first, second = lines(undone.file, "Undo")
    assert (first["Invoice No"], first["State"], first["Accounting Synced"]) == (
        "A-1",
        "Paid",
        "true",
    )
    assert second["Invoice No"] == "<none>"
    send(shop, undone, **said)
    assert books(shop, 700001) == {"externalAccountingId": "A-1", "accountingSynced": True}
    assert books(shop, 700002) == {}


def test_a_config_that_cannot_read_the_file_is_told(open_shop: OpenShop) -> None:
    shop = open_shop(order(1))
    run_id = run(shop, HEADER + "700001,INV-1,,,,,,\n")
    undone = undo(shop, run_id, only={"Status": ["Closed"]}, status_updates=True)
    assert "With this config" in undone.remark
    assert undone.file is not None
    layout = undo(shop, run_id, layout="xero")
    assert layout.hints == ("--layout plain",)
    assert layout.remark == ""


def test_without_a_token_the_journals_word_counts(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    run_id = run(shop, HEADER + "700001,INV-1,,,,,,\n")
    shop.server.change(700001, externalAccountingId="THEIRS")
    asked = len(shop.server.arrivals)
    undone = undo(shop, run_id, None)
    assert len(shop.server.arrivals) == asked
    assert (undone.word, undone.read) == ("the journal alone", 0)
    assert undone.undo.left == []
    assert send(shop, undone)[Outcome.REJECTED] == 1, "the guard of the run sees what is theirs"


def test_a_run_of_another_account_or_none_is_refused(open_shop: OpenShop) -> None:
    shop = open_shop(order(1))
    run_id = run(shop, HEADER + "700001,INV-1,,,,,,\n")
    with pytest.raises(NothingSentError, match="no run nobody"):
        undo(shop, "nobody")
    for token in (TOKEN, None):
        with pytest.raises(NothingSentError, match="went to"):
            undo(shop, run_id, token, account="another")


def test_of_a_run_that_was_pruned_the_last_value_is_still_known(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="never")
    run(shop, HEADER + "700001,INV-1,,,,,,\n", "a.csv")
    run_id = run(shop, HEADER + "700001,INV-2,,,,,,\n", "b.csv")
    with Journal.open(shop.journal) as journal:
        record = journal.run(run_id)
        assert record is not None
        assert prune_runs(journal, shop.journal, record.created_at).removed == 1
        (known,) = known_orders(journal, record)
    assert [each["externalAccountingId"] for each in known.earlier] == ["INV-1"]
    send(shop, undo(shop, run_id))
    assert books(shop, 700001)["externalAccountingId"] == "INV-1"


def test_undoing_the_undo_brings_the_values_of_the_run_back(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    run(shop, HEADER + "700001,A,101,L-1,S-1,1,,\n", "a.csv")
    run_id = run(shop, HEADER + "700001,B,101,L-2,S-1,2,no,\n", "b.csv")
    after = books(shop, 700001)
    undone = undo(shop, run_id)
    assert undone.file is not None
    undoing = shop.run(undone.file, verify="none").run.id
    assert books(shop, 700001) != after
    send(shop, undo(shop, undoing))
    assert books(shop, 700001) == after


NOW = datetime(2026, 11, 20, tzinfo=UTC)
OF_ITEM = "items.orderItemAccountingItems"


def value(
    wrote: dict[str, Any],
    before: OrderReading | None = None,
    earlier: Sequence[dict[str, Any]] = (),
    now: OrderReading | None = None,
) -> WrittenValue:
    """What a call that wrote one value means."""
    call = CallRecord(
        1,
        CallKind.SYNC,
        json.dumps(wrote),
        "",
        Comparison.CHANGED if earlier else Comparison.NEW,
        json.dumps(earlier[-1]) if earlier else None,
        CallState.SYNCED,
        "",
        1,
    )
    (only,) = written_values(OrderHistory(call, earlier, before=before, now=now))
    return only


def reading(held: dict[str, Any] | None, *reported: str, readable: bool = True) -> OrderReading:
    return OrderReading(1, NOW, held, readable=readable, reported_fields=frozenset(reported))


def skus(*pairs: tuple[str, object]) -> dict[str, Any]:
    subs = [{"externalAccountingId": key, "quantity": quantity} for key, quantity in pairs]
    return {"items": [{"id": 11, "orderItemAccountingItems": subs}]}


WROTE = {"externalAccountingId": "INV-2"}
MINE = {"externalAccountingId": "MINE1"}


@pytest.mark.parametrize(
    ("before", "earlier", "previous", "known"),
    [
        (reading({}, "externalAccountingId"), [], None, True),
        (reading({"externalAccountingId": None}), [], None, True),
        (reading({"externalAccountingId": None}), [MINE], None, True),
        (reading({"externalAccountingId": "THEIRS"}), [MINE], "THEIRS", True),
        (reading({}, "externalAccountingId"), [MINE], "MINE1", True),
        (reading({}, "accountingSynced"), [MINE], "MINE1", True),
        (reading({}), [MINE], "MINE1", True),
        (reading({}), [{"accountingSynced": True}], None, True),
        (reading({}), [], None, False),
        (reading({}, "externalAccountingId", readable=False), [], None, False),
        (reading({}, "externalAccountingId", readable=False), [MINE], "MINE1", True),
        (reading(None), [MINE], "MINE1", True),
        (reading(None), [], None, False),
        (None, [MINE, {"externalAccountingId": None}], None, True),
        (None, [], None, False),
    ],
)
def test_what_stood_there_before_is_what_was_read_or_acknowledged_then(
    before: OrderReading | None, earlier: list[dict[str, Any]], previous: str | None, *, known: bool
) -> None:
    told_today = reading({"externalAccountingId": "INV-2"}, "externalAccountingId")
    found = value(WROTE, before, earlier, told_today)
    assert (found.previous, found.known) == (previous, known)
    assert found.still_holds


@pytest.mark.parametrize("quantity", [2, 2.0, "2", "2.0"])
def test_whole_quantities_are_whole_however_they_are_written(quantity: object) -> None:
    now = reading(skus(("S-1", quantity)))
    found = value(skus(("S-1", 2)), reading(skus(("S-9", quantity))), now=now)
    assert found.field is Field.SUB_EXTERNAL_ID
    assert found.still_holds
    assert found.previous == Skus((("S-9", 2),))
    assert str(found.previous) == "S-9 (2)"
    assert value(skus(("S-1", 2)), now).is_as_before


def test_quantities_that_are_not_whole_stay_as_they_are() -> None:
    odd = ("2.5", 2.5, "two", "9" * 5000, "1e9", float("inf"), float("nan"), True, None)
    found = Skus.of(skus(*((f"S-{q}"[:9], q) for q in odd))["items"][0]["orderItemAccountingItems"])
    assert [str(quantity) for _, quantity in found.pairs] == [str(each) for each in odd]


def test_former_quantities_as_floats_and_texts_are_put_back(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    text = HEADER + "700001,,101,,S-1,2,no,\n700001,,102,,S-1,2,,\n"
    run_id = run(shop, text, overwrite="all", rules=SendRules(force=True))
    held = {
        "items": [
            {
                "id": 100 + at,
                "orderItemAccountingItems": [{"externalAccountingId": "S-1", "quantity": quantity}],
            }
            for at, quantity in enumerate((7.0, "8"), start=1)
        ],
        **NOTHING,
    }
    with Journal.open(shop.journal) as journal:
        journal.keep_readings(run_id, Moment.BEFORE, [OrderReading(700001, NOW, held)])
    undone = undo(shop, run_id)
    assert undone.undo.left == []
    send(shop, undone, overwrite="all")
    assert books(shop, 700001)["101 SKUs"] == [{"externalAccountingId": "S-1", "quantity": 7}]
    assert books(shop, 700001)["102 SKUs"] == [{"externalAccountingId": "S-1", "quantity": 8}]


@pytest.mark.parametrize("token", [TOKEN, None], ids=["asked", "offline"])
def test_what_answers_tell_since_the_run_does_not_count_for_the_reading_before(
    open_shop: OpenShop, token: str | None
) -> None:
    shop = open_shop(order(1), order(2), accounting_fields="sent")
    run(shop, HEADER + "700001,MINE1,,,,,,\n", overwrite="all")
    run_id = run(shop, HEADER + "700001,INV-2,,,,,,\n", "b.csv", overwrite="all")
    with Journal.open(shop.journal) as journal:
        journal.keep_readings(run_id, Moment.BEFORE, [OrderReading(700001, NOW, {}, "Open")])
    run(shop, HEADER + "700002,X,,,,,,\n", "c.csv", verify="all")
    undone = undo(shop, run_id, token)
    assert undone.note == ""
    (row,) = lines(undone.file, "Undo")
    assert row["Order External ID"] == "MINE1"


def test_answers_that_are_no_order_say_nothing(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2), accounting_fields="always")
    run(shop, HEADER + "700001,MINE1,,,,,,\n")
    text = HEADER + "700001,INV-1,,,,,,\n700002,INV-2,,,,,,\n"
    run_id = run(shop, text, "b.csv")
    with Journal.open(shop.journal) as journal:
        reported = frozenset(NOTHING)
        before = [
            OrderReading(700000 + n, NOW, {}, "", readable=False, reported_fields=reported)
            for n in (1, 2)
        ]
        journal.keep_readings(run_id, Moment.BEFORE, before)
    shop.server.inject(Scripted(None, 700001, Answer(403), times=None))
    undone = undo(shop, run_id)
    assert undone.word.endswith("; for 1 of them, whose answers can't be read, the journal")
    assert [each.order_id for each in undone.undo.orders] == [700001, 700002]
    assert undone.undo.left == []
    first, second = lines(undone.file, "Undo")
    assert first["Order External ID"] == "MINE1"
    assert second["Order External ID"] == "(clear)"
    assert {(e.order_id, e.value) for e in undone.undo.not_known} == {
        (700002, "external id of the order"),
        (700002, "accounting synced"),
    }


def test_what_is_cleared_on_a_guess_is_counted_and_listed(
    open_shop: OpenShop, command_in: Callable[..., tuple[int, str, str]]
) -> None:
    shop = open_shop(order(1, externalAccountingId="THEIRS"), order(2), accounting_fields="never")
    run_id = run(shop, HEADER + "700001,INV-1,,,,,,\n")
    undone = undo(shop, run_id)
    note = (
        "For 2 values nobody knows what stood there before: the file says (clear), as if nothing "
        "had. The sheet Not known lists them."
    )
    assert undone.note == note
    assert undone.remark == ""
    assert titles(undone.file) == ["About this undo", "Undo", "Left alone", "Not known"]
    assert lines(undone.file, "Not known") == [
        {
            "The order": "700001",
            "The value": value,
            "The run wrote": wrote,
            "The undo says": "(clear)",
        }
        for value, wrote in (("accounting synced", "yes"), ("external id of the order", "INV-1"))
    ]
    assert undone.file is not None
    about = load_workbook(undone.file)["About this undo"]
    said = [str(cell.value) for row in about.iter_rows() for cell in row if cell.value]
    assert any(note in each for each in said)
    code, out, _ = command_in(shop, "undo", run_id, "--offline")
    assert code == 0
    assert f"Not known  {note}" in out
    document = json.loads(command_in(shop, "undo", run_id, "--json")[1])
    assert document["note"] == note
    assert document["not_known"] == [
        {"order": 700001, "value": "accounting synced", "wrote": "yes"},
        {"order": 700001, "value": "external id of the order", "wrote": "INV-1"},
    ]


def test_a_later_export_of_a_known_order_clears_without_a_guess(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="never")
    run(shop, HEADER + "700001,,101,L-1,,,,\n", "a.csv")
    undone = undo(shop, run(shop, HEADER + "700001,INV-1,101,L-1,,,,\n", "b.csv"))
    assert undone.note == ""
    assert titles(undone.file) == ["About this undo", "Undo", "Left alone"]
    (row,) = lines(undone.file, "Undo")
    assert row["Order External ID"] == "(clear)"


def test_a_value_cleared_by_the_run_that_nobody_knew_is_listed(open_shop: OpenShop) -> None:
    shop = open_shop(order(1, externalAccountingId="THEIRS"), accounting_fields="never")
    undone = undo(shop, run(shop, HEADER + "700001,(clear),,,,,,\n"))
    assert undone.file is None
    assert left(undone).reason is Reason.NOT_KNOWN
    assert (left(undone).wrote, left(undone).previous) == ("(nothing)", "(not known)")


def test_the_command_says_how_to_go_on(
    open_shop: OpenShop, command_in: Callable[..., tuple[int, str, str]]
) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    text = HEADER + "700001,INV-1,101,L-1,S-1,2,,\n"
    assert command_in(shop, "run", shop.export(text), "--yes", "--verify", "none")[0] == 0
    run_id = json.loads(command_in(shop, "runs", "--json")[1])["runs"][0]["run"]
    code, out, _ = command_in(shop, "undo", run_id)
    assert code == 0
    assert "3 values of 1 order" in out
    assert f"reconcile run {shop.folder / f'export.csv.undo-{run_id}.xlsx'}" in out
    code, out, _ = command_in(shop, "undo", run_id, "--offline", "--json", "--results", "u.xlsx")
    document = json.loads(out)
    assert code == 0
    assert document["by"] == "the journal alone: --offline"
    assert document["left_alone"][0]["value"] == "item 101: supplier SKU S-1"
    assert Path(document["file"]).name == "u.xlsx"
    assert command_in(shop, "run", "u.xlsx", "--yes", "--verify", "none")[0] == 0
    code, out, _ = command_in(shop, "undo", run_id)
    assert code == 2
    assert "there is nothing to undo" in out
    assert command_in(shop, "undo", "nobody")[0] == 2
