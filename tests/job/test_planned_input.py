"""Before the first call: which files are read, and what is told of the others."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconcile.config import Settings
from reconcile.domain.errors import FileRefusedError
from reconcile.domain.issues import explain
from reconcile.job.input_files import PassedOver, PassedOverReason
from reconcile.job.planned_input import PlannedFiles, SendRules, plan_files

ORDERS = "Order ID,Order External ID\n{0},INV-{0}\n"
SKIPPING = SendRules(skip_unreadable=True)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return file(tmp_path, "good.csv", ORDERS.format(1))


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return file(tmp_path, "empty.csv", "")


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def prepared(
    *files: Path, rules: SendRules = SKIPPING, passed_over: Sequence[PassedOver] = ()
) -> PlannedFiles:
    return plan_files(files, Settings(), rules, passed_over)


def told(made: PlannedFiles) -> list[str]:
    return [explain(notice) for notice in made.plan.notices]


def orders(made: PlannedFiles) -> list[int]:
    return [order.order_id for order in made.plan.orders]


def test_a_file_that_can_not_be_read_stops_the_run(good: Path, empty: Path) -> None:
    with pytest.raises(FileRefusedError, match=r"empty\.csv is empty: export it again"):
        prepared(good, empty, rules=SendRules())


def test_a_file_that_can_not_be_read_is_skipped_and_told_where_that_was_asked_for(
    good: Path, empty: Path
) -> None:
    made = prepared(empty, good)

    assert orders(made) == [1]
    assert [export.file for export in made.exports] == ["good.csv"]
    assert made.skipped == ("empty.csv is empty: export it again.",)
    assert told(made) == [
        'empty.csv: "empty.csv" was skipped: empty.csv is empty: export it again.'
    ]


def test_nothing_is_skipped_where_all_can_be_read(good: Path) -> None:
    made = prepared(good)
    assert made.skipped == ()
    assert told(made) == []


def test_where_all_are_skipped_nothing_is_planned_and_each_reason_is_kept(
    tmp_path: Path, empty: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_bytes(b"\n")
    made = plan_files([empty, other], Settings(), SKIPPING)
    assert made.exports == ()
    assert made.plan.orders == ()
    assert [sentence.partition(" ")[0] for sentence in made.skipped] == ["empty.csv", "other.csv"]


def test_a_file_that_is_read_once_is_not_skipped(tmp_path: Path, good: Path) -> None:
    copy = file(tmp_path, "copy.csv", good.read_text(encoding="utf-8"))
    made = prepared(good, copy)

    assert orders(made) == [1]
    assert made.skipped == ()
    assert told(made) == ['copy.csv: "copy.csv" has the same bytes as "good.csv" and was read once']


def test_files_that_were_passed_over_are_told(tmp_path: Path, good: Path) -> None:
    made = prepared(
        good,
        rules=SendRules(),
        passed_over=[
            PassedOver(tmp_path / "old.csv", PassedOverReason.DONE),
            PassedOver(tmp_path / "a.pdf", PassedOverReason.NO_SPREADSHEET, "it is a PDF"),
        ],
    )

    assert told(made) == [
        'old.csv: "old.csv" was passed over: done already',
        'a.pdf: "a.pdf" was passed over: no spreadsheet (it is a PDF)',
    ]
    assert made.skipped == ()


def test_files_of_one_name_that_were_passed_over_are_told_apart(tmp_path: Path, good: Path) -> None:
    over = [
        PassedOver(tmp_path / folder / "old.csv", PassedOverReason.DONE) for folder in ("a", "b")
    ]
    made = prepared(good, passed_over=over)
    assert [notice.place.file for notice in made.plan.notices] == [str(o.path) for o in over]


@pytest.mark.skipif(sys.platform != "linux", reason="names elsewhere are text")
def test_what_is_told_is_text_even_of_a_name_that_is_none(tmp_path: Path, good: Path) -> None:
    odd = file(tmp_path, os.fsdecode(b"old-\xff.csv"), "")
    made = prepared(good, odd, passed_over=[PassedOver(odd, PassedOverReason.DONE)])

    assert [explain(notice).isprintable() for notice in made.plan.notices] == [True, True]


def test_an_id_map_of_the_config_finds_the_orders_of_numbers(tmp_path: Path) -> None:
    ids = file(tmp_path, "ids.csv", "Order Number,Order ID\n1001,7\n")
    export = file(tmp_path, "export.csv", "Order Number,Order External ID\n1001,INV-1\n")

    made = plan_files([export], Settings(ids=str(ids)), SendRules())

    assert orders(made) == [7]


def test_an_id_map_that_can_not_be_read_stops_the_run_whatever_is_to_be_skipped(
    tmp_path: Path, good: Path
) -> None:
    with pytest.raises(FileRefusedError, match=r"^The id map none\.csv can't be read"):
        plan_files([good], Settings(ids=str(tmp_path / "none.csv")), SKIPPING)
