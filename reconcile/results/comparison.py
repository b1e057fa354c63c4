"""Two results workbooks of one run side by side: every line that one has and the other lacks.

What a run found out is compared. What says the next step isn't, since later runs change it.
Lines are matched by what names them, so that a missing one doesn't shift the others.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.report_columns import ADDED
from reconcile.results.returned.row_marks import ReturnedWorkbook

__all__ = ["Difference", "differences", "returned_differences", "run_named"]

_KEYS: Final[Mapping[str, Sequence[str]]] = {
    "Successes": ("Order ID",),
    "Failures": ("Place",),
    "Rows": ("File", "Sheet", "Row"),
    "Attempts": ("Time", "Order ID", "Call", "Try"),
}
_CHANGES_LATER: Final = frozenset({"What to do", "Remarks"})
_SUMMARY: Final = ("Orders by outcome", "Control totals", "Files", "Run")
_LATER_LINE: Final = "of them planned by a later run"
_RUN: Final = re.compile(r"[0-9]{8}-[0-9]{6}-[a-z0-9]{3}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}")

_Line = dict[str, str]


class Difference(NamedTuple):
    """One thing that the workbook says and the journal doesn't, or the other way round."""

    sheet: str
    line: str
    column: str
    journal: str
    workbook: str

    def __str__(self) -> str:
        """In one sentence."""
        where = f"{self.sheet}, {self.line}" if self.line else self.sheet
        if not self.column:
            lacks = "the workbook" if self.journal else "the journal"
            return f"{where}: {lacks} has no such line."
        return (
            f"{where}, {self.column}: the journal says {self.journal or 'nothing'!r}, "
            f"the workbook {self.workbook or 'nothing'!r}."
        )


def run_named(file: Path) -> str:
    """The run that a results workbook is of.

    Raises:
        FileRefusedError: it is no results workbook.
    """
    with _opened(file) as book:
        lines = _blocks(book).get("Run", ())
    for line in lines:
        if line[0] == "Run" and len(line) > 1 and _RUN.fullmatch(line[1]):
            return line[1]
    raise FileRefusedError(f"{file.name} is no results workbook: its Summary names no run.")


def differences(expected: Path, found: Path) -> Iterator[Difference]:
    """What differs between the workbook that the journal makes and the one that was found.

    Raises:
        FileRefusedError: the found one can't be read.
    """
    with _opened(expected) as ours, _opened(found) as theirs:
        yield from _summary_differences(_blocks(ours), _blocks(theirs))
        for sheet, key in _KEYS.items():
            lines = _lines(ours, sheet, key), _lines(theirs, sheet, key)
            yield from _line_differences(sheet, *lines)


def returned_differences(returned: ReturnedWorkbook, found: Path) -> Iterator[Difference]:
    """What differs on the user's own sheet, if it is in the workbook: the outcome of each row."""
    source = returned.source
    if source is None:
        return
    with _opened(found) as book:
        title = _title_of(source.sheet, book)
        if title is None:
            return
        rows = [list(row) for row in book[title].iter_rows(values_only=True)]
    header = rows[source.header_row - 1] if len(rows) >= source.header_row else []
    starts = [at for at in range(len(header)) if tuple(header[at : at + 3]) == ADDED]
    if not starts:
        return
    column, ids = starts[-1], sorted(set(source.fields.values()))
    differing: list[Difference] = []
    ours: Counter[tuple[str, ...]] = Counter()
    theirs: Counter[tuple[str, ...]] = Counter()
    for mark in returned.marks():
        if mark.row == source.header_row:
            continue
        said = "" if mark.outcome is None else str(mark.outcome)
        row = [_text(cell) for cell in rows[mark.row - 1]] if mark.row <= len(rows) else []
        there = row[column] if column < len(row) else ""
        if said:
            ours[said, *(_text(mark.cells[at]).strip() for at in ids)] += 1
        if there:
            theirs[there, *(row[at].strip() for at in ids)] += 1
        if said != there:
            differing.append(Difference(title, f"row {mark.row}", ADDED[0], said, there))
    missing, surplus = ours - theirs, theirs - ours
    if missing.total() + surplus.total() < len(differing):  # somebody has sorted the rows
        differing = list(_by_ids(title, missing, surplus))
    yield from differing


def _by_ids(
    title: str, missing: Counter[tuple[str, ...]], surplus: Counter[tuple[str, ...]]
) -> Iterator[Difference]:
    """Rows that have another outcome, named by their ids."""
    others: dict[tuple[str, ...], list[str]] = {}
    for outcome, *ids in surplus.elements():
        others.setdefault(tuple(ids), []).append(outcome)
    for said, *ids in missing.elements():
        there = others.get(tuple(ids), [])
        named = f"the row {', '.join(filter(None, ids))}"
        yield Difference(title, named, ADDED[0], said, there.pop() if there else "")
    for same, rest in others.items():
        named = f"the row {', '.join(filter(None, same))}"
        yield from (Difference(title, named, ADDED[0], "", outcome) for outcome in rest)


def _title_of(sheet: str, book: Any) -> str | None:
    titles = [title for title in (sheet, f"{sheet} (yours)") if title in book.sheetnames]
    return titles[-1] if titles else None


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        with file.open("rb") as data:
            yield load_workbook(data, read_only=True, data_only=True)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, InvalidFileException) as error:
        raise FileRefusedError(f"{file.name} can't be read as an Excel workbook.") from error


def _blocks(book: Any) -> dict[str, list[list[str]]]:
    """The lines of Summary by heading, without empty cells."""
    blocks: dict[str, list[list[str]]] = {}
    if "Summary" not in book.sheetnames:
        return blocks
    lines: list[list[str]] = []
    for row in book["Summary"].iter_rows(values_only=True):
        line = [_text(value) for value in row if value is not None]
        if len(line) == 1 and line[0] in _SUMMARY:
            lines = blocks.setdefault(line[0], [])
        elif line:
            lines.append(line)
        else:
            lines = []
    return blocks


def _summary_differences(
    ours: Mapping[str, list[list[str]]], theirs: Mapping[str, list[list[str]]]
) -> Iterator[Difference]:
    for heading in _SUMMARY:
        expected = {line[0].strip(): line[1:] for line in ours.get(heading, ())}
        found = {line[0].strip(): line[1:] for line in theirs.get(heading, ())}
        for label in dict.fromkeys([*expected, *found]):
            if label.startswith(_LATER_LINE):
                continue
            said, there = expected.get(label), found.get(label)
            if said is None or there is None:
                place = f"{heading}: {label}"
                yield Difference("Summary", place, "", "there" * (there is None), "")
            elif said != there:
                yield Difference("Summary", heading, label, " | ".join(said), " | ".join(there))


def _lines(book: Any, name: str, key: Sequence[str]) -> Iterator[tuple[str, _Line]]:
    """The lines of a table, over all its sheets, each with what names it."""
    number = 1
    while (title := name if number == 1 else f"{name} ({number})") in book.sheetnames:
        rows = book[title].iter_rows(values_only=True)
        header = [_text(value) for value in next(rows, ())]
        for row in rows:
            line: _Line = {}
            for column, value in zip(header, row, strict=False):
                unlike = column if column not in line else f"{column} (again)"
                line[unlike] = _text(value)
            named = [line.get(column, "") for column in key]
            if any(named[1:] if len(named) > 1 else named) and set(key) <= set(header):
                yield ":".join(filter(None, named)), line
        number += 1


def _line_differences(
    sheet: str, ours: Iterator[tuple[str, _Line]], theirs: Iterator[tuple[str, _Line]]
) -> Iterator[Difference]:
    """Lines are matched by name; both sides go on together, so few of them wait for a match."""
    waiting: tuple[dict[str, list[_Line]], dict[str, list[_Line]]] = ({}, {})
    sides = [ours, theirs]
    while sides:
        for side in list(sides):
            at = 0 if side is ours else 1
            entry = next(side, None)
            if entry is None:
                sides.remove(side)
                continue
            name, line = entry
            others = waiting[1 - at].get(name)
            if others:
                pair = (line, others.pop(0)) if at == 0 else (others.pop(0), line)
                if not others:
                    del waiting[1 - at][name]
                yield from _cell_differences(sheet, name, *pair)
            else:
                waiting[at].setdefault(name, []).append(line)
    for name, missing in waiting[0].items():
        yield from (Difference(sheet, name, "", "there", "") for _ in missing)
    for name, surplus in waiting[1].items():
        yield from (Difference(sheet, name, "", "", "there") for _ in surplus)


def _cell_differences(sheet: str, name: str, ours: _Line, theirs: _Line) -> Iterator[Difference]:
    for column, said in ours.items():
        there = theirs.get(column, "")
        if said != there and column not in _CHANGES_LATER:
            yield Difference(sheet, name, column, said, there)


def _text(value: object) -> str:
    """A cell in one spelling, whatever program saved it; times in one zone."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int() | float():
            return f"{value:.15g}"
        case str() if _TIME.fullmatch(value):
            moment = datetime.strptime(value, "%Y-%m-%d %H:%M:%S %z")
            return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} +0000"
        case _:
            return str(value)
