"""Awkward exports: each becomes what the rules say of it, to the cell (rules, sections 1 to 4).

`tools/make_awkward.py` makes the files, and has what is expected of each beside its content.
"""

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from reconcile.config import Settings
from reconcile.domain.errors import NothingSentError
from reconcile.domain.model import CellRef, Issue, RowRef
from reconcile.domain.payload import canonical
from reconcile.job.planned_input import PlannedFiles, SendRules, plan_files
from reconcile.job.row_states import row_states
from tests.loader.layouts.outcomes import EXPORTS

ROOT = Path(__file__).resolve().parents[2]
AWKWARD = EXPORTS / "awkward"
ENDING = ".expected.json"


def examples() -> list[str]:
    """The path of every expectation within the folder, without its ending."""
    return sorted(
        str(path.relative_to(AWKWARD).as_posix()).removesuffix(ENDING)
        for path in AWKWARD.rglob(f"*{ENDING}")
    )


def expectation(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads((AWKWARD / f"{name}{ENDING}").read_text(encoding="utf-8"))
    return said


def prepared(name: str, expected: dict[str, Any]) -> PlannedFiles:
    settings = Settings.model_validate(expected["settings"])
    if settings.ids is not None:
        settings = settings.model_copy(update={"ids": str(EXPORTS / settings.ids)})
    folder = AWKWARD / name.rpartition("/")[0]
    beside = [folder / other for other in expected.get("beside", ())]
    return plan_files([file_of(name), *beside], settings, SendRules())


def file_of(name: str) -> Path:
    """The file of an expectation: it has that name, and any suffix or none."""
    exact = AWKWARD / name
    found = [path for path in exact.parent.iterdir() if path.stem == exact.name or path == exact]
    [file] = [path for path in found if path.suffix != ".json" or path.stem == exact.name]
    return file


class Named:
    """Names places as the expectations do: those of the first file without its name."""

    def __init__(self, made: PlannedFiles) -> None:
        first = made.exports[0]
        self._file = first.file
        self._before = f"{first.file}!{first.sheet}" if first.sheet else first.file

    def __call__(self, place: CellRef | RowRef) -> str:
        return str(place).removeprefix(self._before).removeprefix(self._file).lstrip("!:")

    def row(self, ref: RowRef) -> int | str:
        named = self(ref)
        return int(named) if named.isdecimal() else named

    def issue(self, issue: Issue) -> list[str]:
        return [issue.code, *map(self, issue.places)]


def outcome(made: PlannedFiles) -> dict[str, Any]:
    named = Named(made)
    plan = made.plan
    notices = [[told.code, named(told.place)] for told in plan.notices]
    return {
        "layout": made.exports[0].layout.name,
        "payloads": {str(o.order_id): canonical(o.sync.to_json()) for o in plan.orders if o.sync},
        "statuses": {str(o.order_id): o.status.to_json() for o in plan.orders if o.status},
        "status_issues": {
            str(o.order_id): [named.issue(issue) for issue in o.status_issues]
            for o in plan.orders
            if o.status_issues
        },
        "rejected": [
            {
                "order": each.order_id,
                "rows": [named.row(ref) for ref in each.rows],
                "issues": sorted(named.issue(issue) for issue in each.issues),
            }
            for each in plan.rejections
        ],
        "ignored": {str(named.row(each.row)): str(each.rule) for each in plan.ignored},
        "notices": sorted([code, place] if place else [code] for code, place in notices),
    }


def wanted(expected: dict[str, Any]) -> dict[str, Any]:
    """The expectation in the same form."""
    return {
        "layout": expected["layout"],
        "payloads": {order: canonical(body) for order, body in expected["payloads"].items()},
        "statuses": expected["statuses"],
        "status_issues": expected.get("status_issues", {}),
        "rejected": [{**each, "issues": sorted(each["issues"])} for each in expected["rejected"]],
        "ignored": expected["ignored"],
        "notices": sorted(expected["notices"]),
    }


EACH = pytest.mark.parametrize("name", examples())


@EACH
def test_an_awkward_export_becomes_what_the_rules_say(name: str) -> None:
    expected = expectation(name)
    if "refused" in expected:
        with pytest.raises(NothingSentError) as why:
            prepared(name, expected)
        assert [words for words in expected["refused"] if words not in str(why.value)] == []
        return

    assert outcome(prepared(name, expected)) == wanted(expected)


@EACH
def test_every_row_of_an_awkward_export_ends_in_one_state(name: str) -> None:
    expected = expectation(name)
    if "refused" in expected:
        return
    made = prepared(name, expected)
    records = list(row_states(made.exports, made.plan))
    states = Counter(record.state for record in records)

    assert len(records) == made.plan.rows_read == sum(states.values())
    assert states["used"] == sum(len(order.rows) for order in made.plan.orders)
    assert states["ignored"] == len(made.plan.ignored)


def test_the_awkward_exports_are_those_that_the_tool_makes() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "make_awkward.py"))["made"]()

    there = {
        str(path.relative_to(AWKWARD).as_posix()): path.read_bytes()
        for path in AWKWARD.rglob("*")
        if path.is_file()
    }
    different = sorted(path for path in made if there.get(path) != made[path])
    assert different == [], "python tools/make_awkward.py"
    assert set(there) == set(made)
