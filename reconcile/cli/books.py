"""The commands that read the journal: `report` and `show`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

from pathlib import Path
from typing import Any

import click

from reconcile.cli.group import program
from reconcile.cli.options import EPILOG, OUTPUT, PLACES, RESULTS, Say, journal_of, settings_of
from reconcile.errors import ExitCode, NothingSentError


@program.command(epilog=EPILOG)
@click.argument("run_id", metavar="[RUN]", required=False)
@PLACES
@RESULTS
@OUTPUT
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

    say = Say(as_json, quiet)
    with Journal.open(journal_of(settings_of(options))) as journal:
        record, workbook, totals = rebuild_report(journal, run_id, results)
    if as_json:
        print_json({"run": record.id, "workbook": str(workbook)})
    say.result(f"Workbook   {workbook}")
    return ExitCode.INTERNAL if totals.difference else ExitCode.DONE


@program.command(epilog=EPILOG)
@click.argument("order", type=click.IntRange(1, 2**63 - 1))
@PLACES
def show(order: int, **options: Any) -> int:
    """Show every cell, call and answer of one order, over all runs."""
    from reconcile.journal import Journal
    from reconcile.story import order_story

    journal = journal_of(settings_of(options))
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
