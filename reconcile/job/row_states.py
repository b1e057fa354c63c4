"""In which state each row ended: used, rejected, held or ignored, and no row in two.

Pure. The promise of the rules: every row of every file ends in exactly one named state.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reconcile.domain.errors import InternalError
from reconcile.domain.model import Plan, Rejection, RowRef
from reconcile.journal.records import RowRecord
from reconcile.loader import Export

__all__ = ["row_states"]


class _State(NamedTuple):
    name: str
    order_id: int | None = None
    detail: str = ""


_States = dict[tuple[str, str], list[_State | None]]


def row_states(exports: Sequence[Export], plan: Plan) -> Iterator[RowRecord]:
    """Every row of the exports with its cells and its state in the plan.

    Raises:
        InternalError: a row has no state, or two.
    """
    states: _States = {(e.file, e.sheet): [None] * e.rows for e in exports}
    for order in plan.orders:
        _put(states, order.rows, _State("used", order.order_id))
    for rejection in plan.rejections:
        _put_rejection(states, rejection)
    for ignored in plan.ignored:
        _put(states, (ignored.row,), _State("ignored", None, str(ignored.rule)))
    for number, export in enumerate(exports):
        yield from _records(number, export, states[export.file, export.sheet])


def _put(states: _States, rows: Sequence[RowRef], state: _State) -> None:
    for file, sheet, row in rows:
        of_sheet = states[file, sheet]
        if of_sheet[row - 1] is not None:
            raise InternalError(f"The row {RowRef(file, sheet, row)} ended in two states.")
        of_sheet[row - 1] = state


def _put_rejection(states: _States, rejection: Rejection) -> None:
    faulty = {(place.file, place.sheet, place.row) for i in rejection.issues for place in i.places}
    guilty = [row for row in rejection.rows if tuple(row) in faulty]
    _put(states, guilty, _State("rejected", rejection.order_id))
    first = rejection.issues[0].place
    with_row = guilty[0] if guilty else RowRef(first.file, first.sheet, first.row)
    for row in rejection.rows:
        if tuple(row) not in faulty:
            same_sheet = row[:2] == with_row[:2]
            where = f"row {with_row.row}" if same_sheet else str(with_row)
            _put(states, (row,), _State("held", rejection.order_id, f"held with {where}"))


def _records(number: int, export: Export, states: Sequence[_State | None]) -> Iterator[RowRecord]:
    was: dict[int, dict[int, str]] = {}
    for (row, column), what in export.source_types.items():
        was.setdefault(row, {})[column] = what.value
    columns = [export.column(position).tolist() for position in range(len(export.headers))]
    cells = zip(*columns, strict=True) if columns else ()
    for row, (state, texts) in enumerate(zip(states, cells, strict=True), start=1):
        if state is None:
            raise InternalError(f"The row {RowRef(export.file, export.sheet, row)} has no state.")
        yield RowRecord(
            number,
            row,
            state.name,
            state.order_id,
            state.detail,
            texts,
            was.get(row, {}),
            export.surplus.get(row, ()),
        )
