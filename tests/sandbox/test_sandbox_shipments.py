"""GET /shipments: whose they are, what they hold, and how they are given."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconcile.sandbox import SandboxSettings
from tests.sandboxes import Sandbox

from .conftest import Serve

ITEMS = [{"id": 11, "sku": "A", "quantity": 3}, {"id": 12, "sku": "B", "quantity": 1}]


def shipments(client: Any, order_id: int) -> list[dict[str, Any]]:
    answer = client.get("/shipments", params={"findByOrderId": order_id})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    listed: list[dict[str, Any]] = answer.json()
    return listed


def test_the_items_of_an_order_are_one_shipment(serve: Serve) -> None:
    _, client = serve(orders=[{"id": 1, "orderItems": ITEMS}, {"id": 2, "orderItems": ITEMS}])
    (only,) = shipments(client, 1)
    assert list(only) == ["id", "orderId", "shipmentItems"]
    assert only["orderId"] == 1
    assert only["shipmentItems"] == [
        {"sku": "A", "quantity": 3, "orderItemId": 11},
        {"sku": "B", "quantity": 1, "orderItemId": 12},
    ]
    assert only["id"] != shipments(client, 2)[0]["id"]
    assert only == shipments(client, 1)[0]


def test_an_order_without_items_has_no_shipment(serve: Serve) -> None:
    _, client = serve(orders=[{"id": 1, "orderItems": []}, {"id": 2}])
    assert [shipments(client, 1), shipments(client, 2)] == [[], []]


def test_an_order_that_is_not_there_has_no_shipment(serve: Serve) -> None:
    _, client = serve(orders=[{"id": 1, "orderItems": ITEMS}], unknown_orders="1")
    assert [shipments(client, 1), shipments(client, 99)] == [[], []]


def test_shipments_given_with_an_order_are_told_and_not_part_of_it(
    serve: Serve, tmp_path: Path
) -> None:
    parts: list[dict[str, Any]] = [
        {"id": 501, "shipmentItems": [{"sku": "A", "quantity": 1, "orderItemId": 11}]},
        {"shipmentItems": [{"sku": "A", "quantity": 2, "orderItemId": 11}, {"sku": "B"}]},
    ]
    order = {"id": 1, "orderItems": ITEMS, "shipments": parts}
    path = tmp_path / "orders.json"
    path.write_text(json.dumps([order]), encoding="utf-8")
    for orders in (path, [order]):
        sandbox, client = serve(orders=orders)
        first, second = shipments(client, 1)
        assert first == {"id": 501, "orderId": 1, "shipmentItems": parts[0]["shipmentItems"]}
        assert second["shipmentItems"] == parts[1]["shipmentItems"]
        assert second["id"] not in {first["id"], 1}
        assert "shipments" not in client.get("/orders/1").json()
        assert "shipments" not in sandbox.state[1]


def test_an_order_can_be_given_with_nothing_shipped(serve: Serve) -> None:
    _, client = serve(orders=[{"id": 1, "orderItems": ITEMS, "shipments": []}])
    assert shipments(client, 1) == []


def test_a_shipment_of_another_order_can_be_given_too(serve: Serve) -> None:
    stray = {"orderId": 2, "shipmentItems": [{"sku": "A", "orderItemId": 21}]}
    _, client = serve(orders=[{"id": 1, "shipments": [stray]}])
    assert [shipment["orderId"] for shipment in shipments(client, 1)] == [2]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "orders: [0].shipments: an array"),
        ([{"id": 5}], "orders: [0].shipments[0].shipmentItems: is required"),
        ([{"shipmentItems": [{"id": 5}]}], "[0].shipments[0].shipmentItems[0].id: is no field"),
        ([{"shipmentItems": [{"quantity": "1"}]}], "shipmentItems[0].quantity: an integer"),
    ],
)
def test_shipments_of_another_shape_are_refused(given: object, reason: str) -> None:
    with pytest.raises(ValueError, match=r"^orders: ") as raised:
        Sandbox(SandboxSettings(orders=[{"id": 1, "shipments": given}]))
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "orderId=1",
        "findByOrderId=",
        "findByOrderId=x",
        "findByOrderId=0",
        "findByOrderId=1.0",
        "findByOrderId=1&findByOrderId=2",
        "findByOrderId=%FF",
    ],
)
def test_without_the_id_of_one_order_it_is_answered_400(serve: Serve, query: str) -> None:
    _, client = serve()
    answer = client.get(f"/shipments?{query}")
    assert (answer.status_code, list(answer.json())) == (400, ["message"])


def test_an_arrival_names_the_order_whose_shipments_were_asked_for(serve: Serve) -> None:
    sandbox, client = serve()
    client.get("/shipments?findByOrderId=7&page=1")
    client.get("/shipments?findByOrderId=7&findByOrderId=8")
    assert [(a.kind, a.order_id) for a in sandbox.arrivals] == [
        ("shipments", 7),
        ("shipments", None),
    ]
