"""SKUs that no cell holds as they are: in the heading above a row, or at the end of a path."""

import re
from collections.abc import Mapping

from reconcile.domain.model import CellRef, Field, IgnoreRule, Issue
from reconcile.domain.text import trimmed
from reconcile.loader.layouts.columns import Reading
from reconcile.loader.layouts.words import known_words, plain_word
from reconcile.loader.readers import Cells

__all__ = ["derived_skus", "under_no_heading"]

_TOTAL_FOR = re.compile(r"totals?\s+(?:for\s+)?", re.IGNORECASE)
_PATH = ":"
_SUB_ITEMS = " with sub-items"
_NO_GROUP = frozenset({"not specified", "--", ""})


def derived_skus(
    reading: Reading, cells: Cells, ignored: Mapping[int, str]
) -> tuple[int, list[str]] | None:
    """For each row its SKU, and the column where it is from; None if it stands there as it is.

    It is in the heading above the row, or is the last part of a path: `Category:Item`.
    """
    if reading.sku_in_headings:
        return reading.label, _skus_of_headings(reading, cells, ignored)
    if not reading.sku_in_path:
        return None
    position = reading.header.fields[Field.SKU]
    texts = cells.columns[position]
    if not any(_PATH in text for text in texts):
        return None
    above = reading.header.row
    return position, [*[""] * above, *map(_item, texts[above:])]


def _item(path: str) -> str:
    return trimmed(path.rpartition(_PATH)[2])


def _skus_of_headings(reading: Reading, cells: Cells, ignored: Mapping[int, str]) -> list[str]:
    return ["" if sku is None else sku for sku in _headings(reading, cells, ignored)]


def under_no_heading(
    reading: Reading, cells: Cells, ignored: Mapping[int, str], place: CellRef
) -> dict[int, tuple[Issue, ...]]:
    """Documents of a grouped report whose heading is missing, or may have moved."""
    if not reading.sku_in_headings:
        return {}
    skus = _headings(reading, cells, ignored)
    return {
        row: (Issue("heading-missing", (place._replace(row=row, column=reading.label),), '""'),)
        for row, sku in enumerate(skus, start=1)
        if sku is None and row not in ignored and row not in cells.surplus
    }


def _headings(reading: Reading, cells: Cells, ignored: Mapping[int, str]) -> list[str | None]:
    """For each document the item in its heading; None where that can't be read."""
    texts = cells.columns[reading.label]
    found: list[str | None] = [""] * len(texts)
    words = known_words(reading)
    moved = {
        row
        for row in cells.surplus
        if (t := trimmed(texts[row - 1])) and plain_word(t) not in words
    }
    if not moved and IgnoreRule.HEADING not in ignored.values():
        return found
    groups: list[str | None] = []
    for row in range(reading.header.row + 1, len(texts) + 1):
        text = trimmed(texts[row - 1])
        match ignored.get(row):
            case IgnoreRule.HEADING:
                groups.append(text)
            case IgnoreRule.SUBTOTAL:
                _leave(groups, text)
            case IgnoreRule.TOTAL:
                groups.clear()
            case None if row in moved:
                _leave(groups, text) if _TOTAL_FOR.match(text) else groups.append(None)
            case _:
                group = groups[-1] if groups else None
                known = group is not None and group.casefold() in _NO_GROUP
                found[row - 1] = "" if known else group and _item(group)
    return found


def _leave(groups: list[str | None], total: str) -> None:
    """A total ends its group, and those within it."""
    name = _TOTAL_FOR.sub("", total, count=1).removesuffix(_SUB_ITEMS)
    if name in groups:
        del groups[len(groups) - 1 - groups[::-1].index(name) :]
    elif groups:
        groups.pop()
