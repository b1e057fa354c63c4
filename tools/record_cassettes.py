"""The cassettes of tests/flxpoint/cassettes: each documented answer of both endpoints, recorded.

Flxpoint has no sandbox of its own, so the stand-in of this project answers; host, token and
what changes from day to day are taken out. The same command makes the same bytes.

    python tools/record_cassettes.py [FOLDER]
"""

import argparse
import asyncio
import io
import ssl
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import vcr
from ruamel.yaml import YAML

from reconcile.domain.model import CallKind
from reconcile.domain.payload import canonical
from reconcile.flxpoint import Reply
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.sandbox import Answer, Fault, Sandbox, SandboxSettings, Scripted

FOLDER = Path(__file__).parents[1] / "tests" / "flxpoint" / "cassettes"
HOST = "api.flxpoint.com"
TOKEN = "TheTokenOfTheRecorder"  # noqa: S105  (it opens the stand-in, while this runs)
KEPT_OF_REQUESTS = {"accept", "content-type"}
NOT_KEPT_OF_ANSWERS = {"date", "server"}
HEAD = """\
# Made by tools/record_cassettes.py against the stand-in server; not to be edited by hand.
# {title}
"""

SYNC, STATUS = CallKind.SYNC, CallKind.STATUS
ORDERS: list[dict[str, Any]] = [{"id": 700001, "orderItems": [{"id": 9001}, {"id": 9002}]}]
BOOKED = {
    "accountingSynced": True,
    "externalAccountingId": "M\u00fcller 1001",
    "items": [
        {
            "id": 9001,
            "externalAccountingId": "L-1",
            "orderItemAccountingItems": [{"externalAccountingId": "S-1", "quantity": 2}],
        }
    ],
}
OTHER_ITEM = {"accountingSynced": True, "items": [{"id": 5, "externalAccountingId": "L-1"}]}
CLOSED = {"status": "Closed", "updateNote": "booked: M\u00fcller & Co, 100 %"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One call and the answer that it must get."""

    name: str
    title: str
    status: int
    kind: CallKind
    content: Mapping[str, Any]
    order_id: int = 700001
    token: str = TOKEN
    faults: Sequence[Fault] = field(default=())


def _answer(status: int, message: str, **headers: str) -> tuple[Fault]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (Scripted(None, None, Answer(status, named, message)),)


SCENES = (
    Scene("sync-204", "An accounting sync is acknowledged.", 204, SYNC, BOOKED),
    Scene("sync-400", "An item that the order doesn't have.", 400, SYNC, OTHER_ITEM),
    Scene("sync-401", "A token that isn't known.", 401, SYNC, BOOKED, token="Unknown"),  # noqa: S106
    Scene("sync-404", "An order that isn't there.", 404, SYNC, BOOKED, order_id=700002),
    Scene("status-201", "A status is acknowledged.", 201, STATUS, CLOSED),
    Scene("status-400", "A status that can't be sent.", 400, STATUS, {"status": "Draft"}),
    Scene("status-401", "A token that isn't known.", 401, STATUS, CLOSED, token="Unknown"),  # noqa: S106
    Scene("status-404", "An order that isn't there.", 404, STATUS, CLOSED, order_id=700002),
    Scene(
        "sync-429",
        "Too many requests; whether Flxpoint sends Retry-After is not known.",
        429,
        SYNC,
        BOOKED,
        faults=_answer(429, "Too many requests", Retry_After="2"),
    ),
    Scene(
        "status-429",
        "Too many requests, and not a word of when to come again.",
        429,
        STATUS,
        CLOSED,
        faults=_answer(429, "Too many requests"),
    ),
    Scene(
        "sync-500",
        "An error of the server.",
        500,
        SYNC,
        BOOKED,
        faults=_answer(500, "Internal Server Error"),
    ),
    Scene(
        "status-500",
        "An error of the server.",
        500,
        STATUS,
        CLOSED,
        faults=_answer(500, "Internal Server Error"),
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: writes every cassette anew."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.yaml"):
        old.unlink()
    for scene in SCENES:
        record(scene, folder / f"{scene.name}.yaml")
        sys.stdout.write(f"{scene.name}\n")
    return 0


def record(scene: Scene, path: Path) -> None:
    """Makes one call and writes its cassette.

    Raises:
        AssertionError: the answer is not the one that the scene is about.
    """
    settings = SandboxSettings(tokens=(TOKEN,), orders=ORDERS, faults=tuple(scene.faults))
    with Sandbox(settings) as sandbox:
        recorder = vcr.VCR(
            record_mode="all",
            before_record_request=_clean_request,
            before_record_response=_clean_response,
        )
        recorder.register_serializer("readable", _Readable(scene.title))
        with recorder.use_cassette(path, serializer="readable"):
            status = asyncio.run(_call(scene, sandbox.base_url))
    if status != scene.status:
        raise AssertionError(f"{scene.name} was answered {status}")


async def _call(scene: Scene, base_url: str) -> int | None:
    # Loading certificates that plain http never needs costs 0.2 s.
    transport = httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    async with Client(
        base_url, scene.token, Timeouts(), 1, direct=True, transport=transport
    ) as client:
        exchange = await client.send(scene.order_id, scene.kind, canonical(scene.content))
    return exchange.status if isinstance(exchange, Reply) else None


def _clean_request(request: Any) -> Any:
    request.uri = urlunsplit(urlsplit(request.uri)._replace(scheme="https", netloc=HOST))
    request.headers = {
        name.lower(): value
        for name, value in request.headers.items()
        if name.lower() in KEPT_OF_REQUESTS
    }
    return request


def _clean_response(response: dict[str, Any]) -> dict[str, Any]:
    kept = {
        name.lower(): values
        for name, values in response["headers"].items()
        if name.lower() not in NOT_KEPT_OF_ANSWERS
    }
    return {**response, "headers": kept}


class _Readable:
    """Writes a cassette for people: in the order of what happened, with a title."""

    def __init__(self, title: str) -> None:
        self._title = title

    def serialize(self, cassette: dict[str, Any]) -> str:
        """The text of the file."""
        interactions = [
            {
                "request": {name: told["request"][name] for name in _REQUEST},
                "response": {name: told["response"][name] for name in _RESPONSE},
            }
            for told in cassette["interactions"]
        ]
        stream = io.StringIO()
        yaml = YAML()
        yaml.width = 10_000  # an address is never broken
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.dump({"interactions": interactions, "version": cassette["version"]}, stream)
        return HEAD.format(title=self._title) + stream.getvalue()

    def deserialize(self, text: str) -> Any:
        """What `serialize` wrote."""
        return YAML(typ="safe").load(text)


_REQUEST = ("method", "uri", "headers", "body")
_RESPONSE = ("status", "headers", "body")


if __name__ == "__main__":
    raise SystemExit(main())
