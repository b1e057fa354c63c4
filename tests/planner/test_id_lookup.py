"""Numbers and SKUs become ids through the id map, or hold their rows back; nothing is guessed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.id_map import Entry, IdMap
from reconcile.domain.model import CellRef, Field, Plan
from reconcile.domain.rules import ResolvingRules
from reconcile.loader import Export
from tests.builders import notices, payloads, planned, sheet, source, states, troubles


def ids(*entries: tuple[int, str, str, int | None, str]) -> IdMap:
    """Order id, number, SKU, item id, quantity; the first stands in row 2 of ids.csv."""
    return IdMap.of(
        Entry(order, (number,), CellRef("ids.csv", "", row), sku, item, quantity)
        for row, (order, number, sku, item, quantity) in enumerate(entries, start=2)
    )


IDS = ids(
    (1, "1001", "RED", 11, "2"),
    (1, "1001", "BLUE", 12, "1"),
    (2, "1002", "RED", 21, "1"),
    (2, "1002", "RED", 22, "3"),
    (3, "1003", "", None, ""),
    (4, "1004", "KIT", 41, ""),
    (4, "1004", "KIT", 42, ""),
    (5, "1005", "", None, ""),
    (6, "1005", "", None, ""),
)


def made(rows: Export | str, **rules: Any) -> Plan:
    rows = sheet(rows) if isinstance(rows, str) else rows
    return planned(rows, ids=IDS, resolving=ResolvingRules(**rules))


# Orders


def test_a_number_is_the_order_that_the_map_has_for_it() -> None:
    plan = made("number | order ext\n1001 | INV-1\n\u00a01003 | INV-3")

    assert list(payloads(plan)) == [1, 3]
    assert troubles(plan) == []


@pytest.mark.parametrize("number", ["01001", "1001.0", "1001-1", "#1001", "10 01"])
def test_numbers_are_compared_to_the_letter(number: str) -> None:
    assert troubles(made(f"number | order ext\n{number} | INV-1")) == [
        ("order-number-unknown", "A2")
    ]


def test_a_number_of_two_orders_is_named_with_both_places() -> None:
    assert troubles(made("number | order ext\n1005 | INV-1")) == [
        ("order-number-ambiguous", "A2", "ids.csv:9", "ids.csv:10")
    ]


def test_an_order_id_on_the_row_counts_and_needs_no_number() -> None:
    plan = made("order | number | order ext\n9 | 1009 | A\n3 | | B\n1 | 1001 | C\n6 | 1005 | D")

    assert list(payloads(plan)) == [9, 3, 1, 6]


def test_an_order_id_that_the_map_contradicts_holds_the_order_back() -> None:
    plan = made("order | number | order ext\n3 | 1001 | A\n3 | | A")

    assert payloads(plan) == {}
    assert troubles(plan) == [("order-number-differs", "B2", "ids.csv:2")]


def test_a_row_without_id_and_number_names_no_order() -> None:
    assert troubles(made("number | order ext\n | A")) == [("order-id-missing", ":2")]


@pytest.mark.parametrize("damaged", ["1.23457E+11", "#N/A"])
def test_a_damaged_number_is_an_issue_only_where_it_is_needed(damaged: str) -> None:
    plan = made(f"order | number | order ext\n | {damaged} | A\n3 | {damaged} | B")

    assert list(payloads(plan)) == [3]
    assert [trouble[1] for trouble in troubles(plan)] == ["B2"]


def test_without_a_map_numbers_and_skus_mean_nothing() -> None:
    plan = planned(sheet("order | number | order ext | sku\n1 | #N/A | A | #N/A"))

    assert list(payloads(plan)) == [1]


# The prefix


def test_the_prefix_of_the_config_is_taken_off() -> None:
    assert list(payloads(made("number | order ext\nFLX-1001 | A", prefix="FLX-"))) == [1]


@pytest.mark.parametrize("number", ["1001", "flx-1001", "Thank you"])
def test_a_number_without_the_prefix_is_another_shops(number: str) -> None:
    assert troubles(made(f"number | order ext\n{number} | A", prefix="FLX-")) == [
        ("order-number-without-prefix", "A2")
    ]


# Items


def test_a_sku_is_the_item_of_its_order() -> None:
    plan = made("number | order ext | sku | item ext\n1001 | A | BLUE | L-1\n1001 | A | RED | L-2")

    assert payloads(plan)[1]["items"] == [
        {"id": 12, "externalAccountingId": "L-1"},
        {"id": 11, "externalAccountingId": "L-2"},
    ]


def test_skus_are_looked_up_for_orders_with_an_id_too() -> None:
    plan = made("order | order ext | sku\n1 | A | RED")

    assert payloads(plan)[1]["items"] == [{"id": 11}]


@pytest.mark.parametrize("sku", ["red", "RED-1", "GREEN"])
def test_an_unknown_sku_holds_its_order_back(sku: str) -> None:
    plan = made(f"number | order ext | sku\n1001 | A | {sku}\n1001 | A | BLUE\n1003 | C |")

    assert list(payloads(plan)) == [3]
    assert troubles(plan) == [("sku-unknown", "C2")]


def test_a_row_without_a_sku_speaks_of_the_order() -> None:
    assert payloads(made("number | order ext | sku\n1001 | A |"))[1] == {
        "accountingSynced": True,
        "externalAccountingId": "A",
    }


@pytest.mark.parametrize(("quantity", "item"), [("1", 21), ("3.00", 22), ("1.0", 21)])
def test_a_quantity_tells_two_items_of_one_sku_apart(quantity: str, item: int) -> None:
    plan = made(f"number | order ext | sku | qty\n1002 | A | RED | {quantity}")

    assert payloads(plan)[2]["items"] == [{"id": item}]


@pytest.mark.parametrize("quantity", ["", "2", "one", "1,3"])
def test_two_items_of_one_sku_that_nothing_tells_apart_are_named_with_both_places(
    quantity: str,
) -> None:
    assert troubles(made(f"number | order ext | sku | qty\n1002 | A | RED | {quantity}")) == [
        ("sku-ambiguous", "C2", "ids.csv:4", "ids.csv:5")
    ]


def test_a_map_without_quantities_tells_nothing_apart() -> None:
    assert troubles(made("number | order ext | sku | qty\n1004 | A | KIT | 1")) == [
        ("sku-ambiguous", "C2", "ids.csv:7", "ids.csv:8")
    ]


def test_an_item_id_on_the_row_counts_unless_the_map_contradicts_it() -> None:
    plan = made(
        "order | order ext | item | sku\n1 | A | 99 | GREEN\n2 | B | 22 | RED\n3 | C | 5 | X"
    )
    assert [item["id"] for body in payloads(plan).values() for item in body["items"]] == [99, 22, 5]

    assert troubles(made("order | order ext | item | sku\n1 | A | 12 | RED")) == [
        ("sku-differs", "D2", "ids.csv:2")
    ]


def test_an_order_without_items_in_the_map_is_held_back_unless_the_config_says_otherwise() -> None:
    table = "number | order ext | sku | item ext\n1003 | C | RED | L-1"

    assert troubles(made(table)) == [("items-unknown", "C2")]
    assert payloads(made(table, order_level_only=True)) == {
        3: {"accountingSynced": True, "externalAccountingId": "C"}
    }


def test_orders_with_items_are_never_synced_without_them() -> None:
    plan = made("number | order ext | sku\n1001 | A | GREEN", order_level_only=True)

    assert troubles(plan) == [("sku-unknown", "C2")]


def test_what_is_no_item_says_something_of_the_order_alone() -> None:
    plan = made(
        "number | order ext | sku | item ext\n1001 | A | Shipping | L-9\n1001 | A | RED | L-1",
        not_items=frozenset({"shipping"}),
    )

    assert payloads(plan)[1]["items"] == [{"id": 11, "externalAccountingId": "L-1"}]


def test_one_issue_is_told_of_a_row_whose_sku_or_number_is_unknown() -> None:
    plan = made("number | order ext | sku | item ext\n1009 | A | RED | L-1\n1001 | B | X | L-2")

    assert troubles(plan) == [("sku-unknown", "C3"), ("order-number-unknown", "A2")]


# Documents: rows of one document are of one order


def document(table: str, *names: str, **rules: Any) -> Plan:
    return made(replace(sheet(table), documents=names), **rules)


def test_the_number_may_stand_on_any_row_of_a_document() -> None:
    plan = document("number | order ext | sku\n | A | RED\n1001 | A |\n | A | BLUE", "A", "A", "A")

    assert [item["id"] for item in payloads(plan)[1]["items"]] == [11, 12]


def test_a_row_of_no_document_or_of_one_without_a_number_names_no_order() -> None:
    plan = document("number | order ext\n | A\n1001 | B\n | C", "", "B", "C")

    assert list(payloads(plan)) == [1]
    assert troubles(plan) == [("order-id-missing", ":2"), ("order-id-missing", ":4")]


def test_a_line_that_says_something_else_is_no_number_where_numbers_have_a_prefix() -> None:
    table = "number | order ext\nFLX-1001 | A\na red one | A"

    assert list(payloads(document(table, "A", "A", prefix="FLX-"))) == [1]


def test_a_document_with_a_sound_and_an_unknown_number_is_held_back_whole() -> None:
    plan = document("number | order ext\n1001 | A\n1009 | A", "A", "A")

    assert payloads(plan) == {}
    assert troubles(plan) == [("order-number-unknown", "A3")]
    assert states(plan)["export.xlsx!Sheet1:2"] == "held"


def test_a_document_of_two_orders_is_fine_as_long_as_each_row_says_its_own() -> None:
    plan = document("number | order ext\n1001 | A\n1003 | A", "A", "A")
    assert list(payloads(plan)) == [1, 3]

    plan = document("number | order ext\n1001 | A\n1003 | A\n | A", "A", "A", "A")
    assert payloads(plan) == {}
    assert {code for code, *_ in troubles(plan)} == {"document-of-orders"}


# Rows that take a booking back


def credited(rows: Sequence[dict[Field, str]], **rules: Any) -> list[str]:
    """The last row is a credit memo."""
    last = len(rows) + 1
    table = source(
        rows,
        fields=(Field.ORDER_ID, Field.ORDER_NUMBER, Field.ORDER_EXTERNAL_ID),
        ignored={last: "not a booking: Credit Memo"},
    )
    return notices(
        made(replace(table, credits={last: "Credit Memo"}), **rules), "booking-and-credit"
    )


BOOKED = {Field.ORDER_NUMBER: "1001", Field.ORDER_EXTERNAL_ID: "A"}


@pytest.mark.parametrize("credit", [{Field.ORDER_NUMBER: "1001"}, {Field.ORDER_ID: "1"}])
def test_an_order_with_a_booking_and_a_credit_is_sent_and_told(credit: dict[Field, str]) -> None:
    assert credited([BOOKED, credit]) == [
        (
            'export.xlsx!Sheet1:3: order 1 is sent as booked; this row ("Credit Memo") takes a '
            "booking of it back"
        )
    ]


@pytest.mark.parametrize(
    "credit", [{Field.ORDER_NUMBER: "1003"}, {Field.ORDER_NUMBER: "x"}, {Field.ORDER_ID: "x"}, {}]
)
def test_a_credit_of_an_order_that_is_not_sent_is_not_told(credit: dict[Field, str]) -> None:
    assert credited([BOOKED, credit]) == []


# Whatever stands in the rows


texts = st.sampled_from(["", "1001", "1002", "1005", "1009", "FLX-1001", "#N/A"])
skus = st.sampled_from(["", "RED", "BLUE", "GREEN", "Shipping", "1E+05"])
rows = st.lists(
    st.fixed_dictionaries(
        {
            Field.ORDER_ID: st.sampled_from(["", "", "", "1", "3", "x"]),
            Field.ORDER_NUMBER: texts,
            Field.ORDER_EXTERNAL_ID: st.sampled_from(["", "A"]),
            Field.ITEM_ID: st.sampled_from(["", "", "11", "x"]),
            Field.ITEM_EXTERNAL_ID: st.sampled_from(["", "", "L"]),
            Field.SKU: skus,
            Field.ITEM_QUANTITY: st.sampled_from(["", "1", "3"]),
        }
    ),
    max_size=5,
)


@given(rows, st.booleans(), st.sampled_from(["", "FLX-"]), st.data())
def test_every_row_ends_in_one_state_and_only_ids_of_the_map_or_the_rows_are_sent(
    lines: list[dict[Field, str]],
    order_level_only: bool,  # noqa: FBT001
    prefix: str,
    data: st.DataObject,
) -> None:
    names = data.draw(
        st.one_of(
            st.just([]),
            st.lists(st.sampled_from(["", "A", "B"]), min_size=len(lines), max_size=len(lines)),
        )
    )
    table = replace(source(lines, fields=tuple(Field)), documents=names)
    plan = made(table, order_level_only=order_level_only, prefix=prefix)

    ended = [row for order in plan.orders for row in order.rows]
    ended += [row for rejection in plan.rejections for row in rejection.rows]
    assert sorted(row.row for row in ended) == list(range(2, len(lines) + 2))
    assert all(rejection.issues for rejection in plan.rejections)
    for order, body in payloads(plan).items():
        assert order in (1, 2, 3)
        for item in body.get("items", ()):
            assert item["id"] in {1: (11, 12), 2: (21, 22, 11), 3: (11,)}[order]
