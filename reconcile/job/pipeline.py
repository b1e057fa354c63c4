"""From files to what would be sent: the one way that `check`, `run` and everybody else goes."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from pathlib import Path

from reconcile.domain.calls import History
from reconcile.domain.errors import NothingSentError
from reconcile.domain.events import Event
from reconcile.flxpoint import Pace, Pacer
from reconcile.job.account import Account, account_without_asking, resolve_account
from reconcile.job.context import RunContext
from reconcile.job.input_files import InputFiles, PassedOverReason, input_files
from reconcile.job.overwrite_policy import apply_overwrite_policy, with_remote_state
from reconcile.job.planned_input import (
    NothingToDo,
    PlannedFiles,
    PlannedInput,
    SendRules,
    call_plan,
    pilot_of,
    plan_files,
)
from reconcile.journal import Journal, UncoveredOrder
from reconcile.orders.coverage import uncovered_orders
from reconcile.orders.known_ids import LocalIds
from reconcile.planner.history import CallPlan

__all__ = ["Purpose", "check", "plan_input"]


class Purpose(Enum):
    """What the plan is for, and with it which orders are read from Flxpoint."""

    CHECK = "no order is read"
    LOOK = "every planned order is read"
    SEND = "orders are read as far as `overwrite:` asks for it"


def check(
    files: Sequence[Path], rules: SendRules, context: RunContext, *, online: bool = False
) -> PlannedInput | NothingToDo:
    """Reads, validates and plans; sends nothing.

    Without `online` and `rules.pull` Flxpoint isn't asked, and no token is needed. With
    `account:` in the config, or a token that was used before, the plan is compared with what was
    acknowledged earlier, files that are done are known, and ids are looked up in the local id
    map.

    Args:
        files: exports, and folders of them.
        rules: what the command line says of the run.
        context: settings, token, journal, clock and listener.
        online: what the planned orders hold in Flxpoint is read too.

    Raises:
        NothingSentError: a file can't be read, or something is missing.
        StoppedError: Flxpoint doesn't answer.
    """
    if online or rules.pull:
        purpose = Purpose.LOOK if online else Purpose.CHECK
        with context.open_journal() as journal, context.slots() as slots:
            return plan_input(files, rules, context, journal, slots, purpose)
    if not context.journal.is_file():
        return plan_input(files, rules, context)
    with context.open_journal() as journal:
        return plan_input(files, rules, context, journal)


def plan_input(
    files: Sequence[Path],
    rules: SendRules,
    context: RunContext,
    journal: Journal | None = None,
    slots: Pace | None = None,
    purpose: Purpose = Purpose.CHECK,
    *,
    before_asking: Callable[[InputFiles], None] = lambda _inputs: None,
) -> PlannedInput | NothingToDo:
    """Files, ids, the plan, the plan beside the history, and the overwrite policy applied.

    Args:
        files: exports, and folders of them.
        rules: what the command line says of the run.
        context: settings, token, clock and listener.
        journal: of earlier runs; None if there is none yet.
        slots: the slots of the token; without them Flxpoint isn't asked.
        purpose: which orders are read.
        before_asking: called when the files are read, before Flxpoint is asked anything that
            the files don't need; may raise.

    Raises:
        NothingSentError: a file can't be read, or more orders would change than `max_changes`.
        StoppedError: Flxpoint doesn't answer.
        TimeIsUpError: the time to finish by came first.
    """
    account = _account_of(files, rules, context, journal, slots, purpose)
    inputs = input_files(files, context.now(), again=rules.again, journal=journal, account=account)
    if purpose is Purpose.SEND:
        for each in inputs.passed_over:
            values = {"file": each.display_name, "why": each.words}
            context.listener(Event("passed over", values))
    local = _local_ids(rules, context, journal, slots, account)
    read = plan_files(inputs.files, context.settings, rules, inputs.passed_over, local)
    if purpose is Purpose.SEND:
        for why in read.skipped:
            context.remark(f"Skipped: {why}")
    if not read.exports:
        again = _delivered_again(inputs, journal, account)
        return NothingToDo(inputs.passed_over, read.skipped, again, account)
    before_asking(inputs)
    if journal is not None and slots is not None and account is None:
        account = resolve_account(journal, context, slots)
    pacer = slots or Pacer(context.settings.requests_per_second)
    planned = _beside_history(read, inputs, rules, journal, account, pacer)
    if journal is None or account is None:
        return planned
    if slots is not None and purpose is Purpose.SEND:
        _refuse_many_changes(planned.calls, rules, context.settings.max_changes)
        return apply_overwrite_policy(planned, rules, context, context.session(slots), journal)
    looks = context.settings.overwrite
    looks = looks or ("blanks" if journal.pull_state(account.key).reported_fields else "all")
    reads = 0 if looks == "all" else len(planned.syncs())
    planned = replace(planned, reads=reads, seconds=planned.seconds + reads * pacer.spacing)
    if slots is not None and purpose is Purpose.LOOK:
        session = context.session(slots)
        return with_remote_state(planned, rules, context, session, journal, unchanged=True)
    return planned


def _account_of(
    files: Sequence[Path],
    rules: SendRules,
    context: RunContext,
    journal: Journal | None,
    slots: Pace | None,
    purpose: Purpose,
) -> Account | None:
    """The account, as far as it must be known before files are read."""
    if journal is None:
        return None
    if slots is None:
        return account_without_asking(journal, context)
    # Of a folder only the account says what is done.
    needed = purpose is not Purpose.SEND or rules.pull or any(path.is_dir() for path in files)
    return resolve_account(journal, context, slots) if needed else None


def _local_ids(
    rules: SendRules,
    context: RunContext,
    journal: Journal | None,
    slots: Pace | None,
    account: Account | None,
) -> LocalIds | None:
    """The ids that are known of the account; of one that wasn't asked for, by its token."""
    if journal is None:
        return None
    account = account or account_without_asking(journal, context)
    session = context.session(slots) if rules.pull and slots is not None else None
    return None if account is None else LocalIds(journal, account.key, session)


def _beside_history(
    read: PlannedFiles,
    inputs: InputFiles,
    rules: SendRules,
    journal: Journal | None,
    account: Account | None,
    pacer: Pace,
) -> PlannedInput:
    """The plan beside what was acknowledged earlier, cut down to a pilot if that is asked for."""
    history: History = {}
    uncovered: tuple[UncoveredOrder, ...] = ()
    if journal is not None and account is not None:
        history = journal.history(account.key, (order.order_id for order in read.plan.orders))
        uncovered = tuple(uncovered_orders(journal, account.key, read.plan))
    calls = pilot_of(call_plan(read.plan, history, rules), history, rules)
    return PlannedInput(
        read.exports,
        calls,
        account,
        seconds=len(calls.to_send) * pacer.spacing,
        uncovered=uncovered,
        skipped=read.skipped,
        passed_over=inputs.passed_over,
        in_folders=inputs.in_folders,
    )


def _delivered_again(inputs: InputFiles, journal: Journal | None, account: Account | None) -> bool:
    """Whether a file that is done stands there under a new name, or was written once more."""
    if journal is None or account is None:
        return False
    for each in inputs.passed_over:
        if each.reason is PassedOverReason.DONE:
            before = journal.deliveries(account.key, each.sha256)
            known = str(each.path.absolute()) in {path for path, _ in before}
            with suppress(OSError):  # it may be gone by now
                written = each.path.stat().st_mtime
                if before and (not known or written > max(at.timestamp() for _, at in before)):
                    return True
    return False


def _refuse_many_changes(calls: CallPlan, rules: SendRules, most: int) -> None:
    changed = len(calls.changed)
    if changed > most and not rules.allow_changes:
        first = calls.changed[0]
        raise NothingSentError(
            f"{changed} orders were acknowledged earlier with other content, more than "
            f"max_changes ({most}) allows; a look-up shifted by one row would "
            f"do that. The first is order {first.order_id}: it holds {first.previous} and would "
            f"get {first.content}. Nothing was sent. See them all with `reconcile check`, and "
            "if they are right, run again with --allow-changes."
        )
