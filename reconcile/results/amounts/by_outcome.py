"""The amounts of an export by outcome, and whether they add up to its own total row.

Pure, and careful: a column counts only if its header is an unmistakable word and every row of
data holds an amount that can be read in one way. A difference is one only if nothing else
explains it; what may explain it is said.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from reconcile.domain.fields import normal_name
from reconcile.domain.model import IgnoreRule, Outcome
from reconcile.journal.records import RowRecord, SourceRecord
from reconcile.results.amounts.amount_text import (
    CENT,
    AmountParser,
    currency_of,
    with_comma,
    with_point,
)
from reconcile.results.amounts.repeated_amounts import Repeats, repeats_of
from reconcile.results.amounts.total_row import Extras, Inconclusive, counted_as, is_data, tie_out

__all__ = ["Amounts", "amounts_of"]

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
_CURRENCIES = frozenset(
    map(normal_name, ("Currency", "Currency Code", "CurrencyCode", "Währung", "Waehrung"))
)
_WORDS = (IgnoreRule.HEADING, IgnoreRule.SUBTOTAL, IgnoreRule.FOOTER)
_AS_SHOWN = ("text", "html")
_HALF = Decimal("0.5")

Outcomes = Callable[[RowRecord], Outcome | None]


@dataclass(frozen=True, slots=True)
class Amounts:
    """The sums of one column of one export.

    `each_order_once` says that an amount of the order stands on each of its rows, and was
    counted once. `explained` says what of the rows the total leaves out. `doubt` says why a
    difference can't be judged.
    """

    source: SourceRecord
    header: str
    by_outcome: Mapping[str, Decimal]
    total: Decimal | None = None
    each_order_once: bool = False
    explained: str = ""
    doubt: str = ""

    @property
    def added(self) -> Decimal:
        """The sum of every row."""
        return sum(self.by_outcome.values(), Decimal())

    @property
    def differ(self) -> bool:
        """Whether the rows surely don't add up to the total row."""
        if self.total is None or self.explained or self.doubt:
            return False
        return abs(self.added - self.total) >= CENT

    @property
    def sentence(self) -> str:
        """The difference, and what to do about it."""
        total = self.total or Decimal()
        return (
            f"The total row of {self.source.file} says {total:,.2f}, and its rows add up to "
            f"{self.added:,.2f}: a difference of {self.added - total:,.2f}. Look whether rows are "
            "missing from the export, or were added to it, before you rely on it."
        )


@dataclass(slots=True)
class _Sums:
    """The sums of a column, as they are read in one way; `sound` until a cell can't be."""

    read: AmountParser
    sound: bool = True
    rows: int = 0
    filled: int = 0
    decimals: int = 0
    last: int = 0
    between: bool = False
    moved: bool = False
    by_outcome: dict[str, Decimal] = field(default_factory=dict)
    totals: list[tuple[Decimal, int, bool]] = field(default_factory=list)
    extras: Extras = field(default_factory=Extras)
    currencies: set[str] = field(default_factory=set)

    def add(self, row: RowRecord, at: int, outcome: Outcome | None) -> None:
        amount, what = _read(self.read, row, at), counted_as(row, outcome)
        text = _text(row, at)
        if what is not None and is_data(row):
            self._add_data(row, text, amount, what)
        elif amount is None:
            self.moved |= what is not None and bool(text)
        elif what is not None:
            self._count(what, amount)
            self.extras.add_group(what, amount)
        elif row.detail == IgnoreRule.TOTAL:
            self.totals.append((amount, self.last, any(map(_is_word, row.cells))))
        elif row.detail in _WORDS:
            self.extras.add_words(amount, subtotal=row.detail == IgnoreRule.SUBTOTAL)

    def _add_data(self, row: RowRecord, text: str, amount: Decimal | None, what: str) -> None:
        if amount is None:
            self.sound = False
            return
        self.between |= bool(self.totals) and self.totals[-1][1] > 0
        self.moved |= bool(row.surplus)
        self.last = row.row
        self.rows += 1
        self.decimals = max(self.decimals, -int(amount.as_tuple().exponent))
        if text:
            self.filled += 1
            self.currencies.add(currency_of(text))
        self.extras.end_of_tail()
        self._count(what, amount)

    def _count(self, what: str, amount: Decimal) -> None:
        self.by_outcome[what] = self.by_outcome.get(what, Decimal()) + amount

    @property
    def total(self) -> tuple[Decimal, int, bool] | None:
        """The one total row: its amount, the data row before it, and whether it has words."""
        return self.totals[0] if len(self.totals) == 1 and not self.between else None

    @property
    def added(self) -> Decimal:
        return sum(self.by_outcome.values(), Decimal())


def amounts_of(
    sources: Sequence[SourceRecord],
    rows: Callable[[], Iterable[RowRecord]],
    outcome: Outcomes,
    doubts: Mapping[str, Inconclusive] = MappingProxyType({}),
) -> tuple[Amounts, ...]:
    """The sums of each export that has a column of amounts.

    Args:
        sources: The exports.
        rows: Goes through their rows, anew each time it is called.
        outcome: How a row stands.
        doubts: Files that have something for which a difference in them may be none.
    """
    found_at = {source.number: _amount_column(source) for source in sources}
    columns = {number: at for number, at in found_at.items() if at is not None}
    if not columns:
        return ()
    ways = {number: (_Sums(with_point), _Sums(with_comma)) for number in columns}
    currencies: dict[int, set[str]] = {number: set() for number in columns}
    where = {number: _currency_column(sources[number]) for number in columns}
    for row in rows():
        at = columns.get(row.source)
        if at is None:
            continue
        currency_at = where[row.source]
        if currency_at is not None and row.state != "ignored" and currency_at < len(row.cells):
            currencies[row.source].add(row.cells[currency_at].strip())
        how = outcome(row)
        for way in ways[row.source]:
            if way.sound:
                way.add(row, at, how)
    found = []
    for number, at in columns.items():
        sums = _one_way(ways[number])
        if sums is not None and len(sums.currencies) == 1 and len(currencies[number]) <= 1:
            column = _Column(sources[number], at, sums, rows, outcome)
            found.append(_judged(column, doubts.get(column.source.file)))
    return tuple(_over_all_files(found))


@dataclass(frozen=True, slots=True)
class _Column:
    source: SourceRecord
    at: int
    sums: _Sums
    rows: Callable[[], Iterable[RowRecord]]
    outcome: Outcomes

    def repeats(self) -> Repeats:
        """What stands on several rows of an order; goes through the rows once more."""
        mine = (row for row in self.rows() if row.source == self.source.number)
        return repeats_of(self.source, self.at, mine, self.sums.read, self.outcome)


def _judged(column: _Column, beside: Inconclusive | None) -> Amounts:
    source, sums = column.source, column.sums
    header = source.headers[column.at]
    if sums.total is None:
        return Amounts(source, header, sums.by_outcome)
    total, _, has_words = sums.total
    added = Amounts(source, header, sums.by_outcome, total)
    if not added.differ:
        return added
    explained = tie_out(sums.added, total, sums.extras)
    if isinstance(explained, str):
        return Amounts(source, header, sums.by_outcome, total, explained=explained)
    repeats = column.repeats()
    if repeats.any:
        once = tie_out(repeats.added, total, sums.extras.instead(repeats.groups))
        if isinstance(once, str):
            return Amounts(
                source, header, repeats.by_outcome, total, each_order_once=True, explained=once
            )
    possible = (
        explained,
        Inconclusive.NO_WORDS if not has_words else None,
        Inconclusive.MOVED if sums.moved else None,
        beside,
        Inconclusive.REPEATS if repeats.may_explain(sums.added, total, sums.extras.most) else None,
        Inconclusive.ROUNDING if abs(sums.added - total) <= _rounding(source, sums) else None,
    )
    doubt = next((doubt.value for doubt in possible if doubt is not None), "")
    return Amounts(source, header, sums.by_outcome, total, doubt=doubt)


def _rounding(source: SourceRecord, sums: _Sums) -> Decimal:
    """What rounding may make of a text file, whose amounts are as they were shown."""
    if source.kind not in _AS_SHOWN or sums.decimals not in (0, 2):
        return Decimal()
    unit = CENT if sums.decimals else Decimal(1)
    return min(unit * _HALF * (sums.rows + 1), (10 if sums.decimals == 0 else 100) * unit)


def _over_all_files(found: Sequence[Amounts]) -> Iterator[Amounts]:
    """An export in several files may have the total of all at the end of the last."""
    for each in found:
        alike = [other for other in found if other.header == each.header]
        added = sum((other.added for other in alike), Decimal())
        if each.differ and len(alike) > 1 and abs(added - (each.total or 0)) < CENT:
            yield Amounts(
                each.source,
                each.header,
                each.by_outcome,
                each.total,
                doubt=Inconclusive.ALL_FILES.value,
            )
        else:
            yield each


def _amount_column(source: SourceRecord) -> int | None:
    meant = set(source.fields.values())
    found = [
        at
        for at, header in enumerate(source.headers)
        if normal_name(header) in _HEADERS and at not in meant
    ]
    return found[0] if len(found) == 1 else None


def _currency_column(source: SourceRecord) -> int | None:
    names = [normal_name(header) for header in source.headers]
    return next((at for at, name in enumerate(names) if name in _CURRENCIES), None)


def _one_way(ways: Sequence[_Sums]) -> _Sums | None:
    """The sums, if the column can be read in one way only."""
    sound = [way for way in ways if way.sound and way.filled]
    same = len({(way.added, tuple(way.totals)) for way in sound}) == 1
    return sound[0] if sound and same else None


def _text(row: RowRecord, at: int) -> str:
    return row.cells[at].strip() if at < len(row.cells) else ""


def _read(read: AmountParser, row: RowRecord, at: int) -> Decimal | None:
    """The amount of a row of data; an empty cell is none, unless a formula stands in it."""
    text = _text(row, at)
    return Decimal() if not text and is_data(row) and at not in row.was else read(text)


def _is_word(text: str) -> bool:
    return any(map(str.isalpha, text))
