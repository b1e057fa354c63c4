"""Orders that somebody else changes on the server."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import Serve

OLD = "2026-01-03T00:00:00Z"
ORDERS: list[dict[str, Any]] = [
    {"id": 1, "updatedAt": OLD, "orderItems": [{"id": 11, "sku": "A"}, {"id": 12, "sku": "B"}]},
    {"id": 2, "updatedAt": OLD},
]


def updated(client: Any, since: datetime) -> list[int]:
    """Name the orders that were updated since."""
    answer = client.get("/orders", params={"orderUpdatedAt": since.isoformat()})
    return [order["id"] for order in answer.json()]


def test_a_change_is_seen_by_every_read_and_counts_as_no_write(serve: Serve) -> None:
    sandbox, client = serve(orders=ORDERS)
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert updated(client, before) == []
    sandbox.change(1, externalAccountingId="THEIRS", orderStatus="Closed", accountingSyncError=None)
    told = client.get("/orders/1").json()
    assert (told["externalAccountingId"], told["orderStatus"]) == ("THEIRS", "Closed")
    assert told["accountingSyncError"] is None
    assert datetime.fromisoformat(told["updatedAt"]) > before
    assert told["orderItems"] == ORDERS[0]["orderItems"]
    assert updated(client, before) == [1]
    assert (sandbox.writes, len(sandbox.arrivals)) == ({}, 3)


def test_one_item_can_be_changed(serve: Serve) -> None:
    sandbox, client = serve(orders=ORDERS)
    sandbox.change_item(1, 12, externalAccountingId="THEIRS", quantity=5)
    told = client.get("/orders/1").json()
    changed = {"id": 12, "sku": "B", "quantity": 5, "externalAccountingId": "THEIRS"}
    assert told["orderItems"] == [{"id": 11, "sku": "A"}, changed]
    assert told["updatedAt"] != OLD
    assert ORDERS[0]["orderItems"][1] == {"id": 12, "sku": "B"}


def test_items_and_shipments_can_be_replaced(serve: Serve) -> None:
    sandbox, client = serve(orders=ORDERS)
    items = [{"id": 13, "sku": "C", "quantity": 1}]
    sandbox.change(1, orderItems=items)
    assert client.get("/orders/1").json()["orderItems"] == items
    (only,) = client.get("/shipments?findByOrderId=1").json()
    assert [item["orderItemId"] for item in only["shipmentItems"]] == [13]
    sandbox.change(1, shipments=[])
    assert client.get("/shipments?findByOrderId=1").json() == []
    items[0]["sku"] = "D"
    assert sandbox.state[1]["orderItems"][0]["sku"] == "C"


def test_the_time_of_an_update_can_be_set_both_ways(serve: Serve) -> None:
    sandbox, client = serve(orders=ORDERS)
    since = datetime(2026, 1, 4, tzinfo=UTC)
    sandbox.change(2, updatedAt="2026-01-05T00:00:00Z")
    assert updated(client, since) == [2]
    sandbox.change(2, updatedAt=OLD)
    sandbox.change(1, updatedAt="2026-01-05T00:00:00Z")
    assert updated(client, since) == [1]


def test_an_order_of_a_range_can_be_changed_and_fall_out_of_what_was_updated(serve: Serve) -> None:
    sandbox, client = serve(orders="1-4")
    since = datetime.now(UTC) - timedelta(minutes=1)
    sandbox.change(3, updatedAt=OLD)
    assert updated(client, since) == [1, 2, 4]
    sandbox.change(3, orderTotal=5.5)
    assert updated(client, since) == [1, 2, 3, 4]
    assert list(sandbox.state) == [3]


def test_changing_an_item_does_not_make_the_items_of_its_order_known(serve: Serve) -> None:
    sandbox, client = serve()
    client.patch("/orders/5/accounting-sync", json={"items": [{"id": 1}]})
    sandbox.change_item(5, 1, externalAccountingId="THEIRS")
    sync = {"items": [{"id": 2}]}
    assert client.patch("/orders/5/accounting-sync", json=sync).status_code == 204


@pytest.mark.parametrize(
    ("order_id", "fields", "reason"),
    [
        (99, {"orderStatus": "Open"}, "change: there is no order 99"),
        (1, {"status": "Open"}, "change: status: is no field here"),
        (1, {"id": 5}, "change: id: is no field here"),
        (1, {"orderStatus": None}, "change: orderStatus: a string was expected"),
        (1, {"orderStatus": "Open", "updatedAt": "now"}, "change: updatedAt: is no ISO 8601"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_changes_nothing(
    serve: Serve, order_id: int, fields: dict[str, Any], reason: str
) -> None:
    sandbox, _ = serve(orders=ORDERS)
    before = sandbox.state
    with pytest.raises(ValueError, match=reason):
        sandbox.change(order_id, **fields)
    assert sandbox.state == before


@pytest.mark.parametrize(
    ("order_id", "item_id", "fields", "reason"),
    [
        (99, 11, {}, "there is no order 99"),
        (1, 13, {}, "order 1 has no item 13"),
        (1, 11, {"id": 14}, "id: is no field here"),
        (1, 11, {"quantity": "2"}, "quantity: an integer"),
    ],
)
def test_a_change_of_an_item_that_cannot_be_is_refused_and_changes_nothing(
    serve: Serve, order_id: int, item_id: int, fields: dict[str, Any], reason: str
) -> None:
    sandbox, _ = serve(orders=ORDERS)
    before = sandbox.state
    with pytest.raises(ValueError, match=reason):
        sandbox.change_item(order_id, item_id, **fields)
    assert sandbox.state == before


def test_orders_are_changed_while_they_are_read_and_written(serve: Serve) -> None:
    sandbox, client = serve(orders="1-20")

    def change(number: int) -> int:
        sandbox.change(number % 20 + 1, externalAccountingId=f"THEIRS-{number}")
        return 204

    def write(number: int) -> int:
        body = {"items": [{"id": number + 1}]}
        return client.patch(f"/orders/{number % 20 + 1}/accounting-sync", json=body).status_code

    def read(number: int) -> int:
        found = client.get("/orders", params={"pageSize": 20, "orderUpdatedAt": OLD}).json()
        return 204 if [order["id"] for order in found] == list(range(1, 21)) else number

    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(do, n) for n in range(60) for do in (change, write, read)]
        assert {call.result() for call in calls} == {204}
    assert sum(len(order["orderItems"]) for order in sandbox.state.values()) == 60
    ids = {id_: order["externalAccountingId"] for id_, order in sandbox.state.items()}
    assert all(int(told.removeprefix("THEIRS-")) % 20 + 1 == id_ for id_, told in ids.items())
