"""What the words of an export say of its rows: what is in the books, and what is not.

Which words mean what is declared by the layout; any other word is for a person to judge.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from reconcile.domain.fields import normal_name
from reconcile.domain.model import CellRef, IgnoreRule, Issue
from reconcile.domain.text import quoted, trimmed
from reconcile.loader.layouts.base import Words
from reconcile.loader.layouts.columns import Reading
from reconcile.loader.readers import Cells

__all__ = ["Documents", "bodies_of", "documents_of", "judge_bookings", "known_words", "plain_word"]

_MARKS = frozenset({"*", "yes", "true"})
_VOID = re.compile(r"(void(?:ed)?)\s*(?:$|:|-\s)", re.IGNORECASE)
_BOOKING, _OTHER, _CREDIT = "booking", "other", "credit"


@dataclass(slots=True)
class Documents:
    """What the words of a layout say of rows, by row number.

    `others` are rows that are no bookings, with their rule; `credits` those of them that
    take a booking back, with the word; `unknown` have a word that the layout doesn't know.
    """

    others: dict[int, str] = field(default_factory=dict)
    credits: dict[int, str] = field(default_factory=dict)
    unknown: dict[int, tuple[Issue, ...]] = field(default_factory=dict)


def judge_bookings(
    reading: Reading,
    cells: Cells,
    ignored: Mapping[int, str],
    bookings: Collection[str],
    place: CellRef,
) -> Documents:
    """What is in the books, by the words of the layout and those of the config.

    Args:
        reading: the header.
        cells: the sheet.
        ignored: rows that are no documents.
        bookings: people's own words for what is in the books.
        place: the sheet.
    """
    found = Documents()
    own = {plain_word(word) for word in bookings}
    for position, words in reading.words:
        meanings = _meanings(words, own)
        column = cells.columns[position]
        for row in range(reading.header.row + 1, len(column) + 1):
            if row in ignored or row in found.others or row in cells.surplus:
                continue
            text = trimmed(column[row - 1])
            behind_type = text.rpartition(":")[2]  # as in `Invoice : Open`
            meaning = meanings.get(plain_word(text)) or meanings.get(plain_word(behind_type))
            fine = (words.blank and not text) or (words.any_other and meaning is None)
            if fine or meaning == _BOOKING:
                continue
            if meaning is None:
                cell = place._replace(row=row, column=position)
                issue = Issue("booking-unknown", (cell,), quoted(text), reading.layout.title)
                found.unknown[row] = (*found.unknown.get(row, ()), issue)
                continue
            found.others[row] = f"{IgnoreRule.NOT_A_BOOKING}: {text}"
            if meaning == _CREDIT:
                found.credits[row] = text
    for row, text in _void(reading, cells):
        if row not in ignored and row not in cells.surplus:
            found.others.setdefault(row, f"{IgnoreRule.NOT_A_BOOKING}: {text}")
    found.unknown = {row: what for row, what in found.unknown.items() if row not in found.others}
    return found


def _void(reading: Reading, cells: Cells) -> Iterator[tuple[int, str]]:
    """Rows whose memo says that their document is void, as `VOID: wrong customer`."""
    header = reading.header
    memos = {normal_name(name) for name in reading.layout.memo if reading.layout.void_in_memo}
    for position, name in enumerate(header.names):
        if normal_name(name) in memos:
            column = cells.columns[position]
            found = {text: match[1] for text in set(column) if (match := _VOID.match(text.strip()))}
            if found:
                below = enumerate(column[header.row :], header.row + 1)
                yield from ((row, found[text]) for row, text in below if text in found)


def documents_of(reading: Reading, cells: Cells) -> list[str]:
    """For each row the document it is of: its type and id as they stand; empty if unknown."""
    if reading.document is None:
        return []
    ids = map(trimmed, cells.columns[reading.document])
    if not reading.words:
        return list(ids)
    types = map(trimmed, cells.columns[reading.words[0][0]])
    return [f"{what} {name}".strip() if name else "" for what, name in zip(types, ids, strict=True)]


def bodies_of(reading: Reading, cells: Cells) -> frozenset[int]:
    """The rows that speak of their document as a whole, and of no item."""
    if reading.body is None:
        return frozenset()
    column = cells.columns[reading.body]
    return frozenset(row for row, text in enumerate(column, 1) if plain_word(text) in _MARKS)


def known_words(reading: Reading) -> frozenset[str]:
    """All words that the layout knows for its rows, as they are compared."""
    return frozenset(word for _, words in reading.words for word in _meanings(words, ()))


def _meanings(words: Words, own: Collection[str]) -> dict[str, str]:
    meanings = dict.fromkeys(map(plain_word, words.others), _OTHER)
    meanings |= dict.fromkeys(map(plain_word, words.credits), _CREDIT)
    meanings |= dict.fromkeys(map(plain_word, words.bookings), _BOOKING)
    return meanings | dict.fromkeys(own, _BOOKING)


def plain_word(word: str) -> str:
    """A word as it is compared: without case and superfluous blanks."""
    return " ".join(trimmed(word).split()).casefold()
