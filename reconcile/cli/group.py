"""The program itself, to which each module adds its commands."""

import click

from reconcile import __version__
from reconcile.cli.options import EPILOG

__all__ = ["program"]


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconcile")
def program() -> None:
    """Tells Flxpoint which orders are in the books.

    A spreadsheet in, acknowledged orders and a results workbook out.
    """
