"""What can be said of a file: which kind it is, and what it was meant to be.

Owns the words for it that several signatures share.
"""

from enum import Enum, auto
from typing import Final, NamedTuple

__all__ = ["PASSWORD", "RESAVE", "SAVE", "Found", "Kind", "Meant"]

SAVE: Final = "save it as .xlsx or CSV in the program it comes from"
RESAVE: Final = "open it in a spreadsheet program and save it as .xlsx or CSV"
PASSWORD: Final = "is a workbook with a password: open it, take the password off and save it again"  # noqa: S105


class Kind(Enum):
    """The kinds that are read, one reader each; the value is what messages call them."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    XML = "xml"
    HTML = "html"
    TEXT = "text"


class Meant(Enum):
    """Whether a file was meant to be a spreadsheet, as far as its content tells."""

    YES = auto()  # it is one, or the remains of one
    NO = auto()
    TEXT = auto()  # in text a table looks like prose
    UNKNOWN = auto()  # no signature: another kind of thing, or a damaged spreadsheet


class Found(NamedTuple):
    """What a file is, in words that follow its name, and the kind if a reader reads it.

    `says` is None if it looks like text.
    """

    says: str | None
    meant: Meant
    kind: Kind | None = None
