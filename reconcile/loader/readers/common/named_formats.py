"""Number formats as XML Spreadsheet 2003 and web pages from Excel call them.

Owns the formats that have a name instead of a code. Source: "XML Spreadsheet Reference"
(Microsoft, Office XP and 2003), `ss:Format`.
"""

from typing import Final

from reconcile.loader.readers.common.number_format import GENERAL, NumberFormat, Shown, from_code

__all__ = ["named_format"]

_NUMBERS: Final = (
    "",
    "General",
    "General Number",
    "Currency",
    "Euro Currency",
    "Fixed",
    "Standard",
    "Percent",
    "Scientific",
    "Yes/No",
    "True/False",
    "On/Off",
)
_DATES: Final = (
    "General Date",
    "Long Date",
    "Medium Date",
    "Short Date",
    "Long Time",
    "Medium Time",
    "Short Time",
)
_NAMED: Final = {
    **dict.fromkeys(_NUMBERS, GENERAL),
    **dict.fromkeys(_DATES, NumberFormat(Shown.DATE)),
}


def named_format(code: str) -> NumberFormat:
    """The format with this name, else with this code."""
    return _NAMED[code] if code in _NAMED else from_code(code)
