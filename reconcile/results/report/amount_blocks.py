"""What Summary says of amounts: their sums by outcome, and a difference in red. Pure."""

from collections.abc import Iterator

from reconcile.results.amounts.by_outcome import Amounts
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.tables import Block, Value

__all__ = ["amount_blocks", "difference_blocks"]


def difference_blocks(ledger: Ledger) -> Iterator[Block]:
    """The differences, in red."""
    lines = [(sentence,) for sentence in ledger.totals.amounts]
    if lines:
        yield Block("The amounts differ", lines, alarm=True)


def amount_blocks(ledger: Ledger) -> Iterator[Block]:
    """The sums of each export that has a column of amounts."""
    for amounts in ledger.amounts:
        yield Block(f"Amounts: {amounts.header}", list(_lines(amounts)))
        said = amounts.explained or amounts.doubt
        if said:
            yield Block("About this difference", [(said,)])


def _lines(amounts: Amounts) -> Iterator[tuple[Value, ...]]:
    once = "All orders of {}, each once" if amounts.each_order_once else "All rows of {}"
    yield once.format(amounts.source.file), float(amounts.added)
    for what, amount in amounts.by_outcome.items():
        yield f"  {what}", float(amount)
    if amounts.total is not None:
        yield "The total row of the file", float(amounts.total)
        yield "Difference", float(amounts.added - amounts.total)
