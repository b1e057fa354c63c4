"""Tells exports in a folder from other files, before any is read as one.

Owns the judgement of section 7: by content, and by the name only where the content can't
tell. A damaged export is an export here; `load` says why it can't be read.
"""

import re
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO, Final, Literal

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import ABOUT_UNDO, LEFT_ALONE
from reconcile.loader import OUR_SHEETS
from reconcile.loader.layouts.columns import known_columns
from reconcile.loader.readers import READERS, Sheet
from reconcile.loader.readers.base import Meant
from reconcile.loader.recognition import read_sheets, recognise

__all__ = ["is_our_workbook", "other_than_an_export", "our_kind"]

_NAMED = 2
"""So many columns that this job knows make a table an export: a page may have one by chance."""

_SUFFIX: Final = re.compile(r"\.[a-z][a-z0-9_-]{0,14}")
_SCRIPT: Final = re.compile(rb"#!\s*/")
_CLAUSE: Final = re.compile("[:,]")


def other_than_an_export(file: BinaryIO, name: str) -> str | None:
    """What a file is that was never meant to be an export, `it is a PDF`; None for all others.

    Args:
        file: the open file, which can be read at any place; no more of it is read than needed.
        name: what it is called.
    """
    found = recognise(file)
    suffix = _suffix_of(name)
    only_exports = set(chain.from_iterable(reader.suffixes for reader in READERS))
    text = only_exports.union(*(reader.suffixes_of_text for reader in READERS))
    pages = set(chain.from_iterable(reader.suffixes_of_pages for reader in READERS))
    match found.meant:
        case Meant.YES:
            return None
        case Meant.TEXT:
            if _is_script(file):
                return "it is a script"
            if suffix in text or (suffix in pages and _holds_an_export(file)):
                return None
            if found.reader is not None and suffix not in pages:
                return f"it {found.says}, and {suffix} is no name of an export"
        case Meant.UNKNOWN:
            if suffix in only_exports:
                return None
        case Meant.NO:
            pass
    return f"it {_CLAUSE.split(found.says)[0]}"


def is_our_workbook(file: BinaryIO) -> bool:
    """Whether it is a results workbook of ours: it has all its sheets, shown or not.

    Also if it was saved in another format since. A damaged workbook is none of ours.
    """
    return _sheet_names(file) >= OUR_SHEETS


def our_kind(file: BinaryIO) -> Literal["results", "undo"] | None:
    """What a file is that we wrote: a results workbook, or an undo; None for all others.

    An undo is an export, and yet nobody's but for who looked at it: never run by itself.
    """
    names = _sheet_names(file)
    if names >= OUR_SHEETS:
        return "results"
    return "undo" if names >= {ABOUT_UNDO, LEFT_ALONE} else None


def _sheet_names(file: BinaryIO) -> set[str]:
    if recognise(file).meant is not Meant.YES:
        return set()
    return {sheet.name for sheet in _sheets_in(file)}


def _holds_an_export(file: BinaryIO) -> bool:
    """Whether a table in it names several columns that an export has."""
    try:
        return any(known_columns(sheet.head()) >= _NAMED for sheet in _sheets_in(file))
    except FileRefusedError:
        return False


def _sheets_in(file: BinaryIO) -> list[Sheet]:
    """The sheets of a file; none if it can't be read."""
    file.seek(0)
    try:
        return read_sheets(file.read(), "", known_columns)[1]
    except FileRefusedError:
        return []


def _suffix_of(name: str) -> str:
    """The suffix in lower case; none if it is no word, as in `export.2024-05-01`."""
    suffix = PurePath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def _is_script(file: BinaryIO) -> bool:
    file.seek(0)
    return _SCRIPT.match(file.read(64)) is not None
