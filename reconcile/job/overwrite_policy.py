"""Reads the orders that would be sent, and holds back what may not be overwritten."""

from dataclasses import replace

from reconcile.domain.errors import ForbiddenError, NoAnswerError, StoppedError
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Outcome
from reconcile.flxpoint.session import FlxpointSession
from reconcile.flxpoint.tokens import redacted_values
from reconcile.job.context import RunContext
from reconcile.job.planned_input import PlannedInput, SendRules, call_plan
from reconcile.journal import Journal
from reconcile.orders.overwrite import issues_before_sending, own_calls, read_orders
from reconcile.orders.readback_support import supports_readback
from reconcile.planner.planning import reject_orders

__all__ = ["apply_overwrite_policy", "with_remote_state"]


def apply_overwrite_policy(
    planned: PlannedInput,
    rules: SendRules,
    context: RunContext,
    session: FlxpointSession,
    journal: Journal,
) -> PlannedInput:
    """The input without the orders that would overwrite what they may not.

    Without `overwrite:` in the config orders are read only where Flxpoint is known to tell what
    they hold. Where that isn't known yet, a few orders are read; if none can be, that is
    said, and nothing held back. With it, and where Flxpoint is known to tell, nothing is sent
    without looking.

    Raises:
        StoppedError: Flxpoint doesn't answer, or not this token; or it isn't Flxpoint.
        TimeIsUpError: the time to finish by came first.
    """
    policy, account, syncs = context.settings.overwrite, planned.account, planned.syncs()
    if policy == "all" or account is None or not syncs:
        return planned
    try:
        if policy is None and not supports_readback(session, journal, account.key, syncs):
            return planned
        return with_remote_state(planned, rules, context, session, journal)
    except (ForbiddenError, NoAnswerError) as why:
        raise StoppedError(
            f"{why} Nothing was sent, since it isn't known what the orders hold; "
            "`--overwrite all` sends without looking."
        ) from why
    except StoppedError as why:
        raise StoppedError(f"{why} Nothing was sent.") from why


def with_remote_state(
    planned: PlannedInput,
    rules: SendRules,
    context: RunContext,
    session: FlxpointSession,
    journal: Journal,
    *,
    unchanged: bool = False,
) -> PlannedInput:
    """The input with what its orders hold, and without those that may not be overwritten.

    `unchanged`: orders of which nothing would be sent are read too.

    Raises:
        StoppedError: Flxpoint doesn't answer.
    """
    syncs, account = planned.syncs(unchanged=unchanged), planned.account
    if account is None or not syncs:
        return planned
    seconds = round(len(syncs) * session.pacer.spacing)
    session.listener(Event("reading", {"orders": len(syncs), "seconds": seconds}))
    seen = read_orders(session, journal, account.key, syncs, session.listener)
    planned = replace(planned, seen=seen)
    calls, policy = planned.calls, context.settings.overwrite
    rows = {order.order_id: order.rows for order in calls.plan.orders}
    history = journal.history(account.key, rows)
    silent = journal.pull_state(account.key).asked and not seen.reported_fields
    why = issues_before_sending(
        seen,
        [c for c in calls.calls if c.kind is CallKind.SYNC and c.outcome is Outcome.PENDING],
        rows,
        own_calls(history),
        policy=policy or "blanks",
        unread=bool(seen.reported_fields) or (policy is not None and not silent),
    )
    why = redacted_values(why, context.token)
    if not why:
        return planned
    kept = call_plan(reject_orders(calls.plan, why), history, rules)
    sending = len(calls.to_send)
    share = len(kept.to_send) / sending if sending else 0.0
    return replace(planned, calls=kept, seconds=planned.seconds * share)
