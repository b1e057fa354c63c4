"""Old workbooks (.xls): what is told of them beyond the sheet that all readers share."""

import struct
from pathlib import Path

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.ole2 import DAMAGE, stream_of
from tests.loader.readers.biff import NONE, in_ole2, number, record, short, stream, text
from tests.loader.readers.files import cells, sheets

SAMPLE = (Path(__file__).parent / "samples" / "same.xls").read_bytes()


@pytest.mark.parametrize(
    ("cell", "shown", "was"),
    [
        (number(123.0), "123", None),
        (number(0.1), "0.1", None),
        (number(1e-7), "0.0000001", None),
        (number(2.0**53 + 2), "9007199254740994", SourceType.LONG_NUMBER),
        (number(42, 1), "00042", SourceType.PADDED_NUMBER),
        (number(45352.25, 2), "2024-03-01T06:00:00", SourceType.DATE),
        (number(1.5, 3), "36:00:00", SourceType.DATE),
        (record(0x27E, short(0, 0, 0), struct.pack("<I", 700001 << 2 | 2)), "700001", None),
        (record(0x27E, short(0, 0, 0), struct.pack("<I", 1234 << 2 | 3)), "12.34", None),
        (record(0x205, short(0, 0, 0), b"\x01\x00"), "TRUE", SourceType.BOOLEAN),
        (record(0x205, short(0, 0, 0), b"\x2a\x01"), "#N/A", SourceType.ERROR),
        (record(0x205, short(0, 0, 0), b"\x63\x01"), "#UNKNOWN!", SourceType.ERROR),
        (record(0x204, short(0, 0, 0), text("00123 ")), "00123 ", None),
    ],
)
def test_every_cell_has_its_text(cell: bytes, shown: str, was: SourceType | None) -> None:
    formats = ("00000", "yyyy\\-mm\\-dd", "[h]:mm:ss")
    for data in (in_ole2(stream(cell, formats=formats)), stream(cell, formats=formats)):
        found = cells(data, 1)
        assert (found.columns, found.was.get((1, 0))) == ([[shown]], was)


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    data = stream(number(43830, 1), formats=("d/m/yyyy",), from_1904=True)
    assert cells(data, 1).columns == [["2024-01-01"]]


def test_the_stream_of_a_workbook_is_found_in_any_case() -> None:
    assert cells(in_ole2(stream(number(1)), "WORKBOOK"), 1).columns == [["1"]]


def test_an_office_file_that_only_speaks_of_a_workbook_is_none() -> None:
    data = in_ole2(stream(number(1)), "WordDocument") + "Workbook\0".encode("utf-16-le")
    with pytest.raises(FileRefusedError, match="an old Office file without a workbook"):
        sheets(data)


def test_a_workbook_with_a_password_is_said_to_have_one() -> None:
    locked = stream().replace(record(0x42, short(1200)), record(0x2F, short(0, 1, 2)))
    with pytest.raises(FileRefusedError, match="is a workbook with a password"):
        sheets(locked)


@pytest.mark.parametrize("kept", [40, 600, 2000, 5000, len(SAMPLE) - 1500])
def test_a_file_that_ends_too_early_is_refused(kept: int) -> None:
    with pytest.raises(FileRefusedError, match=r"damaged|without a workbook"):
        sheets(SAMPLE[:kept])


@pytest.mark.parametrize("sector", [1, 3])
def test_sectors_that_lead_in_a_circle_are_damage(sector: int) -> None:
    """From one xlrd never comes back; sector 1 holds the directory, 3 a part of the stream."""
    data = bytearray(in_ole2(stream(number(1))))
    struct.pack_into("<I", data, 512 + 4 * sector, sector)
    with pytest.raises(DAMAGE):
        stream_of(bytes(data), ("workbook",))


def test_a_stream_that_ends_too_early_is_refused() -> None:
    data = bytearray(in_ole2(stream(number(1))))
    struct.pack_into("<I", data, 512 + 4 * 3, NONE)
    with pytest.raises(FileRefusedError, match="damaged or incomplete"):
        sheets(bytes(data) + "Workbook\0".encode("utf-16-le"))


def test_a_note_that_xlrd_fails_at_says_nothing_of_the_cells() -> None:
    note = record(0x1C, short(0, 0, 0, 1), text("somebody"), b"more")
    assert cells(stream(number(1), note), 1).columns == [["1"]]
