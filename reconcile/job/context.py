"""What everything that reaches Flxpoint stands in: journal, clock, listeners, budget, client."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.config import Settings, is_loopback, server_of
from reconcile.domain.events import Event, Listener
from reconcile.flxpoint import Pace, PacedRequests, RetryLimits, RetryPolicy
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.flxpoint.session import FlxpointSession
from reconcile.flxpoint.tokens import token_fingerprint
from reconcile.job.account import Account, identify, known_account
from reconcile.journal import Budget, Journal, default_budget

if TYPE_CHECKING:
    from reconcile.job.check import Checked

__all__ = [
    "OPEN_ORDERS",
    "RunContext",
    "budget_of",
    "client_of",
    "limits_of",
    "resolve_account",
    "session_of",
]

OPEN_ORDERS = 64
"""So many orders may be begun and not over at a time, each with a connection of its own."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run stands in: where its journal lies, what time it is, who listens.

    `confirm` is asked once before anything is sent; False ends the run without sending.
    `keep` are files that the workbook must not overwrite. `budget` is the database from which
    all processes of this user take their slots.
    """

    journal: Path
    now: Callable[[], datetime]
    listener: Listener
    confirm: Callable[["Checked"], bool]
    keep: tuple[Path, ...] = ()
    budget: Path = field(default_factory=default_budget)

    def remark(self, text: str) -> None:
        """Tells whoever listens a sentence."""
        self.listener(Event("remark", {"text": text}))

    def writing(self, sheet: str, rows: int) -> None:
        """Tells how far a long workbook is."""
        self.listener(Event("writing", {"sheet": sheet, "rows": rows}))


def resolve_account(
    journal: Journal, settings: Settings, token: str, pacer: Pace, context: RunContext
) -> Account:
    """The account of the token; Flxpoint is asked if it isn't known.

    Raises:
        StoppedError: there is no answer, and nothing may be sent without the history.
    """
    fingerprint = token_fingerprint(token)
    known = known_account(journal, settings.base_url, settings.account, fingerprint)
    if known is not None:
        return known

    async def ask() -> Account:
        requests = PacedRequests(pacer, limits_of(settings, context))
        async with client_of(settings, token) as client:
            return await identify(client, requests, journal, settings.base_url, fingerprint)

    account = asyncio.run(ask())
    if account.remark:
        context.remark(account.remark)
    return account


def budget_of(settings: Settings, token: str, context: RunContext) -> Budget:
    """The slots of the token, shared with every other process of this user.

    Raises:
        JournalError: the database can't be used.
    """
    return Budget(
        context.budget,
        server_of(settings.base_url),
        token_fingerprint(token),
        settings.requests_per_second,
    )


def session_of(
    settings: Settings,
    token: str,
    pacer: Pace,
    context: RunContext,
    finish_by: datetime | None = None,
) -> FlxpointSession:
    """What is needed to read from Flxpoint with the limits of the config."""
    return FlxpointSession(
        partial(client_of, settings, token),
        pacer,
        limits_of(settings, context),
        settings.give_up_after,
        context.listener,
        finish_by,
    )


def limits_of(settings: Settings, context: RunContext) -> RetryLimits:
    """How long the config lets us wait for an answer."""
    return RetryLimits(RetryPolicy(settings.tries), settings.longest_retry_after, context.now)


def client_of(settings: Settings, token: str) -> Client:
    """A client with the limits of the config."""
    limits = settings.timeouts
    return Client(
        settings.base_url,
        token,
        Timeouts(**limits.model_dump()),
        OPEN_ORDERS,
        direct=is_loopback(settings.base_url),
    )
