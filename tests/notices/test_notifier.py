"""Who is told what of a run."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from reconcile.config import NotifySettings
from reconcile.domain.errors import ExitCode
from reconcile.notices.ending import Ending, figures
from reconcile.notices.notifier import Notifier
from tests.notices.listener import Listener, listening


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as opened:
        yield opened


def notifier(listener: Listener, **said: Any) -> Notifier:
    """One that tells a person and pings, all at the listener."""
    pings = {name: f"{listener.url}/{name}" for name in ("start", "success", "failure")}
    everything = {"name": "books", "people": [listener.json], "ping": pings}
    return Notifier(NotifySettings.model_validate({**everything, **said}), {})


def paths(listener: Listener) -> list[str]:
    return [path for _, path, _ in listener.heard]


def test_the_start_is_pinged_and_nobody_is_told(listener: Listener) -> None:
    assert notifier(listener).started() == []
    assert listener.heard == [("POST", "/start", "")]


@pytest.mark.parametrize(
    ("code", "ping"),
    [
        (ExitCode.DONE, "/success"),
        (ExitCode.INCOMPLETE, "/success"),
        (ExitCode.NOTHING_SENT, "/failure"),
        (ExitCode.STOPPED_BY_API, "/failure"),
        (ExitCode.STOPPED_BY_USER, "/success"),
        (ExitCode.INTERNAL, "/failure"),
    ],
)
def test_the_end_is_pinged_with_the_counts(listener: Listener, code: ExitCode, ping: str) -> None:
    ending = Ending(code, counts={"synced": 3}, orders=3)
    assert notifier(listener, people=[]).ended(ending) == []
    assert listener.heard == [("POST", ping, figures(ending))]


def test_people_are_told_of_what_they_asked_for(listener: Listener) -> None:
    telling = notifier(listener, on=["failure", "same-file"], ping={})
    assert telling.ended(Ending(ExitCode.DONE)) == []
    assert telling.ended(Ending(ExitCode.INCOMPLETE)) == []
    assert listener.heard == []
    assert telling.ended(Ending(ExitCode.INCOMPLETE, same_file=True)) == []
    ((_, _, body),) = listener.heard
    assert json.loads(body)["title"] == "books: the file is the same as last time"


def test_a_success_is_told_only_if_it_is_asked_for(listener: Listener) -> None:
    assert notifier(listener).ended(Ending(ExitCode.DONE)) == []
    assert paths(listener) == ["/success"]
    assert notifier(listener, on="success", ping={}).ended(Ending(ExitCode.DONE)) == []
    assert paths(listener) == ["/success", "/open-sesame"]


def test_several_things_make_one_notice(listener: Listener) -> None:
    ending = Ending(ExitCode.INCOMPLETE, same_file=True, skipped=1, recovered=True)
    assert notifier(listener, ping={}).ended(ending) == []
    assert len(listener.heard) == 1


def test_nobody_is_told_anything_by_default() -> None:
    silent = Notifier(NotifySettings(), {})
    assert silent.started() + silent.ended(Ending(ExitCode.INTERNAL)) == []


def test_what_fails_is_remarked_and_the_rest_is_told(listener: Listener) -> None:
    telling = notifier(
        listener, people=["$MAIL", listener.json], ping={"start": "$PING", "failure": "$PING"}
    )
    unset = "The ping notify.ping.{} was not sent: the variable PING is not set."
    assert telling.started() == [
        unset.format("start"),
        "notify.people.1 can't be used: the variable MAIL is not set.",
    ]
    assert telling.ended(Ending(ExitCode.INTERNAL)) == [
        unset.format("failure"),
        "The notice to notify.people.1 was not sent: the variable MAIL is not set.",
    ]
    assert paths(listener) == ["/open-sesame"]
