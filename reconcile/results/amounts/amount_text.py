"""Amounts as people and programs write them: with a point or a comma, signs, a currency. Pure."""

import re
from collections.abc import Callable
from decimal import Decimal

__all__ = ["CENT", "AmountParser", "currency_of", "is_figure", "with_comma", "with_point"]

CENT = Decimal("0.01")

AmountParser = Callable[[str], Decimal | None]

_LONGEST_FIGURE = 24
_CURRENCY = re.compile(r"[$€£¥]|\b[A-Z]{3}\b")
_MONEY = re.compile(r"[$€£¥\s\u00a0\u202f']|\b(?:USD|EUR|GBP|CHF|CAD|AUD)\b")
_POINT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,6})?|[0-9]+(?:\.[0-9]{1,17})?")
_COMMA = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]{1,6})?|[0-9]+(?:,[0-9]{1,17})?")


def with_point(text: str) -> Decimal | None:
    """The amount, if `1,234.50` is how amounts are written; None if it is none."""
    return _read(text, _POINT, ",", ".")


def with_comma(text: str) -> Decimal | None:
    """The amount, if `1.234,50` is how amounts are written; None if it is none."""
    return _read(text, _COMMA, ".", ",")


def is_figure(text: str) -> bool:
    """Whether the text is a number or an amount."""
    return len(text) <= _LONGEST_FIGURE and (
        with_point(text) is not None or with_comma(text) is not None
    )


def currency_of(text: str) -> str:
    """The currency that is written beside an amount; empty if there is none."""
    if text[:1].isdigit() and text[-1:].isdigit():
        return ""
    found = _CURRENCY.search(text)
    return found[0] if found else ""


def _read(text: str, shape: re.Pattern[str], group: str, point: str) -> Decimal | None:
    bare = _MONEY.sub("", text.strip())
    negative = bare.startswith(("-", "(")) or bare.endswith("-")
    digits = bare.strip("-()+")
    if shape.fullmatch(digits) is None:
        return None
    amount = Decimal(digits.replace(group, "").replace(point, "."))
    return -amount if negative else amount
