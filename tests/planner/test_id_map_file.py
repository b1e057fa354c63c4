"""The id map as a file: its columns, and what refuses it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.id_map import IdMap, amount
from reconcile.planner.id_map_file import read_id_map

Read = Callable[..., IdMap]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(*lines: str) -> IdMap:
        path = tmp_path / "ids.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return read_id_map(path, path.name)

    return read_text


def refusal(read: Read, *lines: str) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read(*lines)
    return str(refused.value)


def orders(ids: IdMap) -> dict[str, list[int]]:
    return {number: list(known) for number, known in ids.numbers.items()}


def test_an_order_is_known_by_its_number_and_its_reference_number(read: Read) -> None:
    ids = read("Order Number,Reference Number,Order ID", "1001,114-1,700001", "1002,,700002")

    assert orders(ids) == {"1001": [700001], "114-1": [700001], "1002": [700002]}
    assert str(ids.numbers["114-1"][700001]) == "ids.csv:2"


def test_one_number_of_two_orders_is_kept_with_both_places(read: Read) -> None:
    ids = read("Order Number,Order ID", "1001,1", "", "1001,2", "1001,1")

    assert {key: str(place) for key, place in ids.numbers["1001"].items()} == {
        1: "ids.csv:2",
        2: "ids.csv:4",
    }


def test_items_are_known_by_order_and_sku_with_their_quantities(read: Read) -> None:
    ids = read("Order Number,Order ID,SKU,Item ID,Quantity", "1001,1,RED,11,2.0", "1001,1,RED,12,")

    items = ids.items[1]["RED"]
    assert {item_id: known.quantity for item_id, known in items.items()} == {
        11: Decimal(2),
        12: None,
    }


@pytest.mark.parametrize("header", ["order_number,ORDER ID", "OrderNumber,Flxpoint Order ID"])
def test_its_columns_are_found_like_any_header(read: Read, header: str) -> None:
    assert orders(read("My orders", "", header, "1001,1")) == {"1001": [1]}


def test_numbers_are_the_text_that_stands_there(read: Read) -> None:
    assert orders(read("Order Number,Order ID", "00123,1", "123,2", "1e5,3")) == {
        "00123": [1],
        "123": [2],
        "1e5": [3],
    }


def test_a_workbook_is_read_too(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Order Number", "Order ID"])
    book.active.append([1001, 700001])
    book.save(tmp_path / "ids.xlsx")

    assert orders(read_id_map(tmp_path / "ids.xlsx", "ids.xlsx")) == {"1001": [700001]}


def test_skus_alone_are_a_map_for_files_with_order_ids(read: Read) -> None:
    assert list(read("Order ID,SKU,Item ID", "1,RED,11").items) == [1]


@pytest.mark.parametrize("header", ["Order ID,Customer", "Order Number,SKU", "Order ID,SKU"])
def test_what_finds_nothing_is_no_map(read: Read, header: str) -> None:
    assert refusal(read, header, "1,2") == (
        "ids.csv has no header row for an id map. An id map has one table with Order ID and Order "
        "Number (or Reference Number), and for items SKU and Item ID."
    )


def test_a_damaged_cell_refuses_the_map_and_says_where(read: Read) -> None:
    message = refusal(read, "Order Number,Order ID", "1001,7.5", "1.2E+11,2", "1003,3")

    assert message.startswith("The id map can't be used. ids.csv!B2: ")
    assert "[order-id-invalid] / ids.csv!A3: " in message


def test_a_row_without_an_order_id_refuses_the_map(read: Read) -> None:
    assert refusal(read, "Order Number,Order ID", "1001,").startswith(
        "ids.csv:2: the row of the id map has no order id."
    )


def test_a_column_that_is_there_twice_refuses_the_map(read: Read) -> None:
    message = refusal(read, "Order Number,Order ID,Order_ID", "1001,1,2")

    assert message == "ids.csv has Order ID twice (columns B and C)."


def test_a_map_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match=r"^The id map no\.csv can't be read: No such file"):
        read_id_map(tmp_path / "no.csv", "no.csv")


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("2.00", 2), ("1,000", 1000), ("0.5", Decimal("0.5")), ("-1", -1)],
)
def test_quantities_are_compared_as_numbers(text: str, number: object) -> None:
    assert amount(text) == number


@pytest.mark.parametrize("text", ["", "two", "1,5", "NaN", "Infinity", "1,00,000"])
def test_what_is_no_quantity_tells_nothing_apart(text: str) -> None:
    assert amount(text) is None
