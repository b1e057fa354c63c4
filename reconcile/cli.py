"""Arguments in, one call, lines and an exit code out. Computes nothing.

Start-up stays quick: what needs pandas, openpyxl, httpx or SQLAlchemy is imported by the
command that uses it.
"""
# ruff: noqa: PLC0415

import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconcile import __version__
from reconcile.errors import ExitCode, NothingSentError, TokenError

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.job import Checked
    from reconcile.preparation import SendRules

__all__ = ["go_on_command", "program"]

_Command = TypeVar("_Command", bound=Callable[..., Any])

_EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code.value}  {code.meaning}" for code in ExitCode)
_FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())


@dataclass(frozen=True, slots=True)
class _Say:
    """Where lines go: results to stdout, messages to stderr."""

    json: bool = False
    quiet: bool = False

    def result(self, line: str) -> None:
        from reconcile.terminal import say_on

        if not (self.json or self.quiet):
            say_on(sys.stdout, line)

    def message(self, line: str) -> None:
        from reconcile.terminal import say_on

        if not self.quiet:
            say_on(sys.stderr, line)


def _options(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_PLACES = _options(
    click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="The config file (default: config.yaml here, else built-in defaults).",
    ),
    click.option("--base-url", metavar="URL", help="The address of the API."),
    click.option(
        "--journal",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="The journal of all runs (default: one per user).",
    ),
)
_PLANNING = _options(
    click.option("--sheet", metavar="NAME", help="The sheet to read, where several have orders."),
    click.option("--send-status", is_flag=True, default=None, help="Send the statuses too."),
    click.option("--force", is_flag=True, help="Send unchanged calls too."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="A pilot: N orders."),
    click.option(
        "--order",
        "orders",
        type=click.IntRange(1, 2**63 - 1),
        multiple=True,
        metavar="ID",
        help="A pilot: this order only (may be repeated).",
    ),
)
_OUTPUT = _options(
    click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
    click.option("--quiet", is_flag=True, help="Say nothing but errors."),
)
_RESULTS = click.option(
    "--results",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where the workbook goes (default: beside the first file).",
)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconcile")
def program() -> None:
    """Tells Flxpoint which orders are in the books.

    A spreadsheet in, acknowledged orders and a results workbook out.
    """


@program.command(epilog=_EPILOG)
@_FILES
@_PLACES
@_PLANNING
@_OUTPUT
def check(files: tuple[str, ...], as_json: bool, quiet: bool, **options: Any) -> int:  # noqa: FBT001
    """Read, judge and plan; send nothing. Needs no token."""
    return _check(files, _Say(as_json, quiet), options)


@program.command(epilog=_EPILOG)
@_FILES
@_PLACES
@_PLANNING
@_RESULTS
@click.option("--allow-changes", is_flag=True, help="Overwrite more orders than max_changes.")
@click.option("--dry-run", is_flag=True, help="The same as `check`.")
@click.option("--finish-by", metavar="HH:MM", help="Stop cleanly at the next such time.")
@click.option("--yes", is_flag=True, help="Don't ask before sending.")
@click.option("--events", is_flag=True, help="One JSON line per event on stderr.")
@_OUTPUT
def run(
    files: tuple[str, ...],
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    dry_run: bool,  # noqa: FBT001
    **options: Any,
) -> int:
    """Check, then send, then write the results workbook."""
    say = _Say(as_json, quiet)
    return _check(files, say, options) if dry_run else _run(files, say, options)


@program.command(epilog=_EPILOG)
@click.argument("run_id", metavar="[RUN]", required=False)
@_PLACES
@_RESULTS
@_OUTPUT
def report(
    run_id: str | None,
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    results: Path | None,
    **options: Any,
) -> int:
    """Write the workbook of RUN again (default: the latest run)."""
    from reconcile.job import rebuild_report
    from reconcile.journal import Journal
    from reconcile.terminal import print_json

    say = _Say(as_json, quiet)
    with Journal.open(_journal(_settings(options))) as journal:
        record, workbook, totals = rebuild_report(journal, run_id, results)
    if as_json:
        print_json({"run": record.id, "workbook": str(workbook)})
    say.result(f"Workbook   {workbook}")
    return ExitCode.INTERNAL if totals.difference else ExitCode.DONE


@program.command(epilog=_EPILOG)
@click.argument("order", type=click.IntRange(1, 2**63 - 1))
@_PLACES
def show(order: int, **options: Any) -> int:
    """Show every cell, call and answer of one order, over all runs."""
    from reconcile.journal import Journal
    from reconcile.story import order_story

    journal = _journal(_settings(options))
    if not journal.is_file():
        raise NothingSentError(f"There is no journal {journal} yet.")
    with Journal.open(journal) as opened:
        found = False
        for line in order_story(opened, order):
            found = True
            click.echo(line)
    if not found:
        raise NothingSentError(f"No run in the journal has the order {order}.")
    return ExitCode.DONE


@program.command(epilog=_EPILOG)
@click.option("--yes", is_flag=True, help="Keep the token even if it can't be tried.")
@_PLACES
def login(yes: bool, **options: Any) -> int:  # noqa: FBT001
    """Ask for the API token unseen, try it, and keep it."""
    from reconcile.login import try_token
    from reconcile.tokens import checked_token, keep_token

    settings = _settings(options)
    interactive = sys.stdin.isatty()
    typed = (
        click.prompt("API token (not shown)", hide_input=True, err=True)
        if interactive
        else sys.stdin.readline()
    )
    token = checked_token(typed, "the answer")
    accepted, words = try_token(settings, token)
    click.echo(words, err=True)
    if not accepted and not yes:
        if not interactive:
            raise TokenError("The token was not kept; --yes keeps it all the same.")
        if not click.confirm("Keep it all the same?", err=True):
            return ExitCode.NOTHING_SENT
    file = _token_file(settings)
    keep_token(token, file)
    click.echo(f"Kept in {file}, which only you can read.")
    return ExitCode.DONE


@program.command(epilog=_EPILOG)
@click.option("--fast", is_flag=True, hidden=True, help="For tests: without the pace of 2/s.")
def demo(fast: bool) -> int:  # noqa: FBT001
    """Run the sample export against the sandbox; nothing to set up, about ten seconds."""
    from reconcile.demo import run_demo

    return run_demo(click.echo, fast=fast)


@program.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True)
@click.option("--token", default="sandbox", show_default=True, help="The token it accepts.")
@click.option(
    "--orders",
    default="any",
    show_default=True,
    metavar="IDS",
    help="The orders it knows: any, or ranges such as 700001-700100,7.",
)
@click.option(
    "--orders-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="PATH",
    help="The orders it knows, as JSON in the shape of GET /orders.",
)
@click.option("--unknown", default="", metavar="IDS", help="Orders that it answers with 404.")
@click.option("--rate", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "--limiter",
    type=click.Choice(["sliding", "fixed", "bucket"]),
    default="sliding",
    show_default=True,
    help="How it counts requests per second.",
)
@click.option("--retry-after", is_flag=True, help="Send Retry-After with a 429.")
@click.option(
    "--latency", type=float, default=0.0, show_default=True, help="Seconds an answer takes."
)
@click.option(
    "--log", type=click.Path(path_type=Path), metavar="PATH", help="Log arrivals, as JSON lines."
)
def sandbox(**options: Any) -> int:
    """A stand-in for the API on this machine, until Ctrl-C."""
    from reconcile.sandbox_command import serve

    return serve(click.echo, **options)


def _check(files: tuple[str, ...], say: _Say, options: Mapping[str, Any]) -> int:
    from reconcile.job import check as check_files
    from reconcile.terminal import checked_json, checked_lines, print_json
    from reconcile.tokens import find_token, token_fingerprint

    settings = _settings(options)
    try:
        token = find_token(settings.token_variable, _token_file(settings), os.environ)
        fingerprint: str | None = token_fingerprint(token)
    except TokenError:
        fingerprint = None
    checked = check_files(
        [Path(file) for file in files], settings, _rules(options), _journal(settings), fingerprint
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


def _run(files: tuple[str, ...], say: _Say, options: Mapping[str, Any]) -> int:
    from reconcile.executor import next_time
    from reconcile.job import Surroundings
    from reconcile.job import run as run_job
    from reconcile.terminal import Watcher, finished_json, finished_lines, print_json, say_on
    from reconcile.tokens import find_token

    settings = _settings(options)
    token = find_token(settings.token_variable, _token_file(settings), os.environ)
    try:
        finish_by = options["finish_by"] and next_time(options["finish_by"], datetime.now(UTC))
    except ValueError as error:
        raise NothingSentError(
            f"--finish-by must be a time such as 06:30, not {options['finish_by']!r}."
        ) from error
    watcher = Watcher(sys.stderr, events=options["events"], quiet=say.quiet)
    around = Surroundings(
        journal=_journal(settings),
        now=lambda: datetime.now(UTC),
        listener=watcher,
        confirm=lambda checked: _confirm(checked, say, options),
        keep=() if options["config"] is None else (options["config"],),
    )
    with watcher.watching():
        finished = run_job(
            [Path(file) for file in files],
            settings,
            _rules(options),
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


def _confirm(checked: "Checked", say: _Say, options: Mapping[str, Any]) -> bool:
    """Shows the plan, unless events are wanted; asks once, on a terminal only."""
    from reconcile.terminal import checked_lines

    sending = len(checked.workload.to_send)
    asks = sending and not options["yes"] and sys.stdin.isatty() and sys.stderr.isatty()
    if not options["events"]:
        shown = _Say() if asks else say
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


def _settings(options: Mapping[str, Any]) -> "Settings":
    from reconcile.config import read_settings

    journal = options.get("journal")
    return read_settings(
        options["config"],
        {
            "base_url": options["base_url"],
            "journal": None if journal is None else str(journal),
            "sheet": options.get("sheet"),
            "status_updates": options.get("send_status"),
        },
    )


def _rules(options: Mapping[str, Any]) -> "SendRules":
    from reconcile.preparation import SendRules

    return SendRules(
        options["force"],
        bool(options.get("allow_changes")),
        options["limit"],
        tuple(options["orders"]),
    )


def _journal(settings: "Settings") -> Path:
    from reconcile.journal import default_place

    return default_place() if settings.journal is None else Path(settings.journal)


def _token_file(settings: "Settings") -> Path:
    from reconcile.tokens import default_token_file

    return default_token_file() if settings.token_file is None else Path(settings.token_file)
