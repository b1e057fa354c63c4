"""Between records and rows of the tables."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reconcile.domain.calls import PlannedCall
from reconcile.domain.model import CallKind, CellRef, Comparison, Issue, Notice
from reconcile.journal import schema
from reconcile.journal.call_states import CallState
from reconcile.journal.records import (
    AttemptEnd,
    AttemptRecord,
    CallRecord,
    MessageRecord,
    NewRun,
    OrderRecord,
    RunRecord,
    SourceRecord,
)

__all__ = [
    "as_json",
    "attempt_record",
    "call_record",
    "call_values",
    "end_values",
    "message_record",
    "message_values",
    "order_record",
    "order_values",
    "run_record",
    "run_values",
    "source_rows",
    "source_values",
]


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def run_values(run: NewRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "version": run.version,
        "created_at": run.created_at.isoformat(),
        "base_url": run.base_url,
        "account": run.account,
        "account_name": run.account_name,
        "command": run.command,
        "settings": as_json(run.settings),
        "workbook": run.workbook,
        "target": run.workbook,
        "pilot": run.pilot,
        "complete": False,
        "reason": "",
    }


def order_values(run_id: str, position: int, order: OrderRecord) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "position": position,
        "order_id": order.order_id,
        "rows": as_json(order.rows),
        "rejected": order.rejected,
    }


def end_values(end: AttemptEnd) -> dict[str, Any]:
    return {
        "ended_at": end.ended_at.isoformat(),
        "seconds": end.seconds,
        "exchange": end.exchange,
        "status": end.status,
        "verdict": end.verdict,
        "answer": end.answer,
        "headers": as_json(end.headers),
    }


def run_record(row: sa.Row[Any], sources: list[sa.Row[Any]]) -> RunRecord:
    return RunRecord(
        row.id,
        row.version,
        datetime.fromisoformat(row.created_at),
        row.base_url,
        row.account,
        row.account_name,
        row.command,
        json.loads(row.settings),
        row.workbook,
        datetime.fromisoformat(row.ended_at) if row.ended_at else None,
        row.exit_code,
        row.reason,
        tuple(_source_record(source) for source in sources),
        row.target or row.workbook,
        row.pilot,
        row.abandoned,
    )


def source_rows(connection: sa.Connection, run_id: str) -> list[sa.Row[Any]]:
    table = schema.sources
    query = sa.select(table).where(table.c.run_id == run_id).order_by(table.c.number)
    return list(connection.execute(query).all())


def order_record(row: sa.Row[Any]) -> OrderRecord:
    rows = tuple((source, number) for source, number in json.loads(row.rows))
    return OrderRecord(row.order_id, rows, row.rejected)


def call_record(row: sa.Row[Any]) -> CallRecord:
    return CallRecord(
        row.order_id,
        CallKind(row.kind),
        row.content,
        row.fingerprint,
        Comparison(row.comparison),
        row.previous,
        CallState(row.state),
        row.note,
        row.tries,
    )


def attempt_record(row: sa.Row[Any]) -> AttemptRecord:
    return AttemptRecord(
        row.order_id,
        CallKind(row.kind),
        row.number,
        datetime.fromisoformat(row.began_at),
        row.content,
        row.fingerprint,
        _attempt_end(row),
    )


def message_record(row: sa.Row[Any]) -> MessageRecord:
    found = row._mapping  # noqa: SLF001  (a column named count hides behind a method)
    places = tuple(CellRef(*place) for place in json.loads(row.places))
    if row.blocks:
        return MessageRecord(row.order_id, Issue(row.code, places, row.found, row.detail))
    notice = Notice(row.code, places[0], row.found, found["count"], row.detail)
    return MessageRecord(row.order_id, notice)


def call_values(run_id: str, position: int, call: PlannedCall) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "order_id": call.order_id,
        "kind": call.kind.value,
        "position": position,
        "content": call.content,
        "fingerprint": call.fingerprint,
        "comparison": call.comparison.value,
        "previous": call.previous,
        "state": call.outcome.value,
        "note": call.note,
        "tries": 0,
    }


def message_values(run_id: str, number: int, record: MessageRecord) -> dict[str, Any]:
    message = record.message
    places = message.places if isinstance(message, Issue) else (message.place,)
    return {
        "run_id": run_id,
        "number": number,
        "order_id": record.order_id,
        "blocks": isinstance(message, Issue),
        "code": message.code,
        "found": message.found,
        "detail": message.detail,
        "places": as_json(places),
        "count": message.count if isinstance(message, Notice) else 1,
    }


def source_values(run_id: str, source: SourceRecord) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "number": source.number,
        "path": source.path,
        "file": source.file,
        "sheet": source.sheet,
        "kind": source.kind,
        "size": source.size,
        "sha256": source.sha256,
        "header_row": source.header_row,
        "headers": as_json(source.headers),
        "fields": as_json(dict(source.fields)),
        "rows": source.rows,
    }


def _source_record(row: sa.Row[Any]) -> SourceRecord:
    return SourceRecord(
        row.number,
        row.path,
        row.file,
        row.sheet,
        row.kind,
        row.size,
        row.sha256,
        row.header_row,
        tuple(json.loads(row.headers)),
        json.loads(row.fields),
        row.rows,
    )


def _attempt_end(row: sa.Row[Any]) -> AttemptEnd | None:
    if row.ended_at is None:
        return None
    return AttemptEnd(
        datetime.fromisoformat(row.ended_at),
        row.seconds,
        row.exchange,
        row.status,
        row.verdict,
        row.answer,
        json.loads(row.headers),
    )
