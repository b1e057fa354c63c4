"""The two calls over HTTP, and the reads; httpx is known here and nowhere else."""

import asyncio
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx
import truststore

from reconcile.domain.errors import ConfigError
from reconcile.domain.model import CallKind
from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply

__all__ = ["Client", "Timeouts"]

_KEPT_BODY = 64 * 1024
_LONGEST_READ = 32 * 1024 * 1024
"""Bytes of an answer that is read as a whole; a hundred orders with their addresses are 0.3 MB."""

_CLOSING = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, to send a piece, to wait for a piece, for a free connection, in all."""

    connect: float = 10.0
    write: float = 10.0
    read: float = 30.0
    pool: float = 10.0
    whole: float = 60.0


def _unasked() -> None:
    """For callers that don't ask when a request leaves."""


class Client:
    """Sends calls with one token to one base URL; follows no redirect.

    What comes back is as the server said it; whoever writes any of it takes the token out
    (`tokens.redacted`). Proxies are those of the environment; certificates are judged by the
    operating system, which knows those of the user's company.

    Args:
        base_url: without a trailing slash; plain http on loopback only (`config` sees to it).
        token: goes into the header `X-API-TOKEN` and nowhere else.
        timeouts: see there.
        connections: at most so many at once.
        direct: never over a proxy of the environment, which must not see a token meant
            for this machine.
        transport: for tests; the network if None.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        timeouts: Timeouts,
        connections: int,
        *,
        direct: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = base_url
        self._whole = timeouts.whole
        self._reuses = True

        def fresh() -> httpx.AsyncClient:
            return httpx.AsyncClient(
                headers={
                    "X-API-TOKEN": token,
                    "Accept": "application/json",
                    "User-Agent": "reconcile",
                },
                timeout=httpx.Timeout(
                    connect=timeouts.connect,
                    write=timeouts.write,
                    read=timeouts.read,
                    pool=timeouts.pool,
                ),
                limits=httpx.Limits(
                    max_connections=connections, max_keepalive_connections=connections
                ),
                follow_redirects=False,
                trust_env=not direct,
                verify=_trust(base_url),
                transport=transport,
            )

        try:
            self._http = fresh()
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise ConfigError(
                f"The proxy settings of this machine can't be used: {error}. "
                "See HTTPS_PROXY, HTTP_PROXY and ALL_PROXY."
            ) from error
        self._fresh = fresh
        self._given_up: list[httpx.AsyncClient] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for client in (self._http, *self._given_up):
            await client.aclose()

    async def send(
        self, order_id: int, kind: CallKind, content: str, left: Callable[[], None] = _unasked
    ) -> Exchange:
        """Makes one call.

        Args:
            order_id: Flxpoint's id of the order.
            kind: which endpoint.
            content: the JSON of the body, or of the query parameters of a status call.
            left: called when the request really leaves, its connection made.
        """
        if kind is CallKind.SYNC:
            return await self._exchange(
                "PATCH",
                f"/orders/{order_id}/accounting-sync",
                left,
                content=content.encode(),
                headers={"Content-Type": "application/json"},
            )
        params: Mapping[str, str] = json.loads(content)
        return await self._exchange("PATCH", f"/orders/{order_id}/status", left, params=params)

    async def account(self, left: Callable[[], None] = _unasked) -> Exchange:
        """`GET /account`, which tells an Account token whose it is."""
        return await self._exchange("GET", "/account", left)

    async def read(
        self, path: str, params: Mapping[str, str], left: Callable[[], None] = _unasked
    ) -> Exchange:
        """A `GET` of this path; the reply has the whole body."""
        return await self._exchange("GET", path, left, most=_LONGEST_READ, params=params)

    async def _exchange(
        self,
        method: str,
        path: str,
        left: Callable[[], None],
        *,
        most: int = _KEPT_BODY,
        **request: Any,
    ) -> Exchange:
        begun = False
        begun_reply: httpx.Response | None = None
        answer = _AnswerWatch()

        async def trace(event: str, _info: object) -> None:
            nonlocal begun
            if event.endswith("send_request_headers.started"):
                begun = True
                left()
            elif answer.was_there_before(event):
                raise httpx.RemoteProtocolError("the answer was there before the call")

        headers = {**request.pop("headers", {}), **({} if self._reuses else _CLOSING)}
        try:
            async with (
                asyncio.timeout(self._whole),
                self._http.stream(
                    method,
                    self._base_url + path,
                    headers=headers,
                    extensions={"trace": trace},
                    **request,
                ) as response,
            ):
                begun_reply = response
                return _reply(response, await _beginning(response, most))
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
        ) as error:
            return NeverSent(_words(error))
        except (TimeoutError, httpx.TransportError, httpx.DecodingError) as error:
            if begun_reply is not None and _settled(begun_reply.status_code):
                return _reply(begun_reply, "")
            if begun_reply is None and isinstance(error, httpx.RemoteProtocolError):
                self._distrust(error)
            return NoReply(_words(error)) if begun else NeverSent(_words(error))

    def _distrust(self, error: httpx.RemoteProtocolError) -> None:
        """What came is no answer to the call: from now on each has a connection of its own.

        A connection that the server has closed meanwhile is nothing of the kind.
        """
        if self._reuses and "disconnected" not in str(error):
            self._reuses = False
            self._given_up.append(self._http)  # calls are under way on its connections
            self._http = self._fresh()


class _AnswerWatch:
    """Tells an answer that was in the connection before the call: it belongs to another one.

    A server that sends more than one answer to a call leaves the surplus for the next call on
    the connection. An answer that comes over the wire takes at least one turn of the loop.
    """

    def __init__(self) -> None:
        self._turned = True

    def was_there_before(self, event: str) -> bool:
        """Told of every step of the exchange; whether the headers were there already."""
        if event.endswith("receive_response_headers.started"):
            self._turned = False
            asyncio.get_running_loop().call_soon(self._turn)
        return event.endswith("receive_response_headers.complete") and not self._turned

    def _turn(self) -> None:
        self._turned = True


def _reply(response: httpx.Response, body: str) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, body)


def _trust(base_url: str) -> ssl.SSLContext:
    """The operating system's judgement; plain http on this machine has no use for it."""
    if base_url.startswith("https:"):
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loads no certificate, and trusts none


def _settled(status: int) -> bool:
    """Whether the status alone says that nothing was applied, though the body was cut."""
    return 300 <= status < 500  # noqa: PLR2004  (redirects, and what the client is to blame for)


async def _beginning(response: httpx.Response, most: int) -> str:
    """The whole body is read, so that the connection can be used again; its start is kept."""
    kept = bytearray()
    async for piece in response.aiter_bytes():
        kept += piece[: most - len(kept)]
    try:
        return kept.decode(response.encoding or "utf-8", errors="replace")
    except (LookupError, UnicodeError):  # codecs that aren't for text, such as hex
        return kept.decode("utf-8", errors="replace")


def _words(error: Exception) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "this machine does not trust the certificate of the server"
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError():
            return "no connection to Flxpoint"
        case httpx.PoolTimeout():
            return "no free connection"
        case httpx.TimeoutException() | TimeoutError():
            return "no answer in time"
        case _:
            return "the connection broke"
