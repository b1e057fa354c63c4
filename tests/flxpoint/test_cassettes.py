"""Recorded answers of both endpoints, replayed through the real client without a network.

`python tools/record_cassettes.py` makes the cassettes again.
"""

import asyncio
import re
import ssl
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import vcr
from ruamel.yaml import YAML
from vcr.errors import CannotOverwriteExistingCassetteException

from reconcile.domain.model import CallKind
from reconcile.domain.payload import canonical
from reconcile.flxpoint import Exchange, Reply, Verdict, judge
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.flxpoint.verdict import Accept, Doubt, Halt, Refuse, Retry, first_line

CASSETTES = Path(__file__).parent / "cassettes"
RECORDER = Path(__file__).parents[2] / "tools" / "record_cassettes.py"
NAMES = sorted(path.stem for path in CASSETTES.glob("*.yaml"))
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

SYNC, STATUS = CallKind.SYNC, CallKind.STATUS
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
DRAFT = {"status": "Draft"}
THE_SEVEN = (
    "status must be one of Open, Closed, Canceled, On Hold, Failed, No Shipping Method, Not Managed"
)


def replay(name: str, order_id: int, kind: CallKind, content: Mapping[str, Any]) -> Exchange:
    """What our client makes of a cassette; whatever isn't on it is an error."""
    player = vcr.VCR(
        record_mode="none", match_on=["method", "scheme", "host", "path", "query", "raw_body"]
    )

    async def call() -> Exchange:
        transport = httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        async with Client(
            "https://api.flxpoint.com", "Any", Timeouts(), 1, direct=True, transport=transport
        ) as client:
            return await client.send(order_id, kind, canonical(content))

    with player.use_cassette(CASSETTES / f"{name}.yaml") as cassette:
        exchange = asyncio.run(call())
        assert cassette.all_played
    return exchange


@pytest.mark.parametrize(
    ("name", "order_id", "content", "said", "verdict"),
    [
        ("sync-204", 700001, BOOKED, "", Accept()),
        (
            "sync-400",
            700001,
            OTHER_ITEM,
            "items: order 700001 has no item 5",
            Refuse("400"),
        ),
        (
            "sync-401",
            700001,
            BOOKED,
            "the header X-API-TOKEN is missing or wrong",
            Halt,
        ),
        ("sync-404", 700002, BOOKED, "there is no order 700002", Refuse("404")),
        (
            "sync-429",
            700001,
            BOOKED,
            "Too many requests",
            Retry("429", counts=False, hold=2.0, throttled=True),
        ),
        ("sync-500", 700001, BOOKED, "Internal Server Error", Retry("500", applied=True)),
        ("status-201", 700001, CLOSED, "", Accept()),
        (
            "status-400",
            700001,
            DRAFT,
            THE_SEVEN,
            Refuse("400"),
        ),
        (
            "status-401",
            700001,
            CLOSED,
            "the header X-API-TOKEN is missing or wrong",
            Halt,
        ),
        ("status-404", 700002, CLOSED, "there is no order 700002", Refuse("404")),
        (
            "status-429",
            700001,
            CLOSED,
            "Too many requests",
            Retry("429", counts=False, throttled=True),
        ),
        ("status-500", 700001, CLOSED, "Internal Server Error", Doubt("500")),
    ],
)
def test_a_recorded_answer_means_what_the_rules_say(
    name: str, order_id: int, content: Mapping[str, Any], said: str, verdict: Verdict | type[Halt]
) -> None:
    kind = SYNC if name.startswith("sync") else STATUS
    exchange = replay(name, order_id, kind, content)

    assert isinstance(exchange, Reply)
    assert exchange.status == int(name.split("-")[1])
    assert first_line(exchange.body) == said
    judged = judge(kind, exchange, NOW)
    assert judged == verdict or (isinstance(verdict, type) and isinstance(judged, verdict))


def test_each_documented_answer_of_both_endpoints_has_its_cassette() -> None:
    documented = {"sync-204", "status-201"} | {
        f"{endpoint}-{status}" for endpoint in ("sync", "status") for status in (400, 401, 404)
    }
    assert set(NAMES) == documented | {"sync-429", "status-429", "sync-500", "status-500"}


@pytest.mark.parametrize(
    ("name", "order_id", "kind", "content"),
    [
        ("sync-204", 700001, SYNC, {**BOOKED, "externalAccountingId": "Muller 1001"}),
        ("sync-204", 700001, SYNC, dict(reversed(BOOKED.items()))),
        ("sync-204", 700009, SYNC, BOOKED),
        ("sync-204", 700001, STATUS, CLOSED),
        ("status-201", 700001, STATUS, {**CLOSED, "updateNote": "booked"}),
        ("status-201", 700001, STATUS, {"status": "Closed"}),
    ],
)
def test_a_call_that_was_not_recorded_is_not_answered(
    name: str, order_id: int, kind: CallKind, content: Mapping[str, Any]
) -> None:
    """Path, query and body must be those of the cassette, byte by byte."""
    with pytest.raises(CannotOverwriteExistingCassetteException):
        replay(name, order_id, kind, content)


@pytest.mark.parametrize("name", NAMES)
def test_a_cassette_holds_one_call_to_flxpoint_and_no_secret(name: str) -> None:
    text = (CASSETTES / f"{name}.yaml").read_text(encoding="utf-8")
    (told,) = YAML(typ="safe").load(text)["interactions"]

    assert told["request"]["uri"].startswith("https://api.flxpoint.com/orders/70000")
    assert set(told["request"]["headers"]) <= {"accept", "content-type"}
    assert set(told["response"]["headers"]) <= {"content-type", "content-length", "retry-after"}
    for secret in ("TheTokenOfTheRecorder", "Unknown", "127.0.0.1", "localhost"):
        assert secret not in text
    assert not re.search(r"\b(?:date|server|user-agent|x-api-token):", text, re.IGNORECASE)


def test_the_recorder_makes_the_same_bytes_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, RECORDER, tmp_path], check=True, capture_output=True)

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in CASSETTES.iterdir()}
    assert made == kept
