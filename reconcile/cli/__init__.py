"""Arguments in, one call, lines and an exit code out. Computes nothing.

Start-up stays quick: what needs pandas, openpyxl, httpx or SQLAlchemy is imported by the
command that uses it.
"""

from reconcile.cli import around, books, sending
from reconcile.cli.group import program
from reconcile.cli.sending import go_on_command

__all__ = ["around", "books", "go_on_command", "program", "sending"]
