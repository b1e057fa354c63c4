"""Columns of the report: heading and value go together, and ours are known when they come back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from reconcile.domain.fields import FIELDS, normal_name
from reconcile.domain.model import Outcome
from reconcile.domain.report_columns import (
    ADDED,
    FAILURES_MARKS,
    failures_columns,
    is_failures,
    our_columns,
)
from reconcile.results.report.row_sheets import BEFORE_FAILURES
from reconcile.results.report.tables import Kind, ReportColumn, table_of
from tests.conftest import Shop

FIVE = ["Outcome", "Code", "Reason", "What to do", "Place"]
DATA = ["Order ID", "Order External ID"]
NAMES_OF_FIELDS = {
    normal_name(name) for spec in FIELDS.values() for name in (spec.header, *spec.synonyms)
}

other_names = st.text("abcdefgh ", min_size=1).filter(
    lambda name: normal_name(name) not in {"", *map(normal_name, FIVE)}
)


@given(st.lists(st.sampled_from(["name", "kind", "width", "place"]), unique=True, min_size=1))
def test_a_column_declared_anywhere_brings_its_heading_and_its_value(declared: list[str]) -> None:
    columns = [ReportColumn(name, Kind.TEXT, 10, value=f"{{}} {name}".format) for name in declared]

    table = table_of("Rows", columns, lambda: ["first", "second"])

    assert [column.name for column in table.columns] == declared
    assert [list(row) for row in table.rows] == [
        [f"{line} {name}" for name in declared] for line in ("first", "second")
    ]


def test_failures_is_known_by_names_that_are_declared_with_their_values() -> None:
    declared = [column.name for column in BEFORE_FAILURES]

    assert set(FAILURES_MARKS) <= set(declared)
    assert is_failures([*declared, *DATA])


def test_no_column_of_ours_has_the_name_of_a_field() -> None:
    ours = {normal_name(column.name) for column in BEFORE_FAILURES}

    assert (ours | set(map(normal_name, ADDED))) & NAMES_OF_FIELDS == set()


@given(other_names, st.integers(0, 5))
def test_a_column_more_in_front_is_ours_if_this_version_declares_it(name: str, at: int) -> None:
    header = [*FIVE[:at], name, *FIVE[at:], *DATA]

    assert is_failures(header)
    assert our_columns(header, [*FIVE, name]) == set(range(6))


@given(other_names, st.integers(0, 5))
def test_a_column_more_that_this_version_does_not_know_is_kept_like_data(
    name: str, at: int
) -> None:
    header = [*FIVE[:at], name, *FIVE[at:], *DATA]

    assert our_columns(header, FIVE) == set(range(6)) - {at}


@given(st.integers(0, 4))
def test_a_column_less_in_front_is_known_too(gone: int) -> None:
    header = [*FIVE[:gone], *FIVE[gone + 1 :], *DATA]

    assert is_failures(header)
    assert our_columns(header, FIVE) == set(range(4))


@given(st.permutations(FIVE))
def test_the_order_of_our_columns_does_not_matter(names: Sequence[str]) -> None:
    found = failures_columns([*names, *DATA])

    assert [names[at] for at in found.values()] == list(found)


@pytest.mark.parametrize(
    "header",
    [DATA, [*DATA, *ADDED], ["Outcome", "Reason", "Place", *DATA]],
)
def test_a_sheet_of_somebody_else_is_not_taken_for_failures(header: list[str]) -> None:
    assert not is_failures(header)


def test_what_was_added_at_the_end_is_ours_and_the_columns_before_it_are_not() -> None:
    assert our_columns([*DATA, "Reason", *ADDED, "", ""], FIVE) == {3, 4, 5}


@pytest.mark.parametrize("front", [FIVE, FIVE[1:], [*FIVE, "Since"], ["Number", *FIVE]], ids=len)
def test_failures_of_an_earlier_or_a_later_version_is_a_valid_input(
    shop: Shop, front: list[str]
) -> None:
    file = _failures(shop.folder / "failures.xlsx", front)

    finished = shop.run(file)

    assert finished.totals.outcomes == {Outcome.SYNCED: 1, Outcome.REJECTED: 1}
    assert finished.workbook is not None
    again = [cell.value for cell in load_workbook(finished.workbook)["Failures"][1]]
    assert again[:5] == FIVE
    assert [name for name in again[5:] if name in FIVE] == []


def _failures(path: Path, front: list[str]) -> Path:
    """A workbook whose sheet Failures has these columns before its data."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Failures"
    sheet.append([*front, *DATA])
    sheet.append([*(f"old {name}" for name in front), "700001", "A-1"])
    sheet.append([*(f"old {name}" for name in front), "700002", "#N/A"])
    book.save(path)
    return path
