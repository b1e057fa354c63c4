"""Files that hold order numbers and SKUs are run with the local id map."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconcile.domain.errors import ExitCode, FileRefusedError
from reconcile.domain.id_map import Entry, IdMap
from reconcile.domain.model import CellRef, Outcome
from reconcile.job.online import PullWish, pull_ids
from reconcile.job.planned_input import SendRules
from reconcile.sandbox import Answer, Scripted
from tests.conftest import Shop
from tests.orders.books import lines, titles
from tests.shops import OpenShop, item, order

Command = Callable[..., tuple[int, str, str]]
EXPORT = (
    "Order Number,SKU,Order External ID,Item External ID\n"
    "SO-1,SKU-1,INV-1,L-1\nSO-1,SKU-2,INV-1,L-2\nAMZ-2,SKU-1,INV-2,L-3\n"
)
PULL = SendRules(pull=True)


def pull(shop: Shop) -> None:
    pull_ids(shop.context(), PullWish())


def item_ids(shop: Shop) -> dict[int, dict[str, Any]]:
    """What the items of each order that was written to hold."""
    return {
        id_: {str(i["id"]): i.get("externalAccountingId") for i in each["orderItems"]}
        for id_, each in shop.server.state.items()
        if (id_, "accounting-sync") in shop.server.writes
    }


def lists(shop: Shop) -> int:
    """How often orders were listed."""
    return sum(each.path == "/orders" for each in shop.server.arrivals)


def test_numbers_and_skus_are_looked_up_in_what_was_pulled(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2), order(3))
    pull(shop)
    finished = shop.run(shop.export(EXPORT), verify="none")
    assert finished.exit_code == ExitCode.DONE
    assert item_ids(shop) == {
        700001: {"101": "L-1", "102": "L-2"},
        700002: {"201": "L-3", "202": None},
    }


def test_without_anything_pulled_the_file_is_refused_and_told_what_to_do(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1))
    with pytest.raises(FileRefusedError, match="reconcile ids pull"):
        shop.run(shop.export(EXPORT))


@pytest.mark.parametrize("shape", [{}, {"listed_items": False}, {"item_ids": False}])
def test_what_is_missing_is_fetched_first_if_that_is_asked_for(
    open_shop: OpenShop, shape: dict[str, Any]
) -> None:
    shop = open_shop(order(1), order(2), order(3), **shape)
    finished = shop.run(shop.export(EXPORT), rules=PULL, verify="none")
    assert finished.exit_code == ExitCode.DONE
    assert item_ids(shop)[700001] == {"101": "L-1", "102": "L-2"}
    asked = {a.path for a in shop.server.arrivals if a.path.startswith("/orders/7")}
    assert "/orders/700003" not in asked, "the items of orders in no file are of no interest"


def test_only_what_is_new_is_fetched_again(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2))
    pull(shop)
    before = lists(shop)
    shop.run(shop.export(EXPORT), rules=PULL)
    assert lists(shop) == before + 1


def test_a_number_that_a_second_order_got_since_is_not_taken_for_the_first(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1), order(2), order(3))
    pull(shop)
    shop.server.change(700003, orderNumber="SO-1")
    finished = shop.run(shop.export(EXPORT), rules=PULL)
    assert lines(finished.workbook, "Failures")[0]["Code"] == "order-number-ambiguous"


def test_an_order_that_is_new_since_the_last_pull_is_found(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, orderNumber="OLD", referenceNumber=""))
    pull(shop)
    shop.server.change(700002, referenceNumber="AMZ-2")
    assert shop.run(shop.export(EXPORT)).exit_code == ExitCode.INCOMPLETE
    assert shop.run(shop.export(EXPORT), rules=PULL).exit_code == ExitCode.DONE


def test_a_file_of_ids_beats_what_was_pulled(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2), order(3))
    pull(shop)
    ids = shop.export("Order Number,Order ID,SKU,Item ID\nSO-1,700003,SKU-1,302\n", "ids.csv")
    text = "Order Number,SKU,Item External ID\nSO-1,SKU-1,L-1\nSO-2,SKU-1,L-3\n"
    shop.run(shop.export(text), ids=str(ids), verify="none")
    assert item_ids(shop) == {
        700003: {"301": None, "302": "L-1"},
        700002: {"201": "L-3", "202": None},
    }


def test_one_number_of_two_orders_is_never_guessed(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, referenceNumber="SO-1"))
    pull(shop)
    finished = shop.run(shop.export(EXPORT))
    assert shop.patches() == []
    failures = lines(finished.workbook, "Failures")
    assert failures[0]["Code"] == "order-number-ambiguous"
    assert "Flxpoint, order 700001" in failures[0]["Reason"]
    assert "Flxpoint, order 700002" in failures[0]["Reason"]


def test_two_lines_of_one_sku_are_told_apart_by_their_quantities(open_shop: OpenShop) -> None:
    shop = open_shop(order(1, orderItems=[item(1, 1, "A", 2), item(1, 2, "A", 5)]))
    pull(shop)
    text = "Order Number,SKU,Item Quantity,Item External ID\nSO-1,A,5,FIVE\nSO-1,A,2,TWO\n"
    shop.run(shop.export(text), verify="none")
    assert item_ids(shop) == {700001: {"101": "TWO", "102": "FIVE"}}


def test_two_lines_of_one_sku_and_one_quantity_hold_the_order_back(open_shop: OpenShop) -> None:
    shop = open_shop(order(1, orderItems=[item(1, 1, "A", 2), item(1, 2, "A", 2)]))
    pull(shop)
    text = "Order Number,SKU,Item Quantity,Item External ID\nSO-1,A,2,TWO\n"
    finished = shop.run(shop.export(text))
    assert lines(finished.workbook, "Failures")[0]["Code"] == "sku-ambiguous"
    assert shop.patches() == []


def test_an_order_without_item_ids_is_synced_alone_only_if_the_config_says_so(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1, shipments=[]), order(2, shipments=[]), item_ids=False)
    pull(shop)
    finished = shop.run(shop.export(EXPORT))
    assert lines(finished.workbook, "Failures")[0]["Code"] == "items-unknown"
    assert shop.patches() == []
    shop.run(shop.export(EXPORT), order_level_only=True)
    assert [body for _, _, body in shop.patches()] == [
        '{"accountingSynced":true,"externalAccountingId":"INV-1"}',
        '{"accountingSynced":true,"externalAccountingId":"INV-2"}',
    ]


def test_a_plain_file_of_ids_asks_nobody(open_shop: OpenShop) -> None:
    shop = open_shop(order(1))
    shop.server.inject(Scripted("orders", None, Answer(500), times=None))
    export = shop.export("Order ID,Order External ID\n700001,INV-1\n")
    assert shop.run(export, rules=PULL).exit_code == ExitCode.DONE
    assert lists(shop) == 0


def test_check_knows_what_was_pulled_and_needs_no_token_for_it(
    open_shop: OpenShop, command_in: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(order(1), order(2))
    pull(shop)
    shop.export(EXPORT)
    code, out, _ = command_in(shop, "check", "export.csv")
    assert (code, "2 planned (2 new, 0 changed), 0 rejected" in out) == (ExitCode.DONE, True)
    monkeypatch.delenv("FLXPOINT_API_TOKEN")
    assert lists(shop) == 2


def test_the_failures_of_numbers_can_be_dropped_again(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2, referenceNumber="LATER"))
    pull(shop)
    first = shop.run(shop.export(EXPORT))
    assert first.totals.outcomes[Outcome.SYNCED] == 1
    shop.server.change(700002, referenceNumber="AMZ-2")
    assert isinstance(first.workbook, Path)
    second = shop.run(first.workbook, rules=PULL)
    assert second.exit_code == ExitCode.DONE
    assert item_ids(shop)[700002] == {"201": "L-3", "202": None}


# Coverage


def test_orders_of_the_period_in_no_file_are_listed(open_shop: OpenShop) -> None:
    booked = {"externalAccountingId": "X", "accountingSynced": True}
    shop = open_shop(order(1), order(2), order(3), order(4, **booked), order(5), order(9))
    pull(shop)
    text = "Order Number,Order External ID\nSO-1,INV-1\nSO-5,INV-5\n"
    finished = shop.run(shop.export(text))
    listed = lines(finished.workbook, "Coverage")
    assert [(each["Order ID"], each["Order number"]) for each in listed] == [
        ("700002", "SO-2"),
        ("700003", "SO-3"),
    ]


def test_what_an_earlier_run_booked_is_covered_although_the_map_is_older(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1), order(2), order(3))
    pull(shop)
    shop.run(shop.export("Order Number,Order External ID\nSO-2,INV-2\n"))
    finished = shop.run(shop.export("Order Number,Order External ID\nSO-1,A\nSO-3,C\n"))
    assert "Coverage" not in titles(finished.workbook)


def test_check_counts_what_is_in_no_file(open_shop: OpenShop, command_in: Command) -> None:
    shop = open_shop(order(1), order(2), order(3))
    pull(shop)
    shop.export("Order Number,Order External ID\nSO-1,A\nSO-3,C\n")
    _, out, _ = command_in(shop, "check", "export.csv")
    assert "Coverage   1 order of the period without an accounting id in no file" in out


# The value that is handed to the planner


def test_of_two_maps_the_one_above_counts_where_it_knows() -> None:
    place = CellRef("ids.csv", "", 2)
    file = IdMap.of([Entry(1, ("A",), place, "S", 11)])
    local = IdMap.of(
        [Entry(2, ("A", "B"), place), Entry(1, (), place, "S", 12), Entry(1, (), place, "T", 13)]
    )
    both = file.over(local)
    assert {number: list(orders) for number, orders in both.numbers.items()} == {
        "A": [1],
        "B": [2],
    }
    assert {sku: list(items) for sku, items in both.items[1].items()} == {"S": [11], "T": [13]}
