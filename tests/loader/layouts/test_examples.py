"""Each example export becomes what stands beside it (rules, sections 1.3, 1.5 and 4)."""

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reconcile.domain.errors import NothingSentError
from reconcile.job.row_states import row_states
from reconcile.loader.layouts import LAYOUTS
from tests.loader.layouts.outcomes import (
    EXPORTS,
    as_text,
    examples,
    expectation_of,
    outcome,
    prepared,
    settings_of,
)

ROOT = Path(__file__).resolve().parents[3]


def name_of(export: Path) -> str:
    return f"{export.parent.name}/{export.stem}"


EACH_EXAMPLE = pytest.mark.parametrize("export", examples(), ids=name_of)


@EACH_EXAMPLE
def test_an_export_becomes_what_is_expected(export: Path) -> None:
    expected = expectation_of(export).read_text(encoding="utf-8")

    assert as_text(outcome(export)) == expected, "python tools/rewrite_expectations.py"


@EACH_EXAMPLE
def test_every_row_of_an_export_ends_in_one_state(export: Path) -> None:
    try:
        made = prepared(export, settings_of(export))
    except NothingSentError:
        return
    records = list(row_states(made.exports, made.plan))
    states = Counter(record.state for record in records)

    assert [record.row for record in records] == list(range(1, made.plan.rows_read + 1))
    assert states["used"] == sum(len(order.rows) for order in made.plan.orders)
    assert states["ignored"] == len(made.plan.ignored)
    assert sum(states.values()) == made.plan.rows_read


@EACH_EXAMPLE
def test_an_export_is_recognised_by_its_own_layout_or_refused(export: Path) -> None:
    found = outcome(export)

    assert found.get("layout", export.parent.name) == export.parent.name


def test_the_exports_are_those_that_the_tool_makes() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "make_exports.py"))["made"]()

    for path, content in made.items():
        assert (EXPORTS / path).read_bytes() == content, "python tools/make_exports.py"
    there = {str(path.relative_to(EXPORTS).as_posix()) for path in examples()}
    assert there == set(made) - {"ids.csv"}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_each_layout_has_three_examples_of_which_one_is_sent_and_one_is_not(layout: Any) -> None:
    found = [
        json.loads(p.read_text(encoding="utf-8"))
        for p in (EXPORTS / layout.name).glob("*.expected.json")
    ]

    assert len(found) >= 3
    assert any(each.get("payloads") for each in found)
    assert any(each.get("rejected") or "refused" in each for each in found)


@pytest.mark.parametrize("layout", LAYOUTS[1:], ids=lambda layout: layout.name)
def test_each_layout_has_an_example_whose_rows_are_no_bookings(layout: Any) -> None:
    texts = [p.read_text(encoding="utf-8") for p in (EXPORTS / layout.name).glob("*.expected.json")]

    assert any("not a booking: " in text for text in texts)
