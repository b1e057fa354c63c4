"""Tries a token before `login` keeps it."""

import asyncio

from reconcile.config import Settings
from reconcile.flxpoint import Exchange, PacedRequests
from reconcile.job.account import ACCOUNT, describe_account
from reconcile.job.context import RunContext, journal_of

__all__ = ["try_token"]


def try_token(settings: Settings, token: str) -> tuple[bool, str]:
    """Asks Flxpoint whose token it is: whether it said so, and the words for a person."""
    context = RunContext(settings, journal_of(settings), token)
    exchange = asyncio.run(_ask(context))
    name, why_not = describe_account(exchange)
    if name is not None:
        return True, f"Flxpoint knows the token: {context.redacted(name)}."
    return False, (
        f"Flxpoint doesn't say whose token this is ({why_not}). That is usual for a Source or "
        "Channel token; an Account token that is right gets an answer."
    )


async def _ask(context: RunContext) -> Exchange:
    with context.slots() as slots:
        async with context.client() as client:
            return (
                await PacedRequests(slots, context.limits).once(ACCOUNT, client.account)
            ).exchange
