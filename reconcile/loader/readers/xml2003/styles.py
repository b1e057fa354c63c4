"""The number formats of the styles of an XML Spreadsheet 2003.

Source: "XML Spreadsheet Reference" (Microsoft, Office XP and 2003), `ss:Style`.
"""

from reconcile.loader.readers.common.named_formats import named_format
from reconcile.loader.readers.common.number_format import GENERAL, NumberFormat

__all__ = ["Styles"]

_DEEPEST = 32  # parents of a style; more are a circle


class Styles:
    """The number formats of the styles."""

    def __init__(self) -> None:
        self._formats: dict[str, NumberFormat] = {}
        self._parents: dict[str, str] = {}
        self._current = ""

    def start(self, attributes: dict[str, str]) -> None:
        """A style begins."""
        self._current = attributes.get("ID", "")
        self._parents[self._current] = attributes.get("Parent", "Default")

    def number_format(self, attributes: dict[str, str]) -> None:
        """The format of the style that began last."""
        self._formats[self._current] = named_format(attributes.get("Format", ""))

    def format_of(self, style: str) -> NumberFormat:
        """Its own format, or that of the style it is made from."""
        for _ in range(_DEEPEST):
            if style in self._formats:
                return self._formats[style]
            style = self._parents.get(style, "Default")
        return GENERAL
