"""The program itself, to which each module adds its commands."""

from dataclasses import dataclass

import click

from reconcile import __version__
from reconcile.cli.options import EPILOG

__all__ = ["Invocation", "program"]


@dataclass(slots=True)
class Invocation:
    """One call of the program: its words, and the run that it began to send, if any."""

    words: tuple[str, ...]
    run: str | None = None


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconcile")
def program() -> None:
    """Tells Flxpoint which orders are in the books.

    A spreadsheet in, acknowledged orders and a results workbook out.
    """
