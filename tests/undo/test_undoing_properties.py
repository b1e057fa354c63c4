"""Run, then undo: every order is as it was before, but for what the undo lists as left alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reconcile.domain.model import Outcome
from reconcile.job.online import undo_run
from reconcile.job.planned_input import SendRules
from reconcile.journal import Journal
from reconcile.sandbox import SandboxSettings
from reconcile.undo.plan import Reason
from tests.conftest import TOKEN, Shop
from tests.sandboxes import Sandbox
from tests.shops import item, order

ORDERS = range(2, 14)
ALWAYS = 1
TELLING = order(
    ALWAYS,
    accountingSynced=False,
    externalAccountingId="A",
    accountingSyncError=None,
    orderItems=[item(ALWAYS, 1, externalAccountingId=None, orderItemAccountingItems=[])],
)
"""From this one, which is the first, it is known which fields answers tell."""

SILENT = object()
HEADER = (
    "Order ID,Order External ID,Accounting Synced,Accounting Sync Error,"
    "Item ID,Item External ID,Supplier SKU External ID,Supplier SKU Quantity\n"
)
PLACES = {
    "external id of the order": "externalAccountingId",
    "accounting synced": "accountingSynced",
    "accounting sync error": "accountingSyncError",
}

_CELLS = {
    "external": ["", "A", "B", "(clear)"],
    "synced": ["", "yes", "no", "(clear)"],
    "error": ["", "", "E1", "E2"],
    "item": ["", "L1", "L2", "(clear)"],
    "skus": ["", "S1:1", "S1:2", "S1:", "S2:1", "S1:1 S2:3"],
}
_TEXTS = st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in _CELLS.items()})
_SKUS = st.lists(
    st.fixed_dictionaries(
        {"externalAccountingId": st.sampled_from(["S1", "S2", "S3"]), "quantity": st.integers(1, 2)}
    ),
    max_size=2,
    unique_by=lambda sku: sku["externalAccountingId"],
)
_OF_ORDER = st.fixed_dictionaries(
    {},
    optional={
        "accountingSynced": st.sampled_from([True, False, None]),
        "externalAccountingId": st.sampled_from(["A", "THEIRS", None]),
        "accountingSyncError": st.sampled_from(["E1", "theirs", None]),
    },
)
_OF_ITEM = st.fixed_dictionaries(
    {},
    optional={
        "externalAccountingId": st.sampled_from(["L1", "THEIRS", None]),
        "orderItemAccountingItems": _SKUS,
    },
)
_CHANGE: st.SearchStrategy[tuple[dict[str, Any], dict[str, Any]]] = st.one_of(
    st.just(({}, {})), st.tuples(_OF_ORDER, _OF_ITEM)
)
_STORY = st.lists(
    st.tuples(st.one_of(st.none(), _TEXTS), _CHANGE, _TEXTS, _CHANGE),
    min_size=len(ORDERS),
    max_size=len(ORDERS),
)


EXAMPLES = max(3, settings().max_examples // 16)
ALL = SendRules(allow_changes=True, force=True)


@given(stories=_STORY, fields=st.sampled_from(["always", "sent"]))
@settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.generate])
def test_after_an_undo_everything_is_as_before_but_what_is_listed(
    stories: list[tuple[Any, Any, Any, Any]], fields: Any
) -> None:
    if not any(any(planned.values()) for _, _, planned, _ in stories):
        return  # as in the first example, which is the simplest: there is nothing to undo
    orders = [*(order(number) for number in ORDERS), TELLING]
    sandbox = SandboxSettings(
        tokens=(TOKEN,), rate=100_000, orders=orders, accounting_fields=fields
    )
    with TemporaryDirectory() as folder, Sandbox(sandbox) as server:
        (Path(folder) / "home").mkdir()
        shop = Shop(server, Path(folder), {})
        earlier, changes, planned, afterwards = zip(*stories, strict=True)
        shop.run(shop.export(export(earlier), "a.csv"), rules=ALL, verify="none")
        change(shop, changes)
        before = state(shop)
        ran = shop.run(shop.export(export(planned), "b.csv"), rules=ALL, verify="none")
        change(shop, afterwards)
        between = state(shop)
        undone = undo_run(shop.context(), ran.run.id, None)
        assert undone.remark == ""
        if undone.file is not None:
            sent = shop.run(undone.file, rules=ALL, verify="none")
            assert {o for o, count in sent.totals.outcomes.items() if count} == {Outcome.SYNCED}
        left = {(e.order_id, place_of(e.value)): e.reason for e in undone.undo.left}
        after, wrote = state(shop), written(shop, ran.run.id)
        for key in {*before, *between, *after, *wrote, *left}:
            states = Values(before.get(key), between.get(key), after.get(key))
            check(key, states, wrote.get(key, SILENT), left)


class Values(NamedTuple):
    """A value before the run, before the undo was sent, and after it."""

    was: Any
    stood: Any
    now: Any


def check(key: tuple[int, str], value: Values, wrote: Any, left: Mapping[Any, Reason]) -> None:
    was, stood, now = value
    reason = left.get(key)
    told = key, value, wrote, reason
    if (key[0], "the order") in left:
        assert now == stood, told
    elif wrote is SILENT or wrote == was:
        assert (now, reason) == (stood, None), told
    elif stood != wrote:
        assert (now, reason) == (stood, Reason.CHANGED_SINCE), told
    elif reason is None:
        assert now == was, told
    elif reason in (Reason.STAYS, Reason.NO_NULL) and key[1].endswith("SKUs"):
        assert now in (was, stood), told
    else:
        assert now == stood, told
        assert reason in (Reason.NO_NULL, Reason.YES_WITH_ERROR), told


def export(texts: Sequence[Mapping[str, str] | None]) -> str:
    rows = [f"{700000 + ALWAYS},A,,,,,,"]
    for number, cells in zip(ORDERS, texts, strict=True):
        if cells is None:
            continue
        order_id, item_id = 700000 + number, number * 100 + 1
        rows.append(f"{order_id},{cells['external']},{cells['synced']},{cells['error']},,,,")
        for sku in cells["skus"].split() or [":"]:
            name, _, quantity = sku.partition(":")
            rows.append(f"{order_id},,,,{item_id},{cells['item']},{name},{quantity}")
    return HEADER + "\n".join(rows) + "\n"


def change(shop: Shop, changes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
    for number, (of_order, of_item) in zip(ORDERS, changes, strict=True):
        if of_order:
            shop.server.change(700000 + number, **of_order)
        if of_item:
            shop.server.change_item(700000 + number, number * 100 + 1, **of_item)


def state(shop: Shop) -> dict[tuple[int, str], Any]:
    return {
        (order_id, place): value
        for order_id, held in shop.server.state.items()
        for place, value in flat(held, held["orderItems"]).items()
        if value not in (None, False, {})
    }


def written(shop: Shop, run_id: str) -> dict[tuple[int, str], Any]:
    """What a run wrote, null and no as nothing."""
    with Journal.open(shop.journal) as journal:
        calls = [c for c in journal.calls(run_id) if c.outcome is Outcome.SYNCED]
    contents = {call.order_id: json.loads(call.content) for call in calls}
    return {
        (order_id, place): value or None
        for order_id, content in contents.items()
        for place, value in flat(content, content.get("items", ())).items()
    }


def flat(fields: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found = {name: fields[name] for name in PLACES.values() if name in fields}
    for each in items:
        if "externalAccountingId" in each:
            found[f"{each['id']}"] = each["externalAccountingId"]
        if "orderItemAccountingItems" in each:
            skus = each["orderItemAccountingItems"]
            found[f"{each['id']} SKUs"] = {
                sku["externalAccountingId"]: sku.get("quantity") for sku in skus
            }
    return found


def place_of(words: str) -> str:
    if words in PLACES or words == "the order":
        return PLACES.get(words, words)
    item, _, what = words.removeprefix("item ").partition(": ")
    return f"{item} SKUs" if what.startswith("supplier SKU") else item
