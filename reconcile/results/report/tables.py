"""What a report is made of: plain tables, independent of any file format."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any, Generic, TypeVar

from reconcile.domain.model import Outcome, SourceType
from reconcile.results.returned.row_marks import ReturnedWorkbook

__all__ = [
    "Block",
    "Column",
    "Kind",
    "Link",
    "ReplayableRows",
    "Report",
    "ReportColumn",
    "SourceCell",
    "Summary",
    "Table",
    "Value",
    "table_of",
]

_Line = TypeVar("_Line")


class Kind(Enum):
    """How the values of a column are shown."""

    TEXT = "text"
    """Text from us or from outside; never a formula."""
    ID = "id"
    """Text that must stay text when somebody types over it."""
    NUMBER = "number"
    """A whole number, to the right."""
    SECONDS = "seconds"
    """A time span in seconds, two decimals."""
    TIME = "time"
    """A `datetime` with its offset, shown as local text such as `2026-11-21 09:30:05 +0100`."""
    OUTCOME = "outcome"
    """An `Outcome` (or its text), in its colour."""
    CELL = "cell"
    """A cell of the export as it was: text, or `SourceCell` where the text doesn't tell."""


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell of the export that was more than its text.

    It is written so that, dropped again uncorrected, it is rejected again for the same
    reason: a date as a date, a boolean as a boolean, a formula without a value as `#N/A`.
    """

    text: str
    was: SourceType


@dataclass(frozen=True, slots=True)
class Link:
    """A text or number that leads to a row of a source, if its workbook is given back."""

    shown: str | int
    source: int
    row: int


Value = str | int | float | datetime | Outcome | SourceCell | Link | None


@dataclass(frozen=True, slots=True)
class ReplayableRows:
    """Rows that can be gone through more than once: a function that begins anew."""

    begin: Callable[[], Iterator[Sequence[Value]]]

    def __iter__(self) -> Iterator[Sequence[Value]]:
        """From the first row."""
        return self.begin()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `width` in characters, `wraps` for sentences.

    `figures` that are written as text, such as amounts of the export, stand at the right.
    One that is `on_each_page` is repeated where a table takes several pages beside each other.
    """

    name: str
    kind: Kind = Kind.TEXT
    width: int = 14
    wraps: bool = False
    figures: bool = False
    on_each_page: bool = False


@dataclass(frozen=True, slots=True)
class ReportColumn(Column, Generic[_Line]):
    """A column declared together with how its value is got from what a line is about."""

    value: Callable[[_Line], Value] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: rows as wide as `columns`. `rows` is gone through once, and may be long."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]
    empty: str = "Nothing."
    """What is said in a table without rows."""


def table_of(
    name: str,
    columns: Sequence[ReportColumn[_Line]],
    lines: Callable[[], Iterable[_Line]],
    empty: str = "Nothing.",
) -> Table:
    """A table in which heading and value of a column come from the same declaration.

    Args:
        name: of the sheet.
        columns: in their order.
        lines: begins anew with what the lines are about, each time it is called.
        empty: what is said if there are none.
    """
    return Table(name, columns, ReplayableRows(partial(_rows, columns, lines)), empty)


def _rows(
    columns: Sequence[ReportColumn[Any]], lines: Callable[[], Iterable[Any]]
) -> Iterator[Sequence[Value]]:
    values = [column.value for column in columns]
    for line in lines():
        yield [value(line) for value in values]


@dataclass(frozen=True, slots=True)
class Block:
    """A small table on Summary: a heading, and lines of values. `alarm` shows it in red."""

    heading: str
    lines: Sequence[Sequence[Value]]
    columns: Sequence[str] = ()
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """The first sheet. `sentence` says how it ended in words an accountant uses.

    `outcomes` are orders by outcome, the worst first, zeros included: the chart shows them.
    """

    title: str
    sentence: str
    next_step: str
    outcomes: Sequence[tuple[Outcome, int, str]]
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the workbook says, and the user's own that is given back in it."""

    summary: Summary
    tables: Sequence[Table]
    returned: ReturnedWorkbook | None = None
