"""The program itself, to which each module adds its commands."""

from dataclasses import dataclass, field

import click

from reconcile import __version__
from reconcile.cli.options import EPILOG

__all__ = ["Invocation", "program"]


@dataclass(slots=True)
class Invocation:
    """One call of the program: its words, the run that it began to send, and its token.

    The token is there so that no log of a bug can hold it.
    """

    words: tuple[str, ...]
    run: str | None = None
    token: str | None = field(default=None, repr=False)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconcile")
def program() -> None:
    """Tells Flxpoint which orders are in the books.

    A spreadsheet in, acknowledged orders and a results workbook out.
    """
