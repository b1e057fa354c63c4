"""Amounts by outcome, beside the file's own total; causes, the most frequent first.

An alarm that is false once is not believed twice: most tests are of files that tie out.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from reconcile.domain.errors import ExitCode
from reconcile.job.planned_input import SendRules
from reconcile.job.send import Finished
from reconcile.sandbox import Answer, Scripted
from tests.conftest import Shop


def summary(shop: Shop, text: str, expect: int | None = None) -> list[list[Any]]:
    finished = shop.run(shop.export(text))
    assert finished.workbook is not None
    assert (
        finished.exit_code in (ExitCode.DONE, ExitCode.INCOMPLETE)
        if expect is None
        else (finished.exit_code == expect)
    )
    return lines_of(finished)


def lines_of(finished: Finished) -> list[list[Any]]:
    """The lines of Summary, without empty cells."""
    assert finished.workbook is not None
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


def test_a_total_row_that_says_something_else_is_shown_and_ends_the_run_with_5(shop: Shop) -> None:
    lines = summary(shop, HEAD + "1,A,10.00\n2,B,20.00\nTotal,,40.00\n", ExitCode.INTERNAL)

    said = block(lines, "The amounts differ")[0][0]
    assert "says 40.00, and its rows add up to 30.00: a difference of -10.00" in said
    assert block(lines, "The run was stopped") == []
    assert block(lines, "Amounts: Amount")[-1] == ["Difference", -10]


def test_a_decimal_comma_is_read_where_every_row_has_one(shop: Shop) -> None:
    text = 'Order ID;Order External ID;Betrag\n1;A;1.000,50\n2;B;"20,25"\nSumme;;1.020,75\n'

    assert ["All rows of export.csv", 1020.75] in block(summary(shop, text), "Amounts: Betrag")


@pytest.mark.parametrize(
    "rows", ["1,A,10\n2,B,ten\n", '1,A,"1,234"\n2,B,"5,678"\n', "1,A,\n2,B,\n"]
)
def test_what_cant_be_read_in_one_way_is_not_summed(shop: Shop, rows: str) -> None:
    assert block(summary(shop, HEAD + rows), "Amounts: Amount") == []


ITEMS = "Order ID,Item ID,Item External ID,Total\n"
TYPED = "Order ID,Order External ID,Amount,Type\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ITEMS + "1,11,A,50\n1,12,B,50\n2,21,C,7\nTotal,,,57\n", id="each order once"),
        pytest.param(
            ITEMS + "1,11,A,50\n1,12,B,50\n1,13,C,30\n2,21,D,7\nTotal,,,87\n",
            id="each of an order's two invoices once",
        ),
        pytest.param(
            ITEMS + "1,11,A,50\n1,12,B,50\nx,21,C,7\nx,22,D,7\nTotal,,,57\n",
            id="each order once, one of them without a sound id",
        ),
        pytest.param(
            ITEMS + "1,11,A,50\n1,12,B,50\n2,21,C,7\n2,22,D,7\nTotal,,,64\n",
            id="it can't be told which amounts stand there twice",
        ),
        pytest.param(
            HEAD + "1,A,10\n2,B,20\nTotal,,30\n3,C,5\n", id="a total with more rows below it"
        ),
        pytest.param(HEAD + "1,A,10\nTotal,,10\n2,B,20\nTotal,,20\n", id="a total of each group"),
        pytest.param(HEAD + "1,A,10\n2,B,20\n,,5\n", id="an amount that nothing names"),
        pytest.param(
            HEAD + "1,A,100\n2,B,20\nSubtotal,,120\nTotal tax,,24\nTotal,,144\n", id="a tax below"
        ),
        pytest.param(
            HEAD + "Balance brought forward,,500\n1,A,100\n2,B,20\nTotal,,620\n",
            id="a balance brought forward",
        ),
        pytest.param(
            HEAD + "1,A,3.33\n2,B,3.33\n3,C,3.33\nTotal,,10.00\n",
            id="rounding in a file that holds amounts as shown",
        ),
        pytest.param(
            HEAD + "1,A,USD 10.00\n2,B,EUR 20.00\nTotal,,USD 33.00\n", id="two currencies"
        ),
        pytest.param(
            HEAD.replace("\n", ",Currency\n") + "1,A,10,USD\n2,B,20,EUR\nTotal,,33,\n",
            id="a column of currencies",
        ),
        pytest.param(ITEMS + "1,11,A,50\n1,12,B,\n2,21,C,7\nTotal,,,57\n", id="an empty amount"),
        pytest.param(HEAD + "1,A,10\n2,B,20\nTotal,,(30.00)\n", id="a total on the credit side"),
        pytest.param(HEAD + "1,A,10\n2,B,7,moved\nTotal,,30\n", id="a row that has moved"),
    ],
)
def test_what_may_well_be_right_is_no_alarm(shop: Shop, text: str) -> None:
    assert block(summary(shop, text), "The amounts differ") == []


def test_an_order_counted_once_is_counted_so_by_outcome(shop: Shop) -> None:
    text = ITEMS + "1,11,A,50\n1,12,B,50\n2,21,#N/A,7\nTotal,,,57\n"

    assert block(summary(shop, text), "Amounts: Total") == [
        ["All orders of export.csv, each once", 57],
        ["  synced", 50],
        ["  rejected", 7],
        ["The total row of the file", 57],
        ["Difference", 0],
    ]


@pytest.mark.parametrize("rules", [SendRules(limit=1), SendRules(orders=(2,))])
def test_a_pilot_counts_the_rows_that_it_leaves_out(shop: Shop, rules: SendRules) -> None:
    text = HEAD + "1,A,10\n2,B,20\n3,C,30\nTotal,,60\n"
    finished = shop.run(shop.export(text), rules=rules)

    assert finished.exit_code is ExitCode.DONE
    assert ["  ignored: not in the pilot", 40 if rules.orders else 50] in lines_of(finished)


def test_rows_that_only_leaves_out_are_counted(shop: Shop) -> None:
    text = TYPED + "1,A,10,x\n2,B,20,y\nTotal,,30,\n"

    assert shop.run(shop.export(text), only={"Type": ["x"]}).exit_code is ExitCode.DONE
    wrong = text.replace("30", "35")
    finished = shop.run(shop.export(wrong, "wrong.csv"), only={"Type": ["x"]})
    assert finished.exit_code is ExitCode.INTERNAL


def test_the_total_of_all_files_may_stand_in_the_last(shop: Shop) -> None:
    first = shop.export(HEAD + "1,A,10\n", "a.csv")
    last = shop.export(HEAD + "2,B,20\nTotal,,30\n", "b.csv")
    assert shop.run(first, last).exit_code is ExitCode.DONE

    other = shop.export(HEAD + "3,C,20\nTotal,,50\n", "c.csv")
    assert shop.run(first, other).exit_code is ExitCode.INTERNAL


def workbook_of(path: Path, rows: list[list[Any]], hidden: int | None = None) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if hidden is not None:
        book.active.row_dimensions[hidden].hidden = True
    book.save(path)
    return path


ROWS: list[list[Any]] = [
    ["Order ID", "Order External ID", "Amount"],
    ["1", "A", 10.5],
    ["2", "B", 20],
    ["3", "#N/A", 30],
    ["Total", None, 60.5],
]


def test_hidden_rows_may_not_be_in_the_total(shop: Shop) -> None:
    rows = [*ROWS[:4], ["Total", None, 40.5]]
    path = workbook_of(shop.folder / "hidden.xlsx", rows, hidden=3)
    finished = shop.run(path)

    assert finished.exit_code is ExitCode.INCOMPLETE
    said = block(lines_of(finished), "About this difference")[0][0]
    assert said == "The file has hidden or filtered rows, which its total may leave out."
    seen = workbook_of(shop.folder / "seen.xlsx", rows)
    assert shop.run(seen).exit_code is ExitCode.INTERNAL


def test_results_that_are_dropped_again_raise_no_alarm(shop: Shop) -> None:
    finished = shop.run(workbook_of(shop.folder / "export.xlsx", ROWS))
    assert finished.exit_code is ExitCode.INCOMPLETE
    assert finished.workbook is not None
    again = shop.run(finished.workbook)
    assert again.exit_code is ExitCode.INCOMPLETE

    book = load_workbook(finished.workbook)
    for name in book.sheetnames:
        if name != "Sheet":
            del book[name]
    book["Sheet"]["B4"] = "C"
    mended = shop.folder / "mended.xlsx"
    book.save(mended)
    assert shop.run(mended).exit_code is ExitCode.DONE


def test_resume_and_report_say_the_same_as_the_run(
    shop: Shop, command: Callable[..., tuple[int, str, str]]
) -> None:
    export = shop.export(HEAD + "1,A,10.00\n2,B,20.00\nTotal,,40.00\n")
    sentence = "The total row of export.csv says 40.00"

    code, out, _ = command("run", "--yes", export)
    assert code == ExitCode.INTERNAL
    assert f"WRONG      {sentence}" in out
    code, out, err = command("report")
    assert code == ExitCode.INTERNAL
    assert sentence in err
    code, out, err = command("run", "--yes", "--quiet", export)
    assert (code, out) == (ExitCode.INTERNAL, "")
    assert sentence in err
    code, out, _ = command("run", "--yes", "--json", export)
    assert sentence in json.loads(out)["wrong"][0]


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


def test_answers_with_different_numbers_are_different_causes(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(404)))
    shop.server.inject(Scripted("accounting-sync", 2, Answer(400)))
    lines = summary(shop, "Order ID,Order External ID\n1,A\n2,B\n")

    causes = block(lines, "What is wrong, the most frequent first")[1:]
    assert [line[0] for line in causes] == [1, 1]
    assert "answered 404 (not found)" in causes[0][1]


def test_there_is_a_line_for_a_signature_and_settings_are_words(shop: Shop) -> None:
    lines = summary(shop, "Order ID,Order External ID\n1,A\n")

    assert block(lines, "Checked by") == [["Name and date"], ["Signature"]]
    assert ["token_file", "not set"] in lines
    assert ["status_updates", "no"] in lines
