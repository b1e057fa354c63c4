"""Planning a million rows, beside a bare zip over the same columns into dicts."""

import gc
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.child import call
from benchmarks.figures import Check, Result
from benchmarks.samples import lines

__all__ = ["run"]

_ABOUT = """From columns of text to a finished `Plan` (every cell judged, contradictions found,
a payload and the places of its rows for every order), beside one pass over the same columns
zipped together that puts them into the nested dicts of one payload an order, merges rows of one
item, and checks nothing. The peer runs without the cyclic garbage collector from its first line
to its last, which is its quickest way; as a plain script does it, with the collector, it is
shown too. Both sides begin with columns taken from a file; what that costs is measured by itself
and taken off both."""

_FIELDS = (
    "order_id",
    "order_external_id",
    "item_id",
    "item_external_id",
    "sub_external_id",
    "sub_quantity",
    "accounting_synced",
)
_MOST = 2.0


def run(bench: Bench) -> Result:
    """A million rows, three an order."""
    rows = bench.rows(1_000_000)
    path = bench.sample(f"columns-{rows}.pickle", columns_file, rows)
    sides = {
        "ours": call(ours, path),
        "zip": call(zipped, path),
        "zip, with the collector": call(zipped_as_a_script_does, path),
        "columns": call(columns, path),
    }
    found = bench.compare(f"{rows:,} rows, {-(-rows // 3):,} orders", sides)
    ratio = found.ratio("ours", "zip", without="columns")
    return Result("Planning", _ABOUT, [found], [Check("ours / zip", ratio, _MOST)])


def columns_file(path: str, seed: str, rows: str) -> None:
    """The columns of a sample that mean something, below no header."""
    table = list(zip(*lines(int(rows), int(seed)), strict=True))
    texts = {name: list(table[at]) for at, name in enumerate(_FIELDS)}
    Path(path).write_bytes(pickle.dumps(texts))


def columns(path: str) -> Mapping[str, Sequence[str]]:
    """What both sides begin with."""
    import reconcile.planner.planning  # noqa: F401
    from reconcile.domain.bulk import without_cyclic_gc

    with without_cyclic_gc():
        texts: Mapping[str, Sequence[str]] = pickle.loads(Path(path).read_bytes())  # noqa: S301
    return texts


def ours(path: str) -> None:
    """Our own side."""
    from reconcile.domain.model import Field, SourceRows
    from reconcile.domain.rules import PlanningRules
    from reconcile.planner.planning import plan

    texts = columns(path)
    fields = {Field(name): texts[name] for name in _FIELDS}
    numbers = range(1, len(texts["order_id"]) + 1)
    positions = {field: at for at, field in enumerate(fields)}
    plan([SourceRows("sample.csv", "", numbers, fields, positions)], PlanningRules())


def zipped(path: str) -> None:
    """One pass, one payload an order, as quick as it can be."""
    gc.disable()
    _payloads(columns(path))


def zipped_as_a_script_does(path: str) -> None:
    """The same as it runs if nobody thinks of the collector."""
    _payloads(columns(path))


def _payloads(texts: Mapping[str, Sequence[str]]) -> dict[int, dict[str, Any]]:
    orders: dict[int, dict[str, Any]] = {}
    items: dict[int, dict[str, Any]] = {}
    rows = zip(*(texts[name] for name in _FIELDS), strict=True)
    for order_id, external, item_id, item_external, sub, quantity, synced in rows:
        number = int(order_id)
        order = orders.get(number)
        if order is None:
            order = orders[number] = {
                "accountingSynced": synced == "yes",
                "externalAccountingId": external,
                "items": [],
            }
        item_number = int(item_id)
        item = items.get(item_number)
        if item is None:
            item = items[item_number] = {
                "id": item_number,
                "externalAccountingId": item_external,
                "orderItemAccountingItems": [],
            }
            order["items"].append(item)
        item["orderItemAccountingItems"].append(
            {"externalAccountingId": sub, "quantity": int(quantity)}
        )
    return orders
