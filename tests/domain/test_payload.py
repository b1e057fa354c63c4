"""What goes out, held against the two pages of Flxpoint's documentation (`openapi.json`)."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reconcile.domain.payload import (
    STATUSES,
    UNSET,
    OrderAccountingSyncRequest,
    OrderItemAccountingItem,
    OrderItemAccountingSyncRequest,
    StatusUpdate,
    canonical,
    fingerprint,
    normal_form,
    sealed,
)

DOCUMENT = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
SCHEMAS = DOCUMENT["components"]["schemas"]

FULL = OrderAccountingSyncRequest(
    accounting_synced=True,
    external_accounting_id="INV-1",
    items=(
        OrderItemAccountingSyncRequest(
            5,
            "L-5",
            (OrderItemAccountingItem("S-1", 2), OrderItemAccountingItem("S-2", 3)),
        ),
        OrderItemAccountingSyncRequest(6),
    ),
    accounting_sync_error="no tax code",
)


def as_json_schema(schema: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` is one more type, and no other fields are known."""
    if isinstance(schema, list):
        return [as_json_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: as_json_schema(part) for key, part in schema.items() if key != "nullable"}
    if schema.get("nullable"):
        made["type"] = [made["type"], "null"]
    if "properties" in made:
        made["additionalProperties"] = False
    return made


VALIDATOR = Draft202012Validator(
    {
        "$ref": "#/components/schemas/OrderAccountingSyncRequest",
        "components": {"schemas": as_json_schema(SCHEMAS)},
    }
)


def faults(content: Mapping[str, Any]) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(content)]


# The accounting sync


@pytest.mark.parametrize(
    "sync",
    [
        FULL,
        OrderAccountingSyncRequest(),
        OrderAccountingSyncRequest(accounting_synced=False),
        OrderAccountingSyncRequest(accounting_synced=None, external_accounting_id=None),
        OrderAccountingSyncRequest(items=(OrderItemAccountingSyncRequest(1, None),)),
        OrderAccountingSyncRequest(
            items=(OrderItemAccountingSyncRequest(2**63 - 1, UNSET, (OrderItemAccountingItem(),)),)
        ),
    ],
)
def test_a_payload_is_what_the_page_describes(sync: OrderAccountingSyncRequest) -> None:
    assert faults(sync.to_json()) == []


@pytest.mark.parametrize(
    "content",
    [
        {"accountingSynced": "true"},
        {"accountingSynced": 1},
        {"externalAccountingId": 5},
        {"external_accounting_id": "INV-1"},
        {"accountingSyncError": None},
        {"items": [{"externalAccountingId": "L-5"}]},
        {"items": [{"id": "5"}]},
        {"items": [{"id": 5, "orderItemAccountingItems": [{"externalAccountingId": None}]}]},
        {"items": [{"id": 5, "orderItemAccountingItems": [{"quantity": None}]}]},
        {"items": None},
    ],
)
def test_what_the_page_does_not_describe_would_be_found(content: dict[str, Any]) -> None:
    """The test above can fail."""
    assert len(faults(content)) == 1


def test_a_full_payload_uses_every_field_of_the_page_and_no_other() -> None:
    content = FULL.to_json()
    item = content["items"][0]

    assert set(content) == set(SCHEMAS["OrderAccountingSyncRequest"]["properties"])
    assert set(item) == set(SCHEMAS["OrderItemAccountingSyncRequest"]["properties"])
    assert set(item["orderItemAccountingItems"][0]) == set(
        SCHEMAS["OrderItemAccountingItem"]["properties"]
    )


def test_a_full_payload_as_it_is_sent() -> None:
    assert canonical(FULL.to_json()) == (
        '{"accountingSynced":true,"externalAccountingId":"INV-1","items":['
        '{"id":5,"externalAccountingId":"L-5","orderItemAccountingItems":['
        '{"externalAccountingId":"S-1","quantity":2},{"externalAccountingId":"S-2","quantity":3}]},'
        '{"id":6}],"accountingSyncError":"no tax code"}'
    )


def test_what_is_unset_or_empty_is_left_out() -> None:
    assert OrderAccountingSyncRequest().to_json() == {}
    assert OrderItemAccountingSyncRequest(5).to_json() == {"id": 5}
    assert OrderItemAccountingItem("S-1").to_json() == {"externalAccountingId": "S-1"}
    assert OrderItemAccountingItem(quantity=2).to_json() == {"quantity": 2}


def test_null_is_sent_as_null_and_not_left_out() -> None:
    sync = OrderAccountingSyncRequest(None, None, (OrderItemAccountingSyncRequest(5, None),))

    assert canonical(sync.to_json()) == (
        '{"accountingSynced":null,"externalAccountingId":null,'
        '"items":[{"id":5,"externalAccountingId":null}]}'
    )


def test_no_is_sent_and_not_left_out() -> None:
    assert OrderAccountingSyncRequest(accounting_synced=False).to_json() == {
        "accountingSynced": False
    }


@pytest.mark.parametrize(
    "text", ["M\u00fcller \u20ac 5", "a\nb\tc", 'say "hi" \\ /', "\u2028", "\U0001f4b0", "=A1"]
)
def test_any_text_survives_the_way_to_the_api(text: str) -> None:
    line = canonical(OrderAccountingSyncRequest(accounting_sync_error=text).to_json())

    assert json.loads(line.encode()) == {"accountingSyncError": text}
    assert "\n" not in line


def test_large_ids_keep_their_digits() -> None:
    sync = OrderAccountingSyncRequest(items=(OrderItemAccountingSyncRequest(2**63 - 1),))

    assert canonical(sync.to_json()) == '{"items":[{"id":9223372036854775807}]}'


# The status call


def test_the_statuses_and_the_query_are_those_of_the_page() -> None:
    parameters = {
        parameter["name"]: parameter
        for parameter in DOCUMENT["paths"]["/orders/{id}/status"]["patch"]["parameters"]
        if parameter["in"] == "query"
    }

    assert list(STATUSES) == parameters["status"]["schema"]["enum"]
    assert StatusUpdate("On Hold", "wait").to_json() == {"status": "On Hold", "updateNote": "wait"}
    assert set(StatusUpdate("On Hold", "wait").to_json()) == set(parameters)
    assert [name for name, parameter in parameters.items() if parameter.get("required")] == [
        "status"
    ]


def test_a_status_without_a_note_leaves_the_note_out() -> None:
    assert StatusUpdate("Open").to_json() == {"status": "Open"}


# Equal or changed


def sync_of(**fields: Any) -> dict[str, Any]:
    return OrderAccountingSyncRequest(**fields).to_json()


def item(*args: Any) -> OrderItemAccountingSyncRequest:
    return OrderItemAccountingSyncRequest(*args)


def sku(*args: Any) -> OrderItemAccountingItem:
    return OrderItemAccountingItem(*args)


def test_equality_ignores_the_order_of_items_and_supplier_skus() -> None:
    one = sync_of(items=(item(10, "b", (sku("x", 1), sku("y"))), item(9, "a"), item(2)))
    other = sync_of(items=(item(2), item(9, "a"), item(10, "b", (sku("y"), sku("x", 1)))))

    assert one != other
    assert normal_form(one) == normal_form(other)
    assert fingerprint(one) == fingerprint(other)


def test_the_normal_form_lists_items_by_number_and_supplier_skus_by_id() -> None:
    content = sync_of(items=(item(10), item(9, "a", (sku("y", 1), sku("x", 2)))))

    assert normal_form(content) == sync_of(
        items=(item(9, "a", (sku("x", 2), sku("y", 1))), item(10))
    )


def test_the_normal_form_leaves_its_argument_as_it_is() -> None:
    content = sync_of(items=(item(10, "b", (sku("y", 1), sku("x", 1))), item(9)))
    before = canonical(content)

    normal_form(content)

    assert canonical(content) == before


@pytest.mark.parametrize(
    "changed",
    [
        sync_of(external_accounting_id="A", items=(item(5, "L", (sku("S", 2),)),)),
        sync_of(accounting_synced=False, items=(item(5, "L", (sku("S", 2),)),)),
        sync_of(accounting_synced=None, items=(item(5, "L", (sku("S", 2),)),)),
        sync_of(accounting_synced=True),
        sync_of(accounting_synced=True, items=(item(6, "L", (sku("S", 2),)),)),
        sync_of(accounting_synced=True, items=(item(5, "l", (sku("S", 2),)),)),
        sync_of(accounting_synced=True, items=(item(5, None, (sku("S", 2),)),)),
        sync_of(accounting_synced=True, items=(item(5, UNSET, (sku("S", 2),)),)),
        sync_of(accounting_synced=True, items=(item(5, "L", (sku("S", 3),)),)),
        sync_of(accounting_synced=True, items=(item(5, "L", (sku("S"),)),)),
        sync_of(accounting_synced=True, items=(item(5, "L", (sku("S ", 2),)),)),
        sync_of(accounting_synced=True, items=(item(5, "L"),)),
        sync_of(accounting_synced=True, items=(item(5, "L", (sku("S", 2),)), item(6))),
        sync_of(
            accounting_synced=True,
            items=(item(5, "L", (sku("S", 2),)),),
            accounting_sync_error="wrong",
        ),
        sync_of(
            accounting_synced=True,
            external_accounting_id=None,
            items=(item(5, "L", (sku("S", 2),)),),
        ),
    ],
)
def test_any_other_content_has_another_fingerprint(changed: dict[str, Any]) -> None:
    content = sync_of(accounting_synced=True, items=(item(5, "L", (sku("S", 2),)),))

    assert fingerprint(changed) != fingerprint(content)
    assert normal_form(changed) != normal_form(content)


def test_ids_that_move_between_items_make_another_fingerprint() -> None:
    one = sync_of(items=(item(1, "a"), item(2, "b")))
    shifted = sync_of(items=(item(1, "b"), item(2, "a")))

    assert fingerprint(one) != fingerprint(shifted)


def test_a_fingerprint_stays_the_same_over_versions() -> None:
    """Journals keep fingerprints for years: another one would send everything again."""
    content = sync_of(
        accounting_synced=True,
        external_accounting_id="M\u00fcller",
        items=(item(6), item(5, None, (sku("S", 2),))),
    )
    text = (
        '{"accountingSynced":true,"externalAccountingId":"M\u00fcller","items":['
        '{"id":5,"externalAccountingId":null,'
        '"orderItemAccountingItems":[{"externalAccountingId":"S","quantity":2}]},{"id":6}]}'
    )

    assert fingerprint(content) == sha256(text.encode("utf-8")).hexdigest()


@pytest.mark.parametrize("items", [(), (item(5), item(6)), (item(6), item(5))])
def test_a_sealed_payload_is_what_is_sent_and_its_fingerprint(
    items: tuple[OrderItemAccountingSyncRequest, ...],
) -> None:
    content = sync_of(external_accounting_id="INV-1", items=items)

    assert sealed(content) == (canonical(content), fingerprint(content))
