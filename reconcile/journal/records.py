"""What goes into the journal and what comes out: plain values, no SQL."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from reconcile.domain.model import CallKind, Comparison, Issue, Notice, Outcome
from reconcile.flxpoint.answers import OrderItem
from reconcile.journal.call_states import CallState, outcome_of

__all__ = [
    "NEVER_SENT",
    "AcknowledgedSync",
    "AttemptEnd",
    "AttemptRecord",
    "CallRecord",
    "ItemsKnown",
    "LastAcknowledgedRun",
    "MessageRecord",
    "Moment",
    "NewRun",
    "OrderReading",
    "OrderRecord",
    "OrderWithoutItems",
    "PullState",
    "RowRecord",
    "RunOverview",
    "RunRecord",
    "Setback",
    "SourceRecord",
    "UncoveredOrder",
]


NEVER_SENT = "never sent"
"""The `exchange` of a try that did not leave this machine."""


class Setback(IntEnum):
    """What kept a call from its end in this run; on resume the higher ones come last."""

    NONE = 0
    GIVEN_UP = 1
    MET_THE_STOP = 2


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One sheet of one file of a run.

    `headers` are the texts of the header row by column; `fields` says which of them mean
    something (field name to column, from 0). `rows` counts from row 1 to the last filled one.
    """

    number: int
    path: str
    file: str
    sheet: str
    kind: str
    size: int
    sha256: str
    header_row: int
    headers: tuple[str, ...]
    fields: Mapping[str, int]
    rows: int


class RowRecord(NamedTuple):
    """One row and the state in which it ended.

    `state` is `used`, `rejected`, `held` (rejected, but sound itself) or `ignored`; `detail`
    is the rule, or the row that it is held with. `was` says of cells (column from 0) what
    their text doesn't tell; `surplus` are cells beyond the header.
    """

    source: int
    row: int
    state: str
    order_id: int | None
    detail: str
    cells: Sequence[str]
    was: Mapping[int, str]
    surplus: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewRun:
    """What is known of a run when it begins. `settings` is the config used, without secrets.

    `workbook` is where the results belong; a `pilot` plans only some orders of its files.
    """

    id: str
    version: str
    created_at: datetime
    base_url: str
    account: str
    account_name: str
    command: str
    settings: Mapping[str, Any]
    workbook: str
    pilot: bool = False


@dataclass(frozen=True, slots=True)
class RunRecord(NewRun):
    """A run as the journal has it. `ended_at` and `exit_code` are None while it goes on.

    `workbook` is where the results are, `target` where they belong: another file may have
    stood there.
    """

    ended_at: datetime | None = None
    exit_code: int | None = None
    reason: str = ""
    sources: tuple[SourceRecord, ...] = ()
    target: str = ""
    abandoned: bool = False


@dataclass(frozen=True, slots=True)
class RunOverview:
    """A run in a list of runs.

    `calls` counts its calls by outcome, `rejected` its orders that were held back; `left` is
    how many orders `resume` would send. One that is not `complete` was cut short while its
    plan was written, and nothing was sent.
    """

    run: RunRecord
    complete: bool
    calls: Counter[Outcome]
    rejected: int
    left: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """One order of a run, planned or held back, and its rows as (source, row)."""

    order_id: int
    rows: tuple[tuple[int, int], ...]
    rejected: bool


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """An issue or notice of a run; `order_id` is None where no order is named."""

    order_id: int | None
    message: Issue | Notice


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of a run: what is to be sent, and how it stands."""

    order_id: int
    kind: CallKind
    content: str
    fingerprint: str
    comparison: Comparison
    previous: str | None
    state: CallState
    note: str
    tries: int

    @property
    def outcome(self) -> Outcome:
        """How the call stands, in the words of the workbook."""
        return outcome_of(self.state)


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """What came of a try. `seconds` from sending to the answer; `status` None without one.

    `exchange` is `reply`, `no reply` or `never sent`; `verdict` what it means for us;
    `answer` the shortened first line of what came; `headers` those worth keeping.
    """

    ended_at: datetime
    seconds: float
    exchange: str
    status: int | None
    verdict: str
    answer: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One numbered try of one call; `end` is None if it was begun and never ended."""

    order_id: int
    kind: CallKind
    number: int
    began_at: datetime
    content: str
    fingerprint: str
    end: AttemptEnd | None


class ItemsKnown(StrEnum):
    """What the local id map has of the items of an order."""

    NOT_ASKED = "not asked"
    BY_ID = "by id"
    NOT_SAID = "not told"


class OrderWithoutItems(NamedTuple):
    """An order whose item ids were never asked for; `lines` are its items without ids."""

    order_id: int
    lines: tuple[OrderItem, ...] | None


@dataclass(frozen=True, slots=True)
class PullState:
    """How far the local id map of an account goes.

    `page` is the next one of a pull that goes on, which asks for what was updated after
    `since` (None: for everything) and began at `began_at`; None if none does. Everything
    updated before `complete_to` is known. `reported_fields` are the accounting fields that answers
    have; `asked` says whether any answer was looked at for them.
    """

    since: str | None = None
    page: int | None = None
    began_at: datetime | None = None
    complete_to: datetime | None = None
    reported_fields: frozenset[str] = frozenset()
    asked: bool = False

    def with_reported_fields(self, fields: frozenset[str]) -> "PullState":
        """The same, with what the answers now known have."""
        return replace(self, reported_fields=self.reported_fields | fields, asked=True)


class Moment(StrEnum):
    """When an order was read."""

    BEFORE = "before"
    AFTER = "after"


class OrderReading(NamedTuple):
    """What an order held when it was read, in the shape of the request; None: no such order.

    One that isn't `readable` was an answer that is no order, and says nothing. `reported_fields`
    are the accounting fields that answers were known to have then.
    """

    order_id: int
    at: datetime
    state: Mapping[str, Any] | None
    status: str = ""
    readable: bool = True
    reported_fields: frozenset[str] = frozenset()


class UncoveredOrder(NamedTuple):
    """An order of the period of a run that has no accounting id and is in none of its files."""

    order_id: int
    number: str
    reference: str
    status: str
    ordered_at: str


class AcknowledgedSync(NamedTuple):
    """An accounting sync that Flxpoint acknowledged: its run, its JSON, and when."""

    run_id: str
    content: str
    at: str


class LastAcknowledgedRun(NamedTuple):
    """Which run's accounting sync of an order was acknowledged last.

    `disturbed`: something was sent for the order after that, and it isn't known what it did.
    """

    run_id: str
    disturbed: bool
