"""Workbooks: several sheets, hidden ones, merged cells, and what else stands in the parts."""

from collections.abc import Iterator, Mapping
from typing import Any

from awkward.books import packed, sheet, xlsx, xlsx_parts
from awkward.case import (
    TWO,
    Case,
    becomes,
    booked,
    held,
    item,
    refused,
)
from awkward.kinds import CELLS
from tests.loader.readers.workbooks import MAIN

__all__ = ["cases"]

ITEMS = ("Order ID", "Order External ID", "Item ID", "Item External ID")


def book(sheets: Mapping[str, Any], **more: Any) -> bytes:
    """A workbook with several sheets, each its rows or the whole XML of its part."""
    strings: list[str] = []
    made = {
        name: rows if isinstance(rows, str) else sheet(rows, strings)
        for name, rows in sheets.items()
    }
    return packed(xlsx_parts(made, strings, **more))


def several() -> Iterator[Case]:
    """Which sheet is read."""
    other = (("Order ID", "Order External ID"), (700009, "INV-9"))
    notes = (("Please read",), ("Order ID", "of the shop"), (1, 2))
    yield Case(
        "sheets/cover_and_data.xlsx",
        book({"Read me": notes[:1], "Orders": CELLS, "Notes": (("x",), (1,))}),
        becomes(TWO),
    )
    yield Case(
        "sheets/two_with_orders.xlsx",
        book({"January": CELLS, "February": other}),
        refused("several sheets with orders", '"January"', '"February"', "--sheet"),
    )
    yield Case(
        "sheets/two_with_orders_and_a_choice.xlsx",
        book({"January": CELLS, "February": other}),
        becomes({700009: booked("INV-9")}, settings={"sheet": "February"}),
    )
    yield Case(
        "sheets/a_choice_that_is_not_there.xlsx",
        book({"January": CELLS, "February": other}),
        refused('no visible sheet "March"', '"January"', settings={"sheet": "March"}),
    )
    for state in ("hidden", "veryHidden"):
        yield Case(
            f"sheets/one_{state.lower()}_beside_the_data.xlsx",
            book({"Old": other, "Orders": CELLS}, states={"Old": state}),
            becomes(TWO, notices=["hidden-sheet Old"]),
        )
        yield Case(
            f"sheets/nothing_but_one_{state.lower()}.xlsx",
            book({"Orders": CELLS}, states={"Orders": state}),
            refused("no visible sheet", "hidden"),
        )
    yield Case(
        "sheets/the_data_hidden_behind_a_visible_note.xlsx",
        book({"Orders": CELLS, "Note": (("nothing here",),)}, states={"Orders": "hidden"}),
        refused("no header row", "nothing here"),
    )
    yield Case(
        "sheets/a_hidden_one_that_was_chosen.xlsx",
        book({"Orders": CELLS, "Old": other}, states={"Old": "hidden"}),
        refused('no visible sheet "Old"', settings={"sheet": "Old"}),
    )
    chart = f'<chartsheet xmlns="{MAIN}"/>'
    yield Case(
        "sheets/a_chart_before_the_data.xlsx",
        book({"Chart": chart, "Orders": CELLS}, kinds={"Chart": "chartsheet"}),
        becomes(TWO),
    )
    yield Case(
        "sheets/names_with_signs_and_blanks.xlsx",
        book({"Q&A 'n' <more>": (("x",),), "Fl!x; 2026": CELLS}),
        becomes(TWO),
    )


def shown() -> Iterator[Case]:
    """Hidden rows, hidden columns, merged cells."""
    rows = (CELLS[0], *CELLS[1:], (700003, "#N/A"))
    yield Case(
        "merged_and_hidden/hidden_rows_are_data.xlsx",
        xlsx(rows, edit=('<row r="3">', '<row r="3" hidden="1">')),
        becomes(TWO, held(700003, "4", "cell-error B4"), notices=["hidden-rows"]),
    )
    yield Case(
        "merged_and_hidden/filtered_rows_are_data.xlsx",
        xlsx(
            rows,
            '<autoFilter ref="A1:B4"><filterColumn colId="1"><filters><filter val="INV-1"/>'
            "</filters></filterColumn></autoFilter>",
            edit=('<row r="4">', '<row r="4" spans="1:2" hidden="true">'),
        ),
        becomes(TWO, held(700003, "4", "cell-error B4"), notices=["hidden-rows"]),
    )
    yield Case(
        "merged_and_hidden/hidden_columns_are_read.xlsx",
        xlsx(rows[:3], before='<cols><col min="2" max="2" width="0" hidden="1"/></cols>'),
        becomes(TWO),
    )
    yield Case(
        "merged_and_hidden/order_merged_over_its_items.xlsx",
        xlsx(
            [
                ITEMS,
                (700001, "INV-1", 9001, "L-1"),
                (None, None, 9002, "L-2"),
                (None, None, 9003, "L-3"),
                (700002, "INV-2", 9004, "L-4"),
            ],
            '<mergeCells count="2"><mergeCell ref="A2:A4"/><mergeCell ref="B2:B4"/></mergeCells>',
        ),
        becomes(
            {
                700001: booked("INV-1", item(9001, "L-1"), item(9002, "L-2"), item(9003, "L-3")),
                700002: booked("INV-2", item(9004, "L-4")),
            },
            notices=["filled-down A3"],
        ),
    )
    yield Case(
        "merged_and_hidden/empty_cells_that_are_not_merged_are_not_filled.xlsx",
        xlsx([ITEMS, (700001, "INV-1", 9001, "L-1"), (None, None, 9002, "L-2")]),
        becomes(
            {},
            held(700001, "2", "item-row-below 3"),
            held(None, "3", "order-id-missing A3"),
            notices=["rows-without-order 3"],
        ),
    )
    yield Case(
        "merged_and_hidden/merged_across_fills_nothing.xlsx",
        xlsx(
            [ITEMS, (700001, None, None, "L-1"), (700002, "INV-2", None, None)],
            '<mergeCells><mergeCell ref="B3:D3"/></mergeCells>',
        ),
        becomes({700002: booked("INV-2")}, held(700001, "2", "item-id-missing C2")),
    )
    yield Case(
        "merged_and_hidden/merged_over_rows_and_columns.xlsx",
        xlsx(
            [ITEMS, (700001, "INV-1", 9001, "L-1"), (None, None, 9002, "L-2")],
            '<mergeCells><mergeCell ref="A2:B3"/></mergeCells>',
        ),
        becomes(
            {700001: booked("INV-1", item(9001, "L-1"), item(9002, "L-2"))},
            notices=["filled-down A3"],
        ),
    )
    yield Case(
        "merged_and_hidden/title_merged_over_the_columns.xlsx",
        xlsx(
            [("Orders of March", None), *CELLS],
            '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>',
        ),
        becomes(TWO, ignored="1 title; 2 header"),
    )
    yield Case(
        "merged_and_hidden/header_of_two_rows_partly_merged.xlsx",
        xlsx(
            [(*CELLS[0], "Amounts", None), (None, None, "Net", "Gross"), *CELLS[1:]],
            '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:B2"/>'
            '<mergeCell ref="C1:D1"/></mergeCells>',
        ),
        becomes(TWO, ignored="1 header; 2 the header again", notices=["filled-down A2"]),
    )
    yield Case(
        "merged_and_hidden/merged_down_to_below_the_data.xlsx",
        xlsx(
            [ITEMS, (700001, "INV-1", 9001, "L-1"), (None, None, 9002, "L-2")],
            '<mergeCells><mergeCell ref="A2:A1000"/></mergeCells>',
        ),
        becomes(
            {700001: booked("INV-1", item(9001, "L-1"), item(9002, "L-2"))},
            notices=["filled-down A3"],
        ),
    )


def cases() -> Iterator[Case]:
    """All of them."""
    for topic in (several, shown):
        yield from topic()
