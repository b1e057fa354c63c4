"""Cells of the export that were more than their text, as cells of the same type.

Dropped again uncorrected, they must be rejected again for the same reason; so a date is
written as a date, and a formula without a value as an error, though both have a text.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import NamedTuple, assert_never

from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.datetime import to_excel

from reconcile.domain.model import SourceType
from reconcile.results.report.tables import SourceCell

__all__ = ["Typed", "typed"]


class Typed(NamedTuple):
    """A value that isn't text: its type in OOXML (`n`, `b`, `e`), itself, and how it shows."""

    cell_type: str
    value: str
    number_format: str = "General"


def typed(kept: SourceCell) -> Typed | None:
    """The value of the cell; None if the text is all that it was, or can't be read as more."""
    return _AS[kept.was](kept.text.strip())


def _text(_: str) -> None:
    return None


def _boolean(text: str) -> Typed | None:
    bit = {"true": "1", "1": "1", "false": "0", "0": "0"}.get(text.lower())
    return None if bit is None else Typed("b", bit)


def _error(text: str) -> Typed:
    return Typed("e", text if text in ERROR_CODES else "#N/A")


def _formula(_: str) -> Typed:
    return Typed("e", "#N/A")


_NUMBER = re.compile(r"\+?(-?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?)")


def _long_number(text: str) -> Typed | None:
    match = _NUMBER.fullmatch(text)
    if match is None or not math.isfinite(float(match[1])):
        return None
    whole = match[2] is None and match[3] is None
    return Typed("n", match[1], "0" if whole else "General")


_DAY = "yyyy-mm-dd"
_CLOCK = "hh:mm:ss"
_FIRST_DATE = date(1900, 1, 1)
_DURATION = re.compile(r"(-?)([0-9]{1,9}):([0-5][0-9]):([0-5][0-9](?:\.[0-9]+)?)")


def _date(text: str) -> Typed | None:
    """A date, a time or both; what Excel keeps as a date beyond that is kept like it."""
    parts = "" if "." not in text else ".000"
    moment = _parsed(text)
    match moment:
        case datetime():
            kept = Typed("n", repr(to_excel(moment)), f"{_DAY} {_CLOCK}{parts}")
            return kept if moment.date() >= _FIRST_DATE else None
        case date():
            return Typed("n", repr(to_excel(moment)), _DAY) if moment >= _FIRST_DATE else None
        case time():
            return Typed("n", repr(to_excel(moment)), f"{_CLOCK}{parts}")
        case None if text == "1900-02-29":
            return Typed("n", "60", _DAY)
        case None if match := _DURATION.fullmatch(text):
            sign, hours, minutes, seconds = match.groups()
            days = (int(hours) * 3600 + int(minutes) * 60 + float(seconds)) / 86_400
            return Typed("n", f"{sign}{days!r}", f"[h]:mm:ss{parts}")
        case None:
            number = _long_number(text)
            return number and number._replace(number_format=_DAY)
        case _:
            assert_never(moment)


def _parsed(text: str) -> date | time | None:
    parsers: tuple[Callable[[str], date | time], ...] = (
        date.fromisoformat,
        lambda said: datetime.fromisoformat(said).replace(tzinfo=None),
        lambda said: time.fromisoformat(said).replace(tzinfo=None),
    )
    for parse in parsers:
        try:
            return parse(text)
        except ValueError:
            continue
    return None


_AS: dict[SourceType, Callable[[str], Typed | None]] = {
    SourceType.DATE: _date,
    SourceType.BOOLEAN: _boolean,
    SourceType.ERROR: _error,
    SourceType.FORMULA: _formula,
    SourceType.LONG_NUMBER: _long_number,
    SourceType.PADDED_NUMBER: _text,
    SourceType.TEXT_FORMULA: _text,
}
