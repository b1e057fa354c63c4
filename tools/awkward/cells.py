"""What a cell of a workbook may hold: numbers and their formats, formulas, errors, texts."""

from collections.abc import Iterator, Sequence
from typing import Any

from awkward.books import Raw, Styled, xlsx
from awkward.case import TWO, Case, becomes, booked, held, item, refused

__all__ = ["cases"]

HEAD = ("Order ID", "Order External ID")


def formula(inside: str = "A1", saved: str = "", kind: str = "", more: str = "") -> Raw:
    """A cell with a formula, and with a saved value unless that is empty."""
    typed = f' t="{kind}"' if kind else ""
    value = f"<v>{saved}</v>" if saved else ""
    return Raw(f'<c r="{{at}}"{typed}><f{more}>{inside}</f>{value}</c>')


def inline(inside: str) -> Raw:
    """A cell with a text of its own, the XML of which is given."""
    return Raw(f'<c r="{{at}}" t="inlineStr"><is>{inside}</is></c>')


def typed(kind: str, saved: str, style: int = 0) -> Raw:
    """A cell of this type."""
    return Raw(f'<c r="{{at}}" s="{style}" t="{kind}"><v>{saved}</v></c>')


def externals(name: str, values: Sequence[tuple[object, str | None, str]], **book: Any) -> Case:
    """External ids of orders from 700001 on, each with its text, or with the code of its fault.

    The third is a notice's code, which is told at the first cell of its kind.
    """
    payloads, rejected = {}, []
    told: dict[str, str] = {}
    for at, (_, text, code) in enumerate(values):
        order, row = 700001 + at, at + 2
        if text is None:
            rejected.append(held(order, str(row), f"{code} B{row}"))
            continue
        payloads[order] = booked(text)
        if code:
            told.setdefault(code, f"{code} B{row}")
    rows = [HEAD, *((700001 + at, value) for at, (value, _, _) in enumerate(values))]
    expected = becomes(payloads, *rejected, notices=list(told.values()))
    return Case(f"cells/{name}.xlsx", xlsx(rows, **book), expected)


def numbers() -> Iterator[Case]:
    """Numbers as external ids and as order ids."""
    long, lost = "number-too-long", None
    yield externals(
        "numbers_as_external_ids",
        [
            (10045, "10045", ""),
            (Styled("10046.0", 0), "10046", ""),
            (Styled("1.0047E4", 0), "10047", ""),
            (0, "0", ""),
            (-5, "-5", ""),
            (Styled("67.180000000000007", 0), "67.18", ""),
            (Styled("999999999999999", 0), "999999999999999", ""),
            (Styled("1000000000000000", 0), lost, long),
            (Styled("1.23457E+17", 0), lost, long),
            (Styled("2345678000000012001", 0), lost, long),
            (Styled("0.1", 0), "0.1", ""),
            (Styled("1E-3", 0), "0.001", ""),
        ],
    )
    ids = (
        (Styled("700001.0", 0), 700001), (Styled("7.00002E5", 0), 700002),
        (Styled("700003", 1), 700003), ("700004", 700004), (Styled("0700005", 0), 700005),
    )  # fmt: skip
    yield Case(
        "cells/order_ids_as_numbers_of_every_spelling.xlsx",
        xlsx([HEAD, *((cell, f"X{order}") for cell, order in ids)], formats=["#,##0"]),
        becomes({order: booked(f"X{order}") for _, order in ids}),
    )
    bad: tuple[tuple[object, str], ...] = (
        (Styled("700001.5", 0), "order-id-invalid"),
        (Styled("-700001", 0), "order-id-invalid"),
        (Styled("1234567890123456", 0), "number-too-long"),
        (Styled("1E+20", 0), "number-too-long"),
        (True, "cell-boolean"),
        (Styled("46086", 1), "cell-date"),
        (typed("e", "#N/A"), "cell-error"),
        (formula(), "cell-formula"),
        ("700001.0", "order-id-invalid"),
        ("7E+05", "number-e-notation"),
        ("\uff17\uff10\uff10\uff10\uff11\uff10", "order-id-invalid"),
        (Styled("0", 0), "order-id-invalid"),
    )
    yield Case(
        "cells/order_ids_that_are_none.xlsx",
        xlsx(
            [HEAD, (700999, "X"), *((cell, f"X{at}") for at, (cell, _) in enumerate(bad))],
            formats=["yyyy-mm-dd"],
        ),
        becomes(
            {700999: booked("X")},
            *(held(None, str(at + 3), f"{code} A{at + 3}") for at, (_, code) in enumerate(bad)),
            notices=["rows-without-order 3"],
        ),
    )


def formats() -> Iterator[Case]:
    """What a number shows in its format."""
    zeros = "padded-number"
    for name, code, cells in (
        ("leading_zeros", "00000", [(42, "00042", zeros), (123456, "123456", "")]),
        ("colour", "[Red]0", [(42, "42", "")]),
        ("thousands", "#,##0.00", [(1234567, "1234567", "")]),
        ("text", "@", [(12345, "12345", "")]),
        ("scientific", "0.00E+00", [(123456789012, "123456789012", "")]),
        ("percent", "0%", [(Styled("0.5", 1), "0.5", "")]),
        ("sections_for_negative_numbers", "0;[Red]-0", [(42, "42", ""), (-42, "-42", "")]),
        ("zeros_with_sections", "00000;-00000", [(42, "00042", zeros)]),
        ("fraction", "# ?/?", [(Styled("0.75", 1), "0.75", "")]),
        ("nothing_shown", ";;;", [(42, "42", "")]),
    ):  # fmt: skip
        values = [
            (value if isinstance(value, Styled) else Styled(value, 1), text, told)
            for value, text, told in cells
        ]
        yield externals(f"format_with_{name}", values, formats=[code])
    for name, code in {
        "iso": "yyyy-mm-dd", "us": 14, "time": "h:mm", "locale": "[$-409]d-mmm",
        "duration": "[h]:mm:ss", "quoted": '"on "d/m/yy',
    }.items():  # fmt: skip
        yield Case(
            f"cells/date_with_format_{name}.xlsx",
            xlsx([HEAD, (700001, Styled("46086", 1)), (700002, "INV-2")], formats=[code]),
            becomes({700002: booked("INV-2")}, held(700001, "2", "cell-date B2")),
        )
    yield Case(
        "cells/date_in_the_1904_system.xlsx",
        xlsx(
            [HEAD, (700001, Styled("44624", 1)), (700002, "INV-2")],
            formats=[14],
            properties='<workbookPr date1904="1"/>',
        ),
        becomes({700002: booked("INV-2")}, held(700001, "2", "cell-date B2")),
    )
    yield Case(
        "cells/dates_in_columns_that_mean_nothing_are_fine.xlsx",
        xlsx(
            [(*HEAD, "Date"), (700001, "INV-1", Styled("46086", 1)), (700002, "INV-2", True)],
            formats=[14],
        ),
        becomes(TWO),
    )


def formulas() -> Iterator[Case]:
    """With and without what they came to."""
    no = "cell-formula"
    yield externals(
        "formulas",
        [
            (formula("A2", "INV-1", "str"), "INV-1", ""),
            (formula("1+1", "2"), "2", ""),
            (formula("A2"), None, no),
            (formula("NA()", "#N/A", "e"), None, "cell-error"),
            (formula("TRUE()", "1", "b"), None, "cell-boolean"),
            (formula("B2", "INV-6", "str", ' t="shared" ref="B7:B8" si="0"'), "INV-6", ""),
            (formula("", "INV-7", "str", ' t="shared" si="0"'), "INV-7", ""),
            (formula("SUM(A1*1)", "8", "", ' t="array" ref="B9"'), "8", ""),
            (formula("", "", "", ' t="shared" si="0"'), None, no),
            (Raw('<c r="{at}"><f/><v/></c>'), None, no),
            (formula("VLOOKUP(1,A:B,2)", "0"), "0", ""),
        ],
    )
    yield Case(
        "cells/formula_that_came_to_nothing_is_blank.xlsx",
        xlsx([HEAD, (700002, Raw('<c r="{at}" t="str"><f>""</f><v></v></c>')), (700001, "INV-1")]),
        becomes({700001: booked("INV-1")}, held(700002, "2", "nothing-to-send B2")),
    )
    sync = (
        *HEAD,
        "Accounting Synced",
        "Supplier SKU Quantity",
        "Supplier SKU External ID",
        "Item ID",
    )
    yield Case(
        "cells/booleans_dates_and_errors_in_other_columns.xlsx",
        xlsx(
            [
                sync,
                (700001, "X1", True),
                (700002, "X2", False),
                (700003, "X3", 1),
                (700004, "X4", Styled("46086", 1)),
                (700005, "X5", typed("e", "#REF!")),
                (700006, "X6", None, True, "S", 9006),
                (700007, "X7", None, Styled("46086", 1), "S", 9007),
                (700008, "X8", None, Styled("2.5", 0), "S", 9008),
                (700009, "X9", None, Styled("2.0", 0), "S", 9009),
                (700010, "X10", formula()),
            ],
            formats=[14],
        ),
        becomes(
            {
                700001: booked("X1"),
                700002: booked("X2", synced=False),
                700003: booked("X3"),
                700009: booked("X9", item(9009, S=2)),
            },
            held(700004, "5", "synced-invalid C5"),
            held(700005, "6", "cell-error C6"),
            held(700006, "7", "quantity-invalid D7"),
            held(700007, "8", "quantity-invalid D8"),
            held(700008, "9", "quantity-invalid D9"),
            held(700010, "11", "cell-formula C11"),
        ),
    )


def texts() -> Iterator[Case]:
    """The ways to write a text."""
    yield externals(
        "texts",
        [
            (inline("<t>INV-1</t>"), "INV-1", ""),
            (inline("<r><t>IN</t></r><r><rPr><b/></rPr><t>V-2</t></r>"), "INV-2", ""),
            (inline('<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh>'), "東京", ""),
            (typed("str", "INV-4"), "INV-4", ""),
            ("INV_x005F_x000D_5", "INV_x000D_5", ""),
            ("_x0049_NV-6", "INV-6", ""),
            ("INV-7_x000D_", "INV-7", ""),
            ("INV_x000D_8", None, "external-id-control-characters"),
            ("INV_x0007_9", None, "external-id-control-characters"),
            ("#N/A", None, "cell-error"),
            ("1.23457E+11", None, "number-e-notation"),
            ("12E5", "12E5", ""),
            ("12345678901234567890123456", "12345678901234567890123456", ""),
            ("00123", "00123", ""),
            ("TRUE", "TRUE", ""),
            ("3/4", "3/4", ""),
            ("=A1", "=A1", ""),
            ('="00123"', '="00123"', ""),
            ("a & b < c", "a & b < c", ""),
            ("INV\u00a020", "INV\u00a020", ""),
            ("\u00a0INV-21\u00a0", "INV-21", ""),
            ("X" * 32_767, "X" * 32_767, ""),
        ],
    )
    yield Case(
        "cells/header_in_rich_text_with_line_breaks.xlsx",
        xlsx(
            [
                (
                    inline("<r><t>Order</t></r><r><t xml:space='preserve'>&#10;ID</t></r>"),
                    inline("<t>*Order_x000A_External ID</t>"),
                ),
                (700001, "INV-1"),
                (700002, "INV-2"),
            ]
        ),
        becomes(TWO),
    )
    yield Case(
        "cells/a_type_that_there_is_not.xlsx",
        xlsx([HEAD, (700001, typed("zz", "1"))]),
        refused("unknown type"),
    )
    yield Case(
        "cells/iso_date_of_the_strict_form.xlsx",
        xlsx([HEAD, (700001, typed("d", "2026-03-05")), (700002, "INV-2")]),
        becomes({700002: booked("INV-2")}, held(700001, "2", "cell-date B2")),
    )


def cases() -> Iterator[Case]:
    """All of them."""
    for topic in (numbers, formats, formulas, texts):
        yield from topic()
