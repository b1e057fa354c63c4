"""Which calls the API has: the routes, and the request and response of one call.

Owns nothing of what a call does; that is `api`.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs

CallKind = Literal[
    "account", "orders", "order", "shipments", "accounting-sync", "status", "unknown"
]
WriteKind = Literal["accounting-sync", "status"]

MOST_ID = 2**63 - 1
SHIPMENTS_OF = "findByOrderId"


@dataclass(frozen=True, slots=True)
class Call:
    """What method and path of a request (and of `"shipments"` its query) ask for.

    Attributes:
        kind: The endpoint; `"unknown"` if there is none for this path or this method.
        named: The order as it stands in the path, None if the path names none.
        order_id: The same as a number, None if it is no id. Of `"shipments"` the one that its
            query asks for.
        allowed: For a known path with a wrong method: the method it takes.
    """

    kind: CallKind
    named: str | None = None
    order_id: int | None = None
    allowed: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What the endpoints look at. `body` is None if its end couldn't be known (no length)."""

    call: Call
    query: str
    content_type: str | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Response:
    """A status, headers beyond the framing ones, and a body."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


_ROUTES: tuple[tuple[CallKind, str, re.Pattern[str]], ...] = (
    ("account", "GET", re.compile(r"/account")),
    ("orders", "GET", re.compile(r"/orders")),
    ("order", "GET", re.compile(r"/orders/(?P<id>[^/]+)")),
    ("shipments", "GET", re.compile(r"/shipments")),
    ("accounting-sync", "PATCH", re.compile(r"/orders/(?P<id>[^/]+)/accounting-sync")),
    ("status", "PATCH", re.compile(r"/orders/(?P<id>[^/]+)/status")),
)


def recognise(method: str, path: str, query: str = "") -> Call:
    """Say which call a method, a path and a query make. Never fails: see `Call.kind`."""
    for kind, takes, pattern in _ROUTES:
        match = pattern.fullmatch(path)
        if match is None:
            continue
        named = match.groupdict().get("id")
        order_id = None if named is None else _id(named)
        if method != takes:
            return Call("unknown", named, order_id, allowed=takes)
        if kind == "shipments":
            asked_for = parse_qs(query).get(SHIPMENTS_OF, [])
            order_id = _id(asked_for[0]) if len(asked_for) == 1 else None
        return Call(kind, named, order_id)
    return Call("unknown")


def answered(status: int, document: Any) -> Response:
    """Make a response with a JSON body."""
    body = json.dumps(document).encode()
    return Response(status, (("Content-Type", "application/json"),), body)


def refused(status: int, message: str, *headers: tuple[str, str]) -> Response:
    """Make a response with `{"message": ...}`. Flxpoint documents no schema of its errors."""
    plain = answered(status, {"message": message})
    return Response(status, plain.headers + headers, plain.body)


def _id(text: str) -> int | None:
    if re.fullmatch(r"[1-9][0-9]{0,18}", text) is None:
        return None
    number = int(text)
    return number if number <= MOST_ID else None
