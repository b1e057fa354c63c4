"""What commands have in common that may reach Flxpoint: who listens, what is asked, how it ends."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.invocation import Invocation
from reconcile.cli.options import config_files, settings_of
from reconcile.cli.output import Output
from reconcile.domain.errors import ExitCode, NothingSentError
from reconcile.domain.events import Event

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.job.context import RunContext
    from reconcile.job.planned_input import PlannedInput
    from reconcile.job.run_monitor import CommandResult
    from reconcile.job.send import Finished

__all__ = ["Command", "asks", "command_line", "confirmed", "place_words"]


@dataclass(frozen=True, slots=True)
class Command:
    """One call of the program that may reach Flxpoint."""

    say: Output
    options: Mapping[str, Any]
    settings: "Settings"
    finish_by: datetime | None
    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    @classmethod
    def of(cls, say: Output, options: Mapping[str, Any]) -> "Command":
        """Reads the config and the time to finish by; both may refuse the command."""
        options = {"events": False, "yes": True, "finish_by": None, **options}
        return cls(say, options, settings_of(options), _finish_by(options["finish_by"]))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Shows what goes on; no log is written, and nobody is notified."""
        from reconcile.cli.watcher import Watcher

        watcher = Watcher(sys.stderr, events=self.options["events"], quiet=self.say.quiet)
        self.listeners.append(watcher)
        with watcher.watching():
            yield

    def monitored(self, name: str, act: Callable[["CommandResult"], int]) -> int:
        """Acts; log and people are told how it begins and ends. Returns the exit code."""
        from reconcile.job.context import journal_of, utc_now
        from reconcile.job.run_monitor import RunMonitor

        journal = journal_of(self.settings)
        monitor = RunMonitor(self.settings, journal, os.environ, utc_now, self.say.message)
        self.listeners[:] = [monitor, _remember_run]
        with monitor.monitored(name) as result, self.watched():
            result.exit_code = ExitCode(act(result))
        return result.exit_code

    def token(self) -> str:
        """The API token; log and error log are told what to keep out.

        Raises:
            TokenError: there is none.
        """
        from reconcile.flxpoint.tokens import find_token, token_file_of
        from reconcile.job.run_monitor import RunMonitor

        settings = self.settings
        token = find_token(settings.token_variable, token_file_of(settings.token_file), os.environ)
        if invocation := _invocation():
            invocation.token = token
        for listener in self.listeners:
            if isinstance(listener, RunMonitor):
                listener.token = token
        return token

    def context(self, token: str | None = None) -> "RunContext":
        """What the job needs."""
        from reconcile.job.context import RunContext, journal_of

        return RunContext(
            self.settings,
            journal_of(self.settings),
            token,
            listener=self.listen,
            keep=config_files(self.options),
            finish_by=self.finish_by,
        )

    def listen(self, event: Event) -> None:
        """Tells everybody who listens."""
        for listener in self.listeners:
            listener(event)

    def confirm(self, planned: "PlannedInput") -> bool:
        """Shows the plan, unless events are wanted; asks once, on a terminal only."""
        from reconcile.cli.plan_text import planned_lines

        sending = len(planned.calls.to_send)
        asked = bool(sending) and asks(self.options)
        if not self.options["events"]:
            shown = Output() if asked else self.say
            for line in planned_lines(planned, datetime.now(UTC), issues=False):
                shown.message(line)
        return not asked or confirmed(f"Send these {sending} calls?")

    def goes_on(self, finished: "Finished") -> str:
        """The command that goes on after a stop.

        It resumes the run; but if that was an earlier one, others and the files come after
        it, and this same command goes on with all of them.
        """
        invocation = _invocation()
        earlier = invocation is not None and finished.run.id != invocation.run
        if invocation is not None and earlier and self.options.get("resume"):
            return shlex.join(("reconcile", *invocation.words))
        return command_line("resume", finished.run.id, self.options)

    def show(self, finished: "Finished") -> None:
        """Prints how a run ended."""
        from reconcile.cli.run_text import finished_lines

        say, again = self.say, self.goes_on(finished)
        values = {"run": finished.run.id, "exit_code": int(finished.exit_code)}
        self.listen(Event("ended", values))
        for line in finished_lines(finished, again):
            say.result(line)
        if say.json or say.quiet:
            for sentence in finished.totals.wrong:
                say.always(f"reconcile: {sentence}")
            if finished.stop:
                say.always(f"{finished.stop.sentence} To go on:\n  {again}")
        if finished.fault:
            report = command_line("report", finished.run.id, self.options)
            say.always(f"reconcile: {finished.fault} The workbook, when that is mended: {report}")


def asks(options: Mapping[str, Any]) -> bool:
    """Whether somebody is there to be asked."""
    return not options["yes"] and sys.stdin.isatty() and sys.stderr.isatty()


def confirmed(question: str) -> bool:
    """Asks a question; Ctrl-C instead of an answer is Ctrl-C."""
    try:
        return click.confirm(question, err=True)
    except click.Abort as error:
        raise KeyboardInterrupt from error


def command_line(name: str, run_id: str, options: Mapping[str, Any]) -> str:
    """The command that does something with a run, in the same places."""
    return shlex.join(["reconcile", name, run_id, *place_words(options)])


def place_words(options: Mapping[str, Any]) -> list[str]:
    """What the command line said of where things are; another command must be told the same."""
    names = ("config", "base_url", "journal")
    said = [(name, options[name]) for name in names if options.get(name) is not None]
    return [word for name, value in said for word in (f"--{name.replace('_', '-')}", str(value))]


def _invocation() -> Invocation | None:
    return click.get_current_context().find_object(Invocation)


def _finish_by(clock: str | None) -> datetime | None:
    from reconcile.executor import next_time

    if not clock:
        return None
    try:
        return next_time(clock, datetime.now(UTC))
    except ValueError as error:
        raise NothingSentError(
            f"--finish-by must be a time such as 06:30, not {clock!r}."
        ) from error


def _remember_run(event: Event) -> None:
    """Should the program end in mid-run, it can say which run it began."""
    if event.name == "started" and (invocation := _invocation()):
        invocation.run = str(event.values["run"])
