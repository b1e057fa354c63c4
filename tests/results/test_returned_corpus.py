"""Every Excel workbook of the corpus, given back and read again: the same cells, the same rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import Outcome, SourceType
from reconcile.journal import SourceRecord
from reconcile.loader import Export, LoadRules, load
from reconcile.results.returned.annotate import annotate
from reconcile.results.returned.row_marks import ReturnedWorkbook, RowMark
from reconcile.results.returned.user_workbook import CannotReturnError, open_original
from reconcile.results.workbook.style import Styles
from tests.builders import columns_of

CORPUS = Path(__file__).parent.parent / "exports"
OURS = ("Summary", "Successes", "Failures", "Rows", "Attempts")
UNUSUAL = 4
"""So many of the corpus openpyxl can't open, or lack the room: the Rows sheet is their copy."""


@dataclass(frozen=True, slots=True)
class Marked(ReturnedWorkbook):
    """An export of which every row of data was rejected."""

    export: Any = None

    def marks(self) -> Iterator[RowMark]:
        export: Export = self.export
        was: dict[int, dict[int, str]] = {}
        for (row, column), what in export.source_types.items():
            was.setdefault(row, {})[column] = what.value
        for row, cells in enumerate(zip(*columns_of(export), strict=True), 1):
            outcome = None if row in export.ignored else Outcome.REJECTED
            yield RowMark(row, outcome, "why", "=do", cells, was.get(row, {}), "Rows", row + 1)

    def faulty_cells(self) -> dict[tuple[int, int], str]:
        return {(self.export.header_row + 1, 0): "wrong"}


def read(path: Path) -> Export | None:
    try:
        return load(path, path.name, LoadRules(ids=True))
    except FileRefusedError:
        return None


def given_back(export: Export, to: Path) -> Path:
    """The data sheet alone, extended, as a workbook of its own."""
    source = SourceRecord(
        number=0,
        path=str(export.path),
        file=export.file,
        sheet=export.sheet,
        kind=export.kind,
        size=export.size,
        sha256=export.sha256,
        header_row=export.header_row,
        headers=export.headers,
        fields={},
        rows=export.rows,
    )
    ledger: Any = None
    returned = Marked(ledger, source, export=export)
    original = open_original(returned, OURS)
    annotate(original, returned, Styles(original.book.create_sheet("Summary", 0)))
    for name in original.book.sheetnames:
        if name != original.sheet.title:
            del original.book[name]
    original.book.save(to)
    return to


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_given_back_reads_as_before(tmp_path: Path) -> None:
    compared, refused = 0, []
    for path in sorted(CORPUS.rglob("*.xls[xm]")):
        export = read(path)
        if export is None or export.kind != "xlsx":
            continue
        try:
            again = read(given_back(export, tmp_path / "again.xlsx"))
        except CannotReturnError as error:
            refused.append(str(error))
            continue
        compared += 1
        assert again is not None, path
        assert again.headers == export.headers, path
        assert cells(again) == cells(export), path
        assert dict(again.ignored) == dict(export.ignored), path
    assert compared > 5 * len(refused), refused
    assert len(refused) <= UNUSUAL, refused


def cells(export: Export) -> list[list[str]]:
    """The text of each cell; where a formula has no value, the row is only known to be no good."""
    columns = [list(texts) for texts in columns_of(export)]
    for (row, column), was in export.source_types.items():
        if was in (SourceType.FORMULA, SourceType.ERROR):
            columns[column][row - 1] = ""
    return columns
