"""The commands around the job: `login`, `layouts`, `demo` and `sandbox`."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

import sys
from pathlib import Path
from typing import Any

import click

from reconcile.cli.group import program
from reconcile.cli.options import EPILOG, PLACES, settings_of
from reconcile.domain.errors import ExitCode, TokenError


@program.command(epilog=EPILOG)
@click.option("--yes", is_flag=True, help="Keep the token even if it can't be tried.")
@PLACES
def login(yes: bool, **options: Any) -> int:  # noqa: FBT001
    """Ask for the API token unseen, try it, and keep it."""
    from reconcile.flxpoint.tokens import checked_token, keep_token, token_file_of
    from reconcile.job.login import try_token

    settings = settings_of(options)
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
    file = token_file_of(settings.token_file)
    keep_token(token, file)
    click.echo(f"Kept in {file}, which only you can read.")
    return ExitCode.DONE


@program.command()
def layouts() -> int:
    """The kinds of export that are known."""
    from reconcile.loader.layouts import LAYOUTS

    width = max(len(layout.name) for layout in LAYOUTS)
    for layout in LAYOUTS:
        title = "" if layout.title == layout.name else f"{layout.title}: "
        click.echo(f"{layout.name:<{width}}  {title}{layout.exports}")
    return ExitCode.DONE


@program.command(epilog=EPILOG)
@click.option("--fast", is_flag=True, hidden=True, help="For tests: without the pace of 2/s.")
def demo(fast: bool) -> int:  # noqa: FBT001
    """Run the sample export against the sandbox; nothing to set up, about twenty seconds."""
    from reconcile.cli.demo import run_demo

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
    help="The orders it knows, as JSON in the shape of GET /orders; `shipments` in them are what "
    "GET /shipments answers.",
)
@click.option("--unknown", default="", metavar="IDS", help="Orders that it answers with 404.")
@click.option("--rate", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "--limiter",
    type=click.Choice(["sliding", "fixed", "bucket", "gcra"]),
    default="sliding",
    show_default=True,
    help="How it counts requests per second.",
)
@click.option("--retry-after", is_flag=True, help="Send Retry-After with a 429.")
@click.option(
    "--latency", type=float, default=0.0, show_default=True, help="Seconds an answer takes."
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="What goes wrong, for which order and call: see sample_data/faults.toml.",
)
@click.option(
    "--log", type=click.Path(path_type=Path), metavar="PATH", help="Log arrivals, as JSON lines."
)
@click.option(
    "--accounting-fields",
    type=click.Choice(["always", "sent", "never"]),
    default="sent",
    show_default=True,
    help="Which accounting fields its answers tell: all of them, those that were sent, or none.",
)
@click.option(
    "--no-item-ids",
    is_flag=True,
    help="Tell the ids of items in GET /shipments only, not in orders.",
)
@click.option(
    "--page-size",
    type=click.IntRange(min=1),
    default=50,
    show_default=True,
    metavar="N",
    help="The most orders on a page of GET /orders, whatever is asked for.",
)
@click.option(
    "--personal-data", is_flag=True, help="Tell names and addresses, made up, with each order."
)
def sandbox(no_item_ids: bool, **options: Any) -> int:  # noqa: FBT001
    """A stand-in for the API on this machine, until Ctrl-C."""
    from reconcile.cli.sandbox import serve

    return serve(click.echo, item_ids=not no_item_ids, **options)
