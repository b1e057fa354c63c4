"""Which rows of an export are documents, and which are no data by a named rule.

Rules, section 1.5. A row that could be data is judged, never ignored.
"""

from collections.abc import Mapping, Sequence

from reconcile.domain.fields import normal_name
from reconcile.domain.model import Field, IgnoreRule, SourceType
from reconcile.domain.text import trimmed
from reconcile.loader.layouts.columns import Reading
from reconcile.loader.layouts.words import known_words, plain_word
from reconcile.loader.readers import Cells
from reconcile.loader.structure import are_sums, are_words, filled_cells, kind_of_words

__all__ = ["without_data"]

_TOTALS = (IgnoreRule.SUBTOTAL, IgnoreRule.TOTAL)


def without_data(reading: Reading, cells: Cells) -> dict[int, str]:
    """Which rows are no documents, and by which rule; row number (from 1) to the rule."""
    rows = _Rows(reading, cells)
    ignored: dict[int, str] = {}
    for row in rows.worth_a_look():
        rule = rows.rule(row)
        if rule is not None:
            ignored[row] = rule
    last = rows.count
    while last and (last in ignored or rows.is_lone(last)):
        ignored.setdefault(last, IgnoreRule.FOOTER)
        last -= 1
    for row, rule in ignored.items():
        if rule == IgnoreRule.HEADING and row > last:
            ignored[row] = IgnoreRule.FOOTER
    return dict(sorted(ignored.items()))


class _Rows:
    """The rows of a sheet, looked at one by one."""

    def __init__(self, reading: Reading, cells: Cells) -> None:
        self._reading = reading
        self._cells = cells
        self.count = len(cells.columns[0]) if cells.columns else 0
        self._known = known_words(reading)
        labelled_by_words = any(position == reading.label for position, _ in reading.words)
        self._documents = self._known if labelled_by_words else frozenset()
        values = {*reading.header.fields.keys()} - {Field.ITEM_QUANTITY}
        quantity = reading.header.fields.get(Field.ITEM_QUANTITY)
        kept = {reading.header.fields[field] for field in values}
        self._anchors = {at for at in reading.anchors if at != quantity or at in kept}
        self._label_is_data = reading.label in self._anchors and not self._documents

    def worth_a_look(self) -> list[int]:
        """Rows that don't say by a word of the layout that they are documents."""
        if not self._reading.words:
            return list(range(1, self.count + 1))
        position, _ = self._reading.words[0]
        column, start = self._cells.columns[position], self._reading.header.row
        plain = {text: plain_word(text) in self._known for text in set(column)}
        below = (row for row in range(start + 1, self.count + 1) if not plain[column[row - 1]])
        return [*range(1, start + 1), *below]

    def rule(self, row: int) -> str | None:
        """The rule by which the row is no data; None if it is, or may be."""
        header = self._reading.header
        filled = filled_cells(self._cells, row)
        if row == header.row:
            return IgnoreRule.HEADER
        surplus = self._cells.surplus.get(row, ())
        if not filled and not any(map(trimmed, surplus)):
            return IgnoreRule.BLANK
        if row < header.row:
            return IgnoreRule.TITLE
        if surplus:
            return None  # it may have moved (rules, section 1.7)
        if len(filled) > 1 and all(
            normal_name(text) == normal_name(header.names[column])
            for column, text in filled.items()
        ):
            return IgnoreRule.HEADER_AGAIN
        label = self._reading.label
        others = {column: text for column, text in filled.items() if column != label}
        if not self._anchors.isdisjoint(others):
            return None
        if label not in filled:
            return self._without_label(filled)
        return self._labelled(
            filled[label], list(others.values()), self._cells.was.get((row, label))
        )

    def is_lone(self, row: int) -> bool:
        """Nothing but one text where headings and totals stand."""
        filled = filled_cells(self._cells, row)
        return (
            list(filled) == [self._reading.label]
            and row not in self._cells.surplus
            and plain_word(filled[self._reading.label]) not in self._documents
        )

    def _labelled(self, text: str, others: Sequence[str], what: SourceType | None) -> str | None:
        if plain_word(text) in self._documents or what in (SourceType.ERROR, SourceType.FORMULA):
            return None
        if not others:
            if self._label_is_data and not are_words(text):
                return None
            return kind_of_words(text, ()) if are_words(text) else IgnoreRule.HEADING
        if not are_sums(others):
            return None
        if are_words(text):
            return kind_of_words(text, others)
        return None if self._label_is_data else IgnoreRule.HEADING

    @staticmethod
    def _without_label(filled: Mapping[int, str]) -> str | None:
        first, *rest = filled.values()
        if are_sums(list(filled.values())):
            return IgnoreRule.TOTAL
        kind = kind_of_words(first, rest) if are_words(first) and are_sums(rest) else None
        return kind if kind in _TOTALS else None
