"""Does this results workbook say what the journal says? Reads both, and changes neither."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reconcile.domain.errors import FileRefusedError
from reconcile.job.results_writer import ledger_of, write_results
from reconcile.journal import Journal
from reconcile.results.comparison import (
    Difference,
    differences,
    returned_differences,
    run_named,
)
from reconcile.results.returned.row_marks import returned_workbook

__all__ = ["MOST_NAMED", "WorkbookChecked", "check_workbook", "checked_json", "checked_lines"]

MOST_NAMED = 1000
"""So many differences are named; a workbook with more is of something else."""


@dataclass(frozen=True, slots=True)
class WorkbookChecked:
    """What came of the comparison; a `foreign` run is none that the journal knows."""

    file: str
    run: str
    found: Sequence[Difference]
    foreign: bool = False

    @property
    def agrees(self) -> bool:
        """Whether the workbook says what the journal says."""
        return not self.found and not self.foreign


def check_workbook(file: Path, journal: Journal) -> WorkbookChecked:
    """Compares a results workbook with the journal, line by line.

    Raises:
        FileRefusedError: it can't be read, or is no results workbook.
        WorkbookError: there is no room for a workbook to compare with.
    """
    if not file.is_file():
        raise FileRefusedError(f"There is no file {file.name}.")
    run_id = run_named(file)
    record = journal.run(run_id)
    if record is None:
        return WorkbookChecked(file.name, run_id, (), foreign=True)
    ledger = ledger_of(journal, record)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "expected.xlsx"
        expected = write_results(ledger, place, overwrite=False, as_returned=False)
        found = list(islice(differences(expected, file), MOST_NAMED))
    found += list(islice(returned_differences(returned_workbook(ledger), file), MOST_NAMED))
    return WorkbookChecked(file.name, run_id, tuple(found))


def checked_lines(checked: WorkbookChecked) -> list[str]:
    """What a person is told."""
    if checked.foreign:
        words = "which this journal doesn't have; name the journal that does with --journal."
        return [f"{checked.file} is of the run {checked.run}, {words}"]
    if checked.agrees:
        return [f"{checked.file} says what the journal says of the run {checked.run}."]
    more = " or more" if len(checked.found) >= MOST_NAMED else ""
    count = f"{len(checked.found)}{more} differences"
    last = f"{checked.file} differs from the journal (run {checked.run}): {count}."
    again = f"`reconcile report {checked.run}` writes it again."
    return [*map(str, checked.found), f"{last} {again}"]


def checked_json(checked: WorkbookChecked) -> dict[str, object]:
    """The same for a program."""
    return {
        "file": checked.file,
        "run": checked.run,
        "agrees": checked.agrees,
        "foreign": checked.foreign,
        "differences": [difference._asdict() for difference in checked.found],
    }
