"""Amounts by outcome, beside the file's own total; causes, the most frequent first."""

from typing import Any

import pytest
from openpyxl import load_workbook

from reconcile.errors import ExitCode
from tests.conftest import Shop


def summary(shop: Shop, text: str) -> list[list[Any]]:
    finished = shop.run(shop.export(text))
    assert finished.workbook is not None
    assert finished.exit_code in (ExitCode.DONE, ExitCode.INCOMPLETE)
    sheet = load_workbook(finished.workbook)["Summary"]
    return [[v for v in row if v is not None] for row in sheet.iter_rows(values_only=True)]


def block(lines: list[list[Any]], heading: str) -> list[list[Any]]:
    """The lines below a heading, up to the next empty one."""
    start = next((at for at, line in enumerate(lines) if line and line[0] == heading), None)
    if start is None:
        return []
    end = next(at for at in range(start, len(lines)) if not lines[at])
    return lines[start + 1 : end]


HEAD = "Order ID,Order External ID,Amount\n"


def test_the_amounts_of_each_outcome_tie_out_with_the_total_row(shop: Shop) -> None:
    lines = summary(shop, HEAD + '1,A,"1,000.50"\n2,B,20\n3,#N/A,3\nTotal,,"1,023.50"\n')

    assert block(lines, "Amounts: Amount") == [
        ["All rows of export.csv", 1023.5],
        ["  synced", 1020.5],
        ["  rejected", 3],
        ["The total row of the file", 1023.5],
        ["Difference", 0],
    ]
    assert block(lines, "The amounts differ") == []


def test_a_total_row_that_says_something_else_is_shown(shop: Shop) -> None:
    lines = summary(shop, HEAD + "1,A,10.00\n2,B,20.00\nTotal,,40.00\n")

    said = block(lines, "The amounts differ")[0][0]
    assert "says 40.00, and its rows add up to 30.00: a difference of -10.00" in said


def test_a_decimal_comma_is_read_where_every_row_has_one(shop: Shop) -> None:
    text = 'Order ID;Order External ID;Betrag\n1;A;1.000,50\n2;B;"20,25"\nSumme;;1.020,75\n'

    assert ["All rows of export.csv", 1020.75] in block(summary(shop, text), "Amounts: Betrag")


@pytest.mark.parametrize(
    "rows", ["1,A,10\n2,B,ten\n", '1,A,"1,234"\n2,B,"5,678"\n', "1,A,\n2,B,5\n"]
)
def test_what_cant_be_read_in_one_way_is_not_summed(shop: Shop, rows: str) -> None:
    assert block(summary(shop, HEAD + rows), "Amounts: Amount") == []


def test_an_amount_of_the_order_on_each_of_its_rows_is_no_difference(shop: Shop) -> None:
    text = "Order ID,Item ID,Item External ID,Total\n1,11,A,50\n1,12,B,50\n2,21,C,7\nTotal,,,57\n"

    assert block(summary(shop, text), "The amounts differ") == []


def test_causes_are_counted_and_say_what_to_do(shop: Shop) -> None:
    lines = summary(shop, "Order ID,Order External ID\n1,#N/A\n2,#REF!\n3,1.2E+11\nx,D\n4,E\n")

    causes = block(lines, "What is wrong, the most frequent first")
    assert causes[0] == ["Count", "What is wrong", "What to do"]
    assert causes[1] == [
        2,
        'The cell holds the error "#N/A" (for example)',
        "Mend the formula or look-up that failed, or empty the cell.",
    ]
    assert [line[0] for line in causes[2:]] == [1, 1]


def test_there_is_a_line_for_a_signature_and_settings_are_words(shop: Shop) -> None:
    lines = summary(shop, "Order ID,Order External ID\n1,A\n")

    assert block(lines, "Checked by") == [["Name and date"], ["Signature"]]
    assert ["token_file", "not set"] in lines
    assert ["status_updates", "no"] in lines
