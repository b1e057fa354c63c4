"""What an order holds in Flxpoint beside what a call says (issue: ids and truth)."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.orders.remote_state import (
    Compared,
    Finding,
    OrderFinding,
    compared,
    in_words,
    items_not_in_order,
    order_finding,
    overwritten,
    remote_state_of,
)

ALL = frozenset(
    {
        "accountingSynced",
        "externalAccountingId",
        "accountingSyncError",
        "items.externalAccountingId",
        "items.orderItemAccountingItems",
    }
)
CALL: Mapping[str, Any] = {
    "accountingSynced": True,
    "externalAccountingId": "INV-1",
    "items": [
        {
            "id": 31,
            "externalAccountingId": "L-1",
            "orderItemAccountingItems": [{"externalAccountingId": "S-1", "quantity": 2}],
        }
    ],
}


def findings(
    answer: Mapping[str, Any],
    call: Mapping[str, Any] = CALL,
    reported: frozenset[str] = frozenset(),
) -> dict[str, Finding]:
    held = remote_state_of({"id": 1, **answer})
    assert held is not None
    return {each.path: each.finding for each in compared(call, held, reported)}


def values(answer: Mapping[str, Any], call: Mapping[str, Any] = CALL) -> list[Compared]:
    held = remote_state_of({"id": 1, **answer})
    assert held is not None
    return list(compared(call, held, ()))


def test_an_order_that_holds_what_the_call_says_is_the_same() -> None:
    answer = {**CALL, "orderItems": CALL["items"]}
    assert set(findings(answer).values()) == {Finding.SAME}
    assert order_finding(values(answer)) is OrderFinding.SAME


def test_an_answer_without_accounting_fields_does_not_say() -> None:
    answer = {"orderItems": [{"id": 31, "sku": "A"}]}
    assert set(findings(answer).values()) == {Finding.SILENT}
    assert order_finding(values(answer)) is OrderFinding.SILENT


def test_an_answer_without_items_does_not_say_what_they_hold() -> None:
    found = findings({"externalAccountingId": "INV-1", "accountingSynced": True}, reported=ALL)
    assert found["externalAccountingId"] is Finding.SAME
    assert found["items[31].externalAccountingId"] is Finding.SILENT


def test_a_field_that_other_answers_have_holds_nothing_where_it_is_left_out() -> None:
    answer = {"orderItems": [{"id": 31}]}
    assert set(findings(answer, reported=ALL).values()) == {Finding.MISSING}


@pytest.mark.parametrize("nothing", [None, "", False])
def test_null_blank_and_not_synced_hold_nothing(nothing: object) -> None:
    held = None if nothing is False else nothing
    answer = {"externalAccountingId": held, "accountingSynced": nothing}
    call = {"accountingSynced": True, "externalAccountingId": "INV-1"}
    assert set(findings(answer, call).values()) == {Finding.MISSING}
    assert order_finding(values(answer, call)) is OrderFinding.NEW


def test_what_is_to_be_cleared_and_holds_nothing_is_the_same() -> None:
    call = {"externalAccountingId": None}
    assert findings({"externalAccountingId": None}, call) == {"externalAccountingId": Finding.SAME}
    assert findings({"externalAccountingId": "X"}, call) == {
        "externalAccountingId": Finding.DIFFERENT
    }


def test_an_order_with_some_of_the_values_is_blank_in_the_others() -> None:
    answer = {"accountingSynced": True, "externalAccountingId": None}
    call = {"accountingSynced": True, "externalAccountingId": "INV-1"}
    assert order_finding(values(answer, call)) is OrderFinding.BLANK


def test_another_supplier_sku_in_its_place_is_different() -> None:
    other = [{"externalAccountingId": "S-9", "quantity": 1}]
    answer = {"orderItems": [{"id": 31, "orderItemAccountingItems": other}]}
    found = {each.path: each for each in values(answer)}
    place = "items[31].orderItemAccountingItems[S-1].quantity"
    assert found[place].finding is Finding.DIFFERENT
    assert found[place].remote == "S-9 (1)"


def test_a_further_supplier_sku_is_missing_and_overwrites_nothing() -> None:
    call = {
        "items": [
            {
                "id": 31,
                "orderItemAccountingItems": [
                    {"externalAccountingId": "S-1", "quantity": 2},
                    {"externalAccountingId": "S-2", "quantity": 1},
                ],
            }
        ]
    }
    held = [{"externalAccountingId": "S-1", "quantity": 2}]
    answer = {"orderItems": [{"id": 31, "orderItemAccountingItems": held}]}
    assert [each.finding for each in values(answer, call)] == [Finding.SAME, Finding.MISSING]
    assert overwritten(values(answer, call), None) == []


def test_an_item_that_the_order_does_not_have_is_named() -> None:
    answer = {"orderItems": [{"id": 32}]}
    assert items_not_in_order(values(answer)) == [31]


def test_an_id_that_flxpoint_writes_as_a_number_is_the_same_id() -> None:
    answer = {"externalAccountingId": 10045}
    call = {"externalAccountingId": "10045"}
    assert findings(answer, call) == {"externalAccountingId": Finding.SAME}


def test_a_value_of_somebody_else_would_be_overwritten() -> None:
    answer = {"externalAccountingId": "THEIRS", "accountingSynced": True}
    lost = overwritten(values(answer), None)
    assert [(each.path, each.remote, each.said) for each in lost] == [
        ("externalAccountingId", "THEIRS", "INV-1")
    ]


def test_a_value_that_we_wrote_ourselves_is_ours_to_correct() -> None:
    answer = {"externalAccountingId": "OLD", "accountingSynced": True}
    assert overwritten(values(answer), {"externalAccountingId": "OLD"}) == []
    assert overwritten(values(answer), {"externalAccountingId": "OLDER"}) != []


def test_a_new_error_replaces_an_old_one_in_the_ordinary_course() -> None:
    answer = {"accountingSyncError": "no customer"}
    assert overwritten(values(answer, {"accountingSyncError": "no item"}), None) == []


def test_an_answer_that_is_no_order_holds_nothing_to_compare() -> None:
    assert remote_state_of([]) is None
    assert remote_state_of({"message": "not found"}) is None


@pytest.mark.parametrize(
    ("value", "words"), [(None, "(nothing)"), ("", "(nothing)"), (True, "yes"), (12, "12")]
)
def test_values_are_shown_in_words(value: object, words: str) -> None:
    assert in_words(value) == words


TEXTS = st.text(min_size=1, max_size=8)
ITEMS: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries(
        {"id": st.integers(1, 50)},
        optional={
            "externalAccountingId": TEXTS,
            "orderItemAccountingItems": st.lists(
                st.fixed_dictionaries({"externalAccountingId": TEXTS, "quantity": st.integers(1)}),
                min_size=1,
                max_size=3,
                unique_by=lambda sub: str(sub["externalAccountingId"]),
            ),
        },
    ),
    max_size=4,
    unique_by=lambda item: str(item["id"]),
)
CALLS = st.fixed_dictionaries(
    {},
    optional={"accountingSynced": st.booleans(), "externalAccountingId": TEXTS, "items": ITEMS},
)


@given(CALLS)
def test_an_order_that_took_a_call_holds_all_that_it_says(call: dict[str, Any]) -> None:
    answer = {"id": 1, **call, "orderItems": call.get("items", [])}
    held = remote_state_of(answer)
    assert held is not None
    found = list(compared(call, held, ALL))
    assert all(each.finding is Finding.SAME for each in found)
    assert overwritten(found, None) == []


@given(CALLS, CALLS)
def test_every_value_of_a_call_is_compared_once(
    call: dict[str, Any], other: dict[str, Any]
) -> None:
    held = remote_state_of({"id": 1, **other, "orderItems": other.get("items", [])})
    assert held is not None
    paths = [each.path for each in compared(call, held, ALL)]
    assert len(paths) == len(set(paths))
    assert {path for path in paths if "[" not in path} == set(call) - {"items"}


def test_supplier_skus_that_we_wrote_may_be_replaced_and_those_of_others_not() -> None:
    ours = [
        {"externalAccountingId": "S-8", "quantity": 1},
        {"externalAccountingId": "S-9", "quantity": 1},
    ]
    own = {"items": [{"id": 31, "orderItemAccountingItems": ours}]}
    theirs = [*ours, {"externalAccountingId": "S-7", "quantity": 1}]
    for there, replaced in ((ours, 0), (ours[:1], 0), (theirs, 1)):
        answer = {"orderItems": [{"id": 31, "orderItemAccountingItems": there}]}
        assert len(overwritten(values(answer), own)) == replaced
        assert len(overwritten(values(answer), None)) == 1
