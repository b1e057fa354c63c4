"""What rows say against one another, in one file and in several."""

from collections.abc import Iterator

from awkward.case import Case, becomes, booked, held, item, lines, refused

__all__ = ["cases"]


def contradictions() -> Iterator[Case]:
    """Rows that can't all be true."""
    header = "Order ID,Order External ID,Item ID,Item External ID,Supplier SKU External ID"
    header = f"{header},Supplier SKU Quantity,Accounting Synced,Accounting Sync Error"
    for name, first, second, issue in (
        ("two_external_ids_of_an_order", "X1,,,,,,", "X2,,,,,,", "order-external-id-differs B2 B3"),
        (
            "an_external_id_and_the_clear_word",
            "X1,,,,,,",
            "(clear),,,,,,",
            "order-external-id-differs B2 B3",
        ),
        (
            "two_external_ids_of_an_item",
            ",9001,L-1,,,,",
            ",9001,L-2,,,,",
            "item-external-id-differs D2 D3",
        ),
        (
            "two_quantities_of_a_supplier_sku",
            ",9001,,S,1,,",
            ",9001,,S,2,,",
            "quantity-differs F2 F3",
        ),
        ("yes_and_no", "X1,,,,,yes,", "X1,,,,,no,", "synced-differs G2 G3"),
        ("yes_and_an_error_on_two_rows", "X1,,,,,yes,", ",,,,,,Failed", "synced-with-error G2 H3"),
        ("two_errors", ",,,,,,One", ",,,,,,Two", "sync-error-differs H2 H3"),
        (
            "ids_that_differ_in_case",
            "inv-1,,,,,,",
            "INV-1,,,,,,",
            "order-external-id-differs B2 B3",
        ),
    ):
        yield Case(
            f"contradictions/{name}.csv",
            lines(header, f"700001,{first}", f"700001,{second}", "700002,X9,,,,,,"),
            becomes({700002: booked("X9")}, held(700001, "2 3", issue)),
        )
    short = "Order ID,Order External ID,Item ID,Item External ID"
    yield Case(
        "contradictions/one_item_under_two_orders.csv",
        lines(short, "700001,X1,9001,L-1", "700002,X2,9001,L-1", "700003,X3,9003,L-3"),
        becomes(
            {700003: booked("X3", item(9003, "L-3"))},
            held(700001, "2", "item-in-two-orders C2 C3"),
            held(700002, "3", "item-in-two-orders C3 C2"),
        ),
    )
    yield Case(
        "contradictions/one_bad_row_holds_all_rows_of_its_order.csv",
        lines(short, "700001,X1,9001,L-1", "700002,X2,,", "700001,,9OO2,L-2", "700001,,9003,L-3"),
        becomes({700002: booked("X2")}, held(700001, "2 4 5", "item-id-invalid C4")),
    )
    yield Case(
        "contradictions/everything_wrong_with_a_row_is_told.csv",
        lines(header, "700001,#N/A,9x,1E+11,S\x07,0,maybe,#REF!"),
        becomes(
            {},
            held(
                700001,
                "2",
                "cell-error B2",
                "item-id-invalid C2",
                "number-e-notation D2",
                "external-id-control-characters E2",
                "quantity-invalid F2",
                "synced-invalid G2",
                "cell-error H2",
            ),
        ),
    )
    yield Case(
        "contradictions/none_where_rows_say_the_same_or_nothing.csv",
        lines(
            header,
            "700001,X1,9001,L-1,S,2,,",
            "700001,,9001,,S,,,",
            "700001,X1,9001,L-1,S,2,yes,",
            "700001,,9002,,T,,,",
            "700001,,9003,,,,,",
        ),
        becomes({700001: booked("X1", item(9001, "L-1", S=2), item(9002, T=None), item(9003))}),
    )
    yield Case(
        "contradictions/item_values_without_an_item_id.csv",
        lines(short, "700001,X1,,L-1", "700002,X2,9002,"),
        becomes({700002: booked("X2", item(9002))}, held(700001, "2", "item-id-missing C2")),
    )


def files() -> Iterator[Case]:
    """Orders whose rows stand in several files."""
    short = "Order ID,Order External ID,Item ID,Item External ID"
    yield Case(
        "files/order_split_over_two_files.csv",
        lines(short, "700001,X1,9001,L-1", "700002,X2,,"),
        becomes(
            {
                700001: booked("X1", item(9001, "L-1"), item(9002, "L-2")),
                700002: booked("X2"),
            },
            ignored="1 header; order_split_over_two_files.second.csv:1 header",
        ),
        {"order_split_over_two_files.second.csv": lines(short, "700001,,9002,L-2")},
    )
    yield Case(
        "files/order_held_back_by_a_row_in_the_other_file.csv",
        lines(short, "700001,X1,9001,L-1", "700002,X2,,"),
        becomes(
            {700002: booked("X2")},
            held(
                700001,
                "2 order_held_back_by_a_row_in_the_other_file.second.csv:3",
                "item-id-invalid order_held_back_by_a_row_in_the_other_file.second.csv!C3",
            ),
            ignored="1 header; order_held_back_by_a_row_in_the_other_file.second.csv:1 header; "
            "order_held_back_by_a_row_in_the_other_file.second.csv:2 blank",
        ),
        {
            "order_held_back_by_a_row_in_the_other_file.second.csv": lines(
                short, "", "700001,,9-002,L-2"
            )
        },
    )
    yield Case(
        "files/other_file_that_can_not_be_read.csv",
        lines(*("Order ID,Order External ID", "700001,INV-1")),
        refused("second.csv", "is a PDF"),
        {"other_file_that_can_not_be_read.second.csv": b"%PDF-1.7\n"},
    )
    same = lines("Order ID,Order External ID", "700001,INV-1")
    yield Case(
        "files/equal_bytes_are_read_once.csv",
        same,
        becomes({700001: booked("INV-1")}, notices=["read-once equal_bytes_are_read_once.2.csv"]),
        {"equal_bytes_are_read_once.2.csv": same},
    )


def cases() -> Iterator[Case]:
    """All of them."""
    yield from contradictions()
    yield from files()
