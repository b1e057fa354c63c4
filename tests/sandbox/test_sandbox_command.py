"""`reconcile sandbox`: what its options do to what it answers."""

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from reconcile.cli import program
from tests.sandboxes import personal_words

from .conftest import NO_CERTIFICATES

ORDERS = [
    {"id": number, "orderItems": [{"id": 11, "sku": "A", "quantity": 2}]} for number in (1, 2, 3)
]

Told = dict[str, Any]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., list[Told]]]:
    """Starts the command with these options, and reads the first page of its three orders."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(ORDERS), encoding="utf-8")

    def asked(*options: str) -> list[Told]:
        pages: list[list[Told]] = []

        def say(text: str) -> None:
            found = re.match(r"Listening on (\S+) \(token: (\S+)\)", text)
            if found is None:
                return
            headers = {"X-API-TOKEN": found[2]}
            with httpx.Client(headers=headers, verify=NO_CERTIFICATES, trust_env=False) as client:
                pages.append(client.get(f"{found[1]}/orders").json())
            signal.raise_signal(signal.SIGTERM)

        monkeypatch.setattr("click.echo", say)
        arguments = ["sandbox", "--port", "0", "--orders-file", str(file), *options]
        CliRunner().invoke(program, arguments, catch_exceptions=False)
        (page,) = pages
        return page

    yield asked
    for number, handler in before.items():
        signal.signal(number, handler)


def test_without_options_orders_tell_what_was_given(ask: Callable[..., list[Told]]) -> None:
    told = ask()
    assert [order["id"] for order in told] == [1, 2, 3]
    assert [order["orderItems"] for order in told] == [order["orderItems"] for order in ORDERS]
    assert "accountingSynced" not in told[0]
    assert "email" not in told[0]


def test_accounting_fields_can_always_be_told(ask: Callable[..., list[Told]]) -> None:
    assert ask("--accounting-fields", "always")[0]["externalAccountingId"] is None


def test_ids_of_items_can_be_kept_back(ask: Callable[..., list[Told]]) -> None:
    assert ask("--no-item-ids")[0]["orderItems"] == [{"sku": "A", "quantity": 2}]


def test_pages_can_be_cut(ask: Callable[..., list[Told]]) -> None:
    assert [order["id"] for order in ask("--page-size", "2")] == [1, 2]


def test_personal_data_can_be_told(ask: Callable[..., list[Told]]) -> None:
    written = json.dumps(ask("--personal-data")[2])
    assert [word for word in personal_words(3) if word not in written] == []
