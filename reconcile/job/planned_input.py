"""From files to the calls that a run would make: values, and the reading and planning of files.

`pipeline` puts them together with what the journal and Flxpoint know.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from reconcile.config import Settings
from reconcile.domain.calls import History
from reconcile.domain.errors import FileRefusedError, NothingSentError
from reconcile.domain.id_map import IdMap
from reconcile.domain.model import CallKind, CellRef, Notice, Outcome, Plan
from reconcile.domain.text import quoted
from reconcile.job.account import Account
from reconcile.job.input_files import PassedOver
from reconcile.journal import UncoveredOrder
from reconcile.loader import Export, LoadRules, load
from reconcile.orders.known_ids import LocalIds
from reconcile.orders.overwrite import OrdersRead
from reconcile.planner.history import CallPlan, diff_plan
from reconcile.planner.id_lookup import wanted_ids
from reconcile.planner.id_map_file import read_id_map
from reconcile.planner.planning import narrow, plan

__all__ = [
    "NothingToDo",
    "PlannedFiles",
    "PlannedInput",
    "SendRules",
    "call_plan",
    "load_export",
    "pilot_of",
    "plan_files",
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

    @property
    def pilot(self) -> bool:
        """Whether only some of the orders are meant."""
        return self.limit is not None or bool(self.orders)


class PlannedFiles(NamedTuple):
    """Exports, the plan made from them, and a sentence for each file that was skipped."""

    exports: tuple[Export, ...]
    plan: Plan
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """What would be sent: the files, the plan beside the history, and how long it takes.

    Attributes:
        exports: the files that were read.
        calls: every call, and the plan that it is from.
        account: None if it isn't known without asking; then nothing is compared.
        seconds: that reading and sending take.
        reads: orders that are read before the run.
        seen: what the orders hold, if Flxpoint was asked.
        uncovered: orders of the period that are in no file.
        skipped: a sentence for each file that could not be read and was left out.
        passed_over: files of folders that are not run.
        in_folders: the files that stand in a folder that was named.
    """

    exports: tuple[Export, ...]
    calls: CallPlan
    account: Account | None = None
    seconds: float = 0.0
    reads: int = 0
    seen: OrdersRead | None = None
    uncovered: tuple[UncoveredOrder, ...] = ()
    skipped: tuple[str, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    in_folders: frozenset[Path] = field(default_factory=frozenset)

    @property
    def plan(self) -> Plan:
        """What the files ask for."""
        return self.calls.plan

    def syncs(self, *, unchanged: bool = False) -> dict[int, str]:
        """The accounting syncs by order as JSON: those that would be sent, or all."""
        return {
            call.order_id: call.content
            for call in self.calls.calls
            if call.kind is CallKind.SYNC and (unchanged or call.outcome is Outcome.PENDING)
        }


@dataclass(frozen=True, slots=True)
class NothingToDo:
    """There is no file to be run: what was passed over, and why others were skipped.

    `same_file`: one of those passed over was delivered again after it had been run.
    """

    passed_over: tuple[PassedOver, ...]
    skipped: tuple[str, ...] = ()
    same_file: bool = False
    account: Account | None = None


def plan_files(
    files: Sequence[Path],
    settings: Settings,
    rules: SendRules,
    passed_over: Sequence[PassedOver] = (),
    local: LocalIds | None = None,
) -> PlannedFiles:
    """Reads the files and plans what they ask for; notes those that were passed over.

    There are no exports if no file is given, or none can be read and all were to be skipped.

    Args:
        files: the files.
        settings: of the config and the command line.
        rules: which orders, and what about files that can't be read.
        passed_over: each becomes a notice of the plan.
        local: what is known of the account's ids; a file of ids counts before it.

    Raises:
        FileRefusedError: one of them can't be read; an order may have rows in it. Or the id
            map can't.
        NothingSentError: the pilot names an order that is in none of them.
        StoppedError: missing ids were to be fetched, and Flxpoint doesn't answer.
    """
    local = local if local is not None and local.usable else None
    ids = None if settings.ids is None else _id_map(Path(settings.ids))
    exports: dict[str, Export] = {}
    skipped: list[str] = []
    notices = list(_passed_over(passed_over))
    for path, name in zip(files, _names(files), strict=True):
        try:
            export = load_export(path, name, settings, has_ids=local is not None)
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
    if local is not None:
        known = local.of(wanted_ids(list(exports.values()), settings.order_number.prefix or ""))
        ids = known if ids is None else ids.over(known)
    planned = plan(list(exports.values()), settings.planning, ids)
    planned = replace(planned, notices=(*notices, *planned.notices))
    if rules.orders and exports:
        planned = _only_orders(planned, rules.orders)
    return PlannedFiles(tuple(exports.values()), planned, tuple(skipped))


def load_export(path: Path, name: str, settings: Settings, *, has_ids: bool = False) -> Export:
    """Reads one export.

    Args:
        path: where it is.
        name: what it is called in messages.
        settings: of the config and the command line.
        has_ids: ids are known that no file of ids names.

    Raises:
        FileRefusedError: it can't be read as an export.
    """
    rules = LoadRules(
        settings.field_columns,
        settings.only,
        settings.sheet,
        settings.status_updates,
        settings.layout,
        settings.bookings,
        settings.ids is not None or has_ids,
    )
    return load(path, name, rules)


def call_plan(planned: Plan, history: History, rules: SendRules) -> CallPlan:
    """The calls of a plan beside what was acknowledged earlier."""
    return diff_plan(planned, history, force=rules.force)


def pilot_of(calls: CallPlan, history: History, rules: SendRules) -> CallPlan:
    """The calls of as many orders as `rules.limit` lets through; all without a limit."""
    if rules.limit is None:
        return calls
    sending = list(dict.fromkeys(call.order_id for call in calls.to_send))
    keep = {order.order_id for order in calls.plan.orders} - set(sending[rules.limit :])
    return call_plan(narrow(calls.plan, keep, rejections=True), history, rules)


def _id_map(path: Path) -> IdMap:
    return read_id_map(path, path.name.encode("utf-8", "backslashreplace").decode())


def _names(files: Sequence[Path]) -> list[str]:
    """Each file's name, or its path where two would have the same name."""
    names = [path.name for path in files]
    return [str(path) if names.count(path.name) > 1 else path.name or str(path) for path in files]


def _passed_over(files: Sequence[PassedOver]) -> Iterator[Notice]:
    for file, name in zip(files, _names([each.path for each in files]), strict=True):
        yield _about(name, "passed-over", file.words)


def _about(name: str, code: str, detail: str) -> Notice:
    """A notice about a whole file."""
    # A name may hold bytes that are no text; no notice may.
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
