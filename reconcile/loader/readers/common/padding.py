"""Shows whole numbers as a format with leading zeros does: `"INV-"0000` shows 42 as INV-0042.

Owns the sections of a format code that hold nothing but digits and text. Source: ECMA-376
part 1, 18.8.31; the order of sections with conditions as spreadsheet programs try them.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

__all__ = ["Section", "section_of", "shown_in"]

_LEAST_ZEROS: Final = 2
_TOKEN: Final = re.compile(
    r"""
    \[(?P<operator><=|>=|<>|<|>|=)(?P<bound>-?\d+(?:\.\d+)?)\]
    |\[[^\[\]]*\]                # a colour, a language
    |"(?P<quoted>[^"]*)"
    |\\(?P<escaped>.)
    |_(?P<space>.)               # as wide as that character
    |\*.                         # repeated over the width of the cell
    |(?P<digits>\#*0+)
    |(?P<plain>[-+$/():!^&'~{}<>=\ ])
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


class Section(NamedTuple):
    """One case of a format: text and places of digits (None), from left to right.

    `parts` is None where the number is shown in another way than with all its digits.
    `condition` says for which numbers it is; None for those that no other section takes.
    """

    parts: tuple[str | None, ...] | None
    condition: tuple[str, float] | None = None

    @property
    def zeros(self) -> int:
        """How many digits it shows at least."""
        return 0 if self.parts is None else self.parts.count(None)

    def shown(self, digits: str) -> str:
        """The digits in their places; further ones stand before the first of them."""
        places = self.zeros
        padded = digits.zfill(places)
        ahead, own = padded[: len(padded) - places], iter(padded[len(padded) - places :])
        found = []
        for part in self.parts or ():
            if part is None:
                found.append(ahead + next(own))
                ahead = ""
            else:
                found.append(part)
        return "".join(found).strip()


def section_of(code: str) -> Section:
    """Reads one section of a format code."""
    parts: list[str | None] | None = []
    condition = None
    for token in _TOKEN.finditer(code):
        kind, text = token.lastgroup, token[0]
        if kind == "bound":
            condition = (token["operator"], float(token["bound"]))
        elif parts is None or kind is None:
            continue
        elif kind == "digits":
            if "#" in text and None in parts:
                parts = None  # a digit that may be missing between others
            else:
                parts += [None] * text.count("0")
        elif kind == "other":
            parts = None
        else:
            parts.append(" " if kind == "space" else token[kind])
    return Section(None if parts is None else tuple(parts), condition)


def shown_in(sections: Sequence[Section], digits: str) -> str | None:
    """A whole number of 0 or more as it is shown; None if that has no leading zeros of its own."""
    number = float(digits)
    conditional = any(section.condition for section in sections)
    if number == 0 and not conditional and len(sections) > _LEAST_ZEROS:
        found = sections[2]
    else:
        found = next((each for each in sections if _takes(each, number)), sections[-1])
    return found.shown(digits) if found.zeros >= _LEAST_ZEROS else None


def _takes(section: Section, number: float) -> bool:
    if section.condition is None:
        return True
    compare, bound = section.condition
    return _COMPARE[compare](number, bound)
