"""How counts and time spans are put in words."""

__all__ = ["counted", "span"]


def counted(count: int, noun: str) -> str:
    """A number with its noun: `1 order`, `2 orders`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def span(seconds: float) -> str:
    """A time span in words: `12 seconds`, `5 minutes`, `3 h 20 min`."""
    if seconds < 90:  # noqa: PLR2004
        whole = max(1, round(seconds))
        return f"{whole} second{'s' * (whole != 1)}"
    minutes = round(seconds / 60)
    if minutes < 90:  # noqa: PLR2004
        return f"{minutes} minutes"
    return f"{minutes // 60} h {minutes % 60} min"
