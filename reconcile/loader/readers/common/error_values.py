"""The error values of binary workbooks, which save a number for each.

Owns their names. Source: MS-XLS and MS-XLSB, BErr.
"""

from collections.abc import Mapping
from typing import Final

from reconcile.domain.model import SourceType
from reconcile.loader.readers.common.values import Value

__all__ = ["error_value"]

_NAMES: Final[Mapping[int, str]] = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}


def error_value(code: int) -> Value:
    """The value of a cell with this error; a number without a name is unknown to Excel too."""
    return _NAMES.get(code, "#UNKNOWN!"), SourceType.ERROR
