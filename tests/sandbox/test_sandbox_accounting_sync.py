"""PATCH /orders/{id}/accounting-sync: what is accepted, what is refused, what is remembered."""

import json
from typing import Any

import httpx
import pytest

from .conftest import Serve

PATH = "/orders/700001/accounting-sync"

ACCEPTED: dict[str, Any] = {
    "nothing at all": {},
    "null for the fields that may be null": {
        "accountingSynced": None,
        "externalAccountingId": None,
        "items": [{"id": 1, "externalAccountingId": None}],
    },
    "an empty list of items": {"items": []},
    "an item with its id alone": {"items": [{"id": 9223372036854775807}]},
    "everything": {
        "accountingSynced": False,
        "externalAccountingId": "INV-1 äöü ✓",
        "items": [
            {
                "id": 1,
                "externalAccountingId": "00123",
                "orderItemAccountingItems": [
                    {"externalAccountingId": "a", "quantity": 2},
                    {"quantity": 1},
                    {},
                ],
            },
            {"id": 2},
        ],
        "accountingSyncError": "no such customer",
    },
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_a_body_that_the_page_allows_is_answered_204_without_a_body(
    serve: Serve, what: str
) -> None:
    sandbox, client = serve()
    answer = client.patch(PATH, json=ACCEPTED[what])
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-length" not in answer.headers
    assert sandbox.writes == {(700001, "accounting-sync"): 1}


REFUSED: dict[str, tuple[str, str]] = {
    "the example of the page, whose nulls its field list does not allow": (
        '{"items": [{"id": 1, "orderItemAccountingItems": [{"quantity": null}]}]}',
        "items[0].orderItemAccountingItems[0].quantity: an integer was expected, null came",
    ),
    "null as an error": ('{"accountingSyncError": null}', "accountingSyncError: a string"),
    "null as items": ('{"items": null}', "items: an array was expected, null came"),
    "null as supplier SKUs": (
        '{"items": [{"id": 1, "orderItemAccountingItems": null}]}',
        "items[0].orderItemAccountingItems: an array",
    ),
    "a word for a boolean": ('{"accountingSynced": "true"}', "a boolean was expected, a string"),
    "a number for a boolean": ('{"accountingSynced": 1}', "a boolean was expected, the number 1"),
    "a number for a text": ('{"externalAccountingId": 123}', "externalAccountingId: a string"),
    "an item without an id": ('{"items": [{"externalAccountingId": "a"}]}', "items[0].id: is req"),
    "a text for an item id": ('{"items": [{"id": "1"}]}', "items[0].id: an integer was expected"),
    "a boolean for an item id": ('{"items": [{"id": true}]}', "items[0].id: an integer was exp"),
    "null for an item id": ('{"items": [{"id": null}]}', "items[0].id: an integer was expected"),
    "a fraction for an item id": ('{"items": [{"id": 1.0}]}', "items[0].id: an integer was exp"),
    "an item id of 0": ('{"items": [{"id": 0}]}', "items[0].id: is no id"),
    "an item id beyond 64 bits": ('{"items": [{"id": 9223372036854775808}]}', "beyond 64 bits"),
    "a fraction for a quantity": (
        '{"items": [{"id": 1, "orderItemAccountingItems": [{"quantity": 1.5}]}]}',
        "items[0].orderItemAccountingItems[0].quantity: an integer",
    ),
    "an item that is no object": ('{"items": [7]}', "items[0]: an object was expected"),
    "an unknown field of the order": ('{"accountingsynced": true}', "accountingsynced: is no"),
    "an unknown field of an item": ('{"items": [{"id": 1, "sku": "A"}]}', "items[0].sku: is no"),
    "an unknown field of a supplier SKU": (
        '{"items": [{"id": 1, "orderItemAccountingItems": [{"id": 5}]}]}',
        "items[0].orderItemAccountingItems[0].id: is no field",
    ),
    "an item twice": ('{"items": [{"id": 5}, {"id": 5}]}', "5 is there twice"),
    "a field twice": ('{"externalAccountingId": "a", "externalAccountingId": "b"}', "twice"),
    "half a character": ('{"externalAccountingId": "\\ud83d"}', "half a character"),
    "a list": ("[]", "the body: an object was expected, an array came"),
    "null": ("null", "the body: an object was expected, null came"),
    "no JSON": ("{'accountingSynced': True}", "not valid JSON"),
    "not a number": ('{"items": [{"id": NaN}]}', "not valid JSON"),
    "endless digits": ('{"items": [{"id": ' + "9" * 5000 + "}]}", "not valid JSON"),
    "endless brackets": ("[" * 100_000, "not valid JSON"),
    "nothing": ("", "not valid JSON"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_body_that_the_page_does_not_allow_is_answered_400_and_changes_nothing(
    serve: Serve, what: str
) -> None:
    sandbox, client = serve()
    body, reason = REFUSED[what]
    answer = client.patch(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert reason in answer.json()["message"]
    assert (sandbox.state, sandbox.writes) == ({}, {})


def test_every_fault_of_a_body_is_named_at_once(serve: Serve) -> None:
    _, client = serve()
    message = client.patch(PATH, json={"a": 1, "items": [{}], "accountingSynced": 2}).json()
    assert message["message"].count(";") == 2


def test_text_in_another_encoding_is_refused(serve: Serve) -> None:
    _, client = serve()
    body = '{"externalAccountingId": "ä"}'
    headers = {"Content-Type": "application/json"}
    for encoding in ("latin-1", "utf-16", "utf-8-sig"):
        answer = client.patch(PATH, content=body.encode(encoding), headers=headers)
        assert answer.status_code == 400, encoding


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 204),
        ("application/json; charset=UTF-8", 204),
        ("application/json; charset=latin-1", 400),
        ("text/plain", 400),
        ("application/x-www-form-urlencoded", 400),
        (None, 400),
    ],
)
def test_the_content_type_must_be_json(serve: Serve, content_type: str | None, status: int) -> None:
    _, client = serve()
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = client.patch(PATH, content=b"{}", headers=headers)
    assert answer.status_code == status


def test_a_body_of_unknown_length_is_refused_and_its_connection_closed(serve: Serve) -> None:
    _, client = serve()
    headers = {"Content-Type": "application/json"}
    answer = client.patch(PATH, content=iter([b"{", b"}"]), headers=headers)
    assert answer.status_code == 400
    assert answer.headers["connection"] == "close"
    assert client.patch(PATH, json={}).status_code == 204


def test_an_item_must_belong_to_the_order_when_its_items_are_known(serve: Serve) -> None:
    known = {"id": 700001, "orderItems": [{"id": 11}, {"id": 12}]}
    sandbox, client = serve(orders=[known, {"id": 700002}, {"id": 700003, "orderItems": []}])
    item = {"items": [{"id": 12, "externalAccountingId": "x"}, {"id": 99}]}

    answer = client.patch(PATH, json=item)
    assert (answer.status_code, "no item 99" in answer.json()["message"]) == (400, True)
    assert "externalAccountingId" not in sandbox.state[700001]["orderItems"][1]

    del item["items"][1]
    assert client.patch(PATH, json=item).status_code == 204
    assert client.patch("/orders/700002/accounting-sync", json=item).status_code == 204
    assert client.patch("/orders/700003/accounting-sync", json=item).status_code == 400


def accounting(client: httpx.Client) -> dict[str, Any]:
    """Read the accounting fields of the order as the API tells them."""
    names = ("accountingSynced", "externalAccountingId", "accountingSyncError", "orderItems")
    document = client.get("/orders/700001").json()
    return {name: document[name] for name in names if name in document}


def test_fields_that_were_never_sent_are_not_there(serve: Serve) -> None:
    _, client = serve()
    assert accounting(client) == {"orderItems": []}


def test_sent_fields_overwrite_and_fields_left_out_are_kept(serve: Serve) -> None:
    _, client = serve()
    client.patch(PATH, json={"accountingSynced": True, "externalAccountingId": "INV-1"})
    client.patch(PATH, json={"externalAccountingId": "INV-2", "accountingSyncError": "late"})
    expected = {
        "accountingSynced": True,
        "externalAccountingId": "INV-2",
        "accountingSyncError": "late",
        "orderItems": [],
    }
    assert accounting(client) == expected


def test_null_is_remembered_as_null(serve: Serve) -> None:
    _, client = serve()
    client.patch(PATH, json={"accountingSynced": True, "externalAccountingId": "INV-1"})
    client.patch(PATH, json={"accountingSynced": None, "externalAccountingId": None})
    expected: dict[str, Any] = {
        "accountingSynced": None,
        "externalAccountingId": None,
        "orderItems": [],
    }
    assert accounting(client) == expected


def test_items_are_merged_by_id_and_their_supplier_skus_replaced(serve: Serve) -> None:
    _, client = serve()
    two = [{"externalAccountingId": "s1", "quantity": 1}, {"externalAccountingId": "s2"}]
    one = [{"externalAccountingId": "s3", "quantity": 3}]
    client.patch(
        PATH,
        json={
            "items": [
                {"id": 1, "externalAccountingId": "a", "orderItemAccountingItems": two},
                {"id": 2, "externalAccountingId": "b", "orderItemAccountingItems": two},
            ]
        },
    )
    client.patch(
        PATH,
        json={
            "items": [
                {"id": 3, "externalAccountingId": "c"},
                {"id": 2, "orderItemAccountingItems": one},
                {"id": 1, "externalAccountingId": "A"},
            ]
        },
    )
    assert accounting(client)["orderItems"] == [
        {"id": 1, "externalAccountingId": "A", "orderItemAccountingItems": two},
        {"id": 2, "externalAccountingId": "b", "orderItemAccountingItems": one},
        {"id": 3, "externalAccountingId": "c"},
    ]


@pytest.mark.parametrize("what", ACCEPTED)
def test_the_same_body_twice_leaves_the_same_state(serve: Serve, what: str) -> None:
    sandbox, client = serve()
    client.patch(PATH, json=ACCEPTED[what])
    once = sandbox.state[700001]
    client.patch(PATH, json=ACCEPTED[what])
    twice = sandbox.state[700001]
    assert {**twice, "updatedAt": ""} == {**once, "updatedAt": ""}
    assert sandbox.writes[700001, "accounting-sync"] == 2


def test_what_is_told_of_the_state_is_a_copy(serve: Serve) -> None:
    sandbox, client = serve()
    client.patch(PATH, json=ACCEPTED["everything"])
    before = json.dumps(sandbox.state)
    sandbox.state[700001]["orderItems"][0]["orderItemAccountingItems"].clear()
    sandbox.writes.clear()
    sandbox.arrivals.clear()
    assert json.dumps(sandbox.state) == before
    assert (len(sandbox.writes), len(sandbox.arrivals)) == (1, 1)
