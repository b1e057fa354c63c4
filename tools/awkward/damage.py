"""Ids that were damaged, and ids that only look so, in text files."""

from collections.abc import Iterator

from awkward.case import TWO_ROWS, Case, becomes, booked, held, lines

__all__ = ["cases"]

HEADER = TWO_ROWS[0]

NO_ORDER_IDS = {
    "a_fraction": "700001.5",
    "point_zero_in_one_cell": "700003.0",
    "a_minus": "-700001",
    "a_plus": "+700001",
    "thousands_commas": '"700,001"',
    "thousands_points": "700.001",
    "thousands_blanks": "700 001",
    "thousands_narrow_blanks": "700\u202f001",
    "a_currency": "$700001",
    "a_percent": "700001%",
    "a_hash": "#700001",
    "a_word": "none",
    "a_date": "2026-03-05",
    "a_boolean": "TRUE",
    "zero": "0",
    "one_more_than_there_are": "9223372036854775808",
    "26_digits": "12345678901234567890123456",
    "arabic_indic_digits": "\u0667\u0660\u0660\u0660\u0660\u0661",
    "full_width_digits": "\uff17\uff10\uff10\uff10\uff10\uff11",
    "superscript_digits": "70000¹",
    "letter_o": "7OOOO1",
    "cyrillic_o": "7\u041e0001",
    "letter_l": "70000l",
    "zero_width_space_inside": "700\u200b001",
    "soft_hyphen_inside": "700\u00ad001",
    "right_to_left_mark_before": "\u200f700001",
    "two_ids": "700001/700002",
    "hexadecimal": "0xAAE61",
    "underscores": "700_001",
    "an_apostrophe": "'700001",
    "a_formula": "=700001",
    "brackets": "(700001)",
    "control_character": "700001\x07",
    "exponent_without_sign": "7E5",
    "infinity": "Infinity",
    "not_a_number": "NaN",
}

AS_THEY_STAND = (
    *("00123", "TRUE", "3/4", "1.0", "12E4", "1E5", "1e5", "NA", "NULL", "nan", "None", "-", "#1"),
    *(
        "12345678901234567890123456",
        "=A1",
        "+49 30",
        "-5",
        "$5",
        "50%",
        "1,234",
        "0",
        "\u0663",
        "INF",
    ),
    *(
        "a\u200bb",
        "x\u00ady",
        "\u202eabc",
        "\uff2e\uff11",
        "🧾1",
        "1.5E10",
        "@SUM(A1)",
        "N/A",
        "(none)",
        "nil",
    ),
    *("2026-03-05", "3-1", "1E+", "E+11", "1.2.3E+11x", "#", "##", "REF", "\\N", "<b>1</b>", "a|b"),
)
"""Ids of the accounting system like any other."""

DAMAGED = {
    "1.23457E+11": "number-e-notation",
    "1,23457E+11": "number-e-notation",
    "1E+05": "number-e-notation",
    "1.2e-7": "number-e-notation",
    "-1.23457E+11": "number-e-notation",
    "#N/A": "cell-error",
    "#REF!": "cell-error",
    "#VALUE!": "cell-error",
    "#DIV/0!": "cell-error",
    "#NAME?": "cell-error",
    "#NUM!": "cell-error",
    "#NULL!": "cell-error",
    "#SPILL!": "cell-error",
    "#n/a": "cell-error",
    "#NV": "cell-error",
    "########": "cell-error",
    "Err:502": "cell-error",
    "INV\x001": "external-id-control-characters",
    "INV\x1b[31m": "external-id-control-characters",
    "INV\t1": "external-id-control-characters",
    "INV\u20281": "external-id-control-characters",
    "INV\x851": "external-id-control-characters",
}


def order_ids() -> Iterator[Case]:
    """What is no order id, each in a file of its own beside one that is."""
    for name, text in NO_ORDER_IDS.items():
        yield Case(
            f"order_ids/{name}.csv",
            lines(HEADER, "700002,INV-2", f"{text},INV-1"),
            becomes(
                {700002: booked("INV-2")},
                held(None, "3", "order-id-invalid A3"),
                notices=["rows-without-order 3"],
            ),
        )
    yield Case(
        "order_ids/e_notation.csv",
        lines(HEADER, "700002,INV-2", "7E+05,INV-1", "#N/A,INV-3"),
        becomes(
            {700002: booked("INV-2")},
            held(None, "3", "number-e-notation A3"),
            held(None, "4", "cell-error A4"),
            notices=["rows-without-order 3"],
        ),
    )
    yield Case(
        "order_ids/point_zero_in_the_whole_column.csv",
        lines(HEADER, "700001.0,INV-1", "700002.0,INV-2"),
        becomes({700001: booked("INV-1"), 700002: booked("INV-2")}, notices=["point-zero A2"]),
    )
    yield Case(
        "order_ids/point_zero_in_external_ids_stays.csv",
        lines(HEADER, "700001,1.0", "700002,2.0"),
        becomes({700001: booked("1.0"), 700002: booked("2.0")}),
    )
    yield Case(
        "order_ids/blanks_of_every_kind_around.csv",
        lines(
            HEADER,
            "\u00a0700001\u00a0,\u2003INV-1 ",
            "\u200b700002\t,\ufeffINV-2\u202f",
            "\u3000700003\u2009, INV-3\u2060",
        ),
        becomes({700000 + n: booked(f"INV-{n}") for n in (1, 2, 3)}),
    )
    yield Case(
        "order_ids/the_smallest_and_the_largest.csv",
        lines(HEADER, "1,INV-1", "9223372036854775807,INV-2", "0000700003,INV-3"),
        becomes(
            {1: booked("INV-1"), 9223372036854775807: booked("INV-2"), 700003: booked("INV-3")}
        ),
    )


def external_ids() -> Iterator[Case]:
    """What goes out as it stands, and what is damaged."""
    quoted = ['"{}"'.format(text.replace('"', '""')) for text in AS_THEY_STAND]
    yield Case(
        "external_ids/like_any_other.csv",
        lines(HEADER, *(f"{700001 + at},{text}" for at, text in enumerate(quoted))),
        becomes({700001 + at: booked(text) for at, text in enumerate(AS_THEY_STAND)}),
    )
    yield Case(
        "external_ids/damaged.csv",
        lines(HEADER, *(f'{700001 + at},"{text}"' for at, text in enumerate(DAMAGED))),
        becomes(
            {},
            *(
                held(700001 + at, str(at + 2), f"{code} B{at + 2}")
                for at, code in enumerate(DAMAGED.values())
            ),
        ),
    )
    codes = list(range(700001, 700011))
    yield Case(
        "external_ids/one_lost_its_leading_zero.csv",
        lines(HEADER, *(f"{code},{code % 1000:06}" for code in codes[:9]), "700010,10"),
        becomes(
            {code: booked(f"{code % 1000:06}") for code in codes[:9]} | {700010: booked("10")},
            notices=["lost-zeros B11"],
        ),
    )
    yield Case(
        "external_ids/of_many_lengths_lost_nothing.csv",
        lines(HEADER, "700001,001", "700002,22", "700003,4444", "700004,55555"),
        becomes(
            {
                700001: booked("001"),
                700002: booked("22"),
                700003: booked("4444"),
                700004: booked("55555"),
            }
        ),
    )
    yield Case(
        "external_ids/one_on_two_orders.csv",
        lines(HEADER, "700001,INV-1", "700002,INV-1"),
        becomes(
            {700001: booked("INV-1"), 700002: booked("INV-1")}, notices=["external-id-shared B2"]
        ),
    )
    long = "X" * 40_000
    yield Case(
        "external_ids/of_40000_characters.csv",
        lines(HEADER, f"700001,{long}"),
        becomes({700001: booked(long)}),
    )


def cases() -> Iterator[Case]:
    """All of them."""
    yield from order_ids()
    yield from external_ids()
