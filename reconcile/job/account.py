"""The account that the history belongs to.

Rules, section 5: the base URL and `account:` of the config, else the id from `GET /account`,
else the token's fingerprint; a new token of the same account keeps the history.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from reconcile.domain.errors import StoppedError
from reconcile.flxpoint import Exchange, Pace, PacedRequests, Reply
from reconcile.flxpoint.client import Client
from reconcile.flxpoint.exchange import in_words
from reconcile.flxpoint.verdict import Halt, Retry, silence_sentence
from reconcile.job.context import RunContext
from reconcile.journal import Journal

__all__ = [
    "ACCOUNT",
    "Account",
    "account_without_asking",
    "describe_account",
    "identify",
    "known_account",
    "probe",
    "resolve_account",
    "token_account",
]

ACCOUNT = "/account"
_OK = 200
_UNAUTHORISED = "401"
_FORBIDDEN = (401, 403)


@dataclass(frozen=True, slots=True)
class Account:
    """`key` is what the journal files the history under; `name` is for people.

    `remark` says why the account isn't known by its id, if it isn't; `asked` that Flxpoint was
    asked for it just now.
    """

    key: str
    name: str
    remark: str = ""
    asked: bool = field(default=False, compare=False)


def known_account(
    journal: Journal, base_url: str, configured: str | None, fingerprint: str | None
) -> Account | None:
    """The account as far as it is known without asking; None if it isn't."""
    if configured is not None:
        return Account(f"{base_url} account {configured}", configured)
    if fingerprint is None:
        return None
    known = journal.account_of(base_url, fingerprint)
    return None if known is None else Account(f"{base_url} id {known[0]}", known[1])


def account_without_asking(journal: Journal, context: RunContext) -> Account | None:
    """The account as far as journal, config and token tell; None without a token.

    One that Flxpoint was never asked about is named by the token's fingerprint.
    """
    base_url, fingerprint = context.settings.base_url, context.fingerprint
    known = known_account(journal, base_url, context.settings.account, fingerprint)
    if known is None and fingerprint is not None:
        return token_account(base_url, fingerprint)
    return known


def resolve_account(journal: Journal, context: RunContext, pacer: Pace) -> Account:
    """The account of the token; Flxpoint is asked if it isn't known.

    Raises:
        StoppedError: there is no answer, and nothing may be sent without the history.
    """
    base_url, fingerprint = context.settings.base_url, context.fingerprint
    known = known_account(journal, base_url, context.settings.account, fingerprint)
    if known is not None:
        return known

    async def ask() -> Account:
        async with context.client() as client:
            requests = PacedRequests(pacer, context.limits)
            return await identify(
                client, requests, journal, base_url, fingerprint or "", context.redacted
            )

    account = asyncio.run(ask())
    if account.remark:
        context.remark(account.remark)
    return account


async def identify(
    client: Client,
    requests: PacedRequests,
    journal: Journal,
    base_url: str,
    fingerprint: str,
    redact: Callable[[str], str] = str,
) -> Account:
    """Asks `GET /account`, which answers an Account token only; takes slots of the budget.

    A definite no (401, 403, 404, no id) proves nothing against the token: the account is then
    known by the token's fingerprint. A passing fault is waited out, since under another name
    the account would have no history, and what was sent before would be sent again.

    Raises:
        StoppedError: a redirect, a login page, or no answer however often it was asked.
    """
    answered = await requests.until_answered(ACCOUNT, client.account)
    match answered.verdict:
        case Halt(cause, sentence) if cause != _UNAUTHORISED:
            raise StoppedError(f"{sentence} Nothing was sent.")
        case Retry(hold=hold) if (hold or 0.0) > requests.limits.longest_hold:
            raise StoppedError(silence_sentence(hold or 0.0, requests.limits.now()))
        case Retry():
            raise StoppedError(
                f"Flxpoint doesn't say whose token this is ({in_words(answered.exchange)}); the "
                "history of the account is needed before anything may be sent."
            )
        case _:
            return _account(answered.exchange, journal, base_url, fingerprint, redact)


async def probe(client: Client, requests: PacedRequests) -> str:
    """Asks `GET /account` once before the first write; what to tell if it doesn't answer 200.

    It proves nothing: tokens that may write are forbidden to ask it, and the other way round.

    Raises:
        StoppedError: a redirect, a login page, or a wish for too long a silence.
    """
    answered = await requests.once(ACCOUNT, client.account)
    exchange, verdict = answered.exchange, answered.verdict
    if isinstance(exchange, Reply) and exchange.status == _OK and not isinstance(verdict, Halt):
        return ""
    forbidden = isinstance(exchange, Reply) and exchange.status in _FORBIDDEN
    hint = " That is usual for a Source or Channel token." if forbidden else ""
    if isinstance(verdict, Halt) and not forbidden:
        raise StoppedError(verdict.sentence)
    return f"GET /account, asked before the first call: {in_words(exchange)}.{hint}"


def token_account(base_url: str, fingerprint: str, remark: str = "") -> Account:
    """The account of a token that Flxpoint doesn't name an owner of."""
    return Account(f"{base_url} token {fingerprint}", "", remark)


def describe_account(exchange: Exchange) -> tuple[str | None, str]:
    """The name in an answer to `GET /account`; or None, and why there is none."""
    found = _read(exchange)
    return (None, found) if isinstance(found, str) else (found[1], "")


def _account(
    exchange: Exchange,
    journal: Journal,
    base_url: str,
    fingerprint: str,
    redact: Callable[[str], str],
) -> Account:
    found = _read(exchange)
    by_token = token_account(
        base_url, fingerprint, f"Flxpoint doesn't say whose token this is ({found})."
    )
    if isinstance(found, str):
        return replace(by_token, asked=True)
    account, name = map(redact, found)
    known = Account(f"{base_url} id {account}", name, asked=True)
    # In this order: after a crash between the two it is adopted once more.
    journal.adopt_history(by_token.key, known.key)
    journal.remember_account(base_url, fingerprint, account, name)
    return known


def _read(exchange: Exchange) -> tuple[str, str] | str:
    """The account's id and name, or why there is none."""
    if not isinstance(exchange, Reply):
        return exchange.reason
    if exchange.status != _OK:
        return f"GET /account answered {exchange.status}"
    try:
        said = json.loads(exchange.body)
    except (ValueError, RecursionError):
        return "GET /account answered no JSON"
    found = said.get("id") if isinstance(said, dict) else None
    if isinstance(found, bool) or not isinstance(found, int | str):
        return "GET /account named no id"
    name = str(said.get("companyName") or said.get("brandName") or found)
    return str(found), "".join(char for char in name if char.isprintable())
