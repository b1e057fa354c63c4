"""In which shapes orders are answered: what Flxpoint leaves open can be chosen."""

import json
import time
from typing import Any

import httpx
import pytest

from tests.sandboxes import personal_words

from .conftest import Serve

ITEMS = [{"id": 11, "sku": "A", "quantity": 2}, {"id": 12, "sku": "B", "quantity": 1}]
ORDER: dict[str, Any] = {"id": 1, "orderNumber": "FP-1", "orderItems": ITEMS}
SYNC = "/orders/1/accounting-sync"
BOOKED: dict[str, Any] = {
    "accountingSynced": True,
    "externalAccountingId": "INV-1",
    "items": [
        {
            "id": 11,
            "externalAccountingId": "INV-1-1",
            "orderItemAccountingItems": [{"externalAccountingId": "KIT", "quantity": 2}],
        }
    ],
}
ORDER_FIELDS = {"accountingSynced", "externalAccountingId", "accountingSyncError"}
ITEM_FIELDS = {"externalAccountingId", "orderItemAccountingItems"}


def both(client: Any) -> list[dict[str, Any]]:
    """Read order 1 alone and as the only one of the list."""
    alone, listed = client.get("/orders/1").json(), client.get("/orders").json()
    assert len(listed) == 1
    return [alone, listed[0]]


# Accounting fields


def test_accounting_fields_are_told_once_they_were_sent(serve: Serve) -> None:
    _, client = serve(orders=[ORDER])
    for told in both(client):
        assert not ORDER_FIELDS & told.keys()
        assert told["orderItems"] == ITEMS
    client.patch(SYNC, json=BOOKED)
    for told in both(client):
        assert told.keys() & ORDER_FIELDS == {"accountingSynced", "externalAccountingId"}
        assert told["orderItems"] == [{**ITEMS[0], **BOOKED["items"][0]}, ITEMS[1]]


def test_accounting_fields_can_always_be_told_also_where_nothing_is_held(serve: Serve) -> None:
    sandbox, client = serve(orders=[ORDER], accounting_fields="always")
    nothing: dict[str, Any] = {"externalAccountingId": None, "orderItemAccountingItems": []}
    for told in both(client):
        assert {name: told[name] for name in ORDER_FIELDS} == {
            "accountingSynced": False,
            "externalAccountingId": None,
            "accountingSyncError": None,
        }
        assert told["orderItems"] == [{**item, **nothing} for item in ITEMS]
    assert not ORDER_FIELDS & sandbox.state[1].keys()

    client.patch(SYNC, json=BOOKED)
    for told in both(client):
        assert (told["accountingSynced"], told["externalAccountingId"]) == (True, "INV-1")
        assert told["accountingSyncError"] is None
        assert told["orderItems"] == [{**ITEMS[0], **BOOKED["items"][0]}, {**ITEMS[1], **nothing}]


def test_accounting_fields_can_be_kept_and_never_told(serve: Serve) -> None:
    sandbox, client = serve(orders=[{**ORDER, "accountingSynced": None}], accounting_fields="never")
    client.patch(SYNC, json={**BOOKED, "accountingSyncError": "late"})
    for told in both(client):
        assert not ORDER_FIELDS & told.keys()
        assert told["orderItems"] == ITEMS
    held = sandbox.state[1]
    assert {name: held[name] for name in ORDER_FIELDS} == {
        "accountingSynced": True,
        "externalAccountingId": "INV-1",
        "accountingSyncError": "late",
    }
    assert held["orderItems"][0]["externalAccountingId"] == "INV-1-1"


@pytest.mark.parametrize("fields", ["always", "never"])
def test_orders_of_which_nothing_is_known_are_told_in_the_same_shape(
    serve: Serve, fields: str
) -> None:
    _, client = serve(orders="1", accounting_fields=fields)
    for told in both(client):
        assert told.keys() & ORDER_FIELDS == (ORDER_FIELDS if fields == "always" else set())


# Items


def test_items_can_be_told_without_their_ids(serve: Serve) -> None:
    sandbox, client = serve(orders=[ORDER], item_ids=False)
    for told in both(client):
        assert told["orderItems"] == [{"sku": "A", "quantity": 2}, {"sku": "B", "quantity": 1}]
    shipped = client.get("/shipments", params={"findByOrderId": 1}).json()[0]["shipmentItems"]
    assert [item["orderItemId"] for item in shipped] == [11, 12]

    assert client.patch(SYNC, json=BOOKED).status_code == 204
    assert client.patch(SYNC, json={"items": [{"id": 99}]}).status_code == 400
    assert client.get("/orders/1").json()["orderItems"][0]["externalAccountingId"] == "INV-1-1"
    assert [item["id"] for item in sandbox.state[1]["orderItems"]] == [11, 12]


def test_items_without_ids_can_be_told_with_all_accounting_fields(serve: Serve) -> None:
    _, client = serve(orders=[ORDER], item_ids=False, accounting_fields="always")
    for told in both(client):
        assert all(item.keys() == {"sku", "quantity", *ITEM_FIELDS} for item in told["orderItems"])


def test_a_list_of_orders_can_leave_out_their_items(serve: Serve) -> None:
    _, client = serve(orders=[ORDER], listed_items=False)
    alone, listed = both(client)
    assert alone["orderItems"] == ITEMS
    assert "orderItems" not in listed
    assert listed == {name: value for name, value in alone.items() if name != "orderItems"}


# Parameters that are ignored in silence


def test_every_page_can_be_the_first_one(serve: Serve) -> None:
    _, client = serve(orders="1-9", ignore_page=True)
    pages = [client.get(f"/orders?pageSize=4&page={page}").json() for page in (1, 2, 3, 1000)]
    assert [[order["id"] for order in page] for page in pages] == [[1, 2, 3, 4]] * 4


def test_the_time_of_the_last_update_can_be_ignored(serve: Serve) -> None:
    old = {"id": 1, "updatedAt": "2020-01-01T00:00:00Z"}
    _, filtering = serve(orders=[old])
    _, ignoring = serve(orders=[old], ignore_updated_at=True)
    query = {"orderUpdatedAt": "2026-01-01T00:00:00Z"}
    listed = [client.get("/orders", params=query).json() for client in (filtering, ignoring)]
    assert [len(orders) for orders in listed] == [0, 1]


# Personal data


def test_nothing_personal_is_told_unless_it_was_asked_for(serve: Serve) -> None:
    _, client = serve(orders=[ORDER])
    told = json.dumps(both(client))
    assert not [word for word in personal_words(1) if word in told]


def test_names_addresses_mail_and_telephone_can_be_told_with_each_order(serve: Serve) -> None:
    sandbox, client = serve(orders=[ORDER], personal_data=True)
    for told in both(client):
        assert told["email"].endswith("@example.org")
        assert told["shippingAddress"]["addressLine1"] != told["billingAddress"]["addressLine1"]
        written = json.dumps(told)
        assert [word for word in personal_words(1) if word not in written] == []
    assert "billingAddress" not in sandbox.state[1]


def test_the_people_of_an_order_are_always_the_same_and_those_of_another_are_others(
    serve: Serve,
) -> None:
    _, first = serve(personal_data=True)
    _, second = serve(personal_data=True, item_ids=False)
    told = [client.get(f"/orders/{id_}").json() for client in (first, second) for id_ in (7, 700)]
    mails = [(order["email"], order["shippingAddress"]["email"]) for order in told]
    assert mails[:2] == mails[2:]
    assert len(set(mails)) == 2


def test_no_personal_word_is_short_enough_to_occur_by_chance() -> None:
    for order_id in (1, 7, 700_001, 2**63 - 1):
        words = personal_words(order_id)
        assert len(words) > 10
        assert min(map(len, words)) >= 8


# What a long list costs


def many(count: int, known: str) -> Any:
    """Orders in one of the ways to give them."""
    if known == "given":
        return [{"id": number} for number in range(1, count + 1)]
    if known == "range":
        return f"1-{count}"
    return ",".join(str(2 * number) for number in range(1, count + 1))


def quickest(client: httpx.Client, count: int) -> float:
    """The seconds that the cheapest of 50 readings of the last page costs, each after a write."""
    (last,) = client.get("/orders", params={"pageSize": 1, "page": count}).json()
    since = "2020-01-01T00:00:00Z"
    query: dict[str, Any] = {"pageSize": 5, "page": count // 5, "orderUpdatedAt": since}
    seconds = []
    for _ in range(50):
        started = time.process_time()
        client.patch(f"/orders/{last['id']}/status?status=Open")
        page = client.get("/orders", params=query).json()
        seconds.append(time.process_time() - started)
        assert (len(page), page[-1]["id"]) == (5, last["id"])
    return min(seconds)


@pytest.mark.parametrize("known", ["given", "range", "single ids"])
def test_a_page_of_very_many_orders_costs_no_more_than_one_of_few(serve: Serve, known: str) -> None:
    few, many_ = (serve(orders=many(count, known))[1] for count in (10, 20_000))
    assert quickest(many_, 20_000) < 3 * quickest(few, 10), "looking through all takes far longer"
