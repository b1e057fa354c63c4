"""What people ask Flxpoint by a command of its own: `ids pull`, `verify --online`, `undo`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from shlex import quote
from typing import Final, Literal

from reconcile.config import Settings
from reconcile.domain.errors import NothingSentError
from reconcile.flxpoint import Reads
from reconcile.flxpoint.tokens import redacted_values
from reconcile.job.account import Account, known_account, resolve_account
from reconcile.job.context import RunContext
from reconcile.job.planned_input import SendRules, plan_files
from reconcile.job.results_writer import rebuild_report, target_in
from reconcile.journal import Journal, RunRecord
from reconcile.orders.pull import Pull, Pulled
from reconcile.orders.readback import ReadBack, read_back
from reconcile.results.workbook.target_file import default_target, prove_writable
from reconcile.undo.export import NOT_KNOWN, ExportStyle, export_sheet
from reconcile.undo.order_states import Asked, ask_now, known_orders, statuses_left_alone
from reconcile.undo.plan import OrderUndo, Undo, UndoRules, not_known_words, undo
from reconcile.undo.workbook import UndoSummary, write_undo

__all__ = [
    "PullWish",
    "UndoneRun",
    "VerifiedRun",
    "pull_ids",
    "run_of_account",
    "undo_run",
    "verify_run",
]

_PLAIN: Final = "plain"


@dataclass(frozen=True, slots=True)
class PullWish:
    """What to fetch: orders updated after `since` (None: since the last pull), or everything.

    `items` asks for the items of orders that are listed without their ids.
    """

    since: datetime | None = None
    everything: bool = False
    items: bool = True


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """A run that was read back, and its workbook with what was found."""

    run: RunRecord
    back: ReadBack
    workbook: Path


@dataclass(frozen=True, slots=True)
class UndoneRun:
    """What would undo a run, by whose word, and the file; None if there is nothing to undo.

    `hints` are options that `run` needs for the file, `remark` says what is wrong with it, `note`
    what is guessed in it.
    """

    run: RunRecord
    undo: Undo
    word: str
    read: int
    file: Path | None = None
    hints: tuple[str, ...] = ()
    remark: str = ""
    note: str = ""


def pull_ids(context: RunContext, wish: PullWish) -> tuple[Account, Pulled, int]:
    """Fetches orders and their items into the local id map; how many orders that has then.

    Raises:
        StoppedError: Flxpoint doesn't answer; what it answered before is kept, and the next
            pull goes on there.
        NothingSentError: the token may not list orders.
    """
    with context.open_journal() as journal, context.slots() as slots:
        account = resolve_account(journal, context, slots)

        async def work(reads: Reads) -> Pulled:
            pull = Pull(reads, journal, account.key, context.now, context.listener)
            listed = await pull.orders(wish.since, everything=wish.everything)
            if not wish.items:
                return listed
            asked = await pull.items()
            return listed._replace(items_asked=asked.items_asked, items_unknown=asked.items_unknown)

        pulled = context.session(slots).run(work)
        return account, pulled, journal.known_orders(account.key)


def verify_run(
    context: RunContext, run_id: str | None, how: Literal["sample", "all"]
) -> VerifiedRun:
    """Reads the orders of a run back, and writes its workbook again with what they hold.

    Raises:
        NothingSentError: there is no such run of this account.
        StoppedError: Flxpoint doesn't answer.
    """
    with context.open_journal() as journal, context.slots() as slots:
        account = resolve_account(journal, context, slots)
        record = run_of_account(journal, run_id, account, context.settings)
        back = read_back(context.session(slots), journal, record, how)
        _, workbook, _ = rebuild_report(journal, record.id, None, context.keep)
        return VerifiedRun(record, back, workbook)


def undo_run(
    context: RunContext, run_id: str, results: Path | None, *, why_not_asked: str = ""
) -> UndoneRun:
    """Writes an export that puts the former values back after a run; sends nothing.

    Args:
        context: today's settings, with which `run` can read the file; with a token Flxpoint is
            asked what the orders hold now, without one the journal alone.
        run_id: the run.
        results: where the file goes; beside the first file of the run if None.
        why_not_asked: why there is no token.

    Raises:
        NothingSentError: there is no such run of this account.
        StoppedError: Flxpoint doesn't answer.
        WorkbookError: the place can't be written.
    """
    settings = context.settings
    with context.open_journal() as journal:
        if context.token is None:
            record = _run_without_asking(journal, run_id, settings)
            target = _undo_target(record, results)
            words = "the journal alone" + f": {why_not_asked}" * bool(why_not_asked)
            asked = Asked(known_orders(journal, record), 0, words)
        else:
            with context.slots() as slots:
                account = resolve_account(journal, context, slots)
                record = run_of_account(journal, run_id, account, context.settings)
                target = _undo_target(record, results)
                session = context.session(slots)
                asked = ask_now(session, journal, record.account, known_orders(journal, record))
        planning = settings.planning
        rules = UndoRules(record.id, planning.cells, planning.synced_default)
        found = undo(asked.orders, rules)
        statuses = statuses_left_alone(journal, record, asked.orders)
        left = redacted_values([*found.left, *statuses], context.token)
        found = found._replace(left=left)
    undone = UndoneRun(record, found, asked.words, asked.read)
    return _written(undone, settings, target, context.now()) if found.orders else undone


def _written(undone: UndoneRun, settings: Settings, target: Path, at: datetime) -> UndoneRun:
    """With the file, which was read again as `run` will read it."""
    orders = undone.undo.orders
    style = ExportStyle(
        settings.clear_word,
        settings.planning.cells,
        settings.field_columns,
        settings.only,
        settings.sheet,
        settings.status_updates,
    )
    sheet = export_sheet(orders, style)
    hints = tuple(_hints(orders, sheet.name, settings))
    values = sum(order.values for order in orders)
    clear_word, not_known = settings.clear_word.strip(), undone.undo.not_known
    said = UndoSummary(
        undone.run, at, undone.word, len(orders), values, clear_word, hints, not_known
    )
    note = not_known_words(len(not_known), clear_word, NOT_KNOWN)
    file = write_undo(said, sheet, undone.undo.left, target)
    remark = _read_otherwise(file, sheet.name, orders, settings)
    return replace(undone, file=file, hints=hints, remark=remark, note=note)


def _hints(orders: Sequence[OrderUndo], sheet: str, settings: Settings) -> Iterator[str]:
    """Options without which `run` would not send all of it."""
    if settings.layout not in (None, _PLAIN):
        yield f"--layout {_PLAIN}"
    if settings.sheet not in (None, sheet):
        yield f"--sheet {quote(sheet)}"
    if len(orders) > settings.max_changes:
        yield "--allow-changes"
    if any(order.foreign for order in orders) and settings.overwrite != "all":
        yield "--overwrite all"
    elif settings.overwrite == "never":
        yield "--overwrite blanks"


def _read_otherwise(file: Path, sheet: str, orders: Sequence[OrderUndo], settings: Settings) -> str:
    """What `run` would not read of the file as it is meant; nothing if all is well."""
    layout = settings.layout and _PLAIN
    how = settings.model_copy(update={"layout": layout, "sheet": sheet, "ids": None})
    try:
        planned = plan_files([file], how, SendRules()).plan
    except NothingSentError as why:
        return f"With this config the file can't be run: {why}"
    meant = {order.order_id: order.call.to_json() for order in orders}
    read = {
        order.order_id: order.sync.to_json()
        for order in planned.orders
        if order.sync is not None and order.status is None
    }
    wrong = [
        order_id for order_id in {**meant, **read} if meant.get(order_id) != read.get(order_id)
    ]
    if not wrong:
        return ""
    return (
        f"With this config the file would be read otherwise than it is meant, for {len(wrong)} "
        f"orders, the first of them {wrong[0]}. Don't run it; run it with another --config."
    )


def _undo_target(record: RunRecord, results: Path | None) -> Path:
    """Where the file goes; the place is tried before anything is asked."""
    beside = Path(record.sources[0].path) if record.sources else Path(record.target)
    target = target_in(results, default_target(beside, record.id, "undo"))
    if not target.is_dir():
        prove_writable(target)
    return target


def _run_without_asking(journal: Journal, run_id: str, settings: Settings) -> RunRecord:
    """A run of the API of this config, and of its account, if it names one."""
    account = known_account(journal, settings.base_url, settings.account, None)
    record = journal.run(run_id)
    if account is None and record is not None:
        account = Account(record.account, settings.base_url)
    return run_of_account(journal, run_id, account or Account("", ""), settings)


def run_of_account(
    journal: Journal, run_id: str | None, account: Account, settings: Settings
) -> RunRecord:
    """A run (None: the latest one), which must be one of this account.

    Raises:
        NothingSentError: there is none, or it is another account's.
    """
    record = journal.run(run_id)
    if record is None:
        raise NothingSentError(f"The journal has no run{f' {run_id}' if run_id else ''}.")
    if record.account != account.key or record.base_url != settings.base_url:
        raise NothingSentError(
            f"The run {record.id} went to {record.account_name or record.account}, and this "
            f"token is of {account.name or account.key}."
        )
    return record
