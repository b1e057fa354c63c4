"""The undo of a run as an .xlsx file: what it is in words, the export, and what is left alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from reconcile.domain.fields import ABOUT_UNDO, LEFT_ALONE
from reconcile.journal import RunRecord
from reconcile.results.report.tables import Block, Kind, ReportColumn, Summary, Table, table_of
from reconcile.results.workbook.write import write_tables
from reconcile.undo.export import NOT_KNOWN, ExportSheet
from reconcile.undo.plan import LeftAlone, UnknownBefore, not_known_words

__all__ = ["UndoSummary", "write_undo"]

_NULL = (
    "means that nothing stood there: null is sent. Flxpoint doesn't document that null clears a "
    "value. Try one order first (--limit 1), and look."
)
_BEFORE = "what stood there before the run"
_TAKE_OUT = (
    "Take out what should stay: blank its cell in the export, or take out its row. Under "
    "Accounting Synced say yes or no instead, since a blank may send yes."
)
_MIND = (
    (
        "Blank cells",
        (
            "leave what stands in Flxpoint. Accounting Synced is said wherever it is known, since "
            "otherwise yes might be sent."
        ),
    ),
    ("Rows you take out", "are not undone. All cells are text; leave them so."),
)


@dataclass(frozen=True, slots=True)
class UndoSummary:
    """What the first sheet says: of which run, when, by whose word, and what to mind.

    `values` and `orders` are put back; `hints` are options that `run` needs. `not_known` are
    values that the file clears though nobody knows what stood there before.
    """

    run: RunRecord
    at: datetime
    word: str
    orders: int
    values: int
    clear_word: str
    hints: Sequence[str] = ()
    not_known: Sequence[UnknownBefore] = ()


def write_undo(
    undo: UndoSummary, export: ExportSheet, left: Sequence[LeftAlone], target: Path
) -> Path:
    """Writes the file under a temporary name and moves it into place.

    Args:
        undo: what it is.
        export: the sheet that `reconcile run` reads. Every cell is text.
        left: what the export doesn't put back, each with the reason.
        target: its place. What stands there stays, and a free name beside it is taken.

    Returns:
        Where it really is.

    Raises:
        WorkbookError: the disk is full, or the folder can't be written.
    """
    about = _about(undo, export, left)
    return write_tables(ABOUT_UNDO, about, _tables(undo, export, left), target)


def _tables(undo: UndoSummary, export: ExportSheet, left: Sequence[LeftAlone]) -> Iterator[Table]:
    yield table_of(export.name, export.columns, lambda: export.rows)
    yield table_of(LEFT_ALONE, _LEFT_ALONE, lambda: left, "Everything is put back.")
    if undo.not_known:
        said: ReportColumn[UnknownBefore] = ReportColumn(
            "The undo says", Kind.ID, 24, value=lambda _: undo.clear_word
        )
        yield table_of(NOT_KNOWN, (*_NOT_KNOWN, said), lambda: undo.not_known)


# None of these names may be one of an export, also not where the config has its own.
_LEFT_ALONE: Final[Sequence[ReportColumn[LeftAlone]]] = (
    ReportColumn("The order", Kind.ID, 14, value=lambda each: str(each.order_id)),
    ReportColumn("The value", Kind.ID, 30, value=lambda each: each.value),
    ReportColumn("The run wrote", Kind.ID, 24, value=lambda each: each.wrote),
    ReportColumn("Before the run", Kind.ID, 24, value=lambda each: each.previous),
    ReportColumn("Stands there now", Kind.ID, 24, value=lambda each: each.now),
    ReportColumn("Why it is left alone", Kind.TEXT, 48, wraps=True, value=lambda each: each.why),
)
_NOT_KNOWN: Final[Sequence[ReportColumn[UnknownBefore]]] = (
    ReportColumn("The order", Kind.ID, 14, value=lambda each: str(each.order_id)),
    ReportColumn("The value", Kind.ID, 30, value=lambda each: each.value),
    ReportColumn("The run wrote", Kind.ID, 24, value=lambda each: each.wrote),
)


def _about(undo: UndoSummary, export: ExportSheet, left: Sequence[LeftAlone]) -> Summary:
    run = undo.run
    orders, values = _counted(undo.orders, "order"), _counted(undo.values, "value")
    guessed = not_known_words(len(undo.not_known), undo.clear_word, NOT_KNOWN)
    before = "what is known of the time before the run" if guessed else _BEFORE
    return Summary(
        f"Undo of the run {run.id}",
        f"The sheet {export.name} puts {values} of {orders} back to {before}. Nothing has been "
        f"sent: look at it first.{f' {guessed}' if guessed else ''}",
        "Then, with the name of this file for FILE:  reconcile check FILE  and  "
        f"reconcile run FILE{''.join(f' {hint}' for hint in undo.hints)}",
        (),
        [
            *([Block("Mind", [(NOT_KNOWN, f"{guessed} {_TAKE_OUT}")], alarm=True)] * bool(guessed)),
            Block(
                "What it is",
                [
                    ("Run", run.id),
                    ("Begun", run.created_at),
                    ("Account", run.account_name or run.account),
                    ("Files", ", ".join(source.file for source in run.sources)),
                    ("This undo was made", undo.at),
                    ("What stands there now", f"by the word of {undo.word}"),
                ],
            ),
            Block("Left alone", list(_counts(left)) or [("0 values", "everything is put back")]),
            Block("Good to know", [(undo.clear_word, _NULL), *_MIND]),
        ],
    )


def _counts(left: Sequence[LeftAlone]) -> Iterator[tuple[str, str]]:
    for reason, count in Counter(each.reason for each in left).most_common():
        yield _counted(count, "value"), str(reason)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
