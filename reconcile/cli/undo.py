"""The command `undo`, which sends nothing."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

from pathlib import Path
from typing import Any

import click

from reconcile.cli.command import Command, place_words
from reconcile.cli.group import program
from reconcile.cli.options import EPILOG, OUTPUT, PLACES
from reconcile.cli.output import Output
from reconcile.domain.errors import ExitCode, TokenError


@program.command(epilog=EPILOG)
@click.argument("run_id", metavar="RUN")
@click.option("--offline", is_flag=True, help="Don't ask Flxpoint; the journal's word counts.")
@PLACES
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where the file goes (default: beside the first file of the run).",
)
@OUTPUT
def undo(
    run_id: str,
    offline: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
    quiet: bool,  # noqa: FBT001
    results: Path | None,
    **options: Any,
) -> int:
    """Write an export that puts back what stood in Flxpoint before RUN.

    Nothing is sent: look at the file, and `reconcile run` it. Only values that still stand there
    as RUN wrote them are put back; a sheet lists all others, with the reason. Where nothing
    stood, the file says (clear), and null is sent: Flxpoint doesn't document that null clears a
    value.

    Ends with 0 if the file was written, with 2 if there is nothing to undo.
    """
    from reconcile.cli.online_text import undone_json, undone_lines
    from reconcile.job.context import existing_journal
    from reconcile.job.online import undo_run

    say = Output(as_json, quiet)
    command = Command.of(say, options)
    existing_journal(command.settings)
    token, why = None, "--offline"
    if not offline:
        try:
            token = command.token()
        except TokenError as error:
            why = str(error)
    with command.watched():
        undone = undo_run(command.context(token), run_id, results, why_not_asked=why)
    if as_json:
        say.document(undone_json(undone))
    for line in undone_lines(undone, place_words(options)):
        say.result(line)
    for sentence in (undone.remark, undone.note):
        if sentence and quiet:
            say.always(sentence)
    return ExitCode.NOTHING_SENT if undone.file is None else ExitCode.DONE
