"""Which layout recognises a sheet, and what the layout says of its columns.

Exactly one must; what a layout leaves open is for the config to say, never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconcile.domain.errors import ConfigError, FileRefusedError
from reconcile.domain.fields import FIELDS, normal_name
from reconcile.domain.model import Field, column_letter
from reconcile.domain.text import quoted
from reconcile.loader.header import (
    Header,
    Wanted,
    choose,
    levels_of,
    names_all,
    refuse_without_header,
)
from reconcile.loader.layouts import LAYOUTS, Layout, Words
from reconcile.loader.readers import Head

__all__ = ["Reading", "known_columns", "layout_named", "read_layout"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The header of a sheet as a layout reads it.

    `words` are the columns that tell bookings; `label` is where headings and totals stand;
    `anchors` are columns that only rows of documents fill; `sku_in_headings` says that the
    heading above a row is its SKU, `sku_in_path` that it is the last part of a path.
    `undecided` is the sentence for a sheet whose orders have neither an id nor a number that
    is certain. `document` is the column that all rows of a document share, `body` the one
    whose mark says that a row speaks of it as a whole.
    """

    layout: Layout
    header: Header
    words: tuple[tuple[int, Words], ...] = ()
    label: int = 0
    anchors: frozenset[int] = frozenset()
    sku_in_headings: bool = False
    undecided: str = ""
    document: int | None = None
    sku_in_path: bool = False
    body: int | None = None


def layout_named(name: str | None) -> Layout | None:
    """The layout that `layout:` of the config names.

    Raises:
        ConfigError: there is none of that name.
    """
    if name is None:
        return None
    for layout in LAYOUTS:
        if normal_name(layout.name) == normal_name(name):
            return layout
    known = ", ".join(layout.name for layout in LAYOUTS)
    raise ConfigError(f"layout: there is no layout {quoted(name)} (known: {known}).")


def known_columns(head: Head) -> int:
    """How many columns the best of these rows names: tells separators apart."""
    nothing = Wanted({})
    best = 0
    for _, cells in head:
        fields = len(levels_of(cells, nothing))
        names = {normal_name(cell) for cell in cells if cell}
        recognised = [
            len(names & layout.known_names) for layout in LAYOUTS if layout.recognises(cells)
        ]
        best = max(best, fields, *recognised)
    return best


def read_layout(head: Head, wanted: Wanted, forced: Layout | None, where: str) -> Reading | None:
    """The header as the one layout reads it that recognises it; None if none does.

    Raises:
        FileRefusedError: two layouts recognise it, or it lacks what it needs.
    """
    found: list[tuple[Layout, int, Sequence[str]]] = []
    for layout in LAYOUTS if forced is None else (forced,):
        first = next(((row, cells) for row, cells in head if layout.recognises(cells)), None)
        if first is not None:
            found.append((layout, *first))
    if len(found) > 1:
        titles = " and ".join(f"{each.title} ({each.name})" for each, _, _ in found)
        raise FileRefusedError(
            f"{where} is recognised by two layouts, {titles}. Say which with `layout:` in "
            "config.yaml."
        )
    if not found:
        return None
    [(layout, row, cells)] = found
    if not names_all(cells, levels_of(cells, wanted), wanted):
        raise refuse_without_header(head, wanted, where, layout.title)
    return _read(layout, row, cells, wanted, where)


def _read(layout: Layout, row: int, cells: Sequence[str], wanted: Wanted, where: str) -> Reading:
    where = f"{where} ({layout.title})"
    levels = levels_of(cells, wanted, layout.known_names)
    fields, passed_over = choose(levels, wanted, where)
    names = _Names(cells, where)
    undecided = ""
    if Field.ORDER_ID not in fields and Field.ORDER_NUMBER not in fields:
        certain = names.first(layout.order_number) if len(layout.order_number) == 1 else None
        if certain is None:
            undecided = _undecided(layout, names, where)
        else:
            fields[Field.ORDER_NUMBER] = certain
    for field, columns in (
        (Field.ORDER_EXTERNAL_ID, layout.order_external_id),
        (Field.ITEM_EXTERNAL_ID, layout.item_external_id),
        (Field.SKU, layout.sku),
        (Field.ITEM_QUANTITY, layout.quantity),
    ):
        position = names.first(columns)
        if field not in fields and position is not None:
            fields[field] = position
    words = [(names.first(each.columns), each) for each in layout.words]
    deciding = tuple((position, each) for position, each in words if position is not None)
    label = 0
    if layout.label and cells[0].strip():
        label = names.first((layout.label,)) or 0
    in_headings = (
        Field.SKU not in fields
        and names.first(layout.sku_in_headings) is not None
        and Field.ITEM_QUANTITY in fields
    )
    paths = [names.first((path,)) for path in layout.sku_paths]
    anchors = {*fields.values(), *(position for position, _ in deciding)}
    anchors |= {at for name in layout.dates if (at := names.first((name,))) is not None}
    header = Header(row, tuple(cell.strip() for cell in cells), fields, passed_over)
    return Reading(
        layout,
        header,
        deciding,
        label,
        frozenset(anchors),
        in_headings,
        undecided,
        names.first(layout.order_external_id),
        Field.SKU in fields and fields[Field.SKU] in paths,
        names.first(layout.body),
    )


class _Names:
    """The columns of a header by name."""

    def __init__(self, cells: Sequence[str], where: str) -> None:
        self._places: dict[str, list[int]] = {}
        self._where = where
        for position, cell in enumerate(cells):
            if cell.strip():
                self._places.setdefault(_name(cell), []).append(position)

    def first(self, names: Sequence[str]) -> int | None:
        """The column of the first of these names that is there.

        Raises:
            FileRefusedError: it is there twice.
        """
        for name in names:
            places = self._places.get(_name(name), ())
            if len(places) > 1:
                letters = " and ".join(map(column_letter, places))
                raise FileRefusedError(
                    f"{self._where} has a column twice: {name} (columns {letters}). "
                    "Take one out of the report, and export it again."
                )
            if places:
                return places[0]
        return None

    def all_of(self, names: Sequence[str]) -> list[str]:
        """Those of the names that are there."""
        return [name for name in names if _name(name) in self._places]


def _name(name: str) -> str:
    """A name as it is compared; a lone `*` is one too."""
    return normal_name(name) or name.strip()


def _undecided(layout: Layout, names: _Names, where: str) -> str:
    possible = ", ".join(map(quoted, names.all_of(layout.order_number)))
    maybe = f"it may be in {possible}, or in another column" if possible else "it has none"
    return (
        f"{where} doesn't say by itself where the order's own number stands: {maybe}. Say which "
        "with `order_number:` in config.yaml (`column: …`), or add a column "
        f"{quoted(FIELDS[Field.ORDER_ID].header)}."
    )
