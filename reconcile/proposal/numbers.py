"""Which columns may hold the order's own number, and what the id map proves."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from reconcile.config import OrderNumberSettings, Settings
from reconcile.domain.fields import normal_name
from reconcile.domain.id_map import IdMap
from reconcile.domain.model import Field
from reconcile.domain.text import quoted
from reconcile.proposal.likeness import likeness
from reconcile.proposal.model import Candidate
from reconcile.proposal.reading import Table

__all__ = ["numbers_in", "proven", "with_choice"]

_SAMPLES = 3
_LISTED = 5

_MOSTLY = 0.8
_SHORT = 3
"""Fewer digits than these are more likely a quantity than the number of an order."""

_NUMBER = re.compile(r"(?=.*[0-9])[\w#][\w#/-]{0,39}")
_DATE = re.compile(r"[0-9]{1,4}([/.-])[0-9]{1,2}\1[0-9]{1,4}")
_OF_ITEMS = (
    Field.SKU,
    Field.ITEM_QUANTITY,
    Field.ITEM_ID,
    Field.ITEM_EXTERNAL_ID,
    Field.SUB_EXTERNAL_ID,
    Field.SUB_QUANTITY,
)


def proven(table: Table, settings: Settings, ids: IdMap | None) -> tuple[Settings, str]:
    """The settings with the column and prefix that the id map proves, and the proof in words.

    Of a column that isn't certain bare digits prove nothing, behind a prefix or not: invoices
    are counted from 1001 as orders are.
    """
    said = settings.order_number
    if ids is None or Field.ORDER_ID in table.fields or said.prefix is not None:
        return settings, ""
    certain = table.fields.get(Field.ORDER_NUMBER)
    found: list[tuple[int, str, str, list[str]]] = []
    for at, name in table.named_once():
        values = _distinct(table.columns[at])
        for prefix in dict.fromkeys(("", _prefix(values))) if certain in (None, at) else ():
            hits = _hits(values, prefix, ids)
            if hits:
                found.append((at, name, prefix, hits))
    if len(found) != 1:
        return settings, ""
    [(at, name, prefix, hits)] = found
    likely = sum(map(_like_a_number, _distinct(table.columns[at])))
    bare = all(hit.removeprefix(prefix).isdigit() for hit in hits)
    if 2 * len(hits) < likely or (bare if certain is None else not prefix):
        return settings, ""
    proof = f"{len(hits)} of its values are in the id map, and nothing else that may be meant is"
    column = name if certain is None else said.column
    return _with(settings, column=column, prefix=prefix or None), proof


def _hits(values: Iterable[str], prefix: str, ids: IdMap | None) -> list[str]:
    """The values that the id map knows as numbers of orders."""
    numbers = {} if ids is None else ids.numbers
    return [
        value
        for value in values
        if value.startswith(prefix) and value.removeprefix(prefix) in numbers
    ]


def with_choice(settings: Settings, known: Field, choice: Candidate, *, prefix: bool) -> Settings:
    """The settings with what a person said of a field; with `prefix` also that of the column."""
    if known is Field.ORDER_NUMBER:
        before = choice.prefix if prefix and choice.prefix else None
        return _with(settings, column=choice.column, prefix=before)
    return _with(settings, columns={**settings.columns, known.value: choice.column})


def _with(
    settings: Settings, *, columns: Mapping[str, str] | None = None, **number: str | None
) -> Settings:
    """The settings with more that is certain."""
    said = OrderNumberSettings(**number) if number else settings.order_number
    return Settings(
        base_url=settings.base_url,
        sheet=settings.sheet,
        layout=settings.layout,
        ids=settings.ids,
        columns=settings.columns if columns is None else columns,
        order_number=said,
    )


def numbers_in(
    table: Table, settings: Settings, ids: IdMap | None
) -> tuple[tuple[Candidate, ...], str]:
    """The columns that may hold the order's number; or the prefix that the certain one may have."""
    if Field.ORDER_ID in table.fields or settings.order_number.column is not None:
        return (), ""
    if Field.ORDER_NUMBER in table.fields:
        values = _distinct(table.columns[table.fields[Field.ORDER_NUMBER]])
        proven = settings.order_number.prefix is not None or _hits(values, "", ids)
        return (), "" if proven else _prefix(values)
    listed = {normal_name(name) for name in (table.layout.order_number if table.layout else ())}
    taken = {table.fields[each] for each in _OF_ITEMS if each in table.fields}
    found: list[tuple[float, Candidate]] = []
    for at, name in table.named_once():
        is_listed = normal_name(name) in listed
        if at in taken and not is_listed:
            continue
        values = [value for value in table.columns[at] if value]
        like = sum(map(_like_a_number, values))
        distinct = _distinct(values)
        alike = bool(values) and like >= _MOSTLY * len(values)
        varied = len(values) < _SAMPLES or len(distinct) > 1
        if not is_listed and not (alike and varied and _long_enough(distinct)):
            continue
        prefix = _prefix(distinct) if alike else ""
        hits = max(len(_hits(distinct, each, ids)) for each in ("", prefix))
        mapped = f"; {hits} of {len(distinct)} are in the id map" if ids and distinct else ""
        score = 4 * bool(hits) + 2 * is_listed + alike + likeness(name, Field.ORDER_NUMBER)
        found.append((score, Candidate(name, _why(values, like) + mapped, prefix)))
    found.sort(key=lambda each: -each[0])
    return tuple(candidate for _, candidate in found[:_LISTED]), ""


def _why(values: Sequence[str], like: int) -> str:
    if not values:
        return "it is empty in this file"
    few = ", ".join(map(quoted, _distinct(values)[:_SAMPLES]))
    return f"{like} of {len(values)} values look like order numbers: {few}"


def _distinct(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]


def _like_a_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value)) and not _DATE.fullmatch(value)


def _long_enough(values: Sequence[str]) -> bool:
    return 2 * sum(sum(map(str.isdigit, value)) >= _SHORT for value in values) >= len(values)


def _prefix(values: Sequence[str]) -> str:
    """What stands before each of several numbers: letters or `#`, and never a digit at its end."""
    if len(values) < 2:  # noqa: PLR2004  (one alone has nothing in common with others)
        return ""
    pairs = zip(min(values), max(values), strict=False)
    shared = "".join(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    common = re.sub(r"[0-9]+$", "", shared)
    whole = all(_like_a_number(value[len(common) :]) for value in values)
    return common if whole and re.search(r"[^\W\d_]|#", common) else ""
