"""Whose token it is: one read that takes a slot of the same budget as every call."""

from collections.abc import Iterator

import httpx
import pytest

from reconcile.account import Account, identify, known_account
from reconcile.executor import Client, Pacer, Timeouts
from reconcile.journal import Journal
from reconcile.testing import VirtualTime, run_in_virtual_time

HOST = "https://api.flxpoint.com"
SHOP = httpx.Response(200, json={"id": 1001, "companyName": "Shop", "subdomain": "shop"})


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal.in_memory() as made:
        yield made


def asked(
    journal: Journal, answer: httpx.Response | Exception, pacer: Pacer | None = None
) -> tuple[Account, float, list[httpx.Request]]:
    """What an answer of `GET /account` tells, when the next call may start, and what was sent."""
    requests: list[httpx.Request] = []
    used = pacer or Pacer()

    def reply(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def work(loop: VirtualTime) -> tuple[Account, float]:
        transport = httpx.MockTransport(reply)
        async with Client(HOST, "Token", Timeouts(), 1, transport=transport) as client:
            account = await identify(client, used, journal, HOST, "f1", loop.wall)
        return account, used.due(loop.time())

    return *run_in_virtual_time(work), requests


def test_an_account_token_tells_whose_it_is_and_that_is_remembered(journal: Journal) -> None:
    (account, _, requests) = asked(journal, SHOP)

    assert account == Account(f"{HOST} id 1001", "Shop")
    assert [(r.method, str(r.url)) for r in requests] == [("GET", f"{HOST}/account")]
    assert known_account(journal, HOST, None, "f1") == account


def test_a_new_token_of_the_same_account_keeps_its_history(journal: Journal) -> None:
    journal.remember_account(HOST, "f0", "1001", "Shop")
    known = known_account(journal, HOST, None, "f0")
    assert known is not None
    assert asked(journal, SHOP)[0].key == known.key


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401),
        httpx.Response(403),
        httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
        httpx.Response(200, html="<html>Sign in</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"companyName": "Shop"}),
        httpx.Response(200, json={"id": None}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ],
)
def test_any_other_answer_stops_nothing_and_files_the_history_under_the_token(
    journal: Journal, answer: httpx.Response | Exception
) -> None:
    account = asked(journal, answer)[0]

    assert account.key == f"{HOST} token f1"
    assert "doesn't say whose token this is" in account.remark
    assert known_account(journal, HOST, None, "f1") is None


def test_the_config_names_the_account_without_asking(journal: Journal) -> None:
    journal.remember_account(HOST, "f1", "1001", "Shop")
    assert known_account(journal, HOST, "my-shop", "f1") == Account(f"{HOST} my-shop", "my-shop")
    assert known_account(journal, HOST, "my-shop", None) is not None
    assert known_account(journal, HOST, None, None) is None


def test_asking_takes_a_slot(journal: Journal) -> None:
    assert asked(journal, SHOP)[1] == pytest.approx(0.611)

    held = Pacer()
    held.hold(20.0)
    assert asked(journal, SHOP, held)[1] == pytest.approx(20.611)


@pytest.mark.parametrize(
    ("answer", "due"),
    [
        (httpx.Response(429, headers={"retry-after": "60"}), 60.0),
        (httpx.Response(503, headers={"retry-after": "60"}), 60.0),
        (httpx.Response(429, headers={"retry-after": "Mon, 05 Jan 2026 08:01:00 GMT"}), 60.0),
        (httpx.Response(429), 0.621),
    ],
)
def test_a_wish_for_silence_holds_the_calls_that_follow(
    journal: Journal, answer: httpx.Response, due: float
) -> None:
    assert asked(journal, answer)[1] == pytest.approx(due, abs=0.02)
