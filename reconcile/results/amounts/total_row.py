"""Why the rows of an export may well not add up to its total row: what totals leave out.

Pure. A total often leaves out what is no booking, or takes it off; or it has something in it
that stands in a row of its own below the data, such as a tax. Each is tried, to the cent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from reconcile.domain.model import IgnoreRule, Notice, Outcome
from reconcile.journal.records import RowRecord
from reconcile.results.amounts.amount_text import CENT

__all__ = ["Extras", "Inconclusive", "counted_as", "inconclusive_files", "is_data", "tie_out"]

_NO_AMOUNT = frozenset(
    {IgnoreRule.BLANK, IgnoreRule.HEADER, IgnoreRule.HEADER_AGAIN, IgnoreRule.TITLE}
    | {IgnoreRule.SUBTOTAL, IgnoreRule.HEADING, IgnoreRule.FOOTER, IgnoreRule.TOTAL}
)
_DATA = (IgnoreRule.FILTERED, IgnoreRule.PILOT)

_MOST = 7
_HEADINGS = "rows with words and an amount among the data"


class Inconclusive(Enum):
    """Why a difference can't be judged."""

    MANY = "There are too many rows with words and amounts to say what the total counts."
    NO_WORDS = "The row of sums has no name, so it may be no total of the file."
    MOVED = "Some rows have an amount that can't be read, or may have moved."
    MERGED = "The file has merged cells, whose amount may count for several rows."
    HIDDEN = "The file has hidden or filtered rows, which its total may leave out."
    REPEATS = "Some amounts stand on several rows of an order, which the total may count once."
    ROUNDING = "It is no more than rounding may make in a file that holds amounts as shown."
    ALL_FILES = "The total is that of all files of this run."


_NOTICED = {"hidden-rows": Inconclusive.HIDDEN, "filled-down": Inconclusive.MERGED}


def inconclusive_files(notices: Iterable[Notice]) -> dict[str, Inconclusive]:
    """Files in which a difference can't be judged, by what was noticed of them."""
    return {each.place.file: _NOTICED[each.code] for each in notices if each.code in _NOTICED}


@dataclass(slots=True)
class Extras:
    """What a total may count or not: amounts by what they stand for.

    `groups` are rows of data that are ignored, which the sum of all rows has in it. `tail` are
    rows with words below the data, which it hasn't.
    """

    groups: dict[str, Decimal] = field(default_factory=dict)
    headings: Decimal = field(default_factory=Decimal)
    tail: list[tuple[Decimal, bool]] = field(default_factory=list)
    too_many: bool = False

    def add_group(self, name: str, amount: Decimal) -> None:
        """One more row of data that is ignored."""
        self.groups[name] = self.groups.get(name, Decimal()) + amount

    def add_words(self, amount: Decimal, *, subtotal: bool) -> None:
        """A row with words and an amount."""
        if len(self.tail) < _MOST:
            self.tail.append((amount, subtotal))
        else:
            self.too_many = True

    def end_of_tail(self) -> None:
        """Data follows, so that the rows before are no tail. Subtotals among them don't count."""
        if self.tail:
            self.headings += sum((a for a, subtotal in self.tail if not subtotal), Decimal())
            self.tail.clear()
            self.too_many = False

    def instead(self, groups: Mapping[str, Decimal]) -> "Extras":
        """The same with other sums of the groups."""
        return Extras(dict(groups), self.headings, self.tail, self.too_many)

    @property
    def most(self) -> Decimal:
        """How far all of it together may move a sum."""
        amounts = (*self.groups.values(), self.headings, *(amount for amount, _ in self.tail))
        return sum((2 * abs(amount) for amount in amounts), Decimal())


def is_data(row: RowRecord) -> bool:
    """Whether a row is of the file's data: judged, or left out because somebody said so."""
    return row.state != "ignored" or row.detail in _DATA


def counted_as(row: RowRecord, outcome: Outcome | None) -> str | None:
    """What the amount of a row is counted as; None if it has none of its own."""
    if row.state != "ignored":
        return str(outcome or Outcome.PENDING)
    return None if row.detail in _NO_AMOUNT else f"ignored: {row.detail}"


def tie_out(added: Decimal, total: Decimal, extras: Extras) -> str | Inconclusive | None:
    """What makes the sum of all rows the total: words, empty if nothing is needed.

    None if nothing does; a `Inconclusive` if there is too much to try.
    """
    found: dict[Decimal, tuple[str, ...]] = {added: ()}
    steps: list[tuple[str, Decimal, tuple[tuple[str, int], ...]]] = [
        (name, amount, (("leaves out", -1), ("takes off", -2)))
        for name, amount in extras.groups.items()
    ]
    steps += [
        (f"a row of {amount:,.2f} below the data", amount, (("adds", 1), ("takes off", -1)))
        for amount, _ in extras.tail
    ]
    if extras.headings:
        steps.append((_HEADINGS, extras.headings, (("adds", 1),)))
    if len(steps) > _MOST or extras.too_many:
        return Inconclusive.MANY
    for name, amount, ways in steps:
        for so_far, words in list(found.items()):
            for verb, times in ways:
                found.setdefault(so_far + times * amount, (*words, f"{verb} {name}"))
    tied = [words for reached, words in found.items() if abs(reached - total) < CENT]
    if not tied and abs(added + total) < CENT:
        tied.append(("has the other sign",))
    if not tied:
        return None
    shortest = min(tied, key=len)
    return f"The total {', '.join(shortest)}." if shortest else ""
