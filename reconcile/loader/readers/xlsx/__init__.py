"""Reads .xlsx and .xlsm workbooks, transitional and strict.

Owns what the rows of a worksheet become: columns of text with their row numbers kept,
hidden rows counted, merged cells filled down (rules, sections 1.3, 1.4 and 1.6). Cells right
of the asked width are passed over as they come by, so that a stray value costs nothing.
"""

from collections.abc import Sequence

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import SourceType
from reconcile.loader.readers.base import HEAD_ROWS, Cells, Head, KnownColumns, Reader
from reconcile.loader.readers.columns import Columns, cut_blank_end
from reconcile.loader.readers.content import Content
from reconcile.loader.readers.xlsx.grid import LAST_COLUMN, Stretch
from reconcile.loader.readers.xlsx.merged import fill_down
from reconcile.loader.readers.xlsx.package import Package
from reconcile.loader.readers.xlsx.rows import Row, rows_of
from reconcile.loader.readers.xlsx.shape import Shape
from reconcile.loader.readers.xlsx.sheet_xml import SheetXml
from reconcile.loader.readers.xlsx.workbook import Tab, Workbook

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

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence["XlsxSheet"]:  # noqa: ARG002
        """The worksheets in tab order, hidden ones too; charts aren't listed.

        Raises `FileRefusedError`: damage, entities, too big, no worksheet.
        """
        workbook = Workbook(Package(data, name))
        if not workbook.tabs:
            raise FileRefusedError(
                f"{name} is a workbook without a worksheet: export it again as .xlsx or CSV."
            )
        return [XlsxSheet(workbook, tab) for tab in workbook.tabs]


class XlsxSheet:
    """One worksheet. Nothing of its cells is kept between calls."""

    def __init__(self, workbook: Workbook, tab: Tab) -> None:
        self.name = tab.name
        self.visible = tab.visible
        self._workbook = workbook
        self._part = tab.part
        self._hidden_rows: int | None = None

    @property
    def hidden_rows(self) -> int:
        """How many hidden rows hold anything; goes through the sheet unless `cells` did."""
        if self._hidden_rows is None:
            self.cells(0)
        return self._hidden_rows or 0

    def head(self) -> Head:
        """The first filled rows, each up to its last cell that isn't empty.

        Raises `FileRefusedError` if the sheet is damaged that far up.
        """
        head: list[tuple[int, list[str]]] = []
        for row in rows_of(self._xml(None), self._workbook.values, LAST_COLUMN):
            if isinstance(row, Row) and (row.was or any(text.strip() for text in row.texts)):
                filled = (position for position, text in enumerate(row.texts) if text)
                head.append((row.number, row.texts[: max(filled, default=-1) + 1]))
            if len(head) == HEAD_ROWS:
                break
        return head

    def cells(self, width: int) -> Cells:
        """The first `width` columns; raises `FileRefusedError` if the sheet is damaged."""
        values = self._workbook.values
        xml = self._xml(Shape(values, width))
        columns = Columns(width, xml.name)
        was: dict[tuple[int, int], SourceType] = {}
        last_noted = hidden = 0
        for rows in rows_of(xml, values, width):
            if isinstance(rows, Stretch):
                columns.extend(rows.first, rows.columns)
                was.update(rows.was)
                continue
            hidden += rows.hidden
            if rows.texts:
                columns.add(rows.number, rows.texts)
            if rows.was:
                was.update(((rows.number, column), note) for column, note in rows.was.items())
                last_noted = rows.number
        columns.flush()
        self._hidden_rows = hidden
        cut_blank_end(columns.columns, last_noted)
        filled, first = fill_down(columns.columns, was, xml.merged, xml.name)
        return Cells(columns.columns, was, filled_down=filled, first_filled_down=first)

    def _xml(self, shape: Shape | None) -> SheetXml:
        return SheetXml(self._workbook.package, self._part, shape)
