"""The commands that look into the journal: `report`, `runs` and `show`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from reconcile.cli.group import program
from reconcile.cli.options import (
    EPILOG,
    OUTPUT,
    PLACES,
    RESULTS,
    config_files,
    order_id,
    settings_of,
)
from reconcile.cli.output import Output
from reconcile.domain.errors import ExitCode, NothingSentError


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
    from reconcile.cli.watcher import Watcher
    from reconcile.job.context import existing_journal
    from reconcile.job.results_writer import rebuild_report
    from reconcile.journal import Journal

    say = Output(as_json, quiet)
    place = existing_journal(settings_of(options))
    watcher = Watcher(sys.stderr, events=False, quiet=quiet)
    with Journal.open(place) as journal:
        keep = (place, *config_files(options))
        record, workbook, totals = rebuild_report(journal, run_id, results, keep, watcher)
    say.document({"run": record.id, "workbook": str(workbook)})
    for sentence in totals.wrong:
        say.always(f"WRONG      {sentence}")
    say.result(f"Workbook   {workbook}")
    return ExitCode.INTERNAL if totals.wrong else ExitCode.DONE


@program.command(epilog=EPILOG)
@click.option(
    "--prune",
    metavar="DAYS",
    help="Take out runs that ended so long ago, such as 400d, and have nothing left.",
)
@click.option("--abandon", metavar="RUN", help="Never send what this run has left.")
@PLACES
@OUTPUT
def runs(
    prune: str | None,
    abandon: str | None,
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    **options: Any,
) -> int:
    """List the runs in the journal, the latest first.

    Pruning keeps what each order holds in Flxpoint, and which files are done.
    """
    from reconcile.job.context import existing_journal
    from reconcile.job.run_list import abandon_run, days_of, prune_runs, run_lines, runs_json
    from reconcile.journal import Journal

    say = Output(as_json, quiet)
    span = None if prune is None else days_of(prune)
    journal = existing_journal(settings_of(options))
    with Journal.open(journal) as opened:
        if abandon is not None:
            abandon_run(opened, journal, abandon)
            say.message(f"What the run {abandon} has left is never sent.")
        if span is not None:
            pruned = prune_runs(opened, journal, datetime.now(UTC) - span)
            say.message(f"Taken out: {pruned.removed} runs. {pruned.kept}")
        if as_json:
            say.document(runs_json(opened, journal))
        for line in run_lines(opened, journal):
            say.result(line)
    return ExitCode.DONE


@program.command(epilog=EPILOG)
@click.argument("order", type=order_id())
@PLACES
def show(order: int, **options: Any) -> int:
    """Show every cell, call and answer of one order, over all runs."""
    from reconcile.job.context import existing_journal
    from reconcile.job.order_history import order_history
    from reconcile.journal import Journal

    with Journal.open(existing_journal(settings_of(options))) as opened:
        found = False
        for line in order_history(opened, order):
            found = True
            click.echo(line)
    if not found:
        raise NothingSentError(f"No run in the journal has the order {order}.")
    return ExitCode.DONE
