"""How much room text takes, so that nothing is cut off: widths of letters, and lines.

Rows get a height from here because not every program fits it to the text by itself.
"""

import unicodedata

__all__ = ["fitting_height", "line_count", "text_width"]

# In widths of the digit 0 of Calibri, and of Carlito, its double.
_CLASSES = {
    0.45: " ',.Iijl",
    0.65: "!()-:;J[]`frt{}",
    0.85: '"/L\\cksvxyz',
    1.25: "ADGHNUV",
    1.45: "%&OQw",
    1.75: "Mm@W",
}
_DIGIT = 100
_WIDTHS = bytearray(_DIGIT for _ in range(256))
for _width, _letters in _CLASSES.items():
    for _letter in _letters:
        _WIDTHS[ord(_letter)] = round(_width * _DIGIT)
_WIDE = 2.0
_FIRST_WIDE = "\u1100"

_LINE = 1.28
_PADDING = 3
_TALLEST = 409
_BLANK = 0.45
# They are broken at punctuation, which leaves room at the ends of lines.
_FILLED_BY_LONG_WORDS = 0.85


def text_width(text: str) -> float:
    """The width of the longest line, in digits of the same size."""
    return max(map(_line_width, text.split("\n")))


def line_count(text: str, room: float) -> int:
    """How many lines the text takes when it is wrapped into this width."""
    return sum(
        1 if _line_width(line) <= room else _wrapped(line, room) for line in text.split("\n")
    )


def _wrapped(line: str, room: float) -> int:
    lines, used = 1, 0.0
    for word in line.split(" "):
        width = _line_width(word)
        if used and used + width > room:
            lines, used = lines + 1, 0.0
        if width > room:
            more, width = divmod(width, room * _FILLED_BY_LONG_WORDS)
            lines += int(more)
        used += width + _BLANK
    return lines


def fitting_height(lines: int, size: float) -> float:
    """The height of a row with so many lines of this size, in points, as far as one can go."""
    return min(round(lines * size * _LINE + _PADDING, 1), _TALLEST)


def _line_width(line: str) -> float:
    # Letters that Latin-1 lacks become `?`, which is a digit wide.
    width = sum(line.encode("latin-1", "replace").translate(_WIDTHS)) / _DIGIT
    return width if line.isascii() else width + _surplus(line)


def _surplus(line: str) -> float:
    """What the letters of East Asia take beyond the width of a digit."""
    return sum(
        _WIDE - 1.0
        for letter in line
        if letter >= _FIRST_WIDE and unicodedata.east_asian_width(letter) in "WF"
    )
