"""Results dropped again until nothing is left: corrections are taken, what is done stays done."""

import csv
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from reconcile.domain.errors import ExitCode
from reconcile.domain.model import Outcome
from reconcile.sandbox import Answer, SandboxSettings, Scripted
from tests.conftest import TOKEN, Shop
from tests.sandboxes import Sandbox

HEADER = ["Memo", "Order ID", "Order External ID", "Item ID", "Item External ID", "Customer"]
FAULTS = ("order id", "error", "digits", "date", "boolean", "differs")
CUSTOMERS = ("", "Müller & Söhne", "=1+1", "-10% agreed", "Smith, J", 'a "quote"', "two\nlines")
A_DATE = datetime(2026, 3, 1)  # noqa: DTZ001 - Excel knows no zones
WAYS = ("the results", "Failures as xlsx", "Failures as csv", "their own sheet")

Line = dict[str, Any]


@dataclass
class Case:
    """An export with faults, what it should have said, and what the API refuses once."""

    kind: str
    truth: dict[str, Line]
    faults: dict[str, tuple[str, Any]]
    refused: list[int]
    ways: list[str]
    patience: list[int] = field(default_factory=list)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    kind = draw(st.sampled_from(["csv", "xlsx"]))
    truth: dict[str, Line] = {}
    for order in range(1, draw(st.integers(1, 5)) + 1):
        for item in range(1, draw(st.integers(1, 3)) + 1):
            memo = f"row {order}-{item}"
            truth[memo] = {
                "Memo": memo,
                "Order ID": str(order),
                "Order External ID": f"00{order}",
                "Item ID": str(order * 10 + item),
                "Item External ID": f"L-{order}-{item}",
                "Customer": draw(st.sampled_from(CUSTOMERS)),
            }
    faulty = draw(st.lists(st.sampled_from(sorted(truth)), unique=True, max_size=4))
    faults = {memo: wrong(draw(st.sampled_from(FAULTS)), kind) for memo in faulty}
    refused = draw(st.lists(st.integers(1, 5), unique=True, max_size=2))
    ways = draw(st.lists(st.sampled_from(WAYS), min_size=6, max_size=6))
    return Case(kind, truth, faults, refused, ways, draw(st.lists(st.integers(1, 3), max_size=3)))


def wrong(fault: str, kind: str) -> tuple[str, Any]:
    """The column and the value of a fault."""
    typed = kind == "xlsx"
    return {
        "order id": ("Order ID", "x7"),
        "error": ("Item External ID", "#N/A"),
        "digits": ("Item External ID", "1.23457E+11"),
        "date": ("Item External ID", A_DATE if typed else "#VALUE!"),
        "boolean": ("Item External ID", True if typed else "#REF!"),
        "differs": ("Order External ID", "#NAME?"),
    }[fault]


@contextmanager
def opened(case: Case) -> Iterator[Shop]:
    orders: dict[int, Line] = {}
    for line in case.truth.values():
        order = orders.setdefault(int(line["Order ID"]), {"orderItems": []})
        order["id"] = int(line["Order ID"])
        order["orderItems"].append({"id": int(line["Item ID"])})
    folder = Path(tempfile.mkdtemp())
    how = SandboxSettings(tokens=(TOKEN,), rate=100_000, orders=list(orders.values()))
    with Sandbox(how) as server:
        for order_id in case.refused:
            server.inject(Scripted("accounting-sync", order_id, Answer(422, body="no")))
        yield Shop(server, folder)
    shutil.rmtree(folder)


def written(case: Case, folder: Path) -> Path:
    rows = []
    for memo, line in case.truth.items():
        column, value = case.faults.get(memo, ("Memo", memo))
        rows.append({**line, column: value})
    path = folder / f"export.{case.kind}"
    if case.kind == "csv":
        write_csv(path, [HEADER, *([row[name] for name in HEADER] for row in rows)])
        return path
    book = Workbook()
    book.active.title = "Invoices"
    heading: Line = dict(zip(HEADER, HEADER, strict=True))
    for at, row in enumerate([heading, *rows], start=1):
        for position, name in enumerate(HEADER, start=1):
            put(book.active.cell(at, position), row[name])
    book.save(path)
    return path


def put(cell: Any, value: object) -> None:
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[shown(value) for value in row] for row in rows])


def shown(value: object) -> str:
    """A cell as a spreadsheet writes it into a CSV file."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case date():
            return value.strftime("%Y-%m-%d")
        case _:
            return str(value)


def corrected(book: Any, sheet: str, header: int, case: Case, memos: set[str]) -> None:
    """What a person does: types the right values into the rows that are named."""
    names = [cell.value for cell in book[sheet][header]]
    for row in book[sheet].iter_rows(min_row=header + 1):
        memo = row[names.index("Memo")].value
        if memo in memos:
            column, _ = case.faults[memo]
            put(row[names.index(column)], case.truth[memo][column])


def dropped(shop: Shop, workbook: Path, way: str, case: Case, memos: set[str], turn: int) -> Path:
    """The file that is dropped next: the workbook or one sheet of it, with these corrections."""
    book = load_workbook(workbook)
    if way == "their own sheet" and "Invoices" not in book.sheetnames:
        way = "Failures as xlsx"
    sheet = "Invoices" if way == "their own sheet" else "Failures"
    corrected(book, sheet, 1, case, memos)
    path = shop.folder / f"again {turn}.xlsx"
    if way != "the results":
        for other in book.sheetnames:
            if other != sheet:
                del book[other]
    book.save(path)
    if way != "Failures as csv":
        return path
    path = path.with_suffix(".csv")
    write_csv(path, [[cell.value for cell in row] for row in book[sheet].iter_rows()])
    return path


@settings(max_examples=12, suppress_health_check=list(HealthCheck), print_blob=True)
@given(cases())
def test_dropped_again_until_nothing_is_left_every_order_ends_done_and_none_is_sent_twice(
    case: Case,
) -> None:
    with opened(case) as shop:
        left = set(case.faults)
        finished = shop.run(written(case, shop.folder))
        for turn, way in enumerate([*case.ways, "the results"]):
            if finished.exit_code is ExitCode.DONE:
                break
            assert finished.workbook is not None
            some = case.patience[turn] if turn < len(case.patience) else len(left)
            memos = set(sorted(left)[:some])
            left -= memos
            path = dropped(shop, finished.workbook, way, case, memos, turn)
            finished = shop.run(path)

        assert finished.exit_code is ExitCode.DONE
        assert finished.totals.rows_rejected == 0
        assert all(outcome.done for outcome in finished.totals.outcomes)
        assert held(shop) == wanted(case)
        assert [twice for twice, times in accepted(shop).items() if times > 1] == []


def held(shop: Shop) -> dict[str, str]:
    return {
        str(item["id"]): item["externalAccountingId"]
        for order in shop.server.state.values()
        for item in order["orderItems"]
    }


def wanted(case: Case) -> dict[str, str]:
    return {line["Item ID"]: line["Item External ID"] for line in case.truth.values()}


def accepted(shop: Shop) -> Counter[tuple[str, str]]:
    """Each order with each content that was sent for it and not refused."""
    return Counter(
        (each.path, json.dumps(json.loads(each.body), sort_keys=True))
        for each in shop.server.arrivals
        if each.method == "PATCH" and each.status is not None and each.status < 400
    )


FAULTY = "Order ID,Order External ID\n1,A\nx2,B\n3,#N/A\n"


def test_uncorrected_every_sheet_is_rejected_again_for_the_same_reason(shop: Shop) -> None:
    book = Workbook()
    for row in (["Order ID", "Order External ID"], ["1", A_DATE], ["2", True]):
        book.active.append(row)
    path = shop.folder / "export.xlsx"
    book.save(path)
    first = shop.run(path)
    case = Case("xlsx", {}, {}, [], [])

    for turn, way in enumerate(WAYS):
        assert first.workbook is not None
        book = load_workbook(first.workbook)
        for name in book.sheetnames:
            if way != "the results" and name != "Failures":
                del book[name]
        again = shop.folder / f"again {turn}.{'csv' if 'csv' in way else 'xlsx'}"
        if "csv" in way:
            rows = [[cell.value for cell in row] for row in book["Failures"].iter_rows()]
            write_csv(again, rows)
        else:
            book.save(again)
        finished = shop.run(again)
        assert finished.totals.outcomes == {Outcome.REJECTED: 2}, way
    assert case.faults == {}
    assert shop.patches() == []


def test_failures_of_failures_have_our_columns_once(shop: Shop) -> None:
    first = shop.run(shop.export(FAULTY))
    assert first.workbook is not None
    second = shop.run(first.workbook)
    assert second.workbook is not None

    names = [cell.value for cell in load_workbook(second.workbook)["Failures"][1]]

    assert names == [
        *("Outcome", "Code", "Reason", "What to do", "Place"),
        *("Order ID", "Order External ID"),
    ]


def test_that_failures_are_read_and_nothing_else_is_told(shop: Shop) -> None:
    first = shop.run(shop.export(FAULTY))
    assert first.workbook is not None
    second = shop.run(first.workbook)
    assert second.workbook is not None

    said = [row[0].value for row in load_workbook(second.workbook)["Summary"].iter_rows()]

    assert any("its sheet Failures was read, and no other" in str(words) for words in said)


@pytest.mark.parametrize("gone", ["Attempts", "Summary"])
def test_a_results_workbook_is_known_without_one_of_its_sheets(shop: Shop, gone: str) -> None:
    first = shop.run(shop.export(FAULTY))
    assert first.workbook is not None
    book = load_workbook(first.workbook)
    del book[gone]
    book.save(shop.folder / "less.xlsx")

    assert shop.run(shop.folder / "less.xlsx").totals.rows_rejected == 2
