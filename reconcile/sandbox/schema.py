"""What a body must look like: JSON read strictly, and a few checks to put a shape together from.

A check is given a value and its place (`items[0].id`) and yields a sentence for each thing wrong.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from reconcile.sandbox.calls import MOST_ID

Check = Callable[[object, str], Iterator[str]]


class BadRequest(ValueError):  # noqa: N818 - the name that HTTP gives to a 400
    """A query or body that the API's pages don't allow; the message goes into the answer."""


def accounting_sync(raw: bytes) -> dict[str, Any]:
    """Read a body of `PATCH /orders/{id}/accounting-sync`.

    The fields, their types and which of them may be null are those of the field list on Flxpoint's
    page "Sync Accounting for Order" (its example sends nulls that the list doesn't allow). Stricter
    than the page: unknown fields, a field twice in one object, an item twice, and whole numbers
    that are written with a fraction or leave 64 bits are refused.

    Raises BadRequest naming everything that is wrong.
    """
    document = parse(raw)
    faults = list(_ACCOUNTING_SYNC(document, ""))
    if not faults and isinstance(document, dict):
        ids = [item["id"] for item in document.get("items", [])]
        faults = [f"items: {id_} is there twice" for id_ in sorted(set(ids)) if ids.count(id_) > 1]
        if not faults:
            return document
    raise BadRequest("; ".join(faults))


def parse(raw: bytes) -> object:
    """Read JSON as its standard has it: UTF-8, no NaN or Infinity, no name twice in an object.

    Raises BadRequest.
    """
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except BadRequest:
        raise
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the body is not valid JSON: {error}") from error


def text(value: object, place: str) -> Iterator[str]:
    """Check for a string of real characters (no half of a surrogate pair)."""
    if not isinstance(value, str):
        yield _wrong(place, "a string", value)
    elif any("\ud800" <= character <= "\udfff" for character in value):
        yield f"{place}: holds half a character"


def boolean(value: object, place: str) -> Iterator[str]:
    """Check for true or false."""
    if not isinstance(value, bool):
        yield _wrong(place, "a boolean", value)


def integer(value: object, place: str) -> Iterator[str]:
    """Check for a whole number of 64 bits, written without a fraction."""
    if not isinstance(value, int) or isinstance(value, bool):
        yield _wrong(place, "an integer", value)
    elif not -MOST_ID - 1 <= value <= MOST_ID:
        yield f"{place}: is beyond 64 bits"


def identifier(value: object, place: str) -> Iterator[str]:
    """Check for an id: an integer above 0."""
    faults = list(integer(value, place))
    yield from faults
    if not faults and isinstance(value, int) and value < 1:
        yield f"{place}: is no id"


def number(value: object, place: str) -> Iterator[str]:
    """Check for any JSON number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield _wrong(place, "a number", value)


def moment(value: object, place: str) -> Iterator[str]:
    """Check for a time with its offset in ISO 8601."""
    faults = list(text(value, place))
    yield from faults
    if not faults and isinstance(value, str) and not _is_moment(value):
        yield f"{place}: is no ISO 8601 time with an offset"


def nullable(check: Check) -> Check:
    """Allow null beside what `check` allows."""

    def checked(value: object, place: str) -> Iterator[str]:
        if value is not None:
            yield from check(value, place)

    return checked


def array(check: Check) -> Check:
    """Make a check for an array whose members all pass `check`."""

    def checked(value: object, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield _wrong(place, "an array", value)
            return
        for index, member in enumerate(value):
            yield from check(member, f"{place}[{index}]")

    return checked


def record(fields: Mapping[str, Check], *required: str) -> Check:
    """Make a check for an object with these fields, `required` among them, and no others."""

    def checked(value: object, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield _wrong(place, "an object", value)
            return
        before = f"{place}." if place else ""
        for name in required:
            if name not in value:
                yield f"{before}{name}: is required"
        for name, member in value.items():
            check = fields.get(name)
            if check is None:
                yield f"{before}{name}: is no field here"
            else:
                yield from check(member, f"{before}{name}")

    return checked


ACCOUNTING_ITEM_FIELDS: Mapping[str, Check] = {
    "externalAccountingId": nullable(text),
    "orderItemAccountingItems": array(record({"externalAccountingId": text, "quantity": integer})),
}
ACCOUNTING_ORDER_FIELDS: Mapping[str, Check] = {
    "accountingSynced": nullable(boolean),
    "externalAccountingId": nullable(text),
    "accountingSyncError": text,
}
_ACCOUNTING_SYNC = record(
    {
        **ACCOUNTING_ORDER_FIELDS,
        "items": array(record({"id": identifier, **ACCOUNTING_ITEM_FIELDS}, "id")),
    }
)


def _wrong(place: str, expected: str, value: object) -> str:
    kinds = {str: "a string", bool: "a boolean", dict: "an object", list: "an array"}
    found = "null" if value is None else kinds.get(type(value), f"the number {value}")
    return f"{place or 'the body'}: {expected} was expected, {found} came"


def _is_moment(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise BadRequest("the body names a field twice in one object")
    return document


def _no_constant(name: str) -> object:
    raise BadRequest(f"the body is not valid JSON: {name}")
