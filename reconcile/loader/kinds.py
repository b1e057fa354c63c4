"""Judges a file by its content, never by its name, and opens it with the reader of its kind.

Owns the order of that judgement (rules, section 1.1): the readers first, then the
signatures of what no reader reads, each with a sentence that says what to do.
"""

from typing import Final

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers import READERS, Score, Sheet
from reconcile.loader.readers.signatures import foreign

__all__ = ["read_sheets"]

MAX_SHEETS: Final = 4096
"""Of a file; each is looked at for a header."""


def read_sheets(data: bytes, name: str, score: Score) -> tuple[str, list[Sheet]]:
    """What kind of file `data` is, and its sheets in tab order.

    `name` is for messages only; `score` is handed to the reader. Raises `FileRefusedError`
    with one sentence that says what the file is and what to do.
    """
    for reader in READERS:
        if reader.recognises(data):
            sheets = list(reader.open(data, name, score))
            if len(sheets) > MAX_SHEETS:
                raise FileRefusedError(
                    f"{name} has {len(sheets)} sheets or tables, and no export needs more than "
                    f"{MAX_SHEETS}: take out those without orders."
                )
            return reader.kind, sheets
    raise FileRefusedError(f"{name} {foreign(data)}.")
