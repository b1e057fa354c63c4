"""Everything before the first call: files read, rows judged, orders planned and compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.cells import quoted
from reconcile.config import Settings
from reconcile.errors import NothingSentError
from reconcile.executor import Pacer
from reconcile.history import History, PlannedCall, Workload, compare
from reconcile.journal import SourceRecord, ToldRecord
from reconcile.journal.records import OrderRecord
from reconcile.loader import Export, LoadRules, load
from reconcile.model import Notice, Outcome, Place, Plan
from reconcile.planner import narrow, plan

__all__ = [
    "Prepared",
    "SendRules",
    "by_order",
    "duration",
    "order_records",
    "prepare",
    "source_records",
    "told_records",
    "workload_of",
]


@dataclass(frozen=True, slots=True)
class SendRules:
    """What the command line says of a run beside its files and settings.

    `limit` and `orders` make it a pilot; `force` sends unchanged calls too;
    `allow_changes` lets more orders be overwritten than `max_changes`.
    """

    force: bool = False
    allow_changes: bool = False
    limit: int | None = None
    orders: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """The exports of a run, and the plan made from them."""

    exports: tuple[Export, ...]
    plan: Plan


def prepare(files: Sequence[Path], settings: Settings, rules: SendRules) -> Prepared:
    """Reads the files and plans what they ask for.

    Raises:
        FileRefusedError: one of them can't be read; an order may have rows in it.
        NothingSentError: the pilot names an order that is in none of them.
    """
    load_rules = LoadRules(
        settings.field_columns, settings.only, settings.sheet, settings.status_updates
    )
    exports: dict[str, Export] = {}
    notices: list[Notice] = []
    for path, name in zip(files, _names(files), strict=True):
        export = load(path, name, load_rules)
        if export.sha256 in exports:
            same = quoted(exports[export.sha256].file)
            notices.append(Notice("read-once", Place(name, "", 0), quoted(name), detail=same))
            continue
        exports[export.sha256] = export
        notices += export.notices
    planned = plan([e.source_rows() for e in exports.values()], settings.planning)
    planned = replace(planned, notices=(*notices, *planned.notices))
    if rules.orders:
        planned = _only_orders(planned, rules.orders)
    return Prepared(tuple(exports.values()), planned)


def workload_of(prepared: Prepared, history: History, rules: SendRules) -> Workload:
    """Sets the plan beside the history, and cuts it down to a pilot if asked."""
    workload = compare(prepared.plan, history, force=rules.force)
    if rules.limit is None:
        return workload
    sending = list(dict.fromkeys(call.order_id for call in workload.to_send))
    left_out = set(sending[rules.limit :])
    keep = {order.order_id for order in prepared.plan.orders} - left_out
    return compare(narrow(prepared.plan, keep, rejections=True), history, force=rules.force)


def duration(workload: Workload, pacer: Pacer) -> float:
    """Seconds that the calls will take, if none is answered 429."""
    return len(workload.to_send) * pacer.spacing


def source_records(exports: Sequence[Export]) -> list[SourceRecord]:
    """The exports as the journal keeps them."""
    return [
        SourceRecord(
            number,
            str(export.path.absolute()),
            export.file,
            export.sheet,
            export.kind,
            export.size,
            export.sha256,
            export.header_row,
            export.headers,
            {field.value: position for field, position in export.fields.items()},
            export.rows,
        )
        for number, export in enumerate(exports)
    ]


def order_records(exports: Sequence[Export], planned: Plan) -> Iterator[OrderRecord]:
    """The orders of the plan, held ones last, with their rows by source."""
    numbers = {(export.file, export.sheet): at for at, export in enumerate(exports)}
    for order in planned.orders:
        rows = tuple((numbers[file, sheet], row) for file, sheet, row in order.rows)
        yield OrderRecord(order.order_id, rows, rejected=False)
    for rejection in planned.rejections:
        if rejection.order_id is not None:
            rows = tuple((numbers[file, sheet], row) for file, sheet, row in rejection.rows)
            yield OrderRecord(rejection.order_id, rows, rejected=True)


def told_records(planned: Plan) -> Iterator[ToldRecord]:
    """Every issue and notice of the plan."""
    for rejection in planned.rejections:
        for issue in rejection.issues:
            yield ToldRecord(rejection.order_id, issue)
    for order in planned.orders:
        for issue in order.status_issues:
            yield ToldRecord(order.order_id, issue)
    for notice in planned.notices:
        yield ToldRecord(None, notice)


def by_order(calls: Sequence[PlannedCall]) -> list[list[PlannedCall]]:
    """The calls to be made, those of one order together, in the order of the plan."""
    orders: dict[int, list[PlannedCall]] = {}
    for call in calls:
        orders.setdefault(call.order_id, []).append(call)
    return [some for some in orders.values() if any(c.outcome is Outcome.PENDING for c in some)]


def _names(files: Sequence[Path]) -> list[str]:
    """Each file's name, or its path where two would have the same name."""
    names = [path.name for path in files]
    return [str(path) if names.count(path.name) > 1 else path.name or str(path) for path in files]


def _only_orders(planned: Plan, wanted: tuple[int, ...]) -> Plan:
    known = {order.order_id for order in planned.orders}
    known |= {r.order_id for r in planned.rejections if r.order_id is not None}
    missing = [order_id for order_id in wanted if order_id not in known]
    if missing:
        raise NothingSentError(
            f"No row names the order {', '.join(map(str, missing))}; nothing was sent."
        )
    return narrow(planned, set(wanted), rejections=False)
