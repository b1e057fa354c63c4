"""From a file to an `Export`: a frame of exact text that knows where every cell stands.

The way: `kinds` finds the reader for the bytes, the reader gives sheets of text, `header`
finds the header, `structure` tells which rows are no data. Nothing here judges a value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import pandas as pd

from reconcile.cells import quoted
from reconcile.errors import FileRefusedError
from reconcile.fields import BEYOND_HEADER, FIELDS, SENT
from reconcile.loader.header import (
    Header,
    Wanted,
    find_header,
    known_columns,
    refuse_without_header,
)
from reconcile.loader.kinds import read_sheets
from reconcile.loader.readers import Cells, Sheet
from reconcile.loader.structure import ignored_rows
from reconcile.model import Field, Notice, Place, SourceRows, Was, column_letter

__all__ = ["Export", "LoadRules", "load"]

_PROVENANCE = ("file", "sheet", "row")
FAILURES = "Failures"
OUR_SHEETS = frozenset({"Summary", "Successes", FAILURES, "Rows", "Attempts"})
"""A workbook with all of these is one of our own results; its Failures are read (section 6)."""


@dataclass(frozen=True, slots=True)
class LoadRules:
    """What the config says about reading.

    `columns` are people's own names of fields; `only` limits a file to rows with these
    values; `sheet` chooses among several; `send_status` makes a status something to send.
    """

    columns: Mapping[Field, str] = field(default_factory=dict)
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sheet: str | None = None
    send_status: bool = False


@dataclass(frozen=True)
class Export:
    """One sheet of one file that an accounting system wrote.

    `frame` has a line for every row from 1 to the last filled one: the columns `file`,
    `sheet`, `row`, then one for each column of the header (its text; `Column A` for an empty
    one; `(2)` for a second of that name), all of dtype object, exact untrimmed text, `""`
    for an empty cell. The frame's index means nothing. `fields` says in which column (from
    0) a field stands; `was`, `surplus` and `ignored` are keyed by row number.
    """

    path: Path
    file: str
    sheet: str
    kind: str
    size: int
    sha256: str
    header_row: int
    headers: tuple[str, ...]
    fields: Mapping[Field, int]
    frame: pd.DataFrame
    was: Mapping[tuple[int, int], Was]
    surplus: Mapping[int, tuple[str, ...]]
    ignored: Mapping[int, str]
    notices: tuple[Notice, ...]

    @property
    def rows(self) -> int:
        """How many rows there are, the header and those without data included."""
        return len(self.frame)

    @cached_property
    def columns(self) -> list[list[str]]:
        """The text by column, without the columns of provenance."""
        return [self.frame.iloc[:, at].tolist() for at in range(3, self.frame.shape[1])]

    def source_rows(self) -> SourceRows:
        """The rows as the planner wants them: the columns that mean something, as lists."""
        field_of = {position: field for field, position in self.fields.items()}
        return SourceRows(
            file=self.file,
            sheet=self.sheet,
            numbers=range(1, self.rows + 1),
            columns={field: self.columns[position] for field, position in self.fields.items()},
            positions=self.fields,
            was={
                (row - 1, field_of[column]): what
                for (row, column), what in self.was.items()
                if column in field_of
            },
            surplus={row - 1: cells for row, cells in self.surplus.items()},
            ignored={row - 1: rule for row, rule in self.ignored.items()},
        )


def load(path: Path, file: str, rules: LoadRules) -> Export:
    """Reads one file.

    Args:
        path: where it is.
        file: what it is called in messages and results.
        rules: the config's say.

    Raises:
        FileRefusedError: it can't be read as an export; says why and what to do.
    """
    data = _bytes_of(path, file)
    kind, sheets = read_sheets(data, file, known_columns)
    wanted = Wanted(rules.columns, tuple(rules.only))
    sheet, header = _choose(sheets, wanted, rules.sheet, file)
    cells = sheet.cells(len(header.names))
    ignored = ignored_rows(header, cells, rules.only, send_status=rules.send_status)
    export = Export(
        path=path,
        file=file,
        sheet=sheet.name,
        kind=kind,
        size=len(data),
        sha256=sha256(data).hexdigest(),
        header_row=header.row,
        headers=header.names,
        fields=header.fields,
        frame=_frame(file, sheet.name, header.names, cells.columns),
        was=cells.was,
        surplus={**cells.surplus, **_beyond(header.names, cells)},
        ignored=ignored,
        notices=tuple(_notices(file, sheet, sheets, header, cells)),
    )
    _refuse_without_values(export, send_status=rules.send_status)
    return export


def _beyond(names: Sequence[str], cells: Cells) -> dict[int, tuple[str, ...]]:
    """Rows of our own workbook that may have moved: they stay so until the note is emptied."""
    if BEYOND_HEADER not in names:
        return {}
    column = cells.columns[names.index(BEYOND_HEADER)]
    return {
        row: (text,) for row, text in enumerate(column, start=1) if text and text != BEYOND_HEADER
    }


def _bytes_of(path: Path, file: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileRefusedError(f"There is no file {file}.") from error
    except IsADirectoryError as error:
        raise FileRefusedError(f"{file} is a folder; name the files in it.") from error
    except OSError as error:
        raise FileRefusedError(f"{file} can't be read: {error.strerror}.") from error


def _choose(
    sheets: Sequence[Sheet], wanted: Wanted, name: str | None, file: str
) -> tuple[Sheet, Header]:
    """The one sheet that is read, and its header."""
    visible = [sheet for sheet in sheets if sheet.visible]
    if name is None and {sheet.name for sheet in visible} >= OUR_SHEETS:
        name = FAILURES
    if name is not None and any(sheet.name for sheet in sheets):
        visible = [sheet for sheet in visible if sheet.name == name]
        if not visible:
            shown = ", ".join(quoted(sheet.name) for sheet in sheets if sheet.visible)
            raise FileRefusedError(
                f"{file} has no visible sheet {quoted(name)}; it has {shown or 'none'}."
            )
    found: list[tuple[Sheet, Header]] = []
    for sheet in visible:
        header = find_header(sheet.head(), wanted, _where(file, sheet))
        if header is not None:
            found.append((sheet, _trimmed_header(header, sheet)))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(quoted(sheet.name) for sheet, _ in found)
        raise FileRefusedError(
            f"{file} has several sheets with orders: {names}. Say which with --sheet, or "
            "`sheet:` in config.yaml."
        )
    if not visible:
        raise FileRefusedError(f"{file} has no visible sheet; hidden ones are not read.")
    fullest = max(visible, key=lambda sheet: len(sheet.head()))
    raise refuse_without_header(fullest.head(), wanted, _where(file, fullest))


def _trimmed_header(header: Header, sheet: Sheet) -> Header:
    """In a workbook the header ends with its last name; in a text file with its last cell."""
    if not sheet.name:
        return header
    width = max(at for at, name in enumerate(header.names) if name) + 1
    return Header(header.row, header.names[:width], header.fields, header.passed_over)


def _where(file: str, sheet: Sheet) -> str:
    return f"{file}!{sheet.name}" if sheet.name else file


def _frame(
    file: str, sheet: str, names: Sequence[str], columns: Sequence[Sequence[str]]
) -> pd.DataFrame:
    """Dtype object throughout, so that whether pyarrow is installed changes nothing."""
    rows = len(columns[0]) if columns else 0
    values: dict[str, pd.Series] = {
        "file": pd.Series([file] * rows, dtype=object),
        "sheet": pd.Series([sheet] * rows, dtype=object),
        "row": pd.Series(range(1, rows + 1), dtype="int64"),
    }
    for label, texts in zip(_labels(names), columns, strict=True):
        values[label] = pd.Series(texts, dtype=object)
    return pd.DataFrame(values)


def _labels(names: Sequence[str]) -> Iterator[str]:
    taken = set(_PROVENANCE)
    for position, name in enumerate(names):
        plain = name or f"Column {column_letter(position)}"
        label, number = plain, 1
        while label in taken:
            number += 1
            label = f"{plain} ({number})"
        taken.add(label)
        yield label


def _notices(
    file: str, sheet: Sheet, sheets: Sequence[Sheet], header: Header, cells: Cells
) -> Iterator[Notice]:
    for other in sheets:
        if not other.visible:
            yield Notice("hidden-sheet", Place(file, other.name, 0), quoted(other.name))
    if sheet.hidden_rows:
        yield Notice("hidden-rows", Place(file, sheet.name, 0), str(sheet.hidden_rows))
    if cells.filled_down and cells.first_filled_down:
        place = Place(file, sheet.name, *cells.first_filled_down)
        yield Notice("filled-down", place, str(cells.filled_down))
    for position, field_ in header.passed_over.items():
        place = Place(file, sheet.name, header.row, position)
        better = quoted(header.names[header.fields[field_]])
        yield Notice("column-passed-over", place, quoted(header.names[position]), detail=better)


def _refuse_without_values(export: Export, *, send_status: bool) -> None:
    """A file that names orders and has nothing to send for any of them (section 3)."""
    wanted = (*SENT, *((Field.STATUS,) if send_status else ()))
    there = [(field, export.fields[field]) for field in wanted if field in export.fields]
    data = [row for row in range(1, export.rows + 1) if row not in export.ignored]
    if not data or any(
        any(text.strip() for text in export.columns[position])
        and any(export.columns[position][row - 1].strip() for row in data)
        for _, position in there
    ):
        return
    if any((row, position) in export.was for row in data for _, position in there):
        return
    place = f"{export.file}!{export.sheet}" if export.sheet else export.file
    columns = ", ".join(FIELDS[field].header for field, _ in there)
    why = f"nothing stands under {columns}" if there else "it has no column with any"
    what = "Fill in, or add," if there else "Add"
    raise FileRefusedError(
        f"{place} names orders but no accounting ids: {why}. {what} a column such as "
        f"{quoted(FIELDS[Field.ORDER_EXTERNAL_ID].header)}."
    )
