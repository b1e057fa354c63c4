"""Token, rate, path, method, order, body: the first that fails is what is answered."""

import pytest

from .conftest import Serve, connect

BAD_BODY = {"unknown": 1}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/orders/1/", 404),
        ("GET", "/Account", 404),
        ("PATCH", "/orders/1/accounting-sync/", 404),
        ("POST", "/account", 405),
        ("PATCH", "/orders/1", 405),
        ("PUT", "/orders/1/status?status=Open", 405),
        ("POST", "/orders/1/accounting-sync", 405),
        ("GET", "/orders/99/accounting-sync", 405),
        ("PATCH", "/orders/99/accounting-sync", 404),
        ("PATCH", "/orders/99/status?status=Nonsense", 404),
        ("PATCH", "/orders/1/accounting-sync", 400),
        ("PATCH", "/orders/1/status?status=Nonsense", 400),
        ("DELETE", "/orders", 405),
        ("POST", "/shipments?findByOrderId=1", 405),
        ("GET", "/shipments/1", 404),
        ("BREW", "/orders", 405),
    ],
)
def test_path_then_method_then_order_then_body(
    serve: Serve, method: str, path: str, status: int
) -> None:
    sandbox, client = serve(orders="1-5")
    answer = client.request(method, path, json=BAD_BODY)
    assert (answer.status_code, list(answer.json())) == (status, ["message"])
    assert sandbox.state == {}


def test_a_405_names_the_method_that_is_taken(serve: Serve) -> None:
    _, client = serve()
    assert client.post("/orders/1/status").headers["allow"] == "PATCH"
    assert client.head("/account").headers["allow"] == "GET"
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("token", [None, "", "wrong", "sandboxtokenthatopensnothing"])
@pytest.mark.parametrize("path", ["/account", "/nothing", "/orders/99/status"])
def test_without_the_token_everything_is_answered_401(
    serve: Serve, token: str | None, path: str
) -> None:
    sandbox, _ = serve(orders="1-5")
    with connect(sandbox, ("Accept", "*/*") if token is None else ("X-API-TOKEN", token)) as client:
        answer = client.patch(path, json=BAD_BODY)
    assert (answer.status_code, list(answer.json())) == (401, ["message"])
    assert [a.status for a in sandbox.arrivals] == [401]


def test_two_tokens_in_one_request_are_none(serve: Serve) -> None:
    sandbox, _ = serve(tokens=("one", "two"))
    with connect(sandbox, ("X-API-TOKEN", "one"), ("X-API-TOKEN", "two")) as client:
        assert client.get("/account").status_code == 401


def test_a_bearer_token_is_no_token(serve: Serve) -> None:
    sandbox, _ = serve(tokens=("one",))
    with connect(sandbox, ("Authorization", "Bearer one")) as client:
        assert client.get("/account").status_code == 401


def test_the_rate_comes_before_path_order_and_body(serve: Serve) -> None:
    _, client = serve(rate=1, window=3600, orders="1-5")
    assert client.get("/nothing").status_code == 404
    for path in ("/nothing", "/orders/99/accounting-sync", "/orders/1/accounting-sync"):
        answer = client.patch(path, json=BAD_BODY)
        assert (answer.status_code, list(answer.json())) == (429, ["message"])


def test_reads_and_mistakes_with_the_token_count_for_the_rate(serve: Serve) -> None:
    _, client = serve(rate=3, window=3600)
    statuses = [
        client.get("/account").status_code,
        client.get("/nothing").status_code,
        client.patch("/orders/1/status").status_code,
        client.patch("/orders/1/status", params={"status": "Open"}).status_code,
    ]
    assert statuses == [200, 404, 400, 429]


def test_a_wrong_token_costs_nobody_a_request(serve: Serve) -> None:
    sandbox, client = serve(rate=1, window=3600)
    with connect(sandbox, ("X-API-TOKEN", "wrong")) as stranger:
        assert [stranger.get("/account").status_code for _ in range(3)] == [401, 401, 401]
    assert client.get("/account").status_code == 200


def test_each_token_has_a_budget_of_its_own(serve: Serve) -> None:
    sandbox, first = serve(tokens=("one", "two"), rate=1, window=3600)
    with connect(sandbox, ("X-API-TOKEN", "two")) as second:
        statuses = [c.get("/account").status_code for c in (first, second, first, second)]
    assert statuses == [200, 200, 429, 429]
    assert [arrival.token_number for arrival in sandbox.arrivals] == [1, 2, 1, 2]


def test_without_options_two_requests_in_a_second_are_let_through(serve: Serve) -> None:
    sandbox, client = serve(rate=2)
    statuses = [client.get("/account").status_code for _ in range(5)]
    times = [arrival.at_monotonic for arrival in sandbox.arrivals]
    assert statuses == [200, 200, 429, 429, 429] or times[-1] - times[0] >= 1
    assert sandbox.most_in_any_second() == 5 or times[-1] - times[0] >= 1


@pytest.mark.parametrize("limiter", ["sliding", "bucket"])
def test_a_429_says_when_to_come_back_if_it_was_asked_to(serve: Serve, limiter: str) -> None:
    options = {"rate": 1, "window": 60, "limiter": limiter, "bucket_capacity": 1}
    _, silent = serve(**options)
    _, telling = serve(**options, retry_after=True)
    for client in (silent, telling):
        client.get("/account")
    assert "retry-after" not in silent.get("/account").headers
    assert 55 <= int(telling.get("/account").headers["retry-after"]) <= 60


def test_the_fixed_window_can_be_chosen(serve: Serve) -> None:
    _, client = serve(limiter="fixed", rate=1, window=1e9)
    assert [client.get("/account").status_code for _ in range(2)] == [200, 429]
