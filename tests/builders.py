"""Rows for tests, written as the tables that a person sees, and a plan told in plain values."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from reconcile.domain.fields import FIELDS
from reconcile.domain.id_map import IdMap
from reconcile.domain.issues import explain
from reconcile.domain.model import CellRef, Field, Issue, Notice, Plan, SourceType
from reconcile.domain.rules import CellRules, PlanningRules, ResolvingRules, SyncedDefault
from reconcile.loader import Export
from reconcile.loader.export import frame_of
from reconcile.planner.planning import plan

HEADERS: Final = {
    "order": Field.ORDER_ID,
    "order ext": Field.ORDER_EXTERNAL_ID,
    "item": Field.ITEM_ID,
    "item ext": Field.ITEM_EXTERNAL_ID,
    "sku ext": Field.SUB_EXTERNAL_ID,
    "sku qty": Field.SUB_QUANTITY,
    "synced": Field.ACCOUNTING_SYNCED,
    "error": Field.ACCOUNTING_SYNC_ERROR,
    "status": Field.STATUS,
    "note": Field.UPDATE_NOTE,
    "number": Field.ORDER_NUMBER,
    "sku": Field.SKU,
    "qty": Field.ITEM_QUANTITY,
}
"""The short headers of the tables in tests."""

Row = Mapping[Field, str]


def sheet(
    table: str,
    *,
    file: str = "export.xlsx",
    name: str = "Sheet1",
    was: Mapping[tuple[int, str], SourceType] | None = None,
    surplus: Mapping[int, tuple[str, ...]] | None = None,
    ignored: Mapping[int, str] | None = None,
    issues: Mapping[int, tuple[str, str, str, str]] | None = None,
) -> Export:
    """The rows of a table whose cells are parted by `|` and whose first line is the header.

    Columns stand from A in the order of the header, the first data row in row 2. `was`,
    `surplus`, `ignored` and `issues` (code, header, found, detail) are keyed by the row number
    that a spreadsheet shows.
    """
    lines = [[cell.strip(" ") for cell in line.split("|")] for line in table.strip().split("\n")]
    fields = [HEADERS[header] for header in lines[0]]
    rows = [dict(zip(fields, cells, strict=True)) for cells in lines[1:]]
    return source(
        rows,
        fields=fields,
        file=file,
        name=name,
        was={(row, HEADERS[header]): kind for (row, header), kind in (was or {}).items()},
        surplus=surplus,
        ignored=ignored,
        issues={
            row: (Issue(code, (CellRef(file, name, row, lines[0].index(header)),), found, detail),)
            for row, (code, header, found, detail) in (issues or {}).items()
        },
    )


def source(
    rows: Sequence[Row],
    *,
    fields: Sequence[Field] = tuple(Field),
    file: str = "export.xlsx",
    name: str = "Sheet1",
    was: Mapping[tuple[int, Field], SourceType] | None = None,
    surplus: Mapping[int, tuple[str, ...]] | None = None,
    ignored: Mapping[int, str] | None = None,
    issues: Mapping[int, tuple[Issue, ...]] | None = None,
) -> Export:
    """Rows as mappings, from row 2; a field that a row doesn't name is a blank cell.

    All that is said of a row goes by its number.
    """
    names = tuple(FIELDS[field].header for field in fields)
    columns = [[row.get(field, "") for row in rows] for field in fields]
    return Export(
        path=Path(file),
        file=file,
        sheet=name,
        kind="xlsx",
        size=0,
        sha256=file,
        header_row=1,
        headers=names,
        fields={field: position for position, field in enumerate(fields)},
        frame=frame_of(file, name, names, columns, first=2),
        source_types={
            (row, fields.index(field)): kind
            for (row, field), kind in (was or {}).items()
            if field in fields
        },
        surplus=surplus or {},
        ignored=ignored or {},
        issues=issues or {},
    )


def columns_of(export: Export) -> list[list[str]]:
    """The cells of an export, column by column, from its first row."""
    return [export.column(at).tolist() for at in range(len(export.headers))]


def planned(
    *sources: Export,
    synced_default: SyncedDefault = "auto",
    send_status: bool = False,
    cells: CellRules | None = None,
    ids: IdMap | None = None,
    resolving: ResolvingRules | None = None,
) -> Plan:
    """The plan for the rows of all sources."""
    how = PlanningRules(
        cells or CellRules(), synced_default, send_status, resolving or ResolvingRules()
    )
    return plan(sources, how, ids)


def payloads(made: Plan) -> dict[int, dict[str, Any]]:
    """The body of each accounting-sync call, by order id."""
    return {order.order_id: order.sync.to_json() for order in made.orders if order.sync}


def status_calls(made: Plan) -> dict[int, dict[str, Any]]:
    """The query of each status call, by order id."""
    return {order.order_id: order.status.to_json() for order in made.orders if order.status}


def held_orders(made: Plan) -> set[int]:
    """The orders for which nothing is sent."""
    return {held.order_id for held in made.rejections if held.order_id is not None}


def issues(made: Plan) -> list[Issue]:
    """All issues of the plan: those of held orders, of lone rows, and of status calls."""
    of_rejections = [issue for rejection in made.rejections for issue in rejection.issues]
    return of_rejections + [issue for order in made.orders for issue in order.status_issues]


def troubles(made: Plan) -> list[tuple[str, ...]]:
    """The code of each issue, followed by every place it names, without file and sheet.

    `("synced-differs", "C2", "C3")`; a whole row is `:17`.
    """
    return [(issue.code, *(_short(str(place)) for place in issue.places)) for issue in issues(made)]


def states(made: Plan) -> dict[str, str]:
    """What became of each row, by file and row: sent, rejected, held or ignored.

    A row of a held order is `rejected` if an issue names it, else `held`.
    """
    found = {str(ref): f"sent with {order.order_id}" for order in made.orders for ref in order.rows}
    for rejection in made.rejections:
        named = {place[:3] for issue in rejection.issues for place in issue.places}
        found |= {str(ref): "rejected" if ref in named else "held" for ref in rejection.rows}
    return found | {str(ignored.row): f"ignored: {ignored.rule}" for ignored in made.ignored}


def notices(made: Plan, code: str) -> list[str]:
    """The notices of one kind, as they are told."""
    return [explain(notice) for notice in made.notices if notice.code == code]


def told(made: Plan) -> list[Issue | Notice]:
    """Everything that the plan says to a person."""
    return [*issues(made), *made.notices]


def _short(place: str) -> str:
    return place.removeprefix("export.xlsx!Sheet1").removeprefix("!")
