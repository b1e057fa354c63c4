"""Makes the awkward exports in tests/exports/awkward again, each with its expected outcome.

Usage: python tools/make_awkward.py

The expectations are written by hand in `awkward`, beside the content of the files: what the
program makes of a file never gets into them.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from awkward import (
    cells,
    contradictions,
    damage,
    headers,
    kinds,
    layouts,
    other_workbooks,
    pages,
    parts,
    quickbooks,
    rows,
    sheets,
    text,
    values,
)

AWKWARD = Path(__file__).resolve().parent.parent / "tests" / "exports" / "awkward"
TOPICS = (
    *(kinds, text, rows, headers, damage, values, contradictions),
    *(sheets, parts, cells, other_workbooks, pages, quickbooks, layouts),
)


def made() -> dict[str, bytes]:
    """The bytes of every file and of every expectation, by its path within the folder."""
    files: dict[str, bytes] = {}
    for topic in TOPICS:
        for case in topic.cases():
            for path, content in case.files():
                if path in files:
                    raise ValueError(f"{path} is made twice")
                files[path] = content
    return files


def main() -> None:
    """Writes them all, and takes away what is made no more."""
    files = made()
    for path, content in files.items():
        target = AWKWARD / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for there in AWKWARD.rglob("*"):
        if there.is_file() and there.relative_to(AWKWARD).as_posix() not in files:
            there.unlink()


if __name__ == "__main__":
    main()
