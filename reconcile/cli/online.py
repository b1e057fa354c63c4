"""The commands that ask Flxpoint: `ids pull` and `verify`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import click

from reconcile.cli.command import Command
from reconcile.cli.group import program
from reconcile.cli.options import EPILOG, OUTPUT, PLACES
from reconcile.cli.output import Output
from reconcile.domain.errors import ExitCode


@program.group(epilog=EPILOG)
def ids() -> None:
    """Order numbers, SKUs and their ids, as Flxpoint has them."""


@ids.command(epilog=EPILOG)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Only orders updated since (default: since the last pull; the first one: all).",
)
@click.option("--all", "everything", is_flag=True, help="All orders, those known already too.")
@click.option("--no-items", is_flag=True, help="Don't ask for the items of each single order.")
@PLACES
@OUTPUT
def pull(
    since: datetime | None,
    everything: bool,  # noqa: FBT001
    no_items: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    **options: Any,
) -> int:
    """Fetch order numbers, SKUs and their ids from Flxpoint.

    They go into the journal, where `check` and `run` look them up. No names and no addresses
    are kept. If it is stopped, the same command goes on where it stood.
    """
    from reconcile.cli.online_text import pulled_json, pulled_lines
    from reconcile.job.online import PullWish, pull_ids

    if since is not None and everything:
        raise click.UsageError("--since and --all contradict each other.")
    say = Output(as_json, quiet)
    command = Command.of(say, options)
    wish = PullWish(
        None if since is None else since.astimezone(), everything=everything, items=not no_items
    )
    with command.watched():
        account, pulled, known = pull_ids(command.context(command.token()), wish)
    say.document(pulled_json(account, pulled, known))
    for line in pulled_lines(account, pulled, known):
        say.result(line)
    return ExitCode.DONE


@program.command(epilog=EPILOG)
@click.argument("what", metavar="[FILE|RUN]", required=False)
@click.option("--online", is_flag=True, help="Read the orders back from Flxpoint.")
@click.option("--sample", is_flag=True, help="Read a sample of 20 orders only.")
@PLACES
@OUTPUT
def verify(
    what: str | None,
    online: bool,  # noqa: FBT001
    sample: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    **options: Any,
) -> int:
    """Compare a results workbook with the journal, or with --online the orders of a run.

    With FILE: does the workbook say, line by line, what the journal says? Every difference is
    named. With --online: do the orders of RUN (default: the latest run; with FILE: that of the
    workbook) hold in Flxpoint what was sent? What was found is in the workbook of the run,
    which is written again.
    """
    from reconcile.cli.online_text import verified_json, verified_lines
    from reconcile.job.context import existing_journal
    from reconcile.job.online import verify_run
    from reconcile.job.workbook_check import check_workbook, checked_json, checked_lines
    from reconcile.journal import Journal

    file = Path(what) if what is not None and Path(what).is_file() else None
    if file is None and not online:
        raise click.UsageError(
            "Name a results workbook, or say --online: the orders are read from Flxpoint."
        )
    say = Output(as_json, quiet)
    command = Command.of(say, options)
    run_id, agrees = what, True
    document: dict[str, object] = {}
    if file is not None:
        with Journal.open(existing_journal(command.settings)) as journal:
            checked = check_workbook(file, journal)
        for line in checked_lines(checked):
            say.result(line)
        run_id, agrees, document = checked.run, checked.agrees, checked_json(checked)
        if not online or checked.foreign:
            say.document(document)
            return ExitCode.DONE if agrees else ExitCode.INCOMPLETE
    how: Literal["sample", "all"] = "sample" if sample else "all"
    with command.watched():
        verified = verify_run(command.context(command.token()), run_id, how)
    say.document({**document, **verified_json(verified)})
    for line in verified_lines(verified):
        say.result(line)
    return ExitCode.INCOMPLETE if verified.back.wrong or not agrees else ExitCode.DONE
