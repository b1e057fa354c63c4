"""Cells of the other kinds of workbook: the same damage, and what only they have."""

from collections.abc import Iterator

from awkward.books import Raw, Styled, ods, ole2, xls, xlsb
from awkward.case import UNSET, Case, Held, becomes, booked, held, item
from awkward.cells import HEAD
from awkward.kinds import sheet_2003

__all__ = ["cases"]


def cases() -> Iterator[Case]:
    """All of them."""
    rows: list[tuple[object, ...]] = [
        HEAD,
        (700001, Styled(42, 1)),
        (700002, Styled("1234567890123456", 0)),
        (700003, Styled("46086", 2)),
        (700004, "00123"),
    ]
    faults: tuple[Held, ...] = (
        held(700002, "3", "number-too-long B3"),
        held(700003, "4", "cell-date B4"),
    )
    fine = {700001: booked("00042"), 700004: booked("00123")}
    codes = ["00000", "yyyy-mm-dd"]
    padded = ["padded-number B2"]
    yield Case(
        "cells/numbers_in_a_binary_workbook.xlsb",
        xlsb(rows, formats=codes),
        becomes(fine, *faults, notices=padded),
    )
    yield Case(
        "cells/numbers_in_an_old_workbook.xls",
        ole2("Workbook", xls([*rows, (700005, Raw("42")), (700006, True)], formats=codes)),
        becomes(
            fine,
            *faults,
            held(700005, "6", "cell-error B6"),
            held(700006, "7", "cell-boolean B7"),
            notices=padded,
        ),
    )
    types = {
        "String": "INV-1",
        "Error": "#N/A",
        "Boolean": "1",
        "DateTime": "2026-03-05T00:00:00.000",
    }
    xml = "".join(
        f'<Row><Cell><Data ss:Type="Number">{700001 + at}</Data></Cell>'
        f'<Cell ss:StyleID="s1"><Data ss:Type="{kind}">{text}</Data></Cell></Row>'
        for at, (kind, text) in enumerate({**types, "Number": "42"}.items())
    )
    head = "".join(f'<Cell><Data ss:Type="String">{name}</Data></Cell>' for name in HEAD)
    yield Case(
        "cells/types_in_an_xml_spreadsheet.xls",
        sheet_2003(
            f'<Row ss:Index="3">{head}</Row>{xml}<Row ss:Index="20"><Cell ss:Index="2">'
            '<Data ss:Type="String">INV-9</Data></Cell></Row>',
            '<Style ss:ID="s1"><NumberFormat ss:Format="00000"/></Style>',
        ),
        becomes(
            {700001: booked("INV-1"), 700005: booked("00042")},
            held(700002, "5", "cell-error B5"),
            held(700003, "6", "cell-boolean B6"),
            held(700004, "7", "cell-date B7"),
            held(None, "20", "order-id-missing A20"),
            ignored="1-2 blank; 3 header; 9-19 blank",
            notices=["padded-number B8", "rows-without-order 20"],
        ),
    )

    def cell(kind: str, value: str, shown: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="{kind}" {value}{more}><text:p>{shown}</text:p>'
            "</table:table-cell>"
        )

    def row(*inside: str, more: str = "") -> str:
        return f"<table:table-row{more}>{''.join(inside)}</table:table-row>"

    def number(value: int) -> str:
        return cell("float", f'office:value="{value}"', str(value))

    yield Case(
        "cells/types_in_an_open_document.ods",
        ods(
            row(cell("string", "", "Order ID"), cell("string", "", "Order External ID"))
            + row("<table:table-cell/>", more=' table:number-rows-repeated="3"')
            + row(number(700001), cell("string", "", "INV<text:s/>1"))
            + row(number(700002), cell("date", 'office:date-value="2026-03-05"', "5 March"))
            + row(number(700003), cell("boolean", 'office:boolean-value="true"', "TRUE"))
            + row(number(700004), cell("float", 'office:value="1234567890123456"', "1.23E+15"))
            + row(number(700005), cell("float", 'office:value="1.5"', "2"))
            + row(
                cell("float", 'office:value="700006"', "700,006"),
                '<table:table-cell table:formula="of:=NA()" office:value-type="string" '
                'office:string-value=""><text:p>#N/A</text:p></table:table-cell>',
                more=' table:visibility="collapse"',
            )
        ),
        becomes(
            {700001: booked("INV 1"), 700005: booked("1.5")},
            held(700002, "6", "cell-date B6"),
            held(700003, "7", "cell-boolean B7"),
            held(700004, "8", "number-too-long B8"),
            held(700006, "10", "cell-error B10"),
            ignored="1 header; 2-4 blank",
            notices=["hidden-rows"],
        ),
    )
    yield Case(
        "cells/order_merged_over_its_items.ods",
        ods(
            row(*(cell("string", "", name) for name in ("Order ID", "Item ID", "Item External ID")))
            + row(
                cell("float", 'office:value="700001"', "700001", ' table:number-rows-spanned="2"'),
                number(9001),
                cell("string", "", "L-1"),
            )
            + row("<table:covered-table-cell/>", number(9002), cell("string", "", "L-2"))
        ),
        becomes(
            {700001: booked(UNSET, item(9001, "L-1"), item(9002, "L-2"))},
            notices=["filled-down A3"],
        ),
    )
