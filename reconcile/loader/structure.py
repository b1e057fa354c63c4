"""Tells rows that are no data from rows that are, each by a named rule.

Rules, section 1.5. A row that could be data is never ignored: it is judged.
"""

import re
from collections.abc import Mapping, Sequence

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import EXTERNAL_IDS, normal_name
from reconcile.domain.model import Field, IgnoreRule, SourceType
from reconcile.domain.text import quoted, trimmed
from reconcile.loader.header import Header
from reconcile.loader.readers import Cells

__all__ = [
    "are_sums",
    "are_words",
    "filled_cells",
    "filter_rows",
    "ignored_rows",
    "kind_of_words",
]

_SUM = re.compile(r"[-+(]?\s*(?:[$€£¥]|[A-Z]{3}\s)?\s*-?[0-9][0-9.,' \u00a0\u202f]*\s*[$€£¥%]?\)?")
_NUMBER_OR_DATE = re.compile(r"[0-9][0-9.,:/ -]*(?:[AaPp][Mm])?|[0-9-]+T[0-9:.]+Z?")
_TOTAL = re.compile(r"(?:grand\s+)?totals?\b|sum\b|summe\b|gesamt\w*\b", re.IGNORECASE)
_SUBTOTAL = re.compile(r"sub-?\s?totals?\b|totals?\s+for\s+\S|zwischensumme\b", re.IGNORECASE)
_TOTAL_OF = re.compile(r"totals?\s+\S", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[-:&'.\u2019][^\W\d_]+)*")
_LINE = re.compile(r"[-=_*~\u2013\u2014]{3,}")
_PUNCTUATION = ".,:;-*\"'()\u2013\u2014"
_ID_COLUMNS = (Field.ITEM_ID, *EXTERNAL_IDS)
_LOOKED_UP = (Field.ORDER_NUMBER, Field.SKU)
_PLAIN = (None, SourceType.TEXT_FORMULA)
_NUMBERS = (*_PLAIN, SourceType.PADDED_NUMBER, SourceType.LONG_NUMBER)
_SAYS_SOMETHING = (
    Field.SUB_QUANTITY,
    Field.ACCOUNTING_SYNCED,
    Field.ACCOUNTING_SYNC_ERROR,
)


def ignored_rows(
    header: Header,
    cells: Cells,
    only: Mapping[str, Sequence[str]],
    *,
    send_status: bool,
    ids: bool = False,
) -> dict[int, str]:
    """Which rows are no data, and by which rule.

    Args:
        header: the header of the sheet.
        cells: the sheet, as wide as its header.
        only: column name to the values that a row must have, any case.
        send_status: whether a status alone makes a row data.
        ids: whether numbers are looked up in an id map, and so make a row data too.

    Returns:
        Row number (from 1) to the rule.
    """
    rows = _Rows(header, cells, send_status=send_status, ids=ids)
    ignored = rows.before_header()
    for row in rows.worth_a_look():
        rule = rows.rule(row)
        if rule is not None:
            ignored[row] = rule
    last_data = rows.last_data_row(ignored)
    for row in list(ignored):
        if ignored[row] == IgnoreRule.HEADING and row > last_data:
            ignored[row] = IgnoreRule.FOOTER
    ignored |= rows.lone_footers(ignored)
    filter_rows(header, cells, only, ignored)
    return dict(sorted(ignored.items()))


class _Rows:
    """The rows of a sheet, looked at one by one where a look at the ids isn't enough."""

    def __init__(
        self,
        header: Header,
        cells: Cells,
        *,
        send_status: bool,
        ids: bool,
    ) -> None:
        self._header = header
        self._cells = cells
        self._was = cells.was
        self._surplus = cells.surplus
        self._count = len(cells.columns[0]) if cells.columns else 0
        named_by = Field.ORDER_ID if Field.ORDER_ID in header.fields else Field.ORDER_NUMBER
        self._order_column = header.fields[named_by]
        self._named = set(header.fields.values())
        self._ids = cells.columns[self._order_column]
        finding = _LOOKED_UP if ids else ()
        id_columns = [field for field in (*_ID_COLUMNS, *finding) if field is not named_by]
        data = (*id_columns, *_SAYS_SOMETHING, *((Field.STATUS,) if send_status else ()))
        self._data_columns = {header.fields[f] for f in data if f in header.fields}
        self._id_columns = {header.fields[f] for f in id_columns if f in header.fields}

    def before_header(self) -> dict[int, str]:
        ignored: dict[int, str] = {self._header.row: IgnoreRule.HEADER}
        for row in range(1, self._header.row):
            ignored[row] = IgnoreRule.TITLE if filled_cells(self._cells, row) else IgnoreRule.BLANK
        return ignored

    def worth_a_look(self) -> list[int]:
        """Rows whose order id is not plain digits."""
        start = self._header.row
        ids = self._ids[start:]
        if all(ids) and "".join(ids).isdigit():
            return []
        return [row for row, text in enumerate(ids, start=start + 1) if not text.isdigit()]

    def rule(self, row: int) -> str | None:
        """The rule by which the row is no data; None if it is, or may be."""
        filled = filled_cells(self._cells, row)
        if not filled and not any(map(trimmed, self._surplus.get(row, ()))):
            return IgnoreRule.BLANK
        if row in self._surplus:
            return None  # it may have moved (rules, section 1.7)
        if self._repeats_header(filled):
            return IgnoreRule.HEADER_AGAIN
        if not self._id_columns.isdisjoint(filled):
            return None
        order_column = self._order_column
        if order_column in filled:
            others = [text for column, text in filled.items() if column != order_column]
            plain = self._was.get((row, order_column)) in _PLAIN
            text = filled[order_column]
            line = not others and _LINE.fullmatch(text) is not None
            words = plain and (line or are_words(text))
            if words and are_sums(others):
                return kind_of_words(text, others)
            return None
        first, *others = filled.values()
        labelled = next(iter(filled)) not in self._data_columns and are_words(first)
        kind = kind_of_words(first, others) if labelled and are_sums(others) else None
        if kind is not None and (kind != IgnoreRule.HEADING or not others):
            return kind
        if not self._data_columns.isdisjoint(filled):
            return None
        return IgnoreRule.TOTAL if are_sums(list(filled.values())) else IgnoreRule.NO_IDS

    def is_lone(self, row: int) -> bool:
        """Nothing but a number or a date in the order id column."""
        filled = filled_cells(self._cells, row)
        order_column = self._order_column
        if list(filled) != [order_column] or row in self._surplus:
            return False
        what = self._was.get((row, order_column))
        text = filled[order_column]
        return what is SourceType.DATE or (
            what in _NUMBERS and bool(_NUMBER_OR_DATE.fullmatch(text) or _SUM.fullmatch(text))
        )

    def last_data_row(self, ignored: Mapping[int, str]) -> int:
        """The last row with more than a lone number; 0 if there is none."""
        for row in range(self._count, self._header.row, -1):
            if row not in ignored and not self.is_lone(row):
                return row
        return 0

    def lone_footers(self, ignored: Mapping[int, str]) -> dict[int, str]:
        """Lone numbers and dates below the data, as long as there is data above them."""
        last = self.last_data_row(ignored)
        if not last:
            return {}
        below = (row for row in range(last + 1, self._count + 1) if row not in ignored)
        return dict.fromkeys(below, IgnoreRule.FOOTER)

    def _repeats_header(self, filled: Mapping[int, str]) -> bool:
        """Whether all names are the same, or those of several columns that mean something.

        The second row of a header may have other names beside them.
        """
        names = self._header.names
        other = {
            column
            for column, text in filled.items()
            if column >= len(names) or normal_name(text) != normal_name(names[column])
        }
        same = filled.keys() - other
        several = len(same & self._named) > 1 and self._named.isdisjoint(other)
        return self._order_column in same and (not other or several)


def filled_cells(cells: Cells, row: int) -> dict[int, str]:
    """Column to trimmed text of the cells of a row that aren't empty; formulas never are."""
    filled = {}
    for column, texts in enumerate(cells.columns):
        text = trimmed(texts[row - 1])
        if text or cells.was.get((row, column)) is SourceType.FORMULA:
            filled[column] = text
    return filled


def are_words(text: str) -> bool:
    """Words begin with a word, maybe behind signs; `S0123` may be somebody's id, and is judged."""
    parts = (part.strip(_PUNCTUATION) for part in text.split())
    return _WORD.fullmatch(next(filter(None, parts), "")) is not None


def are_sums(texts: Sequence[str]) -> bool:
    """Numbers and amounts; a filled cell without text is a formula that was never calculated."""
    return all(not text or _SUM.fullmatch(text) for text in texts)


def kind_of_words(text: str, sums: Sequence[str]) -> str:
    """What a row of words is.

    A customer may be called Total Quality Logistics: such a total has sums beside it.
    """
    if _SUBTOTAL.match(text) or (sums and _TOTAL_OF.match(text)):
        return IgnoreRule.SUBTOTAL
    if _TOTAL_OF.match(text):
        return IgnoreRule.HEADING
    return IgnoreRule.TOTAL if _TOTAL.match(text) else IgnoreRule.HEADING


def filter_rows(
    header: Header,
    cells: Cells,
    only: Mapping[str, Sequence[str]],
    ignored: dict[int, str],
) -> None:
    """Adds to `ignored` the rows that `only:` leaves out.

    Raises:
        FileRefusedError: a column of it doesn't stand there once.
    """
    names = [normal_name(name) for name in header.names]
    for name, values in only.items():
        wanted = {trimmed(value).casefold() for value in values}
        places = [at for at, known in enumerate(names) if known == normal_name(name)]
        if len(places) != 1:
            raise FileRefusedError(
                f"The column {quoted(name)} of `only:` stands {len(places)} times in the "
                f"header in row {header.row}; it must stand there once."
            )
        for row, text in enumerate(cells.columns[places[0]], start=1):
            if row in ignored or row in cells.surplus:
                continue
            if trimmed(text).casefold() not in wanted:
                ignored[row] = IgnoreRule.FILTERED
