"""From a CSV or Excel file to an `IdMap`: which order a number means, which item a SKU.

Columns: Order ID, and Order Number or Reference Number; for items SKU and Item ID; Quantity
tells two items of one SKU apart. A file with a damaged cell in any of them is refused: a
map that is wrong in one place can't be trusted in others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import FIELDS, normal_name
from reconcile.domain.id_map import Entry, IdMap
from reconcile.domain.issues import explain
from reconcile.domain.model import CellRef, Field, Issue, SourceType, column_letter
from reconcile.domain.rules import CellRules
from reconcile.domain.text import quoted
from reconcile.loader.readers import Cells, Head, Sheet
from reconcile.loader.recognition import read_sheets
from reconcile.planner.validation import ValidatedColumn, judge_column

__all__ = ["read_id_map"]

_REFERENCE = "Reference Number"
_COLUMNS: Mapping[str, Field] = {
    **{FIELDS[f].header: f for f in (Field.ORDER_ID, Field.ORDER_NUMBER, Field.SKU, Field.ITEM_ID)},
    **dict.fromkeys(FIELDS[Field.ORDER_ID].synonyms, Field.ORDER_ID),
    **dict.fromkeys(FIELDS[Field.ITEM_ID].synonyms, Field.ITEM_ID),
    **dict.fromkeys(FIELDS[Field.SKU].synonyms, Field.SKU),
    _REFERENCE: Field.ORDER_NUMBER,
    "Quantity": Field.ITEM_QUANTITY,
    FIELDS[Field.ITEM_QUANTITY].header: Field.ITEM_QUANTITY,
}
_NAMES = {normal_name(name): field for name, field in _COLUMNS.items()}
_FAULTS_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Header:
    """The header row; an order may have several columns with numbers of it."""

    row: int
    fields: Mapping[Field, Sequence[int]]
    width: int


def read_id_map(path: Path, file: str) -> IdMap:
    """Reads the file.

    Args:
        path: where it is.
        file: what it is called in messages.

    Raises:
        FileRefusedError: it can't be read, has no such columns, or a cell is damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileRefusedError(f"The id map {file} can't be read: {error.strerror}.") from error
    _, sheets = read_sheets(data, file, _score)
    found = [(sheet, header) for sheet in sheets if sheet.visible if (header := _header(sheet))]
    if len(found) != 1:
        names = ", ".join(quoted(sheet.name) for sheet, _ in found)
        which = f"several sheets with ids: {names}" if found else "no header row for an id map"
        raise FileRefusedError(
            f"{file} has {which}. An id map has one table with Order ID and Order Number (or "
            "Reference Number), and for items SKU and Item ID."
        )
    [(sheet, header)] = found
    for field, places in header.fields.items():
        if len(places) > 1 and field is not Field.ORDER_NUMBER:
            letters = " and ".join(map(column_letter, places))
            raise FileRefusedError(f"{file} has {FIELDS[field].header} twice (columns {letters}).")
    place = CellRef(file, sheet.name, 0)
    return IdMap.of(_entries(header, sheet.cells(header.width), place))


def _score(head: Head) -> int:
    return max((len(_fields(cells)) for _, cells in head), default=0)


def _fields(cells: Sequence[str]) -> dict[Field, list[int]]:
    fields: dict[Field, list[int]] = {}
    for position, cell in enumerate(cells):
        field = _NAMES.get(normal_name(cell)) if cell else None
        if field is not None:
            fields.setdefault(field, []).append(position)
    return fields


def _header(sheet: Sheet) -> _Header | None:
    for row, cells in sheet.head():
        fields = _fields(cells)
        finds = Field.ORDER_NUMBER in fields or fields.keys() >= {Field.SKU, Field.ITEM_ID}
        if Field.ORDER_ID in fields and finds:
            return _Header(row, fields, max(at for places in fields.values() for at in places) + 1)
    return None


def _entries(header: _Header, cells: Cells, place: CellRef) -> Iterator[Entry]:
    judged = {
        position: _judged(field, cells, header.row, position)
        for field, places in header.fields.items()
        for position in places
    }
    _refuse_faults(judged, header, place)

    def values(field: Field) -> Iterable[Any]:
        places = header.fields.get(field)
        return judged[places[0]].values if places else repeat(None)

    numbers = [judged[at].values for at in header.fields.get(Field.ORDER_NUMBER, ())]
    rows = zip(
        values(Field.ORDER_ID),
        zip(*numbers, strict=True) if numbers else repeat(()),
        values(Field.SKU),
        values(Field.ITEM_ID),
        values(Field.ITEM_QUANTITY),
        strict=False,
    )
    for row, (order_id, known_as, sku, item_id, quantity) in enumerate(rows, header.row + 1):
        if order_id is None:
            if sku or item_id or any(known_as):
                raise FileRefusedError(
                    f"{place._replace(row=row)}: the row of the id map has no order id. Put it "
                    "there, or take the row out."
                )
            continue
        own = tuple(number for number in known_as if number)
        at = CellRef(place.file, place.sheet, row)
        yield Entry(order_id, own, at, sku or "", item_id, quantity or "")


def _judged(field: Field, cells: Cells, header_row: int, position: int) -> ValidatedColumn:
    was: dict[int, SourceType] = {
        row - header_row - 1: what
        for (row, column), what in cells.was.items()
        if column == position and row > header_row
    }
    return judge_column(field, cells.columns[position][header_row:], was, CellRules())


def _refuse_faults(judged: Mapping[int, ValidatedColumn], header: _Header, place: CellRef) -> None:
    found = [
        Issue(fault.code, (place._replace(row=header.row + 1 + at, column=position),), *fault[1:])
        for position, column in judged.items()
        for at, fault in column.faults.items()
    ]
    if found:
        found.sort(key=lambda issue: issue.places)
        few = " / ".join(map(explain, found[:_FAULTS_NAMED]))
        more = f" / and {len(found) - _FAULTS_NAMED} more" if len(found) > _FAULTS_NAMED else ""
        raise FileRefusedError(f"The id map can't be used. {few}{more}")
