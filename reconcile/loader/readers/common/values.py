"""The one text of a cell, from what is saved for it and nothing else.

Owns rule 2 of section 1 for workbooks; what a number says in its format is the same in all
kinds of them. Sources: ECMA-376 part 1, 18.17.4 (dates), 18.18.11
(types of cells) and 22.9.2.19 (`_x000D_` and its like).
"""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import unescape

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.common.number_format import GENERAL, NumberFormat, Shown
from reconcile.loader.readers.common.padding import shown_in
from reconcile.loader.readers.common.serial_date import date_text, duration_text

__all__ = ["Value", "ValueParser", "Values", "number_parser", "number_value", "string_text"]

Value = tuple[str, SourceType | None]
"""The text of a cell, and what it was where the text doesn't tell."""

ValueParser = Callable[[str], Value]
"""How the saved value of cells of one type and format is read."""

_DIGITS = 15  # as many as Excel keeps, and as survive a double
_ATTRIBUTE: Final = re.compile(r'(\w+)="([^"]*)"')
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_ENTITIES: Final = {"&apos;": "'", "&quot;": '"'}
_ESCAPES: Final = re.compile("(?:_x[0-9A-Fa-f]{4}_)+")
_SAVED_EMPTY: Final = ("<v></v>", "<v/>", "<v />")


class Values:
    """Reads the cells of one workbook; `name` is for messages only.

    `saved[attributes](saved)` is the value of a cell with these attributes and nothing but a
    saved value, and raises like `value`.
    """

    def __init__(
        self,
        name: str,
        strings: Sequence[str],
        formats: Sequence[NumberFormat],
        *,
        from_1904: bool,
    ) -> None:
        self._name = name
        self.strings = strings
        self._formats = formats
        self._from_1904 = from_1904
        self.saved = _Parsers(self._reading)

    def value(self, attributes: str, formula: str, saved: str, inline: str) -> Value:
        """The value of a cell of which nothing, or more than a saved value, is there.

        All in the plain form of `sheet_xml`. Raises `FileRefusedError` if it points to a text
        that isn't there.
        """
        if saved:
            return self.saved[attributes](saved)
        if inline:
            return string_text(inline), None
        if not formula or ('t="str"' in attributes and formula.endswith(_SAVED_EMPTY)):
            return "", None
        return "", SourceType.FORMULA

    def _reading(self, attributes: str) -> ValueParser:
        found = dict(_ATTRIBUTE.findall(attributes))
        style = found.get("s", "0")
        known = style.isdecimal() and int(style) < len(self._formats)
        number_format = self._formats[int(style)] if known else GENERAL
        return self._of_type(found.get("t", "n"), number_format)

    def _of_type(self, type_: str, number_format: NumberFormat) -> ValueParser:
        match type_:
            case "s":
                return self.shared
            case "str" | "inlineStr":
                return lambda saved: (string_text(saved), None)
            case "n":
                return number_parser(number_format, from_1904=self._from_1904)
            case "b":
                return _boolean
            case "e":
                return lambda saved: (string_text(saved), SourceType.ERROR)
            case "d":
                return _iso_date
            case _:
                raise FileRefusedError(
                    f"{self._name} holds a cell of the unknown type {type_!r}: open it in a "
                    "spreadsheet program and save it again."
                )

    def shared(self, saved: str) -> Value:
        """The value of a cell that points to a shared string."""
        if saved.isdecimal() and (position := int(saved)) < len(self.strings):
            return self.strings[position], None
        raise FileRefusedError(
            f"{self._name} is damaged: a cell points to the text {saved!r} of "
            f"{len(self.strings)}; open it in a spreadsheet program and save it again."
        )


class _Parsers(dict[str, ValueParser]):
    """The reading for the attributes of a cell; they are few, and each is worked out once."""

    def __init__(self, reading: Callable[[str], ValueParser]) -> None:
        super().__init__()
        self._reading = reading

    def __missing__(self, attributes: str) -> ValueParser:
        reading = self[attributes] = self._reading(attributes)
        return reading


def string_text(saved: str) -> str:
    """The characters of a text in plain form: XML's five entities, then `_x000D_`, once."""
    if "&" in saved:
        saved = unescape(saved, _ENTITIES)
    return _ESCAPES.sub(_unescaped, saved) if "_x" in saved else saved


def _unescaped(match: re.Match[str]) -> str:
    """A run of escapes, so that the two halves of a character beyond 0xFFFF meet."""
    try:
        return bytes.fromhex(match[0].replace("_x", "").replace("_", "")).decode("utf-16-be")
    except UnicodeDecodeError:
        return match[0]


def number_parser(number_format: NumberFormat, *, from_1904: bool) -> ValueParser:
    """How the digits of a number are read that is shown in this format."""
    if number_format.shown is Shown.NUMBER:
        return _padded(number_format) if number_format.zeros else number_value
    return _dated(number_format, from_1904=from_1904)


def number_value(saved: str) -> Value:
    """The text of a number without a format of its own.

    Exact digits: never `123.0`, never an exponent, nothing rounded.
    """
    if saved.isdecimal() and len(saved) <= _DIGITS and saved.isascii() and saved[0] != "0":
        return saved, None
    digits = saved.strip()
    try:
        number = float(digits)
    except ValueError:
        return string_text(saved), None
    if not math.isfinite(number):
        return saved, SourceType.ERROR
    if "_" in digits or not digits.isascii():
        return saved, None
    if not number.is_integer():
        text = repr(number)
        text = _written_out(number) if "e" in text else text
        if len(text) <= _DIGITS + 1 or len(text.lstrip("-0.").replace(".", "")) <= _DIGITS:
            return text, None
        return text, SourceType.LONG_NUMBER
    if abs(number) < 10**_DIGITS:
        return str(int(number)), None
    return _written_out(number if "e" in digits.lower() else digits), SourceType.LONG_NUMBER


def _written_out(number: float | str) -> str:
    """All digits without an exponent: those given, or the shortest that stand for a double."""
    text = format(Decimal(number if isinstance(number, str) else repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _padded(number_format: NumberFormat) -> ValueParser:
    """Leading zeros as they are shown, where one format speaks for the number."""

    def read(saved: str) -> Value:
        text, was = number_value(saved)
        digits = text.removeprefix("-")
        if was or not digits.isdecimal():
            return text, was
        if number_format.padded:
            other = shown_in(number_format.padded, text) if digits == text else None
            return (text, None) if other in (None, text) else (other, SourceType.PADDED_NUMBER)
        if number_format.sections >= _own_section(text):
            return text, was
        shown = text.removesuffix(digits) + digits.zfill(number_format.zeros)
        return shown, SourceType.PADDED_NUMBER if shown != text else None

    return read


def _own_section(text: str) -> float:
    """With so many sections a format has one of its own for this number."""
    if text.startswith("-"):
        return 2
    return 3 if text == "0" else math.inf


def _dated(number_format: NumberFormat, *, from_1904: bool) -> ValueParser:
    @lru_cache(maxsize=1 << 12)
    def read(saved: str) -> Value:
        if not _NUMBER.fullmatch(saved.strip()):
            return string_text(saved), SourceType.DATE
        serial = float(saved)
        if number_format.shown is Shown.DURATION:
            return duration_text(serial), SourceType.DATE
        return date_text(serial, from_1904=from_1904) or number_value(saved)[0], SourceType.DATE

    return read


def _boolean(saved: str) -> Value:
    known = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE"}
    return known.get(saved.strip()) or string_text(saved), SourceType.BOOLEAN


def _iso_date(saved: str) -> Value:
    """A date that is saved as ISO text, which the strict form of the standard allows."""
    text = saved.strip()
    try:
        if "T" not in text and ":" in text:
            return _shown_clock(time.fromisoformat(text)), SourceType.DATE
        moment = datetime.fromisoformat(text)
    except ValueError:
        return string_text(saved), SourceType.DATE
    if moment.time() == time():
        return moment.date().isoformat(), SourceType.DATE
    return _shown_clock(moment.replace(tzinfo=None)), SourceType.DATE


def _shown_clock(moment: datetime | time) -> str:
    """With milliseconds where there are any, as of a date that is saved as a number."""
    whole = moment.microsecond < 1000  # noqa: PLR2004 - microseconds in a millisecond
    return moment.isoformat(timespec="seconds" if whole else "milliseconds")
