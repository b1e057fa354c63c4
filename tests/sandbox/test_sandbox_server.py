"""The server itself: what it logs, how quick it is, how it starts and ends."""

import json
import os
import socket
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconcile.sandbox import DEFAULT_TOKENS, Answer, SandboxSettings, Scripted
from tests.sandboxes import Sandbox

from .conftest import Serve, connect


def raw(sandbox: Sandbox, text: bytes) -> socket.socket:
    """Open a connection of its own and send exactly this."""
    host, port = sandbox.base_url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=120)
    connection.sendall(text)
    return connection


def read_all(connection: socket.socket) -> bytes:
    """Read to the end of the connection."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_an_arrival_is_told_as_it_came(serve: Serve) -> None:
    sandbox, client = serve()
    before = time.monotonic()
    client.patch("/orders/5/accounting-sync?x=%C3%A4", content=b'{"a": "\xff"}')
    client.get("/orders", params={"page": 2})
    first, second = sandbox.arrivals
    assert (first.number, first.method, first.path) == (1, "PATCH", "/orders/5/accounting-sync")
    assert (first.query, first.body, first.status) == ("x=%C3%A4", '{"a": "\\xff"}', 400)
    assert (first.kind, first.order_id, first.token_number) == ("accounting-sync", 5, 1)
    assert (second.number, second.query, second.order_id) == (2, "page=2", None)
    assert before <= first.at_monotonic <= second.at_monotonic <= time.monotonic()
    assert first.at.tzinfo is not None
    assert abs(datetime.now(UTC) - first.at) < timedelta(minutes=1)


def test_the_token_is_neither_in_the_arrivals_nor_in_the_settings_as_text(serve: Serve) -> None:
    sandbox, client = serve(tokens=("opensesame",))
    client.get("/account")
    with connect(sandbox, ("X-API-TOKEN", "closesesame")) as stranger:
        stranger.get("/account")
    assert "sesame" not in repr(sandbox.arrivals) + repr(sandbox.settings)


def test_each_arrival_is_a_line_of_json_in_the_log_file(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "arrivals.jsonl"
    sandbox, client = serve(log_file=path)
    client.patch("/orders/5/accounting-sync", json={"externalAccountingId": "ä"})
    client.get("/nothing")
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["number"], line["kind"], line["status"]) for line in lines] == [
        (1, "accounting-sync", 204),
        (2, "unknown", 404),
    ]
    assert json.loads(lines[0]["body"]) == {"externalAccountingId": "ä"}
    assert datetime.fromisoformat(lines[0]["at"]) == sandbox.arrivals[0].at
    assert DEFAULT_TOKENS[0] not in path.read_text(encoding="utf-8")
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_a_log_file_that_cannot_be_opened_leaves_nothing_listening(tmp_path: Path) -> None:
    sandbox = Sandbox(SandboxSettings(log_file=tmp_path / "missing" / "log"))
    with pytest.raises(FileNotFoundError):
        sandbox.start()
    with pytest.raises(RuntimeError, match="no address"):
        _ = sandbox.base_url


def test_requests_on_one_connection_are_answered_without_stalling(serve: Serve) -> None:
    _, client = serve()
    seconds = []
    for order_id in range(1, 101):
        started = time.monotonic()
        assert client.patch(f"/orders/{order_id}/accounting-sync", json={}).status_code == 204
        seconds.append(time.monotonic() - started)
    # A delayed acknowledgement costs every answer 40 ms, but for the first ones of a connection.
    assert min(seconds[50:]) < 0.03


def test_a_connection_is_kept_alive_through_refusals(serve: Serve) -> None:
    sandbox, client = serve(orders="1")
    with raw(
        sandbox,
        b"PATCH /orders/1/accounting-sync HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nnull"
        b"GET /account HTTP/1.1\r\nHost: x\r\n\r\n"
        b"GET /account HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ) as connection:
        answers = read_all(connection)
    assert answers.count(b"HTTP/1.1 401 Unauthorized\r\n") == 3
    assert answers.count(b"Connection: close\r\n") == 1
    assert client.get("/account").status_code == 200


def test_many_at_once_are_all_counted_once(serve: Serve) -> None:
    sandbox, client = serve()
    with ThreadPoolExecutor(8) as pool:
        calls = [
            pool.submit(client.patch, "/orders/5/accounting-sync", json={"items": [{"id": n}]})
            for n in range(1, 41)
        ]
        assert {call.result().status_code for call in calls} == {204}
    assert [arrival.number for arrival in sandbox.arrivals] == list(range(1, 41))
    assert sandbox.writes == {(5, "accounting-sync"): 40}
    assert {item["id"] for item in sandbox.state[5]["orderItems"]} == set(range(1, 41))


def test_the_rate_holds_for_many_at_once(serve: Serve) -> None:
    _, client = serve(rate=3, window=3600)
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(client.get, "/account") for _ in range(20)]
        statuses = sorted(call.result().status_code for call in calls)
    assert statuses == [200] * 3 + [429] * 17


def test_latency_delays_the_answer_and_not_the_deed(serve: Serve) -> None:
    sandbox, client = serve(latency=0.1)
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        call = pool.submit(client.patch, "/orders/5/accounting-sync", json={})
        assert sandbox.wait_for_arrivals(1)
        while not sandbox.writes and not call.done():
            time.sleep(0.001)
        assert not call.done()
        assert call.result().status_code == 204
    assert time.monotonic() - started >= 0.1


def test_waiting_for_arrivals_ends_when_there_are_enough_or_the_time_is_over(
    serve: Serve,
) -> None:
    sandbox, client = serve()
    assert not sandbox.wait_for_arrivals(1, timeout=0.01)
    client.get("/account")
    assert sandbox.wait_for_arrivals(1, timeout=0)
    assert not sandbox.wait_for_arrivals(2, timeout=0.01)


def test_a_client_that_vanishes_prints_nothing_and_is_logged_without_an_answer(
    serve: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox, client = serve()
    head = f"X-API-TOKEN: {DEFAULT_TOKENS[0]}\r\nContent-Type: application/json\r\n".encode()
    path = b"PATCH /orders/5/accounting-sync HTTP/1.1\r\n"
    raw(sandbox, path + head + b"Content-Length: 50\r\n\r\n{").close()
    resetting = raw(sandbox, path + head + b"Content-Length: 50\r\n\r\n{")
    assert sandbox.wait_for_arrivals(2)
    resetting.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    resetting.close()
    raw(sandbox, b"").close()
    raw(sandbox, b"GET /acc").close()
    raw(sandbox, b"PATCH /orders/5/status?status=Open HTTP/1.1\r\n" + head).close()
    assert client.get("/account").status_code == 200
    sandbox.stop()
    assert [arrival.status for arrival in sandbox.arrivals] == [None, None, 200]
    assert sandbox.writes == {}
    assert capfd.readouterr() == ("", "")


def test_a_body_that_is_not_read_does_not_cost_the_client_its_answer(serve: Serve) -> None:
    sandbox, _ = serve()
    head = f"GET /account HTTP/1.1\r\nX-API-TOKEN: {DEFAULT_TOKENS[0]}\r\n".encode()
    text = head + b"Transfer-Encoding: chunked\r\n\r\n" + b"x" * 8_000_000
    assert read_all(raw(sandbox, text)).startswith(b"HTTP/1.1 200 ")


def test_every_answer_has_the_date_once(serve: Serve) -> None:
    sandbox, client = serve(rate=4, window=3600, orders="1")
    sandbox.inject(Scripted("account", None, Answer(503)))
    before = datetime.now(UTC) - timedelta(seconds=1)
    answers = [client.get(path) for path in ("/account", "/orders/1", "/orders/2", "/no", "/no")]
    answers.append(client.get("/account", headers={"X-API-TOKEN": "wrong"}))
    assert [answer.status_code for answer in answers] == [503, 200, 404, 404, 429, 401]
    for answer in answers:
        (date,) = answer.headers.get_list("date")
        assert before <= parsedate_to_datetime(date) <= datetime.now(UTC)
    assert read_all(raw(sandbox, b"nonsense\r\n\r\n")).count(b"\r\nDate: ") == 1


def test_an_answer_may_bring_a_date_of_its_own(serve: Serve) -> None:
    wrong = "Thu, 01 Jan 1970 00:00:00 GMT"
    _, client = serve(faults=(Scripted("account", None, Answer(200, {"date": wrong}, "{}")),))
    assert client.get("/account").headers.get_list("date") == [wrong]


def test_a_note_in_bare_bytes_is_refused(serve: Serve) -> None:
    sandbox, _ = serve()
    path = "PATCH /orders/5/status?status=Open&updateNote=ä HTTP/1.1\r\n"
    text = f"{path}X-API-TOKEN: {DEFAULT_TOKENS[0]}\r\nConnection: close\r\n\r\n"
    assert read_all(raw(sandbox, text.encode())).startswith(b"HTTP/1.1 400 ")
    assert sandbox.writes == {}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /account HTTP/9.9\r\n\r\n", 505),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET /account HTTP/1.1\r\nA: " + b"x" * 70_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_http_is_refused_and_not_logged(
    serve: Serve, text: bytes, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox, _ = serve()
    assert read_all(raw(sandbox, text)).startswith(b"HTTP/1.1 %d " % status)
    assert sandbox.arrivals == []
    assert capfd.readouterr() == ("", "")


def sandbox_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("sandbox")]


def test_stopping_waits_for_no_answer_and_leaves_no_thread_whatever_is_open(serve: Serve) -> None:
    sandbox, client = serve(latency=3600)
    idle = raw(sandbox, b"")
    halfway = raw(sandbox, b"GET /account HT")
    with ThreadPoolExecutor(1) as pool, idle, halfway:
        waiting = pool.submit(client.get, "/account")
        assert sandbox.wait_for_arrivals(1)
        sandbox.stop()
        with pytest.raises(httpx.TransportError):
            waiting.result()
        assert (idle.recv(1), halfway.recv(1)) == (b"", b"")
    assert sandbox_threads() == []
    with pytest.raises(httpx.ConnectError):
        client.get("/account")


def test_a_sandbox_to_which_nobody_came_can_be_stopped_twice() -> None:
    with Sandbox() as sandbox:
        assert sandbox.base_url.startswith("http://127.0.0.1:")
    sandbox.stop()


def test_what_arrived_can_be_read_after_the_end(serve: Serve) -> None:
    sandbox, client = serve()
    client.patch("/orders/5/status?status=Closed")
    sandbox.stop()
    assert (len(sandbox.arrivals), sandbox.state[5]["orderStatus"]) == (1, "Closed")


def test_a_stopped_sandbox_comes_back_at_its_port_with_its_memory(serve: Serve) -> None:
    sandbox, client = serve()
    client.patch("/orders/5/status?status=Closed")
    sandbox.stop()
    with sandbox:
        assert client.get("/orders/5").json()["orderStatus"] == "Closed"
    assert [arrival.number for arrival in sandbox.arrivals] == [1, 2]


def test_it_starts_once(serve: Serve) -> None:
    sandbox, client = serve()
    with pytest.raises(RuntimeError, match="runs already"):
        sandbox.start()
    assert client.get("/account").status_code == 200


def test_a_port_can_be_chosen_and_is_not_shared(serve: Serve) -> None:
    first, _ = serve()
    port = int(first.base_url.rpartition(":")[2])
    second = Sandbox(SandboxSettings(port=port))
    with pytest.raises(OSError, match=r".+"):
        second.start()
    first.stop()
    with second, connect(second) as client:
        assert second.base_url == first.base_url
        assert client.get("/account").status_code == 200


def test_it_listens_on_loopback_only() -> None:
    with Sandbox() as sandbox:
        assert sandbox.base_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "option",
    [
        {"port": 65536},
        {"tokens": ()},
        {"tokens": ("",)},
        {"tokens": ("two words",)},
        {"rate": 0},
        {"window": 0},
        {"limiter": "none"},
        {"bucket_capacity": 0},
        {"latency": -1},
        {"page_size_limit": 0},
        {"accounting_fields": "all"},
    ],
)
def test_an_option_out_of_its_bounds_is_named(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"^sandbox: {next(iter(option))} "):
        SandboxSettings(**option)
