"""The amounts of an export by outcome, beside the total that the file itself says.

Pure, and careful: a column counts only if its header is an unmistakable word and every row of
data holds an amount that can be read in one way.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from reconcile.fields import normal_name
from reconcile.journal import RowRecord, SourceRecord
from reconcile.model import IgnoreRule, Outcome
from reconcile.results.ledger import Ledger
from reconcile.results.reasons import outcome_of
from reconcile.results.tables import Block, Value

__all__ = ["amount_blocks"]

_HEADERS = frozenset(
    map(
        normal_name,
        (
            *("Amount", "Total", "Total Amount", "Invoice Amount", "Invoice Total", "Line Amount"),
            *("Line Total", "Net Amount", "Gross Amount", "Order Total", "Amount (USD)"),
            *("Amount (EUR)", "Betrag", "Gesamtbetrag", "Nettobetrag", "Bruttobetrag", "Summe"),
        ),
    )
)
_MONEY = re.compile(r"[$€£¥\s\u00a0\u202f']|\b(?:USD|EUR|GBP|CHF|CAD|AUD)\b")
_POINT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,6})?|[0-9]+(?:\.[0-9]{1,17})?")
_COMMA = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{1,6})?|[0-9]+(?:,[0-9]{1,17})?")
_NO_AMOUNT = frozenset(
    {IgnoreRule.BLANK, IgnoreRule.HEADER, IgnoreRule.HEADER_AGAIN, IgnoreRule.TITLE}
    | {IgnoreRule.SUBTOTAL, IgnoreRule.HEADING, IgnoreRule.FOOTER, IgnoreRule.TOTAL}
)
_CENT = Decimal("0.01")

_Reading = Callable[[str], Decimal | None]


@dataclass(slots=True)
class _Sums:
    """The sums of a column, as they are read in one way; `sound` until a cell can't be."""

    read: _Reading
    sound: bool = True
    rows: int = 0
    by_outcome: dict[str, Decimal] = field(default_factory=dict)
    totals: list[Decimal] = field(default_factory=list)
    once: dict[int, Decimal | None] = field(default_factory=dict)

    def add(self, row: RowRecord, text: str, outcome: Outcome | None) -> None:
        amount = self.read(text)
        if row.state == "ignored":
            if row.detail == IgnoreRule.TOTAL and amount is not None:
                self.totals.append(amount)
            elif row.detail not in _NO_AMOUNT and amount is not None:
                self._count(f"ignored: {row.detail}", amount)
            return
        if amount is None:
            self.sound = False
            return
        self.rows += 1
        self._count(str(outcome or Outcome.PENDING), amount)
        if row.order_id is not None:
            known = self.once.setdefault(row.order_id, amount)
            self.once[row.order_id] = amount if known == amount else None

    def _count(self, what: str, amount: Decimal) -> None:
        self.by_outcome[what] = self.by_outcome.get(what, Decimal()) + amount

    @property
    def all_rows(self) -> Decimal:
        """The sum of every row."""
        return sum(self.by_outcome.values(), Decimal())

    def of_orders(self) -> Decimal | None:
        """The sum with each order once, if all rows of an order say the same."""
        amounts = list(self.once.values())
        if any(amount is None for amount in amounts):
            return None
        return sum((amount for amount in amounts if amount is not None), Decimal())


def amount_blocks(ledger: Ledger) -> Iterator[Block]:
    """The sums of each export that has a column of amounts; a difference in red."""
    for source in ledger.reader.run.sources:
        column = _amount_column(source)
        if column is None:
            continue
        sums = _summed(ledger, source, column)
        if sums is not None:
            yield from _told(source, source.headers[column], sums)


def _amount_column(source: SourceRecord) -> int | None:
    meant = set(source.fields.values())
    found = [
        at
        for at, header in enumerate(source.headers)
        if normal_name(header) in _HEADERS and at not in meant
    ]
    return found[0] if len(found) == 1 else None


def _summed(ledger: Ledger, source: SourceRecord, column: int) -> _Sums | None:
    """The sums, if the column can be read in one way only."""
    ways = [_Sums(_with_point), _Sums(_with_comma)]
    for row in ledger.reader.rows():
        if row.source == source.number:
            text = row.cells[column] if column < len(row.cells) else ""
            for way in ways:
                if way.sound and (text.strip() or row.state != "ignored"):
                    way.add(row, text, outcome_of(ledger, row))
            if not any(way.sound for way in ways):
                return None
    sound = [way for way in ways if way.sound and way.rows]
    same = len({(way.all_rows, tuple(way.totals)) for way in sound}) == 1
    return sound[0] if sound and same else None


def _told(source: SourceRecord, header: str, sums: _Sums) -> Iterator[Block]:
    total = sums.totals[0] if len(sums.totals) == 1 else None
    added = sums.all_rows
    once = sums.of_orders()
    differs = total is not None and abs(added - total) >= _CENT
    if differs and total is not None and once is not None and abs(once - total) < _CENT:
        return  # the amount of the order stands on each of its rows, and ties out
    lines: list[tuple[Value, ...]] = [
        (f"  {outcome}", float(amount)) for outcome, amount in sums.by_outcome.items()
    ]
    lines.insert(0, (f"All rows of {source.file}", float(added)))
    if total is not None:
        lines.append(("The total row of the file", float(total)))
        lines.append(("Difference", float(added - total)))
    yield Block(f"Amounts: {header}", lines)
    if differs and total is not None:
        yield Block("The amounts differ", [(_difference(source, added, total),)], alarm=True)


def _difference(source: SourceRecord, added: Decimal, total: Decimal) -> str:
    return (
        f"The total row of {source.file} says {total:,.2f}, and its rows add up to {added:,.2f}: "
        f"a difference of {added - total:,.2f}. Look whether rows are missing from the export, or "
        "were added to it, before you rely on it."
    )


def _with_point(text: str) -> Decimal | None:
    return _read(text, _POINT, ",", ".")


def _with_comma(text: str) -> Decimal | None:
    return _read(text, _COMMA, ".", ",")


def _read(text: str, shape: re.Pattern[str], group: str, point: str) -> Decimal | None:
    bare = _MONEY.sub("", text.strip())
    negative = bare.startswith(("-", "(")) or bare.endswith("-")
    digits = bare.strip("-()+")
    if shape.fullmatch(digits) is None:
        return None
    amount = Decimal(digits.replace(group, "").replace(point, "."))
    return -amount if negative else amount
