"""A shop whose orders are known, in whichever shape Flxpoint may answer."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reconcile.sandbox import SandboxSettings
from tests.conftest import TOKEN, Shop
from tests.sandboxes import Sandbox

OpenShop = Callable[..., Shop]


def order(number: int, **more: Any) -> dict[str, Any]:
    """Order 700000 + number: `SO-number`, `AMZ-number`, made on that day of November."""
    return {
        "id": 700000 + number,
        "orderNumber": f"SO-{number}",
        "referenceNumber": f"AMZ-{number}",
        "orderedAt": f"2026-11-{1 + (number - 1) % 28:02}T10:00:00+00:00",
        "updatedAt": "2026-11-20T10:00:00+00:00",
        "orderItems": [item(number, 1), item(number, 2, quantity=3)],
        **more,
    }


def item(number: int, at: int, sku: str = "", quantity: int = 1, **more: Any) -> dict[str, Any]:
    """Item `at` of that order."""
    return {
        "id": number * 100 + at,
        "sku": sku or f"SKU-{at}",
        "quantity": quantity,
        **more,
    }


@pytest.fixture
def open_shop(tmp_path: Path) -> Iterator[OpenShop]:
    """Opens a shop with these orders, and any other setting of the sandbox."""
    with ExitStack() as shops:

        def open_it(*orders: dict[str, Any], **said: Any) -> Shop:
            how = SandboxSettings(tokens=(TOKEN,), rate=100_000, orders=orders, **said)
            return Shop(shops.enter_context(Sandbox(how)), tmp_path, {})

        yield open_it


@pytest.fixture
def command_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a command line against a shop, in its folder: exit code, stdout, stderr."""
    from reconcile.__main__ import run_command  # noqa: PLC0415

    def run_it(shop: Shop, *arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setenv("FLXPOINT_API_TOKEN", TOKEN)
        monkeypatch.chdir(shop.folder)
        config = shop.folder / "config.yaml"
        if not config.exists():
            config.write_text("", encoding="utf-8")
        with config.open("a", encoding="utf-8") as stream:
            if not config.read_text(encoding="utf-8").startswith("base_url"):
                stream.write(
                    f"base_url: {shop.server.base_url}\nrequests_per_second: 500\n"
                    f"journal: {shop.journal}\n"
                )
        code = run_command([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_it
