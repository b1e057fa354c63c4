"""QuickBooks, Online and Desktop, with an id map: what is booked, which order, which item."""

from collections.abc import Iterator
from typing import Any

from awkward.books import Styled, xlsx
from awkward.case import Case, becomes, booked, held, item, lines, refused
from awkward.cells import formula

__all__ = ["cases"]

IDS: dict[str, Any] = {"ids": "ids.csv"}
NUM = {**IDS, "order_number": {"column": "Num"}}
MEMO = {**IDS, "order_number": {"column": "Memo/Description", "prefix": "FLX-"}}
TITLES = ("Acme Corp", "Sales by Customer Detail", '"January 1 - March 5, 2026"', "")
STAMP = '"Accrual Basis  Thursday, March 5, 2026 10:15 AM GMT-05:00"'
QBO = "Date,Transaction Type,Num,Customer,Memo/Description,Amount,Balance"
DESKTOP = "Type,Date,Num,Memo,Name,Qty,Sales Price,Amount,Balance"


def quickbooks_online() -> Iterator[Case]:
    """Reports and lists, old and new headers."""
    name = "quickbooks-online"
    yield Case(
        "quickbooks_online/flat_with_prefixed_memos.csv",
        b"\xef\xbb\xbf"
        + lines(
            *TITLES,
            QBO,
            "01/05/2026,Invoice,5001,Alder,FLX-1001,25.00,25.00",
            '1/6/2026,Sales Receipt,5002,"Birch, Bo",FLX-1002,"1,025.00",0.00',
            "01/06/2026,Invoice,5003,Cedar,1004,5.00,5.00",
            "01/06/2026,Invoice,5004,Cedar,FLX-1009,5.00,5.00",
            "01/06/2026,Invoice,5005,Cedar,FLX-1006,5.00,5.00",
            "01/07/2026,Payment,,Alder,,-25.00,0.00",
            'TOTAL,,,,,"$1,060.00",',
            "",
            "",
            STAMP,
        ),
        becomes(
            {700001: booked("5001"), 700002: booked("5002")},
            held(None, "8", "order-number-without-prefix E8"),
            held(None, "9", "order-number-unknown E9"),
            held(None, "10", "order-number-ambiguous E10 ids.csv:9 ids.csv:10"),
            ignored="1-3 title; 4 blank; 5 header; 11 not a booking: Payment; 12 total; "
            "13-14 blank; 15 footer",
            notices=["rows-without-order 8"],
            settings=MEMO,
            layout=name,
        ),
    )
    grouped = (
        *TITLES,
        ",Transaction date,Transaction type,Num,Customer full name,Quantity,Amount,Balance",
        "KIT,,,,,,,",
        ",01/05/2026,Invoice,1005,Total Quality Logistics,1,9.00,9.00",
        ",01/05/2026,Refund,1005,Total Quality Logistics,-1,(9.00),0.00",
        "Total for KIT,,,,,0,$0.00,",
        "Hardware,,,,,,,",
        "Hardware:WIDGET-RED,,,,,,,",
        ",01/06/2026,Invoice,1003,Birch,5,50.00,50.00",
        ",01/06/2026,Invoice,1002,Birch,1,5.00,55.00",
        ",01/06/2026,Journal Entry,77,,,1.00,56.00",
        "Total for Hardware:WIDGET-RED,,,,,6,$55.00,",
        "Total for Hardware with sub-items,,,,,6,$55.00,",
        "TOTAL,,,,,6,$55.00,",
        "",
        STAMP,
    )
    yield Case(
        "quickbooks_online/grouped_by_product_with_new_headers.csv",
        lines(*grouped),
        becomes(
            {
                700005: booked("1005", item(9007)),
                700003: booked("1003", item(9005)),
                700002: booked("1002", item(9003)),
            },
            ignored="1-3 title; 4 blank; 5 header; 6 group heading; 8 not a booking: Refund; "
            "9 subtotal; 10-11 group heading; 14 not a booking: Journal Entry; 15-16 subtotal; "
            "17 total; 18 blank; 19 footer",
            notices=["booking-and-credit 8"],
            settings=NUM,
            layout=name,
        ),
    )
    sums: tuple[object, ...] = (None, None, None, None, formula("SUM(F7)"), formula("SUM(G7)"))
    yield Case(
        "quickbooks_online/workbook_with_formulas_that_were_never_calculated.xlsx",
        xlsx(
            {
                1: ("Acme Corp",),
                2: ("Sales by Product/Service Detail",),
                3: ("March 2026",),
                5: (None, "Date", "Transaction Type", "Num", "Customer", "Qty", "Amount"),
                6: ("KIT",),
                7: (None, "01/05/2026", "Invoice", "1005", "Total Tea", formula("1"), formula("9")),
                8: ("Total for KIT", *sums),
                9: ("   WIDGET-RED",),
                10: (None, Styled(46027), "Invoice", 1002, "Birch", 1, Styled("5.5", 0)),
                11: ("   Total for WIDGET-RED", *sums),
                12: ("TOTAL", *sums),
                14: ("Accrual Basis Thursday, March 5, 2026 10:15 AM",),
            },
            '<mergeCells><mergeCell ref="A1:G1"/><mergeCell ref="A2:G2"/></mergeCells>',
            formats=[14],
        ),
        becomes(
            {700005: booked("1005", item(9007)), 700002: booked("1002", item(9003))},
            ignored="1-3 title; 4 blank; 5 header; 6 group heading; 8 subtotal; 9 group heading; "
            "11 subtotal; 12 total; 13 blank; 14 footer",
            settings=NUM,
            layout=name,
        ),
    )
    yield Case(
        "quickbooks_online/old_and_new_names_of_one_column.csv",
        lines("Date,Transaction Type,No.,Name,Amount", "01/05/2026,Invoice,1001,Alder,1.00"),
        becomes(
            {700001: booked("1001")},
            settings={**IDS, "order_number": {"column": "No."}},
            layout=name,
        ),
    )
    yield Case(
        "quickbooks_online/sales_list_that_says_type.csv",
        lines(
            "Date,Type,No.,Customer,Memo,Due date,Balance,Total,Status",
            "01/05/2026,Invoice,1001,Alder,,02/05/2026,0.00,25.00,Paid",
            "01/06/2026,Payment,,Alder,,,0.00,-25.00,Closed",
            "01/06/2026,Sales Receipt,1002,Birch,,,0.00,10.00,Paid",
            "01/07/2026,Credit Memo,1002,Birch,,,0.00,-10.00,Closed",
            "01/08/2026,Invoice,1005,Cedar,Voided,,0.00,0.00,Voided",
            "01/08/2026,Invoice,1003,Cedar,,,1.00,1.00,Overdue 12 days",
        ),
        becomes(
            {700001: booked("1001"), 700002: booked("1002"), 700003: booked("1003")},
            ignored="1 header; 3 not a booking: Payment; 5 not a booking: Credit Memo; "
            "6 not a booking: Voided",
            notices=["booking-and-credit 5"],
            settings={**IDS, "order_number": {"column": "No."}},
            layout=name,
        ),
    )
    yield Case(
        "quickbooks_online/void_by_its_memo.csv",
        lines(
            QBO,
            "01/05/2026,Invoice,1001,Alder,Voided,0.00,0.00",
            "01/06/2026,Sales Receipt,1005,Birch,Voided - wrong customer,0.00,0.00",
            "01/06/2026,Invoice,1002,Birch,Voidmeter 3000,5.00,5.00",
        ),
        becomes(
            {700002: booked("1002")},
            ignored="1 header; 2-3 not a booking: Voided",
            settings=NUM,
            layout=name,
        ),
    )
    yield Case(
        "quickbooks_online/two_invoices_of_one_order.csv",
        lines(
            QBO,
            "01/05/2026,Invoice,5001,Alder,FLX-1001,1.00,1.00",
            "01/06/2026,Invoice,5002,Alder,FLX-1001,2.00,3.00",
        ),
        becomes(
            {},
            held(700001, "2 3", "order-external-id-differs C2 C3"),
            settings=MEMO,
            layout=name,
        ),
    )
    yield Case(
        "quickbooks_online/type_that_is_blank_or_an_error.csv",
        lines(
            QBO,
            "01/05/2026,,1001,Alder,,1.00,1.00",
            "01/06/2026,#N/A,1002,Birch,,2.00,3.00",
        ),
        becomes(
            {},
            held(700001, "2", "booking-unknown B2"),
            held(700002, "3", "booking-unknown B3"),
            settings=NUM,
            layout=name,
        ),
    )
    yield Case(
        "quickbooks_online/number_that_is_not_decided.csv",
        lines(QBO, "01/05/2026,Invoice,1001,Alder,FLX-1001,1.00,1.00"),
        refused("doesn't say by itself", '"Num"', '"Memo/Description"', settings=IDS),
    )
    yield Case(
        "quickbooks_online/without_an_id_map.csv",
        lines(QBO, "01/05/2026,Invoice,1001,Alder,,1.00,1.00"),
        refused("an id map is needed", settings={"order_number": {"column": "Num"}}),
    )
    yield Case(
        "quickbooks_online/type_that_nobody_knows.csv",
        lines(
            QBO,
            "01/05/2026,Facture,1001,Alder,,1.00,1.00",
            "01/05/2026,Rechnung,1002,Birch,,1.00,1.00",
        ),
        becomes(
            {700002: booked("1002")},
            held(700001, "2", "booking-unknown B2"),
            settings={**NUM, "bookings": ["rechnung"]},
            layout=name,
        ),
    )
    yield Case(
        "quickbooks_online/summary_without_a_row_per_order.csv",
        lines(
            *TITLES,
            ",Quantity,Amount,% of Sales,Avg Price,COGS,Gross Margin",
            "WIDGET-RED,4,40.00,100.00 %,10.00,,",
            "TOTAL,4,$40.00,100.00 %,10.00,,",
        ),
        refused("daily summary or payout", "no row per order", settings=IDS),
    )


def quickbooks_desktop() -> Iterator[Case]:
    """Sales by Item Detail."""
    rows = (
        DESKTOP,
        "Inventory,,,,,,,,",
        "WIDGET-RED,,,,,,,,",
        "Invoice,01/05/2026,1001,,Müller & Söhne,2,10.00,20.00,20.00",
        "Credit Memo,01/08/2026,1001,,Müller & Söhne,-1,10.00,-10.00,10.00",
        "Sales Receipt,01/06/2026,1002,,Total Tea,0,10.00,0.00,10.00",
        "Total WIDGET-RED,,,,,1,,10.00,10.00",
        "Total Inventory,,,,,1,,10.00,10.00",
        "Shipping,,,,,,,,",
        "Invoice,01/05/2026,1001,,Müller & Söhne,1,4.00,4.00,14.00",
        "Total Shipping,,,,,1,,4.00,14.00",
        "WIDGET-BLACK,,,,,,,,",
        "Invoice,01/05/2026,01007,,Birch,1,4.00,4.00,18.00",
        "TOTAL,,,,,3,,18.00,18.00",
    )
    yield Case(
        "quickbooks_desktop/headings_credits_and_lines_that_are_no_items.csv",
        lines(*rows, encoding="cp1252"),
        becomes(
            {700001: booked("1001", item(9001)), 700002: booked("1002", item(9003))},
            held(700008, "13", "sku-unknown 13"),
            ignored="1 header; 2-3 group heading; 5 not a booking: Credit Memo; 7-8 subtotal; "
            "9 group heading; 11 subtotal; 12 group heading; 14 total",
            notices=["booking-and-credit 5"],
            settings={**NUM, "not_items": ["Shipping"]},
            layout="quickbooks-desktop",
        ),
    )
    yield Case(
        "quickbooks_desktop/headings_in_a_first_column_without_a_name.csv",
        lines(
            f",{DESKTOP}",
            "WIDGET-RED,,,,,,,,,",
            ",Invoice,01/05/2026,1001,,Alder,2,1.00,2.00,2.00",
            ",Invoice,01/05/2026,1002,VOID: twice,Birch,0,1.00,0.00,2.00",
            "Total WIDGET-RED,,,,,,2,,2.00,2.00",
            "TOTAL,,,,,,2,,2.00,2.00",
        ),
        becomes(
            {700001: booked("1001", item(9001))},
            ignored="1 header; 2 group heading; 4 not a booking: VOID; 5 subtotal; 6 total",
            settings=NUM,
            layout="quickbooks-desktop",
        ),
    )
    yield Case(
        "quickbooks_desktop/one_sku_twice_in_an_order.csv",
        lines(
            DESKTOP,
            "WIDGET-RED,,,,,,,,",
            "Invoice,01/05/2026,1003,,Alder,1,1.00,1.00,1.00",
            "Invoice,01/05/2026,1003,,Alder,2,1.00,2.00,3.00",
        ),
        becomes(
            {},
            held(700003, "3 4", "sku-ambiguous 4 ids.csv:5 ids.csv:6"),
            ignored="1 header; 2 group heading",
            settings=NUM,
            layout="quickbooks-desktop",
        ),
    )


def cases() -> Iterator[Case]:
    """All of them."""
    yield from quickbooks_online()
    yield from quickbooks_desktop()
