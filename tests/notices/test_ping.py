"""Pings of a dead man's switch, against servers on this machine."""

import pytest

from reconcile.notices.ping import send_ping
from tests.notices.listener import closed_port, listening


def test_a_ping_is_a_post_with_the_text() -> None:
    with listening() as listener:
        assert send_ping("success", f"{listener.url}/key?rid=1", "orders: ü\n", {}) is None
        assert listener.heard == [("POST", "/key?rid=1", "orders: ü\n")]


def test_an_address_is_taken_from_a_variable() -> None:
    with listening() as listener:
        assert send_ping("start", "$PING", "", {"PING": f" {listener.url}/key\n"}) is None
        assert listener.heard == [("POST", "/key", "")]


@pytest.mark.parametrize("environment", [{}, {"PING": " "}])
def test_a_variable_that_is_not_set_is_told(environment: dict[str, str]) -> None:
    assert send_ping("start", "$PING", "", environment) == (
        "The ping notify.ping.start was not sent: the variable PING is not set."
    )


@pytest.mark.parametrize(
    "value",
    [
        "http://example.com/open-sesame",
        "file:///etc/open-sesame",
        "ftp://127.0.0.1/open-sesame",
        "https://me:open-sesame@example.com",
        "https://[open-sesame",
        "https://example.com/open sesame",
        "open-sesame",
        "$OPEN_SESAME",
    ],
)
def test_what_a_variable_holds_is_judged_as_what_the_config_holds(value: str) -> None:
    remark = send_ping("failure", "$PING", "", {"PING": value})
    assert remark is not None
    assert remark.startswith("The ping notify.ping.failure was not sent: its address must ")
    assert "sesame" not in remark.lower()


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_answer_that_refuses_is_told(status: int) -> None:
    with listening(status) as listener:
        assert send_ping("success", f"{listener.url}/open-sesame", "", {}) == (
            f"The ping notify.ping.success was not sent: the answer was {status}."
        )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with (
        listening() as other,
        listening(status, {"Location": f"{other.url}/elsewhere"}) as listener,
    ):
        assert send_ping("success", f"{listener.url}/key", "", {}) == (
            f"The ping notify.ping.success was not sent: the answer was {status}."
        )
        assert other.heard == []


def test_a_server_that_is_not_there_is_told() -> None:
    assert send_ping("start", f"http://127.0.0.1:{closed_port()}/open-sesame", "", {}) == (
        "The ping notify.ping.start was not sent: there was no answer."
    )


def test_a_server_that_does_not_answer_is_not_waited_for() -> None:
    with listening(slow=True) as listener:
        remark = send_ping("start", f"{listener.url}/open-sesame", "", {}, patience=0.2)
    assert remark is not None
    assert remark.startswith("The ping notify.ping.start was not sent: ")
    assert "sesame" not in remark


def test_no_proxy_sees_what_is_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as proxy, listening() as listener:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert send_ping("start", f"{listener.url}/key", "", {}) is None
        assert proxy.heard == []
