"""Whose token it is: one read that takes a slot of the same budget as every call."""

from collections.abc import Iterator

import httpx
import pytest

from reconcile.account import Account, Patience, identify, known_account
from reconcile.errors import ExitCode, StoppedError
from reconcile.executor import Client, Pacer, RetryPolicy, Timeouts
from reconcile.history import PlannedCall
from reconcile.journal import AttemptEnd, Journal, NewRun
from reconcile.model import CallKind, Comparison, Outcome
from reconcile.testing import EPOCH, VirtualTime, run_in_virtual_time

HOST = "https://api.flxpoint.com"
SHOP = httpx.Response(200, json={"id": 1001, "companyName": "Shop", "subdomain": "shop"})


@pytest.fixture
def journal() -> Iterator[Journal]:
    with Journal.in_memory() as made:
        yield made


Answer = httpx.Response | Exception


def asked(
    journal: Journal, *answers: Answer, pacer: Pacer | None = None
) -> tuple[Account, float, list[httpx.Request]]:
    """What answers to `GET /account` tell, when the next call may start, and what was sent.

    The last answer is given to every further question.
    """
    requests: list[httpx.Request] = []
    used = pacer or Pacer()

    def reply(request: httpx.Request) -> httpx.Response:
        answer = answers[min(len(requests), len(answers) - 1)]
        requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def work(loop: VirtualTime) -> tuple[Account, float]:
        transport = httpx.MockTransport(reply)
        patience = Patience(RetryPolicy(), 300.0, loop.wall)
        async with Client(HOST, "Token", Timeouts(), 1, transport=transport) as client:
            account = await identify(client, used, journal, HOST, "f1", patience)
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
        httpx.Response(404),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"companyName": "Shop"}),
        httpx.Response(200, json={"id": None}),
        httpx.Response(200, text="[" * 100_000),
    ],
)
def test_a_definite_no_stops_nothing_and_files_the_history_under_the_token(
    journal: Journal, answer: httpx.Response
) -> None:
    account, _, requests = asked(journal, answer)

    assert account.key == f"{HOST} token f1"
    assert "doesn't say whose token this is" in account.remark
    assert len(requests) == 1
    assert known_account(journal, HOST, None, "f1") is None


@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(500),
        httpx.Response(503),
        httpx.Response(429),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ],
)
def test_a_passing_fault_is_waited_out_so_that_the_account_keeps_its_one_name(
    journal: Journal, fault: Answer
) -> None:
    assert asked(journal, fault, fault, SHOP)[0] == Account(f"{HOST} id 1001", "Shop")


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.ConnectError("refused"),
        httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
        httpx.Response(200, html="<html>Sign in</html>"),
        httpx.Response(503, headers={"retry-after": "3600"}),
    ],
)
def test_without_a_name_for_the_account_nothing_is_sent(journal: Journal, answer: Answer) -> None:
    with pytest.raises(StoppedError) as caught:
        asked(journal, answer)

    assert caught.value.exit_code is ExitCode.STOPPED_BY_API


def test_what_was_filed_under_the_token_is_filed_under_the_account_once_it_is_known(
    journal: Journal,
) -> None:
    by_token = asked(journal, httpx.Response(403))[0]
    keep(journal, by_token.key)

    account = asked(journal, SHOP)[0]

    assert journal.history(by_token.key, [1]) == {}
    assert journal.history(account.key, [1])[1, CallKind.SYNC].fingerprint == "f"


def keep(journal: Journal, account: str) -> None:
    """One acknowledged call in the history of an account."""
    call = PlannedCall(1, CallKind.SYNC, "{}", "f", Comparison.NEW)
    run = NewRun("r", "0", EPOCH, HOST, account, "", "run", {}, "w.xlsx")
    journal.create_run(run, [], [], [], [], [call])
    number = journal.begin("r", 1, CallKind.SYNC, EPOCH)
    end = AttemptEnd(EPOCH, 0.1, "reply", 204, "accept", "", {})
    journal.record("r", 1, CallKind.SYNC, number, end, Outcome.SYNCED)


def test_the_config_names_the_account_without_asking(journal: Journal) -> None:
    journal.remember_account(HOST, "f1", "1001", "Shop")
    assert known_account(journal, HOST, "my-shop", "f1") == Account(
        f"{HOST} account my-shop", "my-shop"
    )
    assert known_account(journal, HOST, "my-shop", None) is not None
    assert known_account(journal, HOST, None, None) is None


def test_asking_takes_a_slot(journal: Journal) -> None:
    assert asked(journal, SHOP)[1] == pytest.approx(0.611)

    held = Pacer()
    held.hold(20.0)
    assert asked(journal, SHOP, pacer=held)[1] == pytest.approx(20.611)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(429, headers={"retry-after": "60"}),
        httpx.Response(503, headers={"retry-after": "60"}),
        httpx.Response(429, headers={"retry-after": "Mon, 05 Jan 2026 08:01:00 GMT"}),
    ],
)
def test_a_wish_for_silence_is_heeded_before_it_is_asked_again(
    journal: Journal, answer: httpx.Response
) -> None:
    _, due, requests = asked(journal, answer, SHOP)

    assert len(requests) == 2
    assert due > 60.0
