"""How the header is found, and what its columns mean (rules, sections 1.3 and 2)."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import FIELDS, LOOKED_UP, normal_name
from reconcile.domain.issues import explain
from reconcile.domain.model import Field, column_letter
from reconcile.loader import Export, LoadRules, load

Read = Callable[..., Export]

SPELLINGS = [
    "order id",
    "ORDER ID",
    "OrderID",
    "order_id",
    "ORDER__ID",
    "Order-ID",
    "Order\u2011ID",  # the hyphen at which no line ends
    "Order\u00a0ID",
    "\u00a0Order \u00a0 ID\u00a0",
    "Order\nID",
    "Order\r\nID",
    "Order\tID",
    "  Order ID  ",
    "*Order ID",
    "* Order ID",
    " *Order_ID",
]
USED_FOR_OTHER_THINGS = ["Memo", "Note", "ID", "Number", "Quantity", "Amount", "Type", "Name"]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_rows(*rows: Sequence[str], rules: LoadRules | None = None) -> Export:
        path = tmp_path / "export.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        return load(path, path.name, rules or LoadRules())

    return read_rows


def refusal(read: Read, *rows: Sequence[str], rules: LoadRules | None = None) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read(*rows, rules=rules)
    return str(refused.value)


def calling(**columns: str) -> LoadRules:
    """What `columns:` of the config says."""
    return LoadRules({Field(name): header for name, header in columns.items()})


def told(export: Export) -> list[str]:
    return [explain(notice) for notice in export.notices]


# How names are compared


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_a_header_is_known_however_it_is_spelled(read: Read, spelling: str) -> None:
    export = read([spelling, "Order External ID"], ["700001", "INV-1"])
    assert export.fields[Field.ORDER_ID] == 0


@pytest.mark.parametrize("spelling", SPELLINGS, ids=ascii)
def test_a_header_of_the_config_is_compared_in_the_same_way(read: Read, spelling: str) -> None:
    rules = calling(order_external_id="Order ID", order_id="Flxpoint No.")
    export = read(["FLXPOINT_NO.", spelling], ["700001", "INV-1"], rules=rules)
    assert export.fields == {Field.ORDER_ID: 0, Field.ORDER_EXTERNAL_ID: 1}


@pytest.mark.parametrize(
    "other",
    ["Order ID*", "Order.ID", "Order #", "Orders ID", "ID", "Order", "Order ID 2", "OrderlD"],
)
def test_anything_else_is_another_name(read: Read, other: str) -> None:
    assert "no header row" in refusal(read, [other, "Order External ID"], ["700001", "INV-1"])


def test_the_headers_are_kept_as_they_are_written(read: Read) -> None:
    export = read(["*Order\nID", " ORDER_EXTERNAL-ID ", "Kunde"], ["700001", "INV-1", "Müller"])
    assert export.headers == ("*Order\nID", "ORDER_EXTERNAL-ID", "Kunde")


# Where the header stands


def test_the_header_may_stand_below_title_rows(read: Read) -> None:
    export = read(
        ["Acme Corp"],
        ["Invoices by customer", "", ""],
        ["January 1 - March 5, 2026"],
        [],
        ["Customer", "Order ID", "Order External ID"],
        ["Alder", "700001", "INV-1"],
    )
    assert export.header_row == 5
    assert export.fields == {Field.ORDER_ID: 1, Field.ORDER_EXTERNAL_ID: 2}


def test_the_first_row_that_names_the_needed_columns_is_the_header(read: Read) -> None:
    export = read(
        ["Order ID", "Amount"],
        ["Order ID", "Order External ID"],
        ["700001", "INV-1"],
        rules=calling(order_external_id="Order External ID"),
    )
    assert export.header_row == 2


def test_a_title_that_speaks_of_orders_is_no_header(read: Read) -> None:
    export = read(
        ["Order ID by customer", "Order External ID"],
        ["Order ID", "Order External ID"],
        ["700001", "INV-1"],
    )
    assert export.header_row == 2


def test_the_fiftieth_filled_row_may_be_the_header_and_blank_rows_do_not_count(read: Read) -> None:
    titles = [["Title"], [], ["", " "]] * 49
    export = read(*titles, ["Order ID", "Order External ID"], ["700001", "INV-1"])
    assert export.header_row == 3 * 49 + 1


def test_a_header_after_fifty_filled_rows_is_not_looked_for(read: Read) -> None:
    titles = [["Title", "Title"]] * 50
    message = refusal(read, *titles, ["Order ID", "Order External ID"], ["700001", "INV-1"])
    assert message.startswith('export.csv has no header row that names "Order ID"')
    assert "looked for in its first 50 filled rows" in message


# Which column is read


def test_the_usual_header_beats_a_synonym_wherever_they_stand(read: Read) -> None:
    export = read(
        ["Flxpoint Order ID", "Order External ID", "Order ID"], ["700009", "INV-1", "700001"]
    )
    assert export.fields == {Field.ORDER_ID: 2, Field.ORDER_EXTERNAL_ID: 1}
    assert told(export) == [
        'export.csv!A1: the column "Flxpoint Order ID" is not read; "Order ID" is read instead'
    ]


def test_a_header_of_the_config_beats_the_usual_one_and_every_synonym(read: Read) -> None:
    export = read(
        ["Order ID", "Order External ID", "Accounting Order ID", "Invoice"],
        ["700001", "", "", "INV-1"],
        rules=calling(order_external_id="invoice"),
    )
    assert export.fields == {Field.ORDER_ID: 0, Field.ORDER_EXTERNAL_ID: 3}
    assert told(export) == [
        'export.csv!B1: the column "Order External ID" is not read; "Invoice" is read instead',
        'export.csv!C1: the column "Accounting Order ID" is not read; "Invoice" is read instead',
    ]


def test_a_name_of_the_config_means_its_field_even_if_it_is_usual_for_another(read: Read) -> None:
    export = read(
        ["Order ID", "Item ID"], ["700001", "A-7"], rules=calling(order_external_id="Item ID")
    )
    assert export.fields == {Field.ORDER_ID: 0, Field.ORDER_EXTERNAL_ID: 1}


def test_columns_without_a_meaning_are_passed_over_in_silence(read: Read) -> None:
    export = read(
        ["Order ID", "Amount", "Amount", "", "Order External ID"], ["700001", "1", "2", "", "A"]
    )
    assert export.fields == {Field.ORDER_ID: 0, Field.ORDER_EXTERNAL_ID: 4}
    assert told(export) == []


# A column twice


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["Order ID", "Order External ID", "order_id"], "Order ID (columns A and C)"),
        (
            ["Flxpoint Internal Order ID", "Order External ID", "Flxpoint Order ID"],
            "Order ID (columns A and C)",
        ),
        (
            ["Order ID", "Order External ID", *["Status"] * 3],
            "Status (columns C and D and E)",
        ),
        (
            ["Order ID", "Item ID", "ORDER ID", "Order External ID", "Item-ID"],
            "Order ID (columns A and C), Item ID (columns B and E)",
        ),
    ],
)
def test_a_column_that_is_there_twice_refuses_the_file_and_both_are_named(
    read: Read, header: list[str], message: str
) -> None:
    assert refusal(read, header, ["1"] * len(header)) == (
        f"export.csv has a column twice: {message}. Take one out, or name the right one under "
        "`columns:` in config.yaml."
    )


@pytest.mark.parametrize("field", [field for field in Field if field not in LOOKED_UP])
def test_every_column_that_means_something_may_stand_there_only_once(
    read: Read, field: Field
) -> None:
    rest = [spec.header for other, spec in FIELDS.items() if other is not field]
    header = [FIELDS[field].header, *rest, FIELDS[field].header.upper()]
    last = column_letter(len(header) - 1)
    assert f"{FIELDS[field].header} (columns A and {last})" in refusal(
        read, header, ["1"] * len(header)
    )


def test_a_column_of_the_config_that_is_there_twice_refuses_the_file(read: Read) -> None:
    message = refusal(
        read,
        ["Ref", "Order ID", "REF", "Order External ID"],
        ["A", "700001", "B", "C"],
        rules=calling(order_external_id="Ref"),
    )
    assert "Order External ID (columns A and C)" in message


def test_the_config_settles_which_of_two_synonyms_is_meant(read: Read) -> None:
    header = ["Flxpoint Internal Order ID", "Flxpoint Order ID", "Order External ID"]
    rules = calling(order_id="Flxpoint Order ID")
    export = read(header, ["700009", "700001", "INV-1"], rules=rules)
    assert export.fields[Field.ORDER_ID] == 1
    [passed_over] = told(export)
    assert passed_over.startswith('export.csv!A1: the column "Flxpoint Internal Order ID" is not')


# No header


def test_without_an_order_id_the_message_names_what_was_found_and_the_nearest(read: Read) -> None:
    message = refusal(read, ["Date", "Ordre ID", "Amount"], ["2026-03-05", "700001", "5.00"])
    assert message == (
        'export.csv has no header row that names "Order ID" (looked for in its first 2 filled '
        'rows). Found: "Date", "Ordre ID", "Amount". The nearest: "Ordre ID". If a column has '
        "another name, say so under `columns:` in config.yaml."
    )


def test_without_anything_near_nothing_is_guessed(read: Read) -> None:
    message = refusal(read, ["Date", "Memo", "Balance"], ["2026-03-05", "x", "5.00"])
    assert 'Found: "Date", "Memo", "Balance". If a column' in message
    assert "nearest" not in message


def test_a_header_that_the_config_names_is_needed_even_where_the_usual_one_stands(
    read: Read,
) -> None:
    message = refusal(
        read,
        ["Order ID", "Order External ID", "Invoice Number"],
        ["700001", "INV-1", "A"],
        rules=calling(order_external_id="Invoice No"),
    )
    assert 'no header row that names "Invoice No" (' in message
    assert 'Found: "Order ID", "Order External ID", "Invoice Number".' in message
    assert 'The nearest: "Invoice Number".' in message


def test_every_header_that_is_missing_is_named_at_once(read: Read) -> None:
    rules = LoadRules(
        {Field.ORDER_ID: "Flxpoint No.", Field.ITEM_ID: "Line"}, only={"Payment": ["Paid"]}
    )
    message = refusal(read, ["Order ID", "Line", "Amount"], ["1", "2", "3"], rules=rules)
    assert 'no header row that names "Flxpoint No.", "Payment" (' in message


def test_the_headers_are_found_below_titles_also_where_none_is_needed(read: Read) -> None:
    message = refusal(read, ["Acme Corp"], [], ["Num", "Memo", "Qty"], ["1001", "", "2"])
    assert 'Found: "Num", "Memo", "Qty".' in message


def test_all_44_headers_of_a_wide_export_are_named_and_of_more_how_many(read: Read) -> None:
    xero = ["ContactName", *(f"Column{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), "End"]
    wide = [*xero, *(f"Tracking{number}" for number in range(14)), "Type", "Sent"]
    assert '"Type", "Sent".' in refusal(read, wide, ["x"] * 44)
    wider = [*wide, *(f"More{number}" for number in range(20))]
    assert '"More15" and 4 more.' in refusal(read, wider, ["x"] * 64)


# The names of the table


@pytest.mark.parametrize(
    ("field", "name"),
    [(field, name) for field, spec in FIELDS.items() for name in (spec.header, *spec.synonyms)],
)
def test_a_file_may_use_every_name_of_the_table(read: Read, field: Field, name: str) -> None:
    needed = {Field.ORDER_ID: "Order ID", Field.ORDER_EXTERNAL_ID: "Order External ID"}
    header = list((needed | {field: name}).values())
    export = read(header, ["1"] * len(header))
    assert {export.headers[at]: known for known, at in export.fields.items()}[name] is field


def test_the_usual_headers_and_where_null_may_be_sent_are_those_of_the_rules() -> None:
    assert {field: (spec.header, spec.null_allowed) for field, spec in FIELDS.items()} == {
        Field.ORDER_ID: ("Order ID", False),
        Field.ORDER_EXTERNAL_ID: ("Order External ID", True),
        Field.ITEM_ID: ("Item ID", False),
        Field.ITEM_EXTERNAL_ID: ("Item External ID", True),
        Field.SUB_EXTERNAL_ID: ("Supplier SKU External ID", False),
        Field.SUB_QUANTITY: ("Supplier SKU Quantity", False),
        Field.ACCOUNTING_SYNCED: ("Accounting Synced", True),
        Field.ACCOUNTING_SYNC_ERROR: ("Accounting Sync Error", False),
        Field.STATUS: ("Status", False),
        Field.UPDATE_NOTE: ("Update Note", False),
        Field.ORDER_NUMBER: ("Order Number", False),
        Field.SKU: ("SKU", False),
        Field.ITEM_QUANTITY: ("Item Quantity", False),
    }


def test_no_two_names_of_the_table_are_the_same() -> None:
    names = [
        normal_name(name) for spec in FIELDS.values() for name in (spec.header, *spec.synonyms)
    ]
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_a_synonym_is_never_a_single_word() -> None:
    single = [
        name for spec in FIELDS.values() for name in spec.synonyms if len(name.split(" ")) == 1
    ]
    assert single == []


@pytest.mark.parametrize("name", USED_FOR_OTHER_THINGS)
def test_a_word_that_exports_use_for_other_things_means_nothing(read: Read, name: str) -> None:
    export = read(["Order ID", "Order External ID", name], ["700001", "INV-1", "x"])
    assert set(export.fields) == {Field.ORDER_ID, Field.ORDER_EXTERNAL_ID}
