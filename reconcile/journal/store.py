"""The journal: all its parts over one database, opened and closed."""

from pathlib import Path
from typing import Self

from reconcile.journal.accounts import Accounts
from reconcile.journal.acknowledged import AcknowledgedCalls
from reconcile.journal.calls import Calls
from reconcile.journal.database import Database
from reconcile.journal.id_cache import IdCache
from reconcile.journal.maintenance import Maintenance
from reconcile.journal.plans import Plans
from reconcile.journal.queries import Queries
from reconcile.journal.readings import Readings
from reconcile.journal.settling import Settling
from reconcile.journal.unfinished import Unfinished

__all__ = ["Journal"]


class Journal(
    Accounts,
    IdCache,
    Plans,
    Calls,
    Queries,
    Readings,
    AcknowledgedCalls,
    Unfinished,
    Settling,
    Maintenance,
):
    """The record of all runs. Every method raises `JournalError` if the disk says no.

    Use `Journal.open(path)`, or `Journal.in_memory()` for tests and trials; close it, or
    use it in a `with` block. May be used from several threads, one at a time.
    """

    @classmethod
    def open(cls, path: Path, token: str | None = None) -> Self:
        """Opens the journal at `path`, making it if it isn't there.

        Args:
            path: the file.
            token: is taken out of everything that Flxpoint says, before that is kept.
        """
        database = Database.open(path)
        database.token = token
        return cls(database)

    @classmethod
    def in_memory(cls) -> Self:
        """The same journal without a disk."""
        return cls(Database.in_memory())

    def close(self) -> None:
        """Lets go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
