"""From the text of a cell to a value, or to what is wrong with it (rules, section 3).

A column is judged at once: each distinct text is looked at a single time, so that a million
rows cost a look-up each. The result keeps the order of the column.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple, cast

import numpy as np
import pandas as pd

from reconcile.domain.fields import EXTERNAL_IDS, FIELDS, IDS
from reconcile.domain.model import Field, SourceType
from reconcile.domain.payload import STATUSES
from reconcile.domain.rules import YES_NO, CellRules
from reconcile.domain.text import quoted, trimmed

__all__ = [
    "CLEAR",
    "NOTE_LIMIT",
    "Clear",
    "Codes",
    "Fault",
    "Meaning",
    "Remark",
    "ValidatedColumn",
    "judge_column",
    "shown",
]

NOTE_LIMIT: Final = 500
"""Characters of an update note; it travels in the address, where 8 KiB is a common limit."""

LARGEST_ID: Final = 2**63 - 1
_ID_DIGITS = len(str(LARGEST_ID))


class Clear(Enum):
    """The type of `CLEAR`, for annotations."""

    CLEAR = "CLEAR"


CLEAR: Final = Clear.CLEAR
"""What the configured word stands for: null is sent."""


class Fault(NamedTuple):
    """An issue of a cell whose place is not known yet."""

    code: str
    found: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A notice of `count` cells of a column, the first of them at `index`."""

    code: str
    index: int
    found: str
    count: int = 1
    detail: str = ""


Meaning = int | str | bool | Clear
"""What a cell can say."""

Codes = np.ndarray[Any, np.dtype[np.int64]]
"""One number for each row."""

Texts = np.ndarray[Any, np.dtype[np.object_]]
"""One text for each row."""


@dataclass(frozen=True, slots=True)
class ValidatedColumn:
    """A column with each distinct value judged once.

    `codes[i]` is the position in `meanings` of what row i says, -1 for a blank or faulty cell;
    no two meanings are equal. `faults` are by row.
    """

    codes: Codes
    meanings: Sequence[Meaning]
    faults: Mapping[int, Fault]
    remarks: Sequence[Remark]

    @property
    def values(self) -> list[Meaning | None]:
        """What each row says; None for a blank or faulty cell."""
        known = [*self.meanings, None]
        return [known[code] for code in self.codes.tolist()]

    def ids(self) -> Codes:
        """The ids of a column of ids, 0 for a blank or faulty cell."""
        known: Codes = np.array([*self.meanings, 0], dtype=np.int64)
        return known[self.codes]

    def with_codes(self, codes: Codes) -> "ValidatedColumn":
        """The same meanings on other rows."""
        return ValidatedColumn(codes, self.meanings, self.faults, self.remarks)

    @classmethod
    def of_ids(cls, ids: Codes, before: "ValidatedColumn | None" = None) -> "ValidatedColumn":
        """A column of ids (0: none), with the faults and remarks of the column `before` it."""
        codes = np.full(len(ids), -1)
        there = ids > 0
        codes[there], distinct = pd.factorize(ids[there])
        faults = {} if before is None else before.faults
        return cls(codes, distinct.tolist(), faults, () if before is None else before.remarks)


_Value = Meaning | None


class _Understood(NamedTuple):
    """A value that is worth a notice: its code, and what the value became."""

    value: _Value
    code: str
    detail: str = ""


_Judged = _Value | Fault | _Understood
_Judge = Callable[[str, CellRules], _Judged]

_DIGITS = re.compile(r"[0-9]+")
_POINT_ZERO = re.compile(r"[0-9]+\.0")
_E_NOTATION = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE][+-][0-9]+")
_ERROR_VALUE = re.compile(
    r"#(?:N/A|NV|REF!|BEZUG!|VALUE!|WERT!|DIV/0!|NAME\?|NULL!|NUM!|ZAHL!|SPILL!|CALC!|FIELD!"
    r"|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|#{2,})|Err:[0-9]{3}",
    re.IGNORECASE,
)
_SUSPECT = (" ", "#", "e+", "e-", "err:")  # folded; printable text has no other blanks
_PLAIN = (Field.SUB_QUANTITY, Field.ACCOUNTING_SYNCED)
_TEXT_FIELDS = (Field.ACCOUNTING_SYNC_ERROR, Field.UPDATE_NOTE)
_WAS_FAULTS = {
    SourceType.DATE: "cell-date",
    SourceType.BOOLEAN: "cell-boolean",
    SourceType.LONG_NUMBER: "number-too-long",
}
_WAS_REMARKS = {SourceType.PADDED_NUMBER: "padded-number", SourceType.TEXT_FORMULA: "text-formula"}
_INVALID = {
    Field.ORDER_ID: "order-id-invalid",
    Field.ITEM_ID: "item-id-invalid",
    Field.SUB_QUANTITY: "quantity-invalid",
    Field.ACCOUNTING_SYNCED: "synced-invalid",
    Field.STATUS: "status-invalid",
    Field.UPDATE_NOTE: "note-invalid",
}


def judge_column(
    column: Field,
    texts: Sequence[str] | Texts,
    source_types: Mapping[int, SourceType],
    rules: CellRules,
) -> ValidatedColumn:
    """Judges every cell of a column, each distinct text once (rules, section 3).

    Args:
        column: what the column means.
        texts: exact text, `""` for a blank cell; data rows only.
        source_types: by index into `texts`, what a cell was where its text doesn't tell.
        rules: the config's words.
    """
    text_codes, found = pd.factorize(np.asarray(texts, dtype=object))
    distinct: list[str] = found.tolist()
    plain = _all_plain(column, distinct, rules)
    if plain is None:
        point_zero = _all_point_zero(column, distinct, source_types)
        judged = _judged(column, distinct, rules, point_zero=point_zero)
        remarks = [*_remarks(text_codes, distinct, judged)]
        codes, meanings, faults = _coded(text_codes, judged)
    else:
        codes, meanings, faults, remarks = *_without_blank(text_codes, plain), {}, []
    for index, what in source_types.items():
        fault = _fault_of_type(column, texts[index], what)
        if fault is not None:
            codes[index] = -1
            faults[index] = fault
    remarks += _remarks_of_types(texts, source_types)
    if plain is None and point_zero:
        filled = np.flatnonzero(np.array([bool(trimmed(text)) for text in distinct])[text_codes])
        first = int(filled[0])
        remarks.append(Remark("point-zero", first, quoted(texts[first]), len(filled)))
    if plain is None and column in EXTERNAL_IDS:
        remarks += _lost_zeros(text_codes, distinct)
    return ValidatedColumn(codes, meanings, faults, remarks)


def _judged(
    column: Field, distinct: Sequence[str], rules: CellRules, *, point_zero: bool
) -> list[_Judged]:
    """What each of the distinct texts means, or what is wrong with it."""
    judge = _JUDGES[column]
    if point_zero:
        return [_without_point_zero(text, judge, rules) for text in distinct]
    return [judge(trimmed(text), rules) for text in distinct]


def _coded(
    text_codes: Codes, judged: Sequence[_Judged]
) -> tuple[Codes, Sequence[Meaning], dict[int, Fault]]:
    """One code for each meaning, however it is written; and the faulty rows."""
    meant = [
        None if isinstance(one, Fault) else one.value if isinstance(one, _Understood) else one
        for one in judged
    ]
    meanings: dict[tuple[type, Meaning], int] = {}
    codes_of = [
        -1 if value is None else meanings.setdefault((type(value), value), len(meanings))
        for value in meant
    ]
    faulty = np.array([isinstance(one, Fault) for one in judged], dtype=bool)
    faults = {
        index: cast("Fault", judged[text_codes[index]])
        for index in np.flatnonzero(faulty[text_codes]).tolist()
    }
    codes: Codes = np.array(codes_of, dtype=np.int64)[text_codes]
    return codes, [value for _, value in meanings], faults


def _without_blank(text_codes: Codes, values: Sequence[_Value]) -> tuple[Codes, Sequence[Meaning]]:
    """The codes of distinct values of which one may be blank."""
    if None not in values:
        return text_codes, cast("Sequence[Meaning]", values)
    blank = values.index(None)
    codes: Codes = np.where(text_codes == blank, -1, text_codes - (text_codes > blank))
    return codes, [value for value in values if value is not None]


def _all_plain(column: Field, texts: Sequence[str], rules: CellRules) -> Sequence[_Value] | None:
    """The values of distinct texts in which nothing can be wrong, no two of them equal.

    None where a closer look is due. Looks at all of them as one long text: it says no too often,
    never yes too often.
    """
    joined = "|".join(texts)
    if joined.startswith("0") or "|0" in joined:
        return None
    if column in IDS:
        return _all_ids(texts)
    if column in EXTERNAL_IDS:
        folded_texts = joined.casefold()
        if any(part in folded_texts for part in (*_SUSPECT, rules.clear_word)):
            return None
        return [text or None for text in texts] if joined.isprintable() else None
    return None


def _all_ids(texts: Sequence[str]) -> Sequence[_Value] | None:
    joined = "".join(texts)
    digits = bool(texts) and all(texts) and joined.isascii() and joined.isdigit()
    return [*map(int, texts)] if digits and max(map(len, texts)) < _ID_DIGITS else None


def shown(value: object) -> str:
    """A judged value for a message."""
    match value:
        case Clear():
            return "null (the clear word)"
        case bool():
            return "yes" if value else "no"
        case _:
            return quoted(str(value))


def _without_point_zero(text: str, judge: _Judge, rules: CellRules) -> _Judged:
    judged = judge(trimmed(text).removesuffix(".0"), rules)
    return judged._replace(found=quoted(trimmed(text))) if isinstance(judged, Fault) else judged


def _judge_id(code: str) -> _Judge:
    def judge(text: str, _rules: CellRules) -> _Judged:
        if text.isdigit() and text.isascii():
            number = int(text) if len(text) <= _ID_DIGITS else int(text.lstrip("0")[:20] or "0")
            if 1 <= number <= LARGEST_ID:
                return number
        return (_damage(text) or Fault(code, quoted(text))) if text else None

    return judge


def _judge_external_id(column: Field) -> _Judge:
    def judge(text: str, rules: CellRules) -> _Judged:
        if not text:
            return None
        if text.casefold() == rules.clear_word:
            return _clear(column, text)
        if not text.isprintable() and _has_control_characters(text):
            return Fault("external-id-control-characters", quoted(text))
        return _damage(text) or text

    return judge


def _judge_name(text: str, _rules: CellRules) -> _Judged:
    """A number or SKU that is looked up: exact text."""
    if not text.isprintable() and _has_control_characters(text):
        return Fault("external-id-control-characters", quoted(text))
    return (_damage(text) or text) if text else None


def _judge_item_quantity(text: str, _rules: CellRules) -> _Judged:
    """Only compared with other quantities; nothing can be wrong with it."""
    return text or None


def _judge_quantity(text: str, rules: CellRules) -> _Judged:
    if text and text.casefold() == rules.clear_word:
        return _clear(Field.SUB_QUANTITY, text)
    judged = _QUANTITY(text, rules)
    if isinstance(judged, Fault) and judged.code != "cell-error":
        return Fault("quantity-invalid", quoted(text))
    return judged


def _judge_synced(text: str, rules: CellRules) -> _Judged:
    if not text:
        return None
    word = text.casefold()
    if word == rules.clear_word:
        return _clear(Field.ACCOUNTING_SYNCED, text)
    if word in rules.yes_no:
        meaning = rules.yes_no[word]
        return _Understood(meaning, "word-understood", "yes" if meaning else "no")
    if word in YES_NO:
        return YES_NO[word]
    return Fault("cell-error" if _is_error_value(text) else "synced-invalid", quoted(text))


def _judge_sync_error(text: str, rules: CellRules) -> _Judged:
    if not text:
        return None
    if text.casefold() == rules.clear_word:
        return _clear(Field.ACCOUNTING_SYNC_ERROR, text)
    if _is_error_value(text):
        return Fault("cell-error", quoted(text))
    return _without_control_characters(text)


def _judge_status(text: str, rules: CellRules) -> _Judged:
    if not text:
        return None
    word = text.casefold()
    if word in rules.statuses:
        meaning = rules.statuses[word]
        return _Understood(meaning, "word-understood", meaning)
    return _STATUS_WORDS.get(word) or Fault("status-invalid", quoted(text))


def _judge_note(text: str, rules: CellRules) -> _Judged:
    if not text:
        return None
    judged = _without_control_characters(text)
    note = judged.value if isinstance(judged, _Understood) else judged
    too_long = isinstance(note, str) and len(note) > NOTE_LIMIT
    if too_long or text.casefold() == rules.clear_word or _is_error_value(text):
        return Fault("note-invalid", quoted(text), str(NOTE_LIMIT))
    return judged


_QUANTITY = _judge_id("quantity-invalid")
_STATUS_WORDS = {status.casefold(): status for status in STATUSES}
_JUDGES: dict[Field, _Judge] = {
    Field.ORDER_ID: _judge_id("order-id-invalid"),
    Field.ORDER_EXTERNAL_ID: _judge_external_id(Field.ORDER_EXTERNAL_ID),
    Field.ITEM_ID: _judge_id("item-id-invalid"),
    Field.ITEM_EXTERNAL_ID: _judge_external_id(Field.ITEM_EXTERNAL_ID),
    Field.SUB_EXTERNAL_ID: _judge_external_id(Field.SUB_EXTERNAL_ID),
    Field.SUB_QUANTITY: _judge_quantity,
    Field.ACCOUNTING_SYNCED: _judge_synced,
    Field.ACCOUNTING_SYNC_ERROR: _judge_sync_error,
    Field.STATUS: _judge_status,
    Field.UPDATE_NOTE: _judge_note,
    Field.ORDER_NUMBER: _judge_name,
    Field.SKU: _judge_name,
    Field.ITEM_QUANTITY: _judge_item_quantity,
}


def _clear(column: Field, text: str) -> _Judged:
    return CLEAR if FIELDS[column].null_allowed else Fault("clear-not-allowed", quoted(text))


def _damage(text: str) -> Fault | None:
    if text[0] in "#eE" and _is_error_value(text):
        return Fault("cell-error", quoted(text))
    if text[0] in "+-0123456789" and _E_NOTATION.fullmatch(text):
        return Fault("number-e-notation", quoted(text))
    return None


def _is_error_value(text: str) -> bool:
    return _ERROR_VALUE.fullmatch(text) is not None


def _has_control_characters(text: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)


def _without_control_characters(text: str) -> _Judged:
    if text.isprintable():
        return text
    kept = "".join(
        char for char in text if char in "\r\n\t" or unicodedata.category(char) not in ("Cc", "Cs")
    )
    return (
        text if kept == text else _Understood(trimmed(kept) or None, "control-characters-removed")
    )


def _fault_of_type(column: Field, text: str, what: SourceType) -> Fault | None:
    """What a cell's kind says against it, which its text doesn't."""
    if what in _WAS_REMARKS or column is Field.ITEM_QUANTITY:
        return None
    unusable = what in (SourceType.ERROR, SourceType.FORMULA)
    readable = column in _TEXT_FIELDS or (
        column is Field.ACCOUNTING_SYNCED and what is SourceType.BOOLEAN
    )
    if readable and not unusable:
        return None
    if column in (Field.STATUS, Field.UPDATE_NOTE):
        code = _INVALID[column]
    elif unusable:
        code = "cell-error" if what is SourceType.ERROR else "cell-formula"
    else:
        code = _INVALID[column] if column in _PLAIN else _WAS_FAULTS[what]
    limit = str(NOTE_LIMIT) if column is Field.UPDATE_NOTE else ""
    return Fault(code, quoted(text), limit)


def _all_point_zero(
    column: Field, distinct: Iterable[str], source_types: Mapping[int, SourceType]
) -> bool:
    """Whether every number of a column of whole numbers is written like 700001.0."""
    if column not in (*IDS, Field.SUB_QUANTITY):
        return False
    filled = [text for text in map(trimmed, distinct) if text]
    as_text = all(what in _WAS_REMARKS for what in source_types.values())
    return bool(filled) and as_text and all(_POINT_ZERO.fullmatch(text) for text in filled)


def _remarks(
    text_codes: np.ndarray[Any, Any], distinct: Sequence[str], known: Sequence[_Judged]
) -> Iterable[Remark]:
    """One for each word that was understood and each kind of dirt that was taken off."""
    noted = [at for at, one in enumerate(known) if isinstance(one, _Understood)]
    if not noted:
        return
    counts = np.bincount(text_codes, minlength=len(distinct))
    groups: dict[tuple[str, str, str], tuple[int, int]] = {}
    for at in noted:
        _, code, detail = cast("_Understood", known[at])
        word = trimmed(distinct[at]) if code == "word-understood" else ""
        first, count = groups.get((code, detail, word), (at, 0))
        groups[code, detail, word] = (first, count + int(counts[at]))
    for (code, detail, _), (first, count) in groups.items():
        index = int(np.argmax(text_codes == first))
        yield Remark(code, index, quoted(distinct[first]), count, detail)


def _remarks_of_types(
    texts: Sequence[str] | Texts, was: Mapping[int, SourceType]
) -> Iterable[Remark]:
    groups: dict[str, list[int]] = {}
    for index, what in was.items():
        if what in _WAS_REMARKS:
            groups.setdefault(_WAS_REMARKS[what], []).append(index)
    for code, indexes in groups.items():
        first = min(indexes)
        yield Remark(code, first, quoted(texts[first]), len(indexes))


def _lost_zeros(text_codes: np.ndarray[Any, Any], distinct: Sequence[str]) -> list[Remark]:
    """Numbers shorter than a column whose ids are usually padded with zeros.

    Only where at least four in five of the numbers have one width, and one of those
    begins with a zero.
    """
    numbers = {text: trimmed(text) for text in distinct}
    numbers = {text: digits for text, digits in numbers.items() if _DIGITS.fullmatch(digits)}
    padded = {len(digits) for digits in numbers.values() if digits.startswith("0")}
    if not padded:
        return []
    usual, count = Counter(map(len, numbers.values())).most_common(1)[0]
    short = {t for t, digits in numbers.items() if len(digits) < usual and digits[0] != "0"}
    if usual not in padded or count * 5 < len(numbers) * 4 or not short:
        return []
    lost = np.flatnonzero(np.array([text in short for text in distinct])[text_codes])
    first = int(lost[0])
    found = quoted(distinct[text_codes[first]])
    return [Remark("lost-zeros", first, found, len(lost), str(usual))]
