"""What a results workbook tells of each order: the checkers read it as a person would."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

__all__ = ["Done", "Told", "Tried", "read_workbook"]


@dataclass(frozen=True, slots=True)
class Done:
    """A row of Successes: what was acknowledged."""

    outcome: str
    external_id: str
    status: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A row of Attempts."""

    order_id: int
    call: str
    status: int | None
    verdict: str
    answer: str


@dataclass(frozen=True, slots=True)
class Told:
    """A workbook: orders that are done, the outcomes of the others, every try."""

    done: Mapping[int, Done]
    failed: Mapping[int, str]
    tried: tuple[Tried, ...]

    def of(self, order_id: int, call: str) -> list[Tried]:
        """The tries of one call, in the order in which they began."""
        return [each for each in self.tried if (each.order_id, each.call) == (order_id, call)]


def read_workbook(path: Path) -> Told:
    """Reads the sheets Successes, Failures and Attempts by the names of their columns."""
    with closing(load_workbook(path, read_only=True)) as book:
        done = {
            int(row["Order ID"]): Done(
                str(row["Outcome"]), str(row["Order External ID"]), str(row["Status"] or "")
            )
            for row in _rows(book["Successes"])
        }
        failed = {int(row["Order ID"]): str(row["Outcome"]) for row in _rows(book["Failures"])}
        tried = tuple(
            Tried(
                int(row["Order ID"]),
                str(row["Call"]),
                row["Status"],
                str(row["Verdict"]),
                str(row["Answer"] or ""),
            )
            for row in _rows(book["Attempts"])
        )
    return Told(done, failed, tried)


def _rows(sheet: Any) -> Iterator[dict[str, Any]]:
    """The rows below the header that name an order."""
    header: tuple[Any, ...] | None = None
    for line in sheet.iter_rows(values_only=True):
        if header is None:
            header = line if "Order ID" in line else None
            continue
        row = dict(zip(header, line, strict=False))
        if str(row.get("Order ID") or "").isdigit():
            yield row
