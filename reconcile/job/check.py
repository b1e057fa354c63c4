"""Everything that can be said before the first call: what would be sent, and over what."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconcile.config import Settings
from reconcile.domain.errors import ExitCode, ForbiddenError, NoAnswerError, StoppedError
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Outcome
from reconcile.flxpoint import Pace, Pacer
from reconcile.flxpoint.session import FlxpointSession
from reconcile.flxpoint.tokens import token_fingerprint
from reconcile.job.account import Account, known_account, token_account
from reconcile.job.context import RunContext, budget_of, resolve_account, session_of
from reconcile.job.folders import Reason
from reconcile.job.inputs import Inputs, NothingToDo, inputs_of
from reconcile.job.prepare import Prepared, SendRules, duration, prepare, workload_of
from reconcile.journal import Journal
from reconcile.orders.coverage import uncovered_orders
from reconcile.orders.known_ids import LocalIds
from reconcile.orders.overwrite import Seen, look, own_calls, reasons_to_hold
from reconcile.orders.readback_support import supports_readback
from reconcile.planner.history import CallPlan, diff_plan
from reconcile.planner.planning import reject_orders

__all__ = [
    "Checked",
    "apply_overwrite_policy",
    "check",
    "check_online",
    "files_to_read",
    "local_ids",
    "set_beside_history",
]


@dataclass(frozen=True, slots=True)
class Checked:
    """What would be sent: the plan beside the history, and how long it takes.

    `account` is None if it isn't known without asking; then nothing is compared. `seen` is
    what the orders hold, if Flxpoint was asked. `reads` orders are read before the run, which
    is part of the `seconds`. `uncovered` orders of the period are in no file.
    """

    prepared: Prepared
    workload: CallPlan
    account: Account | None
    seconds: float
    seen: Seen | None = None
    reads: int = 0
    uncovered: int = 0

    @property
    def exit_code(self) -> ExitCode:
        """0 if nothing would be rejected."""
        rejected = self.prepared.plan.rejections or any(
            call.outcome is Outcome.REJECTED for call in self.workload.calls
        )
        return ExitCode.INCOMPLETE if rejected else ExitCode.DONE


def check(
    files: Sequence[Path],
    settings: Settings,
    rules: SendRules,
    journal: Path,
    fingerprint: str | None,
    now: datetime,
) -> Checked | NothingToDo:
    """Reads, judges and plans; sends nothing and needs no token.

    With `account:` in the config, or the `fingerprint` of a token that was used before, the
    plan is compared with what was acknowledged earlier, files that are done are known, and
    ids are looked up in the local id map.
    """
    if not journal.is_file():
        inputs = inputs_of(files, now, lambda _sha256: False, again=rules.again)
        prepared = prepare(inputs.files, settings, rules, inputs.passed_over)
        account, workload = None, workload_of(prepared, {}, rules)
    else:
        with Journal.open(journal) as opened:
            account = _account(opened, settings, fingerprint)
            inputs = files_to_read(files, opened, account, rules, now)
            local = None if account is None else LocalIds(opened, account.key)
            prepared = prepare(inputs.files, settings, rules, inputs.passed_over, local)
            workload = set_beside_history(prepared, opened, account, rules)
            if account is not None and prepared.exports:
                pacer = Pacer(settings.requests_per_second)
                checked = Checked(prepared, workload, account, duration(workload, pacer))
                return _with_reads(checked, settings, opened, pacer)
    if not prepared.exports:
        return NothingToDo(inputs.passed_over, prepared.skipped)
    pacer = Pacer(settings.requests_per_second)
    return Checked(prepared, workload, account, duration(workload, pacer))


def check_online(
    files: Sequence[Path],
    settings: Settings,
    rules: SendRules,
    token: str,
    context: RunContext,
    *,
    orders_too: bool,
) -> Checked | NothingToDo:
    """As `check`, but Flxpoint is asked: for ids with `rules.pull`, and what the orders hold.

    Raises:
        StoppedError: Flxpoint doesn't answer.
    """
    with Journal.open(context.journal) as journal, budget_of(settings, token, context) as pacer:
        account = resolve_account(journal, settings, token, pacer, context)
        session = session_of(settings, token, pacer, context)
        inputs = files_to_read(files, journal, account, rules, context.now())
        local = LocalIds(journal, account.key, session if rules.pull else None)
        prepared = prepare(inputs.files, settings, rules, inputs.passed_over, local)
        if not prepared.exports:
            return NothingToDo(inputs.passed_over, prepared.skipped)
        workload = set_beside_history(prepared, journal, account, rules)
        checked = Checked(prepared, workload, account, duration(workload, pacer))
        checked = _with_reads(checked, settings, journal, pacer)
        if not orders_too:
            return checked
        return _held_back(
            _seen(checked, session, journal, unchanged=True), settings, journal, rules
        )


def apply_overwrite_policy(
    checked: Checked,
    settings: Settings,
    session: FlxpointSession,
    journal: Journal,
    rules: SendRules,
) -> Checked:
    """Reads the orders that would be sent, and holds back what may not be overwritten.

    Without `overwrite:` in the config that is done only where Flxpoint is known to tell what
    orders hold. Where that isn't known yet, a few orders are read; if none can be, that is
    said, and nothing held back. With it, and where Flxpoint is known to tell, nothing is sent
    without looking.

    Raises:
        StoppedError: Flxpoint doesn't answer, or not this token; or it isn't Flxpoint.
        TimeIsUpError: the time to finish by came first.
    """
    account = checked.account
    calls = _syncs(checked, unchanged=False)
    if settings.overwrite == "all" or account is None or not calls:
        return checked
    try:
        if settings.overwrite is None and not supports_readback(
            session, journal, account.key, calls
        ):
            return checked
        seen = _seen(checked, session, journal, unchanged=False)
    except (ForbiddenError, NoAnswerError) as why:
        raise StoppedError(
            f"{why} Nothing was sent, since it isn't known what the orders hold; "
            "`--overwrite all` sends without looking."
        ) from why
    except StoppedError as why:
        raise StoppedError(f"{why} Nothing was sent.") from why
    return _held_back(seen, settings, journal, rules)


def _with_reads(checked: Checked, settings: Settings, journal: Journal, pacer: Pace) -> Checked:
    """With the time for reading orders before the run, and what no file names."""
    account = checked.account
    if account is None:
        return checked
    looks = settings.overwrite or (
        "blanks" if journal.pull_state(account.key).reported_fields else "all"
    )
    reads = 0 if looks == "all" else len(_syncs(checked, unchanged=False))
    return replace(
        checked,
        reads=reads,
        seconds=checked.seconds + reads * pacer.spacing,
        uncovered=sum(1 for _ in uncovered_orders(journal, account.key, checked.prepared.plan)),
    )


def local_ids(
    journal: Journal,
    settings: Settings,
    token: str,
    account: Account | None,
    session: FlxpointSession | None,
) -> LocalIds | None:
    """What is known of the account's ids; of one that wasn't asked for, by its token."""
    account = account or _account(journal, settings, token_fingerprint(token))
    return None if account is None else LocalIds(journal, account.key, session)


def files_to_read(
    files: Sequence[Path],
    journal: Journal,
    account: Account | None,
    rules: SendRules,
    now: datetime,
) -> Inputs:
    """The files to read; of a folder those that were not run to their end in this account."""
    if account is None:
        return inputs_of(files, now, lambda _sha256: False, again=rules.again)
    key = account.key
    found = inputs_of(files, now, lambda s: journal.is_done(key, s), again=rules.again)
    return replace(
        found,
        passed_over=tuple(
            replace(each, reason=Reason.GIVEN_UP, detail="its run was abandoned; see --again")
            if each.reason is Reason.DONE and journal.is_abandoned(key, each.sha256)
            else each
            for each in found.passed_over
        ),
    )


def set_beside_history(
    prepared: Prepared, journal: Journal, account: Account | None, rules: SendRules
) -> CallPlan:
    """The plan beside what was acknowledged earlier in this account."""
    if account is None:
        return workload_of(prepared, {}, rules)
    ids = (order.order_id for order in prepared.plan.orders)
    return workload_of(prepared, journal.history(account.key, ids), rules)


def _account(journal: Journal, settings: Settings, fingerprint: str | None) -> Account | None:
    account = known_account(journal, settings.base_url, settings.account, fingerprint)
    if account is None and fingerprint is not None:
        return token_account(settings.base_url, fingerprint)
    return account


def _syncs(checked: Checked, *, unchanged: bool) -> dict[int, str]:
    """The accounting syncs by order, those that would be sent or all."""
    return {
        call.order_id: call.content
        for call in checked.workload.calls
        if call.kind is CallKind.SYNC and (unchanged or call.outcome is Outcome.PENDING)
    }


def _seen(
    checked: Checked, session: FlxpointSession, journal: Journal, *, unchanged: bool
) -> Checked:
    contents = _syncs(checked, unchanged=unchanged)
    account = checked.account
    if account is None or not contents:
        return checked
    seconds = round(len(contents) * session.pacer.spacing)
    listener = session.listener
    listener(Event("reading", {"orders": len(contents), "seconds": seconds}))
    return replace(checked, seen=look(session, journal, account.key, contents, listener))


def _held_back(checked: Checked, settings: Settings, journal: Journal, rules: SendRules) -> Checked:
    """Without the orders that would overwrite what they may not, by what was seen of them."""
    seen, account = checked.seen, checked.account
    if seen is None or account is None:
        return checked
    workload = checked.workload
    calls = [
        call
        for call in workload.calls
        if call.kind is CallKind.SYNC and call.outcome is Outcome.PENDING
    ]
    rows = {order.order_id: order.rows for order in workload.plan.orders}
    history = journal.history(account.key, rows)
    silent = journal.pull_state(account.key).asked and not seen.reported_fields
    why = reasons_to_hold(
        seen,
        calls,
        rows,
        own_calls(history),
        policy=settings.overwrite or "blanks",
        unread=bool(seen.reported_fields) or (settings.overwrite is not None and not silent),
    )
    if not why:
        return checked
    workload = diff_plan(reject_orders(workload.plan, why), history, force=rules.force)
    prepared = replace(checked.prepared, plan=reject_orders(checked.prepared.plan, why))
    sending = len(checked.workload.to_send)
    share = len(workload.to_send) / sending if sending else 0.0
    return replace(checked, prepared=prepared, workload=workload, seconds=checked.seconds * share)
