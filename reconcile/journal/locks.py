"""Which runs are alive: each holds a lock of the operating system while it works.

A crash, a kill or a power cut lets go of the lock; no clock and no heartbeat is needed.
filelock knows how on each platform.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from reconcile.domain.errors import JournalError, NothingSentError

__all__ = ["forget", "holding", "is_alive"]

_PATIENCE = 1.0
"""Seconds to wait for somebody who only looks whether the run is alive."""


@contextmanager
def holding(journal: Path, run_id: str, patience: float = _PATIENCE) -> Iterator[None]:
    """Holds the lock of a run, beside the journal, while the block lasts.

    Args:
        journal: the journal that has the run.
        run_id: the run.
        patience: so many seconds are waited for whoever has the lock.

    Raises:
        NothingSentError: another process works on the run.
        JournalError: the lock can't be written.
    """
    place = _place(journal, run_id)
    lock = FileLock(place, timeout=patience, mode=0o600)
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise NothingSentError(
            f"Another process is working on the run {run_id}; nothing was sent by this one."
        ) from error
    except OSError as error:
        raise JournalError(
            f"The lock {place} can't be written ({error.strerror}). "
            "Name another place for the journal with --journal."
        ) from error
    try:
        yield
    finally:
        forget(journal, run_id)  # filelock sees that what it waited for is gone
        lock.release()


def is_alive(journal: Path, run_id: str) -> bool:
    """Whether a process is working on the run."""
    place = _place(journal, run_id)
    if not place.exists():
        return False
    lock = FileLock(place, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:
        return place.exists()  # in doubt it is alive: waiting harms nobody
    lock.release()
    return False


def forget(journal: Path, run_id: str) -> None:
    """Removes what a dead process left of its lock."""
    with suppress(OSError):
        _place(journal, run_id).unlink()


def _place(journal: Path, run_id: str) -> Path:
    real = Path(os.path.realpath(journal))  # however it is spelled, it is one journal
    return real.with_name(f"{real.name}.alive") / f"{run_id}.lock"
