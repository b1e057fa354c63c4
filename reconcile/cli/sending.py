"""The commands that look at files and send: `check` and `run`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.group import program
from reconcile.cli.options import (
    EPILOG,
    FILES,
    OUTPUT,
    PLACES,
    PLANNING,
    RESULTS,
    Say,
    journal_of,
    send_rules,
    settings_of,
    token_file_of,
)
from reconcile.errors import ExitCode, NothingSentError, TokenError

if TYPE_CHECKING:
    from reconcile.job import Checked


@program.command(epilog=EPILOG)
@FILES
@PLACES
@PLANNING
@OUTPUT
def check(files: tuple[str, ...], as_json: bool, quiet: bool, **options: Any) -> int:  # noqa: FBT001
    """Read, judge and plan; send nothing. Needs no token."""
    return _check(files, Say(as_json, quiet), options)


@program.command(epilog=EPILOG)
@FILES
@PLACES
@PLANNING
@RESULTS
@click.option("--allow-changes", is_flag=True, help="Overwrite more orders than max_changes.")
@click.option("--dry-run", is_flag=True, help="The same as `check`.")
@click.option("--finish-by", metavar="HH:MM", help="Stop cleanly at the next such time.")
@click.option("--yes", is_flag=True, help="Don't ask before sending.")
@click.option("--events", is_flag=True, help="One JSON line per event on stderr.")
@OUTPUT
def run(
    files: tuple[str, ...],
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    dry_run: bool,  # noqa: FBT001
    **options: Any,
) -> int:
    """Check, then send, then write the results workbook."""
    say = Say(as_json, quiet)
    return _check(files, say, options) if dry_run else _run(files, say, options)


def _check(files: tuple[str, ...], say: Say, options: Mapping[str, Any]) -> int:
    from reconcile.job import check as check_files
    from reconcile.terminal import checked_json, checked_lines, print_json
    from reconcile.tokens import find_token, token_fingerprint

    settings = settings_of(options)
    try:
        token = find_token(settings.token_variable, token_file_of(settings), os.environ)
        fingerprint: str | None = token_fingerprint(token)
    except TokenError:
        fingerprint = None
    checked = check_files(
        [Path(file) for file in files],
        settings,
        send_rules(options),
        journal_of(settings),
        fingerprint,
    )
    if say.json:
        print_json(checked_json(checked))
    for line in checked_lines(checked, datetime.now(UTC), issues=True):
        say.result(line)
    many = len(checked.workload.changed)
    if many > settings.max_changes and not options.get("allow_changes"):
        say.message(
            f"A run would stop: {many} orders would be overwritten, more than max_changes "
            f"({settings.max_changes}). If they are right, run with --allow-changes."
        )
    return checked.exit_code


def _run(files: tuple[str, ...], say: Say, options: Mapping[str, Any]) -> int:
    from reconcile.executor import next_time
    from reconcile.job import Surroundings
    from reconcile.job import run as run_job
    from reconcile.terminal import Watcher, finished_json, finished_lines, print_json, say_on
    from reconcile.tokens import find_token

    settings = settings_of(options)
    token = find_token(settings.token_variable, token_file_of(settings), os.environ)
    try:
        finish_by = options["finish_by"] and next_time(options["finish_by"], datetime.now(UTC))
    except ValueError as error:
        raise NothingSentError(
            f"--finish-by must be a time such as 06:30, not {options['finish_by']!r}."
        ) from error
    watcher = Watcher(sys.stderr, events=options["events"], quiet=say.quiet)
    around = Surroundings(
        journal=journal_of(settings),
        now=lambda: datetime.now(UTC),
        listener=watcher,
        confirm=lambda checked: _confirm(checked, say, options),
        keep=() if options["config"] is None else (options["config"],),
    )
    with watcher.watching():
        finished = run_job(
            [Path(file) for file in files],
            settings,
            send_rules(options),
            token,
            around,
            results=options["results"],
            finish_by=finish_by,
        )
    if finished is None:
        say.message("Nothing was sent.")
        return ExitCode.NOTHING_SENT
    again = go_on_command(click.get_current_context().obj or ())
    if say.json:
        print_json(finished_json(finished, again))
    for line in finished_lines(finished, again):
        say.result(line)
    if finished.stop and (say.json or say.quiet):
        say_on(sys.stderr, f"{finished.stop.sentence} To go on:\n  {again}")
    if finished.fault:
        say_on(sys.stderr, f"reconcile: {finished.fault}")
    return finished.exit_code


def _confirm(checked: "Checked", say: Say, options: Mapping[str, Any]) -> bool:
    """Shows the plan, unless events are wanted; asks once, on a terminal only."""
    from reconcile.terminal import checked_lines

    sending = len(checked.workload.to_send)
    asks = sending and not options["yes"] and sys.stdin.isatty() and sys.stderr.isatty()
    if not options["events"]:
        shown = Say() if asks else say
        for line in checked_lines(checked, datetime.now(UTC), issues=False):
            shown.message(line)
    if not asks:
        return True
    return click.confirm(f"Send these {sending} calls?", err=True)


def go_on_command(arguments: Sequence[str]) -> str:
    """The command that goes on after a stop.

    Without --force, which would send everything again, and without a time that is over.
    """
    kept: list[str] = []
    passing = False
    for argument in arguments:
        if passing:
            passing = False
        elif argument == "--finish-by":
            passing = True
        elif argument != "--force" and not argument.startswith("--finish-by="):
            kept.append(argument)
    return shlex.join(("reconcile", *kept))
