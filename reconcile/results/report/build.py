"""From a run to its report: plain tables, each line leading back to the rows it came from.

Pure. Rules, section 6.
"""

from reconcile.results.report.ledger import Ledger
from reconcile.results.report.order_sheets import attempts, successes
from reconcile.results.report.readback_sheets import online_tables
from reconcile.results.report.row_sheets import row_sheets
from reconcile.results.report.summary import summary
from reconcile.results.report.tables import Report
from reconcile.results.returned.row_marks import returned_workbook

__all__ = ["build_report"]


def build_report(ledger: Ledger) -> Report:
    """The report of a run; the rows of its tables are read while they are written."""
    failures, rows = row_sheets(ledger)
    tables = (successes(ledger), failures, rows, attempts(ledger), *online_tables(ledger))
    return Report(summary(ledger), tables, returned_workbook(ledger))
