"""Web pages that hold a table, and what else is in them."""

from collections.abc import Iterator

from awkward.case import TWO, UNSET, Case, becomes, booked, held, item, refused
from awkward.kinds import CELLS, page

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """All of them."""
    rows = (*CELLS, (700003, "#N/A"))
    yield Case(
        "pages/blanks_entities_and_tags_in_cells.xls",
        page(
            ("<b>Order&nbsp;ID</b>", "Order<br>External ID"),
            ("&nbsp;700001 ", "<font color=red>INV</font>-1"),
            ("700002", "A &amp; B &lt;2&gt;<!-- no -->"),
        ),
        becomes({700001: booked("INV-1"), 700002: booked("A & B <2>")}),
    )
    yield Case(
        "pages/hidden_keys_to_sort_by.xls",
        page(
            CELLS[0],
            ("<span style='display:none'>0007</span>700001", "INV-1<i style='DISPLAY: NONE'>9</i>"),
            ("700002", "<div hidden>9</div>INV-2"),
        ),
        becomes(TWO),
    )
    yield Case(
        "pages/cells_without_end_tags.xls",
        b"<TABLE><TR><TH>Order ID<TH>Order External ID<TR><TD>700001<TD>INV-1"
        b"<TR><TD>700002<TD>INV-2</TABLE>",
        becomes(TWO),
    )
    yield Case(
        "pages/order_over_several_rows.xls",
        b"<table><tr><td>Order ID</td><td>Item ID</td><td>Item External ID</td></tr>"
        b"<tr><td rowspan=2>700001</td><td>9001</td><td>L-1</td></tr>"
        b"<tr><td>9002</td><td>L-2</td></tr></table>",
        becomes(
            {700001: booked(UNSET, item(9001, "L-1"), item(9002, "L-2"))},
            notices=["filled-down A3"],
        ),
    )
    yield Case(
        "pages/title_over_all_columns_and_a_total.xls",
        b"<html><body><table><tr><th colspan=2>Orders of March</th></tr>"
        b"<tr><td>Order ID</td><td>Order External ID</td></tr>"
        b"<tr><td>700001</td><td>INV-1</td></tr><tr><td>700002</td><td>INV-2</td></tr><tr><td>Total</td><td></td></tr></table></body></html>",
        becomes(TWO, ignored="1 title; 2 header; 5 total"),
    )
    yield Case(
        "pages/numbers_that_excel_kept_behind_what_is_shown.xls",
        b"<html xmlns:x='urn:schemas-microsoft-com:office:excel'>"
        b"<style>.z{mso-number-format:00000;}</style>"
        b"<table><tr><td>Order ID</td><td>Order External ID</td></tr>"
        b"<tr><td x:num='700001'>700,001</td><td class=z x:num='42'>00042</td></tr>"
        b"<tr><td x:num>700002</td><td x:num='123456789012'>1.23457E+11</td></tr>"
        b"<tr><td x:num>700003</td><td>1.23457E+11</td></tr>"
        b"<tr><td x:num>700004</td><td x:err='#REF!'>#REF!</td></tr></table></html>",
        becomes(
            {700001: booked("00042"), 700002: booked("123456789012")},
            held(700003, "4", "number-e-notation B4"),
            held(700004, "5", "cell-error B5"),
            notices=["padded-number B2"],
        ),
    )
    yield Case(
        "pages/windows_1252_that_says_so.xls",
        "<meta http-equiv=Content-Type content='text/html; charset=windows-1252'><table><tr>"
        "<td>Order ID</td><td>Order External ID</td></tr><tr><td>700001</td><td>RE-Ä1</td></tr>"
        "</table>".encode("cp1252"),
        becomes({700001: booked("RE-Ä1")}),
    )
    yield Case(
        "pages/lines_of_text_above_the_table_are_rows.xls",
        page(
            *rows, before="<h1>Orders</h1><p>of <b>March</b><br>all shops</p>", after="<p>end</p>"
        ),
        becomes(TWO, held(700003, "7", "cell-error B7"), ignored="1-3 title; 4 header"),
    )
    cover = "<table><tr><td>Acme</td></tr><tr><td>Orders</td></tr></table><br>"
    yield Case(
        "pages/table_below_another_one.xls",
        page(*rows, before=cover),
        becomes(TWO, held(700003, "6", "cell-error B6"), ignored="1-2 blank; 3 header"),
    )
    yield Case(
        "pages/two_tables_with_orders.xls",
        page(*rows, after="<table><tr><td>Order ID</td><td>Order External ID</td></tr></table>"),
        refused("several sheets with orders", "--sheet"),
    )
    yield Case(
        "pages/hidden_rows.xls",
        b"<table><tr><td>Order ID</td><td>Order External ID</td></tr>"
        b"<tr style='display:none'><td>700001</td><td>INV-1</td></tr>"
        b"<tr><td>700002</td><td>INV-2</td></tr></table>",
        becomes(TWO, notices=["hidden-rows"]),
    )
    yield Case(
        "pages/rows_outside_of_a_table.xls",
        b"<html><body><tr><td>Order ID</td></tr></body></html>",
        refused("outside of all tables"),
    )
