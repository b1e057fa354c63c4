"""The endpoints of account, orders and status, and which orders there are."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconcile.sandbox import SandboxSettings
from tests.sandboxes import Sandbox

from .conftest import Serve

STATUSES = [
    "Open",
    "Closed",
    "Canceled",
    "On Hold",
    "Failed",
    "No Shipping Method",
    "Not Managed",
]


@pytest.mark.parametrize("status", STATUSES)
def test_each_of_the_seven_statuses_is_answered_201_and_remembered(
    serve: Serve, status: str
) -> None:
    sandbox, client = serve()
    answer = client.patch("/orders/5/status", params={"status": status})
    assert (answer.status_code, answer.content) == (201, b"")
    assert client.get("/orders/5").json()["orderStatus"] == status
    assert sandbox.writes == {(5, "status"): 1}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "status=",
        "status=open",
        "status=Cancelled",
        "status=Draft",
        "status=Open%20",
        "Status=Open",
        "status=Open&status=Closed",
        "status=Open&updateNote=a&updateNote=b",
        "status=Open&updateNote=%FF",
    ],
)
def test_any_other_query_of_a_status_call_is_answered_400_and_changes_nothing(
    serve: Serve, query: str
) -> None:
    sandbox, client = serve()
    answer = client.patch(f"/orders/5/status?{query}")
    assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert sandbox.state == {}


def test_a_note_arrives_as_it_was_meant_and_is_kept_until_the_next(serve: Serve) -> None:
    sandbox, client = serve()
    client.patch("/orders/5/status", params={"status": "On Hold", "updateNote": "50 % & ä+b\nc"})
    client.patch("/orders/5/status", params={"status": "Open"})
    assert sandbox.state[5]["updateNote"] == "50 % & ä+b\nc"
    assert "updateNote" not in client.get("/orders/5").json()
    assert sandbox.writes[5, "status"] == 2


def test_the_account_is_told_in_four_fields(serve: Serve) -> None:
    _, client = serve(account_id=77)
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    account = answer.json()
    assert list(account) == ["id", "companyName", "brandName", "subdomain"]
    assert account["id"] == 77


ORDER = {
    "id": 700001,
    "orderNumber": "FP-1",
    "referenceNumber": "112-1",
    "orderStatus": "Closed",
    "orderTotal": 12.5,
    "orderedAt": "2026-01-02T03:04:05+01:00",
    "updatedAt": "2026-01-03T00:00:00Z",
    "orderItems": [{"id": 11, "sku": "A", "quantity": 2}],
    "externalAccountingId": "OLD",
}


def test_orders_are_read_from_a_file_in_the_shape_they_are_answered_in(
    serve: Serve, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    path.write_text(json.dumps([ORDER, {"id": 3}]), encoding="utf-8")
    sandbox, client = serve(orders=path)
    assert client.get("/orders/700001").json() == ORDER
    assert client.get("/orders/3").json()["orderNumber"] == "ORD-3"
    assert client.get("/orders/4").status_code == 404
    assert sandbox.state[700001] == ORDER


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ({}, "an array was expected"),
        ([{}], "[0].id: is required"),
        ([{"id": True}], "[0].id: an integer"),
        ([{"id": 1, "total": 5}], "[0].total: is no field"),
        ([{"id": 1, "updatedAt": "2026-01-01T00:00:00"}], "[0].updatedAt: is no ISO 8601"),
        ([{"id": 1, "orderItems": [{"sku": "A"}]}], "[0].orderItems[0].id: is required"),
        ([{"id": 1}, {"id": 1}], "order 1 is there twice"),
    ],
)
def test_a_file_of_orders_that_is_wrong_is_named_before_anything_listens(
    tmp_path: Path, orders: object, reason: str
) -> None:
    path = tmp_path / "orders.json"
    path.write_text(json.dumps(orders), encoding="utf-8")
    with pytest.raises(ValueError, match=r"^orders\.json: ") as raised:
        Sandbox(SandboxSettings(orders=path))
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    ("orders", "unknown", "there", "not_there"),
    [
        ("any", "", "1 700001 9223372036854775807", "0 9223372036854775808"),
        ("700001-700003, 5", "", "5 700001 700002 700003", "4 6 700000 700004"),
        ("9-12,3-10,13", "", "3 8 9 12 13", "2 14"),
        ("1-100", "50-60,2", "1 3 49 61 100", "2 50 55 60 101"),
        ("any", "7", "6 8", "7"),
    ],
)
def test_orders_exist_as_the_ranges_say(
    serve: Serve, orders: str, unknown: str, there: str, not_there: str
) -> None:
    _, client = serve(orders=orders, unknown_orders=unknown)
    for order_id in there.split():
        assert client.get(f"/orders/{order_id}").status_code == 200, order_id
    for order_id in not_there.split():
        assert client.get(f"/orders/{order_id}").status_code == 404, order_id


def test_an_order_given_in_full_can_be_made_unknown_too(serve: Serve) -> None:
    _, client = serve(orders=[ORDER, {"id": 3}], unknown_orders="700001")
    assert client.get("/orders/700001").status_code == 404
    assert [order["id"] for order in client.get("/orders").json()] == [3]


@pytest.mark.parametrize("written", ["x", "5-", "-5", "9-3", "0", "1-2-3", "1.5", "1" * 20])
def test_what_is_no_range_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="neither an order id nor a range"):
        Sandbox(SandboxSettings(orders=written))


def test_a_range_too_long_to_list_is_refused() -> None:
    with pytest.raises(ValueError, match="say 'any' instead"):
        Sandbox(SandboxSettings(orders="1-9223372036854775807"))


@pytest.mark.parametrize("written", ["abc", "0", "-1", "07", "7e5", "7.0", "%37", str(2**63)])
@pytest.mark.parametrize("call", ["", "/status?status=Open", "/accounting-sync"])
def test_what_is_no_id_is_no_order(serve: Serve, written: str, call: str) -> None:
    sandbox, client = serve()
    answer = client.request("PATCH" if call else "GET", f"/orders/{written}{call}", json={})
    assert (answer.status_code, list(answer.json())) == (404, ["message"])
    assert sandbox.arrivals[0].order_id is None


def pages(client: Any, **query: str | int) -> list[list[int]]:
    """Read all pages up to the empty one that is the end."""
    found: list[list[int]] = []
    while not found or found[-1]:
        answer = client.get("/orders", params={"page": len(found) + 1, **query})
        assert answer.status_code == 200
        found.append([order["id"] for order in answer.json()])
    return found


@pytest.mark.parametrize(
    ("options", "query", "expected"),
    [
        ({}, {"pageSize": 3}, [[1, 2, 3], [4, 5, 7], [8], []]),
        ({}, {"pageSize": 7}, [[1, 2, 3, 4, 5, 7, 8], []]),
        ({"page_size_limit": 4}, {"pageSize": 100}, [[1, 2, 3, 4], [5, 7, 8], []]),
        ({"page_size_limit": 5}, {"status": "Closed", "x": "y"}, [[1, 2, 3, 4, 5], [7, 8], []]),
    ],
)
def test_orders_are_listed_in_pages_that_are_cut_to_a_size(
    serve: Serve,
    options: Mapping[str, int],
    query: Mapping[str, str | int],
    expected: list[list[int]],
) -> None:
    _, client = serve(orders="7-8,2-5,1-4", **options)
    assert pages(client, **query) == expected


def test_a_page_holds_fifty_orders_unless_set_otherwise(serve: Serve) -> None:
    _, client = serve(orders="1-120")
    assert [len(page) for page in pages(client, pageSize=100)] == [50, 50, 20, 0]


def test_where_any_order_exists_those_written_to_are_listed(serve: Serve) -> None:
    _, client = serve()
    assert pages(client) == [[]]
    client.patch("/orders/9/status", params={"status": "Open"})
    client.patch("/orders/4/accounting-sync", json={})
    client.get("/orders/6")
    assert pages(client) == [[4, 9], []]


def test_orders_updated_after_a_time_are_those_written_to_since(serve: Serve) -> None:
    old = {"updatedAt": "2026-01-03T00:00:00Z"}
    _, client = serve(orders=[{"id": 1, **old}, {"id": 2, **old}, {"id": 3, **old}])
    assert pages(client, orderUpdatedAt="2026-01-03T00:59:59+01:00") == [[1, 2, 3], []]
    assert pages(client, orderUpdatedAt="2026-01-03T00:00:00Z") == [[]]
    before = datetime.now(UTC) - timedelta(seconds=5)
    client.patch("/orders/2/accounting-sync", json={"accountingSynced": True})
    assert pages(client, orderUpdatedAt=before.isoformat()) == [[2], []]


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=-1",
        "page=x",
        "page=",
        "page=%C2%B2",
        "pageSize=0",
        "page=1&page=2",
        "orderUpdatedAt=yesterday",
        "orderUpdatedAt=2026-01-03T00:00:00+01:00",  # the plus sign is a blank here
    ],
)
def test_a_query_that_cannot_be_meant_is_answered_400(serve: Serve, query: str) -> None:
    _, client = serve(orders="1-5")
    answer = client.get(f"/orders?{query}")
    assert (answer.status_code, list(answer.json())) == (400, ["message"])
