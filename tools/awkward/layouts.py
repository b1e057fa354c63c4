"""Xero, Zoho Books and NetSuite, and prepared files with numbers instead of ids."""

from collections.abc import Iterator
from typing import Any

from awkward.case import Case, becomes, booked, held, item, lines, refused
from awkward.kinds import page, sheet_2003

__all__ = ["cases"]

IDS: dict[str, Any] = {"ids": "ids.csv"}
NUM = {**IDS, "order_number": {"column": "Num"}}
ZOHO = "Invoice Date,Invoice ID,Invoice Number,Invoice Status,PurchaseOrder,Item Name,SKU,Quantity"
NETSUITE = "*,Internal ID,Date,Type,Document Number,Name,Memo,Item,Quantity,Status,Line ID"
XERO = (
    "*ContactName,*InvoiceNumber,Reference,*InvoiceDate,InventoryItemCode,*Description,*Quantity,"
    "*UnitAmount,Type,Status"
)


def flat() -> Iterator[Case]:
    """Xero, Zoho Books, NetSuite: a row per line."""
    yield Case(
        "xero/drafts_voids_and_credit_notes.csv",
        lines(
            XERO.replace("*", ""),
            "Alder,INV-1,1001,05/01/2026,WIDGET-RED,a,2.0000,1.00,Sales invoice,Paid",
            "Alder,INV-1,1001,05/01/2026,WIDGET-BLUE,a,1.0000,1.00,Sales invoice,Paid",
            "Birch,INV-2,1002,05/01/2026,,b,1.0000,1.00,Sales invoice,Awaiting Payment",
            "Birch,CN-2,1002,05/01/2026,,b,1.0000,1.00,Sales credit note,Paid",
            "Cedar,INV-3,1005,05/01/2026,KIT,c,1.0000,1.00,Sales invoice,Draft",
            "Dogwood,INV-4,1005,05/01/2026,KIT,d,1.0000,1.00,Sales invoice,Voided",
            "Elm,INV-5,,05/01/2026,KIT,e,1.0000,1.00,Sales invoice,Paid",
            "Fir,INV-6,114-0000005,05/01/2026,KIT,f,1.0000,1.00,Sales invoice,Paid",
        ),
        becomes(
            {
                700001: booked("INV-1", item(9001), item(9002)),
                700002: booked("INV-2"),
                700005: booked("INV-6", item(9007)),
            },
            held(None, "8", "order-id-missing 8"),
            ignored="1 header; 5 not a booking: Sales credit note; 6 not a booking: Draft; "
            "7 not a booking: Voided",
            notices=["booking-and-credit 5", "rows-without-order 8"],
            settings=IDS,
            layout="xero",
        ),
    )
    yield Case(
        "xero/header_with_stars.csv",
        lines(XERO, "Alder,INV-1,1001,05/01/2026,WIDGET-RED,a,2,1.00,Sales invoice,Paid"),
        becomes({700001: booked("INV-1", item(9001))}, settings=IDS, layout="xero"),
    )
    zoho = {**IDS, "order_number": {"column": "PurchaseOrder"}}
    yield Case(
        "zoho_books/statuses_and_19_digits.csv",
        lines(
            ZOHO,
            "2026-01-05,2345678000000012001,INV-1,Paid,1001,Red,WIDGET-RED,2",
            "2026-01-05,2345678000000012002,INV-2,Overdue,1002,Red,WIDGET-RED,1",
            "2026-01-05,2.34568E+18,INV-3,Closed,1005,Kit,KIT,1",
            "2026-01-05,2345678000000012004,INV-4,Void,1005,Kit,KIT,1",
            "2026-01-05,2345678000000012005,INV-5,Draft,1004,Kit,KIT,1",
            "2026-01-05,2345678000000012006,INV-6,Paid,1004,Kit,KIT,1",
        ),
        becomes(
            {
                700001: booked("2345678000000012001", item(9001)),
                700002: booked("2345678000000012002", item(9003)),
            },
            held(700005, "4", "number-e-notation B4"),
            held(700004, "7", "items-unknown G7"),
            ignored="1 header; 5 not a booking: Void; 6 not a booking: Draft",
            settings=zoho,
            layout="zoho-books",
        ),
    )
    yield Case(
        "zoho_books/items_that_the_map_does_not_know_are_left_out_if_the_config_says_so.csv",
        lines(ZOHO, "2026-01-05,23456,INV-6,Paid,1004,Kit,KIT,1"),
        becomes(
            {700004: booked("23456")},
            settings={**zoho, "order_level_only": True},
            layout="zoho-books",
        ),
    )
    yield Case(
        "netsuite/bodies_lines_and_credits.csv",
        lines(
            NETSUITE,
            "*,8801,1/5/2026,Invoice,INV88,Alder,FLX-1001,,,Paid In Full,0",
            ",8801,1/5/2026,Invoice,INV88,Alder,,Widgets : WIDGET-RED,2,Paid In Full,1",
            "*,8802,1/6/2026,Cash Sale,CS2,Birch,FLX-1002,,,,0",
            ",8802,1/6/2026,Cash Sale,CS2,Birch,thanks,WIDGET-RED,1,,1",
            "*,8803,1/6/2026,Credit Memo,CM3,Birch,FLX-1002,,,Open,0",
            "*,8804,1/6/2026,Estimate,E4,Birch,FLX-1005,,,Open,0",
        ),
        becomes(
            {
                700001: booked("8801", item(9001, "1")),
                700002: booked("8802", item(9003, "1")),
            },
            ignored="1 header; 6 not a booking: Credit Memo; 7 not a booking: Estimate",
            notices=["booking-and-credit 6"],
            settings={**IDS, "order_number": {"column": "Memo", "prefix": "FLX-"}},
            layout="netsuite",
        ),
    )


def named_xls() -> Iterator[Case]:
    """What NetSuite calls .xls: a web page, or XML."""
    rows = (
        ("Internal ID", "Date", "Type", "Document Number", "Memo", "Item", "Quantity"),
        ("8801", "1/5/2026", "Invoice", "INV88", "FLX-1001", "Widgets : WIDGET-RED", "2"),
        ("8802", "1/6/2026", "Cash Sale", "CS2", "FLX-1009", "WIDGET-RED", "1"),
        ("8803", "1/7/2026", "Cash Refund", "CR3", "FLX-1001", "WIDGET-RED", "1"),
    )
    cells = [[f'<Cell><Data ss:Type="String">{text}</Data></Cell>' for text in row] for row in rows]
    xml = "".join(f"<Row>{''.join(row)}</Row>" for row in cells)
    expected = becomes(
        {700001: booked("8801", item(9001))},
        held(None, "3", "order-number-unknown E3"),
        ignored="1 header; 4 not a booking: Cash Refund",
        notices=["booking-and-credit 4", "rows-without-order 3"],
        settings={**IDS, "order_number": {"column": "Memo", "prefix": "FLX-"}},
        layout="netsuite",
    )
    yield Case("netsuite/saved_search_that_is_xml.xls", sheet_2003(xml), expected)
    yield Case("netsuite/saved_search_that_is_a_web_page.xls", page(*rows), expected)


def plain() -> Iterator[Case]:
    """Prepared files with numbers instead of ids, and exports that two layouts recognise."""
    header = "Order Number,Order External ID,SKU,Item External ID,Item Quantity"
    yield Case(
        "numbers/known_unknown_and_ambiguous.csv",
        lines(
            header,
            "1001,INV-1,WIDGET-RED,L-1,2",
            "114-0000002,INV-2,,,",
            "1006,INV-6,KIT,L-6,1",
            "9999,INV-9,KIT,L-9,1",
            "1007,INV-7,KIT,L-7,1",
            "01007,INV-8,KIT,L-8,1",
            "1003,INV-3,WIDGET-RED,L-3,5.00",
            "1E+03,INV-10,KIT,L-10,1",
        ),
        becomes(
            {
                700001: booked("INV-1", item(9001, "L-1")),
                700002: booked("INV-2"),
                700008: booked("INV-8", item(9010, "L-8")),
                700003: booked("INV-3", item(9005, "L-3")),
            },
            held(None, "4", "order-number-ambiguous A4 ids.csv:9 ids.csv:10"),
            held(None, "5", "order-number-unknown A5"),
            held(None, "6", "order-number-unknown A6"),
            held(None, "9", "number-e-notation A9"),
            settings=IDS,
            notices=["rows-without-order 4"],
        ),
    )
    yield Case(
        "numbers/without_an_id_map.csv",
        lines(header, "1001,INV-1,,,"),
        refused("an id map is needed", '"Order Number"'),
    )
    yield Case(
        "numbers/id_and_number_that_contradict_each_other.csv",
        lines("Order ID,Order Number,Order External ID", "700001,1002,X1", "700002,1002,X2"),
        becomes(
            {700002: booked("X2")},
            held(700001, "2", "order-number-differs B2 ids.csv:4"),
            settings=IDS,
        ),
    )
    both = (
        "Date,Transaction Type,Type,Num,No,Memo,Name,Qty,Sales Price,Amount",
        "01/05/2026,Invoice,Invoice,1001,,x,Alder,1,1.00,1.00",
    )
    yield Case(
        "numbers/two_layouts_recognise_it.csv",
        lines(*both),
        refused("two layouts", "quickbooks-online", "quickbooks-desktop", settings=NUM),
    )
    yield Case(
        "numbers/two_layouts_recognise_it_and_the_config_chooses.csv",
        lines(*both),
        becomes(
            {700001: booked("1001")},
            settings={**NUM, "layout": "quickbooks-online"},
            layout="quickbooks-online",
        ),
    )
    yield Case(
        "numbers/layout_of_the_config_does_not_fit.csv",
        lines("Order ID,Order External ID", "700001,X1"),
        refused("no header row of Xero", settings={**IDS, "layout": "xero"}),
    )


def cases() -> Iterator[Case]:
    """All of them."""
    yield from flat()
    yield from named_xls()
    yield from plain()
