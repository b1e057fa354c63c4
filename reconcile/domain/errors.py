"""What ends a run, and with which exit code.

Bad data is never raised: it is an `Issue` that travels to the workbook. What is raised
here ends the run with one sentence for the person who must act.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import ClassVar

__all__ = [
    "ConfigError",
    "ExitCode",
    "FileRefusedError",
    "ForbiddenError",
    "InternalError",
    "JournalError",
    "NoAnswerError",
    "NothingSentError",
    "ReconcileError",
    "StoppedError",
    "TimeIsUpError",
    "TokenError",
    "WorkbookError",
]


class ExitCode(IntEnum):
    """How a command ended; of several the one with the highest `rank` is told."""

    DONE = 0
    INCOMPLETE = 1
    NOTHING_SENT = 2
    STOPPED_BY_API = 3
    STOPPED_BY_USER = 4
    INTERNAL = 5

    @property
    def meaning(self) -> str:
        """The sentence that stands in the manual and in `reconcile --help`."""
        return _MEANINGS[self]

    @property
    def rank(self) -> int:
        """A place in the order 5, 3, 4, 1, then the two that never meet another."""
        return _RANKS.index(self)

    @classmethod
    def worst(cls, codes: Iterable["ExitCode"]) -> "ExitCode":
        """The one that is told of several."""
        return max(codes, key=lambda code: code.rank)


_MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: (
        "everything is synced or unchanged, or there was nothing to do "
        "(`check`: nothing would be rejected)"
    ),
    ExitCode.INCOMPLETE: (
        "the whole plan was gone through; something is rejected, refused, in doubt or pending, "
        "or isn't in Flxpoint as it was sent "
        "(`check`: something would be rejected)"
    ),
    ExitCode.NOTHING_SENT: (
        "nothing was sent: usage, config, no token, a file that can't be read, "
        "no place for the workbook"
    ),
    ExitCode.STOPPED_BY_API: (
        "stopped by the API or the network, also on the first call: mend it and go on"
    ),
    ExitCode.STOPPED_BY_USER: "stopped before the end by Ctrl-C, SIGTERM or `--finish-by`: go on",
    ExitCode.INTERNAL: (
        "an error of the job itself: totals differ (also a file's amounts and its own total row), "
        "journal or workbook not writable after sending began, a bug"
    ),
}
_RANKS = (
    ExitCode.DONE,
    ExitCode.NOTHING_SENT,
    ExitCode.INCOMPLETE,
    ExitCode.STOPPED_BY_USER,
    ExitCode.STOPPED_BY_API,
    ExitCode.INTERNAL,
)


class ReconcileError(Exception):
    """Ends the run. Its text is one sentence (or a few) for the person who must act."""

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL


class NothingSentError(ReconcileError):
    """The run ended before anything was sent."""

    exit_code = ExitCode.NOTHING_SENT


class ConfigError(NothingSentError):
    """config.yaml or an option can't be used; every fault of the file is named at once."""


class TokenError(NothingSentError):
    """There is no usable API token."""


class FileRefusedError(NothingSentError):
    """A file can't be read as an export; says what it is and what to do.

    Names that a file holds stand in the sentence: what doesn't print in them is escaped.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(
            "".join(
                char if char.isprintable() else char.encode("unicode_escape").decode()
                for char in sentence
            )
        )


class StoppedError(ReconcileError):
    """The API or the network stopped the run before its first call."""

    exit_code = ExitCode.STOPPED_BY_API


class TimeIsUpError(ReconcileError):
    """The time to finish by came while orders were read; nothing was being sent."""

    exit_code = ExitCode.STOPPED_BY_USER


class NoAnswerError(StoppedError):
    """A question had no answer, however often it was asked; others may have one."""


class ForbiddenError(StoppedError):
    """The token is not let in, or not let at what was asked for."""


class InternalError(ReconcileError):
    """An error of the job itself."""


class JournalError(ReconcileError):
    """The journal can't be read or written.

    Before sending began nothing was sent (exit 2); `job` raises `InternalError` from it
    afterwards.
    """

    exit_code = ExitCode.NOTHING_SENT


class WorkbookError(ReconcileError):
    """The results workbook can't be written where it was asked for."""

    exit_code = ExitCode.NOTHING_SENT
