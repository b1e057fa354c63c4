"""What `verify FILE` does: the results workbook beside the journal, each difference a line."""
# ruff: noqa: PLC0415  (what is slow to start is imported by the command that uses it)

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconcile.cli.options import Output, journal_of, settings_of
from reconcile.domain.errors import NothingSentError

if TYPE_CHECKING:
    from reconcile.job.workbook_check import WorkbookChecked

__all__ = ["compared_with_journal"]


def compared_with_journal(
    file: Path, say: Output, options: Mapping[str, Any]
) -> "tuple[WorkbookChecked, dict[str, object]]":
    """Compares, says what was found, and returns it with its JSON.

    Raises:
        NothingSentError: there is no journal yet.
        FileRefusedError: the file is no results workbook.
    """
    from reconcile.job.workbook_check import check_workbook, checked_json, checked_lines
    from reconcile.journal import Journal

    place = journal_of(settings_of(options))
    if not place.is_file():
        raise NothingSentError(f"There is no journal {place} yet.")
    with Journal.open(place) as journal:
        checked = check_workbook(file, journal)
    for line in checked_lines(checked):
        say.result(line)
    return checked, checked_json(checked)
