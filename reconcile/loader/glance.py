"""What a file in a folder is at a glance, before it is read: an export, or another thing.

Owns the judgement of section 7: by content, and by the name only where the content can't
tell. What was meant to be an export and can't be used is one here; `load` says why it isn't.
"""

import re
from pathlib import PurePath
from typing import BinaryIO, Final

from reconcile.errors import FileRefusedError
from reconcile.loader import OUR_SHEETS
from reconcile.loader.readers.signatures import ZIP_MARKS, Meant, judge
from reconcile.loader.readers.xlsx.package import Package
from reconcile.loader.readers.xlsx.workbook import Workbook

__all__ = ["is_our_workbook", "other_than_an_export"]

_TABLES: Final = frozenset({".csv", ".tsv", ".tab", ".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"})
"""Names that nothing but a spreadsheet has."""

_TEXTS: Final = _TABLES | {".txt", ".prn", ".asc", ".dat", ""}
"""Names of text that may be an export."""

_SUFFIX: Final = re.compile(r"\.[a-z][a-z0-9_-]{0,14}")
_SCRIPT: Final = re.compile(rb"#!\s*/")
_CLAUSE: Final = re.compile("[:,]")


def other_than_an_export(file: BinaryIO, name: str) -> str | None:
    """What a file is that was never meant to be an export, `it is a PDF`; None for all others.

    Args:
        file: the open file, which can be read at any place; no more of it is read than needed.
        name: what it is called.
    """
    says, meant = judge(file)
    suffix = _suffix_of(name)
    match meant:
        case Meant.YES:
            return None
        case Meant.TEXT:
            if _is_script(file):
                return "it is a script"
            if suffix in _TEXTS:
                return None
            if says is None:
                return f"it is text, and {suffix} is no name of an export"
        case Meant.UNKNOWN:
            if suffix in _TABLES:
                return None
        case Meant.NO:
            pass
    return f"it {_CLAUSE.split(says or '')[0]}"


def is_our_workbook(file: BinaryIO) -> bool:
    """Whether it is a results workbook of ours: it has all its sheets, shown or not.

    Opens no sheet. A damaged workbook is none of ours.
    """
    file.seek(0)
    if not file.read(4).startswith(ZIP_MARKS):
        return False
    file.seek(0)
    try:
        tabs = Workbook(Package(file.read(), "")).tabs
    except FileRefusedError:
        return False
    return {tab.name for tab in tabs} >= OUR_SHEETS


def _suffix_of(name: str) -> str:
    """The suffix in lower case; none if it is no word, as in `export.2024-05-01`."""
    suffix = PurePath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def _is_script(file: BinaryIO) -> bool:
    file.seek(0)
    return _SCRIPT.match(file.read(64)) is not None
