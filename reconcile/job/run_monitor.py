"""Around a command that sends and that nobody may be watching: log, pings and notices.

Whatever way the command ends, whoever waits for it is told, and nothing that goes wrong
here changes how it ends.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from reconcile.config import Settings
from reconcile.domain.errors import (
    ExitCode,
    FileRefusedError,
    JournalError,
    ReconcileError,
    StoppedError,
    TokenError,
    WorkbookError,
)
from reconcile.domain.events import Event
from reconcile.domain.model import Outcome
from reconcile.executor import StopKind
from reconcile.flxpoint.tokens import redacted
from reconcile.job.exit_codes import FAILURES
from reconcile.job.planned_input import NothingToDo
from reconcile.job.send import Finished
from reconcile.journal import Journal
from reconcile.notices.ending import Ending
from reconcile.notices.log_file import LogFile
from reconcile.notices.notifier import Notifier

__all__ = ["CommandResult", "RunMonitor"]

_WHY: tuple[tuple[type[ReconcileError], str], ...] = (
    (FileRefusedError, "A file can't be read."),
    (TokenError, "There is no usable API token."),
    (WorkbookError, "The results workbook has no place."),
    (JournalError, "The journal can't be used."),
)
"""What may be told to anybody; the errors themselves name files and orders."""


@dataclass(slots=True)
class CommandResult:
    """What a command did, put here before it ends."""

    exit_code: ExitCode = ExitCode.DONE
    finished: list[Finished] = field(default_factory=list)
    nothing: NothingToDo | None = None


@dataclass(slots=True)
class RunMonitor:
    """One command that sends.

    Args:
        settings: whom to tell, and at which address Flxpoint is.
        journal: the journal, beside which the log lies.
        environment: the variables that addresses of notices may name.
        now: wall time with offset.
        say: takes a remark for the person at the screen.
        token: is kept out of the log; set as soon as it is known.
    """

    settings: Settings
    journal: Path
    environment: Mapping[str, str]
    now: Callable[[], datetime]
    say: Callable[[str], None]
    token: str | None = None
    _log: LogFile = field(init=False)

    def __post_init__(self) -> None:
        """The log is opened line by line; its folder is that of the journal."""
        with suppress(OSError):
            self.journal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = self.journal.with_name("reconcile.log")
        self._log = LogFile(place, lambda text: redacted(text, self.token))

    def __call__(self, event: Event) -> None:
        """Takes an event in, for the log."""
        self._log(event)

    @contextmanager
    def monitored(self, name: str) -> Iterator[CommandResult]:
        """Tells how the block begins and ends; `name` is that of the command, for the log."""
        began = time.monotonic()
        notifier = Notifier(self.settings.notify, self.environment)
        result = CommandResult()
        self._log.line(f"begins: {name}")
        self._remarks(notifier.started())
        end = partial(self._end, notifier, began)
        try:
            yield result
        except ReconcileError as error:
            self._log.line(f"error: {error}")
            why = next((text for kind, text in _WHY if isinstance(error, kind)), "")
            if isinstance(error, StoppedError):
                why = str(error)
            end(result, error.exit_code, why)
            raise
        except Exception:
            end(result, ExitCode.INTERNAL, "")
            raise
        except BaseException:  # Ctrl-C, also while click asks
            end(result, ExitCode.STOPPED_BY_USER, "")
            raise
        end(result, result.exit_code, _stopped(result))

    def _end(
        self,
        notifier: Notifier,
        began: float,
        result: CommandResult,
        exit_code: ExitCode,
        stopped: str,
    ) -> None:
        stopped = redacted(stopped, self.token)
        if stopped:
            self._log.line(f"stopped: {stopped}")
        self._log.line(f"ends with exit code {int(exit_code)}")
        failed_before = self._remember(exit_code)
        recovered = failed_before and exit_code not in FAILURES
        ending = _ending(result, exit_code, stopped, time.monotonic() - began)
        ending = replace(ending, recovered=recovered)
        self._remarks(notifier.ended(ending))

    def _remember(self, exit_code: ExitCode) -> bool:
        """Keeps how this command ended; returns whether the one before it failed."""
        try:
            with Journal.open(self.journal) as journal:
                before = journal.last_ending(self.settings.base_url)
                journal.add_ending(self.settings.base_url, self.now(), int(exit_code))
        except JournalError as error:
            self._log.line(f"remark: {error}")
            return False
        return before in FAILURES

    def _remarks(self, remarks: list[str]) -> None:
        for remark in remarks:
            self.say(remark)
            self._log.line(f"remark: {remark}")


def _stopped(result: CommandResult) -> str:
    """Why the last run was stopped, in words that name neither file nor order."""
    stop = result.finished[-1].stop if result.finished else None
    if stop is None:
        return ""
    return "The journal could not be written." if stop.kind is StopKind.JOURNAL else stop.sentence


def _ending(result: CommandResult, exit_code: ExitCode, stopped: str, seconds: float) -> Ending:
    totals = [finished.totals for finished in result.finished]
    last = result.finished[-1] if result.finished else None
    nothing = result.nothing
    idle = nothing is not None and not result.finished  # and nothing was resumed instead
    same = nothing is not None and nothing.same_file
    skipped = sum(finished.skipped for finished in result.finished)
    return Ending(
        exit_code=exit_code,
        run=None if last is None else last.run.id,
        counts={o.value: sum(total.outcomes[o] for total in totals) for o in Outcome},
        requests=sum(total.requests for total in totals),
        seconds=seconds,
        stopped=stopped,
        no_file=idle and not same and not (nothing and nothing.skipped),
        same_file=(idle and same) or (last is not None and last.same_file),
        skipped=skipped + (0 if nothing is None else len(nothing.skipped)),
        usual=None if last is None else last.usual,
        orders=sum(total.orders for total in totals),
        unlike=sum(len(f.back.wrong) for f in result.finished if f.back is not None),
    )
