"""Which layout reads a file, and what it takes each column for (rules, section 1.3)."""

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import pytest

from reconcile.domain.errors import ConfigError, FileRefusedError
from reconcile.domain.model import Field
from reconcile.loader import Export, LoadRules, load
from reconcile.loader.layouts import LAYOUTS, Layout

Read = Callable[..., Export]

QBO = "Date,Transaction Type,Num,Name,Memo/Description,Qty,Amount"
XERO = "ContactName,InvoiceNumber,Reference,InventoryItemCode,Quantity,UnitAmount,Type,Status"
XERO_ROW = "Alder,INV-1,1001,RED,1,5.00,Sales invoice,Paid"
NETSUITE = "Internal ID,Type,Document Number,Memo"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(
        *lines: str,
        columns: dict[Field, str] | None = None,
        layout: str | None = None,
        bookings: Sequence[str] = (),
        only: dict[str, list[str]] | None = None,
        ids: bool = True,
    ) -> Export:
        path = tmp_path / "export.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        rules = LoadRules(columns or {}, only or {}, layout=layout, bookings=bookings, ids=ids)
        return load(path, path.name, rules)

    return read_text


def refusal(read: Read, *lines: str, **rules: object) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read(*lines, **rules)
    return str(refused.value)


NUM = {Field.ORDER_NUMBER: "Num"}


@pytest.mark.parametrize(
    ("one", "other"),
    list(combinations([layout for layout in LAYOUTS if layout.needs], 2)),
    ids=lambda layout: layout.name,
)
def test_no_layout_recognises_the_header_of_another(one: Layout, other: Layout) -> None:
    assert not one.recognises([group[0] for group in other.needs])
    assert not other.recognises([group[0] for group in one.needs])


def test_two_layouts_that_recognise_a_file_are_named_and_it_is_refused(read: Read) -> None:
    assert refusal(read, f"{QBO},{NETSUITE}", "1,2,3") == (
        "export.csv is recognised by two layouts, QuickBooks Online (quickbooks-online) and "
        "NetSuite saved search (netsuite). Say which with `layout:` in config.yaml."
    )
    both = f"{QBO},Internal ID,Type,Document Number"
    row = "01/05/2026,Invoice,1001,Alder,,1,5.00,88,Invoice,X"
    export = read(both, row, columns=NUM, layout="QuickBooks_Online")
    assert export.layout.name == "quickbooks-online"


def test_a_file_with_order_ids_is_plain_whatever_else_it_has(read: Read) -> None:
    export = read(f"{QBO},Order ID,Order External ID", "1,Payment,3,,,,,700001,INV-1")

    assert export.layout.name == "plain"
    assert export.ignored == {1: "header"}


def test_a_layout_that_is_asked_for_reads_a_file_with_order_ids_too(read: Read) -> None:
    export = read(
        f"{QBO},Order ID",
        "1,Payment,3,,,,,700001",
        "1,Invoice,5,,,,,700002",
        layout="quickbooks-online",
    )

    assert export.fields[Field.ORDER_ID] == 7
    assert Field.ORDER_NUMBER not in export.fields
    assert export.ignored == {1: "header", 2: "not a booking: Payment"}


def test_a_layout_that_there_is_not_is_told_with_those_that_are(read: Read) -> None:
    with pytest.raises(ConfigError) as refused:
        read(QBO, layout="sage")
    known = ", ".join(layout.name for layout in LAYOUTS)
    assert str(refused.value) == f'layout: there is no layout "sage" (known: {known}).'


def test_a_file_that_the_layout_asked_for_does_not_recognise_is_refused(read: Read) -> None:
    assert refusal(read, QBO, "1,Invoice,5", layout="netsuite") == (
        "export.csv has no header row of NetSuite saved search (`layout:` in config.yaml), which "
        'names "Internal ID", "Type", "Document Number".'
    )
    assert "no header row that names" in refusal(read, QBO, "1,Invoice,5", layout="plain")


# Columns


def test_the_config_says_where_the_order_number_stands_and_beats_the_layout(read: Read) -> None:
    columns = {Field.ORDER_NUMBER: "Customer PO", Field.ORDER_EXTERNAL_ID: "Reference"}
    export = read(f"{XERO},Customer PO", f"{XERO_ROW},77", columns=columns)

    assert export.fields[Field.ORDER_NUMBER] == 8
    assert export.fields[Field.ORDER_EXTERNAL_ID] == 2


def test_one_column_may_be_the_number_and_the_external_id(read: Read) -> None:
    export = read(QBO, "01/05/2026,Invoice,1001,Alder,,1,5.00", columns=NUM)

    assert export.fields[Field.ORDER_NUMBER] == export.fields[Field.ORDER_EXTERNAL_ID] == 2


def test_a_column_that_the_config_names_and_the_export_lacks_refuses_it(read: Read) -> None:
    message = refusal(read, XERO, XERO_ROW, columns={Field.ORDER_NUMBER: "PO"})

    assert message.startswith('export.csv has no header row that names "PO" (')
    assert "It looks like Xero." in message


def test_a_needed_column_that_stands_there_twice_refuses_the_export(read: Read) -> None:
    message = refusal(read, f"{QBO},Num", "01/05/2026,Invoice,1001,Alder,,1,5.00,1002")

    assert message == (
        "export.csv (QuickBooks Online) has a column twice: Num (columns C and H). Take one out "
        "of the report, and export it again."
    )


def test_a_column_that_nothing_needs_may_stand_there_twice(read: Read) -> None:
    export = read(f"{QBO},Amount", "01/05/2026,Invoice,1001,Alder,,1,5.00,5.00", columns=NUM)

    assert export.layout.name == "quickbooks-online"


@pytest.mark.parametrize("header", ["Status", "status"])
def test_the_status_of_an_accounting_system_is_never_sent(read: Read, header: str) -> None:
    export = read(f"{QBO},{header}", "01/05/2026,Invoice,1001,Alder,,1,5.00,Open", columns=NUM)

    assert Field.STATUS not in export.fields


def test_zohos_item_id_is_not_flxpoints(read: Read) -> None:
    header = "Invoice ID,Invoice Number,Invoice Status,Item Name,Item ID,Order Number"
    export = read(header, "9,INV-1,Paid,Kit,2345678,1001")

    assert Field.ITEM_ID not in export.fields


def test_a_column_of_this_job_beside_those_of_the_layout_is_taken_for_it(read: Read) -> None:
    export = read(f"{QBO},Order Number,Item External ID", "1,Invoice,5,Alder,,1,5.00,1001,L-1")

    assert export.layout.name == "quickbooks-online"
    assert export.fields[Field.ORDER_NUMBER] == 7
    assert export.fields[Field.ITEM_EXTERNAL_ID] == 8


def test_an_import_template_of_xero_says_nothing_of_the_books(read: Read) -> None:
    template = "*ContactName,*InvoiceNumber,Reference,InventoryItemCode,*Quantity,*UnitAmount"

    assert "no header row" in refusal(read, template, "Alder,INV-1,1001,RED,1,5.00")


def test_needed_columns_may_be_marked_with_a_star(read: Read) -> None:
    starred = ",".join(f"*{name}" for name in XERO.split(","))

    assert read(starred, XERO_ROW).layout.name == "xero"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_the_separator_is_found_by_the_columns_of_a_layout(read: Read, separator: str) -> None:
    lines = [line.replace(",", separator) for line in (XERO, XERO_ROW)]

    assert read("Acme, Inc., and others, all of them", *lines).layout.name == "xero"


# Numbers


def test_a_file_that_names_orders_by_number_only_needs_an_id_map(read: Read) -> None:
    assert refusal(read, "Order Number,Order External ID", "1001,A", ids=False) == (
        'export.csv names its orders by number only ("Order Number" was taken for the order\'s '
        "number), so an id map is needed that has their Flxpoint ids: ask Flxpoint with "
        "`reconcile ids pull`, or name a file with --ids, or `ids:` in config.yaml."
    )


@pytest.mark.parametrize("ids", [True, False])
def test_where_several_columns_may_hold_the_number_the_config_must_say(
    read: Read,
    ids: bool,  # noqa: FBT001
) -> None:
    message = refusal(read, QBO, "01/05/2026,Invoice,1001,Alder,,1,5.00", ids=ids)

    assert 'it may be in "Num", "Memo/Description", or in another column' in message
    assert "`order_number:` in config.yaml" in message


def test_numbers_and_skus_that_nothing_is_looked_up_by_may_stand_there_twice(read: Read) -> None:
    header = "Order ID,Order External ID,Order Number,SKU,Order Number,SKU"

    assert read(header, "1,A,2,3,4,5", ids=False).fields.keys() == {
        Field.ORDER_ID,
        Field.ORDER_EXTERNAL_ID,
    }
    assert "has a column twice: SKU" in refusal(read, header, "1,A,2,3,4,5")


# Words


def test_words_of_the_config_are_bookings_too(read: Read) -> None:
    row = XERO_ROW.replace("Paid", "Bezahlt")

    assert list(read(XERO, row).issues) == [2]
    assert read(XERO, row, bookings=["bezahlt"]).issues == {}


def test_rows_that_the_config_leaves_out_are_not_judged(read: Read) -> None:
    row = XERO_ROW.replace("Paid", "Bezahlt")
    export = read(XERO, row, XERO_ROW, only={"Status": ["Paid"]})

    assert export.issues == {}
    assert export.ignored == {1: "header", 2: "filtered by only:"}


def test_a_row_without_a_type_is_judged(read: Read) -> None:
    [issue] = read(XERO, XERO_ROW, "Alder,INV-2,1002,RED,1,5.00,,Paid").issues[3]

    assert (issue.code, issue.found) == ("booking-unknown", '""')


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_no_word_of_a_layout_has_two_meanings(layout: Layout) -> None:
    for words in layout.words:
        known = [word.casefold() for word in (*words.bookings, *words.others, *words.credits)]
        assert len(set(known)) == len(known)


# Summaries and payouts


@pytest.mark.parametrize(
    "header",
    [
        ",Quantity,Amount,% of Sales,Avg Price,COGS",
        "Payout Date,Payout ID,Status,Charges,Refunds,Total",
        "Date,Orders,Gross Sales,Discounts,Net Sales",
    ],
)
def test_a_summary_is_refused_by_its_header(read: Read, header: str) -> None:
    assert refusal(read, "Acme", header, "1,2,3,4,5") == (
        "export.csv is a daily summary or payout: it has no row per order and can't drive this "
        "job. Export the invoices or sales receipts of the orders one by one."
    )


def test_one_booking_of_an_order_among_summaries_is_enough_to_be_read(read: Read) -> None:
    rows = [XERO_ROW.replace("1001", "Daily summary"), XERO_ROW]

    assert "daily summary or payout" in refusal(read, XERO, rows[0])
    assert read(XERO, *rows).layout.name == "xero"


def test_a_customer_called_settlement_is_a_customer(read: Read) -> None:
    assert read(XERO, XERO_ROW.replace("Alder", "Daily Settlements")).layout.name == "xero"
