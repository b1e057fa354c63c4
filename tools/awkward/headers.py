"""The names of columns, and where they stand."""

from collections.abc import Iterator

from awkward.case import TWO, TWO_ROWS, UNSET, Case, becomes, booked, held, item, lines, refused

__all__ = ["cases"]

HEADER = TWO_ROWS[0]


def cases() -> Iterator[Case]:
    """All of them."""
    for name, header in {
        "other_case": "order id,ORDER EXTERNAL ID",
        "underscores_and_hyphens": "order_id,Order-External-ID",
        "no_blanks": "OrderID,OrderExternalID",
        "no_break_and_double_blanks": "Order\u00a0ID,Order  External\u202fID ",
        "stars_of_a_template": "*Order ID,*Order External ID",
        "star_behind_a_blank": " * Order ID,* Order External ID",
        "synonyms": "Flxpoint Order ID,Order Accounting ID",
        "bom_and_zero_width_space": "\ufeffOrder ID,Order\u200b External ID",
        "soft_hyphen_and_marks_of_direction": "\u200fOrder\u00ad ID\u200e,Order External\u2011ID",
        "full_width_blank": "Order\u3000ID,Order External ID",
    }.items():
        yield Case(f"headers/{name}.csv", lines(header, *TWO_ROWS[1:]), becomes(TWO))
    yield Case(
        "headers/empty_names_and_doubled_foreign_names.csv",
        lines("Name,,Order ID,Name,,Order External ID", "a,b,700001,c,d,INV-1", ",,700002,,,INV-2"),
        becomes(TWO),
    )
    yield Case(
        "headers/order_id_twice.csv",
        lines("Order ID,Order External ID,order_id", "700001,INV-1,700001"),
        refused("a column twice", "Order ID (columns A and C)"),
    )
    yield Case(
        "headers/external_id_twice.csv",
        lines("Order ID,Order External ID,Order External ID", "700001,INV-1,INV-2"),
        refused("a column twice", "Order External ID (columns B and C)"),
    )
    yield Case(
        "headers/usual_name_beats_a_synonym.csv",
        lines("Flxpoint Order ID,Order ID,Order External ID", "1,700001,INV-1", "2,700002,INV-2"),
        becomes(TWO, notices=["column-passed-over A1"]),
    )
    yield Case(
        "headers/name_in_the_config_beats_the_usual_one.csv",
        lines("Order ID,Nr,Order External ID", "1,700001,INV-1", "2,700002,INV-2"),
        becomes(TWO, settings={"columns": {"order_id": "Nr"}}, notices=["column-passed-over A1"]),
    )
    yield Case(
        "headers/name_in_the_config_that_is_not_there.csv",
        lines("Order ID,Order External ID,Invoice No", "700001,INV-1,x"),
        refused(
            "no header row",
            "Invoice Nr",
            'The nearest: "Invoice No"',
            settings={"columns": {"order_external_id": "Invoice Nr"}},
        ),
    )
    yield Case(
        "headers/words_that_mean_other_things.csv",
        lines("ID,Number,Memo,Amount", "700001,INV-1,x,1"),
        refused("no header row", '"Order ID"', '"Number"'),
    )
    yield Case(
        "headers/none_at_all.csv", lines(*TWO_ROWS[1:]), refused("no header row", '"700001"')
    )
    yield Case(
        "headers/no_accounting_id_at_all.csv",
        lines("Order ID,Customer,Status", "700001,Alder,Closed"),
        refused("names orders but no accounting ids"),
    )
    yield Case(
        "headers/column_of_ids_that_is_empty.csv",
        lines(HEADER, "700001,", "700002, "),
        refused("names orders but no accounting ids", "Order External ID"),
    )
    fifty = [f"Title {number}" for number in range(1, 50)]
    yield Case(
        "headers/in_the_50th_filled_row.csv",
        lines(*fifty, "", "", *TWO_ROWS),
        becomes(TWO, ignored="1-49 title; 50-51 blank; 52 header"),
    )
    yield Case(
        "headers/in_the_51st_filled_row.csv",
        lines("Title 0", *fifty, *TWO_ROWS),
        refused("no header row", "first 50 filled rows"),
    )
    yield Case(
        "headers/title_that_speaks_of_an_order_id.csv",
        lines("Every Order ID and its Order External ID,", "Order ID: all,", *TWO_ROWS),
        becomes(TWO, ignored="1-2 title; 3 header"),
    )
    yield Case(
        "headers/columns_in_another_order.csv",
        lines(
            "Supplier SKU Quantity,Item External ID,Supplier SKU External ID,Order ID,Item ID",
            "2,L-1,S-1,700001,9001",
        ),
        becomes({700001: booked(UNSET, item(9001, "L-1", **{"S-1": 2}))}),
    )
    wide = [f"Column {number}" for number in range(1, 27)]
    yield Case(
        "headers/ids_in_the_columns_behind_z.csv",
        lines(
            ",".join((*wide, HEADER)),
            ",".join((*"abcdefghijklmnopqrstuvwxyz", "700001", "INV-1")),
            ",".join((*[""] * 26, "700002", "#REF!")),
            ",".join((*[""] * 26, "70000x", "INV-3")),
        ),
        becomes(
            {700001: booked("INV-1")},
            held(700002, "3", "cell-error AB3"),
            held(None, "4", "order-id-invalid AA4"),
            notices=["rows-without-order 4"],
        ),
    )
    yield Case(
        "headers/second_table_with_other_columns_below.csv",
        lines(*TWO_ROWS, "", "Order ID,Customer", "700002,Alder"),
        becomes(
            {700001: booked("INV-1")},
            held(700002, "3 6", "order-external-id-differs B3 B6"),
            held(None, "5", "order-id-invalid A5"),
            ignored="1 header; 4 blank",
            notices=["rows-without-order 5"],
        ),
    )
