"""Every row of every file ends in exactly one named state (the promise of the rules)."""

import csv
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from reconcile.domain.errors import FileRefusedError, InternalError
from reconcile.domain.model import Ignored, Plan, RowRef
from reconcile.domain.rules import CellRules, PlanningRules
from reconcile.job.row_states import row_states
from reconcile.journal.records import RowRecord
from reconcile.loader import Export, LoadRules, load
from reconcile.planner.planning import narrow, plan
from tests.builders import columns_of

HEADER: Final = (
    "Order ID,Order External ID,Item ID,Item External ID,Supplier SKU External ID,"
    "Supplier SKU Quantity,Accounting Synced,Accounting Sync Error,Status,Update Note,Customer"
)

Judge = Callable[..., list[RowRecord]]


def planned(exports: Sequence[Export], *, send_status: bool = False) -> Plan:
    rules = PlanningRules(CellRules(), "auto", send_status)
    return plan(exports, rules)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """The rows of files, by name and text, after the plan was made from them all."""

    def judged(**files: str) -> list[RowRecord]:
        exports = [written(tmp_path / f"{name}.csv", text) for name, text in files.items()]
        return list(row_states(exports, planned(exports)))

    return judged


def written(path: Path, text: str) -> Export:
    path.write_text(text, encoding="utf-8")
    return load(path, path.name, LoadRules())


def states(records: Sequence[RowRecord]) -> list[tuple[int, str, int | None, str]]:
    return [(record.row, record.state, record.order_id, record.detail) for record in records]


# One example of each


def test_each_row_says_in_which_state_it_ended_and_for_which_order(judge: Judge) -> None:
    records = judge(
        march="""\
Acme Corp
Order ID,Order External ID,Item ID,Item External ID
700001,INV-1,11,L-1
700001,,12,L-2
700002,#N/A,21,L-3
700002,,22,L-4
S0123,INV-5,,

TOTAL,,,
"""
    )
    assert states(records) == [
        (1, "ignored", None, "title"),
        (2, "ignored", None, "header"),
        (3, "used", 700001, ""),
        (4, "used", 700001, ""),
        (5, "rejected", 700002, ""),
        (6, "held", 700002, "held with row 5"),
        (7, "rejected", None, ""),
        (8, "ignored", None, "blank"),
        (9, "ignored", None, "total"),
    ]


def test_each_row_has_its_cells_as_they_stand_in_the_file(judge: Judge) -> None:
    records = judge(
        march='Order ID,Order External ID,Memo\n 700001,"=""007""", x \n700002,A,,beyond,\n'
    )
    assert [(record.source, list(record.cells)) for record in records] == [
        (0, ["Order ID", "Order External ID", "Memo"]),
        (0, [" 700001", "007", " x "]),
        (0, ["700002", "A", ""]),
    ]
    assert [dict(record.was) for record in records] == [{}, {1: 'text written as ="..."'}, {}]
    assert [tuple(record.surplus) for record in records] == [(), (), ("beyond", "")]


def test_rows_come_file_by_file_in_the_order_of_the_files(judge: Judge) -> None:
    text = "Order ID,Order External ID\n{},INV-1\n"
    records = judge(march=text.format(700001), april=text.format(700002))
    assert [(record.source, record.row, record.order_id) for record in records] == [
        (0, 1, None),
        (0, 2, 700001),
        (1, 1, None),
        (1, 2, 700002),
    ]


# Held rows


def test_a_held_row_names_the_first_row_at_fault_in_its_sheet_by_number(judge: Judge) -> None:
    lines = ["700001,INV-1"] * 15 + ["700001,#N/A", "700001,#REF!"]
    records = judge(march="\n".join(["Order ID,Order External ID", *lines]))
    assert {record.detail for record in records if record.state == "held"} == {"held with row 17"}
    assert [record.row for record in records if record.state == "rejected"] == [17, 18]


def test_a_held_row_names_a_row_at_fault_in_another_file_with_that_file(judge: Judge) -> None:
    header = "Order ID,Order External ID"
    records = judge(march=f"{header}\n700001,INV-1\n", april=f"{header}\n\n700001,#N/A\n")
    assert states(records)[1] == (2, "held", 700001, "held with april.csv:3")
    assert states(records)[4] == (3, "rejected", 700001, "")


def test_a_held_row_names_a_row_at_fault_in_a_workbook_with_its_sheet(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Invoices"
    for row in (["Order ID", "Order External ID"], [700001, "INV-1"], [700001, "#N/A"]):
        book.active.append(row)
    book.save(tmp_path / "march.xlsx")
    path = tmp_path / "march.xlsx"
    text = "Order ID,Item ID,Item External ID\n700001,11,L-1\n"
    exports = [written(tmp_path / "april.csv", text), load(path, path.name, LoadRules())]
    records = list(row_states(exports, planned(exports)))
    assert states(records)[1] == (2, "held", 700001, "held with march.xlsx!Invoices:3")
    assert states(records)[3] == (2, "held", 700001, "held with row 3")


def test_an_order_held_for_the_row_below_it_names_that_row(judge: Judge) -> None:
    records = judge(march=f"{HEADER}\n700001,INV-1\n700001,,11,L-1\n,,12,L-2\n")
    assert states(records)[1:] == [
        (2, "held", 700001, "held with row 4"),
        (3, "held", 700001, "held with row 4"),
        (4, "rejected", None, ""),
    ]


def test_rows_that_contradict_each_other_are_all_at_fault(judge: Judge) -> None:
    records = judge(march=f"{HEADER}\n700001,INV-1\n700001,INV-2\n700001,,11,L-1\n")
    assert states(records)[1:] == [
        (2, "rejected", 700001, ""),
        (3, "rejected", 700001, ""),
        (4, "held", 700001, "held with row 2"),
    ]


def test_an_order_with_nothing_to_send_names_its_first_row(judge: Judge) -> None:
    records = judge(march=f"{HEADER}\n700001\n700001,,11\n700002,INV-2\n")
    assert states(records)[1:] == [
        (2, "rejected", 700001, ""),
        (3, "held", 700001, "held with row 2"),
        (4, "used", 700002, ""),
    ]


def test_rows_outside_a_pilot_are_ignored_as_such(tmp_path: Path) -> None:
    text = f"{HEADER}\n700001,INV-1\n700002,INV-2\n700003,#N/A\nS0123,INV-4\n"
    exports = [written(tmp_path / "march.csv", text)]
    pilot = narrow(planned(exports), {700002}, rejections=False)
    assert states(list(row_states(exports, pilot)))[1:] == [
        (2, "ignored", None, "not in the pilot"),
        (3, "used", 700002, ""),
        (4, "ignored", None, "not in the pilot"),
        (5, "ignored", None, "not in the pilot"),
    ]


# A plan that doesn't fit its rows is an error of the job itself


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return written(tmp_path / "march.csv", f"{HEADER}\n700001,INV-1\n700002,#N/A\n")


def test_a_row_in_two_states_is_an_error_of_the_job(export: Export) -> None:
    made = planned([export])
    twice = [
        replace(made, orders=(*made.orders, *made.orders)),
        replace(made, orders=(replace(made.orders[0], rows=made.orders[0].rows * 2),)),
        replace(made, ignored=(*made.ignored, Ignored(RowRef("march.csv", "", 2), "total"))),
        replace(made, rejections=(replace(made.rejections[0], rows=made.orders[0].rows),)),
    ]
    for plan_with_a_fault in twice:
        with pytest.raises(InternalError, match=r"^The row march\.csv:2 ended in two states\.$"):
            list(row_states([export], plan_with_a_fault))


@pytest.mark.parametrize(("forgotten", "row"), [("orders", 2), ("rejections", 3), ("ignored", 1)])
def test_a_row_without_a_state_is_an_error_of_the_job(
    export: Export, forgotten: str, row: int
) -> None:
    made = planned([export])
    without = {
        "orders": replace(made, orders=()),
        "rejections": replace(made, rejections=()),
        "ignored": replace(made, ignored=()),
    }[forgotten]
    with pytest.raises(InternalError, match=rf"^The row march\.csv:{row} has no state\.$"):
        list(row_states([export], without))


# Any rows at all

CELLS: Final = {
    "order id": ["1", "2", "3", "3", " 2 ", "", "", "x", "S1", "TOTAL", "Acme Corp", "#N/A", "12"],
    "order external id": ["", "", "", "A", "A", "B", "(clear)", "#N/A", "1.2E+11"],
    "item id": ["", "", "11", "12", "21", "x"],
    "item external id": ["", "", "L1", "L2", "#REF!"],
    "sub external id": ["", "", "", "S1"],
    "sub quantity": ["", "", "", "1", "2", "0"],
    "synced": ["", "", "", "yes", "no", "maybe"],
    "error": ["", "", "", "", "wrong"],
    "status": ["", "", "Open", "gone"],
    "note": ["", "", "x"],
    "customer": ["", "Alder", "Total for Alder", "5.00"],
}
rows_of_cells = st.tuples(*map(st.sampled_from, CELLS.values())).map(list)
blank_ends = rows_of_cells.map(lambda cells: cells[: len(cells) // 3])
with_surplus = rows_of_cells.map(lambda cells: [*cells, "x"])
special = st.sampled_from([[], HEADER.split(","), ["Acme Corp"], ["TOTAL"], ["Cash Basis"], ["7"]])
some_rows = st.lists(
    st.one_of(rows_of_cells, rows_of_cells, blank_ends, with_surplus, special), max_size=8
)
titles = st.lists(st.sampled_from([["Acme Corp"], [], ["1", "A"]]), max_size=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exports")


@settings(max_examples=100)
@given(
    files=st.lists(st.tuples(titles, some_rows), min_size=1, max_size=2),
    send_status=st.booleans(),
)
def test_every_row_of_any_files_ends_in_exactly_one_state(
    folder: Path, files: list[tuple[list[list[str]], list[list[str]]]], *, send_status: bool
) -> None:
    exports = []
    for number, (above, rows) in enumerate(files):
        path = folder / f"{number}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([*above, HEADER.split(","), *rows])
        try:
            exports.append(load(path, path.name, LoadRules(send_status=send_status)))
        except FileRefusedError:
            assume(False)  # noqa: FBT003  (names orders and nothing to send)
    made = planned(exports, send_status=send_status)
    records = list(row_states(exports, made))

    assert [(record.source, record.row) for record in records] == [
        (number, row) for number, export in enumerate(exports) for row in range(1, export.rows + 1)
    ]
    assert [list(record.cells) for record in records] == [
        list(cells) for export in exports for cells in zip(*columns_of(export), strict=True)
    ]
    counted = Counter(record.state for record in records)
    assert counted["used"] == sum(len(order.rows) for order in made.orders)
    assert counted["ignored"] == len(made.ignored)
    assert counted["rejected"] + counted["held"] == sum(len(held.rows) for held in made.rejections)
    assert counted.total() == made.rows_read
    state_of = {(exports[record.source].file, record.row): record.state for record in records}
    for record in records:
        if record.state != "rejected":
            assert (record.order_id is None) == (record.state == "ignored")
        assert bool(record.detail) == (record.state in ("held", "ignored"))
        if record.state == "held":
            named = re.fullmatch(r"held with (?:row |(?P<file>.+):)(?P<row>\d+)", record.detail)
            assert named
            file = named["file"] or exports[record.source].file
            assert state_of[file, int(named["row"])] == "rejected"
