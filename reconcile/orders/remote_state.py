"""What an order holds in Flxpoint, value by value, beside what a call says.

Pure. A value that isn't in an answer is "does not say", unless the same field was there in
another answer of the account: then it holds nothing, as in answers that leave empty fields out.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from reconcile.flxpoint.answers import ACCOUNTING_FIELDS, item_maps, order_of, truth

__all__ = [
    "Compared",
    "Finding",
    "OrderFinding",
    "RemoteState",
    "compared",
    "equal",
    "in_words",
    "is_blank",
    "items_not_in_order",
    "order_finding",
    "overwritten",
    "remote_state_of",
    "whole",
]

RemoteState = Mapping[str, Any]
"""What an order holds, in the shape of the request: `items` is there only if the answer has
their ids, every other field only if the answer has it."""

_SUBS: Final = "orderItemAccountingItems"
_EXTERNAL: Final = "externalAccountingId"
_ERROR: Final = "accountingSyncError"
_SYNCED: Final = "accountingSynced"
_JOINED: Final = ", "


class Finding(StrEnum):
    """How one value in Flxpoint stands to what the call says."""

    SAME = "same"
    DIFFERENT = "different"
    MISSING = "missing"
    SILENT = "does not say"


class OrderFinding(StrEnum):
    """How an order stands as a whole.

    NEW holds nothing of what will be sent, BLANK lacks some of it and has the rest.
    """

    NEW = "new"
    SAME = "same"
    DIFFERENT = "different"
    BLANK = "blank"
    SILENT = "does not say"
    NOT_FOUND = "not found"


class Compared(NamedTuple):
    """One value: its path as in `history.Change`, what the call says, what Flxpoint holds."""

    path: str
    said: object
    remote: object
    finding: Finding


def remote_state_of(answer: object) -> RemoteState | None:
    """What the order in an answer of `GET /orders/{id}` holds; None if there is no order."""
    order = order_of(answer)
    if order is None or not isinstance(answer, Mapping):
        return None
    remote: dict[str, Any] = {name: answer[name] for name in ACCOUNTING_FIELDS if name in answer}
    if _SYNCED in remote and (synced := truth(remote[_SYNCED])) is not None:
        remote[_SYNCED] = synced
    if order.items is not None and order.has_item_ids:
        remote["items"] = [
            {"id": item.item_id, **_of_item(given)}
            for item, given in zip(order.items, item_maps(answer), strict=True)
        ]
    return remote


def _of_item(given: RemoteState) -> dict[str, Any]:
    """What an item holds in the books, and nothing else that its answer may have."""
    found: dict[str, Any] = {}
    if _EXTERNAL in given:
        found[_EXTERNAL] = given[_EXTERNAL]
    subs = given.get(_SUBS, ())
    if _SUBS in given and (subs is None or isinstance(subs, list)):
        found[_SUBS] = [
            {name: sub[name] for name in (_EXTERNAL, "quantity") if name in sub}
            for sub in subs or ()
            if isinstance(sub, Mapping)
        ]
    return found


def compared(
    content: RemoteState, remote: RemoteState, reported: Collection[str]
) -> Iterator[Compared]:
    """Each value of a call (its JSON) beside what the order holds.

    `reported` are the accounting fields that the account's answers are known to have.
    """
    for name in ACCOUNTING_FIELDS:
        if name in content:
            yield _one(name, content[name], remote, name, name in reported)
    items = {item["id"]: item for item in remote.get("items", ())}
    for item in content.get("items", ()):
        path = _item_path(item)
        own = items.get(item["id"])
        if "items" in remote and own is None:
            yield Compared(f"{path}.id", item["id"], None, Finding.MISSING)
            continue
        if _EXTERNAL in item:
            is_reported = f"items.{_EXTERNAL}" in reported and own is not None
            yield _one(f"{path}.{_EXTERNAL}", item[_EXTERNAL], own or {}, _EXTERNAL, is_reported)
        if _SUBS in item:
            is_reported = f"items.{_SUBS}" in reported and own is not None
            yield from _subs(f"{path}.{_SUBS}", item[_SUBS], own or {}, is_reported=is_reported)


def order_finding(values: Sequence[Compared]) -> OrderFinding:
    """How the order stands as a whole."""
    found = {value.finding for value in values}
    if Finding.DIFFERENT in found:
        return OrderFinding.DIFFERENT
    if Finding.MISSING in found:
        return OrderFinding.BLANK if Finding.SAME in found else OrderFinding.NEW
    return OrderFinding.SAME if Finding.SAME in found else OrderFinding.SILENT


def overwritten(values: Sequence[Compared], own: RemoteState | None) -> list[Compared]:
    """Values of somebody else that a call would replace.

    `own` is the call last acknowledged by us: what it wrote is ours to correct. An error text
    is replaced by the next one in the ordinary course.
    """
    ours = {} if own is None else {each.path: each.said for each in compared(own, {}, ())}
    return [
        value
        for value in values
        if value.finding is Finding.DIFFERENT
        and value.path != _ERROR
        and not (value.path in ours and equal(value.path, ours[value.path], value.remote))
        and not _replaces_our_skus(value, own)
    ]


def items_not_in_order(values: Sequence[Compared]) -> list[int]:
    """Item ids of the call that the order doesn't have."""
    return [int(str(value.said)) for value in values if value.path.endswith("].id")]


def in_words(value: object) -> str:
    """A value as people read it."""
    if value is None or value in ("", []):
        return "(nothing)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _one(path: str, said: object, where: RemoteState, name: str, reported: bool) -> Compared:  # noqa: FBT001
    if name not in where:
        held_nothing = reported and is_blank(path, said)
        finding = Finding.SAME if held_nothing else Finding.MISSING if reported else Finding.SILENT
        return Compared(path, said, None, finding)
    remote = where[name]
    if equal(path, said, remote):
        return Compared(path, said, remote, Finding.SAME)
    return Compared(
        path, said, remote, Finding.MISSING if is_blank(path, remote) else Finding.DIFFERENT
    )


def _subs(
    path: str, said: Sequence[RemoteState], where: RemoteState, *, is_reported: bool
) -> Iterator[Compared]:
    """Supplier SKUs are known by their ids; what is sent replaces what is there."""
    if _SUBS not in where:
        finding = Finding.MISSING if is_reported else Finding.SILENT
        yield from (
            Compared(f"{path}[{_key(sub)}].quantity", sub.get("quantity"), None, finding)
            for sub in said
        )
        return
    listed = where[_SUBS]
    there = [sub for sub in listed if isinstance(sub, Mapping)] if isinstance(listed, list) else []
    remote = {_key(sub): sub for sub in there}
    given = {_key(sub) for sub in said}
    others = _JOINED.join(_sku_text(remote[key]) for key in remote if key not in given)
    for sub in said:
        place = f"{path}[{_key(sub)}].quantity"
        own = remote.get(_key(sub))
        if own is not None:
            yield _one(place, sub.get("quantity"), own, "quantity", reported=True)
        else:
            finding = Finding.DIFFERENT if others else Finding.MISSING
            yield Compared(place, sub.get("quantity"), others or None, finding)


def _replaces_our_skus(value: Compared, own: RemoteState | None) -> bool:
    """Whether what stands there instead of a supplier SKU are others that we wrote."""
    item_path, is_sub, _ = value.path.partition(f".{_SUBS}[")
    if own is None or not is_sub or not isinstance(value.remote, str):
        return False
    subs = [s for i in own.get("items", ()) if _item_path(i) == item_path for s in i.get(_SUBS, ())]
    ours = _JOINED.join(map(_sku_text, subs))
    return set(value.remote.split(_JOINED)) <= set(ours.split(_JOINED))


def _item_path(item: RemoteState) -> str:
    return f"items[{item['id']}]"


def _sku_text(sub: RemoteState) -> str:
    return f"{_key(sub)} ({whole(sub.get('quantity'))})"


def _key(sub: RemoteState) -> str:
    return str(sub.get(_EXTERNAL) or "")


def is_blank(path: str, value: object) -> bool:
    """Whether nothing is held; an order that isn't synced is as good as one never heard of."""
    return value in (None, "", []) or (path == _SYNCED and value is False)


def equal(path: str, said: object, remote: object) -> bool:
    """Whether two values of one path are the same to Flxpoint, as far as anybody can tell."""
    if is_blank(path, said) or is_blank(path, remote):
        return is_blank(path, said) and is_blank(path, remote)
    if isinstance(said, bool) or isinstance(remote, bool):
        return said is remote
    return str(whole(said)) == str(whole(remote))


def whole(value: object) -> object:
    """A number without a fraction as the whole number that it is; anything else unchanged."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
