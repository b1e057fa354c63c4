"""Damage and malice in the zip that a workbook is."""

import io
import random
import struct
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers.common.package import MAX_SMALL, MAX_STRINGS, MAX_UNPACKED
from reconcile.loader.recognition import read_sheets
from tests.loader.readers.workbooks import (
    PACKAGE,
    RELATIONS,
    cells_of,
    number_cell,
    packed,
    row_of,
    sheet_xml,
    strings_xml,
    text_cell,
    workbook_parts,
)

PARTS = workbook_parts(
    {"Sheet1": sheet_xml(row_of(1, '<c r="{at}" t="s"><v>0</v></c>', number_cell(45292, 1)))},
    strings=strings_xml(["<t>a</t>"]),
    formats=["yyyy-mm-dd"],
)
SHEET = "xl/worksheets/sheet1.xml"
READ_PARTS = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", SHEET]


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefusedError) as refused:
        cells_of(data, 2)
    return str(refused.value)


def declaring(data: bytes, part: str, size: int) -> bytes:
    """The zip with another unpacked size in its table of contents."""
    at = data.rindex(part.encode()) - 46
    return data[: at + 24] + struct.pack("<I", size) + data[at + 28 :]


def test_the_workbook_that_the_others_are_broken_copies_of_is_sound() -> None:
    assert cells_of(packed(PARTS), 2).columns == [["a"], ["2024-01-01"]]


def test_a_workbook_that_would_unpack_beyond_the_limit_is_refused() -> None:
    data = packed({**PARTS, "xl/media/image1.png": "x"})
    for part in (SHEET, "xl/media/image1.png"):
        assert "book.xlsx would unpack to 4096 MiB" in refusal(
            declaring(data, part, MAX_UNPACKED - 1)
        )


@pytest.mark.parametrize(
    ("part", "most"),
    [
        ("xl/workbook.xml", MAX_SMALL),
        ("xl/styles.xml", MAX_SMALL),
        ("xl/sharedStrings.xml", MAX_STRINGS),
    ],
)
def test_a_part_that_is_held_as_a_whole_has_a_limit_of_its_own(part: str, most: int) -> None:
    says = refusal(declaring(packed(PARTS), part, most + 1))
    assert f"would unpack its part {part} to {most >> 20} MiB" in says


def test_a_part_that_is_bigger_than_it_says_is_refused() -> None:
    parts = {**PARTS, SHEET: sheet_xml(row_of(1, number_cell(1)) + " " * 100_000)}
    assert "is a damaged or incomplete workbook" in refusal(declaring(packed(parts), SHEET, 500))


@pytest.mark.parametrize("part", [*READ_PARTS, "xl/styles.xml"])
def test_entities_are_refused_in_every_part_that_is_read(part: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    xml = PARTS[part]
    assert isinstance(xml, str)
    declaration, mark, rest = xml.rpartition("?>")
    for broken in (
        f"{declaration}{mark}{bomb}{rest}",
        f"{bomb}{rest}",
        f'{declaration}{mark}<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">{rest}',
    ):
        assert "declares XML entities" in refusal(packed({**PARTS, part: broken}))


def test_entities_are_refused_in_an_encoding_that_hides_them() -> None:
    xml = "<!DOCTYPE x [<!ENTITY a 'b'>]>" + sheet_xml(row_of(1, number_cell(1))).partition("?>")[2]
    assert "declares XML entities" in refusal(packed({**PARTS, SHEET: xml.encode("utf-16")}))


@pytest.mark.parametrize("encoding", ["UTj-8", "cp1252", "utf-7", "hex"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", SHEET])
def test_an_encoding_that_is_none_of_xmls_own_is_refused(part: str, encoding: str) -> None:
    xml = PARTS[part]
    assert isinstance(xml, str)
    declared = f'<?xml version="1.0" encoding="{encoding}"?>' + xml.rpartition("?>")[2]
    assert f"XML in the encoding '{encoding}'" in refusal(packed({**PARTS, part: declared}))


@pytest.mark.parametrize("part", READ_PARTS)
def test_xml_that_breaks_off_is_refused(part: str) -> None:
    xml = PARTS[part]
    assert isinstance(xml, str)
    broken = packed({**PARTS, part: xml[: len(xml) * 2 // 3]})
    assert f"is a damaged or incomplete workbook (part {part})" in refusal(broken)


@pytest.mark.parametrize("part", ["xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", SHEET])
def test_a_part_that_is_missing_is_named(part: str) -> None:
    broken = packed({name: xml for name, xml in PARTS.items() if name != part})
    assert f"its part {part} is missing" in refusal(broken)


def test_an_entity_that_xml_does_not_know_is_refused() -> None:
    sheet = sheet_xml(row_of(1, "<c r='{at}' t='inlineStr'><is><t>a&nbsp;b</t></is></c>"))
    for xml in (sheet, sheet.replace("'", '"')):
        assert "is a damaged or incomplete workbook" in refusal(packed({**PARTS, SHEET: xml}))


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    xml = sheet_xml(row_of(1, text_cell("Zoë"))).encode("cp1252")
    assert "is a damaged or incomplete workbook" in refusal(packed({**PARTS, SHEET: xml}))


def test_a_part_that_is_there_twice_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, xml in PARTS.items():
            archive.writestr(name, xml)
        archive.writestr(SHEET.upper(), "<worksheet/>")
    assert "is there twice" in refusal(file.getvalue())


def test_a_zip_with_a_password_is_told() -> None:
    data = bytearray(packed(PARTS))
    at = data.rindex(b"xl/workbook.xml") - 46
    data[at + 8] |= 1
    assert "is a zip file with a password" in refusal(bytes(data))


def read_or_refuse(data: bytes) -> None:
    try:
        _, sheets = read_sheets(data, "any", lambda _: 0)
        for sheet in sheets:
            sheet.head()
            sheet.cells(3)
    except FileRefusedError:
        return


def flipped(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def cut_out(data: bytes, chance: random.Random) -> bytes:
    begin, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:begin] + data[end:]


def doubled(data: bytes, chance: random.Random) -> bytes:
    begin, end = sorted(chance.randrange(len(data)) for _ in range(2))
    return data[:end] + data[begin:]


HARM: list[Callable[[bytes, random.Random], bytes]] = [flipped, cut, cut_out, doubled]


@settings(max_examples=300)
@given(st.sampled_from(HARM), st.randoms(use_true_random=False))
def test_a_harmed_zip_is_read_or_refused(
    harm: Callable[[bytes, random.Random], bytes], chance: random.Random
) -> None:
    read_or_refuse(harm(packed(PARTS), chance))


@settings(max_examples=300)
@given(
    st.sampled_from([*READ_PARTS, "xl/styles.xml"]),
    st.sampled_from(HARM),
    st.randoms(use_true_random=False),
)
def test_a_sound_zip_of_a_harmed_part_is_read_or_refused(
    part: str, harm: Callable[[bytes, random.Random], bytes], chance: random.Random
) -> None:
    xml = PARTS[part]
    assert isinstance(xml, str)
    read_or_refuse(packed({**PARTS, part: harm(xml.encode(), chance)}))


def test_the_workbook_is_where_the_package_says_it_is() -> None:
    parts = workbook_parts({"S": sheet_xml(row_of(1, text_cell("a")))})
    moved = {name.replace("xl/", "data/"): content for name, content in parts.items()}
    relation = f'<Relationship Id="r" Type="{RELATIONS}/officeDocument" Target="{{}}"/>'
    for target in ("data/workbook.xml", "/data/workbook.xml"):
        says = f'<Relationships xmlns="{PACKAGE}">{relation.format(target)}</Relationships>'
        (sheet,) = read_sheets(packed({**moved, "_rels/.rels": says}), "a.xlsx", lambda _: 0)[1]
        assert sheet.cells(1).columns == [["a"]]
