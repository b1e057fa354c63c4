"""The JSON of every order's accounting sync, put together by the column.

Field names and their order are those of `OrderAccountingSyncRequest.to_json`; a property test
holds that its JSON is the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from json.encoder import encode_basestring
from operator import add
from typing import Any

import numpy as np

from reconcile.domain.model import Field
from reconcile.domain.rules import SyncedDefault
from reconcile.planner.grouping import Items, OrderGroups
from reconcile.planner.rows import Rows
from reconcile.planner.validation import CLEAR, Codes, Meaning

__all__ = ["SyncTexts", "sync_texts"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]

_UNSET, _TRUE, _FALSE, _NULL = range(4)
_SYNCED_TEXTS = (
    "",
    ',"accountingSynced":true',
    ',"accountingSynced":false',
    ',"accountingSynced":null',
)


@dataclass(frozen=True, slots=True)
class SyncTexts:
    """For each order the JSON that is sent; `""` if the rows have nothing to send.

    `in_normal_form`: items and supplier SKUs stand in the order of their ids, so that the
    fingerprint is that of the text. `synced`: yes is sent.
    """

    texts: Sequence[str]
    in_normal_form: Flags
    synced: Flags


def sync_texts(groups: OrderGroups, rows: Rows, default: SyncedDefault) -> SyncTexts:
    """The payload of each order, of those that contradict themselves too.

    Args:
        groups: the orders.
        rows: their rows.
        default: what is sent of orders of which no row says yes or no.
    """
    count = len(groups.ids)
    items = groups.items
    subs_of_item = np.bincount(items.skus.items, minlength=len(items.ids))
    item_ids = rows.column(Field.ITEM_EXTERNAL_ID)[1]
    named = _says_id(items.external_ids, item_ids) | (subs_of_item > 0)
    speaking = (items.external_ids >= 0) | (subs_of_item > 0)
    external = groups.said[Field.ORDER_EXTERNAL_ID]
    error = groups.said[Field.ACCOUNTING_SYNC_ERROR]
    given = groups.said[Field.ACCOUNTING_SYNCED]
    order_ids = rows.column(Field.ORDER_EXTERNAL_ID)[1]
    has_id = _says_id(external, order_ids) | _any(items.orders[named], count)
    synced = _synced(given, rows.column(Field.ACCOUNTING_SYNCED)[1], default, has_id, error >= 0)
    something = (external >= 0) | (given >= 0) | (error >= 0) | _any(items.orders[speaking], count)
    parts = zip(
        map(_SYNCED_TEXTS.__getitem__, synced.tolist()),
        _values("externalAccountingId", external, order_ids),
        _item_lists(items, rows, count),
        _values("accountingSyncError", error, rows.column(Field.ACCOUNTING_SYNC_ERROR)[1]),
        something.tolist(),
        strict=True,
    )
    texts = [f"{{{(a + b + c + d)[1:]}}}" if sends else "" for a, b, c, d, sends in parts]
    return SyncTexts(texts, _in_normal_form(items, rows, count), synced == _TRUE)


def _any(orders: Codes, count: int) -> Flags:
    """The orders that are named at least once."""
    found: Flags = np.bincount(orders, minlength=count) > 0
    return found


def _says_id(codes: Codes, meanings: Sequence[Meaning]) -> Flags:
    """Where the codes mean an external id, and not the clear word."""
    is_id = np.array([*(meaning is not CLEAR for meaning in meanings), False], dtype=bool)
    found: Flags = is_id[codes]
    return found


def _synced(
    given: Codes, meanings: Sequence[Meaning], default: SyncedDefault, has_id: Flags, error: Flags
) -> Codes:
    """What is sent of each order: unset, true, false or null."""
    kinds = {True: _TRUE, False: _FALSE}
    said = [_NULL if meaning is CLEAR else kinds[bool(meaning)] for meaning in meanings]
    if isinstance(default, bool):
        otherwise = np.full(len(given), kinds[default])
    elif default == "none":
        otherwise = np.full(len(given), _UNSET)
    else:
        otherwise = np.where(has_id & ~error, _TRUE, _UNSET)
    found: Codes = np.where(given >= 0, np.array([*said, _UNSET])[given], otherwise)
    return found


def _values(name: str, codes: Codes, meanings: Sequence[Meaning]) -> Iterator[str]:
    """For each code the JSON of a field behind a comma; nothing for -1."""
    before = f',"{name}":'
    said = np.array([*meanings, None], dtype=object)[codes].tolist()
    return ("" if meaning is None else before + _json_of(meaning) for meaning in said)


def _json_of(meaning: Meaning) -> str:
    return encode_basestring(meaning) if isinstance(meaning, str) else "null"


def _item_lists(items: Items, rows: Rows, count: int) -> Iterator[str]:
    """For each order its items. Text goes from hand to hand, so that it is in memory once."""
    of_skus = _joined(_sku_texts(items, rows), items.skus.items, len(items.ids))
    external = _values(
        "externalAccountingId", items.external_ids, rows.column(Field.ITEM_EXTERNAL_ID)[1]
    )
    columns = zip(items.ids.tolist(), external, of_skus, strict=True)
    texts: Iterator[str] = (
        f'{{"id":{item_id}{name},"orderItemAccountingItems":[{skus}]}}'
        if skus
        else f'{{"id":{item_id}{name}}}'
        for item_id, name, skus in columns
    )
    by_order = np.argsort(items.orders, kind="stable")
    if not np.array_equal(by_order, np.arange(len(by_order))):
        texts = map(list(texts).__getitem__, by_order.tolist())
    of_orders = _joined(texts, items.orders[by_order], count)
    return (f',"items":[{some}]' if some else "" for some in of_orders)


def _sku_texts(items: Items, rows: Rows) -> Iterator[str]:
    skus = items.skus
    known = rows.column(Field.SUB_EXTERNAL_ID)[1]
    names = [f'{{"externalAccountingId":{text}' for text in map(_json_of, known)]
    quantities = [f',"quantity":{some}}}' for some in rows.column(Field.SUB_QUANTITY)[1]]
    return map(add, _chosen(names, skus.external_ids), _chosen([*quantities, "}"], skus.quantities))


def _chosen(texts: Sequence[str], codes: Codes) -> Iterator[str]:
    """For each code its text; -1 is the last one."""
    return iter(np.array([*texts, ""], dtype=object)[:-1][codes].tolist())


def _joined(texts: Iterator[str], owners: Codes, count: int) -> Iterator[str]:
    """For each owner its texts with commas between; the owners are in rising order."""
    counts = np.bincount(owners, minlength=count)
    if (counts == 1).all():
        return texts
    return map(",".join, map(islice, repeat(texts), counts.tolist()))


def _in_normal_form(items: Items, rows: Rows, count: int) -> Flags:
    by_order = np.argsort(items.orders, kind="stable")
    orders, ids = items.orders[by_order], items.ids[by_order]
    falling = (orders[1:] == orders[:-1]) & (ids[1:] < ids[:-1])
    out_of_order = _any(orders[1:][falling], count)
    skus = items.skus
    neighbours = np.flatnonzero(skus.items[1:] == skus.items[:-1])
    names = rows.column(Field.SUB_EXTERNAL_ID)[1]
    for at in neighbours.tolist():
        if str(names[skus.external_ids[at + 1]]) < str(names[skus.external_ids[at]]):
            out_of_order[items.orders[skus.items[at]]] = True
    found: Flags = ~out_of_order
    return found
