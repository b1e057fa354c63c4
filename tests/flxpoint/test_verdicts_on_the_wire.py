"""Section 5 of the rules through real connections: what a server does, and what comes of it.

First every row of the verdict table, call by call; then whole runs, for what only shows over
several calls.
"""

import asyncio
import math
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from reconcile.domain.calls import PlannedCall
from reconcile.domain.errors import ExitCode
from reconcile.domain.events import silent
from reconcile.domain.model import CallKind, Outcome
from reconcile.domain.payload import canonical
from reconcile.executor import Executor, InlineRecorder, Stop, StopKind, StopRules, StopSwitch
from reconcile.flxpoint import (
    Exchange,
    NeverSent,
    NoReply,
    Pacer,
    Reply,
    RetryPolicy,
    Verdict,
    judge,
)
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.flxpoint.verdict import Accept, Doubt, Halt, Refuse, Retry, retry_after
from reconcile.job.send import Finished
from reconcile.journal import Journal
from reconcile.sandbox import (
    Answer,
    Arrival,
    Deed,
    Drop,
    Fault,
    Half,
    Hang,
    Reset,
    SandboxSettings,
    Scripted,
    Slow,
    read_faults,
)
from tests.conftest import Shop
from tests.executor.scene import RUN, Order, begin_run, status_call, sync_call, with_status
from tests.sandboxes import Sandbox

ANSWERS = Path(__file__).parents[2] / "docs" / "reference" / "answers.md"
SYNC, STATUS = CallKind.SYNC, CallKind.STATUS
TOKEN = "WireTokenThatOpensNothing"
CONTENT = {
    SYNC: canonical({"accountingSynced": True, "externalAccountingId": "INV-1"}),
    STATUS: canonical({"status": "Closed"}),
}
PATIENT = Timeouts(connect=60.0, write=60.0, read=60.0, whole=60.0)
SHORT_OF_WAITING = Timeouts(connect=60.0, write=60.0, read=0.1, whole=60.0)
SHORT_OF_TIME = Timeouts(connect=60.0, write=60.0, read=60.0, whole=0.5)

# Loading certificates that plain http never needs costs each client 0.2 s.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@contextmanager
def served(*faults: Fault) -> Iterator[Sandbox]:
    with Sandbox(SandboxSettings(tokens=(TOKEN,), rate=100_000, faults=faults)) as sandbox:
        yield sandbox


def client_of(base_url: str, timeouts: Timeouts) -> Client:
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    transport = httpx.AsyncHTTPTransport(verify=NO_CERTIFICATES, limits=limits)
    return Client(base_url, TOKEN, timeouts, 64, direct=True, transport=transport)


# The table

DONE = "done"
NOTED = "done, noted"
AGAIN = "again, not applied"
MAYBE = "again, may be applied"
LATER = "again, uses up no try"
REFUSED = "refused, never repeated"
IN_DOUBT = "in doubt, not repeated"
STOP = "stops the run"

PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
CUT = {"Content-Length": "1000", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table, and what servers do that belongs to it; no deed: nobody listens."""

    name: str
    sync: str
    status: str
    deeds: Sequence[Deed | None]

    def words(self, kind: CallKind) -> str:
        return self.sync if kind is SYNC else self.status


ROWS = [
    Row("204", DONE, DONE, [Answer(204, applied=True), Answer(204, HTML, applied=True)]),
    Row(
        "200, 201",
        NOTED,
        DONE,
        [
            Answer(200, applied=True),
            Answer(200, JSON, '{"id": 700001}', applied=True),
            Answer(200, HTML, "OK", applied=True),
            Answer(201, applied=True),
            Answer(202, applied=True),
            Answer(206, applied=True),
            Answer(299, applied=True),
        ],
    ),
    Row(
        "2xx with an HTML page",
        STOP,
        STOP,
        [Answer(200, HTML, PAGE), Answer(200, JSON, PAGE), Answer(201, HTML, PAGE)],
    ),
    Row(
        "3xx",
        STOP,
        STOP,
        [
            *(Answer(status, {"Location": "/login"}) for status in (301, 302, 303, 307, 308)),
            Answer(300),
            Answer(304),
        ],
    ),
    Row(
        "400, 404, other 4xx",
        REFUSED,
        REFUSED,
        [
            Answer(400, JSON, '{"message": "items: is no array"}'),
            *(Answer(status) for status in (404, 405, 409, 410, 415, 422, 451, 499)),
            Answer(404, HTML, PAGE),
        ],
    ),
    Row("401", STOP, STOP, [Answer(401), Answer(401, HTML, PAGE)]),
    Row("403 (first call, or three in a row: stop)", REFUSED, REFUSED, [Answer(403)]),
    Row("408, 425", AGAIN, AGAIN, [Answer(408), Answer(425)]),
    Row(
        "429",
        LATER,
        LATER,
        [
            Answer(429),
            Answer(429, {"Retry-After": "7"}),
            Answer(429, retry_after_date=7),
            Answer(429, HTML, PAGE),
        ],
    ),
    Row("503", MAYBE, AGAIN, [Answer(503), Answer(503, HTML, PAGE), Answer(503, applied=True)]),
    Row(
        "500, 502, 504, other 5xx",
        MAYBE,
        IN_DOUBT,
        [
            Answer(500),
            Answer(500, applied=True),
            Answer(501),
            Answer(502, HTML, PAGE),
            Answer(504),
            Answer(504, applied=True),
            Answer(599),
        ],
    ),
    Row(
        "no whole answer",
        MAYBE,
        IN_DOUBT,
        [
            Reset(),
            Reset(applied=True),
            Hang(3600, Reset()),
            Hang(3600, Reset(applied=True)),
            Slow(3600),
            Answer(200, CUT, '{"id": '),
            Answer(200, CUT, '{"id": ', applied=True),
            Answer(200, {"Content-Encoding": "gzip"}, "no gzip", applied=True),
        ],
    ),
    Row("never sent", AGAIN, AGAIN, [None]),
]
CASES = [
    pytest.param(700100 + number, row, deed, kind, id=f"{row.name}-{deed}-{kind.value}")
    for number, (row, deed, kind) in enumerate(
        (row, deed, kind) for row in ROWS for deed in row.deeds for kind in CallKind
    )
]


def in_words(verdict: Verdict) -> str:
    match verdict:
        case Accept(note):
            return NOTED if note else DONE
        case Retry(throttled=True, counts=False, applied=False):
            return LATER
        case Retry(throttled=False, counts=True, applied=applied):
            return MAYBE if applied else AGAIN
        case Refuse():
            return REFUSED
        case Doubt():
            return IN_DOUBT
        case Halt():
            return STOP
        case _:
            return f"what the rules don't know: {verdict}"


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    """One server for the whole table; each case has an order of its own."""
    with served() as sandbox:
        yield sandbox


def exchanged(
    base_url: str, kind: CallKind, order_id: int = 700001, timeouts: Timeouts = PATIENT
) -> Exchange:
    async def run() -> Exchange:
        async with client_of(base_url, timeouts) as client:
            return await client.send(order_id, kind, CONTENT[kind])

    return asyncio.run(run())


def was_applied(deed: Deed) -> bool:
    match deed:
        case Slow():
            return True
        case Hang(then=then):
            return then is None or then.applied
        case Answer() | Reset():
            return deed.applied
        case Drop() | Half():
            return isinstance(deed, Half)


def patience_for(deed: Deed) -> Timeouts:
    match deed:
        case Hang():
            return SHORT_OF_WAITING
        case Slow():
            return SHORT_OF_TIME
        case Answer() | Reset() | Drop() | Half():
            return PATIENT


@pytest.mark.parametrize(("order_id", "row", "deed", "kind"), CASES)
def test_what_a_server_does_means_what_the_table_says(
    server: Sandbox, order_id: int, row: Row, deed: Deed | None, kind: CallKind
) -> None:
    if deed is None:
        exchange = exchanged(nobody_listens(), kind)
        assert isinstance(exchange, NeverSent)
    else:
        before = len(server.arrivals)
        server.inject(Scripted(kind.value, order_id, deed, times=None))
        exchange = exchanged(server.base_url, kind, order_id, patience_for(deed))
        assert server.wait_for_arrivals(before + 1)
        assert len(server.arrivals) == before + 1, "one call is one request, whatever comes back"
        assert server.writes[order_id, kind.value] == was_applied(deed)
        assert isinstance(exchange, NoReply) == (row.name == "no whole answer")

    assert in_words(judge(kind, exchange, datetime.now(UTC))) == row.words(kind)


@pytest.mark.parametrize("kind", CallKind)
def test_without_a_fault_both_calls_are_done(server: Sandbox, kind: CallKind) -> None:
    exchange = exchanged(server.base_url, kind, 700001)
    assert in_words(judge(kind, exchange, datetime.now(UTC))) == DONE
    assert server.writes[700001, kind.value] == 1


def test_the_rows_in_here_are_those_of_the_table_in_the_reference() -> None:
    text = ANSWERS.read_text(encoding="utf-8")
    table = text.partition("<!-- verdicts -->")[2].partition("<!-- /verdicts -->")[0]
    lines = [line.strip("| ").split(" | ") for line in table.strip().splitlines()]
    assert lines[2:] == [[row.name, row.sync, row.status] for row in ROWS]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
@pytest.mark.parametrize("kind", CallKind)
@pytest.mark.parametrize(("headers", "date"), [({"Retry-After": "7"}, None), ({}, 7)])
def test_both_forms_of_retry_after_are_understood(
    server: Sandbox, status: int, kind: CallKind, headers: Mapping[str, str], date: int | None
) -> None:
    server.inject(Scripted(None, 700002, Answer(status, headers, retry_after_date=date)))
    exchange = exchanged(server.base_url, kind, 700002)
    assert isinstance(exchange, Reply)
    hold = retry_after(exchange, datetime.now(UTC))

    assert hold is not None
    if date is None:
        assert hold == 7
    else:
        # A date knows no fractions, and some of its seconds may be over already.
        assert 5 < hold <= 8


def nobody_listens() -> str:
    """An address of this machine at which every connection is refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


# Whole runs: tried again, or not

QUICK_TRIES = RetryPolicy(tries=3, throttled_tries=2, first_wait=0.01, longest_wait=0.02)
SOON = Timeouts(connect=5.0, write=5.0, read=0.5, whole=10.0)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run of the real executor ended, over real connections and in real time."""

    stop: Stop | None
    outcomes: Mapping[tuple[int, CallKind], Outcome]
    notes: Mapping[tuple[int, CallKind], str]


def executed(
    base_url: str,
    orders: Sequence[Order],
    *,
    policy: RetryPolicy = QUICK_TRIES,
    timeouts: Timeouts = PATIENT,
    rate: float = 1000.0,
) -> Ended:
    async def work(journal: Journal) -> Stop | None:
        async with client_of(base_url, timeouts) as client:
            executor = Executor(
                sender=client,
                recorder=InlineRecorder(journal, RUN),
                pacer=Pacer(rate),
                switch=StopSwitch(),
                rules=StopRules(),
                policy=policy,
                now=lambda: datetime.now(UTC),
                listener=silent,
                random=Random(1),  # noqa: S311  (jitter)
            )
            return await executor.run(orders)

    with Journal.in_memory() as journal:
        begin_run(journal, orders)
        stop = asyncio.run(work(journal))
        calls = list(journal.calls(RUN))
    return Ended(
        stop,
        {(call.order_id, call.kind): call.outcome for call in calls},
        {(call.order_id, call.kind): call.note for call in calls},
    )


@dataclass(frozen=True, slots=True)
class Case:
    """What befalls a call, so many times, and how it ends: for us, and at the server."""

    kind: CallKind
    deed: Deed
    times: int
    outcome: Outcome
    arrivals: int
    writes: int


TOGETHER = dict(
    enumerate(
        [
            # An accounting sync may be sent twice: it is, until it is acknowledged.
            Case(SYNC, Answer(500), 1, Outcome.SYNCED, 2, 1),
            Case(SYNC, Answer(500), 2, Outcome.SYNCED, 3, 1),
            Case(SYNC, Answer(502, HTML, PAGE), 1, Outcome.SYNCED, 2, 1),
            Case(SYNC, Answer(503), 2, Outcome.SYNCED, 3, 1),
            Case(SYNC, Answer(504, applied=True), 1, Outcome.SYNCED, 2, 2),
            Case(SYNC, Answer(408), 1, Outcome.SYNCED, 2, 1),
            Case(SYNC, Answer(425), 2, Outcome.SYNCED, 3, 1),
            Case(SYNC, Reset(), 1, Outcome.SYNCED, 2, 1),
            Case(SYNC, Reset(applied=True), 1, Outcome.SYNCED, 2, 2),
            Case(SYNC, Answer(200, CUT, '{"id": '), 1, Outcome.SYNCED, 2, 1),
            Case(SYNC, Answer(200, CUT, '{"id": ', applied=True), 1, Outcome.SYNCED, 2, 2),
            Case(SYNC, Hang(3600, Reset(applied=True)), 1, Outcome.SYNCED, 2, 2),
            # Out of tries: in doubt if a try may have been applied.
            Case(SYNC, Answer(500), 3, Outcome.IN_DOUBT, 3, 0),
            Case(SYNC, Answer(503, applied=True), 3, Outcome.IN_DOUBT, 3, 3),
            Case(SYNC, Reset(applied=True), 3, Outcome.IN_DOUBT, 3, 3),
            Case(SYNC, Answer(408), 3, Outcome.PENDING, 3, 0),
            Case(SYNC, Answer(425), 3, Outcome.PENDING, 3, 0),
            # A status call goes out again only where it surely was not applied.
            Case(STATUS, Answer(503), 2, Outcome.SYNCED, 3, 1),
            Case(STATUS, Answer(408), 1, Outcome.SYNCED, 2, 1),
            Case(STATUS, Answer(425), 1, Outcome.SYNCED, 2, 1),
            Case(STATUS, Answer(503), 3, Outcome.PENDING, 3, 0),
            Case(STATUS, Answer(425), 3, Outcome.PENDING, 3, 0),
            Case(STATUS, Answer(500), 1, Outcome.IN_DOUBT, 1, 0),
            Case(STATUS, Answer(502, HTML, PAGE), 1, Outcome.IN_DOUBT, 1, 0),
            Case(STATUS, Answer(504, applied=True), 1, Outcome.IN_DOUBT, 1, 1),
            Case(STATUS, Reset(), 1, Outcome.IN_DOUBT, 1, 0),
            Case(STATUS, Reset(applied=True), 1, Outcome.IN_DOUBT, 1, 1),
            Case(STATUS, Answer(200, CUT, '{"id": ', applied=True), 1, Outcome.IN_DOUBT, 1, 1),
            Case(STATUS, Hang(3600, Reset(applied=True)), 1, Outcome.IN_DOUBT, 1, 1),
            # No is no.
            Case(SYNC, Answer(400), 1, Outcome.REFUSED, 1, 0),
            Case(STATUS, Answer(409), 1, Outcome.REFUSED, 1, 0),
            # A 429 uses up no try, and enough of them set the call aside.
            Case(SYNC, Answer(429), 1, Outcome.SYNCED, 2, 1),
            Case(STATUS, Answer(429), 2, Outcome.PENDING, 2, 0),
        ],
        start=700001,
    )
)


def call_of(order_id: int, kind: CallKind) -> PlannedCall:
    return sync_call(order_id) if kind is SYNC else status_call(order_id)


@pytest.fixture(scope="module")
def together() -> tuple[Ended, Sandbox]:
    """One run in which all of this happens at once, each to an order of its own."""
    faults = [Scripted(c.kind.value, id_, c.deed, times=c.times) for id_, c in TOGETHER.items()]
    orders = [[call_of(id_, case.kind)] for id_, case in TOGETHER.items()]
    with served(*faults) as sandbox:
        return executed(sandbox.base_url, orders, timeouts=SOON), sandbox


def holds(sandbox: Sandbox, order_id: int, kind: CallKind) -> bool:
    """Whether the server has what `call_of` says."""
    order = sandbox.state.get(order_id, {})
    if kind is SYNC:
        return order.get("externalAccountingId") == f"INV-{order_id}"
    return order.get("orderStatus") == "Closed"


@pytest.mark.parametrize(("order_id", "case"), TOGETHER.items(), ids=str)
def test_a_call_ends_and_the_server_holds_what_was_acknowledged(
    together: tuple[Ended, Sandbox], order_id: int, case: Case
) -> None:
    ended, sandbox = together
    arrivals = [arrival for arrival in sandbox.arrivals if arrival.order_id == order_id]

    assert ended.stop is None
    assert ended.outcomes[order_id, case.kind] is case.outcome
    assert len(arrivals) == case.arrivals
    assert sandbox.writes[order_id, case.kind.value] == case.writes
    assert holds(sandbox, order_id, case.kind) == (case.writes > 0)
    if case.outcome is Outcome.SYNCED:
        assert arrivals[-1].status in {201, 204}


def test_the_tries_of_one_call_say_all_the_same(together: tuple[Ended, Sandbox]) -> None:
    _, sandbox = together
    for order_id in TOGETHER:
        said = {(a.path, a.query, a.body) for a in sandbox.arrivals if a.order_id == order_id}
        assert len(said) == 1


def test_the_status_of_an_order_in_doubt_is_not_sent() -> None:
    with served(Scripted("accounting-sync", None, Answer(500), times=None)) as sandbox:
        ended = executed(sandbox.base_url, [with_status(700001)])
    assert {arrival.kind for arrival in sandbox.arrivals} == {"accounting-sync"}
    assert ended.outcomes == {
        (700001, SYNC): Outcome.IN_DOUBT,
        (700001, STATUS): Outcome.PENDING,
    }


def test_with_nobody_listening_everything_is_pending_and_nothing_in_doubt() -> None:
    orders = [[sync_call(700001)], [status_call(700002)]]
    ended = executed(nobody_listens(), orders)
    assert set(ended.outcomes.values()) == {Outcome.PENDING}
    assert set(ended.notes.values()) == {"no connection to Flxpoint"}


def silenced_by(deed: Answer) -> tuple[Arrival, list[Arrival]]:
    """The call of two that is answered by this, and what came after; in the end both are done."""
    orders = [[status_call(number)] for number in (700001, 700002)]
    # A 429 uses up no try.
    policy = RetryPolicy(tries=1 if deed.status == 429 else 2, first_wait=0.01)
    with served(Scripted("status", None, deed)) as sandbox:
        # The first answer is there long before the second call may leave.
        ended = executed(sandbox.base_url, orders, policy=policy, rate=2.0)

    first, *others = sandbox.arrivals
    assert set(ended.outcomes.values()) == {Outcome.SYNCED}
    assert {arrival.order_id for arrival in others} == {700001, 700002}
    return first, others


@pytest.mark.parametrize(("status", "seconds"), [(429, 0.9), (503, 0.9)])
def test_a_server_that_wants_silence_gets_it_from_the_whole_token(
    status: int, seconds: float
) -> None:
    first, others = silenced_by(Answer(status, {"Retry-After": str(seconds)}))
    silence = min(arrival.at_monotonic for arrival in others) - first.at_monotonic
    assert silence >= seconds - 0.01


def test_a_server_that_wants_silence_until_a_date_gets_it_from_the_whole_token() -> None:
    # Not a 429, after which half a second is waited in any case.
    first, others = silenced_by(Answer(503, retry_after_date=1))
    until = math.ceil(first.at.timestamp()) + 1
    assert min(arrival.at.timestamp() for arrival in others) >= until - 0.01


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("headers", "date"), [({"Retry-After": "301"}, None), ({}, 301)])
@pytest.mark.parametrize("kind", CallKind)
def test_a_silence_beyond_the_bound_stops_the_run(
    status: int, headers: Mapping[str, str], date: int | None, kind: CallKind
) -> None:
    deed = Answer(status, headers, retry_after_date=date)
    with served(Scripted(None, None, deed, times=None)) as sandbox:
        ended = executed(sandbox.base_url, [[call_of(700001, kind)]])

    assert ended.stop is not None
    assert "wants no calls for the next 6 minutes" in ended.stop.sentence
    assert len(sandbox.arrivals) == 1
    applied = status == 503 and kind is SYNC
    assert ended.outcomes[700001, kind] is (Outcome.IN_DOUBT if applied else Outcome.PENDING)


# Whole runs of a file: stopped, or not


def orders_to(last: int) -> str:
    """An export of the orders from 1 on."""
    return "Order ID,Order External ID\n" + "".join(f"{n},INV-{n}\n" for n in range(1, last + 1))


FIVE = orders_to(5)


# One answer comes before the next call leaves, and nobody is asked whose token it is.
UNHURRIED: dict[str, Any] = {"requests_per_second": 40.0, "account": "shop"}


def run_with(shop: Shop, faults: str, export: str = FIVE, **said: object) -> Finished:
    """Runs an export against a server with the faults of a file that reads like this."""
    path = shop.folder / "faults.toml"
    path.write_text(faults, encoding="utf-8")
    for fault in read_faults(path):
        shop.server.inject(fault)
    return shop.run(shop.export(export), **UNHURRIED | said)


def fault(does: str, *more: str) -> str:
    return "\n".join(["[[fault]]", 'call = "accounting-sync"', f'does = "{does}"', *more, ""])


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("401", "doesn't accept the token (401)"),
        ("403", "forbids these calls to the token (403)"),
        ("login-page", "login page"),
        ("redirect", "never followed"),
    ],
)
def test_a_run_stops_at_its_first_call_and_everything_is_pending(
    shop: Shop, does: str, said: str
) -> None:
    finished = run_with(shop, fault(does, 'times = "ever"'))

    assert finished.exit_code is ExitCode.STOPPED_BY_API
    assert finished.stop is not None
    assert finished.stop.kind is StopKind.API
    assert said in finished.stop.sentence
    assert finished.totals.outcomes == {Outcome.PENDING: 5}
    assert 1 <= len(shop.patches()) < 5
    assert shop.server.writes == {}


def test_a_token_that_expires_on_the_way_leaves_the_rest_pending(shop: Shop) -> None:
    finished = run_with(shop, fault("401", "from = 3", 'times = "ever"'))

    assert finished.exit_code is ExitCode.STOPPED_BY_API
    assert finished.totals.outcomes == {Outcome.SYNCED: 2, Outcome.PENDING: 3}
    assert shop.server.writes == {(1, "accounting-sync"): 1, (2, "accounting-sync"): 1}


def test_what_a_stop_left_is_sent_by_the_next_run_and_nothing_twice(shop: Shop) -> None:
    run_with(shop, fault("redirect", "order = 3"))
    again = shop.run(shop.folder / "export.csv", **UNHURRIED)

    assert again.exit_code is ExitCode.DONE
    assert set(shop.server.writes.values()) == {1}
    assert set(shop.server.state) == {1, 2, 3, 4, 5}


def test_single_forbidden_calls_between_acknowledged_ones_refuse_their_orders(shop: Shop) -> None:
    faults = "".join(fault("403", f"order = {number}") for number in (2, 4, 6))
    finished = run_with(shop, faults, orders_to(7))

    assert finished.exit_code is ExitCode.INCOMPLETE
    assert finished.stop is None
    assert finished.totals.outcomes == {Outcome.SYNCED: 4, Outcome.REFUSED: 3}
    assert len(shop.patches()) == 7


def test_the_third_forbidden_call_in_a_row_stops_the_run(shop: Shop) -> None:
    finished = run_with(shop, fault("403", "from = 2", 'times = "ever"'), orders_to(20))

    assert finished.exit_code is ExitCode.STOPPED_BY_API
    assert finished.totals.outcomes == {
        Outcome.SYNCED: 1,
        Outcome.REFUSED: 2,
        Outcome.PENDING: 17,
    }
    assert 4 <= len(shop.patches()) < 20


def test_what_the_api_refuses_is_sent_once_and_the_others_are_done(shop: Shop) -> None:
    faults = "".join(
        fault(status, f"order = {number}", 'times = "ever"')
        for number, status in enumerate(("400", "404", "409", "422"), start=1)
    )
    export = "Order ID,Order External ID,Status\n" + "".join(
        f"{n},INV-{n},Closed\n" for n in range(1, 6)
    )
    finished = run_with(shop, faults, export, status_updates=True)

    assert finished.exit_code is ExitCode.INCOMPLETE
    assert finished.totals.outcomes == {Outcome.REFUSED: 4, Outcome.SYNCED: 1}
    assert sorted(path for path, _, _ in shop.patches()) == sorted(
        [*(f"/orders/{n}/accounting-sync" for n in range(1, 6)), "/orders/5/status"]
    )
    assert shop.server.writes == {(5, "accounting-sync"): 1, (5, "status"): 1}
