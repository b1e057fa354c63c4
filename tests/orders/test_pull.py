"""Fetching order numbers, SKUs and their ids into the local id map."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconcile.domain.errors import ExitCode, ForbiddenError, NothingSentError, StoppedError
from reconcile.domain.events import Event
from reconcile.job.online import PullWish, pull_ids
from reconcile.journal import Journal
from reconcile.orders.pull import Pulled
from reconcile.sandbox import Answer, Scripted
from tests.conftest import TOKEN, Shop
from tests.sandboxes import personal_words
from tests.shops import OpenShop, item, order

ORDERS = [order(number) for number in range(1, 8)]


def pulled(shop: Shop, wish: PullWish | None = None, **said: Any) -> Pulled:
    _, found, _ = pull_ids(shop.context(**said), wish or PullWish())
    return found


def known_ids(shop: Shop, *numbers: str) -> dict[str, dict[str, list[int]]]:
    """By number, the SKUs of the order that it means, and the items that each may mean."""
    with Journal.open(shop.journal) as journal:
        account = journal.account_of(shop.server.base_url, fingerprint())
        assert account is not None
        key = f"{shop.server.base_url} id {account[0]}"
        found: dict[str, dict[str, list[int]]] = {}
        entries = list(journal.entries(key, numbers, ()))
    for number in numbers:
        ids = {entry.order_id for entry in entries if number in entry.numbers}
        of_number: dict[str, list[int]] = {}
        for entry in entries:
            if entry.order_id in ids and entry.item_id is not None:
                of_number.setdefault(entry.sku, []).append(entry.item_id)
        if ids:
            found[number] = of_number
    return found


def fingerprint() -> str:
    from reconcile.flxpoint.tokens import token_fingerprint  # noqa: PLC0415

    return token_fingerprint(TOKEN)


def paths(shop: Shop) -> list[str]:
    """What was asked for, whose token it is left out."""
    return [
        f"{each.path}?{each.query}" if each.query else each.path
        for each in shop.server.arrivals
        if each.path != "/account"
    ]


ALL_KNOWN = {"SKU-1": [101], "SKU-2": [102]}


def test_every_order_is_known_by_its_numbers_and_its_items_by_their_skus(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(*ORDERS)
    assert pulled(shop) == Pulled(orders=7, pages=2, items_asked=0, items_unknown=0)
    found = known_ids(shop, "SO-1", "AMZ-1", "SO-7")
    assert found["SO-1"] == found["AMZ-1"] == ALL_KNOWN
    assert found["SO-7"] == {"SKU-1": [701], "SKU-2": [702]}


def test_pages_are_read_until_an_empty_one_however_short_they_are_cut(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, page_size_limit=2)
    assert pulled(shop).orders == 7
    assert [path for path in paths(shop) if path.startswith("/orders?")] == [
        f"/orders?page={page}&pageSize=100" for page in range(1, 6)
    ]


def test_items_that_lists_leave_out_are_asked_for_order_by_order(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, listed_items=False)
    assert pulled(shop) == Pulled(orders=7, pages=2, items_asked=7, items_unknown=0)
    assert known_ids(shop, "SO-1")["SO-1"] == ALL_KNOWN


@pytest.mark.parametrize("listed", [True, False])
def test_item_ids_that_orders_leave_out_are_taken_from_shipments(
    open_shop: OpenShop,
    listed: bool,  # noqa: FBT001
) -> None:
    shop = open_shop(
        *(order(number) for number in range(1, 30)), item_ids=False, listed_items=listed
    )
    assert pulled(shop).items_unknown == 0
    assert known_ids(shop, "SO-29")["SO-29"] == {"SKU-1": [2901], "SKU-2": [2902]}
    asked_in_vain = [path for path in paths(shop) if path.startswith("/orders/")]
    assert len(asked_in_vain) <= (29 if not listed else 21), "learned that orders have none"


def test_one_line_of_a_sku_that_was_not_shipped_is_never_taken_for_the_other(
    open_shop: OpenShop,
) -> None:
    """Both lines have SKU A; only the first was shipped, so A may mean either."""
    twice = [item(1, 1, "A", 2), item(1, 2, "A", 1), item(1, 3, "B", 1)]
    shipped = [
        {
            "shipmentItems": [
                {"sku": "A", "quantity": 2, "orderItemId": 101},
                {"sku": "B", "quantity": 1, "orderItemId": 103},
            ]
        }
    ]
    shop = open_shop(order(1, orderItems=twice, shipments=shipped), item_ids=False)
    pulled(shop)
    assert known_ids(shop, "SO-1")["SO-1"] == {"B": [103]}


def test_an_item_over_two_shipments_is_one_item(open_shop: OpenShop) -> None:
    parts = [
        {"shipmentItems": [{"sku": "A", "quantity": 1, "orderItemId": 101}]},
        {"shipmentItems": [{"sku": "A", "quantity": 1, "orderItemId": 101}]},
    ]
    items = [item(1, 1, "A", 2)]
    shop = open_shop(order(1, orderItems=items, shipments=parts), item_ids=False)
    pulled(shop)
    assert known_ids(shop, "SO-1")["SO-1"] == {"A": [101]}


def test_an_order_whose_items_nobody_tells_is_counted_and_not_asked_again(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(order(1, shipments=[]), item_ids=False)
    assert pulled(shop).items_unknown == 1
    assert pulled(shop).items_asked == 0


def test_without_items_no_single_order_is_asked(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, listed_items=False)
    assert pulled(shop, PullWish(items=False)).items_asked == 0
    assert not any(path.startswith("/orders/") for path in paths(shop))


def test_a_later_pull_asks_only_for_what_was_updated_since(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS)
    pulled(shop)
    shop.server.change(700003, orderNumber="SO-3-NEW")
    assert pulled(shop).orders == 1
    assert "orderUpdatedAt=" in paths(shop)[-1]
    assert set(known_ids(shop, "SO-3", "SO-3-NEW", "SO-4")) == {"SO-3-NEW", "SO-4"}


def test_a_filter_that_is_ignored_only_costs_requests(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, ignore_updated_at=True)
    assert pulled(shop).orders == pulled(shop).orders == 7


def test_all_and_since_are_what_the_user_says(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS)
    pulled(shop)
    assert pulled(shop, PullWish(everything=True)).orders == 7
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    assert pulled(shop, PullWish(since=long_ago)).orders == 7
    assert pulled(shop, PullWish(since=datetime.now(UTC) + timedelta(days=1))).orders == 0


def test_orders_between_the_last_pull_and_a_later_since_are_not_forgotten(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(*ORDERS)
    pulled(shop)
    shop.server.change(700003, orderNumber="CHANGED")
    assert pulled(shop, PullWish(since=datetime.now(UTC) + timedelta(days=1))).orders == 0
    assert pulled(shop).orders == 1


def test_a_list_that_never_moves_on_is_not_read_for_ever(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, ignore_page=True)
    with pytest.raises(StoppedError, match="the list of 7 can't be read to its end") as stopped:
        pulled(shop)
    assert stopped.value.exit_code == ExitCode.STOPPED_BY_API


def test_a_pull_that_was_cut_short_goes_on_where_it_stood(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, page_size_limit=1)
    shop.server.inject(Scripted("orders", None, Answer(500), first=5))
    with pytest.raises(StoppedError, match="no answer to GET /orders"):
        pulled(shop, tries=1)
    before = len(paths(shop))
    assert set(known_ids(shop, "SO-1", "SO-4", "SO-5")) == {"SO-1", "SO-4"}
    pulled(shop)
    assert paths(shop)[before] == "/orders?page=4&pageSize=100"
    assert set(known_ids(shop, "SO-1", "SO-5", "SO-7")) == {"SO-1", "SO-5", "SO-7"}


def test_a_passing_fault_is_waited_out(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS)
    shop.server.inject(Scripted("orders", None, Answer(429), times=2))
    assert pulled(shop).orders == 7


def test_a_token_that_is_not_let_in_ends_the_pull_at_once(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, listed_items=False)
    shop.server.inject(Scripted("order", None, Answer(401), first=3, times=None))
    with pytest.raises(ForbiddenError, match=r"doesn't accept the token \(401\)"):
        pulled(shop)
    assert len(paths(shop)) < 12
    assert known_ids(shop, "SO-7")["SO-7"] == {"SKU-1": [701], "SKU-2": [702]}


def test_what_a_token_could_not_ask_is_asked_by_the_next(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, listed_items=False)
    shop.server.inject(Scripted("order", None, Answer(403), times=3))
    with pytest.raises(ForbiddenError, match="wrong kind or scope"):
        pulled(shop)
    assert pulled(shop).items_unknown == 0
    assert len(known_ids(shop, *(f"SO-{n}" for n in range(1, 8)))) == 7


def test_one_order_that_gives_no_answer_stands_in_nobodys_way(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, listed_items=False)
    shop.server.inject(Scripted("order", 700004, Answer(500), times=1))
    assert pulled(shop, tries=1) == Pulled(orders=7, pages=2, items_asked=7, items_unknown=1)
    assert pulled(shop).items_asked == 1
    assert known_ids(shop, "SO-4")["SO-4"] == {"SKU-1": [401], "SKU-2": [402]}


def test_items_that_have_changed_are_never_taken_from_an_old_pull(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), listed_items=False)
    pulled(shop)
    shop.server.change(700001, orderItems=[item(1, 9, "SKU-1")])
    pulled(shop)
    assert known_ids(shop, "SO-1")["SO-1"] == {"SKU-1": [109]}


def test_a_later_shipment_is_known_after_the_next_pull(open_shop: OpenShop) -> None:
    first = {"shipmentItems": [{"sku": "SKU-1", "quantity": 1, "orderItemId": 101}]}
    second = {"shipmentItems": [{"sku": "SKU-2", "quantity": 3, "orderItemId": 102}]}
    shop = open_shop(order(1, shipments=[first]), item_ids=False)
    pulled(shop)
    assert known_ids(shop, "SO-1")["SO-1"] == {"SKU-1": [101]}
    shop.server.change(700001, shipments=[first, second])
    pulled(shop)
    assert known_ids(shop, "SO-1")["SO-1"] == ALL_KNOWN


def test_a_wish_of_its_own_leaves_an_unfinished_pull_where_it_stands(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, page_size_limit=1)
    shop.server.inject(Scripted("orders", None, Answer(500), first=3))
    with pytest.raises(StoppedError):
        pulled(shop, tries=1)
    pulled(shop, PullWish(since=datetime.now(UTC) + timedelta(days=1)))
    pulled(shop)
    assert len(known_ids(shop, *(f"SO-{n}" for n in range(1, 8)))) == 7


def test_pages_that_moved_while_they_were_read_are_read_once_more(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, page_size_limit=2)
    shop.server.change(700007, updatedAt=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    pulled(shop)
    asked = [path for path in paths(shop) if path.startswith("/orders?page=1&")]
    assert len(asked) == 2


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+05:00", "1712010112345", "never", "1970-01-01T00:00:00Z"]
)
def test_a_time_that_is_none_is_no_obstacle(open_shop: OpenShop, moment: str) -> None:
    shop = open_shop(order(1), order(2))
    listed = json.dumps([{"id": 700001, "orderNumber": "SO-1", "orderedAt": moment}, None])
    shop.server.inject(Scripted("orders", None, Answer(200, {"Date": "x"}, listed)))
    assert pulled(shop, PullWish(items=False)).orders == 1


@pytest.mark.parametrize("status", [403, 404])
def test_a_token_that_may_not_list_orders_is_told_so(open_shop: OpenShop, status: int) -> None:
    shop = open_shop(*ORDERS)
    shop.server.inject(Scripted("orders", None, Answer(status), times=None))
    with pytest.raises(NothingSentError, match=rf"list orders \({status}\).*--ids"):
        pulled(shop)


@pytest.mark.parametrize("body", ["{}", '[{"name": "x"}]', "[1]", "nonsense", '{"id": 1}'])
def test_what_is_no_list_of_orders_ends_the_pull(open_shop: OpenShop, body: str) -> None:
    shop = open_shop(*ORDERS)
    shop.server.inject(Scripted("orders", None, Answer(200, {}, body), times=None))
    with pytest.raises(StoppedError, match="no list of orders"):
        pulled(shop)


def test_no_name_and_no_address_is_stored(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, personal_data=True, listed_items=False)
    pulled(shop)
    stored = b"".join(path.read_bytes() for path in shop.folder.rglob("*") if path.is_file())
    assert b"SO-1" in stored
    for number in range(1, 8):
        for words in personal_words(700000 + number):
            assert words.encode() not in stored


def test_how_many_orders_are_asked_and_until_when_is_told_before(open_shop: OpenShop) -> None:
    shop = open_shop(*ORDERS, listed_items=False)
    events: list[Event] = []
    pull_ids(replace(shop.context(), listener=events.append), PullWish())
    names = [event.name for event in events]
    assert names[:2] == ["page", "reading"]
    assert events[1].values["orders"] == 7
    assert names.count("read") == 7
    assert events[-1].values["left"] == 0


def test_the_command_says_what_it_brought(
    open_shop: OpenShop, command_in: Callable[..., tuple[int, str, str]]
) -> None:
    shop = open_shop(*ORDERS)
    code, out, err = command_in(shop, "ids", "pull")
    assert (code, out.splitlines()[1:]) == (
        0,
        ["Fetched    7 orders on 2 pages", "Known now  7 orders"],
    )
    assert "page 1: 7 orders so far" in err
    code, _, err = command_in(shop, "ids", "pull", "--all", "--since", "2026-01-01")
    assert code == ExitCode.NOTHING_SENT
    assert "contradict" in err
