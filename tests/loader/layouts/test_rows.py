"""Which rows of an export are documents, and which are no data (rules, section 1.5)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from reconcile.domain.id_map import Entry, IdMap
from reconcile.domain.model import CellRef, Field
from reconcile.domain.rules import PlanningRules
from reconcile.job.row_states import row_states
from reconcile.loader import Export, LoadRules, load
from reconcile.planner.planning import plan
from tests.builders import columns_of
from tests.conftest import Shop

Read = Callable[..., Export]

GROUPED = ",Date,Transaction Type,Num,Customer,Memo/Description,Qty,Amount"
FLAT = "Date,Transaction Type,Num,Name,Memo/Description,Amount"
DESKTOP = "Type,Date,Num,Memo,Name,Qty,Sales Price,Amount"
RULES = LoadRules({Field.ORDER_NUMBER: "Num"}, ids=True)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(*lines: str) -> Export:
        path = tmp_path / "export.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load(path, path.name, RULES)

    return read_text


def sale(number: str, quantity: str = "1") -> str:
    return f",01/05/2026,Invoice,{number},Alder,,{quantity},5.00"


def ignored(export: Export) -> list[str]:
    """The rule of each row below the header, or the SKU of a document."""
    rules = [str(export.ignored.get(row, "")) for row in range(2, export.rows + 1)]
    skus = [export.text(row, Field.SKU) for row in range(2, export.rows + 1)]
    return [rule or sku for rule, sku in zip(rules, skus, strict=True)]


# Groups


def test_the_sku_of_a_row_is_in_the_heading_above_it(read: Read) -> None:
    export = read(
        GROUPED, "RED", sale("1"), sale("2"), "Total for RED,,,,,,2,10", "B:BLUE", sale("1")
    )

    assert ignored(export) == ["group heading", "RED", "RED", "subtotal", "group heading", "BLUE"]
    assert export.headers[-1] == "SKU"
    assert columns_of(export)[-1] == ["", "", "RED", "RED", "", "", "BLUE"]


def test_the_total_of_a_group_ends_it_and_leads_back_to_the_one_around_it(read: Read) -> None:
    lines = ["Tools", "Saws", sale("1"), "Total for Saws,,,,,,1,5", sale("2")]
    lines += ["Total for Tools with sub-items,,,,,,2,10", sale("3")]

    assert [sku for sku in ignored(read(GROUPED, *lines)) if sku in ("Saws", "Tools", "")] == [
        "Saws",
        "Tools",
        "",
    ]


@pytest.mark.parametrize("heading", ["Not specified", "--"])
def test_rows_of_no_group_have_no_sku(read: Read, heading: str) -> None:
    assert ignored(read(GROUPED, heading, sale("1"), "Total for --,,,,,,1,5"))[1] == ""


def test_a_row_of_a_grouped_report_without_a_heading_is_held_back(read: Read) -> None:
    export = read(GROUPED, sale("1"), "RED", sale("2"), "Total for RED,,,,,,1,5", sale("3"))

    assert [(row, issue.code) for row, [issue] in export.issues.items()] == [
        (2, "heading-missing"),
        (6, "heading-missing"),
    ]


def test_a_heading_that_may_have_moved_is_nobodys_sku(read: Read) -> None:
    moved = "BLUE, large,,,,,,,"
    export = read(GROUPED, "RED", sale("1"), moved, sale("2"), "Total for BLUE,,,,,,1,5", sale("3"))

    assert list(export.issues) == [5]
    assert ignored(export)[-1] == "RED"


@pytest.mark.parametrize("heading", ["10045", "3-1", "Total Quality Logistics", "S0123", "#1 Saw"])
def test_a_name_alone_in_the_first_nameless_column_is_a_heading(read: Read, heading: str) -> None:
    assert ignored(read(GROUPED, heading, sale("1")))[0] == "group heading"


def test_where_the_items_have_a_column_headings_are_customers(read: Read) -> None:
    header = GROUPED.replace("Customer", "Product/Service")
    export = read(header, "Alder", sale("1").replace("Alder", "Tools:Saws:RED"))

    assert ignored(export) == ["group heading", "RED"]
    assert export.cell(2, Field.SKU).column == 4


def test_a_list_without_quantities_has_no_skus_in_headings(read: Read) -> None:
    export = read(FLAT, "01/05/2026,Invoice,1,Alder,,5.00")

    assert Field.SKU not in export.fields


# Headings, totals and footers


FOOTERS = [
    '"Thursday, March 5, 2026 10:15 AM GMT-05:00"',
    '"Accrual Basis  Thursday, March 5, 2026 10:15 AM GMT-05:00"',
    '"Cash Basis Thursday, 05 March 2026 10:15 AM GMTZ"',
    "2026-03-05",
]


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize(
    ("header", "row"),
    [
        (GROUPED, sale("1")),
        (FLAT, "01/05/2026,Invoice,1,Alder,,5.00"),
        (DESKTOP, "Invoice,01/05/2026,1,,Alder,1,5.00,5.00"),
    ],
    ids=["grouped", "flat", "desktop"],
)
def test_what_stands_alone_below_the_documents_is_a_footer(
    read: Read, header: str, row: str, footer: str
) -> None:
    assert ignored(read(header, row, "TOTAL,,,,,5.00", "", footer))[1:] == [
        "total",
        "blank",
        "footer",
    ]


@pytest.mark.parametrize("total", ["TOTAL,,,,,9.00", "Total,,,,,$9.00", ",,,,,9.00"])
def test_the_total_of_a_flat_list_stands_under_its_dates(read: Read, total: str) -> None:
    assert ignored(read(FLAT, "01/05/2026,Invoice,1,Alder,,9.00", total))[1] == "total"


def test_a_total_of_a_workbook_that_was_never_calculated_is_a_total(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(GROUPED.split(","))
    book.active.append(["RED"])
    book.active.append(["", "01/05/2026", "Invoice", 1001, "Alder", "", 1, 5])
    book.active.append(["Total for RED", *[None] * 5, "=SUM(G3:G3)", "=(H3)"])
    book.active.append(["TOTAL", *[None] * 5, "=G4", "=(H4)"])
    book.save(tmp_path / "export.xlsx")

    export = load(tmp_path / "export.xlsx", "export.xlsx", RULES)

    assert ignored(export) == ["group heading", "RED", "subtotal", "total"]


def test_the_groups_of_quickbooks_desktop_stand_under_type(read: Read) -> None:
    rows = ["10045 (Saw)", "Invoice,01/05/2026,1,,Total Tea,1,5.00,5.00"]
    rows += ["Total 10045 (Saw),,,,,1,,5.00", "TOTAL,,,,,1,,5.00"]

    assert ignored(read(DESKTOP, *rows)) == ["group heading", "10045 (Saw)", "subtotal", "total"]


# The borders: what could be data is judged


@pytest.mark.parametrize(
    "row",
    [
        ",01/05/2026,,,,,,5.00",
        ",,Invoice,,,,,5.00",
        ",,,1001,,,,5.00",
        "Total,01/05/2026,Invoice,1001,,,,5.00",
        "Total for RED,,,1001,,,1,5.00",
        ",01/05/2026,Invoice,1001,Alder,,1,5.00,beyond",
        "TOTAL,,,,,,1,5.00,beyond",
        ",,,,Alder,,1,5.00",
    ],
)
def test_a_row_that_could_be_a_document_is_judged(read: Read, row: str) -> None:
    assert 3 not in read(GROUPED, sale("1"), row, sale("2")).ignored


def test_a_lone_type_is_judged_in_quickbooks_desktop(read: Read) -> None:
    row = "Invoice,01/05/2026,1,,Alder,1,5.00,5.00"

    assert 3 not in read(DESKTOP, row, "Invoice", row).ignored


def test_a_header_that_stands_there_again_is_no_document(read: Read) -> None:
    assert ignored(read(GROUPED, sale("1"), GROUPED, sale("2")))[1] == "the header again"


def test_rows_that_are_no_bookings_leave_the_headings_above_them_what_they_are(read: Read) -> None:
    export = read(GROUPED, "RED", sale("1").replace("Invoice", "Payment"), "Total for RED,,,,,,1,5")

    assert ignored(export) == ["group heading", "not a booking: Payment", "subtotal"]


cells = st.sampled_from(
    [
        "",
        "",
        "",
        "Total",
        "Total for RED",
        "RED",
        "Invoice",
        "Payment",
        "1001",
        "5.00",
        "01/05/2026",
    ]
)


@given(rows=st.lists(st.lists(cells, min_size=8, max_size=9), max_size=6), data=st.data())
def test_a_row_with_a_date_a_number_or_a_booking_is_never_ignored_in_silence(
    rows: list[list[str]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    header = data.draw(st.sampled_from([GROUPED, FLAT, DESKTOP]))
    names = header.split(",")
    known = {"Date": "01/05/2026", "Type": "Invoice", "Transaction Type": "Invoice", "Num": "1001"}
    sound = [known.get(name, "") for name in names]
    rows = [sound, *(row[: len(names)] for row in rows)]
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("\n".join([header, *map(",".join, rows)]), encoding="utf-8")
    export = load(path, path.name, RULES)

    for row in range(2, export.rows + 1):
        texts = rows[row - 2]
        rule = str(export.ignored.get(row, ""))
        kind = names.index("Type" if header is DESKTOP else "Transaction Type")
        document = [names.index(name) for name in ("Num", "Date")]
        if header is FLAT:
            document = document[:1]
        if any(texts[at] for at in document):
            assert rule in ("", "not a booking: Payment")
        if rule.startswith("not a booking"):
            assert texts[kind] == "Payment"
    ids = IdMap.of([Entry(7, ("1001",), CellRef("ids.csv", "", 2), "RED", 71)])
    made = plan([export], PlanningRules(), ids)
    assert [record.row for record in row_states([export], made)] == list(range(1, export.rows + 1))


# Our own workbook


def test_what_failed_is_read_again_from_the_workbook_and_judged_alike(shop: Shop) -> None:
    """The sheet Failures, corrected, is itself a valid input: also the SKUs of headings."""
    export = shop.export("\n".join([GROUPED, "RED", sale("1001"), "BLUE", sale("1001"), ""]))
    ids = shop.export("Order Number,Order ID,SKU,Item ID\n1001,7,RED,71\n", "ids.csv")
    said: dict[str, Any] = {"ids": str(ids), "order_number": {"column": "Num"}}

    first = shop.run(export, **said)
    assert first.workbook is not None
    assert shop.patches() == []
    shop.export("Order Number,Order ID,SKU,Item ID\n1001,7,RED,71\n1001,7,BLUE,72\n", "ids.csv")
    shop.run(first.workbook, **said)

    [(path, _, body)] = shop.patches()
    assert path == "/orders/7/accounting-sync"
    assert '"items":[{"id":71},{"id":72}]' in body


def test_the_rows_sheet_names_the_rule_of_every_row(shop: Shop) -> None:
    rows = ["RED", sale("1001"), sale("1001").replace("Invoice", "Credit Memo")]
    export = shop.export("\n".join([GROUPED, *rows, ""]))
    ids = shop.export("Order Number,Order ID,SKU,Item ID\n1001,7,RED,71\n", "ids.csv")

    finished = shop.run(export, ids=str(ids), order_number={"column": "Num"})

    assert finished.workbook is not None
    book: Workbook = load_workbook(finished.workbook)
    lines = list(book["Rows"].iter_rows(values_only=True))
    reason = lines[0].index("Reason")
    assert [line[reason] for line in lines[1:]] == [
        "ignored: header",
        "ignored: group heading",
        None,
        "ignored: not a booking: Credit Memo",
    ]
