"""Text as a workbook can hold it, so that reading the cell back gives the same text.

Owns the escapes of OOXML (`_x0007_`), those of XML, and the length that a cell can hold.
"""

import re
from xml.sax.saxutils import escape

__all__ = ["CUT_MARK", "LONGEST_TEXT", "cut", "escaped", "plain_line", "xml_text"]

LONGEST_TEXT = 32_767
"""So many UTF-16 units fit into a cell."""

CUT_MARK = " … (cut)"
"""Stands at the end of a text that was too long."""

_UNHOLDABLE = "\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff"
_NEEDS_ESCAPE = re.compile(
    # An underscore that would begin an escape when read back; the one that would end it
    # may come from the escape of the next character.
    f"_(?=x[0-9A-Fa-f]{{4}}[_{_UNHOLDABLE}])|[{_UNHOLDABLE}]"
)
_NEEDS_CARE = re.compile(f"[&<>{_UNHOLDABLE}]|_x[0-9A-Fa-f]")
_UNPRINTABLE = re.compile(f"[\t\n\x7f-\x9f{_UNHOLDABLE}]+")


def xml_text(text: str) -> str:
    """The text for a `<t>` element.

    What XML can't hold, and what would be read as an escape, is escaped in the way of
    OOXML; a carriage return too, since XML would make a line feed of it.
    """
    if _NEEDS_CARE.search(text) is None:
        return text
    return escape(_NEEDS_ESCAPE.sub(_escaped, text))


def escaped(text: str) -> str:
    """The text as openpyxl has to be told it: what XML can't hold in the escapes of OOXML."""
    return _NEEDS_ESCAPE.sub(_escaped, text)


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text, or its beginning and `CUT_MARK` if it has more than `longest` UTF-16 units."""
    if len(text) * 2 <= longest or _units(text) <= longest:
        return text
    room = longest - len(CUT_MARK)
    kept = text[:room]
    while (surplus := _units(kept) - room) > 0:
        kept = kept[: -((surplus + 1) // 2)]
    return kept + CUT_MARK


def plain_line(text: str) -> str:
    """The text on one line, without anything that XML can't hold, for names and titles."""
    return _UNPRINTABLE.sub(" ", text).strip()


def _escaped(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04X}_"


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
