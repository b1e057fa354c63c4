"""The command line: arguments in, one call of `job`, lines and an exit code out.

Computes nothing. Start-up stays quick: what needs pandas, openpyxl, httpx or SQLAlchemy is imported
by the command that uses it.
"""

from reconcile.cli import init, journal, online, run, setup, undo
from reconcile.cli.group import program
from reconcile.cli.invocation import Invocation

__all__ = [
    "Invocation",
    "init",
    "journal",
    "online",
    "program",
    "run",
    "setup",
    "undo",
]
