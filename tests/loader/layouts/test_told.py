"""What `reconcile layouts` and `reconcile check` tell of layouts and columns."""

import json
from collections.abc import Callable
from pathlib import Path

from reconcile.loader.layouts import LAYOUTS
from tests.conftest import Shop
from tests.loader.layouts.outcomes import EXPORTS

Command = Callable[..., tuple[int, str, str]]

CONFIG = 'ids: {}\norder_number: {{column: Memo/Description, prefix: "FLX-"}}\n'


def configured(shop: Shop) -> Path:
    path = shop.folder / "qbo.yaml"
    path.write_text(CONFIG.format(EXPORTS / "ids.csv"), encoding="utf-8")
    return path


def test_layouts_lists_every_layout_on_a_line(command: Command) -> None:
    code, out, _ = command("layouts")

    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [layout.name for layout in LAYOUTS]
    assert "xero                Xero: sales invoices" in out


def test_check_says_which_layout_recognised_the_file_and_how_each_column_is_read(
    shop: Shop, command: Command
) -> None:
    export = EXPORTS / "quickbooks-online" / "by_product.csv"
    code, out, _ = command("check", "--config", configured(shop), export)

    assert code == 0
    assert "Layout     QuickBooks Online (quickbooks-online)" in out
    [columns] = [line for line in out.splitlines() if line.startswith("Columns")]
    assert columns.removeprefix("Columns    ").split("; ") == [
        "Transaction type (tells what is in the books)",
        "Memo/Description (read as Order Number)",
        "Num (read as Order External ID)",
        "Quantity (read as Item Quantity)",
        "group headings (read as SKU)",
    ]


def test_check_says_where_the_sku_is_the_last_part_of_a_path(shop: Shop, command: Command) -> None:
    export = EXPORTS / "netsuite" / "saved_search.csv"
    config = configured(shop)
    config.write_text(config.read_text().replace("Memo/Description", "Memo"), encoding="utf-8")

    _, out, _ = command("check", "--config", config, export)

    assert "Item, its last part (read as SKU)" in out


def test_check_says_plain_of_a_plain_file(shop: Shop, command: Command) -> None:
    export = shop.export("Order ID,Order External ID\n1,A\n")

    assert "Layout     plain\n" in command("check", export)[1]
    [file] = json.loads(command("check", "--json", export)[1])["files"]
    assert file["layout"] == "plain"


def test_the_sample_of_quickbooks_is_read_with_its_own_config(command: Command) -> None:
    samples = Path(__file__).resolve().parents[3] / "sample_data"
    config, export = samples / "quickbooks-online.yaml", "quickbooks-online-by-product.csv"

    code, out, _ = command("check", "--config", config, samples / export)

    assert code == 1
    assert "Orders     2 planned (2 new, 0 changed), 0 rejected, 1 rejected row without" in out
    assert "[order-number-unknown]" in out
    assert "takes a booking of it back" in out
