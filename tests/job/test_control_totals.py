"""A total row that the rows don't add up to is told before anything is sent."""

import json
from collections.abc import Callable

from tests.conftest import Shop

Command = Callable[..., tuple[int, str, str]]
HEAD = "Order ID,Order External ID,Amount\n"


def test_check_and_run_say_by_how_much_the_amounts_differ(shop: Shop, command: Command) -> None:
    shop.export(HEAD + "1,A,10.00\n2,B,20.00\nTotal,,40.00\n")
    _, checked, _ = command("check", "export.csv")
    _, as_json, _ = command("check", "export.csv", "--json")
    code, _, messages = command("run", "export.csv", "--yes")

    sentence = "says 40.00, and its rows add up to 30.00: a difference of -10.00"
    assert sentence in checked
    assert [sentence in each for each in json.loads(as_json)["wrong"]] == [True]
    assert sentence in messages
    assert code == 5


def test_what_ties_out_or_is_a_pilot_is_not_spoken_of(shop: Shop, command: Command) -> None:
    shop.export(HEAD + "1,A,10.00\n2,B,20.00\n3,#N/A,5.00\nTotal,,35.00\n")

    assert "add up" not in command("check", "export.csv")[1]
    assert "add up" not in command("check", "export.csv", "--limit", "1")[1]
    assert json.loads(command("check", "export.csv", "--json")[1])["wrong"] == []
