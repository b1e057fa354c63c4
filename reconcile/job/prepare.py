"""Everything before the first call: files read, rows judged, orders planned and compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.config import Settings
from reconcile.domain.calls import History, PlannedCall
from reconcile.domain.errors import FileRefusedError, NothingSentError
from reconcile.domain.id_map import IdMap
from reconcile.domain.model import CellRef, Notice, Outcome, Plan
from reconcile.domain.text import quoted
from reconcile.flxpoint import Pace
from reconcile.job.folders import PassedOver
from reconcile.journal import MessageRecord, SourceRecord
from reconcile.journal.records import OrderRecord
from reconcile.loader import Export, LoadRules, load
from reconcile.orders.known_ids import LocalIds
from reconcile.planner.history import CallPlan, diff_plan
from reconcile.planner.id_map_file import read_id_map
from reconcile.planner.planning import narrow, plan

__all__ = [
    "Prepared",
    "SendRules",
    "by_order",
    "duration",
    "message_records",
    "order_records",
    "prepare",
    "source_records",
    "workload_of",
]


@dataclass(frozen=True, slots=True)
class SendRules:
    """What the command line says of a run beside its files and settings.

    `limit` and `orders` make it a pilot; `force` sends unchanged calls too;
    `allow_changes` lets more orders be overwritten than `max_changes`; `skip_unreadable`
    leaves files out that can't be read; `again` reads files of folders that are done; `pull`
    asks Flxpoint for ids that aren't known.
    """

    force: bool = False
    allow_changes: bool = False
    limit: int | None = None
    orders: tuple[int, ...] = ()
    skip_unreadable: bool = False
    again: bool = False
    pull: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """The exports of a run, the plan made from them, and why files were skipped."""

    exports: tuple[Export, ...]
    plan: Plan
    skipped: tuple[str, ...] = ()


def prepare(
    files: Sequence[Path],
    settings: Settings,
    rules: SendRules,
    passed_over: Sequence[PassedOver] = (),
    local: LocalIds | None = None,
) -> Prepared:
    """Reads the files and plans what they ask for; tells of those that were passed over.

    There are no exports if no file is given, or none can be read and all were to be skipped.
    `local` is what is known of the account's ids; a file of ids beats it.

    Raises:
        FileRefusedError: one of them can't be read; an order may have rows in it. Or the id
            map can't.
        NothingSentError: the pilot names an order that is in none of them.
        StoppedError: missing ids were to be fetched, and Flxpoint doesn't answer.
    """
    local = local if local is not None and local.usable else None
    load_rules = LoadRules(
        settings.field_columns,
        settings.only,
        settings.sheet,
        settings.status_updates,
        settings.layout,
        settings.bookings,
        settings.ids is not None or local is not None,
    )
    ids = None if settings.ids is None else _id_map(Path(settings.ids))
    exports: dict[str, Export] = {}
    skipped: list[str] = []
    notices = list(_passed_over(passed_over))
    for path, name in zip(files, _names(files), strict=True):
        try:
            export = load(path, name, load_rules)
        except FileRefusedError as why:
            if not rules.skip_unreadable:
                raise
            skipped.append(str(why))
            notices.append(_about(name, "file-skipped", str(why)))
            continue
        if export.sha256 in exports:
            notices.append(_about(name, "read-once", quoted(exports[export.sha256].file)))
            continue
        exports[export.sha256] = export
        notices += export.notices
    sources = [export.source_rows() for export in exports.values()]
    if local is not None:
        known = local.of(sources, settings.order_number.prefix or "")
        ids = known if ids is None else ids.over(known)
    planned = plan(sources, settings.planning, ids)
    planned = replace(planned, notices=(*notices, *planned.notices))
    if rules.orders and exports:
        planned = _only_orders(planned, rules.orders)
    return Prepared(tuple(exports.values()), planned, tuple(skipped))


def _id_map(path: Path) -> IdMap:
    return read_id_map(path, path.name.encode("utf-8", "backslashreplace").decode())


def workload_of(prepared: Prepared, history: History, rules: SendRules) -> CallPlan:
    """Sets the plan beside the history, and cuts it down to a pilot if asked."""
    workload = diff_plan(prepared.plan, history, force=rules.force)
    if rules.limit is None:
        return workload
    sending = list(dict.fromkeys(call.order_id for call in workload.to_send))
    left_out = set(sending[rules.limit :])
    keep = {order.order_id for order in prepared.plan.orders} - left_out
    return diff_plan(narrow(prepared.plan, keep, rejections=True), history, force=rules.force)


def duration(workload: CallPlan, pacer: Pace) -> float:
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


def message_records(planned: Plan) -> Iterator[MessageRecord]:
    """Every issue and notice of the plan."""
    for rejection in planned.rejections:
        for issue in rejection.issues:
            yield MessageRecord(rejection.order_id, issue)
    for order in planned.orders:
        for issue in order.status_issues:
            yield MessageRecord(order.order_id, issue)
    for notice in planned.notices:
        yield MessageRecord(None, notice)


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


def _passed_over(files: Sequence[PassedOver]) -> Iterator[Notice]:
    for file, name in zip(files, _names([each.path for each in files]), strict=True):
        yield _about(name, "passed-over", file.words)


def _about(name: str, code: str, detail: str) -> Notice:
    """A notice about a whole file."""
    # A name may hold bytes that are no text; nothing that is told may.
    name, detail = (text.encode("utf-8", "backslashreplace").decode() for text in (name, detail))
    return Notice(code, CellRef(name, "", 0), quoted(name), detail=detail)


def _only_orders(planned: Plan, wanted: tuple[int, ...]) -> Plan:
    known = {order.order_id for order in planned.orders}
    known |= {r.order_id for r in planned.rejections if r.order_id is not None}
    missing = [order_id for order_id in wanted if order_id not in known]
    if missing:
        raise NothingSentError(
            f"No row names the order {', '.join(map(str, missing))}; nothing was sent."
        )
    return narrow(planned, set(wanted), rejections=False)
