"""The command that looks at a new file and proposes a config for it: `init`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.group import program
from reconcile.cli.options import EPILOG
from reconcile.cli.output import Output
from reconcile.domain.errors import ExitCode, NothingSentError
from reconcile.domain.text import quoted

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.proposal import Proposal


@program.command(epilog=EPILOG)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where the config goes (default: config.yaml here). None is ever overwritten.",
)
@click.option("--base-url", metavar="URL", help="The address of the API.")
@click.option("--sheet", metavar="NAME", help="The sheet to read, where several have orders.")
@click.option("--layout", metavar="NAME", help="The kind of export (`layouts`).")
@click.option(
    "--ids",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The id map: order numbers and SKUs, and their ids.",
)
@click.option("--yes", is_flag=True, help="Write the config without asking.")
def init(file: Path, yes: bool, **options: Any) -> int:  # noqa: FBT001
    """Look at FILE, propose layout and columns, and write a config for it.

    What isn't certain is written commented out, with what it may be. Ends with 0 if FILE can be
    run with that config, and with 1 if something is still missing.
    """
    from reconcile.proposal import config_text, propose, shown_lines

    config = options["config"] or Path("config.yaml")
    asks = not yes and sys.stdin.isatty() and sys.stderr.isatty()
    proposal = propose(file, _settings(config, options))
    say = Output()
    for line in shown_lines(proposal):
        say.result(line)
    if asks:
        before, proposal = proposal, _asked(file, proposal)
        for line in shown_lines(proposal) if proposal is not before else ():
            say.result(line)
    text = config_text(proposal, config.parent)
    code = ExitCode.DONE if proposal.can_be_run else ExitCode.INCOMPLETE
    if not yes and not asks:
        say.result(f"\n{text}")
        say.message("Nothing was written; --yes writes this config.")
        return code
    if asks and not click.confirm(f"Write {_free(config)}?", err=True):
        say.message("Nothing was written.")
        return code
    written = _write(config, text)
    if written != config:
        say.message(f"{config} is there already and stays as it is; compare the two.")
    say.result(f"Written    {written}")
    return code


def _asked(file: Path, proposal: "Proposal") -> "Proposal":
    """The proposal with what a person says of the columns that aren't certain."""
    from reconcile.proposal import propose, with_choice

    asked = set()
    while question := next((q for q in proposal.questions if q.field not in asked), None):
        asked.add(question.field)
        click.echo(f"Which column holds {question.words}?", err=True)
        for number, candidate in enumerate(question.candidates, start=1):
            why = f" ({candidate.why})" if candidate.why else ""
            click.echo(f"  {number}  {quoted(candidate.column)}{why}", err=True)
        wanted = click.IntRange(0, len(question.candidates))
        answer = click.prompt("Its number; 0 leaves it open", type=wanted, default=0, err=True)
        if not answer:
            continue
        choice = question.candidates[answer - 1]
        prefix = bool(choice.prefix) and click.confirm(
            f"Is {quoted(choice.prefix)} no part of the number in Flxpoint?", err=True
        )
        chosen = with_choice(proposal.settings, question.field, choice, prefix=prefix)
        proposal = propose(file, chosen)
    return proposal


def _settings(config: Path, options: dict[str, Any]) -> "Settings":
    """What is certain before the file is read: the options, and where an earlier config leads."""
    from reconcile.config import Settings, read_settings

    given = {name: options[name] for name in ("base_url", "sheet", "layout")}
    given["ids"] = None if options["ids"] is None else str(options["ids"])
    said = read_settings(config if config.exists() else None, given)
    sheet, layout = options["sheet"], options["layout"]
    return Settings(base_url=said.base_url, ids=said.ids, sheet=sheet, layout=layout)


def _free(config: Path) -> Path:
    """The place itself, or the first beside it where nothing is."""
    place, number = config, 1
    while place.exists() or place.is_symlink():
        again = "" if number == 1 else f"-{number}"
        place = config.with_name(f"{config.stem}.proposed{again}{config.suffix}")
        number += 1
    return place


def _write(config: Path, text: str) -> Path:
    while True:
        place = _free(config)
        try:
            with place.open("x", encoding="utf-8") as stream:
                stream.write(text)
        except FileExistsError:
            continue  # somebody was faster
        except OSError as error:
            raise NothingSentError(f"{place} can't be written: {error.strerror}.") from error
        return place
