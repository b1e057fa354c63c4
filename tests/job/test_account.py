"""Whose token it is: reads that take slots of the same budget as every call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import httpx
import pytest

from reconcile.domain.errors import ExitCode, StoppedError
from reconcile.flxpoint import PacedRequests, Pacer, RetryLimits, RetryPolicy
from reconcile.flxpoint.client import Client, Timeouts
from reconcile.job.account import Account, identify, known_account, token_account
from reconcile.journal import Journal
from tests.doubles import VirtualTime, run_in_virtual_time

HOST = "https://api.flxpoint.com"
SHOP = httpx.Response(200, json={"id": 1001, "companyName": "Shop", "subdomain": "shop"})
REFUSED = httpx.ConnectError("refused")

Answer = httpx.Response | Exception


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal.in_memory() as made:
        yield made


@dataclass(frozen=True, slots=True)
class Asked:
    """The account, the time of each request, and when the next call may start."""

    account: Account
    times: Sequence[float]
    requests: Sequence[httpx.Request]
    due: float


def ask(journal: Journal, *answers: Answer, pacer: Pacer | None = None) -> Asked:
    """Asks a server that gives these answers, and the last of them for ever."""
    requests: list[httpx.Request] = []
    times: list[float] = []
    used = pacer or Pacer()

    async def work(loop: VirtualTime) -> Account:
        def reply(request: httpx.Request) -> httpx.Response:
            answer = answers[min(len(requests), len(answers) - 1)]
            requests.append(request)
            times.append(loop.time())
            if isinstance(answer, Exception):
                raise answer
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.read())

        transport = httpx.MockTransport(reply)
        limits = RetryLimits(RetryPolicy(), 300.0, loop.wall)
        async with Client(HOST, "Token", Timeouts(), 1, transport=transport) as client:
            return await identify(client, PacedRequests(used, limits), journal, HOST, "f1")

    account = run_in_virtual_time(work)
    return Asked(account, times, requests, used.due(times[-1]))


def test_an_account_token_tells_whose_it_is_and_that_is_remembered(journal: Journal) -> None:
    asked = ask(journal, SHOP)

    assert asked.account == Account(f"{HOST} id 1001", "Shop")
    assert [(r.method, str(r.url)) for r in asked.requests] == [("GET", f"{HOST}/account")]
    assert known_account(journal, HOST, None, "f1") == asked.account


def test_a_new_token_of_the_same_account_keeps_its_history(journal: Journal) -> None:
    journal.remember_account(HOST, "f0", "1001", "Shop")
    known = known_account(journal, HOST, None, "f0")
    assert known is not None
    assert ask(journal, SHOP).account.key == known.key


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401),
        httpx.Response(403),
        httpx.Response(404),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"companyName": "Shop"}),
        httpx.Response(200, json={"id": None}),
        httpx.Response(200, json={"id": True}),
        httpx.Response(200, text="OK"),
    ],
)
def test_a_definite_no_stops_nothing_and_files_the_history_under_the_token(
    journal: Journal, answer: httpx.Response
) -> None:
    asked = ask(journal, answer)

    assert asked.account.key == token_account(HOST, "f1").key
    assert "doesn't say whose token this is" in asked.account.remark
    assert len(asked.requests) == 1
    assert known_account(journal, HOST, None, "f1") is None


@pytest.mark.parametrize(
    "passing",
    [httpx.Response(500), httpx.Response(503), httpx.Response(429), REFUSED],
    ids=["500", "503", "429", "refused"],
)
def test_a_passing_fault_is_waited_out(journal: Journal, passing: Answer) -> None:
    """Under another name the account would have no history."""
    asked = ask(journal, passing, passing, SHOP)
    assert asked.account.key == f"{HOST} id 1001"
    assert len(asked.requests) == 3


@pytest.mark.parametrize(
    ("answer", "requests"),
    [
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), 1),
        (httpx.Response(200, html="<html>Sign in</html>"), 1),
        (httpx.Response(429, headers={"retry-after": "3600"}), 1),
        (httpx.Response(500), 6),
        (httpx.Response(429), 10),
        (REFUSED, 6),
    ],
    ids=["redirect", "login page", "an hour of silence", "500", "429", "refused"],
)
def test_what_stops_a_run_stops_it_here_before_anything_is_sent(
    journal: Journal, answer: Answer, requests: int
) -> None:
    asked: list[None] = []

    class Counting(Pacer):
        def started(self, at: float) -> None:
            asked.append(None)
            Pacer.started(self, at)

    with pytest.raises(StoppedError) as caught:
        ask(journal, answer, pacer=Counting())
    assert caught.value.exit_code is ExitCode.STOPPED_BY_API
    assert len(asked) == requests
    assert known_account(journal, HOST, None, "f1") is None


def test_the_config_names_the_account_without_asking(journal: Journal) -> None:
    journal.remember_account(HOST, "f1", "1001", "Shop")
    named = known_account(journal, HOST, "1001", "f1")

    assert named is not None
    assert named.name == "1001"
    assert named != known_account(journal, HOST, None, "f1")
    assert known_account(journal, HOST, "1001", None) == named
    assert known_account(journal, HOST, None, None) is None


def test_asking_takes_a_slot(journal: Journal) -> None:
    assert ask(journal, SHOP).due == pytest.approx(0.611)


def test_asking_waits_for_its_slot(journal: Journal) -> None:
    held = Pacer()
    held.hold(20.0)
    assert ask(journal, SHOP, pacer=held).times == [20.0]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(429, headers={"retry-after": "60"}),
        httpx.Response(503, headers={"retry-after": "60"}),
        httpx.Response(429, headers={"retry-after": "Mon, 05 Jan 2026 08:01:00 GMT"}),
    ],
)
def test_a_wish_for_silence_is_kept(journal: Journal, answer: httpx.Response) -> None:
    (first, second) = ask(journal, answer, SHOP).times
    assert first == 0.0
    assert second == pytest.approx(60.0, abs=0.02)
