"""The nouns: where a value stands, what is wrong with it, what is planned, how it ended.

Frozen values that know nothing but the standard library. The vocabulary of the whole
project is fixed here; docs/reference/glossary.md explains it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reconcile.domain.payload import OrderAccountingSyncRequest, StatusUpdate

__all__ = [
    "CallKind",
    "CellRef",
    "Comparison",
    "Field",
    "IgnoreRule",
    "Ignored",
    "Issue",
    "Notice",
    "OrderSync",
    "Outcome",
    "Plan",
    "Rejection",
    "RowRef",
    "SourceType",
    "column_letter",
]


class Field(StrEnum):
    """What a column can mean (rules, section 2). `reconcile.domain.fields` has the headers."""

    ORDER_ID = "order_id"
    ORDER_EXTERNAL_ID = "order_external_id"
    ITEM_ID = "item_id"
    ITEM_EXTERNAL_ID = "item_external_id"
    SUB_EXTERNAL_ID = "sub_external_id"
    SUB_QUANTITY = "sub_quantity"
    ACCOUNTING_SYNCED = "accounting_synced"
    ACCOUNTING_SYNC_ERROR = "accounting_sync_error"
    STATUS = "status"
    UPDATE_NOTE = "update_note"
    ORDER_NUMBER = "order_number"
    SKU = "sku"
    ITEM_QUANTITY = "item_quantity"


class SourceType(StrEnum):
    """What a cell was, where its text alone doesn't tell and a rule needs it."""

    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    FORMULA = "formula without a saved value"
    LONG_NUMBER = "number of more than 15 digits"
    PADDED_NUMBER = "number shown with leading zeros"
    TEXT_FORMULA = 'text written as ="..."'


class RowRef(NamedTuple):
    """A row, as a spreadsheet program shows it; prints as `acme.xlsx!Invoices:17`."""

    file: str
    sheet: str
    row: int

    def __str__(self) -> str:
        """The sheet is left out in text files, which have none."""
        return f"{self.file}!{self.sheet}:{self.row}" if self.sheet else f"{self.file}:{self.row}"


class CellRef(NamedTuple):
    """A cell, a row or a whole file; prints as `acme.xlsx!Invoices!C14`.

    `row` counts from 1 (0: the whole sheet or file); `column` counts from 0 (None: the
    whole row).
    """

    file: str
    sheet: str
    row: int
    column: int | None = None

    def __str__(self) -> str:
        """Cell, row or file, as far as it is known."""
        where = f"{self.file}!{self.sheet}" if self.sheet else self.file
        if self.column is None:
            return f"{where}:{self.row}" if self.row else where
        return f"{where}!{column_letter(self.column)}{self.row or ''}"


def column_letter(position: int) -> str:
    """The letters over a column: 0 is `A`, 26 is `AA`."""
    letters = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a cell, a row or an order. Its code is in `reconcile.domain.issues`."""

    code: str
    places: tuple[CellRef, ...]
    found: str
    detail: str = ""

    @property
    def place(self) -> CellRef:
        """The first place, which is where to start looking."""
        return self.places[0]


@dataclass(frozen=True, slots=True)
class Notice:
    """Told, and blocks nothing. `count` cells or rows, the first of them at `place`."""

    code: str
    place: CellRef
    found: str
    count: int = 1
    detail: str = ""


class IgnoreRule(StrEnum):
    """Why a row is no data (rules, section 1.5)."""

    BLANK = "blank"
    TITLE = "title"
    HEADER = "header"
    HEADER_AGAIN = "the header again"
    HEADING = "group heading"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    FOOTER = "footer"
    NO_IDS = "no ids"
    NOT_A_BOOKING = "not a booking"
    FILTERED = "filtered by only:"
    PILOT = "not in the pilot"


class CallKind(StrEnum):
    """The two endpoints."""

    SYNC = "accounting-sync"
    STATUS = "status"


class Outcome(StrEnum):
    """How a call or an order stands; the worst first, each with exactly one next action."""

    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    PENDING = "pending"
    REJECTED = "rejected"
    SYNCED = "synced"
    UNCHANGED = "unchanged"

    @property
    def done(self) -> bool:
        """Nothing is left to do for it."""
        return self in (Outcome.SYNCED, Outcome.UNCHANGED)

    @staticmethod
    def worst(outcomes: Sequence["Outcome"]) -> "Outcome":
        """The outcome of an order: that of its worst call. `outcomes` is not empty."""
        return min(outcomes, key=_WORST_FIRST.__getitem__)


_WORST_FIRST = {outcome: place for place, outcome in enumerate(Outcome)}


class Comparison(StrEnum):
    """What is known of an order's accounting sync from earlier runs of the account."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "unchanged"


@dataclass(frozen=True, slots=True)
class OrderSync:
    """The unit of work: one order, its call or calls, and the rows that they come from.

    At least one of `sync` and `status` is there, or `status_issues` says why the status
    that was asked for can't be sent.
    """

    order_id: int
    rows: tuple[RowRef, ...]
    sync: OrderAccountingSyncRequest | None = None
    status: StatusUpdate | None = None
    status_issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """Rows that won't be sent, with all their issues: one held order, or one row.

    `order_id` is None for a row that names no order.
    """

    order_id: int | None
    rows: tuple[RowRef, ...]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A row that is no data, with the name of the rule."""

    row: RowRef
    rule: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the files ask for; made without looking at anything but the files.

    Control totals: `rows_read` = rows of `orders` + rows of `rejections` + `ignored`.
    """

    orders: Sequence[OrderSync]
    rejections: tuple[Rejection, ...]
    ignored: tuple[Ignored, ...]
    notices: tuple[Notice, ...]
    rows_read: int
