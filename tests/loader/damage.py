"""Ways in which files get damaged: on disks, in transfers, by programs, by hands."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from tests.loader.readers.biff import in_ole2

_MARKUP: Final = re.compile(rb"<[^<>]*>")
_VALUE: Final = re.compile(rb'"[^"<>]*"|>[^<>]+<')
_ODD_VALUES: Final = (
    *(b"", b"0", b"-1", b"1", b"2", b"1.5", b"1e5", b"NaN", b"inf", b"1_0", b" 7 ", b"\xd9\xa3"),
    *(b"1048576", b"1048577", b"16385", b"999999999", b"4294967296", b"9" * 400, b"1e999"),
    *(b"A1", b"XFD1048576", b"ZZZ9", b"a1", b"A0", b"$A$1", b"A1:B2", b"s", b"n", b"d", b"e", b"b"),
    *(b"str", b"true", b"&#10;", b"&#x1F600;", b"&amp;lt;", b"_x000D_", b"_xD83D_", b"&#0;", b"'"),
    *(b"2024-02-30", b"2024-03-01T25:00", b"0001-01-01", b"-P1D", b"PT1H", b"1:2", b"\xc2\xa0"),
)
_ODD_BYTES: Final = b"\x00\x01\x7f\x80\xff\"'<>&;,=/ \t\r\n0159aZ"
_ODD_TAGS: Final = (
    *(b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x?>", b"<x/>", b"<row>", b"</row>", b"<c/>"),
    *(b"<t>", b"</t>", b"<v/>", b"<f/>", b"<is>", b"<table>", b"</table>", b"<tr>", b"<td>"),
    *(b"<br>", b"<!DOCTYPE x>", b'<!DOCTYPE x [<!ENTITY e "v">]>', b"&e;", b"<script>", b"<a"),
)

Harm = Callable[[bytearray, Random], None]


def _flip(content: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)


def _replace(content: bytearray, random: Random) -> None:
    content[random.randrange(len(content))] = random.choice(_ODD_BYTES)


def _insert(content: bytearray, random: Random) -> None:
    at = random.randrange(len(content) + 1)
    content[at:at] = bytes(random.choices(_ODD_BYTES, k=random.choice((1, 1, 2, 9))))


def _cut(content: bytearray, random: Random) -> None:
    del content[random.randrange(len(content)) :]


def _block(content: bytearray, random: Random) -> slice:
    begin = random.randrange(len(content))
    return slice(begin, begin + random.choice((1, 2, 4, 8, 30, 128, 512)))


def _drop(content: bytearray, random: Random) -> None:
    del content[_block(content, random)]


def _zero(content: bytearray, random: Random) -> None:
    block = _block(content, random)
    content[block] = bytes(len(content[block]))


def _double(content: bytearray, random: Random) -> None:
    block = _block(content, random)
    content[block.start : block.start] = content[block]


def _move(content: bytearray, random: Random) -> None:
    block = _block(content, random)
    moved = content[block]
    del content[block]
    at = random.randrange(len(content) + 1)
    content[at:at] = moved


def _odd_number(content: bytearray, random: Random) -> None:
    at = random.randrange(len(content))
    size = random.choice((1, 2, 4, 8))
    value = random.choice((0, 1, 0x7F, 0x80, 0xFFFF, 0xFFFFFFFF, 1 << 31, (1 << 64) - 1))
    content[at : at + size] = (value % (1 << (8 * size))).to_bytes(size, "little")


_BYTES: Final[tuple[Harm, ...]] = (
    *(_flip, _flip, _flip, _replace, _insert, _cut, _drop, _zero, _double, _move, _odd_number),
)


def _odd_value(content: bytearray, random: Random) -> None:
    places = list(_VALUE.finditer(content))
    if places:
        place = random.choice(places)
        content[place.start() + 1 : place.end() - 1] = random.choice(_ODD_VALUES)


def _odd_tag(content: bytearray, random: Random) -> None:
    places = list(_MARKUP.finditer(content))
    if places:
        at = random.choice(places).end()
        content[at:at] = random.choice(_ODD_TAGS)


def _elements(content: bytearray, random: Random) -> slice:
    """From the begin of a tag to the begin of a later one, which is mostly whole elements."""
    places = [each.start() for each in _MARKUP.finditer(content)]
    if not places:
        return slice(0, 0)
    at = random.randrange(len(places))
    until = min(at + random.choice((1, 2, 3, 6, 12)), len(places) - 1)
    return slice(places[at], places[until])


def _drop_elements(content: bytearray, random: Random) -> None:
    del content[_elements(content, random)]


def _double_elements(content: bytearray, random: Random) -> None:
    block = _elements(content, random)
    content[block.start : block.start] = content[block]


def _move_elements(content: bytearray, random: Random) -> None:
    block = _elements(content, random)
    moved = content[block]
    del content[block]
    at = _elements(content, random).start
    content[at:at] = moved


def _swap_values(content: bytearray, random: Random) -> None:
    places = list(_VALUE.finditer(content))
    if places:
        one, other = random.choice(places), random.choice(places)
        content[one.start() + 1 : one.end() - 1] = other[0][1:-1]


_ELEMENTS: Final[tuple[Harm, ...]] = (
    *(_odd_value, _odd_value, _odd_tag, _drop_elements, _double_elements, _move_elements),
    _swap_values,
)


def seeded(*seeds: object) -> Random:
    """The same chances for the same seeds."""
    return Random(" ".join(map(str, seeds)))  # noqa: S311


def harmed(content: bytes, random: Random) -> bytes:
    """Some bytes with something wrong with them; markup is mostly harmed between its tags."""
    harmed_ = bytearray(content or b"\0")
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        markup = b"<" in harmed_[:200] and random.random() < 0.7
        random.choice(_ELEMENTS if markup else _BYTES)(harmed_, random)
        harmed_ = harmed_ or bytearray(1)
    return bytes(harmed_)


def harmed_inside(data: bytes, random: Random) -> bytes:
    """A zip with one of its parts harmed, and its checksums right again."""
    parts = dict(parts_of(data))
    name = random.choice(list(parts))
    kind = random.random()
    if kind < 0.03:
        del parts[name]
    elif kind < 0.06:
        parts[name] = parts[random.choice(list(parts))]
    else:
        parts[name] = harmed(parts[name], random)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    return file.getvalue()


def harmed_stream(stream: bytes, random: Random) -> bytes:
    """An OLE2 file that is whole, with a harmed workbook in it."""
    return in_ole2(harmed(stream, random))


def parts_of(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)
