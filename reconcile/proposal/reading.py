"""The rows of a file that may not be readable yet, as far as they can be told."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.config import Settings
from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import SENT, normal_name
from reconcile.domain.model import CellRef, Field
from reconcile.domain.text import trimmed
from reconcile.loader import Export, LoadRules, load
from reconcile.loader.header import Wanted, levels_of
from reconcile.loader.layouts import LAYOUTS, PLAIN, Layout
from reconcile.loader.layouts.columns import Reading, known_columns, layout_named
from reconcile.loader.layouts.rows import without_data
from reconcile.loader.layouts.summaries import refuse_summary_header, refuse_summary_rows
from reconcile.loader.layouts.words import judge_bookings
from reconcile.loader.readers import Head, Sheet
from reconcile.loader.recognition import read_sheets
from reconcile.loader.sheets import choose_sheet, named
from reconcile.loader.structure import ignored_rows

__all__ = ["Table", "table_of"]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows with data of a sheet, trimmed, by column, and what is known of its header."""

    sheet: str
    names: tuple[str, ...]
    columns: Sequence[Sequence[str]]
    fields: Mapping[Field, int]
    layout: Layout | None
    sheets: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    bookings: tuple[str, ...] = ()
    fault: str = ""

    def named_once(self) -> Iterator[tuple[int, str]]:
        """The columns that a setting can name."""
        plain = [normal_name(name) for name in self.names]
        times = Counter(plain)
        return (
            (at, name)
            for at, name in enumerate(self.names[: len(self.columns)])
            if plain[at] and times[plain[at]] == 1
        )


def table_of(path: Path, file: str, settings: Settings) -> Table:
    """The table as the loader reads it; where it refuses to, as it might be."""
    rules = LoadRules(
        settings.field_columns,
        sheet=settings.sheet,
        layout=settings.layout,
        ids=settings.ids is not None,
    )
    try:
        return _loaded(load(path, file, rules))
    except FileRefusedError as refusal:
        try:
            # A file that lacks nothing but an id map is understood all the same.
            return _loaded(load(path, file, replace(rules, ids=True)))
        except FileRefusedError:
            return _refused(path, file, settings, refusal)


def _loaded(export: Export) -> Table:
    data = [row for row in range(1, export.rows + 1) if row not in export.ignored]
    words = {
        trimmed(export.column(place.column)[place.row - 1]): None
        for issues in export.issues.values()
        for issue in issues
        if issue.code == "booking-unknown"
        for place in issue.places
        if place.column is not None
    }
    names = list(export.headers)
    for known, position in export.derived.items():
        within = f"{names[position]} (its last part)"
        names[export.fields[known]] = "(group headings)" if export.sku_in_headings else within
    return Table(
        export.sheet,
        tuple(names),
        [
            [trimmed(column[row - 1]) for row in data]
            for column in map(export.column, range(len(export.headers)))
        ],
        export.fields,
        export.layout,
        bookings=tuple(word for word in words if word),
    )


def _refused(path: Path, file: str, settings: Settings, refusal: FileRefusedError) -> Table:
    """The table of a file that can't be read as it is; raises if it is no export at all."""
    forced = layout_named(settings.layout)
    try:
        data = path.read_bytes()
    except OSError:
        raise refusal from None
    _, sheets = read_sheets(data, file, known_columns)
    in_text = [sheet for sheet in sheets if not sheet.name]
    visible = in_text or [
        sheet for sheet in sheets if sheet.visible and settings.sheet in (None, sheet.name)
    ]
    visible = [sheet for sheet in visible if sheet.head()]
    if not visible:
        raise refusal
    wanted = Wanted(settings.field_columns, ids=True)
    readings = [(sheet, _reading(sheet, wanted, forced, file)) for sheet in visible]
    found = [(sheet, reading) for sheet, reading in readings if reading is not None]
    if found:
        several = tuple(sheet.name for sheet, _ in found) if len(found) > 1 else ()
        table = _read(*found[0], file, refusal)
        return replace(table, sheets=several, fault="") if several else table
    if forced not in (None, PLAIN):
        raise refusal
    fullest = max(visible, key=lambda sheet: len(sheet.head()))
    refuse_summary_header(fullest.head(), named(file, fullest.name))
    guessed = _guessed(fullest, str(refusal))
    if sum(map(bool, guessed.names)) < 2:  # noqa: PLR2004  (a table has columns)
        raise refusal
    return guessed


def _reading(sheet: Sheet, wanted: Wanted, forced: Layout | None, file: str) -> Reading | None:
    try:
        return choose_sheet([sheet], wanted, None, forced, file)[1]
    except FileRefusedError:
        return None


def _read(sheet: Sheet, reading: Reading, file: str, refusal: FileRefusedError) -> Table:
    """The table of a sheet whose header is understood, and which lacks something else."""
    header = reading.header
    cells = sheet.cells(len(header.names))
    if reading.layout is PLAIN:
        ignored: dict[int, str] = ignored_rows(header, cells, {}, send_status=True, ids=True)
    else:
        ignored = without_data(reading, cells)
        ignored |= judge_bookings(reading, cells, ignored, (), CellRef(file, sheet.name, 0)).others
        refuse_summary_rows(reading, cells, ignored, named(file, sheet.name))
    count = len(cells.columns[0]) if cells.columns else 0
    data = [row for row in range(header.row + 1, count + 1) if row not in ignored]
    columns = [[trimmed(column[row - 1]) for row in data] for column in cells.columns]
    # A column without a value is none; the loader says so, unless it knows a better reason.
    empty = {
        known for known in SENT if known in header.fields and not any(columns[header.fields[known]])
    }
    fields = {known: at for known, at in header.fields.items() if known not in empty}
    table = Table(sheet.name, header.names, columns, fields, reading.layout)
    known_cause = reading.undecided or not any(known in fields for known in SENT)
    return table if known_cause else replace(table, fault=str(refusal))


def _guessed(sheet: Sheet, fault: str) -> Table:
    """The table below the row that looks most like a header."""
    head = sheet.head()
    row, cells = max(head, key=lambda each: (known_columns([each]), _count_of_names(each[1])))
    names = tuple(cell.strip() for cell in cells)
    columns = [
        [trimmed(text) for text in column[row:]] for column in sheet.cells(len(names)).columns
    ]
    fields, twice = {}, False
    for known, by_level in levels_of(names, Wanted({})).items():
        [position, *others] = by_level[min(by_level)]
        if others:
            twice = True
        else:
            fields[known] = position
    layouts = tuple(each.name for each in LAYOUTS if _recognises(each, head))
    fault = fault if twice or len(layouts) == 1 else ""
    return Table(sheet.name, names, columns, fields, None, layouts=layouts, fault=fault)


def _recognises(layout: Layout, head: Head) -> bool:
    return any(layout.recognises(cells) for _, cells in head)


def _count_of_names(cells: Sequence[str]) -> int:
    return sum(any(char.isalpha() for char in cell) for cell in cells)
