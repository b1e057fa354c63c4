"""A server that echoes the token in everything it says: it is written down nowhere."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from reconcile.sandbox import Answer, Scripted
from tests.conftest import TOKEN, Shop
from tests.shops import OpenShop, order

Command = Callable[..., tuple[int, str, str]]
EXPORT = "Order ID,Order External ID\n1,A\n2,B\n3,C\n"
ESCAPED = TOKEN.replace("x", "\\u0078")
BODIES = [
    f"the token {TOKEN} is no good",
    f'{{"message": "bad key {TOKEN}"}}',
    f'{{"message": "bad key {ESCAPED}"}}',
    f'["{ESCAPED}"]',
    f'{{"message": "bad key {TOKEN.upper()}"}}',
    f"{'.' * 150} {TOKEN}",
]
MARKS = [TOKEN[:32], "\\u0078" * 8, "X" * 32]
"""What would be left of it, in whatever spelling; also if it was cut."""


def written(folder: Path) -> dict[str, bytes]:
    """Everything that stands on the disk, workbooks unpacked; our own input left out."""
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            with ZipFile(path) as book:
                found |= {f"{path.name}/{name}": book.read(name) for name in book.namelist()}
        elif path.is_file():
            found[path.name] = path.read_bytes()
    return found


def assert_secret(folder: Path, *screens: str) -> None:
    for mark in MARKS:
        for name, content in written(folder).items():
            assert mark.encode() not in content, name
        for screen in screens:
            assert mark not in screen


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("options", [(), ("--json",), ("--events",)])
def test_an_answer_that_echoes_it_leaves_no_trace(
    shop: Shop, command: Command, body: str, options: tuple[str, ...]
) -> None:
    headers = {"X-Auth-Pool-Size": TOKEN, "X-Auth-Pool-Used": ESCAPED, "X-Echo": TOKEN}
    shop.server.inject(Scripted("accounting-sync", 1, Answer(400, headers, body)))
    shop.server.inject(Scripted("accounting-sync", 2, Answer(404, headers, body)))
    shop.export(EXPORT)
    code, out, err = command("run", "export.csv", *options)
    _, shown, _ = command("show", "1")

    assert code == 1
    assert "(token)" in shown
    assert_secret(shop.folder, out, err, shown)


@pytest.mark.parametrize("name", [TOKEN, TOKEN.upper(), f"Shop {TOKEN}"])
def test_an_account_that_is_called_so_leaves_no_trace(
    shop: Shop, command: Command, name: str
) -> None:
    answer = json.dumps({"id": name, "companyName": name}).replace("xxxx", ESCAPED[:24])
    shop.server.inject(Scripted("account", None, Answer(200, {}, answer), times=None))
    shop.export(EXPORT)
    code, out, err = command("run", "export.csv", "--json")
    _, runs, _ = command("runs")

    assert code == 0
    assert "(token)" in runs
    assert_secret(shop.folder, out, err, runs)


def test_orders_that_hold_it_leave_no_trace_when_they_are_read(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from reconcile.__main__ import run_command  # noqa: PLC0415

    held = {"externalAccountingId": TOKEN, "accountingSynced": True, "orderNumber": TOKEN}
    shop = open_shop(order(1, **held), order(2, externalAccountingId=f"{'.' * 380}{TOKEN}"))
    monkeypatch.setenv("FLXPOINT_API_TOKEN", TOKEN)
    monkeypatch.chdir(shop.folder)
    config = f"base_url: {shop.server.base_url}\nrequests_per_second: 500\noverwrite: blanks\n"
    (shop.folder / "config.yaml").write_text(config, encoding="utf-8")
    shop.export("Order ID,Order External ID\n700001,A\n700002,B\n")
    for words in (
        ("ids", "pull"),
        ("check", "--online", "export.csv"),
        ("check", "--online", "--json", "export.csv"),
        ("run", "export.csv"),
        ("run", "--overwrite", "all", "--verify", "all", "export.csv"),
    ):
        run_command(list(words))
    captured = capsys.readouterr()
    run_command(["runs", "--json"])
    ran = json.loads(capsys.readouterr().out)["runs"][0]["run"]
    said = {**order(1), "externalAccountingId": f"<{TOKEN.upper()}>", "accountingSynced": True}
    shop.server.inject(Scripted("order", 700001, Answer(200, {}, json.dumps(said))))
    run_command(["undo", ran])
    undone = capsys.readouterr()

    assert "(token)" in captured.out
    assert shop.server.state[700002]["externalAccountingId"] == "B"
    assert "Left alone" in undone.out
    assert_secret(shop.folder, captured.out, captured.err, undone.out, undone.err)


def test_a_bug_that_quotes_an_answer_writes_a_log_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconcile.__main__ import log_bug  # noqa: PLC0415

    monkeypatch.setenv("FLXPOINT_API_TOKEN", TOKEN)
    for text in (TOKEN, TOKEN.upper(), json.dumps({"a": ESCAPED})):
        log_bug(ValueError(text), None)
        log_bug(ValueError(text), TOKEN)
    del os.environ["FLXPOINT_API_TOKEN"]
    log_bug(ValueError(TOKEN), TOKEN)

    assert any(name == "errors.log" for name in written(tmp_path))
    assert_secret(tmp_path)
