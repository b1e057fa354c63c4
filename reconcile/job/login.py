"""Tries a token before `login` keeps it."""

import asyncio
from datetime import UTC, datetime
from functools import partial

from reconcile.config import Settings, is_loopback, server_of
from reconcile.domain.model import CallKind
from reconcile.flxpoint import Exchange, judge, slot_of, update_pacer
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.flxpoint.tokens import token_fingerprint
from reconcile.job.account import describe_account
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
    limits = settings.timeouts
    timeouts = Timeouts(**limits.model_dump())
    direct = is_loopback(settings.base_url)
    fingerprint, rate = token_fingerprint(token), settings.requests_per_second
    time = asyncio.get_running_loop().time
    server = server_of(settings.base_url)
    with Budget(default_budget(), server, fingerprint, rate) as budget:
        now = partial(datetime.now, UTC)
        started = await slot_of(budget, time, settings.longest_retry_after, now)
        async with Client(settings.base_url, token, timeouts, 1, direct=direct) as client:
            exchange = await client.account()
        wall = now()
        update_pacer(budget, exchange, judge(CallKind.SYNC, exchange, wall), started, time(), wall)
        return exchange
