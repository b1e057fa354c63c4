"""The file itself: openpyxl's frame of the workbook, filled with rows from disk.

openpyxl makes every part but the rows. It would make an element of every cell, which takes
many times as long and leaves no say in how text is escaped; so rows are written as XML here
(`cells`), wait compressed in a `Spool`, and are put into the frame when all are there.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Self
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.utils import get_column_letter

__all__ = ["Spool", "assemble"]

_NO_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
_AREA = re.compile(rb'<dimension ref="[^"]*"\s*/>')
_PLACE_FOR_IGNORED = re.compile(rb"(?=<drawing |</worksheet>)")
_PLACE_FOR_LINKS = re.compile(rb"(?=<printOptions |<pageMargins )")
_CHUNK = 1 << 18


class Spool:
    """The rows of one sheet, in a file without a name that ends with the process.

    `links` are its links: the cell, and the place in the workbook that it leads to.
    """

    def __init__(self, folder: Path, columns: int) -> None:
        self.rows = 0
        self.size = 0
        self.links: list[tuple[str, str]] = []
        self._columns = columns
        self._pending: list[str] = []
        self._pending_size = 0
        self._packer = zlib.compressobj(1)
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - __exit__ closes it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def area(self) -> str:
        """All cells, from the first to the last, as `A1:L20`."""
        return f"A1:{get_column_letter(self._columns)}{max(self.rows, 1)}"

    def add(self, cells: str, height: float | None = None, *, fixed: bool = False) -> None:
        """One more row.

        Args:
            cells: Its cells as XML.
            height: In points; None for the usual height.
            fixed: The height stays when a cell is changed.
        """
        self.rows += 1
        tall = "" if height is None else f' ht="{height:g}"'
        tall += ' customHeight="1"' if fixed else ""
        row = f'<row r="{self.rows}"{tall}>{cells}</row>'
        self._pending.append(row)
        self._pending_size += len(row)
        if self._pending_size > _CHUNK:
            self._pack()

    def end(self) -> None:
        """Nothing is added any more; `size` is the number of bytes of all rows."""
        self._pack()
        self._file.write(self._packer.flush())

    def chunks(self) -> Iterator[bytes]:
        """The XML of all rows, after `end`."""
        self._file.seek(0)
        unpacker = zlib.decompressobj()
        while packed := unpacker.unconsumed_tail or self._file.read(_CHUNK):
            yield unpacker.decompress(packed, _CHUNK)

    def _pack(self) -> None:
        data = "".join(self._pending).encode()
        self._pending.clear()
        self._pending_size = 0
        self.size += len(data)
        self._file.write(self._packer.compress(data))


def assemble(book: Any, spools: Mapping[str, Spool], file: IO[bytes]) -> None:
    """Writes the workbook.

    Args:
        book: openpyxl's workbook, whose sheets with a spool have no rows.
        spools: The rows of sheets, by title.
        file: Where to; open for writing.

    Raises:
        OSError: the disk is full, or the file can't be written.
    """
    frame = BytesIO()
    book.save(frame)
    parts = {
        sheet.path.removeprefix("/"): spools[sheet.title]
        for sheet in book.worksheets
        if sheet.title in spools
    }
    with ZipFile(frame) as source, ZipFile(file, "w", ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename in parts:
                _write_sheet(target, info, data, parts[info.filename])
            else:
                target.writestr(info, data)


def _write_sheet(target: ZipFile, frame: ZipInfo, data: bytes, spool: Spool) -> None:
    head, tail = _NO_ROWS.split(data)
    # openpyxl saw no rows; programs that trust the area would see none either.
    head = _AREA.sub(f'<dimension ref="{spool.area}"/>'.encode(), head)
    # Ids are numbers kept as text on purpose; Excel would put a green corner on each.
    ignored = (
        f'<ignoredErrors><ignoredError sqref="{spool.area}" numberStoredAsText="1"/>'
        "</ignoredErrors>"
    ).encode()
    tail = _PLACE_FOR_IGNORED.sub(ignored, tail, count=1)
    tail = _PLACE_FOR_LINKS.sub(lambda _: _links(spool), tail, count=1)
    info = ZipInfo(frame.filename, frame.date_time)
    info.compress_type = ZIP_DEFLATED
    # With the size known beforehand, the part is marked as larger than 2 GiB only if it is.
    info.file_size = len(head) + spool.size + len(tail) + len(b"<sheetData></sheetData>")
    with target.open(info, "w") as part:
        part.write(head + b"<sheetData>")
        for chunk in spool.chunks():
            part.write(chunk)
        part.write(b"</sheetData>" + tail)


def _links(spool: Spool) -> bytes:
    if not spool.links:
        return b""
    links = (
        f'<hyperlink ref="{ref}" location={quoteattr(place)} display={quoteattr(place)}/>'
        for ref, place in spool.links
    )
    return f"<hyperlinks>{''.join(links)}</hyperlinks>".encode()
