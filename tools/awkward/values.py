"""Quantities, yes and no, the clear word, errors, statuses."""

from collections.abc import Iterator

from awkward.case import UNSET, Case, becomes, booked, held, item, lines

__all__ = ["cases"]

ITEMS = "Order ID,Item ID,Supplier SKU External ID,Supplier SKU Quantity"
NO_QUANTITIES = (
    *(
        "0",
        "-1",
        "1.5",
        "1e2",
        "2 pcs",
        "two",
        "+1",
        "1.0",
        "½",
        "\uff12",
        "(2)",
        "9223372036854775808",
    ),
    *("#N/A", "1E+2", "(clear)", "TRUE"),
)
_CODES = {"#N/A": "cell-error", "(clear)": "clear-not-allowed"}
YES = ("true", "TRUE", "Yes", "y", "T", "1")
NO = ("false", "No", "n", "F", "0")


def quantities() -> Iterator[Case]:
    """Of supplier SKUs."""
    yield Case(
        "quantities/that_can_not_be_sent.csv",
        lines(
            ITEMS,
            "700001,9001,S,3",
            *(f"{700002 + at},{9002 + at},S,{text}" for at, text in enumerate(NO_QUANTITIES)),
        ),
        becomes(
            {700001: booked(UNSET, item(9001, S=3))},
            *(
                held(700002 + at, str(at + 3), f"{_CODES.get(text, 'quantity-invalid')} D{at + 3}")
                for at, text in enumerate(NO_QUANTITIES)
            ),
        ),
    )
    yield Case(
        "quantities/point_zero_in_the_whole_column.csv",
        lines(ITEMS, "700001,9001,S,3.0", "700002,9002,S,1.0"),
        becomes(
            {700001: booked(UNSET, item(9001, S=3)), 700002: booked(UNSET, item(9002, S=1))},
            notices=["point-zero D2"],
        ),
    )
    yield Case(
        "quantities/without_a_supplier_sku.csv",
        lines(ITEMS, "700001,9001,,3", "700002,9002,S,"),
        becomes(
            {700002: booked(UNSET, item(9002, S=None))},
            held(700001, "2", "sku-id-missing D2"),
        ),
    )


def words() -> Iterator[Case]:
    """Yes and no, clear, errors."""
    header = "Order ID,Order External ID,Accounting Synced,Accounting Sync Error"
    said = [(word, True) for word in YES] + [(word, False) for word in NO]
    yield Case(
        "words/yes_and_no.csv",
        lines(header, *(f"{700001 + at},X{at},{word}," for at, (word, _) in enumerate(said))),
        becomes(
            {700001 + at: booked(f"X{at}", synced=value) for at, (_, value) in enumerate(said)}
        ),
    )
    unknown = ("ja", "si", "2", "-", "paid", "x", "null", "TRUE!", "yes no", "✓")
    yield Case(
        "words/neither_yes_nor_no.csv",
        lines(header, *(f"{700001 + at},X{at},{word}," for at, word in enumerate(unknown))),
        becomes(
            {},
            *(
                held(700001 + at, str(at + 2), f"synced-invalid C{at + 2}")
                for at in range(len(unknown))
            ),
        ),
    )
    yield Case(
        "words/own_words_for_yes_and_no.csv",
        lines(header, "700001,X1,Ja,", "700002,X2,WAHR,", "700003,X3, nein ,"),
        becomes(
            {
                700001: booked("X1"),
                700002: booked("X2"),
                700003: booked("X3", synced=False),
            },
            settings={"values": {"Ja": "yes", "wahr": "yes", "Nein": "no"}},
            notices=["word-understood C2", "word-understood C3", "word-understood C4"],
        ),
    )
    yield Case(
        "words/clear_where_null_is_allowed.csv",
        lines(
            f"{header},Item ID,Item External ID",
            "700001,(clear),,,,",
            "700002,X2,(Clear),,,",
            "700003,,,,9003,(CLEAR)",
        ),
        becomes(
            {
                700001: booked(None, synced=UNSET),
                700002: booked("X2", synced=None),
                700003: booked(UNSET, item(9003, None), synced=UNSET),
            }
        ),
    )
    yield Case(
        "words/clear_where_null_is_not_allowed.csv",
        lines(
            f"{header},Item ID,Supplier SKU External ID,Supplier SKU Quantity",
            "(clear),X1,,,,,",
            "700002,X2,,(clear),,,",
            "700003,X3,,,(clear),S,",
            "700004,X4,,,9004,(clear),",
            "700005,X5,,,9005,S,(clear)",
        ),
        becomes(
            {},
            held(700002, "3", "clear-not-allowed D3"),
            held(700003, "4", "item-id-invalid E4"),
            held(700004, "5", "clear-not-allowed F5"),
            held(700005, "6", "clear-not-allowed G6"),
            held(None, "2", "order-id-invalid A2"),
            notices=["rows-without-order 2"],
        ),
    )
    yield Case(
        "words/own_clear_word.csv",
        lines(header, "700001,leeren,,", "700002,(clear),,"),
        becomes(
            {700001: booked(None, synced=UNSET), 700002: booked("(clear)")},
            settings={"clear_word": "LEEREN"},
        ),
    )
    yield Case(
        "words/sync_errors.csv",
        lines(
            header,
            '700001,,,"Line 1\nLine 2\tand a bell \x07"',
            "700002,X2,no,Tax code missing",
            "700003,X3,yes,Tax code missing",
            "700004,X4,,#N/A",
            '700005,,,"\x00\x01"',
        ),
        becomes(
            {
                700001: booked(synced=UNSET, error="Line 1\nLine 2\tand a bell"),
                700002: booked("X2", synced=False, error="Tax code missing"),
            },
            held(700003, "4", "synced-with-error C4 D4"),
            held(700004, "5", "cell-error D5"),
            held(700005, "6", "nothing-to-send B6"),
            notices=["control-characters-removed D2"],
        ),
    )
    for default, synced in (("none", UNSET), (True, True), (False, False)):
        name = str(default).lower()
        yield Case(
            f"words/the_default_{name}_never_makes_a_call.csv",
            lines("Order ID,Order External ID,Item ID", "700001,INV-1,", "700002,,9002"),
            becomes(
                {700001: booked("INV-1", synced=synced)},
                held(700002, "3", "nothing-to-send B3"),
                settings={"accounting_synced": default},
            ),
        )


def statuses() -> Iterator[Case]:
    """Status calls, asked for and not."""
    header = "Order ID,Order External ID,Status,Update Note"
    rows = (
        "700001,X1,closed,done",
        "700002,X2,Shipped,",
        "700003,X3,,a note alone",
        "700004,,On  Hold,",
        "700005,,on hold,",
        "700006,X6,Delivered,",
    )
    yield Case(
        "statuses/asked_for.csv",
        lines(header, *rows),
        becomes(
            {
                700001: booked("X1"),
                700002: booked("X2"),
                700003: booked("X3"),
                700006: booked("X6"),
            },
            held(700004, "5", "status-invalid C5"),
            settings={"status_updates": True, "values": {"Shipped": "Closed"}},
            statuses={
                700001: {"status": "Closed", "updateNote": "done"},
                700002: {"status": "Closed"},
                700005: {"status": "On Hold"},
            },
            notices=["note-without-status D4", "word-understood C3"],
        )
        | {"status_issues": {"700006": [["status-invalid", "C7"]]}},
    )
    yield Case(
        "statuses/not_asked_for.csv",
        lines(header, *rows[:3]),
        becomes(
            {700001: booked("X1"), 700002: booked("X2"), 700003: booked("X3")},
            notices=["status-not-asked-for C"],
        ),
    )
    yield Case(
        "statuses/two_of_one_order_and_a_note_that_is_too_long.csv",
        lines(
            header,
            "700001,X1,Open,",
            "700001,X1,Closed,",
            f"700002,X2,Open,{'n' * 501}",
            "700003,X3,Open,first",
            "700003,,,second",
            "700004,X4,Open,a\x07b",
        ),
        becomes(
            {700000 + n: booked(f"X{n}") for n in (1, 2, 3, 4)},
            settings={"status_updates": True},
            statuses={700004: {"status": "Open", "updateNote": "ab"}},
            notices=["control-characters-removed D7"],
        )
        | {
            "status_issues": {
                "700001": [["status-differs", "C2", "C3"]],
                "700002": [["note-invalid", "D4"]],
                "700003": [["note-differs", "D5", "D6"]],
            }
        },
    )


def cases() -> Iterator[Case]:
    """All of them."""
    for topic in (quantities, words, statuses):
        yield from topic()
