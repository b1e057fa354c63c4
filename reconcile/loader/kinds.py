"""Judges a file by its content, never by its name, and opens it with the reader of its kind.

Owns the order of that judgement (rules, section 1.1): the readers first, then the
signatures of what no reader reads, each with a sentence that says what to do.
"""

from reconcile.errors import FileRefusedError
from reconcile.loader.readers import READERS, Score, Sheet
from reconcile.loader.readers.signatures import foreign

__all__ = ["read_sheets"]


def read_sheets(data: bytes, name: str, score: Score) -> tuple[str, list[Sheet]]:
    """What kind of file `data` is, and its sheets in tab order.

    `name` is for messages only; `score` is handed to the reader. Raises `FileRefusedError`
    with one sentence that says what the file is and what to do.
    """
    for reader in READERS:
        if reader.recognises(data):
            return reader.kind, list(reader.open(data, name, score))
    raise FileRefusedError(f"{name} {foreign(data)}.")
