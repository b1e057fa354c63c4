"""The table of texts that the cells of a workbook point into.

Owns the plain form of a shared string. Source: ECMA-376 part 1, 18.4.
"""

import re
from typing import ClassVar, Final

from reconcile.loader.readers.common.package import MAX_STRINGS, Package
from reconcile.loader.readers.common.values import string_text
from reconcile.loader.readers.xlsx.plain_xml import PlainXml, Runs

__all__ = ["SharedStrings"]

_PLAIN: Final = re.compile(r'<si>(?:<t(?: xml:space="preserve")?>([^<]*)</t>|<t ?/>)</si>')


class SharedStrings(PlainXml[list[str]]):
    """The texts of the table."""

    tag: ClassVar[str] = "si"
    container: ClassVar[str] = "sst"
    known: ClassVar[frozenset[str]] = Runs.known | {"si"}
    most: ClassVar[int] = MAX_STRINGS

    def __init__(self, package: Package, part: str) -> None:
        super().__init__(package, part)
        self._runs = Runs()

    def plain(self, block: str) -> list[str] | None:
        """The characters of each text."""
        texts: list[str] = _PLAIN.findall(block)
        if len(texts) != block.count("<si"):
            return None
        return [string_text(text) for text in texts]

    def start(self, element: str, attributes: dict[str, str]) -> None:  # noqa: ARG002
        """A text or one of its runs begins."""
        self._runs.start(element)

    def end(self, element: str) -> None:
        """A text or one of its runs ends."""
        self._runs.end(element)
        if element == self.tag:
            self.write(f"<si><t>{self._runs.take()}</t></si>")

    def text(self, characters: str) -> None:
        """Characters, of a text or between two."""
        self._runs.text(characters)
