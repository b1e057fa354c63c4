"""From rows to calls, or to the reasons why not (rules, sections 3 and 4)."""

import time
from typing import Any

import pytest

from reconcile.domain.issues import explain
from reconcile.domain.model import Field, SourceType
from reconcile.domain.rules import CellRules, SyncedDefault
from reconcile.planner.validation import NOTE_LIMIT
from tests.builders import (
    held_orders,
    issues,
    notices,
    payloads,
    planned,
    sheet,
    source,
    states,
    status_calls,
    troubles,
)

# What is sent


def test_a_row_becomes_one_call_with_everything_it_says() -> None:
    made = planned(
        sheet("""
            order  | order ext | item | item ext | sku ext | sku qty | synced | error
            700001 | INV-1     | 5    | L-1      | S-1     | 2       | no     | no tax code
        """)
    )

    assert payloads(made) == {
        700001: {
            "accountingSynced": False,
            "externalAccountingId": "INV-1",
            "items": [
                {
                    "id": 5,
                    "externalAccountingId": "L-1",
                    "orderItemAccountingItems": [{"externalAccountingId": "S-1", "quantity": 2}],
                }
            ],
            "accountingSyncError": "no tax code",
        }
    }
    assert troubles(made) == []
    assert made.notices == ()


def test_a_blank_cell_leaves_its_field_out() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext | sku ext | sku qty | synced | error
            1     | INV-1     |      |          |         |         |        |
            2     |           | 5    | L-5      |         |         |        |
            3     |           | 6    |          | S-1     |         |        |
            4     |           |      |          |         |         | yes    |
            5     |           |      |          |         |         |        | no tax code
        """),
        synced_default="none",
    )

    assert payloads(made) == {
        1: {"externalAccountingId": "INV-1"},
        2: {"items": [{"id": 5, "externalAccountingId": "L-5"}]},
        3: {"items": [{"id": 6, "orderItemAccountingItems": [{"externalAccountingId": "S-1"}]}]},
        4: {"accountingSynced": True},
        5: {"accountingSyncError": "no tax code"},
    }


def test_a_column_that_is_not_there_is_blank_everywhere() -> None:
    made = planned(sheet("order | order ext\n1 | INV-1"), synced_default="none")

    assert payloads(made) == {1: {"externalAccountingId": "INV-1"}}


def test_the_clear_word_sends_null() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext | synced
            1     | (clear)   | 5    | (CLEAR)  | (clear)
        """)
    )

    assert payloads(made) == {
        1: {
            "accountingSynced": None,
            "externalAccountingId": None,
            "items": [{"id": 5, "externalAccountingId": None}],
        }
    }


def test_an_item_with_an_id_and_nothing_else_is_listed_by_its_id() -> None:
    made = planned(
        sheet("""
            order | order ext | item
            1     | INV-1     | 5
            1     |           | 6
        """),
        synced_default="none",
    )

    assert payloads(made) == {1: {"externalAccountingId": "INV-1", "items": [{"id": 5}, {"id": 6}]}}


def test_an_order_is_one_call_wherever_its_rows_stand() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext
            1     | INV-1     | 5    | L-5
            2     | INV-2     | 6    | L-6
            1     |           | 7    | L-7
        """),
        sheet("order | item | item ext\n1 | 8 | L-8", file="second.csv", name=""),
        synced_default="none",
    )

    assert payloads(made) == {
        1: {
            "externalAccountingId": "INV-1",
            "items": [
                {"id": 5, "externalAccountingId": "L-5"},
                {"id": 7, "externalAccountingId": "L-7"},
                {"id": 8, "externalAccountingId": "L-8"},
            ],
        },
        2: {
            "externalAccountingId": "INV-2",
            "items": [{"id": 6, "externalAccountingId": "L-6"}],
        },
    }
    assert [str(row) for row in made.orders[0].rows] == [
        "export.xlsx!Sheet1:2",
        "export.xlsx!Sheet1:4",
        "second.csv:2",
    ]


def test_orders_items_and_supplier_skus_keep_the_order_in_which_they_first_appear() -> None:
    made = planned(
        sheet("""
            order | item | sku ext | sku qty
            9     | 30   | z       | 1
            2     | 10   | y       | 1
            9     | 20   | b       | 1
            9     | 30   | a       | 1
            2     | 10   | x       | 1
            9     | 30   | z       | 1
        """),
        synced_default="none",
    )

    assert list(payloads(made)) == [9, 2]
    items = payloads(made)[9]["items"]
    assert [item["id"] for item in items] == [30, 20]
    skus = items[0]["orderItemAccountingItems"]
    assert [sku["externalAccountingId"] for sku in skus] == ["z", "a"]


def test_rows_that_say_the_same_are_one() -> None:
    once = "1 | INV-1 | 5 | L-5 | S-1 | 2\n"
    header = "order | order ext | item | item ext | sku ext | sku qty\n"

    assert payloads(planned(sheet(header + once * 3))) == payloads(planned(sheet(header + once)))


def test_the_same_value_written_differently_is_the_same() -> None:
    made = planned(
        sheet("""
            order       | order ext       | item | sku ext | sku qty | synced
            700001      | INV-1           | 5    | S-1     | 2       | yes
            \u00a0700001 | INV-1\u00a0    | 05   | S-1     | 02      | TRUE
        """)
    )

    assert troubles(made) == []
    assert payloads(made) == {
        700001: {
            "accountingSynced": True,
            "externalAccountingId": "INV-1",
            "items": [
                {
                    "id": 5,
                    "orderItemAccountingItems": [{"externalAccountingId": "S-1", "quantity": 2}],
                }
            ],
        }
    }


def test_values_of_the_order_may_stand_on_any_of_its_rows() -> None:
    made = planned(
        sheet("""
            order | order ext | item | synced | error | status | note
            1     |           | 5    |        |       |        | booked
            1     |           | 6    |        | wrong |        |
            1     |           | 7    | no     |       |        |
            1     | INV-1     | 8    |        |       | closed |
        """),
        send_status=True,
    )

    assert payloads(made) == {
        1: {
            "accountingSynced": False,
            "externalAccountingId": "INV-1",
            "items": [{"id": 5}, {"id": 6}, {"id": 7}, {"id": 8}],
            "accountingSyncError": "wrong",
        }
    }
    assert status_calls(made) == {1: {"status": "Closed", "updateNote": "booked"}}


def test_values_of_an_item_and_of_a_supplier_sku_may_stand_on_any_of_their_rows() -> None:
    made = planned(
        sheet("""
            order | item | item ext | sku ext | sku qty
            1     | 5    |          | S-1     |
            1     | 5    | L-5      | S-2     | 4
            1     | 5    |          | S-1     | 3
            1     | 5    |          | S-2     |
        """),
        synced_default="none",
    )

    assert payloads(made)[1]["items"] == [
        {
            "id": 5,
            "externalAccountingId": "L-5",
            "orderItemAccountingItems": [
                {"externalAccountingId": "S-1", "quantity": 3},
                {"externalAccountingId": "S-2", "quantity": 4},
            ],
        }
    ]


def test_a_supplier_sku_may_stand_under_several_items_with_different_quantities() -> None:
    made = planned(
        sheet("""
            order | item | sku ext | sku qty
            1     | 5    | S-1     | 1
            1     | 6    | S-1     | 2
        """)
    )

    assert troubles(made) == []
    assert [
        item["orderItemAccountingItems"][0]["quantity"] for item in payloads(made)[1]["items"]
    ] == [1, 2]


# Yes or no by default

SYNCED_ALL = ("auto", "none", True, False)


@pytest.mark.parametrize(
    ("default", "sent"), [("auto", True), ("none", None), (True, True), (False, False)]
)
@pytest.mark.parametrize(
    "row",
    [
        "1 | INV-1   |   |         |     |",
        "1 |         | 5 | L-5     |     |",
        "1 |         | 5 |         | S-1 |",
        "1 | INV-1   | 5 | L-5     | S-1 |",
        "1 | (clear) | 5 | L-5     |     |",
        "1 | INV-1   | 5 | (clear) |     |",
    ],
)
def test_an_external_id_on_any_level_says_yes_by_default(
    row: str, default: SyncedDefault, *, sent: bool | None
) -> None:
    made = planned(
        sheet(f"order | order ext | item | item ext | sku ext | synced\n{row}"),
        synced_default=default,
    )

    assert payloads(made)[1].get("accountingSynced") is sent
    assert ("accountingSynced" in payloads(made)[1]) is (sent is not None)


@pytest.mark.parametrize(
    ("default", "expected"), [("auto", {}), ("none", {}), (False, {"accountingSynced": False})]
)
@pytest.mark.parametrize(("external", "id_sent"), [("INV-1", True), ("", False)])
def test_an_order_with_a_sync_error_is_not_said_to_be_synced_by_default(
    external: str, default: SyncedDefault, expected: dict[str, Any], *, id_sent: bool
) -> None:
    made = planned(
        sheet(f"order | order ext | error\n1 | {external} | no tax code"), synced_default=default
    )

    ids = {"externalAccountingId": "INV-1"} if id_sent else {}
    assert payloads(made) == {1: expected | ids | {"accountingSyncError": "no tax code"}}


@pytest.mark.parametrize("row", ["1 | INV-1 | no tax code", "1 | | no tax code"])
def test_yes_by_config_beside_a_sync_error_holds_the_order_back(row: str) -> None:
    made = planned(sheet(f"order | order ext | error\n{row}"), synced_default=True)

    assert payloads(made) == {}
    assert troubles(made) == [("synced-with-error", "C2")]


@pytest.mark.parametrize(
    ("default", "expected"),
    [
        ("auto", {}),
        ("none", {}),
        (True, {"accountingSynced": True}),
        (False, {"accountingSynced": False}),
    ],
)
def test_an_order_that_only_clears_ids_is_not_said_to_be_synced_by_the_rule(
    default: SyncedDefault, expected: dict[str, Any]
) -> None:
    made = planned(
        sheet("order | order ext | item | item ext\n1 | (clear) | 5 | (clear)"),
        synced_default=default,
    )

    assert payloads(made) == {
        1: expected
        | {
            "externalAccountingId": None,
            "items": [{"id": 5, "externalAccountingId": None}],
        }
    }


@pytest.mark.parametrize("default", SYNCED_ALL)
@pytest.mark.parametrize(
    ("word", "sent"), [("yes", True), ("no", False), ("(clear)", None)], ids=["yes", "no", "clear"]
)
@pytest.mark.parametrize("external", ["INV-1", ""])
def test_what_a_row_says_beats_the_default(
    default: SyncedDefault, word: str, external: str, *, sent: bool | None
) -> None:
    made = planned(
        sheet(f"order | order ext | synced\n1 | {external} |\n1 | | {word}"),
        synced_default=default,
    )

    assert payloads(made)[1]["accountingSynced"] is sent


@pytest.mark.parametrize("default", SYNCED_ALL)
@pytest.mark.parametrize(
    "table", ["order\n1", "order | item\n1 | 5", "order | order ext | item ext | error\n1 | | |"]
)
def test_the_default_alone_never_makes_a_call(default: SyncedDefault, table: str) -> None:
    made = planned(sheet(table), synced_default=default)

    assert payloads(made) == {}
    assert [code for code, *_ in troubles(made)] == ["nothing-to-send"]
    assert states(made) == {"export.xlsx!Sheet1:2": "rejected"}


@pytest.mark.parametrize("default", SYNCED_ALL)
def test_the_default_makes_no_sync_beside_a_status_either(default: SyncedDefault) -> None:
    made = planned(
        sheet("order | item | status\n1 | 5 | closed"), synced_default=default, send_status=True
    )

    assert payloads(made) == {}
    assert status_calls(made) == {1: {"status": "Closed"}}
    assert troubles(made) == []


# Orders that are held back


def test_an_order_with_a_rejected_row_is_held_back_whole_and_no_other() -> None:
    made = planned(
        sheet("""
            order | order ext | item | sku ext | sku qty
            1     | INV-1     | 5    | S-1     | 2
            2     | INV-2     | 6    | S-1     | 2
            1     |           | 7    | S-1     | two
            1     |           | 8    | S-1     | 2
        """)
    )

    assert list(payloads(made)) == [2]
    assert held_orders(made) == {1}
    assert troubles(made) == [("quantity-invalid", "E4")]
    assert states(made) == {
        "export.xlsx!Sheet1:2": "held",
        "export.xlsx!Sheet1:3": "sent with 2",
        "export.xlsx!Sheet1:4": "rejected",
        "export.xlsx!Sheet1:5": "held",
    }


def test_rows_in_another_file_are_held_with_the_rejected_one() -> None:
    made = planned(
        sheet("order | order ext\n1 | INV-1", file="first.xlsx"),
        sheet("order | order ext\n1 | #N/A", file="second.csv", name=""),
    )

    assert payloads(made) == {}
    assert states(made) == {"first.xlsx!Sheet1:2": "held", "second.csv:2": "rejected"}
    assert [str(issue.place) for issue in issues(made)] == ["second.csv!B2"]


def test_a_held_order_gets_no_status() -> None:
    made = planned(
        sheet("order | order ext | status\n1 | #N/A | closed\n2 | INV-2 | closed"),
        send_status=True,
    )

    assert status_calls(made) == {2: {"status": "Closed"}}
    assert held_orders(made) == {1}


def test_every_problem_of_a_row_is_reported_at_once() -> None:
    made = planned(
        sheet("""
        order | order ext | item | item ext | sku ext | sku qty | synced | error   | status | note
        1     | 1.2E+11   | x    | #REF!    | (clear) | 0       | maybe  | (clear) | gone   | #N/A
        """),
        send_status=True,
    )

    assert sorted(troubles(made)) == [
        ("cell-error", "D2"),
        ("clear-not-allowed", "E2"),
        ("clear-not-allowed", "H2"),
        ("item-id-invalid", "C2"),
        ("note-invalid", "J2"),
        ("number-e-notation", "B2"),
        ("quantity-invalid", "F2"),
        ("status-invalid", "I2"),
        ("synced-invalid", "G2"),
    ]


def test_every_problem_of_an_order_is_reported_at_once() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext | synced | error
            1     | INV-1     | 5    | L-5      | yes    | wrong
            1     | INV-2     | x    |          |        |
            1     |           | 5    | L-6      | no     | worse
        """)
    )

    assert sorted(troubles(made)) == [
        ("item-external-id-differs", "D2", "D4"),
        ("item-id-invalid", "C3"),
        ("order-external-id-differs", "B2", "B3"),
        ("sync-error-differs", "F2", "F4"),
        ("synced-differs", "E2", "E4"),
        ("synced-with-error", "E2", "F2", "F4"),
    ]


def test_a_row_with_more_cells_than_the_header_holds_back_the_order_it_names() -> None:
    made = planned(
        sheet(
            "order | order ext\n1 | INV-1\n2 |\n2 | INV-2",
            surplus={3: ("Smith", "2")},
        )
    )

    assert list(payloads(made)) == [1]
    assert troubles(made) == [("row-too-long", ":3")]
    assert issues(made)[0].found == '"Smith, 2"'
    assert states(made)["export.xlsx!Sheet1:4"] == "held"


def test_a_surplus_row_that_is_ignored_holds_nothing_back() -> None:
    made = planned(
        sheet(
            "order | order ext\nTotal | 5\n1 | INV-1",
            surplus={2: ("x",)},
            ignored={2: "total"},
        )
    )

    assert list(payloads(made)) == [1]
    assert troubles(made) == []


@pytest.mark.parametrize(
    ("was", "code"),
    [
        (SourceType.DATE, "cell-date"),
        (SourceType.BOOLEAN, "cell-boolean"),
        (SourceType.ERROR, "cell-error"),
        (SourceType.FORMULA, "cell-formula"),
        (SourceType.LONG_NUMBER, "number-too-long"),
    ],
)
def test_what_a_cell_was_is_judged_in_its_own_row_also_below_ignored_rows(
    was: SourceType, code: str
) -> None:
    made = planned(
        sheet(
            "order | order ext\nACME |\n1 | 5\n\u00a0 |\n2 | 5\n3 | 5",
            was={(5, "order ext"): was, (2, "order"): SourceType.DATE},
            ignored={2: "title", 4: "blank"},
        )
    )

    assert troubles(made) == [(code, "B5")]
    assert list(payloads(made)) == [1, 3]


def test_an_order_with_nothing_to_send_is_rejected() -> None:
    made = planned(
        sheet("""
            order | order ext | item
            1     |           | 5
            1     |           | 6
            2     | INV-2     | 7
        """)
    )

    assert held_orders(made) == {1}
    assert troubles(made) == [("nothing-to-send", "B2")]
    assert list(payloads(made)) == [2]


# Rows that name no item


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("L-5     |     |  ", '"L-5"'),
        ("(clear) |     |  ", "null (the clear word)"),
        ("        | S-1 |  ", '"S-1"'),
        ("L-5     | S-1 | 2", '"L-5", "S-1", "2"'),
    ],
)
def test_a_row_with_item_values_and_no_item_id_is_rejected(values: str, found: str) -> None:
    made = planned(
        sheet(f"order | order ext | item | item ext | sku ext | sku qty\n1 | INV-1 | | {values}")
    )

    assert payloads(made) == {}
    assert troubles(made) == [("item-id-missing", "C2")]
    assert issues(made)[0].found == found


def test_item_values_in_a_file_without_item_ids_are_told_with_their_row() -> None:
    made = planned(sheet("order | item ext\n1 | L-5"))

    assert troubles(made) == [("item-id-missing", ":2")]


def test_item_values_that_are_wrong_themselves_miss_their_item_id_too() -> None:
    made = planned(sheet("order | item | item ext | sku ext\n1 | | #N/A | S-1"))

    assert sorted(troubles(made)) == [("cell-error", "C2"), ("item-id-missing", "B2")]
    assert next(i for i in issues(made) if i.code == "item-id-missing").found == '"#N/A", "S-1"'


def test_an_item_id_that_is_none_is_told_once() -> None:
    made = planned(sheet("order | item | item ext\n1 | x | L-5"))

    assert troubles(made) == [("item-id-invalid", "B2")]


@pytest.mark.parametrize(
    "values", ["INV-1 | | |", "| yes | |", "| | wrong |", "INV-1 | | | closed"]
)
def test_a_row_with_values_of_the_order_alone_needs_no_item_id(values: str) -> None:
    made = planned(
        sheet(f"order | item | order ext | synced | error | status\n1 | | {values}"),
        send_status=True,
    )

    assert troubles(made) == []


def test_a_quantity_without_a_supplier_sku_is_rejected() -> None:
    made = planned(
        sheet("""
            order | item | item ext | sku ext | sku qty
            1     | 5    | L-5      |         | 2
            2     | 6    |          | #N/A    | 2
            3     |      |          |         | 2
        """)
    )

    assert troubles(made) == [
        ("sku-id-missing", "E2"),
        ("cell-error", "D3"),
        ("item-id-missing", "B4"),
        ("sku-id-missing", "E4"),
    ]


# Rows that name no order


@pytest.mark.parametrize("values", ["L-6 | | ", " | S-1 | ", " | S-1 | 2", "#N/A | |", " | | x"])
@pytest.mark.parametrize("item", ["6", "", "x"])
def test_a_row_with_item_values_and_no_order_id_holds_back_the_order_above(
    item: str, values: str
) -> None:
    made = planned(
        sheet(
            "order | order ext | item | item ext | sku ext | sku qty\n"
            "1 | INV-1 | 4 | | |\n"
            "2 | INV-2 | 5 | | |\n"
            f" | | {item} | {values}\n"
            "3 | INV-3 | 7 | | |"
        )
    )

    assert list(payloads(made)) == [1, 3]
    assert held_orders(made) == {2}
    assert states(made)["export.xlsx!Sheet1:4"] == "rejected"
    assert ("item-row-below", ":4") in troubles(made)
    assert ("order-id-missing", "A4") in troubles(made)


def test_the_order_above_is_told_where_the_row_is_that_may_belong_to_it() -> None:
    made = planned(
        sheet("order | order ext | item | item ext\n1 | INV-1 | 5 | L-5\n | | 6 | L-6"),
    )

    assert explain(issues(made)[0]) == (
        "export.xlsx!Sheet1:3: A row below this order has item values and no order id "
        "(export.xlsx!Sheet1:3); it may belong here; expected an order id on every row with "
        "values. Put the order id on that row. [item-row-below]"
    )
    assert states(made) == {"export.xlsx!Sheet1:2": "held", "export.xlsx!Sheet1:3": "rejected"}


def test_a_chain_of_rows_without_order_id_holds_back_the_last_order_named() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext
            1     | INV-1     |      |
            2     | INV-2     | 5    | L-5
                  |           | 6    | L-6
                  | INV-9     |      |
                  |           | 7    | L-7
            3     | INV-3     | 8    | L-8
        """)
    )

    assert held_orders(made) == {2}
    assert troubles(made) == [
        ("item-row-below", ":4", ":6"),
        ("order-id-missing", "A4"),
        ("order-id-missing", "A5"),
        ("order-id-missing", "A6"),
    ]


def test_the_order_above_is_that_of_the_data_row_above() -> None:
    """Ignored rows between them don't part them."""
    made = planned(
        sheet(
            "order | order ext | item | item ext\n1 | INV-1 | |\n9 | | |\n | | 6 | L-6",
            ignored={3: "footer"},
        )
    )

    assert held_orders(made) == {1}


def test_the_order_above_is_held_also_where_its_other_rows_stand_elsewhere() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext
            1     | INV-1     | 5    | L-5
            2     | INV-2     | 6    | L-6
            1     |           | 7    | L-7
                  |           | 8    | L-8
        """)
    )

    assert held_orders(made) == {1}
    assert list(payloads(made)) == [2]


@pytest.mark.parametrize(
    "values", ["INV-9 | | | |", " | 6 | | |", " | | | yes |", " | | | | wrong"]
)
def test_a_row_without_order_id_and_item_values_is_rejected_and_holds_nothing_else_back(
    values: str,
) -> None:
    made = planned(
        sheet(
            "order | order ext | item | item ext | synced | error\n"
            f"1 | INV-1 | 5 | L-5 | |\n | {values}"
        )
    )

    assert list(payloads(made)) == [1]
    assert troubles(made) == [("order-id-missing", "A3")]
    assert states(made)["export.xlsx!Sheet1:3"] == "rejected"


def test_no_order_of_another_file_is_held_back_by_the_first_rows_of_a_file() -> None:
    made = planned(
        sheet("order | item | item ext\n1 | 5 | L-5", file="a.xlsx"),
        sheet("order | item | item ext\n | 6 | L-6\n2 | 7 | L-7", file="b.xlsx"),
    )

    assert list(payloads(made)) == [1, 2]
    assert [issue.code for issue in issues(made)] == ["order-id-missing"]


@pytest.mark.parametrize("order_id", ["x", "0", "1.5", "#N/A", "1.23457E+11", "(clear)"])
def test_a_row_whose_order_id_is_no_id_is_rejected_and_holds_nothing_else_back(
    order_id: str,
) -> None:
    made = planned(
        sheet(f"""
            order      | order ext | item | item ext
            1          | INV-1     | 5    | L-5
            {order_id} | INV-2     | 5    | L-6
            2          | INV-3     | 7    | L-7
        """)
    )

    assert list(payloads(made)) == [1, 2]
    assert [places for _, *places in troubles(made)] == [["A3"]]
    assert states(made)["export.xlsx!Sheet1:3"] == "rejected"


def test_a_row_below_one_whose_order_id_is_no_id_may_belong_to_that_and_to_no_order() -> None:
    made = planned(
        sheet("""
            order | item | item ext
            1     | 5    | L-5
            x     | 6    | L-6
                  | 7    | L-7
        """)
    )

    assert list(payloads(made)) == [1]
    assert troubles(made) == [("order-id-invalid", "A3"), ("order-id-missing", "A4")]


def test_every_problem_of_a_row_that_names_no_order_is_reported_at_once() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext | sku ext | sku qty
                  | #N/A      |      | L-5      |         | 2
            x     |           |      |          | S-1     | 0
        """)
    )

    assert troubles(made) == [
        ("cell-error", "B2"),
        ("order-id-missing", "A2"),
        ("item-id-missing", "C2"),
        ("sku-id-missing", "F2"),
        ("order-id-invalid", "A3"),
        ("quantity-invalid", "F3"),
        ("item-id-missing", "C3"),
    ]


def test_rows_that_name_no_order_are_counted_in_a_notice() -> None:
    made = planned(
        sheet("order | order ext\n1 | INV-1\n | INV-2", file="a.xlsx"),
        sheet("order | order ext\nx | INV-3", file="b.csv", name=""),
    )

    assert notices(made, "rows-without-order") == [
        "a.xlsx!Sheet1:3: rejected rows that name no order: 2"
    ]


# Contradictions


@pytest.mark.parametrize(
    ("table", "trouble", "words"),
    [
        (
            "order | order ext\n1 | INV-1\n1 |\n1 | INV-2\n1 | INV-1",
            ("order-external-id-differs", "B2", "B5", "B4"),
            'The order has different external ids: "INV-1", "INV-2"',
        ),
        (
            "order | order ext\n1 | INV-1\n1 | (clear)",
            ("order-external-id-differs", "B2", "B3"),
            'The order has different external ids: "INV-1", null (the clear word)',
        ),
        (
            "order | order ext\n1 | inv-1\n1 | INV-1",
            ("order-external-id-differs", "B2", "B3"),
            'The order has different external ids: "inv-1", "INV-1"',
        ),
        (
            "order | order ext\n1 | 00123\n1 | 123",
            ("order-external-id-differs", "B2", "B3"),
            'The order has different external ids: "00123", "123"',
        ),
        (
            "order | item | item ext\n1 | 5 | L-5\n1 | 6 | L-6\n1 | 5 | L-7\n1 | 5 |",
            ("item-external-id-differs", "C2", "C4"),
            'Item 5 has different external ids: "L-5", "L-7"',
        ),
        (
            "order | item | item ext\n1 | 5 | (clear)\n1 | 05 | L-7",
            ("item-external-id-differs", "C2", "C3"),
            'Item 5 has different external ids: null (the clear word), "L-7"',
        ),
        (
            "order | item | sku ext | sku qty\n1 | 5 | S | 1\n1 | 5 | S |\n1 | 5 | S | 2",
            ("quantity-differs", "D2", "D4"),
            'Supplier SKU "S" of item 5 has different quantities: "1", "2"',
        ),
        (
            "order | order ext | synced\n1 | A | yes\n1 | | no\n1 | | y",
            ("synced-differs", "C2", "C4", "C3"),
            "The order is said to be synced and not synced: yes, no",
        ),
        (
            "order | order ext | synced\n1 | A | (clear)\n1 | | no",
            ("synced-differs", "C2", "C3"),
            "The order is said to be synced and not synced: null (the clear word), no",
        ),
        (
            "order | synced | error\n1 | yes |\n1 | | wrong",
            ("synced-with-error", "B2", "C3"),
            'The order is said to be synced and to have the error "wrong"',
        ),
        (
            "order | synced | error\n1 | | wrong\n1 | yes |\n1 | 1 | wrong",
            ("synced-with-error", "B3", "B4", "C2", "C4"),
            'The order is said to be synced and to have the error "wrong"',
        ),
        (
            "order | error\n1 | wrong\n1 | worse\n1 | wrong",
            ("sync-error-differs", "B2", "B4", "B3"),
            'The order has different sync errors: "wrong", "worse"',
        ),
    ],
)
def test_a_contradiction_holds_the_order_back_and_names_every_place(
    table: str, trouble: tuple[str, ...], words: str
) -> None:
    made = planned(sheet(table), sheet("order | order ext\n2 | INV-2", file="b.csv"))

    assert list(payloads(made)) == [2]
    assert troubles(made) == [trouble]
    assert words in explain(issues(made)[0])


def test_a_contradiction_between_files_names_the_places_in_both() -> None:
    made = planned(
        sheet("order | order ext | item | item ext\n1 | INV-1 | 5 | L-5", file="a.xlsx"),
        sheet("item | item ext | order | order ext\n5 | L-6 | 1 | INV-2", file="b.csv", name=""),
    )

    assert payloads(made) == {}
    of_the_order, of_the_item = issues(made)
    assert explain(of_the_order) == (
        'a.xlsx!Sheet1!B2, b.csv!D2: The order has different external ids: "INV-1", "INV-2"; '
        "expected one external id for the order. "
        "Leave the right value on one of the rows, or on all of them. "
        "[order-external-id-differs]"
    )
    assert explain(of_the_item) == (
        'a.xlsx!Sheet1!D2, b.csv!B2: Item 5 has different external ids: "L-5", "L-6"; '
        "expected one external id for the item. "
        "Leave the right value on one of the rows, or on all of them. "
        "[item-external-id-differs]"
    )


def test_one_item_under_two_orders_holds_both_back_and_names_every_place_at_each() -> None:
    made = planned(
        sheet("""
            order | order ext | item
            1     | INV-1     | 5
            2     | INV-2     | 6
            3     | INV-3     | 7
        """),
        sheet("order | item\n3 | 5\n1 | 05\n3 | 5", file="b.csv", name=""),
    )

    assert list(payloads(made)) == [2]
    assert held_orders(made) == {1, 3}
    at_order_1, at_order_3 = issues(made)
    words = (
        "Item 5 stands under several orders: 1, 3; expected an item under one order. "
        "Put the right order id on the item's rows. [item-in-two-orders]"
    )
    places = "export.xlsx!Sheet1!C2, b.csv!B3, b.csv!B2, b.csv!B4"
    assert explain(at_order_1) == f"{places}: {words}"
    places = "b.csv!B2, b.csv!B4, export.xlsx!Sheet1!C2, b.csv!B3"
    assert explain(at_order_3) == f"{places}: {words}"


def test_an_item_under_three_orders_holds_all_three_back() -> None:
    made = planned(sheet("order | order ext | item\n1 | A | 5\n2 | B | 5\n3 | C | 5\n4 | D | 6"))

    assert held_orders(made) == {1, 2, 3}
    assert troubles(made) == [
        ("item-in-two-orders", "C2", "C3", "C4"),
        ("item-in-two-orders", "C3", "C2", "C4"),
        ("item-in-two-orders", "C4", "C2", "C3"),
    ]


def test_line_numbers_taken_for_item_ids_are_told_shortly_and_in_no_time() -> None:
    """Every order holds the "items" 1 and 2: naming all rows at all orders would take hours."""
    orders = range(1, 3001)
    rows = [
        {Field.ORDER_ID: str(order), Field.ITEM_ID: item, Field.ITEM_EXTERNAL_ID: f"{order}-{item}"}
        for order in orders
        for item in ("1", "2")
    ]
    start = time.process_time()
    made = planned(source(rows))

    assert time.process_time() - start < 120
    assert held_orders(made) == set(orders)
    assert all(len(issue.places) == 11 for issue in issues(made))
    assert issues(made)[-1].found == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, \u2026 (3000 orders)"


def test_different_items_of_one_order_contradict_nothing() -> None:
    made = planned(
        sheet("""
            order | order ext | item | item ext | sku ext | sku qty | synced | error
            1     | INV-1     | 5    | L-5      | S-1     | 1       |        |
            1     |           | 6    | L-6      | S-1     | 2       | no     | wrong
            1     |           | 5    |          | S-2     | 2       |        |
        """)
    )

    assert troubles(made) == []
    assert held_orders(made) == set()


@pytest.mark.parametrize("word", ["no", "(clear)"])
def test_no_or_null_beside_a_sync_error_is_no_contradiction(word: str) -> None:
    made = planned(sheet(f"order | order ext | synced | error\n1 | INV-1 | {word} | wrong"))

    assert troubles(made) == []
    assert payloads(made)[1]["accountingSyncError"] == "wrong"


def test_a_yes_beside_an_error_is_told_also_where_another_row_says_no_first() -> None:
    made = planned(sheet("order | synced | error\n1 | no |\n1 | yes |\n1 | | wrong"))

    assert troubles(made) == [
        ("synced-differs", "B2", "B3"),
        ("synced-with-error", "B3", "C4"),
    ]


# Status calls


def test_status_calls_are_planned_only_when_asked_for() -> None:
    rows = sheet("order | order ext | status | note\n1 | INV-1 | on hold | wait")

    assert status_calls(planned(rows)) == {}
    assert status_calls(planned(rows, send_status=True)) == {
        1: {"status": "On Hold", "updateNote": "wait"}
    }
    assert payloads(planned(rows)) == payloads(planned(rows, send_status=True))


def test_statuses_are_judged_only_when_asked_for() -> None:
    rows = sheet(
        "order | order ext | status | note\n1 | A | gone | #N/A\n1 | | open | x\n1 | | shut | y",
        was={(3, "status"): SourceType.ERROR},
    )

    assert troubles(planned(rows)) == []
    assert {code for code, *_ in troubles(planned(rows, send_status=True))} == {
        "status-invalid",
        "note-invalid",
        "note-differs",
    }


def test_that_statuses_are_not_sent_is_told_once_for_each_file_with_any() -> None:
    made = planned(
        sheet("order | order ext | status\n1 | INV-1 | open\n2 | INV-2 | open", file="a.xlsx"),
        sheet("order | order ext | status\n3 | INV-3 |\u00a0", file="b.xlsx"),
        sheet("order | status | order ext\n4 | open | INV-4", file="c.csv", name=""),
        sheet(
            "order | order ext | status\nOrder ID | Ext | Status\n5 | INV-5 |",
            file="d.xlsx",
            ignored={2: "the header again"},
        ),
        sheet("order | order ext\n6 | INV-6", file="e.xlsx"),
    )

    words = 'the column "Status" is not sent; status calls were not asked for (`--send-status`)'
    assert notices(made, "status-not-asked-for") == [
        f"a.xlsx!Sheet1!C: {words}",
        f"c.csv!B: {words}",
    ]


def test_that_statuses_are_sent_is_no_notice() -> None:
    made = planned(sheet("order | order ext | status\n1 | INV-1 | open"), send_status=True)

    assert made.notices == ()


def test_an_order_with_a_status_and_nothing_to_sync_gets_the_status_call_alone() -> None:
    rows = sheet("order | item | status\n1 | 5 | closed")

    asked = planned(rows, send_status=True)
    assert status_calls(asked) == {1: {"status": "Closed"}}
    assert payloads(asked) == {}
    assert states(asked) == {"export.xlsx!Sheet1:2": "sent with 1"}

    not_asked = planned(rows)
    assert status_calls(not_asked) == {}
    assert troubles(not_asked) == [("nothing-to-send", ":2")]


@pytest.mark.parametrize(
    ("table", "trouble"),
    [
        ("order | order ext | status\n1 | INV-1 | gone", ("status-invalid", "C2")),
        ("order | order ext | status\n1 | INV-1 | (clear)", ("status-invalid", "C2")),
        (
            "order | order ext | status\n1 | INV-1 | open\n1 | | closed\n1 | | OPEN",
            ("status-differs", "C2", "C4", "C3"),
        ),
        (
            "order | order ext | status | note\n1 | INV-1 | open | a\n1 | | | b",
            ("note-differs", "D2", "D3"),
        ),
        (
            f"order | order ext | status | note\n1 | INV-1 | open | {'x' * (NOTE_LIMIT + 1)}",
            ("note-invalid", "D2"),
        ),
        ("order | order ext | status | note\n1 | INV-1 | open | #N/A", ("note-invalid", "D2")),
    ],
)
def test_what_is_wrong_with_a_status_stops_the_status_call_and_not_the_sync(
    table: str, trouble: tuple[str, ...]
) -> None:
    made = planned(sheet(table), send_status=True)

    assert payloads(made) == {1: {"accountingSynced": True, "externalAccountingId": "INV-1"}}
    assert status_calls(made) == {}
    assert troubles(made) == [trouble]
    assert made.rejections == ()
    assert made.orders[0].status_issues == tuple(issues(made))


def test_an_invalid_status_beside_a_sound_one_stops_the_status_call() -> None:
    made = planned(
        sheet("order | order ext | status\n1 | INV-1 | open\n1 | | gone"), send_status=True
    )

    assert status_calls(made) == {}
    assert troubles(made) == [("status-invalid", "C3")]
    assert list(payloads(made)) == [1]


def test_an_order_with_nothing_but_an_invalid_status_is_rejected_for_that() -> None:
    made = planned(sheet("order | status\n1 | gone"), send_status=True)

    assert troubles(made) == [("status-invalid", "B2")]
    assert held_orders(made) == {1}
    assert states(made) == {"export.xlsx!Sheet1:2": "rejected"}


def test_a_held_order_is_told_what_is_wrong_with_its_status_too() -> None:
    made = planned(
        sheet("order | order ext | status\n1 | #N/A | gone\n1 | | open\n1 | | shut"),
        send_status=True,
    )

    assert troubles(made) == [
        ("cell-error", "B2"),
        ("status-invalid", "C2"),
        ("status-invalid", "C4"),
    ]
    assert held_orders(made) == {1}


@pytest.mark.parametrize(
    "note", ["booked", "#N/A", "x" * (NOTE_LIMIT + 1)], ids=["sound", "error", "long"]
)
def test_a_note_without_a_status_is_not_sent_is_noted_and_holds_nothing_back(note: str) -> None:
    made = planned(
        sheet(f"order | order ext | status | note\n1 | INV-1 | |\n1 | | | {note}"),
        send_status=True,
    )

    assert list(payloads(made)) == [1]
    assert status_calls(made) == {}
    assert troubles(made) == []
    assert len(notices(made, "note-without-status")) == 1
    assert notices(made, "note-without-status")[0].startswith(
        "export.xlsx!Sheet1!D3: a note without a status is not sent: "
    )


def test_two_notes_without_a_status_hold_nothing_back_either() -> None:
    made = planned(
        sheet("order | order ext | note\n1 | INV-1 | a\n1 | | b\n2 | INV-2 | c"), send_status=True
    )

    assert list(payloads(made)) == [1, 2]
    assert troubles(made) == []
    assert notices(made, "note-without-status") == [
        'export.xlsx!Sheet1!C2: a note without a status is not sent: "a" (2 times, first here)'
    ]


def test_a_note_beside_an_invalid_status_is_no_note_without_a_status() -> None:
    made = planned(
        sheet("order | order ext | status | note\n1 | INV-1 | gone | a"), send_status=True
    )

    assert notices(made, "note-without-status") == []


def test_a_note_makes_no_call() -> None:
    made = planned(sheet("order | item | note\n1 | 5 | booked"), send_status=True)

    assert troubles(made) == [("nothing-to-send", ":2")]


def test_words_of_the_config_are_understood_and_told() -> None:
    made = planned(
        sheet("order | order ext | synced | status\n1 | weg | Ja | Shipped\n2 | A | ja | shipped"),
        send_status=True,
        cells=CellRules("weg", {"Ja": True}, {"Shipped": "Closed"}),
    )

    assert payloads(made) == {
        1: {"accountingSynced": True, "externalAccountingId": None},
        2: {"accountingSynced": True, "externalAccountingId": "A"},
    }
    assert status_calls(made) == {1: {"status": "Closed"}, 2: {"status": "Closed"}}
    assert notices(made, "word-understood") == [
        'export.xlsx!Sheet1!C2: "Ja" is understood as yes',
        'export.xlsx!Sheet1!C3: "ja" is understood as yes',
        'export.xlsx!Sheet1!D2: "Shipped" is understood as Closed',
        'export.xlsx!Sheet1!D3: "shipped" is understood as Closed',
    ]


# Notices


def test_one_external_id_on_several_orders_is_told_and_sent() -> None:
    made = planned(
        sheet("order | order ext\n1 |\n1 | INV-1\n2 | INV-2\n3 | INV-1", file="a.xlsx"),
        sheet("order | order ext\n4 | INV-1\n5 | (clear)\n6 | (clear)\n7 | INV-2", file="b.xlsx"),
    )

    assert list(payloads(made)) == [1, 2, 3, 4, 5, 6, 7]
    assert notices(made, "external-id-shared") == [
        'a.xlsx!Sheet1!B3: the external id "INV-1" stands on several orders: 1, 3, 4',
        'a.xlsx!Sheet1!B4: the external id "INV-2" stands on several orders: 2, 7',
    ]


def test_items_and_supplier_skus_may_share_external_ids_without_a_notice() -> None:
    made = planned(
        sheet("order | item | item ext | sku ext\n1 | 5 | L | S\n1 | 6 | L | S\n2 | 7 | L | S")
    )

    assert made.notices == ()


def test_of_many_shared_external_ids_the_first_hundred_are_told_and_the_rest_counted() -> None:
    rows = [
        {Field.ORDER_ID: str(order), Field.ORDER_EXTERNAL_ID: f"INV-{(order - 1) // 12}"}
        for order in range(1, 130 * 12 + 1)
    ]
    told = notices(planned(source(rows)), "external-id-shared")

    assert len(told) == 100
    assert told[0] == (
        'export.xlsx!Sheet1!B2: the external id "INV-0" stands on several orders: '
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, \u2026"
    )
    assert told[99].endswith(" (31 times, first here)")


def test_dirt_that_was_read_is_told_with_its_count_and_first_place_in_each_file() -> None:
    made = planned(
        sheet("order | order ext | error\n700001.0 | A | a\x07\n700002.0 | B | b\x07"),
        sheet(
            "order | order ext\n700003 | 00123\n700004 | 00124\n700005 | x",
            file="b.xlsx",
            was={
                (3, "order ext"): SourceType.PADDED_NUMBER,
                (2, "order ext"): SourceType.PADDED_NUMBER,
                (4, "order ext"): SourceType.TEXT_FORMULA,
            },
        ),
        sheet(
            "order | order ext\n700006 | 00125\n700007 | 00126\n700008 | 127\n700009 | 00128\n"
            "700010 | 00129",
            file="c.csv",
            name="",
        ),
    )

    assert len(payloads(made)) == 10
    assert sorted(explain(notice) for notice in made.notices) == [
        (
            "b.xlsx!Sheet1!B2: a number is taken as it is shown, with leading zeros: "
            '"00123" (2 times, first here)'
        ),
        'b.xlsx!Sheet1!B4: "x" was written as ="..." and is read as its text',
        (
            'c.csv!B4: "127" is shorter than the 5 digits usual in this column; '
            "it may have lost leading zeros"
        ),
        (
            'export.xlsx!Sheet1!A2: the whole column is written like "700001.0"; '
            "its numbers were read without .0 (2 times, first here)"
        ),
        (
            'export.xlsx!Sheet1!C2: control characters were taken out of "a\\x07" '
            "(2 times, first here)"
        ),
    ]


# Control totals


def test_ignored_rows_are_counted_with_the_name_of_their_rule() -> None:
    made = planned(
        sheet(
            "order | order ext\nACME | \n1 | INV-1\n |\nTotal | 5",
            ignored={2: "title", 4: "blank", 5: "not a booking: Credit Memo"},
        )
    )

    assert made.rows_read == 4
    assert states(made) == {
        "export.xlsx!Sheet1:2": "ignored: title",
        "export.xlsx!Sheet1:3": "sent with 1",
        "export.xlsx!Sheet1:4": "ignored: blank",
        "export.xlsx!Sheet1:5": "ignored: not a booking: Credit Memo",
    }


def test_an_ignored_row_says_nothing_of_its_order() -> None:
    made = planned(
        sheet(
            "order | order ext | item\n1 | INV-1 | 5\n1 | INV-2 | x\n2 | | 5",
            ignored={3: "not a booking: Credit Memo", 4: "filtered by only:"},
        )
    )

    assert payloads(made) == {
        1: {"accountingSynced": True, "externalAccountingId": "INV-1", "items": [{"id": 5}]}
    }


def test_the_plan_of_no_rows_and_of_no_files_is_empty() -> None:
    assert planned() == planned(sheet("order | order ext"))
    assert planned().rows_read == 0
    assert planned().orders == ()


def test_files_of_ignored_rows_alone_leave_the_other_files_their_places() -> None:
    made = planned(
        sheet("order | order ext\nTotal |", file="a.xlsx", ignored={2: "total"}),
        sheet("order | order ext", file="b.xlsx"),
        sheet("order | order ext\n1 | #N/A", file="c.xlsx"),
        sheet("order | order ext\nTotal |", file="d.xlsx", ignored={2: "total"}),
        sheet("order | order ext\n2 | #N/A", file="e.xlsx"),
    )

    assert [str(issue.place) for issue in issues(made)] == ["c.xlsx!Sheet1!B2", "e.xlsx!Sheet1!B2"]
    assert states(made) == {
        "a.xlsx!Sheet1:2": "ignored: total",
        "c.xlsx!Sheet1:2": "rejected",
        "d.xlsx!Sheet1:2": "ignored: total",
        "e.xlsx!Sheet1:2": "rejected",
    }


def test_the_same_rows_and_rules_give_the_same_plan() -> None:
    rows = sheet("order | order ext | item\n1 | INV-1 | 5\n2 | #N/A | 6\n | x | 7\n3 | INV-1 | 8")

    assert planned(rows) == planned(rows)
