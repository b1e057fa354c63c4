"""What the commands share: options, and what they say of settings, rules and places."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reconcile.domain.errors import ExitCode

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.job.planned_input import SendRules

_Command = TypeVar("_Command", bound=Callable[..., Any])

EPILOG = "\b\nExit codes:\n" + "\n".join(f"  {code.value}  {code.meaning}" for code in ExitCode)
FILES = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())


def options_of(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Several options as one decorator, in the order in which the help shows them."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def order_id() -> click.IntRange:
    """What an order id can be."""
    return click.IntRange(1, 2**63 - 1)


PLACES = options_of(
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
PLANNING = options_of(
    click.option("--sheet", metavar="NAME", help="The sheet to read, where several have orders."),
    click.option(
        "--layout", metavar="NAME", help="The kind of export, if it isn't recognised (`layouts`)."
    ),
    click.option(
        "--ids",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="The id map: order numbers and SKUs, and their ids.",
    ),
    click.option("--pull", is_flag=True, help="Ask Flxpoint for ids that aren't known."),
    click.option(
        "--overwrite",
        type=click.Choice(["blanks", "all", "never"]),
        help="What may be overwritten in Flxpoint (default: blanks, where Flxpoint tells).",
    ),
    click.option("--send-status", is_flag=True, default=None, help="Send the statuses too."),
    click.option("--force", is_flag=True, help="Send unchanged calls too."),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="A pilot: N orders."),
    click.option(
        "--order",
        "orders",
        type=order_id(),
        multiple=True,
        metavar="ID",
        help="A pilot: this order only (may be repeated).",
    ),
)
FOLDERS = options_of(
    click.option("--again", is_flag=True, help="Of a folder: read files that are done too."),
    click.option(
        "--skip-unreadable", is_flag=True, help="Leave files out that can't be read, and say so."
    ),
    click.option("--require-file", is_flag=True, help="Without a file to run, end with 2."),
)
WATCHING = options_of(
    click.option("--finish-by", metavar="HH:MM", help="Stop cleanly at the next such time."),
    click.option("--events", is_flag=True, help="One JSON line per event on stderr."),
)
OUTPUT = options_of(
    click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout."),
    click.option("--quiet", is_flag=True, help="Say nothing but errors."),
)
VERIFY = click.option(
    "--verify",
    type=click.Choice(["sample", "all", "none"]),
    help="Read orders back after the run (default: a sample, where Flxpoint tells).",
)
RESULTS = click.option(
    "--results",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Where the workbook goes (default: beside the first file).",
)


def settings_of(options: Mapping[str, Any]) -> "Settings":
    """The config file with the options over it; raises `ConfigError`."""
    from reconcile.config import read_settings

    journal = options.get("journal")
    return read_settings(
        options["config"],
        {
            "base_url": options["base_url"],
            "journal": None if journal is None else str(journal),
            "sheet": options.get("sheet"),
            "layout": options.get("layout"),
            "ids": None if options.get("ids") is None else str(options["ids"]),
            "status_updates": options.get("send_status"),
            "overwrite": options.get("overwrite"),
            "verify": options.get("verify"),
        },
    )


def send_rules(options: Mapping[str, Any]) -> "SendRules":
    """What the options say of a run beside the settings."""
    from reconcile.job.planned_input import SendRules

    return SendRules(
        options["force"],
        bool(options.get("allow_changes")),
        options["limit"],
        tuple(options["orders"]),
        skip_unreadable=options["skip_unreadable"],
        again=options["again"],
        pull=options["pull"],
    )


def config_files(options: Mapping[str, Any]) -> tuple[Path, ...]:
    """The config that is read, which no workbook may overwrite."""
    from reconcile.config import DEFAULT_NAME

    return (Path(DEFAULT_NAME) if options["config"] is None else options["config"],)
