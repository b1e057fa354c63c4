"""The one text of a cell of an OpenDocument spreadsheet.

Owns rule 2 of section 1 for them. Sources: ODF 1.3 part 3, `office:value-type` and
its neighbours; LibreOffice, which marks a failed formula with `calcext:value-type="error"`
and writes a boolean as the formula `TRUE()` with the number 1.
"""

import re
from datetime import datetime
from typing import Final

from reconcile.domain.model import SourceType
from reconcile.loader.readers.common.number_format import GENERAL, NumberFormat, Shown
from reconcile.loader.readers.common.serial_date import date_text, duration_text
from reconcile.loader.readers.common.values import Value, number_parser, number_value
from reconcile.loader.readers.ods.styles import AS_SHOWN, TABLE

__all__ = ["FORMULA", "OFFICE", "cell_value"]

OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TYPE: Final = OFFICE + "value-type"
_VALUE: Final = OFFICE + "value"
_STRING_VALUE: Final = OFFICE + "string-value"
_EXTENDED_TYPE: Final = (
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
)
FORMULA: Final = TABLE + "formula"
_ERROR: Final = re.compile(r"#[A-Z][A-Z0-9/]*[!?]?|Err:[0-9]{3}")
_DURATION: Final = re.compile(
    r"(-?)P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d{1,18})?)S)?)?",
    re.ASCII,
)
_DAY = 86_400
_BEGIN: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook knows no time zones


def cell_value(
    attributes: dict[str, str], shown: str | None, number_format: NumberFormat
) -> Value | None:
    """What a cell says, from its attributes and the text shown in it; None if it is empty.

    `shown` is None if the cell has no paragraph at all.
    """
    formula = FORMULA in attributes
    extended = attributes.get(_EXTENDED_TYPE)
    text = shown or ""
    if extended == "error" or (formula and extended is None and _ERROR.fullmatch(text)):
        return text or "#", SourceType.ERROR
    match attributes.get(_TYPE):
        case "string":
            return _string(attributes, text), None
        case "float" | "percentage" | "currency" if _VALUE in attributes:
            return _number(attributes[_VALUE], text, number_format, formula=formula)
        case "date":
            return _date(attributes.get(OFFICE + "date-value", text)), SourceType.DATE
        case "time":
            return _time(
                attributes.get(OFFICE + "time-value", text), number_format
            ), SourceType.DATE
        case "boolean":
            saved = attributes.get(OFFICE + "boolean-value", text)
            return {"true": "TRUE", "false": "FALSE"}.get(saved, text), SourceType.BOOLEAN
        case _ if formula and shown is None:
            return "", SourceType.FORMULA
        case _:
            return (text, None) if text or formula else None


def _string(attributes: dict[str, str], shown: str) -> str:
    """The saved text, in which an XML parser makes blanks of line breaks that are shown."""
    saved = attributes.get(_STRING_VALUE)
    if saved is None:
        return shown
    return shown if saved.split() == shown.split() else saved


def _number(saved: str, shown: str, number_format: NumberFormat, *, formula: bool) -> Value:
    if formula and number_format is GENERAL and saved in ("0", "1") and shown.isalpha():
        return ("TRUE" if saved == "1" else "FALSE"), SourceType.BOOLEAN
    if number_format is AS_SHOWN:
        text, was = number_value(saved)
        if was is not None or not text.isdecimal() or not shown.strip():
            return text, was
        return shown, None if shown == text else SourceType.PADDED_NUMBER
    as_number = number_format if number_format.shown is Shown.NUMBER else GENERAL
    return number_parser(as_number, from_1904=False)(saved)


def _date(saved: str) -> str:
    try:
        moment = datetime.fromisoformat(saved.strip()).replace(tzinfo=None)
    except ValueError:
        return saved
    return date_text((moment - _BEGIN).total_seconds() / _DAY, from_1904=False) or saved


def _time(saved: str, number_format: NumberFormat) -> str:
    match = _DURATION.fullmatch(saved.strip())
    if match is None:
        return saved
    sign, days, hours, minutes, seconds = match.groups("0")
    whole = int(days) * _DAY + int(hours) * 3600 + int(minutes) * 60
    serial = (whole + float(seconds.replace(",", "."))) / _DAY
    if number_format.shown is Shown.DATE and sign != "-":
        return date_text(serial, from_1904=False) or saved
    return duration_text(-serial if sign == "-" else serial)
