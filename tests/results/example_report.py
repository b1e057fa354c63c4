"""A report as a real run makes it, of twenty orders in every outcome, to look at and to test.

`python -m tests.results.example_report FILE.xlsx` writes its workbook, of which
`tools/render_workbook.py` makes pictures.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconcile.domain.model import Outcome, SourceType
from reconcile.results.report.outcome_words import OUTCOMES
from reconcile.results.report.tables import (
    Block,
    Column,
    Kind,
    Report,
    SourceCell,
    Summary,
    Table,
    Value,
)
from reconcile.results.workbook.write import write_workbook

FILE = "invoices november.xlsx"
SHEET = "Invoices"
BEGAN = datetime(2026, 11, 21, 8, 30, 5, tzinfo=UTC)

ORIGINAL = (
    Column("Order ID", Kind.CELL, 14),
    Column("Order External ID", Kind.CELL, 18),
    Column("Item ID", Kind.CELL, 14),
    Column("Item External ID", Kind.CELL, 18),
    Column("Supplier SKU External ID", Kind.CELL, 18),
    Column("Supplier SKU Quantity", Kind.CELL, 12),
    Column("Customer", Kind.CELL, 14),
    Column("Invoice date", Kind.CELL, 12),
    Column("Memo", Kind.CELL, 14),
)

_OUTCOME_OF = dict(
    zip(
        range(700001, 700021),
        [Outcome.SYNCED] * 11
        + [Outcome.UNCHANGED] * 3
        + [Outcome.REFUSED] * 2
        + [Outcome.IN_DOUBT]
        + [Outcome.PENDING]
        + [Outcome.REJECTED] * 2,
        strict=True,
    )
)
_PADDED = (
    f"{FILE}!{SHEET}!B14: a number shown with leading zeros was taken as it is shown, 00014; "
    "format the column as text in the accounting export to be sure that it stays so."
)
_CUSTOMERS = (
    "Müller & Söhne GmbH",
    "Harbor Outfitters",
    "O'Neill Supply",
    "Łódź Rowery",
    "Tokyo Shoten",
)
_MEMOS = (
    "",
    "=HYPERLINK(call before 9)",
    "leave at the back door; ring twice and ask for the warehouse manager by name",
    "first line\nsecond line",
    "-10% agreed",
)


def example_report() -> Report:
    """The report."""
    counts = Counter(_OUTCOME_OF.values())
    return Report(
        Summary(
            f"Results of {FILE}",
            "14 of 20 orders are in Flxpoint; 6 are not.",
            "The sheet Failures has every row of them. "
            "Read the answer, mend the cells, and run this sheet again.",
            [(outcome, counts[outcome], OUTCOMES[outcome]) for outcome in Outcome],
            tuple(_blocks(counts)),
        ),
        (_successes(), _failures(), _rows(), _attempts()),
    )


def main() -> None:
    """Writes the workbook of the example."""
    write_workbook(example_report(), Path(sys.argv[1]), overwrite=True)


def _blocks(counts: Counter[Outcome]) -> Iterator[Block]:
    rows = list(_source_rows())
    yield Block(
        "Control totals",
        [
            ("Rows read", len(rows) + 3),
            ("  used", len(rows) - 4),
            ("  rejected, with a fault of their own", 2),
            ("  rejected, held with such a row", 2),
            ("  ignored: blank", 1),
            ("  ignored: total", 1),
            ("  ignored: not a booking: Credit Memo", 1),
            ("Orders", 20),
            *((f"  {outcome}", counts[outcome]) for outcome in Outcome),
            ("Not accounted for", 0),
        ],
    )
    yield Block(
        "Rejected rows that name no order",
        [(f"{FILE}!{SHEET}!A41: the row has item values and names no order.",)],
        alarm=True,
    )
    yield Block(
        "External ids that differ from what was acknowledged before",
        [
            ("700003", "externalAccountingId", "INV-2026-0003", "INV-2026-1003"),
            ("700007", "items[9100071].externalAccountingId", "L-7-1", "L-7-1/A"),
        ],
        ("Order", "Field", "Before", "Now"),
    )
    yield Block(
        "Orders with fewer items than were acknowledged before",
        [("700009", 3, 2)],
        ("Order", "Before", "Now"),
    )
    yield Block(
        "Noticed",
        [
            (f"{FILE}!{SHEET}: 2 hidden rows were read like any other.",),
            (_PADDED,),
        ],
    )
    yield Block(
        "Files",
        [
            (
                f"{FILE}!{SHEET}",
                len(rows) + 3,
                4,
                "; ".join(f"{column.name} = {column.name}" for column in ORIGINAL[:6]),
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            )
        ],
        ("File", "Rows", "Header row", "Columns read as", "SHA-256"),
    )
    yield Block(
        "Run",
        [
            ("Run", "2026-11-21-093005"),
            ("Version", "0.1.0"),
            ("Account", "Example Trading"),
            ("Address", "https://api.example.test"),
            ("Started", BEGAN),
            ("Ended", BEGAN + timedelta(seconds=14)),
            ("Exit code", 1),
            ("Requests", 25),
            ("  second and later tries", 6),
            ("  answered 429 (too many)", 1),
        ],
    )


def _successes() -> Table:
    columns = (
        Column("Order ID", Kind.ID, 14),
        Column("Outcome", Kind.OUTCOME, 12),
        Column("Order External ID", Kind.ID, 22),
        Column("Items", Kind.NUMBER, 8),
        Column("Supplier SKUs", Kind.NUMBER, 14),
        Column("Status", Kind.TEXT, 16),
        Column("Acknowledged", Kind.TIME, 26),
        Column("Tries", Kind.NUMBER, 8),
        Column("Rows", Kind.TEXT, 40, wraps=True),
    )
    rows = [
        (
            str(order),
            outcome,
            _external(order),
            2,
            2,
            "Processing" if order % 4 == 0 else "",
            _time(order) if outcome is Outcome.SYNCED else None,
            1 + (order == 700005) if outcome is Outcome.SYNCED else 0,
            f"{FILE}!{SHEET}: {', '.join(_rows_of(order))}",
        )
        for order, outcome in _OUTCOME_OF.items()
        if outcome.done
    ]
    return Table("Successes", columns, rows, "No order is done.")


def _failures() -> Table:
    columns = (
        Column("Outcome", Kind.OUTCOME, 12),
        Column("Code", Kind.TEXT, 24),
        Column("Reason", Kind.TEXT, 48, wraps=True),
        Column("What to do", Kind.TEXT, 48, wraps=True),
        Column("Place", Kind.TEXT, 28),
        *ORIGINAL,
    )
    rows = [
        (_OUTCOME_OF[order], *_why(order, number), f"{FILE}!{SHEET}:{number}", *cells)
        for number, order, cells in _source_rows()
        if not _OUTCOME_OF[order].done
    ]
    return Table("Failures", columns, rows, "Nothing failed.")


def _rows() -> Table:
    columns = (
        Column("File", Kind.TEXT, 24),
        Column("Sheet", Kind.TEXT, 14),
        Column("Row", Kind.NUMBER, 8),
        Column("State", Kind.TEXT, 12),
        Column("Order ID", Kind.ID, 14),
        Column("Outcome", Kind.OUTCOME, 12),
        Column("Reason", Kind.TEXT, 40, wraps=True),
        *ORIGINAL,
    )
    used: list[Sequence[Value]] = [
        (
            FILE,
            SHEET,
            number,
            "rejected" if _OUTCOME_OF[order] is Outcome.REJECTED else "used",
            str(order),
            _OUTCOME_OF[order],
            "" if _OUTCOME_OF[order].done else _why(order, number)[1],
            *cells,
        )
        for number, order, cells in _source_rows()
    ]
    last = used[-1][2]
    assert isinstance(last, int)
    ignored: list[Sequence[Value]] = [
        (FILE, SHEET, last + 1, "ignored", "", None, "ignored: blank", *[""] * 9),
        (FILE, SHEET, last + 2, "ignored", "", None, "ignored: total", "Total", *[""] * 8),
    ]
    return Table("Rows", columns, used + ignored, "The files have no rows.")


def _attempts() -> Table:
    columns = (
        Column("Time", Kind.TIME, 26),
        Column("Order ID", Kind.ID, 14),
        Column("Call", Kind.TEXT, 16),
        Column("Try", Kind.NUMBER, 6),
        Column("Status", Kind.NUMBER, 8),
        Column("Seconds", Kind.SECONDS, 9),
        Column("Verdict", Kind.TEXT, 10),
        Column("Answer", Kind.TEXT, 40, wraps=True),
        Column("Sent", Kind.TEXT, 70, wraps=True),
        Column("Fingerprint", Kind.TEXT, 20),
    )
    rows = [
        (
            _time(order) + timedelta(seconds=2 * number),
            str(order),
            "accounting sync",
            number + 1,
            status,
            0.31 + number / 7,
            verdict,
            answer,
            _sent(order),
            f"{order * 7919:016x}",
        )
        for order, outcome in _OUTCOME_OF.items()
        for number, (status, verdict, answer) in enumerate(_TRIES.get(outcome, ()))
    ]
    return Table("Attempts", columns, rows, "No call was made.")


_TRIES: dict[Outcome, Sequence[tuple[int | None, str, str]]] = {
    Outcome.SYNCED: [(204, "accept", "")],
    Outcome.REFUSED: [
        (404, "refuse", '{"status":404,"error":"Not Found","message":"Order item not found"}')
    ],
    Outcome.IN_DOUBT: [(502, "retry", "Bad Gateway"), (None, "retry", "no answer within 30 s")],
    Outcome.PENDING: [(429, "retry", "Too Many Requests"), (503, "retry", "Service Unavailable")],
}


def _why(order: int, row: int) -> tuple[str, str, str]:
    outcome = _OUTCOME_OF[order]
    if outcome is Outcome.REFUSED:
        return (
            "refused",
            "accounting sync refused: 404 Order item not found",
            "Read the answer, mend the cells, and run this sheet again.",
        )
    if outcome is not Outcome.REJECTED:
        code = outcome.value.replace(" ", "-")
        return (
            code,
            f"accounting sync {outcome}",
            "Run the file again: only what is missing is sent.",
        )
    if order % 2:
        return (
            "external-id-date",
            f"The external id is a date cell ({FILE}!{SHEET}!D{row})",
            _AS_TEXT,
        )
    return "error-value; number-too-long", _TWO_FAULTS.format(row=row), f"{_MEND} {_AS_TEXT}"


_MEND = "Mend the formula or the look-up in the export."
_AS_TEXT = "Format the column as text in the accounting export and export it again."
_TWO_FAULTS = (
    f"The external id is an error value ({FILE}!{SHEET}!B{{row}}); "
    f"the supplier SKU id has more than 15 digits ({FILE}!{SHEET}!E{{row}})"
)


def _source_rows() -> Iterator[tuple[int, int, tuple[Value, ...]]]:
    number = 4
    for order, outcome in _OUTCOME_OF.items():
        for line in (1, 2):
            number += 1
            external: Value = _external(order)
            item: Value = f"L-{order % 100}-{line}"
            sku: Value = f"BILL-{order % 97:05}"
            if outcome is Outcome.REJECTED and order % 2:
                item = SourceCell("2026-05-03", SourceType.DATE)
            elif outcome is Outcome.REJECTED:
                external = SourceCell("#N/A", SourceType.ERROR)
                sku = SourceCell("12345678901234567890", SourceType.LONG_NUMBER)
            yield (
                number,
                order,
                (
                    str(order),
                    external,
                    f"9{order}{line}",
                    item,
                    sku,
                    str(line),
                    _CUSTOMERS[order % 5],
                    SourceCell("2026-11-14", SourceType.DATE),
                    _MEMOS[(order + line) % 5],
                ),
            )


def _rows_of(order: int) -> list[str]:
    return [str(row) for row, owner, _ in _source_rows() if owner == order]


def _external(order: int) -> str:
    return f"INV-2026-{order % 10_000:04}"


def _time(order: int) -> datetime:
    return BEGAN + timedelta(milliseconds=500 * (order - 700001))


def _sent(order: int) -> str:
    items = ",".join(
        f'{{"id":9{order}{line},"externalAccountingId":"L-{order % 100}-{line}"}}'
        for line in (1, 2)
    )
    return (
        f'{{"externalAccountingId":"{_external(order)}","accountingSynced":true,"items":[{items}]}}'
    )


if __name__ == "__main__":
    main()
