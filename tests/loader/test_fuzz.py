"""Files that got damaged: each is refused with a sentence, or read as what still stands there.

The seeds are fixed; HYPOTHESIS_PROFILE=deep tries a hundred times as many.
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from reconcile.domain.errors import ReconcileError
from reconcile.domain.model import SourceType
from reconcile.loader import Export, LoadRules, load
from reconcile.loader.readers.ole2 import stream_of
from tests.builders import columns_of
from tests.loader.content_search import SearchedContent
from tests.loader.damage import harmed, harmed_inside, harmed_stream, seeded
from tests.loader.layouts.outcomes import EXPORTS
from tests.loader.readers.written import WORKBOOKS, Cell, Is, Table, as_text, number, padded

ROOT: Final = Path(__file__).resolve().parents[2]
SAMPLES: Final = Path(__file__).parent / "readers" / "samples"
ROUNDS: Final = settings().max_examples ** 2 // 150
WORDS: Final = ("Order ID", "Order External ID", "Item ID", "Item External ID", "Note")
TABLE: Final[Table] = [
    [Cell("Orders of March")],
    [],
    [Cell(word) for word in WORDS],
    [number("700001"), Cell("INV-1"), number("11"), Cell("00123"), Cell('a\nb 😀 "q" <&>')],
    [number("700001"), Cell("INV-1"), number("12"), padded(42), Cell("x, y; z")],
    [Cell("700002"), number("10045"), Cell("13"), Cell("#N/A", Is.ERROR), number("-1.5")],
    [Cell("700003"), Cell("A;B|C"), Cell("14"), Cell("3/4"), Cell("2024-03-01", Is.DATE)],
    [],
    [Cell("700004"), Cell("E"), Cell("15"), Cell("1e5"), Cell("TRUE", Is.BOOLEAN)],
]
MADE: Final[dict[str, bytes]] = {
    **{kind: write(TABLE) for kind, write in WORKBOOKS.items()},
    "utf-8": as_text(TABLE),
    "utf-16": as_text(TABLE, separator=";", encoding="utf-16"),
    "windows-1252": as_text([*TABLE[:3], *TABLE[4:]], separator="|", encoding="cp1252"),
    "tabs and quotes": as_text(TABLE, separator="\t", encoding="utf-8-sig", quoting=1),
}
FILES: Final = sorted(
    path
    for folder in (ROOT / "sample_data", SAMPLES, EXPORTS)
    for path in folder.rglob("*")
    if path.suffix in (".csv", ".xlsx", ".xls", ".ods", ".html")
)
BARE: Final = {name: MADE[name] for name in MADE if not MADE[name].startswith(b"PK")}
ZIPS: Final = {
    **{name: MADE[name] for name in MADE if MADE[name].startswith(b"PK")},
    **{path.name: path.read_bytes() for path in SAMPLES.glob("same.*")},
}
TOLD: Final = (None, SourceType.PADDED_NUMBER, SourceType.LONG_NUMBER, SourceType.TEXT_FORMULA)
"""What the text of a cell may be, where it is one that stands in the file."""

_NO_SENTENCE: Final = re.compile(r"\b[A-Za-z]+(?:Error|Exception)\b|Traceback|object at 0x|None")

Read = Callable[[bytes], Export | None]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Loads some bytes; None if they are refused, which has to be done with a sentence."""
    path = tmp_path / "export.csv"

    def read_them(data: bytes) -> Export | None:
        path.write_bytes(data)
        try:
            return load(path, path.name, LoadRules(ids=True))
        except ReconcileError as refused:
            sentence = str(refused)
        assert sentence.startswith("export.csv")
        assert sentence.endswith((".", "…"))
        assert sentence.isprintable()
        assert not _NO_SENTENCE.search(sentence)
        return None

    return read_them


@cache
def sound(data: bytes) -> bytes:
    """The workbook in an OLE2 file."""
    return stream_of(data, ("workbook", "book")) or b""


def assert_held(data: bytes, export: Export) -> None:
    """Nothing that was read is made up, and every row is there once."""
    holding = SearchedContent(data)
    assert {len(column) for column in columns_of(export)} <= {export.rows}
    for position, column in enumerate(columns_of(export)[: len(export.headers)]):
        for row, text in enumerate(column, start=1):
            was = export.source_types.get((row, position))
            if text and was in TOLD:
                stands = text in holding or (
                    was is SourceType.PADDED_NUMBER and _padded(text, holding)
                )
                assert stands, (row, position, text)


def _padded(text: str, holding: SearchedContent) -> bool:
    """Whether a number stands there, and all that its format shows beside the digits."""
    digits = "".join(re.findall(r"\d", text, re.ASCII))
    return digits in holding and all(part in holding for part in re.findall(r"[^\d]+", text))


@pytest.mark.parametrize("name", BARE)
def test_a_damaged_file_says_what_still_stands_in_it_or_is_refused(name: str, read: Read) -> None:
    for seed in range(ROUNDS):
        data = harmed(BARE[name], seeded(name, seed))
        if export := read(data):
            assert_held(data, export)


@pytest.mark.parametrize("name", ZIPS)
def test_a_workbook_with_a_damaged_part_says_what_still_stands_in_it_or_is_refused(
    name: str, read: Read
) -> None:
    for seed in range(ROUNDS):
        random = seeded(name, seed)
        whole = ZIPS[name]
        if whole.startswith(b"PK"):
            data = harmed_inside(whole, random)
        elif name.endswith(".html"):
            data = harmed(whole, random)
        else:
            data = harmed_stream(sound(whole), random)
        if export := read(data):
            assert_held(data, export)


@pytest.mark.parametrize("name", [name for name in ZIPS if ZIPS[name].startswith(b"PK")])
def test_a_damaged_zip_says_the_same_as_before_or_is_refused(name: str, read: Read) -> None:
    whole = read(ZIPS[name])
    assert whole
    for seed in range(ROUNDS):
        if export := read(harmed(ZIPS[name], seeded(name, seed))):
            assert (columns_of(export), export.source_types) == (
                columns_of(whole),
                whole.source_types,
            )


def test_every_example_is_read_or_refused_when_damaged(read: Read) -> None:
    for seed in range(ROUNDS * 5):
        random = seeded("examples", seed)
        path = random.choice(FILES)
        data = harmed(path.read_bytes(), random)
        export = read(data)
        if export and path.suffix == ".csv":
            assert_held(data, export)


def test_a_file_cut_anywhere_is_refused_or_says_a_part_of_what_it_said(read: Read) -> None:
    """Of a zip nothing is left without its end, and of markup nothing without its last tag."""
    for name, whole in MADE.items():
        for seed in range(ROUNDS // 2):
            kept = seeded(name, seed).randrange(len(whole))
            export = read(whole[:kept])
            if name in ("xlsx", "xlsb", "ods", "xml"):
                assert export is None
            elif export:
                assert_held(whole[:kept], export)
