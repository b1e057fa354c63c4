"""The commands that look at files and send: `check`, `run`, `resume` and `settle`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.command import Command, asks, command_line, confirmed
from reconcile.cli.group import program
from reconcile.cli.options import (
    EPILOG,
    FILES,
    FOLDERS,
    OUTPUT,
    PLACES,
    PLANNING,
    RESULTS,
    VERIFY,
    WATCHING,
    order_id,
    send_rules,
    settings_of,
)
from reconcile.cli.output import Output
from reconcile.domain.errors import ExitCode, ReconcileError, TokenError
from reconcile.domain.events import Event

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.job.context import RunContext
    from reconcile.job.planned_input import NothingToDo
    from reconcile.job.run_monitor import CommandResult
    from reconcile.job.send import Finished


@program.command(epilog=EPILOG)
@FILES
@click.option("--online", is_flag=True, help="Read what the planned orders hold in Flxpoint.")
@PLACES
@PLANNING
@FOLDERS
@OUTPUT
def check(files: tuple[str, ...], as_json: bool, quiet: bool, **options: Any) -> int:  # noqa: FBT001
    """Read, judge and plan; send nothing.

    Needs no token, but for --online and --pull.
    """
    return _check(files, Output(as_json, quiet), options)


@program.command(epilog=EPILOG)
@FILES
@PLACES
@PLANNING
@FOLDERS
@RESULTS
@click.option("--resume", is_flag=True, help="First send what earlier runs have left.")
@click.option("--allow-changes", is_flag=True, help="Overwrite more orders than max_changes.")
@click.option("--dry-run", is_flag=True, help="The same as `check`.")
@click.option("--yes", is_flag=True, help="Don't ask before sending.")
@VERIFY
@WATCHING
@OUTPUT
def run(
    files: tuple[str, ...],
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    dry_run: bool,  # noqa: FBT001
    **options: Any,
) -> int:
    """Check, then send, then write the results workbook.

    FILE may be a folder: of the exports in it those are run that were not run before.
    """
    say = Output(as_json, quiet, options["events"])
    if options["resume"] and (options["limit"] or options["orders"]):
        raise click.UsageError("--resume sends whole runs: leave it out for a pilot.")
    if dry_run:
        for line in _left_lines(settings_of(options)) if options["resume"] else ():
            say.message(line)
        return _check(files, say, options)
    command = Command.of(say, options)
    return command.monitored("run", lambda result: _run(files, command, result))


@program.command(epilog=EPILOG)
@click.argument("run_id", metavar="[RUN]", required=False)
@PLACES
@RESULTS
@click.option("--as-planned", is_flag=True, help="Send it although a file has changed since.")
@WATCHING
@OUTPUT
def resume(run_id: str | None, as_json: bool, quiet: bool, **options: Any) -> int:  # noqa: FBT001
    """Send what RUN has left (default: the latest run that has something left)."""
    command = Command.of(Output(as_json, quiet, options["events"]), options)
    return command.monitored("resume", lambda result: _resume(run_id, command, result))


@program.command(epilog=EPILOG)
@click.argument("run_id", metavar="RUN")
@click.argument("order", type=order_id())
@click.option("--done", "done", flag_value=True, default=None, help="The status was applied.")
@click.option("--send", "done", flag_value=False, help="It was not applied: send it again.")
@PLACES
def settle(run_id: str, order: int, done: bool | None, **options: Any) -> int:  # noqa: FBT001
    """Say how the status call of ORDER in RUN ended, which is in doubt.

    Look at the order in Flxpoint first. A status that is to be sent again goes out with
    `reconcile resume RUN`.
    """
    from reconcile.job.context import existing_journal
    from reconcile.job.resume import settle as settle_call

    if done is None:
        raise click.UsageError("Say how it ended: --done or --send.")
    journal = existing_journal(settings_of(options))
    settle_call(journal, run_id, order, lambda: datetime.now(UTC), done=done)
    if done:
        click.echo(f"The status of the order {order} is acknowledged.")
        click.echo(f"The workbook with it: {command_line('report', run_id, options)}")
    else:
        click.echo(f"The status of the order {order} is pending. To send it:")
        click.echo(f"  {command_line('resume', run_id, options)}")
    return ExitCode.DONE


def _check(files: tuple[str, ...], say: Output, options: Mapping[str, Any]) -> int:
    from reconcile.cli.plan_text import planned_json, planned_lines
    from reconcile.cli.run_text import nothing_lines, run_json
    from reconcile.job import exit_codes
    from reconcile.job.pipeline import check as check_files
    from reconcile.job.planned_input import NothingToDo

    command, online = Command.of(say, options), bool(options.get("online"))
    paths, rules = [Path(file) for file in files], send_rules(options)
    if online or options["pull"]:
        with command.watched():
            planned = check_files(paths, rules, command.context(command.token()), online=online)
    else:
        token = None
        with suppress(TokenError):  # it only says which history counts
            token = command.token()
        planned = check_files(paths, rules, command.context(token))
    if isinstance(planned, NothingToDo):
        for line in nothing_lines(planned):
            say.message(line)
        need = options["require_file"]
        code = exit_codes.of_files(planned, require_file=need, sent_before=False)
        say.document(run_json([], [], planned, code))
        return code
    if say.json:
        say.document(planned_json(planned))
    for line in planned_lines(planned, datetime.now(UTC), issues=True):
        say.result(line)
    many, most = len(planned.calls.changed), command.settings.max_changes
    if many > most and not options.get("allow_changes"):
        say.message(
            f"A run would stop: {many} orders would be overwritten, more than max_changes "
            f"({most}). If they are right, run with --allow-changes."
        )
    return exit_codes.of_check(planned)


def _run(files: tuple[str, ...], command: Command, result: "CommandResult") -> int:
    from reconcile.cli.run_text import run_json
    from reconcile.job import exit_codes
    from reconcile.job.send import Finished

    say, options = command.say, command.options
    context = command.context(command.token())
    left_alone, stopped = _resume_all(command, result, context)
    codes = [each.exit_code for each in result.finished]
    done: Finished | NothingToDo | None = None
    error = None
    if not stopped:
        before = bool(result.finished)
        try:
            done = _run_files(files, command, result, context)
            ended = done.exit_code if isinstance(done, Finished) else done
            codes.append(
                exit_codes.of_files(ended, require_file=options["require_file"], sent_before=before)
            )
        except ReconcileError as why:
            if not before:
                raise
            error = str(why)
            say.always(f"reconcile: {error}")
            codes.append(exit_codes.of_error_after_sending(why))
    code = exit_codes.of_command(codes, left_alone=bool(left_alone))
    again = [command.goes_on(each) for each in result.finished]
    say.document(run_json(result.finished, again, done, code, left_alone=left_alone, error=error))
    return code


def _run_files(
    files: tuple[str, ...], command: Command, result: "CommandResult", context: "RunContext"
) -> "Finished | NothingToDo | None":
    from reconcile.job.planned_input import NothingToDo
    from reconcile.job.run import run as run_job

    done = run_job(
        [Path(file) for file in files],
        send_rules(command.options),
        context,
        results=command.options["results"],
        confirm=command.confirm,
    )
    if done is None:
        command.say.message("Nothing of the files was sent.")
    elif isinstance(done, NothingToDo):
        result.nothing = done
        command.say.message("There is no file to run.")
    else:
        result.finished.append(done)
        command.show(done)
    return done


def _resume_all(
    command: Command, result: "CommandResult", context: "RunContext"
) -> tuple[tuple[str, ...], bool]:
    """Why runs were left alone, and whether one was stopped; none if it isn't asked for."""
    from reconcile.job.resume import resume_all

    def done(finished: "Finished") -> None:
        result.finished.append(finished)
        command.show(finished)

    if not command.options["resume"] or not _wants_to_resume(command):
        return (), False
    left = resume_all(context, done)
    for sentence in left.refused:
        command.listen(Event("left alone", {"why": sentence}))
        if not command.say.events:
            command.say.always(sentence)
    return left.refused, left.stopped


def _wants_to_resume(command: Command) -> bool:
    """On a terminal it is asked once, if there is anything."""
    lines = _left_lines(command.settings)
    if not lines or not asks(command.options):
        return True
    for line in lines:
        Output().message(line)
    return confirmed("First send what earlier runs have left?")


def _left_lines(settings: "Settings") -> list[str]:
    from reconcile.job.context import journal_of
    from reconcile.job.run_list import left_lines
    from reconcile.journal import Journal

    journal = journal_of(settings)
    if not journal.is_file():
        return []
    with Journal.open(journal) as opened:
        return list(left_lines(opened, settings.base_url))


def _resume(run_id: str | None, command: Command, result: "CommandResult") -> int:
    from reconcile.cli.run_text import run_json
    from reconcile.job.context import existing_journal
    from reconcile.job.resume import resume as resume_run

    say, options = command.say, command.options
    existing_journal(command.settings)
    context = command.context(command.token())
    as_planned, results = options["as_planned"], options["results"]
    finished = resume_run(run_id, context, as_planned=as_planned, results=results)
    if finished is None:
        named = f"The run {run_id}" if run_id else "No run"
        say.message(f"{named} has {'nothing' if run_id else 'anything'} left to send.")
        say.document(run_json([], [], None, ExitCode.DONE))
        return ExitCode.DONE
    result.finished.append(finished)
    command.show(finished)
    code = finished.exit_code
    say.document(run_json([finished], [command.goes_on(finished)], finished, code))
    return code
