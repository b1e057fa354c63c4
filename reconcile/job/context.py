"""What every command needs that may reach Flxpoint: settings, token, journal, clock, listener."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reconcile.config import Settings, is_loopback, server_of
from reconcile.domain.errors import NothingSentError, TokenError
from reconcile.domain.events import Event, Listener, silent
from reconcile.flxpoint import Pace, RetryLimits, RetryPolicy
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.flxpoint.session import FlxpointSession
from reconcile.flxpoint.tokens import redacted, token_fingerprint
from reconcile.journal import Budget, Journal, default_budget, default_place

__all__ = ["OPEN_ORDERS", "RunContext", "existing_journal", "journal_of", "utc_now"]

OPEN_ORDERS = 64
"""So many orders may be begun and not over at a time, each with a connection of its own."""


def journal_of(settings: Settings) -> Path:
    """Where the journal is: what the config says, else the one of this user."""
    return default_place() if settings.journal is None else Path(settings.journal)


def utc_now() -> datetime:
    """Wall time with its offset."""
    return datetime.now(UTC)


def existing_journal(settings: Settings) -> Path:
    """Where the journal is.

    Raises:
        NothingSentError: there is none yet.
    """
    journal = journal_of(settings)
    if not journal.is_file():
        raise NothingSentError(f"There is no journal {journal} yet.")
    return journal


@dataclass(frozen=True, slots=True)
class RunContext:
    """The settings of a command, and what surrounds it.

    Args:
        settings: of the config and the command line.
        journal: the file of the journal.
        token: the API token; None if there is none, or none is needed.
        now: gives the wall time with its offset.
        listener: hears what goes on.
        keep: files that no workbook may overwrite.
        budget: the database from which all processes of this user take their slots.
        finish_by: when sending and reading end at the latest, if there is such a time.
    """

    settings: Settings
    journal: Path
    token: str | None = field(default=None, repr=False)
    now: Callable[[], datetime] = utc_now
    listener: Listener = silent
    keep: tuple[Path, ...] = ()
    budget: Path = field(default_factory=default_budget)
    finish_by: datetime | None = None

    def remark(self, text: str) -> None:
        """Tells the listener a sentence."""
        self.listener(Event("remark", {"text": text}))

    @property
    def fingerprint(self) -> str | None:
        """A name for the token from which nobody gets it back; None without a token."""
        return None if self.token is None else token_fingerprint(self.token)

    @property
    def limits(self) -> RetryLimits:
        """How long the config lets us wait for an answer."""
        settings = self.settings
        return RetryLimits(RetryPolicy(settings.tries), settings.longest_retry_after, self.now)

    def redacted(self, text: str) -> str:
        """A text without the token, for whatever is written."""
        return redacted(text, self.token)

    def open_journal(self) -> Journal:
        """The journal, which keeps nothing in which the token stands.

        Raises:
            JournalError: it can't be used.
        """
        return Journal.open(self.journal, self.token)

    def slots(self) -> Budget:
        """The slots of the token, shared with every other process of this user.

        Raises:
            TokenError: there is no token.
            JournalError: the database of the slots can't be used.
        """
        return Budget(
            self.budget,
            server_of(self.settings.base_url),
            token_fingerprint(self._needed_token),
            self.settings.requests_per_second,
        )

    def client(self) -> Client:
        """A client with the limits of the config.

        Raises:
            TokenError: there is no token.
        """
        settings = self.settings
        return Client(
            settings.base_url,
            self._needed_token,
            Timeouts(**settings.timeouts.model_dump()),
            OPEN_ORDERS,
            direct=is_loopback(settings.base_url),
        )

    def session(self, pacer: Pace) -> FlxpointSession:
        """What is needed to read from Flxpoint, in slots of `pacer`."""
        dead_after = self.settings.give_up_after
        return FlxpointSession(
            self.client, pacer, self.limits, dead_after, self.listener, self.finish_by
        )

    @property
    def _needed_token(self) -> str:
        if self.token is None:
            raise TokenError(
                f"There is no API token: set the variable {self.settings.token_variable}, or run "
                "`reconcile login`."
            )
        return self.token
