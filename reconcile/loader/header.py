"""Finds the header among the first rows, and what each of its columns means.

Rules, section 1.3: a header named in `columns:` is needed and beats the usual header, which
beats a synonym; a column that is there twice refuses the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from reconcile.cells import quoted
from reconcile.errors import FileRefusedError
from reconcile.fields import FIELDS, normal_name
from reconcile.loader.readers import Head
from reconcile.model import Field, column_letter

__all__ = ["Header", "Wanted", "find_header", "known_columns", "refuse_without_header"]

_NAMED = 60
"""So many headers are named in a message; Xero's export has 44."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the config needs of a header: its own names of fields, and columns to filter by."""

    columns: Mapping[Field, str]
    filters: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: its texts by column, and which column each field stands in.

    `passed_over` are columns that would be a field, had a better one not been there.
    """

    row: int
    names: tuple[str, ...]
    fields: Mapping[Field, int]
    passed_over: Mapping[int, Field]


def find_header(head: Head, wanted: Wanted, where: str) -> Header | None:
    """The first row that names the needed columns; None if none does.

    Raises:
        FileRefusedError: the row names a column twice.
    """
    for row, cells in head:
        levels = _levels(cells, wanted)
        if Field.ORDER_ID not in levels or not _names_all(cells, levels, wanted):
            continue
        return _header(row, cells, levels, where)
    return None


def known_columns(head: Head) -> int:
    """How many fields the best of these rows names: tells separators apart."""
    nothing = Wanted({})
    return max((len(_levels(cells, nothing)) for _, cells in head), default=0)


def refuse_without_header(head: Head, wanted: Wanted, where: str) -> FileRefusedError:
    """The sentence for a file without a header: what was found, and what is near."""
    if not head:
        return FileRefusedError(f"{where} has no filled rows.")
    _, cells = max(head, key=lambda row: sum(_looks_like_a_name(cell) for cell in row[1]))
    names = [cell.strip() for cell in cells if cell.strip()]
    needed = dict(wanted.columns)
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
    return FileRefusedError(
        f"{where} has no header row that names {', '.join(map(quoted, missing))} "
        f"(looked for in its first {len(head)} filled rows). "
        f"Found: {found_names}.{hint} "
        "If a column has another name, say so under `columns:` in config.yaml."
    )


_CONFIGURED, _USUAL, _SYNONYM = range(3)
_Levels = dict[Field, dict[int, list[int]]]


def _levels(cells: Sequence[str], wanted: Wanted) -> _Levels:
    """Field to level (how good the name is) to the columns with such a name."""
    names = {normal_name(name): (field, _CONFIGURED) for field, name in wanted.columns.items()}
    for field, spec in FIELDS.items():
        names.setdefault(normal_name(spec.header), (field, _USUAL))
        for synonym in spec.synonyms:
            names.setdefault(normal_name(synonym), (field, _SYNONYM))
    levels: _Levels = {}
    for position, cell in enumerate(cells):
        known = names.get(normal_name(cell)) if cell else None
        if known is not None:
            field, level = known
            levels.setdefault(field, {}).setdefault(level, []).append(position)
    return levels


def _names_all(cells: Sequence[str], levels: _Levels, wanted: Wanted) -> bool:
    there = {normal_name(cell) for cell in cells}
    return all(_CONFIGURED in levels.get(field, {}) for field in wanted.columns) and all(
        normal_name(name) in there for name in wanted.filters
    )


def _header(row: int, cells: Sequence[str], levels: _Levels, where: str) -> Header:
    fields: dict[Field, int] = {}
    passed_over: dict[int, Field] = {}
    twice: list[str] = []
    for field, by_level in levels.items():
        best = min(by_level)
        position, *others = by_level[best]
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
    names = tuple(cell.strip() for cell in cells)
    return Header(row, names, fields, passed_over)


def _looks_like_a_name(cell: str) -> bool:
    return any(char.isalpha() for char in cell)
