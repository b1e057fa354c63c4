"""Real exports without any Flxpoint id come to the same payloads with what was pulled."""

import csv
import json
from pathlib import Path

import pytest

from reconcile.config import Settings
from reconcile.flxpoint.answers import KnownOrder, OrderItem
from reconcile.job.planned_input import SendRules, plan_files
from reconcile.journal import Journal
from reconcile.orders.known_ids import LocalIds
from tests.loader.layouts.outcomes import EXPORTS, examples, expectation_of, settings_of

ACCOUNT = "shop"
WITH_IDS = [
    export
    for export in examples()
    if settings_of(export).get("ids") == "ids.csv"
    and '"refused"' not in expectation_of(export).read_text(encoding="utf-8")
]


@pytest.fixture
def journal() -> Journal:
    """A journal that has pulled what the id map of the examples says."""
    orders: dict[int, KnownOrder] = {}
    with (EXPORTS / "ids.csv").open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            order_id = int(line["Order ID"])
            before = orders[order_id].items or () if order_id in orders else ()
            items = before
            if line["SKU"]:
                items = (*before, OrderItem(int(line["Item ID"]), line["SKU"], line["Quantity"]))
            orders[order_id] = KnownOrder(
                order_id,
                line["Order Number"],
                line["Reference Number"],
                *("",) * 3,
                items=items,
                accounting_id=None,
                synced=None,
                reported_fields=frozenset(),
            )
    journal = Journal.in_memory()
    journal.learn(ACCOUNT, list(orders.values()), None)
    return journal


def test_most_examples_need_an_id_map() -> None:
    assert len({export.parent.name for export in WITH_IDS}) >= 5


@pytest.mark.parametrize("export", WITH_IDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_export_becomes_the_same_as_with_a_file_of_ids(export: Path, journal: Journal) -> None:
    expected = json.loads(expectation_of(export).read_text(encoding="utf-8"))
    said = {name: value for name, value in settings_of(export).items() if name != "ids"}
    settings = Settings.model_validate(said)
    made = plan_files([export], settings, SendRules(), local=LocalIds(journal, ACCOUNT)).plan
    payloads = {str(order.order_id): order.sync.to_json() for order in made.orders if order.sync}
    assert payloads == expected["payloads"]
    codes = sorted(issue.code for each in made.rejections for issue in each.issues)
    assert codes == sorted(code for each in expected["rejected"] for code, *_ in each["issues"])
