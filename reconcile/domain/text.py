"""Text from outside, made fit: trimmed to be read, quoted to be shown."""

__all__ = ["folded", "quoted", "trimmed"]

_SHOWN = 60
_BLANKS = (
    " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u2060\ufeff"
)
"""Python's white space without the control characters U+001C to U+001F; zero-width blanks."""


def trimmed(text: str) -> str:
    """The text without the blanks around it: no-break and zero-width ones, line breaks too."""
    return text.strip(_BLANKS)


def quoted(text: str) -> str:
    """A text for a message: in quotes, shortened, nothing in it that a terminal obeys."""
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    visible = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in short
    )
    return f'"{visible}"'


def folded(word: str) -> str:
    """A word as it is compared: trimmed, and without its case."""
    return trimmed(word).casefold()
