"""After a run orders are read back: a 204 proves acceptance, not content."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconcile.domain.errors import ExitCode
from reconcile.orders.readback import ReadBack
from reconcile.orders.remote_state import Finding
from reconcile.sandbox import Answer, Drop, Half, Scripted
from tests.conftest import TOKEN, Shop
from tests.orders.books import lines, titles
from tests.shops import OpenShop, order

Command = Callable[..., tuple[int, str, str]]
HEADER = "Order ID,Order External ID,Item ID,Item External ID\n"


def export(shop: Shop, *numbers: int) -> Path:
    rows = [f"{700000 + n},INV-{n},{n * 100 + 1},L-{n}\n" for n in numbers]
    return shop.export(HEADER + "".join(rows))


def marks(book: Path | None) -> dict[tuple[str, str], str]:
    """The findings of the sheet Read back, by order and value."""
    return {(each["Order ID"], each["Value"]): each["Finding"] for each in lines(book, "Read back")}


@pytest.mark.parametrize("fields", ["always", "sent"])
def test_an_order_that_took_everything_is_the_same(open_shop: OpenShop, fields: str) -> None:
    shop = open_shop(order(1), order(2), accounting_fields=fields)
    finished = shop.run(export(shop, 1, 2), verify="all")
    assert finished.exit_code == ExitCode.DONE
    assert set(marks(finished.workbook).values()) == {"= same"}
    assert len(marks(finished.workbook)) == 6


@pytest.mark.parametrize("fields", ["always", "sent"])
def test_a_write_that_was_dropped_is_found(open_shop: OpenShop, fields: str) -> None:
    shop = open_shop(order(1), order(2), accounting_fields=fields)
    shop.server.inject(Scripted("accounting-sync", 700002, Drop()))
    finished = shop.run(export(shop, 1, 2), verify="all")
    assert finished.exit_code == ExitCode.INCOMPLETE
    found = marks(finished.workbook)
    assert found["700001", "Order External ID"] == "= same"
    assert found["700002", "Order External ID"] == "- missing"
    assert found["700002", "item 201: Item External ID"] == "- missing"


def test_a_write_that_was_half_applied_is_found(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    shop.server.inject(Scripted("accounting-sync", 700001, Half()))
    finished = shop.run(export(shop, 1), verify="all")
    found = marks(finished.workbook)
    assert found["700001", "Order External ID"] == "= same"
    assert found["700001", "item 101: Item External ID"] == "- missing"


def test_where_flxpoint_does_not_say_that_is_said(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="never")
    shop.server.inject(Scripted("accounting-sync", None, Drop()))
    finished = shop.run(export(shop, 1), verify="all")
    assert finished.exit_code == ExitCode.DONE
    assert set(marks(finished.workbook).values()) == {"? does not say"}


def test_the_spreadsheet_and_flxpoint_stand_side_by_side(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    finished = shop.run(export(shop, 1), verify="none")
    assert "Read back" not in titles(finished.workbook)
    finished = shop.run(export(shop, 1), verify="all")
    assert "Read back" not in titles(finished.workbook), "nothing was sent"


def test_a_sample_is_read_by_default_where_flxpoint_tells(open_shop: OpenShop) -> None:
    shop = open_shop(*(order(n) for n in range(1, 41)), accounting_fields="always")
    finished = shop.run(export(shop, *range(1, 41)))
    assert len({order_id for order_id, _ in marks(finished.workbook)}) == 20


def test_by_default_nobody_is_asked_who_does_not_tell(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="never")
    finished = shop.run(export(shop, 1))
    assert "Read back" not in titles(finished.workbook)


def test_a_fault_of_reading_back_takes_nothing_from_the_run(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    shop.server.inject(Scripted("order", None, Answer(500), first=2, times=None))
    finished = shop.run(export(shop, 1), verify="all", overwrite="blanks", tries=1)
    assert finished.exit_code == ExitCode.DONE
    assert "Read back" not in titles(finished.workbook)


def test_summary_warns_of_what_is_not_there(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), accounting_fields="always")
    shop.server.inject(Scripted("accounting-sync", None, Drop()))
    finished = shop.run(export(shop, 1), verify="all")
    words = [str(cell) for row in lines(finished.workbook, "Summary") for cell in row.values()]
    assert "- missing" in words


def run_and_change(shop: Shop, command_in: Command, **change: Any) -> None:
    export(shop, 1, 2)
    command_in(shop, "run", "export.csv", "--verify", "none")
    shop.server.change(700001, **change)


def test_verify_online_finds_what_was_changed_since(
    open_shop: OpenShop, command_in: Command
) -> None:
    shop = open_shop(order(1), order(2))
    run_and_change(shop, command_in, externalAccountingId="THEIRS")
    code, out, err = command_in(shop, "verify", "--online")
    assert code == ExitCode.INCOMPLETE
    assert "1 of 2 orders read back doesn't hold what was sent: 700001" in out
    assert "Asking Flxpoint for 2 orders, until about" in err
    book = Path(out.splitlines()[-1].split(maxsplit=1)[1])
    found = {(each["Order ID"], each["Value"]): each for each in lines(book, "Read back")}
    changed = found["700001", "Order External ID"]
    assert (changed["Spreadsheet"], changed["Flxpoint now"]) == ("INV-1", "THEIRS")
    assert changed["Finding"] == "* different"


def test_verify_online_of_a_run_of_another_account_is_refused(
    open_shop: OpenShop, command_in: Command
) -> None:
    shop = open_shop(order(1), order(2))
    run_and_change(shop, command_in)
    code, _, err = command_in(shop, "verify", "--online", "nonsense")
    assert (code, "no run nonsense" in err) == (ExitCode.NOTHING_SENT, True)
    with (shop.folder / "config.yaml").open("a", encoding="utf-8") as config:
        config.write("account: another\n")
    code, _, err = command_in(shop, "verify", "--online")
    assert (code, "went to" in err) == (ExitCode.NOTHING_SENT, True)
    assert TOKEN not in err


def test_an_order_that_is_gone_is_told(open_shop: OpenShop, command_in: Command) -> None:
    shop = open_shop(order(1), order(2))
    run_and_change(shop, command_in)
    shop.server.inject(Scripted("order", 700002, Answer(404), times=None))
    code, out, _ = command_in(shop, "verify", "--online")
    assert code == ExitCode.INCOMPLETE
    book = Path(out.splitlines()[-1].split(maxsplit=1)[1])
    assert marks(book)["700002", "the order"] == "- missing"


def answered(number: int, *, item: str = "") -> Answer:
    """What tells an order's own fields as they were sent, and of its item what is given."""
    told = f'"accountingSynced": true, "externalAccountingId": "INV-{number}"'
    items = f'"orderItems": [{{"id": {number * 100 + 1}{item}}}]'
    return Answer(200, {}, f'{{"id": {700000 + number}, {told}, {items}}}')


def test_items_that_are_not_told_are_no_reason_to_say_that_nothing_is(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2))
    for number in (1, 2):
        shop.server.inject(Scripted("order", 700000 + number, answered(number), times=None))
    finished = shop.run(export(shop, 1, 2), overwrite="all", verify="all")
    assert finished.back is not None
    assert finished.back.sentence == (
        "2 orders were read back: what Flxpoint says of them is what was sent, but it doesn't "
        "say what their items hold."
    )


def test_an_order_that_can_not_be_read_back_is_told_apart(open_shop: OpenShop) -> None:
    shop = open_shop(order(1), order(2), accounting_fields="always")
    shop.server.inject(Scripted("order", 700002, Answer(405), times=None))
    finished = shop.run(export(shop, 1, 2), overwrite="all", verify="all")
    assert finished.back is not None
    assert finished.back.sentence == (
        "1 order was read back and holds what was sent. 1 more order could not be read."
    )


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (ReadBack(0, {}, ()), "No order was read back"),
        (ReadBack(1, {}, (), unread=1), "No order was read back: what Flxpoint answers can't"),
        (ReadBack(3, {Finding.SILENT: 3}, (), 3), "don't say what they hold in the books"),
        (ReadBack(1, {Finding.SILENT: 3}, (), 1), "don't say what it holds in the books"),
        (ReadBack(3, {Finding.SAME: 5}, (), 2), "but it doesn't say everything of 2."),
        (ReadBack(3, {Finding.SAME: 5}, (), 3), "but it doesn't say everything."),
        (
            ReadBack(3, {Finding.SAME: 5}, (), 2, items_only=True),
            "but it doesn't say what the items of 2 hold.",
        ),
        (
            ReadBack(1, {Finding.SAME: 5}, (), 1, items_only=True),
            "says of it is what was sent, but it doesn't say what its items hold.",
        ),
        (ReadBack(3, {}, (1, 2)), "2 of 3 orders read back don't hold what was sent: 1, 2."),
    ],
)
def test_what_was_read_back_is_said_as_it_is(back: ReadBack, words: str) -> None:
    assert words in back.sentence
