"""Between records and rows of the tables: a field and its column have the same name.

How a value stands in the table follows from the type of the field: times as ISO 8601, enums by
their value, mappings and tuples as JSON, sets of words parted by blanks, all else as it is.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from operator import attrgetter
from types import NoneType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

import sqlalchemy as sa

from reconcile.domain.model import CellRef, Issue, Notice
from reconcile.journal import schema
from reconcile.journal.records import (
    AttemptEnd,
    AttemptRecord,
    MessageRecord,
    RunRecord,
    SourceRecord,
)

__all__ = [
    "as_json",
    "attempt_record",
    "message_record",
    "message_values",
    "record_of",
    "run_record",
    "values_of",
]

_Record = TypeVar("_Record")


def as_json(value: object) -> str:
    """The shortest JSON of ASCII."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def values_of(table: sa.Table, record: object, **others: object) -> dict[str, Any]:
    """The values of a row, by column.

    Args:
        table: which of the fields of the record are stored: those it has columns for.
        record: with the values.
        others: values of further columns, or instead of the record's.
    """
    kind: Any = type(record)
    names = [name for name in _hints(kind) if name in table.c and name not in others]
    values = {name: getattr(record, name) for name in names}
    stored = {
        name: value if value is None else _conversion(kind, name).store(value)
        for name, value in values.items()
    }
    return {**others, **stored}


def record_of(kind: type[_Record], row: sa.Row[Any], **others: object) -> _Record:
    """The record of a row; fields that are no columns are given.

    Args:
        kind: the class of the record.
        row: with a column for each of its other fields.
        others: the fields that are no columns of the row.
    """
    of: Any = kind
    names, loads, read = _reading(of, frozenset(others))
    values = list(read(row))
    for at, load in loads:
        if values[at] is not None:
            values[at] = load(values[at])
    return kind(**dict(zip(names, values, strict=True)), **others) if others else kind(*values)


def run_record(connection: sa.Connection, row: sa.Row[Any]) -> RunRecord:
    """A run with its sources."""
    table = schema.sources
    query = sa.select(table).where(table.c.run_id == row.id).order_by(table.c.number)
    sources = tuple(record_of(SourceRecord, source) for source in connection.execute(query))
    return record_of(RunRecord, row, sources=sources, target=row.target or row.workbook)


def attempt_record(row: sa.Row[Any]) -> AttemptRecord:
    """A try with its end, if it has one; the row has the content of its call too."""
    end = None if row.ended_at is None else record_of(AttemptEnd, row)
    return record_of(AttemptRecord, row, end=end)


def message_record(row: sa.Row[Any]) -> MessageRecord:
    """An issue, which blocks, or a notice."""
    places = tuple(CellRef(*place) for place in json.loads(row.places))
    if row.blocks:
        return MessageRecord(row.order_id, Issue(row.code, places, row.found, row.detail))
    notice = Notice(row.code, places[0], row.found, row.times, row.detail)
    return MessageRecord(row.order_id, notice)


def message_values(run_id: str, number: int, record: MessageRecord) -> dict[str, Any]:
    """The values of its row, by column."""
    message = record.message
    places = message.places if isinstance(message, Issue) else (message.place,)
    return values_of(
        schema.messages,
        message,
        run_id=run_id,
        number=number,
        order_id=record.order_id,
        blocks=isinstance(message, Issue),
        places=as_json(places),
        times=message.count if isinstance(message, Notice) else 1,
    )


class _Conversion(NamedTuple):
    """How values of a type are stored and loaded; `load` is None if they stand as they are."""

    store: Callable[[Any], Any]
    load: Callable[[Any], Any] | None


_AS_IT_IS = _Conversion(lambda value: value, None)


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


@cache
def _conversion(kind: Any, name: str) -> _Conversion:
    hint = _hints(kind)[name]
    if NoneType in get_args(hint):
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
    form = get_origin(hint) or hint
    if form is datetime:
        return _Conversion(datetime.isoformat, datetime.fromisoformat)
    if form is tuple:
        return _Conversion(as_json, _tuple)
    if form is frozenset:
        return _Conversion(
            lambda words: " ".join(sorted(words)), lambda text: frozenset(text.split())
        )
    if form is Mapping:
        return _Conversion(lambda mapping: as_json(dict(mapping)), json.loads)
    if issubclass(form, Enum):
        return _Conversion(attrgetter("value"), form)
    return _AS_IT_IS


@cache
def _reading(
    kind: Any, others: frozenset[str]
) -> tuple[list[str], list[tuple[int, Callable[[Any], Any]]], Callable[[Any], tuple[Any, ...]]]:
    """The fields that are read from a row, which of them are loaded how, and the way to all."""
    names = [name for name in _hints(kind) if name not in others]
    loads = ((at, _conversion(kind, name).load) for at, name in enumerate(names))
    return names, [(at, load) for at, load in loads if load is not None], attrgetter(*names)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _tuple(text: str) -> tuple[Any, ...]:
    return tuple(tuple(each) if isinstance(each, list) else each for each in json.loads(text))
