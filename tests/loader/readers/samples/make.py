"""Makes the samples beside it: one sheet, saved by LibreOffice in every format that it writes.

Run `python tests/loader/readers/samples/make.py`. It needs LibreOffice, the tests don't.
"""

import subprocess
import tempfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

HERE = Path(__file__).parent
FORMATS = ("xlsx", "xls", "ods", "html")

ROWS: dict[int, tuple[object, ...]] = {
    2: (None, "Title"),
    3: ("Order ID", "Order External ID", "Item ID", "Note", "x"),
    4: (700001, "INV-1", 1, "plain", "a"),
    5: ((42, "00000"), (123456, "00000"), (-7, "00000"), (1.5, "00000"), (7, "0.00")),
    6: (True, False, date(2024, 3, 1), datetime(2024, 3, 1, 8, 30), time(8, 30)),  # noqa: DTZ001
    7: (
        (timedelta(hours=27, minutes=30), "[h]:mm:ss"),
        (45292.25, "d/m/yy h:mm"),
        (0.1, "0%"),
        (1234.5, '#,##0.00 "EUR"'),
        (10**15, "General"),
    ),
    8: (999999999999999, 67.18, 1e-7, 1e20, -45.5),
    9: ("00123", "1e5", "TRUE", " lead", "trail  "),
    10: ("two\nlines", "tab\there", "a  b   c", "a_x000D_b", "Zoë € 😀"),
    11: ("=1/0", "=NA()", '=A4&"x"', "=A4+1", '=""'),
    12: ("=NOSUCH(1)", "=TRUE()", ("=DATE(2024,5,1)", "yyyy-mm-dd"), "'quoted", "=A1"),
    13: ("merged", "m2", None, "m4"),
    14: (None, None, None, "m5"),
    15: (None, "n2", "n3", "m6"),
    16: ("hidden", 1, 2, 3),
    18: (CellRichText("ri", TextBlock(InlineFont(b=True), "ch "), "text"),),
    20: ((0, "00000"), (5, '"INV-"0000'), (60, "yyyy-mm-dd"), (0.35, "yyyy-mm-dd")),
    21: ((5, "000;-000"), (-5, "000;-000"), (5, "@"), (123, "#")),
    25: ("last", None, None, None, "=1=1"),
}


def workbook() -> Workbook:
    """The sheet, with all that readers have been seen to lose."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Orders & more"
    for number, values in ROWS.items():
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column)
            cell.value = value[0] if isinstance(value, tuple) else value
            if isinstance(value, tuple):
                cell.number_format = value[1]
    sheet.merge_cells("A13:A15")
    sheet.merge_cells("B13:C14")
    sheet.row_dimensions[16].hidden = True
    sheet.row_dimensions[19].hidden = True
    hidden = book.create_sheet("Hidden one")
    hidden.sheet_state = "hidden"
    hidden["A1"] = "secret"
    book.create_sheet("Empty")
    book.create_sheet("Other")["C5"] = "x"
    return book


def main() -> None:
    """Save it once with openpyxl, and from there with LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "same.xlsx"
        workbook().save(source)
        for suffix in FORMATS:
            subprocess.run(
                [
                    "soffice",
                    f"-env:UserInstallation=file://{folder}/profile",
                    "--headless",
                    "--convert-to",
                    suffix,
                    "--outdir",
                    str(HERE),
                    str(source),
                ],
                check=True,
                timeout=120,
            )


if __name__ == "__main__":
    main()
