"""HTTP/1.1 over the connections of a sandbox: threads, keep-alive, framing, endings."""

import contextlib
import io
import os
import re
import socket
import socketserver
import struct
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from reconcile.sandbox.calls import Response, refused
from reconcile.sandbox.gate import Gate

LONGEST_HEAD = 65536
LONGEST_BODY = 16 * 1024 * 1024
SHORTEST_PAUSE = 0.01


class Listener(socketserver.ThreadingTCPServer):
    """Accepts connections, each served by a thread of its own that stopping can wait for."""

    # On Windows the option would let two servers share a port.
    allow_reuse_address = os.name == "posix"
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], gate: Gate) -> None:
        """Bind and listen at once; raises OSError. Accepting starts with `serve_forever`."""
        self.gate = gate
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        super().__init__(address, _Handler)

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any
    ) -> None:
        """Start the thread of a connection that was accepted."""
        thread = threading.Thread(
            target=self.process_request_thread,
            args=(request, client_address),
            name="sandbox connection",
            daemon=True,
        )
        if isinstance(request, socket.socket):
            with self._lock:
                self._open[thread] = request
        thread.start()

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any
    ) -> None:
        """Serve a connection to its end, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def close_connections(self) -> None:
        """Wake whatever waits for a client or for a delay, and see its thread end."""
        self.stopping.set()
        with self._lock:
            connections = dict(self._open)
        for connection in connections.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in connections:
            thread.join()

    def handle_error(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any
    ) -> None:
        """A client that goes away is no error of ours; the rest is, and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Serves one connection, request after request."""

    server: Listener
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    disable_nagle_algorithm = True
    _has_unread = False

    def handle_one_request(self) -> None:
        """Read a request, whatever its method, and answer it.

        The head is read whole before it is looked at: the base class takes one whose client went
        away within it for complete.
        """
        head = [self.rfile.readline(LONGEST_HEAD)]
        size = len(head[0])
        while head[-1] not in {b"\r\n", b"\n", b""} and size < LONGEST_HEAD:
            head.append(self.rfile.readline(LONGEST_HEAD))
            size += len(head[-1])
        if head[-1] == b"":
            self.close_connection = True
        elif size >= LONGEST_HEAD:
            self.requestline = self.request_version = self.command = ""
            self.send_error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._parse(head):
            self._serve()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no HTTP: called by the base class, for requests that are never logged."""
        del explain
        self.close_connection = self._has_unread = True
        self._send(refused(code, message or HTTPStatus(code).phrase))

    def finish(self) -> None:
        """End the connection so that its last answer is not lost.

        Closing it with bytes unread would reset it, and a reset overtakes an answer on its way.
        """
        if self._has_unread:
            with contextlib.suppress(OSError):
                self.connection.settimeout(0.2)
                self.connection.shutdown(socket.SHUT_WR)
                while self.connection.recv(LONGEST_HEAD):
                    pass
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing on stderr; the arrivals are the log."""

    def _parse(self, head: list[bytes]) -> bool:
        connection = self.rfile
        self.raw_requestline, self.rfile = head[0], io.BytesIO(b"".join(head[1:]))
        try:
            return self.parse_request()
        finally:
            self.rfile = connection

    def _serve(self) -> None:
        gate = self.server.gate
        tokens = self.headers.get_all("X-API-TOKEN", [])
        ticket = gate.arrive(self.command, self.path, [token.strip() for token in tokens])
        try:
            body = self._body()
        except ConnectionError:
            gate.abandon(ticket)
            raise
        reply = gate.answer(ticket, self.headers.get("Content-Type"), body)
        if reply.delay and self.server.stopping.wait(reply.delay):
            self.close_connection = True
        elif reply.response is None:
            self._reset()
        else:
            self._send(reply.response, reply.over)

    def _body(self) -> bytes | None:
        written = self.headers.get("Content-Length", "0").strip()
        is_number = re.fullmatch(r"[0-9]{1,9}", written) is not None
        length = int(written) if is_number else LONGEST_BODY + 1
        if "Transfer-Encoding" in self.headers or length > LONGEST_BODY:
            # Where the next request begins can't be known either.
            self.close_connection = self._has_unread = True
            return None
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError("the client went away within its body")
        return body

    def _reset(self) -> None:
        # Lingering for 0 seconds turns the closing into a reset.
        layout = "ii" if os.name == "posix" else "hh"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
        self.connection.close()
        self.close_connection = True

    def _send(self, response: Response, over: float = 0.0) -> None:
        """Write head and body at once: two writes can cost a delayed acknowledgement of 40 ms.

        With `over`, spread them over so many seconds.
        """
        given = {name.lower(): value.lower() for name, value in response.headers}
        headers = [("Server", self.server_version)]
        if "date" not in given:
            headers.append(("Date", self.date_time_string()))
        headers += response.headers
        if given.get("connection") == "close":
            self.close_connection = True
        elif self.close_connection:
            headers.append(("Connection", "close"))
        bodiless = response.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
        if not bodiless and "content-length" not in given:
            headers.append(("Content-Length", str(len(response.body))))
        phrase = HTTPStatus(response.status).phrase if response.status in _STATUSES else "Unknown"
        lines = [f"HTTP/1.1 {response.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in headers]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        whole = head if bodiless or self.command == "HEAD" else head + response.body
        pieces = max(1, min(len(whole), int(over / SHORTEST_PAUSE)))
        for piece in range(pieces):
            if over and self.server.stopping.wait(over / pieces):
                self.close_connection = True
                return
            begin, end = (len(whole) * edge // pieces for edge in (piece, piece + 1))
            self.wfile.write(whole[begin:end])


_STATUSES = {status.value for status in HTTPStatus}
