"""Whether Flxpoint tells what orders hold is found out before anything is sent, or said."""

from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from reconcile.domain.errors import ExitCode, StoppedError
from reconcile.domain.events import Event
from reconcile.job.planned_input import SendRules
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.sandbox import Answer, Hang, Reset, Scripted
from tests.conftest import PATIENCE, Shop
from tests.orders.books import lines
from tests.shops import OpenShop, order

EXPORT = "Order ID,Order External ID\n" + "".join(f"70000{n},INV-{n}\n" for n in range(1, 5))
THEIRS = {"externalAccountingId": "THEIRS", "accountingSynced": True}
REDIRECT = Answer(302, {"Location": "https://elsewhere.example/"})
LOGIN = Answer(200, {"Content-Type": "text/html"}, "<!DOCTYPE html><title>Log in</title>")


def run_and_hear(shop: Shop, text: str = EXPORT, **said: Any) -> tuple[Finished, list[str]]:
    """A run, and what was said before it began to send."""
    events: list[Event] = []
    context = replace(shop.context(**{"tries": 1, **said}), listener=events.append)
    finished = run([shop.export(text)], SendRules(), context)
    assert isinstance(finished, Finished)
    began = next(at for at, event in enumerate(events) if event.name == "started")
    remarks = [str(event.values["text"]) for event in events[:began] if event.name == "remark"]
    return finished, remarks


def booked_by_others(**more: Any) -> tuple[dict[str, Any], ...]:
    """Four orders that somebody else has entered."""
    return tuple(order(number, **THEIRS, **more) for number in range(1, 5))


@pytest.mark.parametrize("fault", [Answer(500), Answer(503), Answer(408), Reset()])
def test_a_passing_fault_of_the_first_question_does_not_switch_the_protection_off(
    open_shop: OpenShop, fault: Answer | Reset
) -> None:
    shop = open_shop(*booked_by_others())
    shop.server.inject(Scripted("order", 700001, fault))
    finished, remarks = run_and_hear(shop)
    assert {each["Code"] for each in lines(finished.workbook, "Failures")} == {"would-overwrite"}
    assert (shop.patches(), remarks) == ([], [])


def test_an_order_that_never_answers_does_not_hide_what_the_others_tell(
    open_shop: OpenShop,
) -> None:
    shop = open_shop(*booked_by_others())
    shop.server.inject(Scripted("order", 700001, Answer(500), times=None))
    finished, _ = run_and_hear(shop)
    codes = [each["Code"] for each in lines(finished.workbook, "Failures")]
    assert sorted(codes) == ["order-not-read", *["would-overwrite"] * 3]
    assert shop.patches() == []


def test_an_order_of_ours_that_never_answers_does_not_either(open_shop: OpenShop) -> None:
    """It is asked first, since it surely holds something, and is the only one that does."""
    shop = open_shop(order(1), *booked_by_others()[1:])
    first = shop.export("Order ID,Order External ID\n700001,OURS\n")
    shop.run(first, overwrite="all", verify="none")
    shop.server.inject(Scripted("order", 700001, Answer(500), times=None))
    run_and_hear(shop, verify="none")
    assert [path for path, _, _ in shop.patches()] == ["/orders/700001/accounting-sync"]


def test_slow_answers_are_not_waited_for_once_another_has_told(open_shop: OpenShop) -> None:
    shop = open_shop(*booked_by_others())
    shop.server.inject(Scripted("order", 700001, Answer(500)))
    shop.server.inject(Scripted("order", 700003, Hang(3600)))
    for number in (1, 2, 4):  # long enough for the slow one to be asked too
        shop.server.inject(Scripted("order", 700000 + number, Hang(0.2)))
    began = monotonic()
    run_and_hear(shop, timeouts={"read": 600, "whole": 600})
    assert monotonic() - began < PATIENCE
    assert shop.patches() == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(500), "answered 500"),
        (Answer(401), "401"),
        (Answer(403), "403"),
        (Answer(405), "status 405"),
        (Answer(200, {}, "[]"), "status 200"),
    ],
)
def test_if_no_order_can_be_read_the_run_goes_on_and_has_said_so_in_a_sentence(
    open_shop: OpenShop, answer: Answer, words: str
) -> None:
    shop = open_shop(*map(order, range(1, 5)))
    shop.server.inject(Scripted("order", None, answer, times=None))
    finished, remarks = run_and_hear(shop)
    assert finished.exit_code == ExitCode.DONE
    (remark,) = remarks
    assert remark.startswith("It isn't known what the orders hold in Flxpoint")
    assert "nothing is held back" in remark
    assert words in remark


def test_a_token_that_is_forbidden_a_single_order_hears_so_too(open_shop: OpenShop) -> None:
    shop = open_shop(order(1))
    shop.server.inject(Scripted("order", None, Answer(403), times=None))
    finished, remarks = run_and_hear(shop, "Order ID,Order External ID\n700001,INV-1\n")
    assert finished.exit_code == ExitCode.DONE
    assert "(status 403)" in remarks[0]


def test_where_orders_can_be_read_nothing_needs_to_be_said(open_shop: OpenShop) -> None:
    shop = open_shop(*map(order, range(1, 5)))
    assert run_and_hear(shop)[1] == []


@pytest.mark.parametrize("overwrite", [None, "blanks", "never"])
@pytest.mark.parametrize(("answer", "words"), [(REDIRECT, "a redirect"), (LOGIN, "an HTML page")])
def test_a_redirect_or_a_login_page_stops_the_run_before_anything_is_sent(
    open_shop: OpenShop, overwrite: str | None, answer: Answer, words: str
) -> None:
    shop = open_shop(*map(order, range(1, 5)))
    shop.server.inject(Scripted("order", None, answer, times=None))
    with pytest.raises(StoppedError, match=words) as stopped:
        shop.run(shop.export(EXPORT), overwrite=overwrite)
    assert stopped.value.exit_code == ExitCode.STOPPED_BY_API
    assert "Nothing was sent." in str(stopped.value)
    assert "acknowledged" not in str(stopped.value)
    assert shop.patches() == []


def test_a_wish_for_long_silence_stops_the_run_too(open_shop: OpenShop) -> None:
    """What a run that goes on would leave behind is sent by `resume`, which looks at nothing."""
    shop = open_shop(*booked_by_others())
    shop.server.inject(Scripted("order", None, Answer(429, {"Retry-After": "4000"})))
    with pytest.raises(StoppedError, match="wants no calls for the next 67 minutes"):
        shop.run(shop.export(EXPORT))
    assert shop.patches() == []


def test_a_dead_server_is_not_asked_again_and_again(open_shop: OpenShop) -> None:
    shop = open_shop(*booked_by_others())
    shop.server.inject(Scripted("order", None, Reset(), times=None))
    with pytest.raises(StoppedError, match=r"has not answered for \d+ seconds .*Nothing was sent"):
        shop.run(shop.export(EXPORT), give_up_after=0.001)
    assert shop.patches() == []


@pytest.mark.parametrize("overwrite", [None, "all"])
def test_a_token_that_may_not_read_hears_so_once(
    open_shop: OpenShop, overwrite: str | None
) -> None:
    shop = open_shop(*map(order, range(1, 5)))
    shop.server.inject(Scripted("order", None, Answer(401), times=None))
    events: list[Event] = []
    context = replace(shop.context(overwrite=overwrite), listener=events.append)
    run([shop.export(EXPORT)], SendRules(), context)
    remarks = [str(event.values["text"]) for event in events if event.name == "remark"]
    assert len([remark for remark in remarks if "(401)" in remark]) == 1
