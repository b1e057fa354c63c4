"""Rows that are no data, and rows that look as if they were none."""

from collections.abc import Iterator

from awkward.books import xlsx
from awkward.case import TWO, TWO_ROWS, Case, becomes, booked, held, item, lines, refused

__all__ = ["cases"]

HEADER = TWO_ROWS[0]


def cases() -> Iterator[Case]:
    """All of them."""
    yield Case(
        "rows/titles_above_and_a_timestamp_below.csv",
        lines(
            "Acme Corp,",
            "Orders booked,",
            '"January 1 - March 5, 2026",',
            ",",
            f"{HEADER},Amount",
            "700001,INV-1,1.00",
            "700002,INV-2,2.00",
            "Total,,3.00",
            ",",
            '"Thursday, March 5, 2026 10:15 AM GMT-05:00",',
        ),
        becomes(TWO, ignored="1-3 title; 4 blank; 5 header; 8 total; 9 blank; 10 footer"),
    )
    yield Case(
        "rows/leading_blank_columns.csv",
        lines(",,Order ID,,Order External ID", ",,700001,,INV-1", ",,700002,,INV-2", ",,x,,INV-3"),
        becomes(TWO, held(None, "4", "order-id-invalid C4"), notices=["rows-without-order 4"]),
    )
    yield Case(
        "rows/leading_blank_rows_and_columns.xlsx",
        xlsx(
            {
                4: (None, None, "Order ID", "Order External ID"),
                6: (None, None, 700001, "INV-1"),
                9: (None, None, 700002, "INV-2"),
                10: (None, None, 700003, "#REF!"),
            }
        ),
        becomes(
            TWO,
            held(700003, "10", "cell-error D10"),
            ignored="1-3 blank; 4 header; 5 blank; 7-8 blank",
        ),
    )
    yield Case(
        "rows/group_headings_subtotals_and_totals.csv",
        lines(
            "Order ID,Order External ID,Amount",
            "Alder & Sons,,",
            "700001,INV-1,10.00",
            "Total for Alder & Sons,,10.00",
            "Total Quality Logistics,,",
            "700002,INV-2,20.00",
            'Total for Total Quality Logistics,,"$1,020.00"',
            "Subtotal,,30.00",
            "GRAND TOTAL,,(30.00)",
        ),
        becomes(
            TWO,
            ignored="1 header; 2 group heading; 4 subtotal; 5 group heading; 7 subtotal; "
            "8 subtotal; 9 total",
        ),
    )
    yield Case(
        "rows/words_in_the_order_column_beside_an_external_id_are_judged.csv",
        lines(HEADER, "700001,INV-1", "Total,INV-2", "Alder,INV-3"),
        becomes(
            {700001: booked("INV-1")},
            held(None, "3", "order-id-invalid A3"),
            held(None, "4", "order-id-invalid A4"),
            notices=["rows-without-order 3"],
        ),
    )
    yield Case(
        "rows/total_whose_count_stands_where_external_ids_stand_is_judged.csv",
        lines(*TWO_ROWS, "Total,2"),
        becomes(
            TWO,
            held(None, "4", "order-id-invalid A4"),
            notices=["rows-without-order 4"],
        ),
    )
    yield Case(
        "rows/words_in_the_order_column_beside_other_words_are_judged.csv",
        lines("Order ID,Order External ID,Customer", "700001,INV-1,A", "pending,,Birch"),
        becomes(
            {700001: booked("INV-1")},
            held(None, "3", "order-id-invalid A3"),
            notices=["rows-without-order 3"],
        ),
    )
    yield Case(
        "rows/total_in_the_first_column_beside_sums.csv",
        lines(
            "Customer,Order ID,Order External ID,Amount",
            "Alder,700001,INV-1,1.00",
            "Total for Alder,,,1.00",
            "Birch,700002,INV-2,2.00",
            "Total,,,3.00",
        ),
        becomes(TWO, ignored="1 header; 3 subtotal; 5 total"),
    )
    yield Case(
        "rows/the_header_again_on_every_page.csv",
        lines(*TWO_ROWS[:2], HEADER, TWO_ROWS[2], "order id,ORDER EXTERNAL ID"),
        becomes(TWO, ignored="1 header; 3 the header again; 5 the header again"),
    )
    yield Case(
        "rows/lone_number_below_the_data.csv",
        lines(*TWO_ROWS, "", "2", "2026-03-05"),
        becomes(TWO, ignored="1 header; 4 blank; 5 footer; 6 footer"),
    )
    yield Case(
        "rows/lines_of_dashes_and_the_end_of_a_report.csv",
        lines(HEADER, "----------,", *TWO_ROWS[1:], "=====,", "*** End of report ***,"),
        becomes(TWO, ignored="1 header; 2 group heading; 5-6 footer"),
    )
    yield Case(
        "rows/footer_that_begins_with_a_number_is_judged.csv",
        lines(*TWO_ROWS, "2 orders,"),
        becomes(
            TWO,
            held(None, "4", "order-id-invalid A4"),
            notices=["rows-without-order 4"],
        ),
    )
    yield Case(
        "rows/lone_order_id_between_the_data_is_an_order_without_values.csv",
        lines(HEADER, "700001,INV-1", "700003,", "700002,INV-2"),
        becomes(TWO, held(700003, "3", "nothing-to-send B3")),
    )
    yield Case(
        "rows/sum_of_a_column_without_a_word.csv",
        lines("Order ID,Order External ID,Amount", "700001,INV-1,1", "700002,INV-2,2", ",,3.00"),
        becomes(TWO, ignored="1 header; 4 total"),
    )
    yield Case(
        "rows/total_without_its_value.xlsx",
        xlsx(
            [
                ("Order ID", "Order External ID", "Amount"),
                (700001, "INV-1", 1),
                (700002, "INV-2", 2),
                ("Total", None, 3),
            ],
            edit=('<c r="C4"><v>3</v></c>', '<c r="C4"><f>SUM(C2:C3)</f></c>'),
        ),
        becomes(TWO, ignored="1 header; 4 total"),
    )
    yield Case(
        "rows/item_row_without_an_order_holds_back_the_order_above.csv",
        lines(
            "Order ID,Order External ID,Item ID,Item External ID",
            "700001,INV-1,9001,L-1",
            ",,9002,L-2",
            "700002,INV-2,,",
        ),
        becomes(
            {700002: booked("INV-2")},
            held(700001, "2", "item-row-below 3"),
            held(None, "3", "order-id-missing A3"),
            notices=["rows-without-order 3"],
        ),
    )
    yield Case(
        "rows/row_with_an_external_id_and_no_order.csv",
        lines(HEADER, "700001,INV-1", ",INV-9", "700002,INV-2"),
        becomes(
            TWO,
            held(None, "3", "order-id-missing A3"),
            notices=["rows-without-order 3"],
        ),
    )
    yield Case(
        "rows/item_below_an_order_id_that_is_none_holds_nothing_back.csv",
        lines(
            "Order ID,Order External ID,Item ID,Item External ID",
            "700001,INV-1,9001,L-1",
            "70000O,INV-3,9003,L-3",
            ",,9004,L-4",
        ),
        becomes(
            {700001: booked("INV-1", item(9001, "L-1"))},
            held(None, "3", "order-id-invalid A3"),
            held(None, "4", "order-id-missing A4"),
            notices=["rows-without-order 3"],
        ),
    )
    only = {"only": {"Payment": ["Paid"]}}
    yield Case(
        "rows/filtered_by_the_config.csv",
        lines(
            f"{HEADER},Payment",
            "700001,INV-1, PAID ",
            "700003,#N/A,Open",
            "700002,INV-2,Paid",
            "700004,INV-4,",
        ),
        becomes(TWO, settings=only, ignored="1 header; 3 filtered by only:; 5 filtered by only:"),
    )
    yield Case(
        "rows/filtered_by_a_column_that_is_not_there.csv",
        lines(*TWO_ROWS),
        refused("Payment", "no header row", settings=only),
    )
