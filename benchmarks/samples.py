"""Sample exports, made from a seed: rows of orders, and the text files with them.

Three rows an order, ten columns; external ids and customers are text, ids and quantities
numbers, and there are a date and an amount, as in a detail report of an accounting system.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

__all__ = [
    "COLUMNS",
    "DATE",
    "NUMBERS",
    "ROWS_OF_AN_ORDER",
    "Line",
    "csv_file",
    "lines",
    "quoted_csv_file",
]

COLUMNS: Final = (
    "Order ID",
    "Order External ID",
    "Item ID",
    "Item External ID",
    "Supplier SKU External ID",
    "Supplier SKU Quantity",
    "Accounting Synced",
    "Customer",
    "Invoice Date",
    "Amount",
)
NUMBERS: Final = frozenset({0, 2, 5, 9})
"""The columns that hold numbers in a workbook."""

DATE: Final = 8
"""The column that holds a date: the number of a day in a workbook."""

ROWS_OF_AN_ORDER: Final = 3
_FIRST_NAMES = ("Harbor", "Northern", "Łódź", "Müller", "O'Neill", "Tokyo", "Blue", "First")
_LAST_NAMES = ("Outfitters", "Supply", "Rowery", "Trading", "Foods", "& Sons", "Bikes", "Group")


class Line(NamedTuple):
    """One row, each cell as text."""

    order_id: str
    order_external_id: str
    item_id: str
    item_external_id: str
    sub_external_id: str
    sub_quantity: str
    synced: str
    customer: str
    day: str
    amount: str


def lines(rows: int, seed: int) -> Iterator[Line]:
    """So many rows below the header."""
    random = Random(seed)  # noqa: S311 - a sample
    order = customer = day = ""
    for row in range(rows):
        if row % ROWS_OF_AN_ORDER == 0:
            order = str(700_000_001 + row // ROWS_OF_AN_ORDER)
            customer = f"{random.choice(_FIRST_NAMES)} {random.choice(_LAST_NAMES)}"
            day = str(random.randrange(45_000, 45_700))
        yield Line(
            order,
            f"INV-{order}",
            str(910_000_001 + row),
            f"ITEM-{random.randrange(10**7)}",
            f"SKU-{random.randrange(10**5)}",
            str(random.randrange(1, 12)),
            "yes",
            customer,
            day,
            f"{random.randrange(100, 99_999) / 100}",
        )


def csv_file(path: str, seed: str, rows: str) -> None:
    """A text file with commas; nothing in it needs quotes."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(COLUMNS) + "\r\n")
        file.writelines(",".join(line) + "\r\n" for line in lines(int(rows), int(seed)))


def quoted_csv_file(path: str, seed: str, rows: str) -> None:
    """The same with quotes around every cell, as several systems write them."""
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        writer.writerows(lines(int(rows), int(seed)))
