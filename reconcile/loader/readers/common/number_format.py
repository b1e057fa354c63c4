"""Tells from a number format whether its cell shows a date, a duration or leading zeros.

Owns the reading of format codes. Source: ECMA-376 part 1, 18.8.30 (built-in formats) and
18.8.31 (codes).
"""

import re
from enum import Enum
from itertools import pairwise
from typing import Final, NamedTuple

from reconcile.loader.readers.common.padding import Section, section_of

__all__ = ["GENERAL", "NumberFormat", "Shown", "built_in", "from_code"]


class Shown(Enum):
    """As what a number is shown."""

    NUMBER = "number"
    DATE = "date"
    DURATION = "duration"


class NumberFormat(NamedTuple):
    """What a format does to a number.

    `zeros` is the least number of digits shown (0: as many as there are); `sections` says
    how many of the four cases (positive, negative, zero, text) have a format of their own.
    `padded` has them where text stands beside the digits, or a condition tells the cases apart.
    """

    shown: Shown
    zeros: int = 0
    sections: int = 1
    padded: tuple[Section, ...] = ()


GENERAL: Final = NumberFormat(Shown.NUMBER)
_DATES: Final = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59), *range(71, 82)))
_DURATION = 46
_LITERALS: Final = re.compile(r'"[^"]*(?:"|$)|\\.|_.|\*.', re.DOTALL)
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\[[^\[\]]*\]|General", re.IGNORECASE)
_DATE_LETTERS: Final = re.compile("[dmyhs]", re.IGNORECASE)
_ZEROS: Final = re.compile("0{2,}")


def built_in(number: int) -> NumberFormat:
    """The format with a fixed number, which a workbook needn't spell out."""
    if number == _DURATION:
        return NumberFormat(Shown.DURATION)
    return NumberFormat(Shown.DATE) if number in _DATES else GENERAL


def from_code(code: str) -> NumberFormat:
    """The format that `code` describes; its first section decides."""
    sections = _LITERALS.sub(_blank, code).split(";")
    first = sections[0]
    if _ELAPSED.search(first):
        return NumberFormat(Shown.DURATION)
    if _DATE_LETTERS.search(_BRACKETS.sub("", first)):
        return NumberFormat(Shown.DATE)
    if _ZEROS.fullmatch(first):
        return NumberFormat(Shown.NUMBER, len(first), len(sections))
    if not _ZEROS.search(code):
        return GENERAL
    padded = tuple(section_of(section) for section in _sections(code))
    zeros = max(section.zeros for section in padded)
    return NumberFormat(Shown.NUMBER, zeros, len(padded), padded) if zeros > 1 else GENERAL


def _sections(code: str) -> list[str]:
    """The sections of a code; a semicolon in a literal parts none."""
    blanked = _LITERALS.sub(_blank, code)
    ends = [at for at, char in enumerate(blanked) if char == ";"]
    return [code[start + 1 : end] for start, end in pairwise((-1, *ends, len(code)))]


def _blank(literal: re.Match[str]) -> str:
    """Keep a literal's place, so that a format with one isn't taken for pure zeros."""
    return " " * len(literal[0])
