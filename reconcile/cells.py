"""From the text of a cell to a value, or to what is wrong with it (rules, section 3).

A column is judged at once: each distinct text is looked at a single time, so that a million
rows cost a look-up each. The result keeps the order of the column.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from reconcile.fields import EXTERNAL_IDS, FIELDS, IDS
from reconcile.model import Field, Was
from reconcile.payload import STATUSES

__all__ = [
    "CLEAR",
    "NOTE_LIMIT",
    "CellRules",
    "Clear",
    "Fault",
    "JudgedColumn",
    "Remark",
    "judge_column",
    "quoted",
    "trimmed",
]

NOTE_LIMIT: Final = 500
"""Characters of an update note; it travels in the address, where 8 KiB is a common limit."""

LARGEST_ID: Final = 2**63 - 1

YES_NO: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "y", "t", "1"), True),
    **dict.fromkeys(("false", "no", "n", "f", "0"), False),
}


class Clear(Enum):
    """The type of `CLEAR`, for annotations."""

    CLEAR = "CLEAR"


CLEAR: Final = Clear.CLEAR
"""What the configured word stands for: null is sent."""


@dataclass(frozen=True, slots=True)
class CellRules:
    """What the config says about cells.

    `yes_no` and `statuses` are people's own words (any case, trimmed) and what they mean.
    """

    clear_word: str = "(clear)"
    yes_no: Mapping[str, bool] = field(default_factory=dict)
    statuses: Mapping[str, str] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class JudgedColumn:
    """`values[i]` is None for a blank or faulty cell, `CLEAR`, or what the cell says."""

    values: list[int | str | bool | Clear | None]
    faults: Mapping[int, Fault]
    remarks: Sequence[Remark]


class _Judged(NamedTuple):
    value: int | str | bool | Clear | None = None
    fault: Fault | None = None
    remark: tuple[str, str] | None = None


_Judge = Callable[[str, CellRules], _Judged]

_AROUND = re.compile(r"^[\s\u200b\u2060\ufeff]+|[\s\u200b\u2060\ufeff]+$")
_DIGITS = re.compile(r"[0-9]+")
_POINT_ZERO = re.compile(r"[0-9]+\.0")
_E_NOTATION = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?[eE][+-][0-9]+")
_ERROR_VALUE = re.compile(
    r"#(?:N/A|NV|REF!|BEZUG!|VALUE!|WERT!|DIV/0!|NAME\?|NULL!|NUM!|ZAHL!|SPILL!|CALC!|FIELD!"
    r"|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA|#{2,})|Err:[0-9]{3}",
    re.IGNORECASE,
)
_SHOWN = 60
_PLAIN = (Field.SUB_QUANTITY, Field.ACCOUNTING_SYNCED)
_TEXT_FIELDS = (Field.ACCOUNTING_SYNC_ERROR, Field.UPDATE_NOTE)
_WAS_FAULTS = {
    Was.DATE: "cell-date",
    Was.BOOLEAN: "cell-boolean",
    Was.LONG_NUMBER: "number-too-long",
}
_WAS_REMARKS = {Was.PADDED_NUMBER: "padded-number", Was.TEXT_FORMULA: "text-formula"}
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
    texts: Sequence[str],
    was: Mapping[int, Was],
    rules: CellRules,
) -> JudgedColumn:
    """Judges every cell of a column.

    Args:
        column: what the column means.
        texts: exact text, `""` for a blank cell; data rows only.
        was: by index into `texts`, what a cell was where its text doesn't tell.
        rules: the config's words.

    Returns:
        Values, faults and remarks by index into `texts`.
    """
    distinct = set(texts)
    judge = _JUDGES[column]
    point_zero = column in (*IDS, Field.SUB_QUANTITY) and _all_point_zero(distinct, was)
    if point_zero:
        known = {text: judge(trimmed(text).removesuffix(".0"), rules) for text in distinct}
    else:
        known = {text: judge(trimmed(text), rules) for text in distinct}
    values = [known[text].value for text in texts]
    faulty = {text: judged.fault for text, judged in known.items() if judged.fault}
    faults = {index: faulty[text] for index, text in enumerate(texts) if text in faulty}
    for index, what in was.items():
        fault = _fault_of_kind(column, texts[index], what)
        if fault is not None:
            values[index] = None
            faults[index] = fault
    remarks = list(_remarks(texts, known))
    remarks += _remarks_of_kinds(texts, was)
    if point_zero:
        filled = [index for index, text in enumerate(texts) if trimmed(text)]
        first = filled[0]
        remarks.append(Remark("point-zero", first, quoted(texts[first]), len(filled)))
    if column in EXTERNAL_IDS:
        remarks += _lost_zeros(texts, distinct)
    return JudgedColumn(values, faults, remarks)


def trimmed(text: str) -> str:
    """The text without the blanks around it: no-break and zero-width ones, line breaks too."""
    return _AROUND.sub("", text) if text else text


def quoted(text: str) -> str:
    """A text for a message: in quotes, shortened, nothing in it that a terminal obeys."""
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    visible = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in short
    )
    return f'"{visible}"'


def _judge_id(code: str) -> _Judge:
    def judge(text: str, _rules: CellRules) -> _Judged:
        if not text:
            return _Judged()
        if _DIGITS.fullmatch(text) and len(text.lstrip("0")) <= len(str(LARGEST_ID)):
            number = int(text)
            if 1 <= number <= LARGEST_ID:
                return _Judged(number)
        fault = _damage(text)
        return _Judged(fault=fault or Fault(code, quoted(text)))

    return judge


def _judge_external_id(column: Field) -> _Judge:
    def judge(text: str, rules: CellRules) -> _Judged:
        if not text:
            return _Judged()
        if text.casefold() == rules.clear_word.casefold():
            return _clear(column, text)
        if _has_control_characters(text):
            return _Judged(fault=Fault("external-id-control-characters", quoted(text)))
        fault = _damage(text)
        return _Judged(fault=fault) if fault else _Judged(text)

    return judge


def _judge_quantity(text: str, rules: CellRules) -> _Judged:
    if not text:
        return _Judged()
    if text.casefold() == rules.clear_word.casefold():
        return _clear(Field.SUB_QUANTITY, text)
    judged = _judge_id("quantity-invalid")(text, rules)
    if judged.fault is not None and judged.fault.code != "cell-error":
        return _Judged(fault=Fault("quantity-invalid", quoted(text)))
    return judged


def _judge_synced(text: str, rules: CellRules) -> _Judged:
    if not text:
        return _Judged()
    word = text.casefold()
    if word == rules.clear_word.casefold():
        return _clear(Field.ACCOUNTING_SYNCED, text)
    if word in rules.yes_no:
        meaning = rules.yes_no[word]
        return _Judged(meaning, remark=("word-understood", "yes" if meaning else "no"))
    if word in YES_NO:
        return _Judged(YES_NO[word])
    fault = Fault("cell-error", quoted(text)) if _ERROR_VALUE.fullmatch(text) else None
    return _Judged(fault=fault or Fault("synced-invalid", quoted(text)))


def _judge_sync_error(text: str, rules: CellRules) -> _Judged:
    if not text:
        return _Judged()
    if text.casefold() == rules.clear_word.casefold():
        return _clear(Field.ACCOUNTING_SYNC_ERROR, text)
    if _ERROR_VALUE.fullmatch(text):
        return _Judged(fault=Fault("cell-error", quoted(text)))
    return _without_control_characters(text)


def _judge_status(text: str, rules: CellRules) -> _Judged:
    if not text:
        return _Judged()
    word = text.casefold()
    if word in rules.statuses:
        meaning = rules.statuses[word]
        return _Judged(meaning, remark=("word-understood", meaning))
    if word in _STATUS_WORDS:
        return _Judged(_STATUS_WORDS[word])
    return _Judged(fault=Fault("status-invalid", quoted(text)))


def _judge_note(text: str, rules: CellRules) -> _Judged:
    if not text:
        return _Judged()
    clears = text.casefold() == rules.clear_word.casefold()
    if clears or _ERROR_VALUE.fullmatch(text) or len(text) > NOTE_LIMIT:
        return _Judged(fault=Fault("note-invalid", quoted(text), str(NOTE_LIMIT)))
    return _without_control_characters(text)


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
}


def _clear(column: Field, text: str) -> _Judged:
    if FIELDS[column].null_allowed:
        return _Judged(CLEAR)
    return _Judged(fault=Fault("clear-not-allowed", quoted(text)))


def _damage(text: str) -> Fault | None:
    if _ERROR_VALUE.fullmatch(text):
        return Fault("cell-error", quoted(text))
    if _E_NOTATION.fullmatch(text):
        return Fault("number-e-notation", quoted(text))
    return None


def _has_control_characters(text: str) -> bool:
    return not text.isprintable() and any(
        unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text
    )


def _without_control_characters(text: str) -> _Judged:
    if text.isprintable():
        return _Judged(text)
    kept = "".join(
        char for char in text if char in "\r\n\t" or unicodedata.category(char) not in ("Cc", "Cs")
    )
    if kept == text:
        return _Judged(text)
    return _Judged(trimmed(kept) or None, remark=("control-characters-removed", ""))


def _fault_of_kind(column: Field, text: str, what: Was) -> Fault | None:
    """What a cell's kind says against it, which its text doesn't."""
    if what in _WAS_REMARKS:
        return None
    unusable = what in (Was.ERROR, Was.FORMULA)
    readable = column in _TEXT_FIELDS or (column is Field.ACCOUNTING_SYNCED and what is Was.BOOLEAN)
    if readable and not unusable:
        return None
    if column in (Field.STATUS, Field.UPDATE_NOTE):
        code = _INVALID[column]
    elif unusable:
        code = "cell-error" if what is Was.ERROR else "cell-formula"
    else:
        code = _INVALID[column] if column in _PLAIN else _WAS_FAULTS[what]
    limit = str(NOTE_LIMIT) if column is Field.UPDATE_NOTE else ""
    return Fault(code, quoted(text), limit)


def _all_point_zero(distinct: Iterable[str], was: Mapping[int, Was]) -> bool:
    filled = [text for text in map(trimmed, distinct) if text]
    return bool(filled) and not was and all(_POINT_ZERO.fullmatch(text) for text in filled)


def _remarks(texts: Sequence[str], known: Mapping[str, _Judged]) -> Iterable[Remark]:
    told = {text: judged.remark for text, judged in known.items() if judged.remark}
    if not told:
        return
    groups: dict[tuple[str, str, str], list[int]] = {}
    for index, text in enumerate(texts):
        if text in told:
            code, detail = told[text]
            word = trimmed(text) if code == "word-understood" else ""
            groups.setdefault((code, detail, word), []).append(index)
    for (code, detail, _), indexes in groups.items():
        yield Remark(code, indexes[0], quoted(texts[indexes[0]]), len(indexes), detail)


def _remarks_of_kinds(texts: Sequence[str], was: Mapping[int, Was]) -> Iterable[Remark]:
    groups: dict[str, list[int]] = {}
    for index, what in was.items():
        if what in _WAS_REMARKS:
            groups.setdefault(_WAS_REMARKS[what], []).append(index)
    for code, indexes in groups.items():
        first = min(indexes)
        yield Remark(code, first, quoted(texts[first]), len(indexes))


def _lost_zeros(texts: Sequence[str], distinct: Iterable[str]) -> list[Remark]:
    """Numbers shorter than a column whose ids are usually padded with zeros.

    Only where at least four in five of the numbers have one width, and one of those
    begins with a zero.
    """
    numbers = {text for text in distinct if _DIGITS.fullmatch(trimmed(text))}
    if not any(trimmed(text).startswith("0") for text in numbers):
        return []
    widths = Counter(len(trimmed(text)) for text in numbers)
    usual, count = widths.most_common(1)[0]
    if count * 5 < len(numbers) * 4:
        return []
    padded = any(len(trimmed(t)) == usual and trimmed(t).startswith("0") for t in numbers)
    short = {t for t in numbers if len(trimmed(t)) < usual and not trimmed(t).startswith("0")}
    if not padded or not short:
        return []
    indexes = [index for index, text in enumerate(texts) if text in short]
    first = indexes[0]
    return [Remark("lost-zeros", first, quoted(texts[first]), len(indexes), str(usual))]
