"""A log beside the journal: one line per event, readable by its owner only.

Nothing that goes wrong here disturbs a run: a line that can't be written is lost.
"""

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reconcile.domain.events import Event

__all__ = ["LogFile"]

LIMIT = 5 * 1024 * 1024
KEPT = 5
_LONGEST = 10_000


def _local_now() -> datetime:
    return datetime.now().astimezone()


class LogFile:
    """Listens to a run and writes what it hears; several processes may do so at once.

    Each line is opened, written in one piece and closed, so that whoever rotates the file
    leaves nobody writing into an old one.

    Args:
        path: `reconcile.log`; the older ones are `reconcile.log.1`, `.2` and so on.
        redact: takes the token out of a text.
        limit: bytes beyond which the file is rotated.
        kept: how many old files stay.
        now: the time, with its offset.
    """

    def __init__(
        self,
        path: Path,
        redact: Callable[[str], str],
        *,
        limit: int = LIMIT,
        kept: int = KEPT,
        now: Callable[[], datetime] = _local_now,
    ) -> None:
        self._path = path
        self._redact = redact
        self._limit = limit
        self._kept = kept
        self._now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Writes what kind of error broke off the work; its text may say too much."""
        if kind is not None:
            self.line(f"broken off by {kind.__name__}")

    def __call__(self, event: Event) -> None:
        """Takes an event in."""
        self.line(_words(event.name, event.values))

    def line(self, text: str) -> None:
        """Writes one line, whatever the text holds: time, process, text."""
        when = self._now().isoformat(sep=" ", timespec="milliseconds")
        words = _escaped(self._redact(text)[:_LONGEST])
        written = f"{when} [{os.getpid()}] {words}\n".encode()
        with suppress(OSError, ValueError, NotImplementedError):  # no locks on this disk
            self._rotate(len(written))
        with suppress(OSError, ValueError):
            self._append(written)

    def _append(self, written: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        # Nothing that only looks like our file: no link, no pipe that would hold the run up.
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        handle = os.open(self._path, flags, 0o600)
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                return
            if os.name == "posix" and stat.S_IMODE(found.st_mode) != 0o600:  # noqa: PLR2004
                os.fchmod(handle, 0o600)
            os.write(handle, written)
        finally:
            os.close(handle)

    def _rotate(self, more: int) -> None:
        """Makes room for so many bytes, unless somebody else is about it."""
        if self._fits(more):
            return
        from filelock import FileLock  # noqa: PLC0415  (seldom needed)

        with FileLock(f"{self._path}.lock", timeout=0, mode=0o600):
            if self._fits(more):
                return
            for number in range(self._kept - 1, 0, -1):
                with suppress(FileNotFoundError):
                    self._older(number).replace(self._older(number + 1))
            self._path.replace(self._older(1))

    def _fits(self, more: int) -> bool:
        try:
            size = self._path.stat().st_size
        except FileNotFoundError:
            return True
        return size == 0 or size + more <= self._limit

    def _older(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def _words(name: str, values: Mapping[str, Any]) -> str:
    described = ", ".join(f"{key} {value}" for key, value in values.items() if value is not None)
    return f"{name}: {described}" if described else name


def _escaped(text: str) -> str:
    """What could end a line, move the cursor or turn the reading direction is spelled out."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
