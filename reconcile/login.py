"""Tries a token before `login` keeps it."""

import asyncio

from reconcile.account import describe_account
from reconcile.config import Settings, is_loopback
from reconcile.executor import Client, Exchange, Timeouts

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
    timeouts = Timeouts(limits.connect, limits.write, limits.read, limits.whole)
    direct = is_loopback(settings.base_url)
    async with Client(settings.base_url, token, timeouts, 1, direct=direct) as client:
        return await client.account()
