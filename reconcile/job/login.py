"""Tries a token before `login` keeps it."""

import asyncio
from datetime import UTC, datetime
from functools import partial

from reconcile.config import Settings, server_of
from reconcile.flxpoint import Exchange, PacedRequests, RetryLimits, RetryPolicy
from reconcile.flxpoint.tokens import token_fingerprint
from reconcile.job.account import ACCOUNT, describe_account
from reconcile.job.context import client_of
from reconcile.journal import Budget, default_budget

__all__ = ["try_token"]


def try_token(settings: Settings, token: str) -> tuple[bool, str]:
    """Asks Flxpoint whose token it is: whether it said so, and the words for a person."""
    exchange = asyncio.run(_ask(settings, token))
    name, why_not = describe_account(exchange)
    if name is not None:
        return True, f"Flxpoint knows the token: {name}."
    return False, (
        f"Flxpoint doesn't say whose token this is ({why_not}). That is usual for a Source or "
        "Channel token; an Account token that is right gets an answer."
    )


async def _ask(settings: Settings, token: str) -> Exchange:
    fingerprint, rate = token_fingerprint(token), settings.requests_per_second
    limits = RetryLimits(RetryPolicy(), settings.longest_retry_after, partial(datetime.now, UTC))
    with Budget(default_budget(), server_of(settings.base_url), fingerprint, rate) as budget:
        async with client_of(settings, token) as client:
            return (await PacedRequests(budget, limits).once(ACCOUNT, client.account)).exchange
