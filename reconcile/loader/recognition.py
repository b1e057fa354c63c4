"""Tells by the content of a file, never by its name, what it is, and opens it with its reader.

Owns the order of that judgement (rules, section 1.1): the readers first, then the
signatures of what no reader reads, each with a sentence that says what to do.
"""

import io
from typing import BinaryIO, Final, NamedTuple

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers import READERS, KnownColumns, Reader, Sheet
from reconcile.loader.readers.base import Meant
from reconcile.loader.readers.content import Content
from reconcile.loader.readers.signatures import other_kind

__all__ = ["Recognised", "read_sheets", "recognise"]

MAX_SHEETS: Final = 4096
"""Of a file; each is looked at for a header."""


class Recognised(NamedTuple):
    """What a file is: `says` follows its name; `reader` is None if none reads it."""

    says: str
    meant: Meant
    reader: Reader | None = None


def recognise(file: BinaryIO) -> Recognised:
    """What an open file is; as little of it is read as will do."""
    content = Content(file)
    for reader in READERS:
        if reader.recognises(content):
            return Recognised(f"is {reader.title}", reader.meant, reader)
    other = other_kind(content)
    if other is None:
        return Recognised("is of no known kind: export it again as .xlsx or CSV", Meant.UNKNOWN)
    return Recognised(*other)


def read_sheets(data: bytes, name: str, known_columns: KnownColumns) -> tuple[str, list[Sheet]]:
    """Opens a file.

    Args:
        data: the whole of it.
        name: what it is called in messages.
        known_columns: handed to the reader.

    Returns:
        What kind of file it is, and its sheets in tab order.

    Raises:
        FileRefusedError: it can't be read; one sentence that says what it is and what to do.
    """
    found = recognise(io.BytesIO(data))
    if found.reader is None:
        raise FileRefusedError(f"{name} {found.says}.")
    sheets = list(found.reader.open(data, name, known_columns))
    if not sheets:
        raise FileRefusedError(
            f"{name} is a workbook without a worksheet: export it again as .xlsx or CSV."
        )
    if len(sheets) > MAX_SHEETS:
        raise FileRefusedError(
            f"{name} has {len(sheets)} sheets or tables, and no export needs more than "
            f"{MAX_SHEETS}: take out those without orders."
        )
    return found.reader.kind, sheets
