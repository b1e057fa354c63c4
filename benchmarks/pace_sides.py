"""Ways to send a number of calls at two per second, beside ours: each a child process.

`BASE_URL COUNT` in; what arrived, and how it was answered, is in the log of the sandbox.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from importlib import import_module

from benchmarks.child import call
from benchmarks.shop import TOKEN

__all__ = ["aiolimiter_command", "curl_command", "sleep_command"]

_BODY = '{"accountingSynced":true}'
_HEADERS = {"X-API-TOKEN": TOKEN, "Content-Type": "application/json"}


def sleep_command(base_url: str, count: int) -> Sequence[str]:
    """What everybody writes first: one call after another, with a sleep of half a second."""
    return (sys.executable, *call(sleep_loop, base_url, count))


def aiolimiter_command(base_url: str, count: int) -> Sequence[str]:
    """The library httpx behind `aiolimiter.AsyncLimiter(2, 1)`, all calls at once."""
    return (sys.executable, *call(behind_aiolimiter, base_url, count))


def curl_command(base_url: str, count: int) -> Sequence[str]:
    """`curl --rate 2/s` over a range of orders."""
    headers = (f"{name}: {value}" for name, value in _HEADERS.items())
    options = [word for header in headers for word in ("-H", header)]
    url = f"{base_url}/orders/[1-{count}]/accounting-sync"
    return ("curl", "-s", "--rate", "2/s", "-X", "PATCH", *options, "-d", _BODY, url)


def sleep_loop(base_url: str, count: str) -> None:
    """See `sleep_command`."""
    import httpx

    with httpx.Client(headers=_HEADERS, timeout=30, trust_env=False) as client:
        for order_id in range(1, int(count) + 1):
            client.patch(f"{base_url}/orders/{order_id}/accounting-sync", content=_BODY)
            time.sleep(0.5)


def behind_aiolimiter(base_url: str, count: str) -> None:
    """See `aiolimiter_command`."""
    import httpx

    async def work() -> None:
        limiter = import_module("aiolimiter").AsyncLimiter(2, 1)
        async with httpx.AsyncClient(headers=_HEADERS, timeout=30, trust_env=False) as client:

            async def one(order_id: int) -> None:
                async with limiter:
                    url = f"{base_url}/orders/{order_id}/accounting-sync"
                    await client.patch(url, content=_BODY)

            await asyncio.gather(*map(one, range(1, int(count) + 1)))

    asyncio.run(work())
