"""Writes the results workbook of a run from the journal: after it, after reading back, again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.domain.errors import NothingSentError
from reconcile.domain.events import Event, Listener, silent
from reconcile.journal import Journal, RunReader, RunRecord
from reconcile.results.report.build import build_report
from reconcile.results.report.ledger import Ledger, Totals
from reconcile.results.workbook.target_file import prove_writable, refuse_ours
from reconcile.results.workbook.write import with_progress, write_workbook

__all__ = ["ledger_of", "rebuild_report", "target_in", "write_results"]


def ledger_of(journal: Journal, record: RunRecord) -> Ledger:
    """A run as the report sees it."""
    return Ledger(RunReader(journal, record))


def write_results(
    ledger: Ledger,
    target: Path,
    listener: Listener = silent,
    *,
    overwrite: bool,
    as_returned: bool = True,
) -> Path:
    """Writes the workbook of a run; returns where it is.

    Args:
        ledger: the run.
        target: its place; a free name beside it is taken if the place is locked.
        listener: hears how far a long one is.
        overwrite: what stands at the place may be replaced.
        as_returned: a user's workbook is given back inside it.

    Raises:
        WorkbookError: the place can't be written.
    """

    def writing(sheet: str, rows: int) -> None:
        listener(Event("writing", {"sheet": sheet, "rows": rows}))

    report = build_report(ledger)
    if not as_returned:
        report = replace(report, returned=None)
    return write_workbook(with_progress(report, writing), target, overwrite=overwrite)


def rebuild_report(
    journal: Journal,
    run_id: str | None,
    results: Path | None,
    keep: Sequence[Path],
    listener: Listener = silent,
) -> tuple[RunRecord, Path, Totals]:
    """Writes the workbook of a run again, from the journal alone; never over one of `keep`.

    Args:
        journal: of all runs.
        run_id: the run; None for the latest one.
        results: where the workbook goes; None for the place of the run.
        keep: files that must not be overwritten.
        listener: hears how far a long one is.

    Raises:
        NothingSentError: there is no such run.
        WorkbookError: the place can't be written.
    """
    record = journal.run(run_id)
    if record is None:
        named = f" {run_id}" if run_id else ""
        raise NothingSentError(f"The journal has no run{named}.")
    target = target_in(results, Path(record.target))
    if results is not None:
        refuse_ours(target, (*(Path(source.path) for source in record.sources), *keep))
    prove_writable(target)
    ledger = ledger_of(journal, record)
    workbook = write_results(ledger, target, listener, overwrite=results is not None)
    return record, workbook, ledger.totals


def target_in(results: Path | None, usual: Path) -> Path:
    """Where a file goes: the usual place, or the one that was asked for, which may be a folder."""
    if results is None:
        return usual
    return results / usual.name if results.is_dir() else results
