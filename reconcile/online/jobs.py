"""What people ask Flxpoint by a command of its own: `ids pull` and `verify --online`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from reconcile.account import Account
from reconcile.config import Settings
from reconcile.errors import NothingSentError
from reconcile.executor import Reads
from reconcile.job import rebuild_report
from reconcile.journal import Journal, RunRecord
from reconcile.online.asking import Asking
from reconcile.online.pulling import Pull, Pulled
from reconcile.online.reading_back import ReadBack, read_back
from reconcile.surroundings import Surroundings, budget_of, whose

__all__ = ["PullWish", "VerifiedRun", "pull_ids", "run_of_account", "verify_run"]


@dataclass(frozen=True, slots=True)
class PullWish:
    """What to fetch: orders updated after `since` (None: since the last pull), or everything.

    `items` asks for the items of orders that are listed without their ids.
    """

    since: datetime | None = None
    everything: bool = False
    items: bool = True


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """A run that was read back, and its workbook with what was found."""

    run: RunRecord
    back: ReadBack
    workbook: Path


def pull_ids(
    settings: Settings, token: str, around: Surroundings, wish: PullWish
) -> tuple[Account, Pulled, int]:
    """Fetches orders and their items into the local id map; how many orders that has then.

    Raises:
        StoppedError: Flxpoint doesn't answer; what it answered before is kept, and the next
            pull goes on there.
        NothingSentError: the token may not list orders.
    """
    with Journal.open(around.journal) as journal, budget_of(settings, token, around) as pacer:
        account = whose(journal, settings, token, pacer, around)

        async def work(reads: Reads) -> Pulled:
            pull = Pull(reads, journal, account.key, around.now, around.listener)
            listed = await pull.orders(wish.since, everything=wish.everything)
            if not wish.items:
                return listed
            asked = await pull.items()
            return listed._replace(items_asked=asked.items_asked, items_unknown=asked.items_unknown)

        pulled = Asking(settings, token, pacer, around).run(work)
        return account, pulled, journal.known_orders(account.key)


def verify_run(
    settings: Settings,
    token: str,
    around: Surroundings,
    run_id: str | None,
    how: Literal["sample", "all"],
    keep: Sequence[Path],
) -> VerifiedRun:
    """Reads the orders of a run back, and writes its workbook again with what they hold.

    Raises:
        NothingSentError: there is no such run of this account.
        StoppedError: Flxpoint doesn't answer.
    """
    with Journal.open(around.journal) as journal, budget_of(settings, token, around) as pacer:
        account = whose(journal, settings, token, pacer, around)
        record = run_of_account(journal, run_id, account, settings)
        back = read_back(Asking(settings, token, pacer, around), journal, record, how)
        _, workbook, _ = rebuild_report(journal, record.id, None, keep)
        return VerifiedRun(record, back, workbook)


def run_of_account(
    journal: Journal, run_id: str | None, account: Account, settings: Settings
) -> RunRecord:
    """A run (None: the latest one), which must be one of this account.

    Raises:
        NothingSentError: there is none, or it is another account's.
    """
    record = journal.run(run_id)
    if record is None:
        raise NothingSentError(f"The journal has no run{f' {run_id}' if run_id else ''}.")
    if record.account != account.key or record.base_url != settings.base_url:
        raise NothingSentError(
            f"The run {record.id} went to {record.account_name or record.account}, and this "
            f"token is of {account.name or account.key}."
        )
    return record
