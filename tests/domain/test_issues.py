"""The catalogue: every code can happen, and says where, what was found, and what to do."""

import re
from dataclasses import replace
from typing import Any

import pytest

from reconcile.domain.id_map import Entry, IdMap
from reconcile.domain.issues import ISSUES, NOTICES, Scope, explain, reason, remedy
from reconcile.domain.model import (
    CellRef,
    Field,
    Issue,
    Notice,
    RowRef,
    SourceType,
    column_letter,
)
from reconcile.domain.rules import ResolvingRules
from reconcile.loader import Export
from reconcile.planner.validation import NOTE_LIMIT
from tests.builders import held_orders, issues, payloads, planned, sheet, source, status_calls, told

LONG_NOTE = "x" * (NOTE_LIMIT + 1)
AS_TEXT = "Format the column as text in the accounting export and export it again."

EXAMPLES: dict[str, Export] = {
    "order-id-invalid": sheet("order | order ext\nx | INV-1"),
    "order-id-missing": sheet("order | order ext\n | INV-1"),
    "item-id-invalid": sheet("order | item\n1 | x"),
    "item-id-missing": sheet("order | item | item ext\n1 | | L-5"),
    "item-row-below": sheet("order | item | item ext\n1 | 5 | L-5\n | 6 | L-6"),
    "sku-id-missing": sheet("order | item | sku ext | sku qty\n1 | 5 | | 2"),
    "order-number-unknown": sheet("number | order ext\nFLX-1009 | INV-1"),
    "order-number-ambiguous": sheet("number | order ext\nFLX-1002 | INV-1"),
    "order-number-without-prefix": sheet("number | order ext\n1001 | INV-1"),
    "order-number-differs": sheet("order | number | order ext\n2 | FLX-1001 | INV-1"),
    "document-of-orders": replace(
        sheet("number | order ext\nFLX-1001 | A\nFLX-1003 | A\n | A"), documents=["A", "A", "A"]
    ),
    "items-unknown": sheet("order | order ext | sku\n2 | INV-1 | RED"),
    "sku-unknown": sheet("order | order ext | sku\n1 | INV-1 | GREEN"),
    "sku-ambiguous": sheet("order | order ext | sku\n1 | INV-1 | BLUE"),
    "sku-differs": sheet("order | order ext | item | sku\n1 | INV-1 | 9 | RED"),
    "heading-missing": sheet(
        "order | order ext\n1 | INV-1", issues={2: ("heading-missing", "order", '""', "")}
    ),
    "booking-unknown": sheet(
        "order | order ext\n1 | INV-1",
        issues={2: ("booking-unknown", "order", '"Rechnung"', "QuickBooks Online")},
    ),
    "external-id-control-characters": sheet("order | order ext\n1 | a\x07b"),
    "cell-error": sheet("order | order ext\n1 | #N/A"),
    "cell-formula": sheet("order | order ext\n1 |", was={(2, "order ext"): SourceType.FORMULA}),
    "cell-date": sheet(
        "order | order ext\n1 | 2024-03-01", was={(2, "order ext"): SourceType.DATE}
    ),
    "cell-boolean": sheet(
        "order | order ext\n1 | TRUE", was={(2, "order ext"): SourceType.BOOLEAN}
    ),
    "number-too-long": sheet(
        "order | order ext\n1 | 1234567890123450", was={(2, "order ext"): SourceType.LONG_NUMBER}
    ),
    "number-e-notation": sheet("order | order ext\n1 | 1.23457E+11"),
    "quantity-invalid": sheet("order | item | sku ext | sku qty\n1 | 5 | S-1 | 0"),
    "synced-invalid": sheet("order | synced\n1 | maybe"),
    "clear-not-allowed": sheet("order | item | sku ext\n1 | 5 | (clear)"),
    "row-too-long": sheet("order | order ext\n1 | INV-1", surplus={2: ("x",)}),
    "order-external-id-differs": sheet("order | order ext\n1 | INV-1\n1 | INV-2"),
    "item-external-id-differs": sheet("order | item | item ext\n1 | 5 | a\n1 | 5 | b"),
    "quantity-differs": sheet("order | item | sku ext | sku qty\n1 | 5 | S | 1\n1 | 5 | S | 2"),
    "synced-differs": sheet("order | synced\n1 | yes\n1 | no"),
    "synced-with-error": sheet("order | synced | error\n1 | yes | wrong"),
    "sync-error-differs": sheet("order | error\n1 | wrong\n1 | worse"),
    "item-in-two-orders": sheet("order | order ext | item\n1 | A | 5\n2 | B | 5"),
    "nothing-to-send": sheet("order | item\n1 | 5"),
    "status-invalid": sheet("order | order ext | status\n1 | INV-1 | gone"),
    "status-differs": sheet("order | order ext | status\n1 | INV-1 | open\n1 | | closed"),
    "note-differs": sheet("order | order ext | status | note\n1 | A | open | a\n1 | | | b"),
    "note-invalid": sheet(f"order | order ext | status | note\n1 | A | open | {LONG_NOTE}"),
}
"""The smallest rows that show each issue."""

IDS = IdMap.of(
    [
        Entry(1, ("1001",), CellRef("ids.csv", "", 2), "RED", 11),
        Entry(1, ("1001",), CellRef("ids.csv", "", 3), "BLUE", 12),
        Entry(1, ("1001",), CellRef("ids.csv", "", 4), "BLUE", 13),
        Entry(2, ("1002",), CellRef("ids.csv", "", 5)),
        Entry(3, ("1002",), CellRef("ids.csv", "", 6)),
        Entry(4, ("1003",), CellRef("ids.csv", "", 7)),
    ]
)
PREFIX = ResolvingRules(prefix="FLX-")

WITH_AN_ISSUE = pytest.mark.parametrize(("code", "rows"), EXAMPLES.items(), ids=EXAMPLES)


def example(code: str) -> Issue:
    found = issues(planned(EXAMPLES[code], send_status=True, ids=IDS, resolving=PREFIX))
    return next(issue for issue in found if issue.code == code)


FOUND_ONLINE = {"would-overwrite", "item-not-in-order", "order-not-read"}
"""What no rows can show: their examples are in tests/orders/test_overwrite.py."""


def test_every_code_of_the_catalogue_has_an_example_here() -> None:
    assert set(EXAMPLES) | FOUND_ONLINE == set(ISSUES)


@WITH_AN_ISSUE
def test_each_issue_says_where_what_was_found_what_was_expected_and_what_to_do(
    code: str, rows: Export
) -> None:
    found = issues(planned(rows, send_status=True, ids=IDS, resolving=PREFIX))
    issue = next(issue for issue in found if issue.code == code)
    where, rest = explain(issue).split(": ", maxsplit=1)
    words, rest = rest.split("; expected ")

    assert where == ", ".join(map(str, issue.places))
    assert where.startswith("export.xlsx!Sheet1")
    assert words == reason(issue)
    assert issue.found in words or issue.found == '""'
    assert rest.endswith(f". {remedy(issue)} [{code}]")
    assert not rest.startswith(". ")
    assert remedy(issue).endswith(".")


@WITH_AN_ISSUE
def test_each_issue_reaches_as_far_as_its_scope_says(code: str, rows: Export) -> None:
    made = planned(rows, send_status=True, ids=IDS, resolving=PREFIX)

    if ISSUES[code].scope is Scope.STATUS:
        assert list(payloads(made)) == [1]
        assert status_calls(made) == {}
        assert held_orders(made) == set()
    else:
        assert payloads(made) == {}
        assert made.rejections


@pytest.mark.parametrize("code", [*ISSUES, *NOTICES])
def test_codes_are_words_joined_by_hyphens(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)


def test_no_code_is_both_an_issue_and_a_notice() -> None:
    assert not set(ISSUES) & set(NOTICES)


@pytest.mark.parametrize("kind", ISSUES.values(), ids=ISSUES)
def test_messages_carry_nothing_but_what_was_found_and_its_detail(kind: Any) -> None:
    for words in (kind.sentence, kind.expected, kind.remedy):
        assert set(re.findall(r"\{(.*?)\}", words)) <= {"found", "detail"}
    assert kind.sentence[0].isupper() or kind.sentence.startswith("{found}")
    assert not kind.sentence.endswith(".")


WHOLE_MESSAGES = {
    "order-id-invalid": """
        export.xlsx!Sheet1!A2: The order id "x" is not an id; expected a whole number from 1 to
        9223372036854775807, in the digits 0-9. Put Flxpoint's order id into the cell.
        [order-id-invalid]
    """,
    "cell-error": """
        export.xlsx!Sheet1!B2: The cell holds the error "#N/A"; expected a value.
        Mend the formula or look-up that failed, or empty the cell. [cell-error]
    """,
    "number-e-notation": f"""
        export.xlsx!Sheet1!B2: "1.23457E+11" is a long number that lost its digits;
        expected the id as the accounting system shows it. {AS_TEXT} [number-e-notation]
    """,
    "row-too-long": """
        export.xlsx!Sheet1:2: The row has more cells than the header (beyond it: "x");
        its values may have moved; expected as many cells as the header, or fewer.
        Look for a separator inside a value that should stand in quotes, and export again.
        [row-too-long]
    """,
    "quantity-differs": """
        export.xlsx!Sheet1!D2, export.xlsx!Sheet1!D3: Supplier SKU "S" of item 5 has different
        quantities: "1", "2"; expected one quantity for a supplier SKU of an item.
        Leave the right value on one of the rows, or on all of them. [quantity-differs]
    """,
    "note-invalid": f"""
        export.xlsx!Sheet1!D2: The note "{"x" * 60}\u2026" can't be sent;
        expected a text of at most 500 characters. Shorten or mend the note. [note-invalid]
    """,
    "status-invalid": """
        export.xlsx!Sheet1!C2: "gone" is not a status; expected one of Open, Closed, Canceled,
        On Hold, Failed, No Shipping Method, Not Managed, or a word of `values:` in config.yaml.
        Write one of the statuses, or add the word to `values:` in config.yaml. [status-invalid]
    """,
}


@pytest.mark.parametrize(("code", "words"), WHOLE_MESSAGES.items(), ids=WHOLE_MESSAGES)
def test_the_whole_message_is_one_line(code: str, words: str) -> None:
    assert explain(example(code)) == " ".join(words.split())


@pytest.mark.parametrize(
    "code", ["number-e-notation", "number-too-long", "cell-date", "cell-boolean"]
)
def test_damage_done_by_a_number_column_comes_with_the_advice_to_format_it_as_text(
    code: str,
) -> None:
    assert AS_TEXT in remedy(example(code))


@pytest.mark.parametrize(
    "found", ["{found}", "{0}", "{detail}", "{", "}", "%s", "{found.__class__}"]
)
def test_what_stands_in_a_cell_is_never_taken_for_a_template(found: str) -> None:
    rows = source([{Field.ORDER_ID: found, Field.ORDER_EXTERNAL_ID: "INV-1"}])

    assert reason(issues(planned(rows))[0]) == f'The order id "{found}" is not an id'


@pytest.mark.parametrize("dirt", ["a\nb", "a\x1b[2Jb", "a\r\nb", "a\u202eb", "a\ud800b", "a\tb"])
def test_a_message_stays_on_its_line_whatever_stands_in_the_cell(dirt: str) -> None:
    rows = source(
        [
            {Field.ORDER_ID: "1", Field.ORDER_EXTERNAL_ID: dirt, Field.ITEM_ID: dirt},
            {Field.ORDER_ID: "2", Field.ACCOUNTING_SYNC_ERROR: dirt},
            {Field.ORDER_ID: "2", Field.ACCOUNTING_SYNC_ERROR: "b", Field.STATUS: dirt},
            {Field.ORDER_ID: dirt},
        ]
    )
    made = planned(rows, send_status=True)
    lines = [explain(one) for one in told(made)]

    assert len(lines) >= 5
    assert all(line.isprintable() for line in lines)


# Notices


@pytest.mark.parametrize("code", NOTICES)
def test_a_notice_says_where_and_what(code: str) -> None:
    words = explain(Notice(code, CellRef("a.csv", "", 3, 1), '"this"', detail="<detail>"))

    assert words.startswith("a.csv!B3: ")
    assert '"this"' in words
    assert ("<detail>" in words) == ("{detail}" in NOTICES[code].sentence)
    assert "times" not in words


def test_a_notice_of_many_cells_says_how_many_and_where_the_first_stands() -> None:
    notice = Notice("word-understood", CellRef("a.xlsx", "S", 3, 6), '"Ja"', 12, "yes")

    assert explain(notice) == 'a.xlsx!S!G3: "Ja" is understood as yes (12 times, first here)'


# Places


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (CellRef("export.xlsx", "Sheet1", 14, 2), "export.xlsx!Sheet1!C14"),
        (CellRef("export.xlsx", "Sheet1", 14), "export.xlsx!Sheet1:14"),
        (CellRef("export.xlsx", "Sheet1", 0, 2), "export.xlsx!Sheet1!C"),
        (CellRef("export.xlsx", "Sheet1", 0), "export.xlsx!Sheet1"),
        (CellRef("export.csv", "", 14, 0), "export.csv!A14"),
        (CellRef("export.csv", "", 14), "export.csv:14"),
        (CellRef("export.csv", "", 0), "export.csv"),
    ],
)
def test_a_place_is_a_cell_a_row_or_a_file_as_far_as_it_is_known(
    place: CellRef, words: str
) -> None:
    assert str(place) == words


def test_a_row_is_shown_as_a_spreadsheet_shows_it() -> None:
    assert str(RowRef("acme.xlsx", "Invoices", 17)) == "acme.xlsx!Invoices:17"
    assert str(RowRef("acme.csv", "", 17)) == "acme.csv:17"


@pytest.mark.parametrize(
    ("position", "letters"),
    [
        (0, "A"),
        (25, "Z"),
        (26, "AA"),
        (51, "AZ"),
        (52, "BA"),
        (701, "ZZ"),
        (702, "AAA"),
        (16383, "XFD"),
    ],
)
def test_columns_have_the_letters_that_a_spreadsheet_shows(position: int, letters: str) -> None:
    assert column_letter(position) == letters
