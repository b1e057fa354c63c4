"""The commands that look at files and send: `check`, `run`, `resume` and `settle`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.group import Invocation, program
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
    Output,
    journal_of,
    order_id,
    send_rules,
    settings_of,
    token_file_of,
)
from reconcile.cli.work import Work, asks, command_of, confirmed
from reconcile.domain.errors import (
    ExitCode,
    JournalError,
    NothingSentError,
    ReconcileError,
    TokenError,
)
from reconcile.domain.events import Event

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.job.resume import ResumeResult
    from reconcile.job.run import Finished, NothingToDo, RunContext
    from reconcile.job.run_monitor import Told


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
    work = Work.begun(say, options)
    return work.done("run", lambda told: _run(files, work, told))


@program.command(epilog=EPILOG)
@click.argument("run_id", metavar="[RUN]", required=False)
@PLACES
@RESULTS
@click.option("--as-planned", is_flag=True, help="Send it although a file has changed since.")
@WATCHING
@OUTPUT
def resume(run_id: str | None, as_json: bool, quiet: bool, **options: Any) -> int:  # noqa: FBT001
    """Send what RUN has left (default: the latest run that has something left)."""
    work = Work.begun(Output(as_json, quiet, options["events"]), options)
    return work.done("resume", lambda told: _resume(run_id, work, told))


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
    from reconcile.job.resume import settle as settle_call

    if done is None:
        raise click.UsageError("Say how it ended: --done or --send.")
    journal = journal_of(settings_of(options))
    if not journal.is_file():
        raise NothingSentError(f"There is no journal {journal} yet.")
    settle_call(journal, run_id, order, lambda: datetime.now(UTC), done=done)
    if done:
        click.echo(f"The status of the order {order} is acknowledged.")
        click.echo(f"The workbook with it: {command_of('report', run_id, options)}")
    else:
        click.echo(f"The status of the order {order} is pending. To send it:")
        click.echo(f"  {command_of('resume', run_id, options)}")
    return ExitCode.DONE


def _check(files: tuple[str, ...], say: Output, options: Mapping[str, Any]) -> int:
    from reconcile.cli.terminal import (
        checked_json,
        checked_lines,
        nothing_lines,
        print_json,
        run_json,
    )
    from reconcile.job.check import check as check_files
    from reconcile.job.check import check_online
    from reconcile.job.run import NothingToDo

    settings = settings_of(options)
    paths = [Path(file) for file in files]
    if options["pull"] or options.get("online"):
        work = Work.asking(say, options)
        with work.watching():
            checked = check_online(
                paths,
                settings,
                send_rules(options),
                work.token(),
                work.context(),
                orders_too=bool(options.get("online")),
            )
    else:
        rules, now = send_rules(options), datetime.now(UTC)
        fingerprint = _fingerprint(settings)
        checked = check_files(paths, settings, rules, journal_of(settings), fingerprint, now)
    if isinstance(checked, NothingToDo):
        for line in nothing_lines(checked):
            say.message(line)
        code = ExitCode.NOTHING_SENT if options["require_file"] else ExitCode.DONE
        if say.json:
            print_json(run_json([], [], checked, code))
        return code
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


def _run(files: tuple[str, ...], work: Work, told: "Told") -> int:
    from reconcile.cli.terminal import print_json, run_json

    token, context = work.token(), work.context()
    left = _resume_all(work, told, token, context) if work.options["resume"] else None
    codes = [] if left is None else [left.exit_code]
    done: Finished | NothingToDo | None = None
    error = None
    if left is None or not left.stopped:
        try:
            done = _run_files(files, work, told, token, context)
            codes.append(_code_of(done, told, work.options))
        except ReconcileError as why:
            if not told.finished:
                raise
            # Something was sent before: the files are what is left to do.
            error = str(why)
            work.say.always(f"reconcile: {error}")
            codes.append(_after_sending(why))
    code = ExitCode.worst(codes)
    if work.say.json:
        again = [work.goes_on(each) for each in told.finished]
        refused = () if left is None else left.refused
        print_json(run_json(told.finished, again, done, code, left_alone=refused, error=error))
    return code


def _fingerprint(settings: "Settings") -> str | None:
    """That of the token, if there is one."""
    from reconcile.flxpoint.tokens import find_token, token_fingerprint

    try:
        token = find_token(settings.token_variable, token_file_of(settings), os.environ)
    except TokenError:
        return None
    invocation = click.get_current_context().find_object(Invocation)
    if invocation is not None:
        invocation.token = token
    return token_fingerprint(token)


def _run_files(
    files: tuple[str, ...], work: Work, told: "Told", token: str, context: "RunContext"
) -> "Finished | NothingToDo | None":
    from reconcile.job.run import NothingToDo
    from reconcile.job.run import run as run_job

    done = run_job(
        [Path(file) for file in files],
        work.settings,
        send_rules(work.options),
        token,
        context,
        results=work.options["results"],
        finish_by=work.finish_by,
    )
    if done is None:
        work.say.message("Nothing of the files was sent.")
    elif isinstance(done, NothingToDo):
        told.nothing = done
        work.say.message("There is no file to run.")
    else:
        told.finished.append(done)
        work.show(done)
    return done


def _code_of(
    done: "Finished | NothingToDo | None", told: "Told", options: Mapping[str, Any]
) -> ExitCode:
    from reconcile.job.run import Finished, NothingToDo

    if isinstance(done, Finished):
        return done.exit_code
    if isinstance(done, NothingToDo) and not options["require_file"]:
        return ExitCode.DONE
    return ExitCode.INCOMPLETE if told.finished else ExitCode.NOTHING_SENT


def _after_sending(error: ReconcileError) -> ExitCode:
    """2 says that nothing was sent, which isn't true any more."""
    if isinstance(error, JournalError):
        return ExitCode.INTERNAL
    nothing = error.exit_code is ExitCode.NOTHING_SENT
    return ExitCode.INCOMPLETE if nothing else error.exit_code


def _resume_all(work: Work, told: "Told", token: str, context: "RunContext") -> "ResumeResult":
    from reconcile.job.resume import ResumeResult, resume_all

    def done(finished: "Finished") -> None:
        told.finished.append(finished)
        work.show(finished)

    if not _wants_to_resume(work):
        return ResumeResult((), ())
    left = resume_all(work.settings, token, context, finish_by=work.finish_by, done=done)
    for sentence in left.refused:
        work.listen(Event("left alone", {"why": sentence}))
        if not work.say.events:
            work.say.always(sentence)
    return left


def _wants_to_resume(work: Work) -> bool:
    """On a terminal it is asked once, if there is anything."""
    lines = _left_lines(work.settings)
    if not lines or not asks(work.options):
        return True
    for line in lines:
        Output().message(line)
    return confirmed("First send what earlier runs have left?")


def _left_lines(settings: "Settings") -> list[str]:
    from reconcile.job.run_list import left_lines
    from reconcile.journal import Journal

    journal = journal_of(settings)
    if not journal.is_file():
        return []
    with Journal.open(journal) as opened:
        return list(left_lines(opened, settings.base_url))


def _resume(run_id: str | None, work: Work, told: "Told") -> int:
    from reconcile.cli.terminal import print_json, run_json
    from reconcile.job.resume import resume as resume_run

    options = work.options
    journal = journal_of(work.settings)
    if not journal.is_file():
        raise NothingSentError(f"There is no journal {journal} yet.")
    finished = resume_run(
        run_id,
        work.settings,
        work.token(),
        work.context(),
        as_planned=options["as_planned"],
        results=options["results"],
        finish_by=work.finish_by,
    )
    if finished is None:
        named = f"The run {run_id}" if run_id else "No run"
        work.say.message(f"{named} has {'nothing' if run_id else 'anything'} left to send.")
        if work.say.json:
            print_json(run_json([], [], None, ExitCode.DONE))
        return ExitCode.DONE
    told.finished.append(finished)
    again = work.show(finished)
    if work.say.json:
        print_json(run_json([finished], [again], finished, finished.exit_code))
    return finished.exit_code
