"""Free text from outside that would become a formula if its sheet is saved as CSV and opened.

In a workbook every cell has a type, and text stays text. A CSV file has no types: there only
a first sign that begins no formula helps. Ids are never changed, numbers need not be.
"""

import re
from typing import Final

__all__ = ["formula_safe"]

_FORMULA: Final = re.compile(r"\s*[=@]|[\t\r]")
_SIGNED: Final = re.compile(r"\s*[-+]")
_NUMBER: Final = re.compile(r"\s*[-+]?[0-9 .,'\u00a0\u202f]*[0-9]\s*[%$€£¥]?\s*")
_WORDS: Final = re.compile(r"\s*[-+]?[^|!(=+*/^&\-]*\s[^\W\d_][^|!(=+*/^&]*")


def formula_safe(text: str) -> str:
    """The text, behind an apostrophe if a spreadsheet would calculate it.

    `-5.00` and `-10% agreed` stay as they are: the one is a number, the other no formula.
    """
    if not text or text[0].isalnum():
        return text
    signed = _SIGNED.match(text) and not (_NUMBER.fullmatch(text) or _WORDS.fullmatch(text))
    return f"'{text}" if signed or _FORMULA.match(text) else text
