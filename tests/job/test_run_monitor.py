"""Around a command that nobody watches: what people, the machine and the log are told."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from reconcile.sandbox import Answer, Scripted
from tests.conftest import TOKEN, Shop
from tests.notices.listener import Listener, listening

Command = Callable[..., tuple[int, str, str]]
EXPORT = "Order ID,Order External ID\n1,A\n2,B\n"


@pytest.fixture
def watch(shop: Shop, command: Command) -> Iterator[Listener]:
    """Somebody who is told everything, and a dead man's switch."""
    _ = command  # it has written the config
    config = shop.folder / "config.yaml"
    with listening() as listener:
        config.write_text(
            f"{config.read_text(encoding='utf-8')}"
            f"journal: {shop.journal}\n"
            "notify:\n"
            "  name: nightly books\n"
            f"  people: [{listener.json}]\n"
            f"  ping: {{start: {listener.url}/start, success: {listener.url}/good, "
            f"failure: {listener.url}/bad}}\n",
            encoding="utf-8",
        )
        yield listener


def titles(listener: Listener) -> list[str]:
    """What people were told, by its first line."""
    told = [json.loads(body) for _, path, body in listener.heard if path == "/open-sesame"]
    return [each["title"].removeprefix("nightly books: ") for each in told]


def pings(listener: Listener) -> list[str]:
    return [path.strip("/") for _, path, _ in listener.heard if path != "/open-sesame"]


def folder(shop: Shop, text: str | None = EXPORT, name: str = "a.csv") -> None:
    (shop.folder / "exports").mkdir(exist_ok=True)
    if text is not None:
        os.utime(shop.export(text, f"exports/{name}"), (1, 1))


def test_a_good_night_pings_and_disturbs_nobody(
    shop: Shop, command: Command, watch: Listener
) -> None:
    folder(shop)
    assert command("run", "exports")[0] == 0
    assert pings(watch) == ["start", "good"]
    assert "synced: 2" in watch.heard[-1][2]
    assert titles(watch) == []


def test_a_night_without_a_file_is_told(shop: Shop, command: Command, watch: Listener) -> None:
    folder(shop, None)
    assert command("run", "exports")[0] == 0
    assert titles(watch) == ["there was no file"]
    assert pings(watch) == ["start", "good"]


def test_a_file_that_was_delivered_again_is_told_and_an_old_one_is_no_file(
    shop: Shop, command: Command, watch: Listener
) -> None:
    folder(shop)
    command("run", "exports")
    command("run", "exports")
    folder(shop, name="b.csv")
    command("run", "exports")
    assert titles(watch) == ["there was no file", "the file is the same as last time"]


def test_a_failure_is_told_and_so_is_the_recovery(
    shop: Shop, command: Command, watch: Listener
) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    folder(shop)
    assert command("run", "--resume", "exports")[0] == 3
    assert command("run", "--resume", "exports")[0] == 0
    assert titles(watch) == ["stopped by Flxpoint or the network", "works again"]
    assert pings(watch) == ["start", "bad", "start", "good"]


def test_a_file_that_cant_be_read_and_a_missing_token_are_told(
    shop: Shop, command: Command, watch: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(shop, "Customer,Amount\nX,1\n")
    assert command("run", "exports")[0] == 2
    monkeypatch.delenv("FLXPOINT_API_TOKEN")
    assert command("run", "exports")[0] == 2
    assert titles(watch) == ["failed, nothing was sent"] * 2
    bodies = [body for _, path, body in watch.heard if path == "/open-sesame"]
    assert "A file can't be read." in bodies[0]
    assert "There is no usable API token." in bodies[1]


def test_what_needs_a_person_is_told(shop: Shop, command: Command, watch: Listener) -> None:
    folder(shop, EXPORT + "3,#N/A\n")
    assert command("run", "exports")[0] == 1
    assert titles(watch) == ["some orders are not in the books yet"]
    assert pings(watch) == ["start", "good"]


def test_a_count_far_from_usual_is_told(shop: Shop, command: Command, watch: Listener) -> None:
    many = "Order ID,Order External ID\n" + "".join(f"{n},X{n}\n" for n in range(1, 11))
    for night in range(5):
        folder(shop, f"{many}{100 + night},Y\n", f"{night}.csv")
        assert command("run", "exports")[0] == 0
    folder(shop, "Order ID,Order External ID\n999,Z\n", "short.csv")
    command("run", "exports")
    assert titles(watch)[-1] == "an unusual number of orders"


def test_nothing_that_is_told_names_a_file_an_order_or_the_token(
    shop: Shop, command: Command, watch: Listener
) -> None:
    folder(shop, "Order ID,Order External ID\n700001,Miller\nx7,Smith\n", "miller.csv")
    assert command("run", "exports")[0] == 1
    told = "".join(body for _, _, body in watch.heard)
    for word in ("miller", "Miller", "Smith", "700001", str(shop.folder), TOKEN):
        assert word not in told


def test_who_cant_be_told_changes_nothing(shop: Shop, command: Command, watch: Listener) -> None:
    watch.status = 500
    folder(shop, EXPORT + "3,#N/A\n")
    code, _, err = command("run", "exports", "--quiet")
    assert (code, err) == (1, "")
    assert shop.server.state[1]["externalAccountingId"] == "A"


def test_the_log_has_every_call_and_neither_token_nor_strangers_eyes(
    shop: Shop, command: Command, watch: Listener
) -> None:
    folder(shop)
    assert command("run", "exports")[0] == 0
    log = shop.journal.with_name("reconcile.log")
    lines = log.read_text(encoding="utf-8").splitlines()

    assert watch.heard
    assert sum("attempt: order" in line for line in lines) == 2
    assert "ends with exit code 0" in lines[-1]
    assert TOKEN not in "".join(lines)
    assert all(datetime.fromisoformat(line[:29]).tzinfo for line in lines)
    if os.name == "posix":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cant_be_written_changes_nothing(shop: Shop, command: Command) -> None:
    (shop.folder / "home").mkdir(exist_ok=True)
    Path(shop.journal.with_name("reconcile.log")).mkdir(parents=True)
    shop.export(EXPORT)
    assert command("run", "export.csv", "--journal", shop.journal)[0] == 0
