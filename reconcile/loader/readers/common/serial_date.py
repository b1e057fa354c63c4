"""Writes Excel's date numbers as ISO text.

Owns the two date systems. Source: ECMA-376 part 1, 18.17.4: day 1 is 1 January 1900 and
day 60 the 29 February 1900 that never was, or day 0 is 1 January 1904.
"""

from datetime import date, timedelta
from typing import Final

__all__ = ["date_text", "duration_text"]

_DAY = 86_400_000  # in the milliseconds that Excel shows at most
_LEAP_DAY_1900 = 60
_BEFORE_LEAP_DAY: Final = date(1899, 12, 31)
_AFTER_LEAP_DAY: Final = date(1899, 12, 30)
_BEGIN_1904: Final = date(1904, 1, 1)
_LAST: Final = date(9999, 12, 31)


def date_text(serial: float, *, from_1904: bool) -> str | None:
    """`2024-03-01`, `2024-03-01T08:30:00`, or `08:30:00` below one day.

    None for what Excel doesn't show as a date: below 0 and beyond the year 9999.
    """
    if not 0 <= serial < (_LAST - _AFTER_LEAP_DAY).days + 1:
        return None
    days, milliseconds = divmod(round(serial * _DAY), _DAY)
    time = _clock(milliseconds)
    if serial < 1 and days == 0:
        return time
    day = _day(days, from_1904=from_1904)
    return f"{day}T{time}" if day and milliseconds else day


def duration_text(serial: float) -> str:
    """`27:30:00`: the hours go on beyond 24."""
    milliseconds = round(abs(serial) * _DAY)
    return ("-" if serial < 0 and milliseconds else "") + _clock(milliseconds)


def _day(days: int, *, from_1904: bool) -> str | None:
    if from_1904:
        begin = _BEGIN_1904
    elif days == _LEAP_DAY_1900:
        return "1900-02-29"
    else:
        begin = _BEFORE_LEAP_DAY if days < _LEAP_DAY_1900 else _AFTER_LEAP_DAY
    return (begin + timedelta(days)).isoformat() if days <= (_LAST - begin).days else None


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text
