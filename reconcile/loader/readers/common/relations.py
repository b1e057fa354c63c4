"""What the parts of an OOXML package point to, and which of them is the workbook.

Owns the relations between parts. Source: ECMA-376 part 2, 9.3 (relationships), 9.2.1 (names).
"""

import posixpath
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from reconcile.loader.readers.common.grid import contradiction
from reconcile.loader.readers.common.package import Package, damage_refused, new_parser

__all__ = ["Relation", "Worksheet", "main_part", "relations_of", "worksheets"]

_RELATIONSHIP: Final = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"
_MAIN: Final = "officeDocument"
_WORKSHEET: Final = "worksheet"


class Relation(NamedTuple):
    """The last word of its type (`worksheet`, `styles`), and the part that is pointed to."""

    kind: str
    part: str


def main_part(package: Package, usual: str) -> str:
    """The part that the package says is the workbook; `usual` if it doesn't say.

    Raises `FileRefusedError` if what it says is damaged.
    """
    if usual in package or "_rels/.rels" not in package:
        return usual
    relations = relations_of(package, "")
    return next((each.part for each in relations.values() if each.kind == _MAIN), usual)


def relations_of(package: Package, part: str) -> dict[str, Relation]:
    """The relations of a part (`""`: of the package itself) by their ids.

    Raises `FileRefusedError` if they are missing or damaged.
    """
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, Relation] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == _RELATIONSHIP:
            target = attributes.get("Target", "").replace("\\", "/")
            resolved = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = Relation(kind, resolved)

    parser = new_parser(package.name)
    parser.StartElementHandler = start
    with damage_refused(package.name, source):
        parser.Parse(package.read(source), True)  # noqa: FBT003 - expat takes it by place only
    return found


class Worksheet(NamedTuple):
    """A worksheet: its name, whether its tab is shown, the part that holds it."""

    name: str
    visible: bool
    part: str


def worksheets(
    name: str, listed: Iterable[tuple[str, bool, str]], relations: Mapping[str, Relation]
) -> list[Worksheet]:
    """Those of the listed sheets that hold cells.

    Args:
        name: what the file is called in messages.
        listed: the name of each sheet, whether its tab is shown, the id of its relation.
        relations: those of the workbook.

    Raises:
        FileRefusedError: two sheets stand in one part. Each part is gone through for its sheet:
            a small file could ask for that without end.
    """
    found = []
    for sheet, visible, identity in listed:
        kind, part = relations.get(identity, Relation(_WORKSHEET, f"sheet {sheet}"))
        if kind == _WORKSHEET:
            found.append(Worksheet(sheet, visible, part))
    if len({each.part.lower() for each in found}) < len(found):
        raise contradiction(name, "two of its sheets are one and the same")
    return found
