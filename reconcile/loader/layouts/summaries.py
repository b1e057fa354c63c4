"""Daily summaries and payouts: exports without a row per order, which can't drive this job.

Source: notes on exports (docs/exports.md), section Connectors. They are recognised and refused
with one sentence, so that nobody looks for a fault in the columns.
"""

import re
from collections.abc import Collection

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import normal_name
from reconcile.domain.model import Field
from reconcile.domain.text import trimmed
from reconcile.loader.layouts.columns import Reading
from reconcile.loader.readers import Cells, Head

__all__ = ["refuse_summary_header", "refuse_summary_rows"]

_HEADERS: tuple[tuple[str, ...], ...] = (
    ("Quantity", "Amount", "% of Sales", "Avg Price"),
    ("Payout ID", "Payout Date"),
    ("Payout Date", "Charges", "Refunds"),
    ("Settlement ID", "Deposit Date"),
    ("Date", "Orders", "Gross Sales", "Net Sales"),
)
"""Of each the names that stand together: sales summaries by product, payouts, settlements."""

_WORDS = re.compile(
    r"\b(?:daily|weekly|monthly)\s+(?:sales\s+)?(?:summary|totals?|sales)\b"
    r"|\bsales\s+summary\b|\bsummary\s+(?:for|of)\b|\bpay-?outs?\b|\bsettlements?\b",
    re.IGNORECASE,
)


def refuse_summary_header(head: Head, where: str) -> None:
    """Refuses a sheet by its header.

    Raises:
        FileRefusedError: it is a summary or payout.
    """
    for _, cells in head:
        there = {normal_name(cell) for cell in cells if cell}
        if any(there.issuperset(map(normal_name, names)) for names in _HEADERS):
            raise _refusal(where)


def refuse_summary_rows(
    reading: Reading, cells: Cells, ignored: Collection[int], where: str
) -> None:
    """Refuses an export whose every booking is a summary or payout by its memo.

    Where a booking has a number that says nothing of the kind, it is for the id map to know.

    Raises:
        FileRefusedError: it is a summary or payout.
    """
    fields = reading.header.fields
    if Field.ORDER_ID in fields:
        return
    names = [normal_name(name) for name in reading.header.names]
    memos = [
        cells.columns[at]
        for at, name in enumerate(names)
        if name in {normal_name(memo) for memo in reading.layout.memo}
    ]
    number = fields.get(Field.ORDER_NUMBER)
    count = len(cells.columns[0])
    numbers = [""] * count if number is None else cells.columns[number]
    rows = [row for row in range(reading.header.row + 1, count + 1) if row not in ignored]
    if rows and all(
        (not trimmed(numbers[row - 1]) or _WORDS.search(numbers[row - 1]))
        and any(_WORDS.search(memo[row - 1]) for memo in (*memos, numbers))
        for row in rows
    ):
        raise _refusal(where)


def _refusal(where: str) -> FileRefusedError:
    return FileRefusedError(
        f"{where} is a daily summary or payout: it has no row per order and can't drive this "
        "job. Export the invoices or sales receipts of the orders one by one."
    )
