"""What `run` and `resume` have in common: who listens, who is told, what is asked."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.group import Invocation
from reconcile.cli.options import (
    Output,
    config_files,
    journal_of,
    settings_of,
    token_file_of,
)
from reconcile.domain.errors import ExitCode, NothingSentError
from reconcile.domain.events import Event

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.job.check import Checked
    from reconcile.job.run import Finished, RunContext
    from reconcile.job.run_monitor import Told


@dataclass(frozen=True, slots=True)
class Work:
    """What `run` and `resume` have in common: who listens, who is told, how it ends."""

    say: Output
    options: Mapping[str, Any]
    settings: "Settings"
    finish_by: datetime | None
    listeners: list[Callable[[Event], None]]

    @classmethod
    def begun(cls, say: Output, options: Mapping[str, Any]) -> "Work":
        """Reads the config and the time to finish by; both may refuse the command."""
        return cls(say, options, settings_of(options), _finish_by(options), [])

    @classmethod
    def asking(cls, say: Output, options: Mapping[str, Any]) -> "Work":
        """For commands that only read from Flxpoint; nobody is told but who watches."""
        options = {"events": False, "yes": True, "finish_by": None, **options}
        return cls.begun(say, options)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Shows what goes on, without telling people or the log."""
        from reconcile.cli.watcher import Watcher

        watcher = Watcher(sys.stderr, events=self.options["events"], quiet=self.say.quiet)
        self.listeners[:] = [watcher]
        with watcher.watching():
            yield

    def done(self, name: str, act: Callable[["Told"], int]) -> int:
        """Acts; people and log are told how it begins and ends."""
        from reconcile.cli.watcher import Watcher
        from reconcile.job.run_monitor import RunMonitor

        journal = journal_of(self.settings)
        night = RunMonitor(
            self.settings, journal, os.environ, lambda: datetime.now(UTC), self.say.message
        )
        watcher = Watcher(sys.stderr, events=self.options["events"], quiet=self.say.quiet)
        self.listeners[:] = [watcher, night, _remember_run]
        with night.told(name) as told, watcher.watching():
            told.exit_code = ExitCode(act(told))
        return told.exit_code

    def token(self) -> str:
        """The API token; the log is told what to keep out."""
        from reconcile.flxpoint.tokens import find_token
        from reconcile.job.run_monitor import RunMonitor

        settings = self.settings
        token = find_token(settings.token_variable, token_file_of(settings), os.environ)
        invocation = click.get_current_context().find_object(Invocation)
        if invocation is not None:
            invocation.token = token
        for listener in self.listeners:
            if isinstance(listener, RunMonitor):
                listener.token = token
        return token

    def context(self) -> "RunContext":
        """What a run stands in."""
        from reconcile.job.run import RunContext

        return RunContext(
            journal=journal_of(self.settings),
            now=lambda: datetime.now(UTC),
            listener=self.listen,
            confirm=lambda checked: _confirm(checked, self.say, self.options),
            keep=config_files(self.options),
        )

    def listen(self, event: Event) -> None:
        """Tells everybody who listens."""
        for listener in self.listeners:
            listener(event)

    def goes_on(self, finished: "Finished") -> str:
        """The command that goes on after a stop.

        It resumes the run; but if that was an earlier one, others and the files come after
        it, and this same command goes on with all of them.
        """
        invocation = click.get_current_context().find_object(Invocation)
        earlier = invocation is not None and finished.run.id != invocation.run
        if invocation is not None and earlier and self.options.get("resume"):
            return shlex.join(("reconcile", *invocation.words))
        return command_of("resume", finished.run.id, self.options)

    def show(self, finished: "Finished") -> str:
        """Prints how a run ended; returns the command that goes on with it."""
        from reconcile.cli.terminal import finished_lines

        values = {"run": finished.run.id, "exit_code": int(finished.exit_code)}
        self.listen(Event("ended", values))
        again = self.goes_on(finished)
        for line in finished_lines(finished, again):
            self.say.result(line)
        if self.say.json or self.say.quiet:
            for sentence in finished.totals.wrong:
                self.say.always(f"reconcile: {sentence}")
        if finished.stop and (self.say.json or self.say.quiet):
            self.say.always(f"{finished.stop.sentence} To go on:\n  {again}")
        if finished.fault:
            report = command_of("report", finished.run.id, self.options)
            self.say.always(
                f"reconcile: {finished.fault} The workbook, when that is mended: {report}"
            )
        return again


def _confirm(checked: "Checked", say: Output, options: Mapping[str, Any]) -> bool:
    """Shows the plan, unless events are wanted; asks once, on a terminal only."""
    from reconcile.cli.terminal import checked_lines

    sending = len(checked.workload.to_send)
    asked = bool(sending) and asks(options)
    if not options["events"]:
        shown = Output() if asked else say
        for line in checked_lines(checked, datetime.now(UTC), issues=False):
            shown.message(line)
    return not asked or confirmed(f"Send these {sending} calls?")


def asks(options: Mapping[str, Any]) -> bool:
    """Whether somebody is there to be asked."""
    return not options["yes"] and sys.stdin.isatty() and sys.stderr.isatty()


def confirmed(question: str) -> bool:
    """Asks a question; Ctrl-C instead of an answer is Ctrl-C."""
    try:
        return click.confirm(question, err=True)
    except click.Abort as error:
        raise KeyboardInterrupt from error


def _finish_by(options: Mapping[str, Any]) -> datetime | None:
    from reconcile.executor import next_time

    if not options["finish_by"]:
        return None
    try:
        return next_time(options["finish_by"], datetime.now(UTC))
    except ValueError as error:
        raise NothingSentError(
            f"--finish-by must be a time such as 06:30, not {options['finish_by']!r}."
        ) from error


def _remember_run(event: Event) -> None:
    """Should the program end in mid-run, it can say which run it began."""
    if event.name == "started":
        invocation = click.get_current_context().find_object(Invocation)
        if invocation is not None:
            invocation.run = str(event.values["run"])


def command_of(name: str, run_id: str, options: Mapping[str, Any]) -> str:
    """The command that does something with a run, in the same places."""
    words = ["reconcile", name, run_id]
    for option in ("config", "base_url", "journal"):
        if options.get(option) is not None:
            words += [f"--{option.replace('_', '-')}", str(options[option])]
    return shlex.join(words)
