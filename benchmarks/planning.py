"""Planning a million rows to the JSON of every call, beside a loop that checks nothing."""

import gc
import json
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.child import call
from benchmarks.figures import Check, Result
from benchmarks.samples import lines

__all__ = ["run"]

_ABOUT = """From columns of text to a finished `Plan` with the JSON of every order's call (a frame
made, every distinct value judged, ids and conflicts looked at, an order's rows known by their
places), beside one pass over the same columns zipped together that nests them into the dicts of
one payload an order, merges rows of one item, checks nothing, and dumps each payload as JSON. The
peer runs without the cyclic garbage collector from its first line to its last, which is its
quickest way; as a plain script does it, with the collector, it is shown too. Both sides begin
with columns taken from a file; what that costs is measured by itself and taken off both."""

_FIELDS = (
    "order_id",
    "order_external_id",
    "item_id",
    "item_external_id",
    "sub_external_id",
    "sub_quantity",
    "accounting_synced",
)
_MOST = 1.0


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


def columns(path: str) -> Mapping[str, list[str]]:
    """What both sides begin with."""
    import reconcile.planner.planning  # noqa: F401

    enabled = gc.isenabled()
    gc.disable()  # unpickling is nobody's side
    texts: Mapping[str, list[str]] = pickle.loads(Path(path).read_bytes())  # noqa: S301
    if enabled:
        gc.enable()
    return texts


def ours(path: str) -> None:
    """Our own side: the frame of an export, and its plan with the JSON of every call."""
    from reconcile.domain.model import Field
    from reconcile.domain.rules import PlanningRules
    from reconcile.loader.export import Export, frame_of
    from reconcile.planner.planning import plan

    texts = columns(path)
    frame = frame_of("sample.csv", "", _FIELDS, [texts[name] for name in _FIELDS])
    export = Export(
        path=Path("sample.csv"),
        file="sample.csv",
        sheet="",
        kind="text",
        size=0,
        sha256="",
        header_row=0,
        headers=_FIELDS,
        fields={Field(name): at for at, name in enumerate(_FIELDS)},
        frame=frame,
    )
    made = plan([export], PlanningRules())
    if len(made.orders) != len(set(texts["order_id"])):
        raise AssertionError("every order of the sample is sound")


def zipped(path: str) -> None:
    """One pass, one payload an order, as quick as it can be."""
    gc.disable()
    _dumped(_payloads(columns(path)))


def zipped_as_a_script_does(path: str) -> None:
    """The same as it runs if nobody thinks of the collector."""
    _dumped(_payloads(columns(path)))


def _dumped(payloads: Mapping[int, Mapping[str, Any]]) -> list[str]:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    return [encode(payload) for payload in payloads.values()]


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
