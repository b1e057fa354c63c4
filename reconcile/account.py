"""Whose books these are: the account that the history belongs to.

Rules, section 5: the base URL and `account:` of the config, else the id from `GET /account`,
else the token's fingerprint; a new token of the same account keeps the history.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from reconcile.executor import Client, Exchange, NeverSent, NoReply, Pacer, Reply, judge
from reconcile.executor.verdict import Retry
from reconcile.journal import Journal
from reconcile.model import CallKind

__all__ = ["Account", "describe_account", "identify", "known_account"]

_OK = 200


@dataclass(frozen=True, slots=True)
class Account:
    """`key` is what the journal files the history under; `name` is for people.

    `remark` says why the account isn't known by its id, if it isn't.
    """

    key: str
    name: str
    remark: str = ""


def known_account(
    journal: Journal, base_url: str, configured: str | None, fingerprint: str | None
) -> Account | None:
    """The account as far as it is known without asking; None if it isn't."""
    if configured is not None:
        return Account(f"{base_url} {configured}", configured)
    if fingerprint is None:
        return None
    known = journal.account_of(base_url, fingerprint)
    return None if known is None else Account(f"{base_url} id {known[0]}", known[1])


def _utc_now() -> datetime:
    return datetime.now(UTC)


async def identify(
    client: Client,
    pacer: Pacer,
    journal: Journal,
    base_url: str,
    fingerprint: str,
    now: Callable[[], datetime] = _utc_now,
) -> Account:
    """Asks `GET /account`, which answers an Account token only; takes one slot of the budget.

    Another answer than 200 proves nothing against the token and stops nothing; a 429 or a
    `Retry-After` holds the calls that follow.
    """
    time = asyncio.get_running_loop().time
    await asyncio.sleep(pacer.due(time()) - time())
    started = time()
    pacer.started(started)
    exchange = await client.account(lambda: pacer.left(started, time()))
    _heed(pacer, exchange, started, time(), now())
    found = _read(exchange)
    if isinstance(found, str):
        key = f"{base_url} token {fingerprint}"
        return Account(key, "", f"Flxpoint doesn't say whose token this is ({found}).")
    account, name = found
    journal.remember_account(base_url, fingerprint, account, name)
    return Account(f"{base_url} id {account}", name)


def describe_account(exchange: Exchange) -> tuple[str | None, str]:
    """The name in an answer to `GET /account`; or None, and why there is none."""
    found = _read(exchange)
    return (None, found) if isinstance(found, str) else (found[1], "")


def _heed(pacer: Pacer, exchange: Exchange, began: float, ended: float, now: datetime) -> None:
    verdict = judge(CallKind.SYNC, exchange, now)
    if isinstance(verdict, Retry) and verdict.throttled:
        pacer.refused(began, ended, verdict.hold)
    elif isinstance(verdict, Retry) and verdict.hold is not None:
        pacer.hold(ended + verdict.hold)


def _read(exchange: Exchange) -> tuple[str, str] | str:
    """The account's id and name, or why there is none."""
    match exchange:
        case NeverSent(reason) | NoReply(reason):
            return reason
        case Reply(status) if status != _OK:
            return f"GET /account answered {status}"
        case Reply():
            try:
                said = json.loads(exchange.body)
            except json.JSONDecodeError:
                return "GET /account answered no JSON"
    if not isinstance(said, dict) or not isinstance(said.get("id"), int | str):
        return "GET /account named no id"
    return str(said["id"]), str(said.get("companyName") or said.get("brandName") or said["id"])
