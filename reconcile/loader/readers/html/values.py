"""The one text of a cell of an HTML table.

Owns rule 2 of section 1 for web pages: a cell is the characters that it shows. Programs that
save workbooks as web pages keep the value behind what is shown beside it, which is read as in
a workbook. Sources: "Microsoft Office HTML and XML Reference" (`x:num`, `x:err`, `x:bool`,
`x:fmla`, `mso-number-format`); LibreOffice (`sdval`, `sdnum`).
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from reconcile.domain.model import SourceType
from reconcile.loader.readers.common.named_formats import named_format
from reconcile.loader.readers.common.number_format import GENERAL, NumberFormat
from reconcile.loader.readers.common.values import Value, ValueParser, number_parser

__all__ = ["CellValues"]

_KEPT: Final = frozenset(("x:num", "x:err", "x:bool", "x:fmla", "sdval"))
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]{1,3})?")
_ERROR: Final = re.compile(r"#[A-Z][A-Z0-9/]*[!?]?|Err:[0-9]{3}")
_CLASS: Final = re.compile(r"\.([\w-]+)\s*\{([^{}]*)\}")
_FORMAT: Final = re.compile(r"""mso-number-format\s*:\s*("(?:[^"\\]|\\.)*"|[^;}]*)""")
_ESCAPE: Final = re.compile(r"\\([0-9a-fA-F]{4})|\\(.)", re.DOTALL)


@cache
def _reading(number_format: NumberFormat) -> ValueParser:
    return number_parser(number_format, from_1904=False)


class CellValues:
    """Reads the cells of one page; `styles` has what its `style` elements say."""

    def __init__(self, styles: Sequence[str]) -> None:
        self._classes: dict[str, NumberFormat] = {}
        for name, rules in _CLASS.findall("".join(styles)):
            if found := _FORMAT.search(rules):
                self._classes[name] = _format(found[1])

    def value(self, attributes: Mapping[str, str], shown: str) -> Value | None:
        """What a cell says that shows this; None if it is empty."""
        if _KEPT.isdisjoint(attributes):
            return (shown, None) if shown else None
        if "x:err" in attributes or ("sdval" in attributes and _ERROR.fullmatch(shown)):
            return shown or attributes.get("x:err", ""), SourceType.ERROR
        if "x:bool" in attributes:
            return (attributes["x:bool"] or shown).upper(), SourceType.BOOLEAN
        if _NUMBER.fullmatch(saved := attributes.get("x:num", "").strip()):
            return _reading(self._format_of(attributes))(saved)
        if _NUMBER.fullmatch(saved := attributes.get("sdval", "").strip()):
            *_, code = ("", *attributes.get("sdnum", "").split(";", 2)[2:])
            if code == "BOOLEAN":
                return ("FALSE" if saved == "0" else "TRUE"), SourceType.BOOLEAN
            return _reading(named_format(code))(saved)
        if shown:
            return shown, None
        return ("", SourceType.FORMULA) if "x:fmla" in attributes else None

    def _format_of(self, attributes: Mapping[str, str]) -> NumberFormat:
        if found := _FORMAT.search(attributes.get("style", "")):
            return _format(found[1])
        classes = attributes.get("class", "").split()
        return next((self._classes[each] for each in classes if each in self._classes), GENERAL)


def _format(written: str) -> NumberFormat:
    """A format as a style sheet has it: maybe in quotes, its signs behind backslashes."""
    code = written.strip().removeprefix('"').removesuffix('"')
    return named_format(
        _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], code)
    )
