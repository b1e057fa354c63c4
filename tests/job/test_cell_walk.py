"""One cell through the whole job and back: from the spreadsheet to Flxpoint to the workbook."""

import json
from pathlib import Path

from openpyxl import Workbook, load_workbook

from reconcile.job.order_history import order_history
from reconcile.journal import Journal
from tests.conftest import Shop


def test_a_cell_can_be_followed_to_the_call_that_carried_it_and_back(shop: Shop) -> None:
    export = shop.folder / "acme.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Invoices"
    sheet.append(["Acme Ltd, invoices of October"])
    sheet.append([])
    sheet.append(["Order ID", "Item ID", "Item External ID", "Customer"])
    sheet.append([700001, 9001, "00042-A", "Alder"])
    book.save(export)

    finished = shop.run(export)

    [(path, _, body)] = shop.patches()
    assert path == "/orders/700001/accounting-sync"
    assert json.loads(body) == {
        "accountingSynced": True,
        "items": [{"id": 9001, "externalAccountingId": "00042-A"}],
    }
    held = shop.server.state[700001]
    assert held["orderItems"][0]["externalAccountingId"] == "00042-A"

    assert finished.workbook == export.with_name(f"acme.xlsx.results-{finished.run.id}.xlsx")
    results = load_workbook(finished.workbook)
    assert _lines(results["Successes"], "Order ID", "Outcome", "Rows") == [
        ("700001", "synced", "acme.xlsx!Invoices: 4")
    ]
    rows = _lines(results["Rows"], "Row", "State", "Reason", "Item External ID")
    assert rows[3] == (4, "used", None, "00042-A")
    assert [row[2] for row in rows[:3]] == ["ignored: title", "ignored: blank", "ignored: header"]
    [(sent, status)] = _lines(results["Attempts"], "Sent", "Status")
    assert json.loads(str(sent)) == json.loads(body)
    assert status == 204

    with Journal.open(shop.journal) as journal:
        story = "\n".join(order_history(journal, 700001))
    assert "acme.xlsx!Invoices:4 used" in story
    assert "Item External ID='00042-A'" in story
    assert "answered 204" in story


def _lines(sheet: object, *names: str) -> list[tuple[object, ...]]:
    rows = list(sheet.iter_rows(values_only=True))  # type: ignore[attr-defined]
    places = [rows[0].index(name) for name in names]
    return [tuple(row[place] for place in places) for row in rows[1:]]


def test_the_workbook_stands_beside_the_first_file(shop: Shop) -> None:
    folder = shop.folder / "deep"
    folder.mkdir()
    export = folder / "a.csv"
    export.write_text("Order ID,Order External ID\n1,A\n", encoding="utf-8")
    other = shop.export("Order ID,Order External ID\n2,B\n")

    finished = shop.run(export, other)

    assert finished.workbook is not None
    assert finished.workbook.parent == folder
    assert Path(finished.workbook).name == f"a.csv.results-{finished.run.id}.xlsx"
