"""Faults named in a file: how it is read, and what a plain client sees of each of them."""

import http.client
import json
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from reconcile.cli.sandbox import serve
from reconcile.domain.errors import NothingSentError
from reconcile.sandbox import SandboxSettings, read_faults
from tests.sandboxes import Sandbox

TOKEN = "SandboxTokenThatOpensNothing"
SAMPLE = Path(__file__).parents[2] / "sample_data" / "faults.toml"
SYNC = "accounting-sync"
STATUSES = [400, 401, 403, 404, 408, 409, 422, 425, 429, 499, 500, 501, 503, 504, 599]

Lay = Callable[[str], Sandbox]


@pytest.fixture
def lay(tmp_path: Path) -> Iterator[Lay]:
    """Starts a sandbox with the faults of a file that reads like this."""
    with ExitStack() as stack:

        def start(text: str) -> Sandbox:
            path = tmp_path / "faults.toml"
            path.write_text(text, encoding="utf-8")
            settings = SandboxSettings(tokens=(TOKEN,), rate=100_000, faults=read_faults(path))
            return stack.enter_context(Sandbox(settings))

        yield start


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as a plain client saw it, and how many seconds it took."""

    status: int
    headers: http.client.HTTPMessage
    body: str
    seconds: float


def ask(sandbox: Sandbox, method: str, path: str, body: str | None = None) -> Seen:
    """Makes one call over a connection of its own."""
    started = time.monotonic()
    address = sandbox.base_url.removeprefix("http://")
    headers = {"X-API-TOKEN": TOKEN, "Content-Type": "application/json"}
    with closing(http.client.HTTPConnection(address, timeout=120)) as connection:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
    return Seen(answer.status, answer.headers, text, time.monotonic() - started)


def sync(sandbox: Sandbox, order_id: int = 700001) -> Seen:
    return ask(sandbox, "PATCH", f"/orders/{order_id}/accounting-sync", '{"accountingSynced":true}')


def synced(sandbox: Sandbox, order_id: int = 700001) -> int:
    """How often an accounting sync was carried out."""
    return sandbox.writes[order_id, "accounting-sync"]


# Which calls, and how often


def test_a_fault_strikes_once_and_then_all_is_as_usual(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "500"')
    assert [sync(sandbox).status for _ in range(3)] == [500, 204, 204]
    assert synced(sandbox) == 2


def test_a_fault_strikes_as_often_as_it_says(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "503"\ntimes = 2')
    assert [sync(sandbox).status for _ in range(4)] == [503, 503, 204, 204]


def test_a_fault_is_for_its_order_and_its_call_only(lay: Lay) -> None:
    fault = f'[[fault]]\ncall = "{SYNC}"\norder = 700001\ndoes = "500"\ntimes = "ever"'
    sandbox = lay(fault)
    assert [sync(sandbox).status for _ in range(3)] == [500, 500, 500]
    assert sync(sandbox, 700002).status == 204
    assert ask(sandbox, "PATCH", "/orders/700001/status?status=Open").status == 201
    assert ask(sandbox, "GET", "/orders/700001").status == 200


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        ("account", "GET", "/account"),
        ("orders", "GET", "/orders"),
        ("order", "GET", "/orders/5"),
        ("shipments", "GET", "/shipments?findByOrderId=5"),
        (SYNC, "PATCH", "/orders/5/accounting-sync"),
        ("status", "PATCH", "/orders/5/status?status=Open"),
    ],
)
def test_every_call_has_its_name(lay: Lay, call: str, method: str, path: str) -> None:
    sandbox = lay(f'[[fault]]\ncall = "{call}"\ndoes = "503"')
    assert ask(sandbox, method, path, "{}").status == 503


def test_a_fault_can_begin_with_a_later_call(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "401"\nfrom = 3\ntimes = "ever"')
    assert [sync(sandbox, number).status for number in range(1, 6)] == [204, 204, 401, 401, 401]


def test_a_fault_that_begins_later_counts_its_own_calls_and_ends_after_its_times(lay: Lay) -> None:
    sandbox = lay(f'[[fault]]\ncall = "{SYNC}"\norder = 7\ndoes = "500"\nfrom = 2\ntimes = 2')
    assert [sync(sandbox, 8).status for _ in range(3)] == [204, 204, 204]
    assert [sync(sandbox, 7).status for _ in range(4)] == [204, 500, 500, 204]


def test_faults_of_one_call_follow_one_another_in_the_order_of_the_file(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "429"\ntimes = 2\n[[fault]]\ndoes = "500"\nfrom = 2')
    assert [sync(sandbox).status for _ in range(5)] == [429, 429, 204, 500, 204]


# What each does


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_from_400_to_599_can_be_answered(lay: Lay, status: int) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "{status}"')
    seen = sync(sandbox)
    assert seen.status == status
    assert seen.headers["Content-Type"] == "application/json"
    assert str(status) in json.loads(seen.body)["message"]
    assert "Retry-After" not in seen.headers
    assert synced(sandbox) == 0


def test_a_status_may_stand_without_quotes(lay: Lay) -> None:
    assert sync(lay("[[fault]]\ndoes = 502")).status == 502


@pytest.mark.parametrize("does", ["500", "429", "html-502"])
def test_an_answer_may_hide_that_the_call_was_carried_out(lay: Lay, does: str) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "{does}"\napplied = true')
    assert sync(sandbox).status in {500, 429, 502}
    assert synced(sandbox) == 1
    assert sandbox.state[700001]["accountingSynced"] is True


@pytest.mark.parametrize(("does", "written"), [("reset-before", 0), ("reset-after", 1)])
def test_the_connection_is_reset_before_or_after_the_call_is_carried_out(
    lay: Lay, does: str, written: int
) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "{does}"')
    with pytest.raises(ConnectionResetError) as caught:
        sync(sandbox)
    assert not isinstance(caught.value, http.client.RemoteDisconnected), "that is a mere close"
    assert synced(sandbox) == written
    assert sync(sandbox).status == 204


@pytest.mark.parametrize(("applied", "written"), [("", 0), ("applied = true", 1)])
def test_after_a_silence_the_connection_is_reset(lay: Lay, applied: str, written: int) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "hang"\nseconds = 0.1\n{applied}')
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        sync(sandbox)
    assert time.monotonic() - started >= 0.1
    assert synced(sandbox) == written


def test_a_slow_answer_is_the_usual_one_in_the_end(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "slow"\nseconds = 0.2\ntimes = 2')
    seen = sync(sandbox)
    assert (seen.status, seen.body) == (204, "")
    assert seen.seconds >= 0.2
    account = ask(sandbox, "GET", "/account")
    assert json.loads(account.body)["id"] == 1001
    assert account.seconds >= 0.2
    assert synced(sandbox) == 1


def test_a_slow_answer_trickles_in(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "slow"\nseconds = 0.5')
    host, port = sandbox.base_url.removeprefix("http://").split(":")
    request = f"GET /account HTTP/1.1\r\nX-API-TOKEN: {TOKEN}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        connection.sendall(request.encode())
        pieces = list(iter(lambda: connection.recv(4096), b""))
    assert len(pieces) >= 3
    assert b"".join(pieces).endswith(b'"subdomain": "sandbox"}')


def test_a_slow_answer_does_not_keep_the_sandbox_from_stopping(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "slow"\nseconds = 3600')
    host, port = sandbox.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=120) as connection:
        connection.sendall(f"GET /account HTTP/1.1\r\nX-API-TOKEN: {TOKEN}\r\n\r\n".encode())
        assert sandbox.wait_for_arrivals(1)
        sandbox.stop()
        assert not connection.recv(65536).endswith(b"}")


@pytest.mark.parametrize(("applied", "written"), [("false", 0), ("true", 1)])
def test_a_cut_body_is_shorter_than_its_length_says(lay: Lay, applied: str, written: int) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "cut-body"\napplied = {applied}')
    with pytest.raises(http.client.IncompleteRead) as caught:
        sync(sandbox)
    assert len(caught.value.partial) > 0
    assert synced(sandbox) == written
    assert sync(sandbox).status == 204


@pytest.mark.parametrize(
    ("does", "status", "title"),
    [("html-502", 502, "502 Bad Gateway"), ("login-page", 200, "Sign in")],
)
def test_a_page_is_answered_and_nothing_is_done(
    lay: Lay, does: str, status: int, title: str
) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "{does}"')
    seen = sync(sandbox)
    assert seen.status == status
    assert seen.headers["Content-Type"] == "text/html; charset=utf-8"
    assert seen.body.startswith("<!DOCTYPE html>")
    assert f"<title>{title}</title>" in seen.body
    assert synced(sandbox) == 0


def test_a_redirect_leads_to_a_host_that_exists_nowhere(lay: Lay) -> None:
    sandbox = lay('[[fault]]\ndoes = "redirect"')
    seen = sync(sandbox)
    assert seen.status == 302
    assert re.match(r"https://[a-z]+\.invalid/", seen.headers["Location"])
    assert synced(sandbox) == 0


def test_a_dropped_write_is_acknowledged_and_leaves_nothing(lay: Lay) -> None:
    sandbox = lay(
        f'[[fault]]\ncall = "{SYNC}"\ndoes = "drop"\n[[fault]]\ncall = "status"\ndoes = "drop"'
    )
    assert sync(sandbox).status == 204
    assert ask(sandbox, "PATCH", "/orders/700001/status?status=Closed").status == 201
    assert (sandbox.state, sandbox.writes) == ({}, {})
    assert sync(sandbox).status == 204
    assert synced(sandbox) == 1


def test_half_of_a_sync_is_kept_without_the_external_ids_of_its_items(lay: Lay) -> None:
    sandbox = lay(f'[[fault]]\ncall = "{SYNC}"\ndoes = "half"')
    body = '{"externalAccountingId": "A", "items": [{"id": 1, "externalAccountingId": "B"}]}'
    assert ask(sandbox, "PATCH", "/orders/5/accounting-sync", body).status == 204
    held = sandbox.state[5]
    assert (held["externalAccountingId"], held["orderItems"]) == ("A", [{"id": 1}])


@pytest.mark.parametrize("does", ["429", "503", "html-502"])
def test_retry_after_may_be_in_seconds(lay: Lay, does: str) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "{does}"\nretry_after = 7')
    assert sync(sandbox).headers["Retry-After"] == "7"


@pytest.mark.parametrize("does", ["429", "503", "html-502"])
def test_retry_after_may_be_a_date_counted_from_the_answer(lay: Lay, does: str) -> None:
    sandbox = lay(f'[[fault]]\ndoes = "{does}"\nretry_after_date = 7\ntimes = 2')
    for _ in range(2):
        before = datetime.now(UTC)
        written = sync(sandbox).headers["Retry-After"]
        after = datetime.now(UTC)
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", written)
        until = parsedate_to_datetime(written)
        assert before + timedelta(seconds=7) <= until <= after + timedelta(seconds=8)


# What a file may say

NAMES = (
    "a status from 400 to 599 or one of reset-before, reset-after, hang, slow, cut-body, "
    "html-502, login-page, redirect, drop, half"
)
KEYS = "does, call, order, times, from, applied, retry_after, retry_after_date, seconds"


def refusal(path: Path) -> str:
    with pytest.raises(ValueError, match=re.escape(path.name)) as caught:
        read_faults(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("", f"does is missing, which must be {NAMES}"),
        ('does = "5000"', f'does must be {NAMES}, not "5000"'),
        ('does = "399"', f'does must be {NAMES}, not "399"'),
        ("does = 600", f"does must be {NAMES}, not 600"),
        ("does = true", f"does must be {NAMES}, not true"),
        ("does = 500.0", f"does must be {NAMES}, not 500.0"),
        ('does = ["500"]', f'does must be {NAMES}, not ["500"]'),
        ('does = "Hang"', f'does must be {NAMES}, not "Hang"'),
        ('does = "500"\ntime = 2', f'there is no key "time" (there are {KEYS})'),
        (
            'does = "500"\ncall = "sync"',
            "call must be one of account, orders, order, shipments, accounting-sync, status, not",
        ),
        ('does = "500"\ncall = ["status"]', 'accounting-sync, status, not ["status"]'),
        ('does = "500"\norder = "7"', 'order must be an id from 1 to 9223372036854775807, not "7"'),
        ('does = "500"\norder = 0', "order must be an id from 1 to 9223372036854775807, not 0"),
        ('does = "500"\norder = true', "order must be an id from 1 to 9223372036854775807, not tr"),
        ('does = "500"\ntimes = 0', 'times must be a whole number above 0 or "ever", not 0'),
        ('does = "500"\ntimes = "always"', 'a whole number above 0 or "ever", not "always"'),
        ('does = "500"\nfrom = 0', "from must be a whole number above 0, not 0"),
        ('does = "500"\nfrom = "ever"', 'from must be a whole number above 0, not "ever"'),
        ('does = "500"\napplied = 1', "applied must be true or false, not 1"),
        (
            'does = "500"\nretry_after = 1.5',
            "retry_after must be a whole number of seconds from 0 to 86400, not 1.5",
        ),
        ('does = "500"\nretry_after = -1', "whole number of seconds from 0 to 86400, not -1"),
        ('does = "500"\nretry_after_date = 1979-05-27', '86400, not "1979-05-27"'),
        ('does = "hang"', "hang needs seconds, a number of seconds above 0 and up to 86400"),
        ('does = "slow"', "slow needs seconds, a number of seconds above 0 and up to 86400"),
        (
            'does = "hang"\nseconds = 0',
            "seconds must be a number of seconds above 0 and up to 86400, not 0",
        ),
        ('does = "slow"\nseconds = inf', "above 0 and up to 86400, not Infinity"),
        ('does = "slow"\nseconds = nan', "above 0 and up to 86400, not NaN"),
        ('does = "slow"\nseconds = "3"', 'above 0 and up to 86400, not "3"'),
        ('does = "500"\nseconds = 3', "seconds goes with hang, slow, not with 500"),
        (
            'does = "redirect"\napplied = true',
            "applied goes with a status, hang, cut-body, html-502, not with redirect",
        ),
        (
            'does = "reset-after"\nretry_after = 3',
            "retry_after goes with a status, html-502, not with reset-after",
        ),
        (
            'does = "429"\nretry_after = 3\nretry_after_date = 3',
            "of retry_after and retry_after_date only one is allowed",
        ),
        (
            'does = "500"\ncall = "account"\norder = 7',
            "order goes with the calls order, shipments, accounting-sync, status, not with account",
        ),
        ('does = "drop"', "drop needs call, accounting-sync or status"),
        ('does = "half"', "half needs call, accounting-sync"),
        (
            'does = "drop"\ncall = "orders"',
            "drop goes with the call accounting-sync or status, not with orders",
        ),
        (
            'does = "half"\ncall = "status"',
            "half goes with the call accounting-sync, not with status",
        ),
        (
            'does = "drop"\ncall = "status"\napplied = true',
            "applied goes with a status, hang, cut-body, html-502, not with drop",
        ),
    ],
)
def test_what_an_entry_cannot_say_is_refused_with_its_number_and_what_can(
    tmp_path: Path, entry: str, sentence: str
) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(f'[[fault]]\ndoes = "500"\n[[fault]]\n{entry}\n')
    said = refusal(path)
    assert said.startswith("faults.toml: fault 2: ")
    assert sentence in said
    assert ";" not in said, "one sentence, and for the entry at fault only"


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(
        'title = "x"\n[[fault]]\ndoes = "hang"\ntime = 2\n[[fault]]\ndoes = "500"\n'
        '[[fault]]\ntimes = 0\n[[fault]]\ndoes = "no"\nfrom = 0\n'
    )
    places = re.findall(r"(?:; |: )(there is no \"title\"|fault \d: \w+ \w+)", refusal(path))
    assert places == [
        'there is no "title"',
        "fault 1: there is",
        "fault 1: hang needs",
        "fault 3: does is",
        "fault 3: times must",
        "fault 4: does must",
        "fault 4: from must",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[[fault]\n", "is not TOML in UTF-8"),
        (b"[[fault]]\ndoes = 500\ndoes = 501\n", "is not TOML in UTF-8"),
        (b'[[fault]]\ndoes = "\xff"\n', "is not TOML in UTF-8"),
        (b"x = " + b"[" * 100_000, "is not TOML in UTF-8"),
        (b'[fault]\ndoes = "500"\n', "fault must be written as tables: [[fault]]"),
        (b"fault = 5\n", "fault must be written as tables: [[fault]]"),
        (b'fault = ["500"]\n', 'fault 1: must be a table, not "500"'),
        (b'[[faults]]\ndoes = "500"\n', 'there is no "faults" at the top'),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else None,
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_bytes(content)
    assert sentence in refusal(path)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert "missing.toml can't be read: " in refusal(tmp_path / "missing.toml")
    assert f"{tmp_path.name} can't be read: " in refusal(tmp_path)


def test_a_long_value_is_not_repeated_whole(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(f'[[fault]]\ndoes = "{"x" * 5000}"')
    assert len(refusal(path)) < 400


def test_a_mark_at_the_beginning_and_the_line_ends_of_windows_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_bytes(b'\xef\xbb\xbf[[fault]]\r\ndoes = "500"\r\n')
    assert len(read_faults(path)) == 1


def test_a_file_without_faults_has_none(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text("# none today\n")
    assert read_faults(path) == ()


def test_the_sample_can_be_read_and_shows_every_name_and_key() -> None:
    written = SAMPLE.read_text(encoding="utf-8")
    assert len(read_faults(SAMPLE)) == written.count("\n[[fault]]\n")
    for name in re.findall(r"[a-z]+-(?:[a-z]+|502)|hang|slow|redirect|drop|half", NAMES):
        assert f'\ndoes = "{name}"\n' in written
    for key in KEYS.split(", "):
        assert f"\n{key} = " in written


# The command


def serving(faults: Path, say: Callable[[str], None]) -> int:
    return serve(
        say,
        port=0,
        token=TOKEN,
        orders="any",
        orders_file=None,
        unknown="",
        rate=100,
        limiter="sliding",
        retry_after=False,
        latency=0.0,
        log=None,
        faults=faults,
    )


def test_the_command_does_not_start_with_a_file_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text('[[fault]]\ndoes = "no"')
    said: list[str] = []
    with pytest.raises(NothingSentError, match=r"The sandbox can't start: faults\.toml: fault 1: "):
        serving(path, said.append)
    assert said == []


@pytest.fixture
def _usual_signals() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_usual_signals")
def test_the_command_serves_the_faults_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text('[[fault]]\ncall = "account"\ndoes = "418"')
    statuses: list[int] = []

    def say(text: str) -> None:
        found = re.match(r"Listening on http://(\S+)", text)
        if found is None:
            return
        for _ in range(2):
            with closing(http.client.HTTPConnection(found[1], timeout=120)) as connection:
                connection.request("GET", "/account", headers={"X-API-TOKEN": TOKEN})
                statuses.append(connection.getresponse().status)
        signal.raise_signal(signal.SIGTERM)

    assert serving(path, say) == 0
    assert statuses == [418, 200]
