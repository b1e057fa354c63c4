"""What was asked for instead of the usual answer, and what it leaves behind."""

import time

import httpx
import pytest

from reconcile.sandbox import Answer, CallKind, Deed, Drop, Half, Hang, Reset, Scripted
from tests.conftest import until

from .conftest import Serve, connect

SYNC = "/orders/700001/accounting-sync"
BOOKED = {"accountingSynced": True}
SHORT = httpx.Timeout(120, read=0.05)


def test_five_hundred_twice_then_as_usual(serve: Serve) -> None:
    fault = Scripted("accounting-sync", 700001, Answer(500, body="oops"), times=2)
    sandbox, client = serve(faults=(fault,))
    answers = [client.patch(SYNC, json=BOOKED) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [500, 500, 204]
    assert answers[0].text == "oops"
    assert sandbox.writes == {(700001, "accounting-sync"): 1}


def test_a_script_is_for_its_kind_of_call_and_its_order_only(serve: Serve) -> None:
    fault = Scripted("status", 5, Answer(503), times=None)
    _, client = serve(faults=(fault,))
    assert client.patch("/orders/5/accounting-sync", json={}).status_code == 204
    assert client.patch("/orders/6/status?status=Open").status_code == 201
    assert client.get("/orders/5").status_code == 200
    assert [client.patch("/orders/5/status?status=Open").status_code for _ in range(4)] == [503] * 4


def test_a_script_without_kind_and_order_is_for_every_call(serve: Serve) -> None:
    sandbox, client = serve()
    sandbox.inject(Scripted(None, None, Answer(502), times=3))
    statuses = [client.get(path).status_code for path in ("/account", "/orders/1", "/no", "/no")]
    assert statuses == [502, 502, 502, 404]


def test_scripts_follow_one_another(serve: Serve) -> None:
    faults = (
        Scripted("account", None, Answer(429, {"Retry-After": "7"})),
        Scripted("account", None, Answer(503), times=2),
    )
    _, client = serve(faults=faults)
    answers = [client.get("/account") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 503, 503, 200]
    assert answers[0].headers["retry-after"] == "7"


def test_an_answer_may_hide_that_the_call_was_carried_out(serve: Serve) -> None:
    sandbox, client = serve(faults=(Scripted(None, 5, Answer(504, applied=True)),))
    assert client.patch("/orders/5/status?status=Closed").status_code == 504
    assert sandbox.state[5]["orderStatus"] == "Closed"
    assert [arrival.status for arrival in sandbox.arrivals] == [504]


def test_a_login_page_and_a_redirect_can_be_answered(serve: Serve) -> None:
    page = Answer(200, {"Content-Type": "text/html"}, "<html>Sign in</html>")
    away = Answer(302, {"Location": "http://127.0.0.1:9/"})
    _, client = serve(faults=(Scripted(None, 1, page), Scripted(None, 2, away)))
    answer = client.get("/orders/1")
    assert (answer.headers["content-type"], answer.text) == ("text/html", "<html>Sign in</html>")
    assert client.get("/orders/2").headers["location"] == "http://127.0.0.1:9/"


def test_a_length_that_is_not_kept_is_a_cut_body(serve: Serve) -> None:
    cut = Answer(200, {"Content-Length": "100", "Connection": "close"}, "half of i")
    _, client = serve(faults=(Scripted("account", None, cut),))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        client.get("/account")
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("status", [0, 100, 199, 600])
def test_what_is_no_final_status_cannot_be_scripted(status: int) -> None:
    with pytest.raises(ValueError, match="no final HTTP status"):
        Answer(status)


@pytest.mark.parametrize("applied", [False, True])
def test_a_reset_breaks_the_connection_before_or_after_the_call_is_carried_out(
    serve: Serve, *, applied: bool
) -> None:
    sandbox, client = serve(faults=(Scripted("accounting-sync", None, Reset(applied=applied)),))
    with pytest.raises(httpx.ReadError):
        client.patch(SYNC, json=BOOKED)
    assert sandbox.writes[700001, "accounting-sync"] == applied
    assert [arrival.status for arrival in sandbox.arrivals] == [None]
    assert client.patch(SYNC, json=BOOKED).status_code == 204


@pytest.mark.parametrize(
    ("deed", "written"),
    [
        (Hang(3600), 1),
        (Hang(3600, Reset()), 0),
        (Hang(3600, Reset(applied=True)), 1),
        (Hang(3600, Answer(504)), 0),
    ],
)
def test_a_call_can_hang_longer_than_its_client_waits(
    serve: Serve, deed: Deed, written: int
) -> None:
    sandbox, client = serve(faults=(Scripted("accounting-sync", None, deed),))
    with pytest.raises(httpx.ReadTimeout):
        client.patch(SYNC, json=BOOKED, timeout=SHORT)
    until(lambda: sandbox.writes[700001, "accounting-sync"] == written)
    assert client.patch(SYNC, json=BOOKED).status_code == 204


@pytest.mark.parametrize(("then", "status"), [(None, 204), (Answer(504), 504)])
def test_a_short_silence_ends_with_what_was_asked_for(
    serve: Serve, then: Answer | None, status: int
) -> None:
    sandbox, client = serve(faults=(Scripted("accounting-sync", None, Hang(0.05, then)),))
    started = time.monotonic()
    assert client.patch(SYNC, json=BOOKED).status_code == status
    assert time.monotonic() - started >= 0.05
    assert [arrival.status for arrival in sandbox.arrivals] == [status]


def test_a_dropped_write_is_acknowledged_and_leaves_no_trace(serve: Serve) -> None:
    faults = (Scripted("accounting-sync", 5, Drop()), Scripted("status", 5, Drop()))
    sandbox, client = serve(orders="5", faults=faults)
    before = client.get("/orders/5").json()
    answer = client.patch("/orders/5/accounting-sync", json=BOOKED)
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.patch("/orders/5/status?status=Closed").status_code == 201
    assert client.get("/orders/5").json() == before
    assert (sandbox.state, sandbox.writes) == ({}, {})


def test_a_write_that_would_be_dropped_is_judged_all_the_same(serve: Serve) -> None:
    sandbox, client = serve(orders="5", faults=(Scripted(None, None, Drop(), times=None),))
    assert client.patch("/orders/5/accounting-sync", json={"x": 1}).status_code == 400
    assert client.patch("/orders/6/status?status=Open").status_code == 404
    assert client.get("/orders/5").status_code == 200
    assert sandbox.state == {}


def test_half_a_sync_leaves_the_accounting_of_the_items_as_it_was(serve: Serve) -> None:
    kit = [{"externalAccountingId": "K1", "quantity": 1}]
    old = {"id": 11, "externalAccountingId": "OLD", "orderItemAccountingItems": kit}
    fault = Scripted("accounting-sync", None, Half())
    sandbox, client = serve(orders=[{"id": 5, "orderItems": [old, {"id": 12}]}], faults=(fault,))
    new = {"externalAccountingId": "NEW", "orderItemAccountingItems": []}
    body = {
        **BOOKED,
        "externalAccountingId": "INV",
        "items": [{"id": 11, **new}, {"id": 12, **new}],
    }

    assert client.patch("/orders/5/accounting-sync", json=body).status_code == 204
    held = sandbox.state[5]
    assert (held["accountingSynced"], held["externalAccountingId"]) == (True, "INV")
    assert held["orderItems"] == [old, {"id": 12}]
    assert sandbox.writes == {(5, "accounting-sync"): 1}

    assert client.patch("/orders/5/accounting-sync", json=body).status_code == 204
    assert sandbox.state[5]["orderItems"] == body["items"]


def test_half_of_any_other_call_is_the_whole_of_it(serve: Serve) -> None:
    sandbox, client = serve(faults=(Scripted(None, None, Half(), times=None),))
    assert client.patch("/orders/5/status?status=Closed").status_code == 201
    assert client.get("/orders/5").json()["orderStatus"] == "Closed"
    assert client.patch("/orders/6/accounting-sync", json=BOOKED).status_code == 204
    assert (sandbox.state[6]["accountingSynced"], sandbox.state[6]["orderItems"]) == (True, [])


READS: dict[CallKind, str] = {
    "orders": "/orders?page=1",
    "order": "/orders/5",
    "shipments": "/shipments?findByOrderId=5",
}


@pytest.mark.parametrize("kind", READS)
def test_every_read_can_be_refused_by_a_status(serve: Serve, kind: CallKind) -> None:
    faults = tuple(Scripted(kind, None, Answer(status)) for status in (401, 429, 500))
    sandbox, client = serve(faults=faults)
    assert [client.get(READS[kind]).status_code for _ in range(4)] == [401, 429, 500, 200]
    assert [arrival.kind for arrival in sandbox.arrivals] == [kind] * 4


@pytest.mark.parametrize("kind", READS)
def test_every_read_can_be_led_astray(serve: Serve, kind: CallKind) -> None:
    page = Answer(200, {"Content-Type": "text/html"}, "<html>Sign in</html>")
    away = Answer(302, {"Location": "https://elsewhere.invalid/"})
    _, client = serve(faults=(Scripted(kind, None, page), Scripted(kind, None, away)))
    answer = client.get(READS[kind])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    assert client.get(READS[kind]).headers["location"] == "https://elsewhere.invalid/"
    assert client.get(READS[kind]).headers["content-type"] == "application/json"


@pytest.mark.parametrize("kind", READS)
@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (Hang(3600), httpx.ReadTimeout),
        (Hang(0.01, Reset()), httpx.ReadError),
        (Reset(), httpx.ReadError),
        (Answer(200, {"Content-Length": "99", "Connection": "close"}, "["), httpx.ProtocolError),
    ],
)
def test_every_read_can_be_cut_off(
    serve: Serve, kind: CallKind, deed: Deed, expected: type[Exception]
) -> None:
    _, client = serve(faults=(Scripted(kind, None, deed),))
    with pytest.raises(expected):
        client.get(READS[kind], timeout=SHORT if deed == Hang(3600) else 120)
    assert client.get(READS[kind]).status_code == 200


@pytest.mark.parametrize("kind", ["order", "shipments"])
def test_a_read_of_one_order_can_fail_alone(serve: Serve, kind: CallKind) -> None:
    _, client = serve(faults=(Scripted(kind, 5, Answer(500), times=None),))
    paths = [READS[kind], READS[kind].replace("5", "6")]
    assert [client.get(path).status_code for path in paths] == [500, 200]


def test_others_are_served_while_a_call_hangs(serve: Serve) -> None:
    sandbox, client = serve(faults=(Scripted("status", None, Hang(3600)),))
    with pytest.raises(httpx.ReadTimeout):
        client.patch("/orders/5/status?status=Open", timeout=SHORT)
    with connect(sandbox) as other:
        assert other.get("/account").status_code == 200


class Recorder:
    """A fault that does nothing and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[CallKind, int | None, int]] = []

    def instead(self, kind: CallKind, order_id: int | None, number: int, /) -> Deed | None:
        """Write it down."""
        self.asked.append((kind, order_id, number))
        return None


def test_a_fault_is_asked_with_kind_order_and_number_of_what_token_and_rate_let_in(
    serve: Serve,
) -> None:
    recorder = Recorder()
    sandbox, client = serve(faults=(recorder,), rate=4, window=3600)
    with connect(sandbox, ("X-API-TOKEN", "wrong")) as stranger:
        stranger.get("/orders/1")
    client.get("/orders/2")
    client.get("/orders")
    client.patch("/orders/3/status")
    client.delete("/orders/4/status")
    client.get("/account")
    assert recorder.asked == [
        ("order", 2, 2),
        ("orders", None, 3),
        ("status", 3, 4),
        ("unknown", 4, 5),
    ]
    assert [arrival.status for arrival in sandbox.arrivals] == [401, 200, 200, 400, 405, 429]


def test_a_call_answered_by_a_fault_counts_for_the_rate(serve: Serve) -> None:
    _, client = serve(faults=(Scripted(None, None, Answer(500)),), rate=1, window=3600)
    assert [client.get("/account").status_code for _ in range(2)] == [500, 429]
