"""Reads .xlsx and .xlsm workbooks, transitional and strict.

Owns the way from a worksheet to its rows; `sheet_xml` knows its elements, `values` what a cell
says, `shape` reads rows that are alike many at once.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from reconcile.loader.readers.base import KnownColumns, Reader
from reconcile.loader.readers.common.grid import LAST_COLUMN, Stretch
from reconcile.loader.readers.common.package import Package
from reconcile.loader.readers.common.table import Filled, Merged, TableSheet
from reconcile.loader.readers.content import Content
from reconcile.loader.readers.xlsx.rows import rows_of
from reconcile.loader.readers.xlsx.shape import Shape
from reconcile.loader.readers.xlsx.sheet_xml import SheetXml
from reconcile.loader.readers.xlsx.workbook import Workbook

__all__ = ["XlsxReader"]


class XlsxReader(Reader):
    """A zip with a workbook in it."""

    kind = "xlsx"
    title = "an .xlsx workbook"
    suffixes = frozenset({".xlsx", ".xlsm"})

    def recognises(self, content: Content) -> bool:
        """Whether it is a zip with the part that makes it a workbook."""
        return content.is_package(
            "workbook.xml", b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
        )

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[TableSheet]:  # noqa: ARG002
        """The worksheets in tab order, hidden ones too; charts aren't listed.

        Raises `FileRefusedError`: damage, entities, too big.
        """
        workbook = Workbook(Package(data, name))
        return [
            TableSheet(name, each.name, partial(_rows, workbook, each.part), visible=each.visible)
            for each in workbook.worksheets
        ]


def _rows(workbook: Workbook, part: str, width: int) -> Iterator[Filled | Merged | Stretch]:
    values = workbook.values
    # Who asks for all columns looks at the first rows only.
    shape = Shape(values, width) if width < LAST_COLUMN else None
    xml = SheetXml(workbook.package, part, shape)
    yield from rows_of(xml, values, width)
    yield from xml.merged
