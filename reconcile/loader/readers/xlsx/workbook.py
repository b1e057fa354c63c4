"""What a workbook says about itself: its sheets, its date system, its number formats.

Owns the small parts of the package. Source: ECMA-376 part 1, 18.2 (workbook), 18.8
(styles).
"""

from collections.abc import Callable
from functools import cached_property
from itertools import chain
from typing import Final

from reconcile.loader.readers.common.number_format import NumberFormat, built_in, from_code
from reconcile.loader.readers.common.package import Package, damage_refused, new_parser
from reconcile.loader.readers.common.relations import main_part, relations_of, worksheets
from reconcile.loader.readers.common.values import Values
from reconcile.loader.readers.xlsx.plain_xml import NAMESPACES
from reconcile.loader.readers.xlsx.shared_strings import SharedStrings

__all__ = ["WORKBOOK_PART", "Workbook"]

WORKBOOK_PART: Final = "xl/workbook.xml"
_TRUE: Final = ("1", "true")


class Workbook:
    """One opened workbook. What all its sheets share is read when first needed, and once."""

    def __init__(self, package: Package) -> None:
        """Raises `FileRefusedError` if the list of sheets can't be read."""
        self.package = package
        self._from_1904 = False
        part = main_part(package, WORKBOOK_PART)
        relations = relations_of(package, part)
        self._part_of = dict(relations.values())
        listed: list[tuple[str, bool, str]] = []

        def entry(_: str, element: str, attributes: dict[str, str]) -> None:
            if element == "workbookPr":
                self._from_1904 = attributes.get("date1904") in _TRUE
            elif element == "sheet" and attributes.get("id") != "":  # a module of old macros
                visible = attributes.get("state", "visible") == "visible"
                listed.append((attributes.get("name", ""), visible, attributes.get("id", "")))

        _walk(package, part, entry)
        self.worksheets = worksheets(package.name, listed, relations)

    @cached_property
    def values(self) -> Values:
        """Reads cells; raises `FileRefusedError` if styles or shared strings are damaged."""
        return Values(
            self.package.name, self._strings(), self._formats(), from_1904=self._from_1904
        )

    def _strings(self) -> list[str]:
        part = self._part_of.get("sharedStrings")
        if part is None:
            return []
        return list(chain.from_iterable(SharedStrings(self.package, part).blocks()))

    def _formats(self) -> list[NumberFormat]:
        part = self._part_of.get("styles")
        if part is None:
            return []
        codes: dict[str, str] = {}
        numbers: list[str] = []

        def style(parent: str, element: str, attributes: dict[str, str]) -> None:
            if element == "numFmt" and parent == "numFmts":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif element == "xf" and parent == "cellXfs":
                numbers.append(attributes.get("numFmtId", "0"))

        _walk(self.package, part, style)
        known = {
            number: from_code(codes[number]) if number in codes else _built_in(number)
            for number in set(numbers)
        }
        return [known[number] for number in numbers]


def _built_in(number: str) -> NumberFormat:
    return built_in(int(number) if number.isdecimal() else 0)


def _walk(package: Package, part: str, meet: Callable[[str, str, dict[str, str]], None]) -> None:
    """Meet each element of a small part, after its parent's name and with its attributes.

    Names of the standard are without their namespace, so that an element of an extension is
    never taken for one of them.
    """
    parents = [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        known = local if space in NAMESPACES else name
        meet(parents[-1], known, {key.rpartition(" ")[2]: attributes[key] for key in attributes})
        parents.append(known)

    parser = new_parser(package.name)
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: parents.pop()
    with damage_refused(package.name, part):
        parser.Parse(package.read(part), True)  # noqa: FBT003 - expat takes it by place only
