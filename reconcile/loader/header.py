"""Finds the header among the first rows, and what each of its columns means.

Rules, section 1.3: a header named in `columns:` is needed and beats the usual header, which
beats a synonym; a column that is there twice refuses the file.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import FIELDS, LOOKED_UP, normal_name
from reconcile.domain.model import Field, column_letter
from reconcile.domain.text import quoted
from reconcile.loader.readers import Head

__all__ = [
    "Header",
    "Levels",
    "Wanted",
    "choose",
    "find_header",
    "levels_of",
    "names_all",
    "refuse_without_header",
]

_NAMED = 60
"""So many headers are named in a message; Xero's export has 44."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the config needs of a header: its own names of fields, and columns to filter by.

    `ids` says whether there is an id map, without which numbers and SKUs find nothing.
    """

    columns: Mapping[Field, str]
    filters: Sequence[str] = ()
    ids: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: its texts by column, and which column each field stands in.

    `passed_over` are columns that would be a field, had a better one not been there.
    """

    row: int
    names: tuple[str, ...]
    fields: Mapping[Field, int]
    passed_over: Mapping[int, Field]


def find_header(
    head: Head, wanted: Wanted, where: str, needed: Field = Field.ORDER_ID
) -> Header | None:
    """The first row that names the needed columns; None if none does.

    Raises:
        FileRefusedError: the row names a column twice.
    """
    for row, cells in head:
        levels = levels_of(cells, wanted)
        if needed in levels and names_all(cells, levels, wanted):
            names = tuple(cell.strip() for cell in cells)
            return Header(row, names, *choose(levels, wanted, where))
    return None


def refuse_without_header(
    head: Head, wanted: Wanted, where: str, layout: str = ""
) -> FileRefusedError:
    """The sentence for a file without a header: what was found, and what is near.

    `layout` is the title of one that recognised the file, but not with what the config needs.
    """
    if not head:
        return FileRefusedError(f"{where} has no filled rows.")
    _, cells = max(head, key=lambda row: sum(_looks_like_a_name(cell) for cell in row[1]))
    names = [cell.strip() for cell in cells if cell.strip()]
    needed = dict(wanted.columns)
    if not layout:
        needed.setdefault(Field.ORDER_ID, FIELDS[Field.ORDER_ID].header)
    missing = [*needed.values(), *wanted.filters]
    found = {normal_name(name) for name in names}
    missing = [name for name in missing if normal_name(name) not in found] or missing
    near = {
        match
        for name in missing
        for match in get_close_matches(name.casefold(), [n.casefold() for n in names], n=2)
    }
    nearest = [name for name in names if name.casefold() in near]
    found_names = ", ".join(map(quoted, names[:_NAMED])) or "nothing"
    if len(names) > _NAMED:
        found_names += f" and {len(names) - _NAMED} more"
    hint = f" The nearest: {', '.join(map(quoted, nearest))}." if nearest else ""
    like = f" It looks like {layout}." if layout else ""
    return FileRefusedError(
        f"{where} has no header row that names {', '.join(map(quoted, missing))} "
        f"(looked for in its first {len(head)} filled rows). "
        f"Found: {found_names}.{hint}{like} "
        "If a column has another name, say so under `columns:` in config.yaml."
    )


_CONFIGURED, _USUAL, _SYNONYM = range(3)
Levels = dict[Field, dict[int, list[int]]]
"""Field to level (how good the name is) to the columns with such a name."""


def levels_of(
    cells: Sequence[str], wanted: Wanted, other_meaning: Collection[str] = frozenset()
) -> Levels:
    """What the names of a row may mean; those of `other_meaning` only if the config says so."""
    names: dict[str, list[tuple[Field, int]]] = {}
    for field, name in wanted.columns.items():
        names.setdefault(normal_name(name), []).append((field, _CONFIGURED))
    for field, spec in FIELDS.items():
        for level, known in ((_USUAL, (spec.header,)), (_SYNONYM, spec.synonyms)):
            for name in map(normal_name, known):
                if name not in other_meaning:
                    names.setdefault(name, [(field, level)])
    levels: Levels = {}
    for position, cell in enumerate(cells):
        for field, level in names.get(normal_name(cell), ()) if cell else ():
            levels.setdefault(field, {}).setdefault(level, []).append(position)
    return levels


def names_all(cells: Sequence[str], levels: Levels, wanted: Wanted) -> bool:
    """Whether a row names every column that the config needs."""
    there = {normal_name(cell) for cell in cells}
    return all(_CONFIGURED in levels.get(field, {}) for field in wanted.columns) and all(
        normal_name(name) in there for name in wanted.filters
    )


def choose(levels: Levels, wanted: Wanted, where: str) -> tuple[dict[Field, int], dict[int, Field]]:
    """The best column of each field, and columns that would be one but for a better one.

    Raises:
        FileRefusedError: a column that is needed is there twice.
    """
    fields: dict[Field, int] = {}
    passed_over: dict[int, Field] = {}
    twice: list[str] = []
    for field, by_level in levels.items():
        best = min(by_level)
        position, *others = by_level[best]
        if others and field in LOOKED_UP and not _looked_up(field, levels, wanted):
            continue
        if others:
            letters = " and ".join(column_letter(other) for other in (position, *others))
            twice.append(f"{FIELDS[field].header} (columns {letters})")
        fields[field] = position
        for level, positions in by_level.items():
            if level != best:
                passed_over |= dict.fromkeys(positions, field)
    if twice:
        raise FileRefusedError(
            f"{where} has a column twice: {', '.join(twice)}. Take one out, or name the right "
            "one under `columns:` in config.yaml."
        )
    return fields, passed_over


def _looked_up(field: Field, levels: Levels, wanted: Wanted) -> bool:
    """Whether ids are looked up by this column, and don't stand there themselves."""
    match field:
        case Field.ORDER_NUMBER:
            return Field.ORDER_ID not in levels
        case Field.SKU:
            return wanted.ids and Field.ITEM_ID not in levels
        case _:
            return False


def _looks_like_a_name(cell: str) -> bool:
    return any(char.isalpha() for char in cell)
