"""Notices to people over apprise, against servers on this machine."""

import json
import logging
from pathlib import Path

import pytest

from reconcile.notices.people import tell_people, unusable_addresses
from tests.notices.listener import closed_port, listening

UNTAKEN = "the service could not be reached or did not take it"
UNENCRYPTED = (
    "it sends unencrypted, which is for this machine only; take the encrypted form, such as "
    "mailtos:// or jsons://"
)


def test_a_notice_reaches_everybody() -> None:
    with listening() as one, listening() as other:
        assert tell_people([one.json, other.json], "books: done", "a\nb", {}) == []
        for listener in (one, other):
            ((method, path, body),) = listener.heard
            assert (method, path) == ("POST", "/open-sesame")
            said = json.loads(body)
            assert (said["title"], said["message"]) == ("books: done", "a\nb")


def test_an_address_is_taken_from_a_variable() -> None:
    with listening() as listener:
        assert tell_people(["$MAIL"], "t", "b", {"MAIL": f"{listener.json}\n"}) == []
        assert len(listener.heard) == 1


def test_who_fails_is_told_by_number_and_the_others_are_reached() -> None:
    with listening() as listener, listening(500) as refusing:
        people = [
            "$MAIL",
            refusing.json,
            f"json://127.0.0.1:{closed_port()}/open-sesame",
            listener.json,
            "nonsense://open-sesame",
        ]
        assert tell_people(people, "t", "b", {}) == [
            "The notice to notify.people.1 was not sent: the variable MAIL is not set.",
            f"The notice to notify.people.2 was not sent: {UNTAKEN}.",
            f"The notice to notify.people.3 was not sent: {UNTAKEN}.",
            "The notice to notify.people.5 was not sent: apprise knows no such address.",
        ]
        assert len(listener.heard) == 1


def test_who_does_not_answer_is_not_waited_for() -> None:
    with listening() as listener, listening(slow=True) as slow:
        assert tell_people([slow.json, listener.json], "t", "b", {}, patience=2.0) == [
            "The notice to notify.people.1 was not sent: it was not over in time."
        ]
        assert len(listener.heard) == 1


def test_a_redirect_is_not_followed() -> None:
    with (
        listening() as other,
        listening(307, {"Location": f"{other.url}/elsewhere"}) as listener,
    ):
        people = [listener.json, f"{listener.json}?redirect=yes"]
        assert len(tell_people(people, "t", "b", {})) == 2
        assert other.heard == []


@pytest.mark.parametrize(
    "address",
    [
        "json://example.com/open-sesame",
        "xml://192.168.0.1/open-sesame",
        "form://localhost.example.com/open-sesame",
        "mmost://example.com/3ccdd113474722377935511fc85d3dd4",
        "ntfy://open-sesame",
        "rsyslog://example.com",
        "dapnet://me:open-sesame@DF1ABC",
        "mailto://me:open-sesame@mail.example.net",
        "mailtos://me:open-sesame@mail.example.net?mode=insecure",
        "mailto://me:open-sesame@localhost?smtp=mail.example.net&to=a@example.net",
    ],
)
def test_nothing_secret_leaves_this_machine_unencrypted(address: str) -> None:
    assert unusable_addresses([address], {}) == [f"notify.people.1 can't be used: {UNENCRYPTED}."]


@pytest.mark.parametrize("address", ["jsons://example.com/x", "mailtos://me:x@example.net"])
def test_a_certificate_is_checked(address: str) -> None:
    assert unusable_addresses([address], {}) == []
    assert unusable_addresses([f"{address}?verify=no"], {}) == [
        "notify.people.1 can't be used: it leaves the certificate unchecked (verify=no)."
    ]


@pytest.mark.parametrize(
    "address",
    [
        "json://localhost/x",
        "json://127.0.0.1:8000/x",
        "jsons://example.com/x",
        "mailtos://me:x@example.net",
        "mailto://me:x@gmail.com",  # apprise knows that it is encrypted
        "mailto://mail.example.net?from=a@example.net&to=b@example.net",  # no password
        "mailto://me:x@localhost?to=b@example.net",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#books",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
        "syslog://",
    ],
)
def test_an_address_can_be_used(address: str) -> None:
    assert unusable_addresses([address], {}) == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://example.com/apprise.yaml",
        "https://example.com/apprise.yaml",
        "import://plugin.py",
        "json://",
        "slack://open-sesame",
    ],
)
def test_no_address_reads_a_config_or_a_plugin(address: str) -> None:
    assert unusable_addresses([address], {}) == [
        "notify.people.1 can't be used: apprise knows no such address."
    ]


def test_a_file_is_no_address(tmp_path: Path) -> None:
    config = tmp_path / "apprise.yaml"
    with listening() as listener:
        config.write_text(f"urls:\n  - {listener.json}\n", encoding="utf-8")
        for address in (f"file://{config}", str(config), f"{listener.url}/apprise.yaml"):
            assert tell_people([address], "t", "b", {}) == [
                "The notice to notify.people.1 was not sent: apprise knows no such address."
            ]
        assert listener.heard == []


def test_no_address_reads_a_template(tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text("{}", encoding="utf-8")
    address = f"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#b?template={template}"
    assert unusable_addresses([address], {}) == [
        "notify.people.1 can't be used: it names a template, which notices don't read."
    ]


def test_nothing_that_apprise_logs_gets_anywhere(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.NOTSET)
    with listening(500) as listener:
        people = [listener.json, "slack://open-sesame", "mailto://open-sesame@127.0.0.1:1"]
        assert len(tell_people(people, "t", "b", {})) == 3
    assert "sesame" not in caplog.text
    assert capfd.readouterr() == ("", "")


def test_apprise_keeps_nothing_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with listening() as listener:
        assert tell_people([listener.json, f"{listener.json}?store=yes"], "t", "b", {}) == []
    assert list(tmp_path.rglob("*")) == []
