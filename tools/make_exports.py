"""Makes the example exports in tests/exports again, from the rows in `example_rows`.

Usage: python tools/make_exports.py
Then: python tools/rewrite_expectations.py, and look at the differences.
"""

import csv
import io
import sys
import zipfile
from pathlib import Path

from openpyxl import Workbook

sys.path.insert(0, str(Path(__file__).resolve().parent))

from example_rows import FOLDERS, IDS

EXPORTS = Path(__file__).resolve().parent.parent / "tests" / "exports"

WORKBOOKS = {"by_customer_with_credit_memo": "Sales by Customer", "through_excel": "Invoices"}
"""These examples are workbooks, with a sheet of this name; all others are text."""

ENCODINGS = {"quickbooks-online": "utf-8-sig", "quickbooks-desktop": "cp1252"}


def made() -> dict[str, bytes]:
    """The bytes of every example, by its path within tests/exports."""
    files = {"ids.csv": text(IDS)}
    for folder, examples in FOLDERS.items():
        for name, rows in examples.items():
            if name in WORKBOOKS:
                files[f"{folder}/{name}.xlsx"] = workbook(rows, WORKBOOKS[name])
            else:
                files[f"{folder}/{name}.csv"] = text(rows, ENCODINGS.get(folder, "utf-8"))
    return files


def text(rows: str, encoding: str = "utf-8") -> bytes:
    """A CSV file with the line ends that these programs write; an empty row has no commas."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    lines = [line.split("|") if line else [] for line in rows.splitlines()]
    width = max(map(len, lines))
    for cells in lines:
        writer.writerow([*cells, *[""] * (width - len(cells))] if cells else [])
    return stream.getvalue().encode(encoding)


def workbook(rows: str, sheet: str) -> bytes:
    """A workbook that is the same to the byte whenever it is made."""
    book = Workbook()
    book.active.title = sheet
    for line in rows.splitlines():
        book.active.append([_value(cell) for cell in line.split("|")])
    written, again = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(again, "w") as target:
        for part in parts.infolist():
            content = _CORE if part.filename == "docProps/core.xml" else parts.read(part)
            fixed = zipfile.ZipInfo(part.filename, (2026, 3, 5, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, content)
    return again.getvalue()


def _value(cell: str) -> str | int | None:
    return int(cell[1:]) if cell.startswith("#") else cell or None


_CORE = (
    b'<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/'
    b'package/2006/metadata/core-properties"/>'
)


def main() -> None:
    """Writes them all."""
    for path, content in made().items():
        target = EXPORTS / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
