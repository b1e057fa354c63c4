"""The undo of a run as an .xlsx file: what it is in words, the export, and what is left alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from openpyxl import Workbook

from reconcile.domain.fields import ABOUT_UNDO, LEFT_ALONE
from reconcile.journal import RunRecord
from reconcile.results.report.tables import Block, Column, Kind, Summary, Table
from reconcile.results.workbook.cell_text import plain_line
from reconcile.results.workbook.grid import UNITS
from reconcile.results.workbook.style import Styles
from reconcile.results.workbook.summary_sheet import fill_summary
from reconcile.results.workbook.table_sheets import ROWS_PER_SHEET, create_sheets, spool_table
from reconcile.results.workbook.target_file import move_into_place, written_beside
from reconcile.results.workbook.xlsx_package import Spool, assemble
from reconcile.undo.export import NOT_KNOWN, ExportSheet
from reconcile.undo.plan import LeftAlone, NotKnown, not_known_words

__all__ = ["UndoTold", "write_undo"]

_WIDTHS = (14, 24, 18, 26, 14, 24, 26, 22)
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
class UndoTold:
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
    not_known: Sequence[NotKnown] = ()


def write_undo(
    told: UndoTold, export: ExportSheet, left: Sequence[LeftAlone], target: Path
) -> Path:
    """Writes the file under a temporary name and moves it into place.

    Args:
        told: what it is.
        export: the sheet that `reconcile run` reads. Every cell is text.
        left: what the export doesn't put back, each with the reason.
        target: its place. What stands there stays, and a free name beside it is taken.

    Returns:
        Where it really is.

    Raises:
        WorkbookError: the disk is full, or the folder can't be written.
    """
    with written_beside(target) as (file, temporary):
        _write(told, export, left, file, target.parent)
    return move_into_place(temporary, target, overwrite=False)


def _write(
    told: UndoTold, export: ExportSheet, left: Sequence[LeftAlone], file: IO[bytes], folder: Path
) -> None:
    book = Workbook(write_only=True)
    book.properties.title = plain_line(f"Undo of the run {told.run.id}")
    book.properties.creator = "reconcile"
    sheet = book.create_sheet(ABOUT_UNDO)
    styles = Styles(sheet)
    with ExitStack() as open_spools:
        spools = {ABOUT_UNDO: open_spools.enter_context(Spool(folder, UNITS))}
        fill_summary(_about(told, export, left), sheet, spools[ABOUT_UNDO], styles)
        tables = [_export(export), _left(left)]
        if told.not_known:
            tables.append(_not_known(told))
        for table in tables:
            rows = spool_table(table, styles, folder, ROWS_PER_SHEET, open_spools)
            spools |= create_sheets(book, rows)
        for spool in spools.values():
            spool.end()
        assemble(book, spools, file)


def _export(export: ExportSheet) -> Table:
    widths = (*_WIDTHS, *(14 for _ in export.header[len(_WIDTHS) :]))
    columns = [
        Column(name, Kind.ID, width) for name, width in zip(export.header, widths, strict=True)
    ]
    return Table(export.name, columns, export.rows)


def _left(left: Sequence[LeftAlone]) -> Table:
    # None of these names may be one of an export, also not where the config has its own.
    columns = (
        Column("The order", Kind.ID, 14),
        Column("The value", Kind.ID, 30),
        Column("The run wrote", Kind.ID, 24),
        Column("Before the run", Kind.ID, 24),
        Column("Stands there now", Kind.ID, 24),
        Column("Why it is left alone", Kind.TEXT, 48, wraps=True),
    )
    rows = (
        (str(each.order_id), each.value, each.wrote, each.former, each.now, each.why)
        for each in left
    )
    return Table(LEFT_ALONE, columns, rows, "Everything is put back.")


def _not_known(told: UndoTold) -> Table:
    columns = (
        Column("The order", Kind.ID, 14),
        Column("The value", Kind.ID, 30),
        Column("The run wrote", Kind.ID, 24),
        Column("The undo says", Kind.ID, 24),
    )
    rows = (
        (str(each.order_id), each.value, each.wrote, told.clear_word) for each in told.not_known
    )
    return Table(NOT_KNOWN, columns, rows)


def _about(told: UndoTold, export: ExportSheet, left: Sequence[LeftAlone]) -> Summary:
    run = told.run
    orders, values = _counted(told.orders, "order"), _counted(told.values, "value")
    guessed = not_known_words(len(told.not_known), told.clear_word, NOT_KNOWN)
    before = "what is known of the time before the run" if guessed else _BEFORE
    return Summary(
        f"Undo of the run {run.id}",
        f"The sheet {export.name} puts {values} of {orders} back to {before}. Nothing has been "
        f"sent: look at it first.{f' {guessed}' if guessed else ''}",
        "Then, with the name of this file for FILE:  reconcile check FILE  and  "
        f"reconcile run FILE{''.join(f' {hint}' for hint in told.hints)}",
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
                    ("This undo was made", told.at),
                    ("What stands there now", f"by the word of {told.word}"),
                ],
            ),
            Block("Left alone", list(_counts(left)) or [("0 values", "everything is put back")]),
            Block("Good to know", [(told.clear_word, _NULL), *_MIND]),
        ],
    )


def _counts(left: Sequence[LeftAlone]) -> Iterator[tuple[str, str]]:
    for reason, count in Counter(each.reason for each in left).most_common():
        yield _counted(count, "value"), str(reason)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
