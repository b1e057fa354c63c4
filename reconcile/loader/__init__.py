"""From a file to an `Export`: a frame of exact text that knows where every cell stands.

The kind of file is known by its content (`readers`), the kind of export by its header (`layouts`).
Header, titles, totals and other rows that are no data are told apart. Nothing here judges a value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import BEYOND_HEADER, FIELDS, SENT
from reconcile.domain.model import (
    CellRef,
    Field,
    Notice,
)
from reconcile.domain.text import quoted
from reconcile.loader.export import Export, frame_of
from reconcile.loader.failures_as_text import with_previous_types
from reconcile.loader.header import Header, Wanted
from reconcile.loader.layouts import PLAIN
from reconcile.loader.layouts.columns import Reading, known_columns, layout_named
from reconcile.loader.layouts.headings import derived_skus, under_no_heading
from reconcile.loader.layouts.rows import without_data
from reconcile.loader.layouts.summaries import refuse_summary_rows
from reconcile.loader.layouts.words import Documents, bodies_of, documents_of, judge_bookings
from reconcile.loader.readers import Cells, Sheet
from reconcile.loader.recognition import read_sheets
from reconcile.loader.sheets import (
    FAILURES,
    OUR_SHEETS,
    choose_sheet,
    is_results,
    named,
    refuse_without_ids,
)
from reconcile.loader.structure import filter_rows, ignored_rows

__all__ = ["OUR_SHEETS", "Export", "LoadRules", "load"]


@dataclass(frozen=True, slots=True)
class LoadRules:
    """What the config says about reading.

    `columns` are people's own names of fields; `only` limits a file to rows with these
    values; `sheet` chooses among several; `send_status` makes a status something to send.
    `layout` is the name of the only one that may read the file; `bookings` are people's own
    words for what is in the books; `ids` says whether there is an id map.
    """

    columns: Mapping[Field, str] = field(default_factory=dict)
    only: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sheet: str | None = None
    send_status: bool = False
    layout: str | None = None
    bookings: Sequence[str] = ()
    ids: bool = False


def load(path: Path, file: str, rules: LoadRules) -> Export:
    """Reads one file.

    Args:
        path: where it is.
        file: what it is called in messages and results.
        rules: the config's say.

    Raises:
        FileRefusedError: it can't be read as an export; says why and what to do.
        ConfigError: the config names a layout that there isn't.
    """
    forced = layout_named(rules.layout)
    data = _bytes_of(path, file)
    kind, sheets = read_sheets(data, file, known_columns)
    wanted = Wanted(rules.columns, tuple(rules.only), rules.ids)
    sheet, reading = choose_sheet(sheets, wanted, rules.sheet, forced, file)
    header = reading.header
    cells = sheet.cells(len(header.names))
    if not sheet.name:
        cells = with_previous_types(header, cells)
    ignored, documents = _rows_of(reading, cells, rules, CellRef(file, sheet.name, 0))
    refuse_without_ids(reading, named(file, sheet.name), ids=rules.ids)
    header, columns, derived = _with_derived(reading, cells, ignored)
    surplus = {**cells.surplus, **_beyond(header.names, cells)}
    notices = tuple(_notices(file, sheet, sheets, header, cells))
    of_rows, bodies = documents_of(reading, cells), bodies_of(reading, cells)
    size, digest = len(data), sha256(data).hexdigest()
    tab = sheet.name
    del data, sheets, sheet  # what was read is not needed beside what was made of it
    export = Export(
        path=path,
        file=file,
        sheet=tab,
        kind=kind,
        size=size,
        sha256=digest,
        header_row=header.row,
        headers=header.names,
        fields=header.fields,
        frame=frame_of(file, tab, header.names, columns),
        source_types=cells.was,
        surplus=surplus,
        ignored=ignored,
        notices=notices,
        layout=reading.layout,
        sku_in_headings=reading.sku_in_headings,
        words=tuple(header.names[position] for position, _ in reading.words),
        derived=derived,
        issues={row: what for row, what in documents.unknown.items() if row not in ignored},
        credits=documents.credits,
        documents=of_rows,
        bodies=bodies,
    )
    _refuse_without_values(export, send_status=rules.send_status)
    return export


def _rows_of(
    reading: Reading, cells: Cells, rules: LoadRules, place: CellRef
) -> tuple[dict[int, str], Documents]:
    """Which rows are no data, by which rule; and what their words say of the others."""
    if reading.layout is PLAIN:
        how = {"send_status": rules.send_status, "ids": rules.ids}
        return ignored_rows(reading.header, cells, rules.only, **how), Documents()
    ignored = without_data(reading, cells)
    documents = judge_bookings(reading, cells, ignored, rules.bookings, place)
    headless = under_no_heading(reading, cells, {**ignored, **documents.others}, place)
    for row, issues in headless.items():
        documents.unknown[row] = (*documents.unknown.get(row, ()), *issues)
    ignored |= documents.others
    refuse_summary_rows(reading, cells, ignored, named(place.file, place.sheet))
    filter_rows(reading.header, cells, rules.only, ignored)
    return dict(sorted(ignored.items())), documents


def _with_derived(
    reading: Reading, cells: Cells, ignored: Mapping[int, str]
) -> tuple[Header, list[list[str]], dict[Field, int]]:
    """The header and the columns, and one more for SKUs that no cell holds as they are."""
    header = reading.header
    derived = derived_skus(reading, cells, ignored)
    if derived is None:
        return header, cells.columns, {}
    position, skus = derived
    names = (*header.names, FIELDS[Field.SKU].header)
    fields = {**header.fields, Field.SKU: len(header.names)}
    wider = Header(header.row, names, fields, header.passed_over)
    return wider, [*cells.columns, skus], {Field.SKU: position}


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


def _notices(
    file: str, sheet: Sheet, sheets: Sequence[Sheet], header: Header, cells: Cells
) -> Iterator[Notice]:
    if sheet.name == FAILURES and len(sheets) > 1 and is_results(sheets):
        yield Notice("failures-read", CellRef(file, sheet.name, 0), quoted(file))
    for other in sheets:
        if not other.visible:
            yield Notice("hidden-sheet", CellRef(file, other.name, 0), quoted(other.name))
    if sheet.hidden_rows:
        yield Notice("hidden-rows", CellRef(file, sheet.name, 0), str(sheet.hidden_rows))
    if cells.filled_down and cells.first_filled_down:
        place = CellRef(file, sheet.name, *cells.first_filled_down)
        yield Notice("filled-down", place, str(cells.filled_down))
    for position, field_ in header.passed_over.items():
        place = CellRef(file, sheet.name, header.row, position)
        better = quoted(header.names[header.fields[field_]])
        yield Notice("column-passed-over", place, quoted(header.names[position]), detail=better)


def _refuse_without_values(export: Export, *, send_status: bool) -> None:
    """A file that names orders and has nothing to send for any of them (section 3)."""
    wanted = (*SENT, *((Field.STATUS,) if send_status else ()))
    there = [(field, export.fields[field]) for field in wanted if field in export.fields]
    data = range(1, export.rows + 1)
    if not any(row not in export.ignored for row in data):
        return
    for _, position in there:
        texts = enumerate(export.column(position), start=1)
        if any(text.strip() and row not in export.ignored for row, text in texts):
            return
    columns_there = {position for _, position in there}
    if any(
        column in columns_there and row not in export.ignored for row, column in export.source_types
    ):
        return
    place = named(export.file, export.sheet)
    columns = ", ".join(FIELDS[field].header for field, _ in there)
    why = f"nothing stands under {columns}" if there else "it has no column with any"
    what = "Fill in, or add," if there else "Add"
    raise FileRefusedError(
        f"{place} names orders but no accounting ids: {why}. {what} a column such as "
        f"{quoted(FIELDS[Field.ORDER_EXTERNAL_ID].header)}."
    )
