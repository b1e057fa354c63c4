"""The real client against real servers: what arrives there, and what is made of the answers."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import trustme

from reconcile.domain.errors import ConfigError
from reconcile.domain.model import CallKind
from reconcile.domain.payload import canonical
from reconcile.flxpoint import Exchange, NeverSent, NoReply, Reply
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.flxpoint.tokens import redacted
from reconcile.sandbox import Answer, Deed, Hang, Reset, SandboxSettings, Scripted
from tests.sandboxes import Sandbox

SYNC, STATUS = CallKind.SYNC, CallKind.STATUS
TOKEN = "ClientTokenThatOpensNothing"
BOOKED = canonical({"accountingSynced": True, "externalAccountingId": "M\u00fcller \u20ac 5"})
PATIENT = Timeouts(connect=60.0, write=60.0, read=60.0, whole=60.0)
QUICK = Timeouts(connect=60.0, write=60.0, read=0.3, whole=1.0)

# Loading certificates that plain http never needs costs each client 0.2 s.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

_T = TypeVar("_T")


@contextmanager
def served(*deeds: Deed, **options: Any) -> Iterator[Sandbox]:
    """A sandbox that does these deeds, call by call, and then answers as usual."""
    faults = tuple(Scripted(None, None, deed) for deed in deeds)
    settings: dict[str, Any] = {"rate": 100_000, "tokens": (TOKEN,), "faults": faults}
    with Sandbox(SandboxSettings(**settings | options)) as sandbox:
        yield sandbox


def client_of(base_url: str, *, token: str = TOKEN, timeouts: Timeouts = PATIENT) -> Client:
    transport = httpx.AsyncHTTPTransport(verify=NO_CERTIFICATES)
    return Client(base_url, token, timeouts, 4, direct=True, transport=transport)


def calling(
    base_url: str,
    work: Callable[[Client], Awaitable[_T]],
    *,
    token: str = TOKEN,
    timeouts: Timeouts = PATIENT,
) -> _T:
    """What `work` makes of a client."""

    async def run() -> _T:
        async with client_of(base_url, token=token, timeouts=timeouts) as client:
            return await work(client)

    return asyncio.run(run())


async def sync(client: Client) -> Exchange:
    return await client.send(700001, SYNC, BOOKED)


def timeouts_for(deed: Deed) -> Timeouts:
    return QUICK if deed == Hang(3600) else PATIENT


async def close_order(client: Client) -> Exchange:
    return await client.send(700001, STATUS, canonical({"status": "Closed"}))


# What arrives


def test_an_accounting_sync_is_a_patch_with_the_json_as_it_stands_in_the_plan() -> None:
    with served() as sandbox:
        exchange = calling(sandbox.base_url, lambda c: c.send(2**63 - 1, SYNC, BOOKED))
        (arrival,) = sandbox.arrivals

    assert isinstance(exchange, Reply)
    assert exchange.status == 204
    assert arrival.method == "PATCH"
    assert arrival.path == "/orders/9223372036854775807/accounting-sync"
    assert (arrival.query, arrival.body) == ("", BOOKED)


NOTES = [
    "paid in full",
    "a & b = c; d?",
    "100 % + 5#1",
    "M\u00fcller, Stra\u00dfe, \u20ac",
    "\U0001f4b0 booked \U0001f1e9\U0001f1ea",
    "two\nlines\tand a tab",
    "say \"hi\" / \\ 'ok' \u2028",
    " ",
    "%20&status=Canceled",
    "x" * 1000,
]


def test_a_status_travels_in_the_query_and_every_note_arrives_as_it_was() -> None:
    async def send_all(client: Client) -> list[Exchange]:
        return [
            await client.send(
                number, STATUS, canonical({"status": "No Shipping Method", "updateNote": note})
            )
            for number, note in enumerate(NOTES, start=1)
        ]

    with served() as sandbox:
        exchanges = calling(sandbox.base_url, send_all)
        held, arrivals = sandbox.state, sandbox.arrivals

    assert [e.status for e in exchanges if isinstance(e, Reply)] == [201] * len(NOTES)
    assert [arrival.path for arrival in arrivals][:2] == ["/orders/1/status", "/orders/2/status"]
    assert {(arrival.method, arrival.body) for arrival in arrivals} == {("PATCH", "")}
    assert [held[number]["updateNote"] for number in sorted(held)] == NOTES
    assert {order["orderStatus"] for order in held.values()} == {"No Shipping Method"}


def test_a_status_without_a_note_sends_no_note() -> None:
    with served() as sandbox:
        calling(sandbox.base_url, close_order)
        (arrival,) = sandbox.arrivals
    assert arrival.query == "status=Closed"


def test_the_account_is_asked_for_with_a_get() -> None:
    with served(account_id=77) as sandbox:
        exchange = calling(sandbox.base_url, lambda c: c.account())
        (arrival,) = sandbox.arrivals

    assert (arrival.method, arrival.path, arrival.query) == ("GET", "/account", "")
    assert isinstance(exchange, Reply)
    assert '"id": 77' in exchange.body


@dataclass(slots=True)
class Bytes:
    """A server that answers every request with the same bytes, and keeps what it got.

    `stays` leaves the connection open after an answer; `pause` is made after each byte.
    """

    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    stays: bool = True
    pause: float = 0.0
    base_url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: list[asyncio.Task[Any] | None] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens; at the end its connections are over too."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.close()
            await asyncio.gather(*filter(None, self.connections))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError), closing(writer):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                _, _, after = head.lower().partition(b"content-length: ")
                length = int(after.split(b"\r\n")[0]) if after else 0
                self.requests.append(head + await reader.readexactly(length))
                await self._write(writer)
                if not self.stays:
                    return

    async def _write(self, writer: asyncio.StreamWriter) -> None:
        if not self.pause:
            writer.write(self.answer)
            return
        for byte in self.answer:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(self.pause)


def answered_by(
    server: Bytes, work: Callable[[Client], Awaitable[_T]], timeouts: Timeouts = PATIENT
) -> _T:
    async def run() -> _T:
        async with server.running(), client_of(server.base_url, timeouts=timeouts) as client:
            return await work(client)

    return asyncio.run(run())


def test_the_token_is_in_its_one_header_and_the_body_is_labelled_as_json() -> None:
    server = Bytes()
    answered_by(server, sync)
    head, body = server.requests[0].split(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")

    assert body == BOOKED.encode()
    assert lines.count(b"x-api-token: " + TOKEN.lower().encode()) == 1
    assert head.count(TOKEN.encode()) == 1
    assert b"content-type: application/json" in lines
    assert b"authorization" not in head.lower()


def test_one_connection_serves_one_call_after_the_other() -> None:
    async def thrice(client: Client) -> None:
        for _ in range(3):
            await sync(client)

    answered_by(server := Bytes(), thrice)
    assert (len(server.connections), len(server.requests)) == (1, 3)


# What comes back


def test_an_answer_comes_back_with_status_headers_in_lower_case_and_text() -> None:
    answer = Answer(429, {"Retry-After": "7", "X-Auth-Pool-Size": "40"}, "zu viel \u2013 M\u00fc")
    with served(answer) as sandbox:
        exchange = calling(sandbox.base_url, sync)

    assert isinstance(exchange, Reply)
    assert (exchange.status, exchange.body) == (429, "zu viel \u2013 M\u00fc")
    assert exchange.headers["retry-after"] == "7"
    assert exchange.headers["x-auth-pool-size"] == "40"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 502, 503, 599])
def test_every_status_is_an_answer_and_no_exception(status: int) -> None:
    with served(Answer(status)) as sandbox:
        exchange = calling(sandbox.base_url, sync)
    assert isinstance(exchange, Reply)
    assert exchange.status == status


def test_of_a_long_answer_the_beginning_is_kept_and_the_connection_is_good_for_more() -> None:
    async def twice(client: Client) -> list[Exchange]:
        return [await sync(client), await sync(client)]

    with served(Answer(500, body="x" * 300_000)) as sandbox:
        first, second = calling(sandbox.base_url, twice)

    assert isinstance(first, Reply)
    assert first.body == "x" * 65536
    assert isinstance(second, Reply)
    assert second.status == 204


@pytest.mark.parametrize("charset", ["utf-8", "hex", "idna", "undefined", "none-such", "\u00fc"])
def test_no_label_of_an_answer_breaks_the_run(charset: str) -> None:
    label = {"Content-Type": f"text/plain; charset={charset}"}
    with served(Answer(500, label, "caf\u00e9")) as sandbox:
        exchange = calling(sandbox.base_url, sync)
    assert isinstance(exchange, Reply)
    assert (exchange.status, exchange.body) == (500, "caf\u00e9")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_and_the_token_reaches_no_other_host(status: int) -> None:
    with served() as elsewhere:
        away = Answer(status, {"Location": f"{elsewhere.base_url}/orders/700001/accounting-sync"})
        with served(away) as sandbox:
            exchange = calling(sandbox.base_url, sync)
            assert len(sandbox.arrivals) == 1
        assert elsewhere.arrivals == []

    assert isinstance(exchange, Reply)
    assert exchange.status == status


# No answer


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.mark.parametrize("work", [sync, close_order])
def test_a_refused_connection_means_that_nothing_was_sent(
    work: Callable[[Client], Awaitable[Exchange]],
) -> None:
    exchange = calling(f"http://127.0.0.1:{free_port()}", work)
    assert exchange == NeverSent("no connection to Flxpoint")


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        (Reset(), "the connection broke"),
        (Reset(applied=True), "the connection broke"),
        (Hang(3600), "no answer in time"),
        (Hang(0.01, Reset()), "the connection broke"),
        (
            Answer(200, {"Content-Length": "100", "Connection": "close"}, "half of i"),
            "the connection broke",
        ),
        (Answer(500, {"Content-Encoding": "gzip"}, "no gzip"), "the connection broke"),
    ],
)
@pytest.mark.parametrize("work", [sync, close_order])
def test_whatever_breaks_after_the_request_left_is_no_reply(
    deed: Deed, reason: str, work: Callable[[Client], Awaitable[Exchange]]
) -> None:
    with served(deed) as sandbox:
        assert calling(sandbox.base_url, work, timeouts=timeouts_for(deed)) == NoReply(reason)
        assert len(sandbox.arrivals) == 1


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 204", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc\r\n\r\n"]
)
def test_what_is_no_http_is_no_reply(answer: bytes) -> None:
    assert answered_by(Bytes(answer, stays=False), sync) == NoReply("the connection broke")


TWO_ANSWERS = b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
BODY_WHERE_NONE_MAY_BE = b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


NO_CONTENT_AND_YET = [
    b"HTTP/1.1 204 No Content\r\n\r\n" + body
    for body in (b"{}", b'{"ok":true}\r\n', b"<html></html>")
]


@pytest.mark.parametrize("answer", [TWO_ANSWERS, BODY_WHERE_NONE_MAY_BE, *NO_CONTENT_AND_YET])
def test_what_an_answer_left_over_is_no_answer_to_the_next_call(answer: bytes) -> None:
    server = Bytes(answer)

    async def four(client: Client) -> list[Exchange]:
        return [await sync(client) for _ in range(4)]

    first, second, *others = answered_by(server, four)

    assert isinstance(first, Reply)
    assert second == NoReply("the connection broke")
    assert [e.status for e in others if isinstance(e, Reply)] == [204, 204]
    assert len(server.connections) == 3, "each call has one of its own from then on"


def test_an_answer_that_is_quick_is_taken_for_what_it_is() -> None:
    server = Bytes()

    async def many(client: Client) -> list[Exchange]:
        return [await sync(client) for _ in range(50)]

    assert [e.status for e in answered_by(server, many) if isinstance(e, Reply)] == [204] * 50
    assert len(server.connections) == 1


def test_an_answer_that_trickles_is_given_up_after_the_time_for_the_whole_call() -> None:
    """Each piece comes in time, and the end never does."""
    server = Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", pause=0.2)
    assert answered_by(server, sync, QUICK) == NoReply("no answer in time")


def test_a_call_that_found_no_free_connection_never_left() -> None:
    timeouts = Timeouts(connect=60.0, write=60.0, read=0.5, pool=0.1, whole=60.0)

    async def two_at_once(base_url: str) -> list[Exchange]:
        async with Client(base_url, TOKEN, timeouts, 1, direct=True) as client:
            return list(await asyncio.gather(sync(client), sync(client)))

    with served(Hang(3600)) as sandbox:
        exchanges = asyncio.run(two_at_once(sandbox.base_url))
        assert len(sandbox.arrivals) == 1

    assert exchanges == [NoReply("no answer in time"), NeverSent("no free connection")]


def test_a_call_whose_time_ran_out_before_it_could_leave_was_never_sent() -> None:
    timeouts = Timeouts(connect=60.0, write=60.0, read=60.0, whole=0.5)

    async def two_at_once(base_url: str) -> list[Exchange]:
        async with Client(base_url, TOKEN, timeouts, 1, direct=True) as client:
            return list(await asyncio.gather(sync(client), sync(client)))

    with served(Hang(3600)) as sandbox:
        hung, waited = asyncio.run(two_at_once(sandbox.base_url))
        assert len(sandbox.arrivals) == 1

    assert isinstance(hung, NoReply)
    assert isinstance(waited, NeverSent)


def test_it_is_told_when_the_request_really_leaves() -> None:
    async def told(client: Client) -> int:
        times: list[None] = []
        await client.send(700001, SYNC, BOOKED, lambda: times.append(None))
        return len(times)

    with served() as sandbox:
        assert calling(sandbox.base_url, told) == 1
    assert calling(f"http://127.0.0.1:{free_port()}", told) == 0


# The token


def test_a_proxy_of_the_environment_sees_no_token_that_is_meant_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def through(base_url: str, *, direct: bool) -> Exchange:
        async with Client(base_url, TOKEN, PATIENT, 4, direct=direct) as client:
            return await sync(client)

    async def run(base_url: str, proxy: Bytes) -> list[Exchange]:
        async with proxy.running():
            set_proxy(monkeypatch, proxy.base_url)
            by_itself = await through(base_url, direct=True)
            seen = len(proxy.requests)
            over_the_proxy = await through(base_url, direct=False)
            assert (seen, len(proxy.requests)) == (0, 1)
            return [by_itself, over_the_proxy]

    with served() as sandbox:
        exchanges = asyncio.run(run(sandbox.base_url, Bytes()))
        assert len(sandbox.arrivals) == 1
    assert [e.status for e in exchanges if isinstance(e, Reply)] == [204, 204]


def set_proxy(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, url)
        monkeypatch.setenv(name.lower(), url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_a_proxy_that_refuses_sees_no_token_and_nothing_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def run(proxy: Bytes) -> Exchange:
        async with proxy.running():
            set_proxy(monkeypatch, proxy.base_url)
            async with Client("https://api.flxpoint.com", TOKEN, QUICK, 4) as client:
                return await sync(client)

    proxy = Bytes(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", stays=False)
    assert isinstance(asyncio.run(run(proxy)), NeverSent)
    (request,) = proxy.requests
    assert request.startswith(b"CONNECT api.flxpoint.com:443")
    assert TOKEN.encode() not in request


@pytest.mark.parametrize("url", ["socks9://127.0.0.1:1", "127.0.0.1:port"])
def test_a_proxy_setting_that_is_none_is_said_without_the_token(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    set_proxy(monkeypatch, url)
    with pytest.raises(ConfigError, match="HTTPS_PROXY") as caught:
        Client("https://api.flxpoint.com", TOKEN, QUICK, 4)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "deed",
    [Reset(), Hang(3600), Answer(401), Answer(302, {"Location": "/login"})],
    ids=lambda deed: type(deed).__name__,
)
def test_the_token_is_in_nothing_that_comes_back(deed: Deed) -> None:
    with served(deed) as sandbox:
        assert TOKEN not in repr(calling(sandbox.base_url, sync, timeouts=timeouts_for(deed)))
    assert TOKEN not in repr(calling(f"http://127.0.0.1:{free_port()}", sync))


def test_an_answer_comes_back_as_the_server_said_it_and_whoever_writes_it_redacts() -> None:
    echo = Answer(400, {"X-Echo": f"<{TOKEN}>"}, f"the token {TOKEN} is no good")
    with served(echo) as sandbox:
        exchange = calling(sandbox.base_url, sync)

    assert isinstance(exchange, Reply)
    assert exchange.body == f"the token {TOKEN} is no good"
    assert redacted(exchange.body, TOKEN) == "the token (token) is no good"
    assert redacted(exchange.headers["x-echo"], TOKEN) == "<(token)>"


def test_a_token_that_is_no_header_is_in_no_message() -> None:
    with served() as sandbox:
        exchange = calling(sandbox.base_url, sync, token=f"{TOKEN}\nX-Other: 1")
        assert sandbox.arrivals == []
    assert not isinstance(exchange, Reply)
    assert TOKEN not in repr(exchange)


def cut(status: int) -> Exchange:
    """What comes of an answer whose body breaks off."""
    headers = {"Content-Length": "500", "Connection": "close", "Retry-After": "7"}
    with served(Answer(status, headers, "the beginning")) as sandbox:
        return calling(sandbox.base_url, close_order)


@pytest.mark.parametrize("status", [302, 401, 404, 429])
def test_a_cut_body_takes_nothing_from_a_status_that_says_that_nothing_was_applied(
    status: int,
) -> None:
    exchange = cut(status)
    assert isinstance(exchange, Reply)
    assert (exchange.status, exchange.headers["retry-after"]) == (status, "7")


@pytest.mark.parametrize("status", [200, 500, 503])
def test_a_cut_body_of_a_success_or_a_server_error_is_no_reply(status: int) -> None:
    assert isinstance(cut(status), NoReply)


# Certificates are judged by the operating system

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(answer: Answering, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on this machine; every connection is closed when it was answered."""
    connections: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(asyncio.current_task())
        try:
            await answer(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*(task for task in connections if task), return_exceptions=True)


def over_tls(authority: trustme.CA, timeouts: Timeouts = PATIENT) -> Exchange:
    """One call to a server on this machine whose certificate `authority` has signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()

    async def run() -> Exchange:
        async with (
            listening(answer, context) as port,
            Client(f"https://127.0.0.1:{port}", "T", timeouts, 1) as client,
        ):
            return await client.send(1, CallKind.SYNC, "{}")

    return asyncio.run(run())


def test_a_certificate_that_the_machine_trusts_is_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies have certificates of their own, which only the operating system knows."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "company.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "company.pem"))
    assert over_tls(authority) == Reply(204, {}, "")


def test_a_certificate_that_nobody_trusts_stops_the_call_before_the_token_is_shown() -> None:
    assert over_tls(trustme.CA()) == NeverSent(
        "this machine does not trust the certificate of the server"
    )


def test_an_idle_connection_that_the_server_closed_is_no_failure() -> None:
    """A status call that never left must not be in doubt because of an old connection."""
    connections = 0
    closed = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()  # without having said so
        await writer.wait_closed()
        closed.set()

    async def run() -> list[Exchange]:
        async with (
            listening(answer) as port,
            Client(f"http://127.0.0.1:{port}", TOKEN, PATIENT, 1, direct=True) as client,
        ):
            first = await close_order(client)
            await closed.wait()
            return [first, await close_order(client)]

    answers = asyncio.run(run())
    assert [each.status for each in answers if isinstance(each, Reply)] == [201, 201]
    assert connections == 2
