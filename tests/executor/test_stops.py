"""Every rule of section 5 that stops a run, at its borders; and the switch that does it."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from reconcile.domain.model import CallKind
from reconcile.executor import Stop, StopKind, StopRules, StopSwitch
from reconcile.flxpoint import Exchange, NeverSent, NoReply, Reply, Verdict, judge
from reconcile.flxpoint.verdict import Accept, Doubt, Halt, Refuse, Retry
from tests.doubles import VirtualTime, run_in_virtual_time

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
DEAD = NoReply("no answer in time")
UNREACHABLE = NeverSent("no connection to Flxpoint")


class Watch:
    """Stop rules that are told of one exchange after another, as the executor does it."""

    def __init__(self, rules: StopRules | None = None) -> None:
        self.rules = rules or StopRules()
        self._order = 0

    def hear(
        self,
        exchange: Exchange | int,
        *,
        kind: CallKind = CallKind.SYNC,
        order: int | None = None,
        began: float = 0.0,
        ended: float | None = None,
        wall: datetime = NOW,
    ) -> tuple[Verdict, Stop | None]:
        """One try, of a new order if none is named."""
        self._order += 1
        heard = Reply(exchange) if isinstance(exchange, int) else exchange
        return self.rules.after_exchange(
            order or self._order,
            heard,
            judge(kind, heard, wall),
            began,
            began + 0.1 if ended is None else ended,
            wall,
        )

    def stops(self, *exchanges: Exchange | int) -> list[bool]:
        """After which of these the run stops."""
        return [self.hear(exchange)[1] is not None for exchange in exchanges]


# Token, redirect, login page


@pytest.mark.parametrize(
    "exchange",
    [Reply(401), Reply(301), Reply(302), Reply(307), Reply(200, {}, "<html>Sign in</html>")],
)
def test_a_bad_token_a_redirect_and_a_login_page_stop_at_once_and_at_any_time(
    exchange: Exchange,
) -> None:
    for before in ([], [204] * 50):
        watch = Watch()
        assert not any(watch.stops(*before))
        verdict, stop = watch.hear(exchange)
        assert isinstance(verdict, Halt)
        assert stop == Stop(StopKind.API, verdict.sentence)


def test_a_403_on_the_first_call_stops() -> None:
    verdict, stop = Watch().hear(403)

    assert isinstance(verdict, Halt)
    assert stop is not None
    assert "403" in stop.sentence
    assert "Account, Source or Channel" in stop.sentence


@pytest.mark.parametrize("before", [429, 503, 500, 408, DEAD, UNREACHABLE])
def test_a_403_on_the_first_call_stops_also_when_that_call_was_tried_before(
    before: Exchange | int,
) -> None:
    watch = Watch()
    watch.hear(before, order=1)
    assert watch.hear(403, order=1)[1] is not None


def test_a_single_403_between_acknowledged_calls_refuses_that_order() -> None:
    watch = Watch()
    watch.hear(204)
    verdict, stop = watch.hear(403)

    assert verdict == Refuse("403")
    assert stop is None
    assert watch.stops(204, 403, 204, 403, 403, 204) == [False] * 6


def test_the_third_403_in_a_row_stops() -> None:
    assert Watch().stops(204, 403, 403, 403) == [False, False, False, True]


@pytest.mark.parametrize("between", [429, 503, DEAD])
def test_a_try_that_is_made_again_does_not_part_403s_in_a_row(between: Exchange | int) -> None:
    assert Watch().stops(204, 403, between, 403, between, 403)[-1]


@pytest.mark.parametrize("between", [204, 400, 404])
def test_an_answer_to_the_call_itself_parts_them(between: int) -> None:
    assert not any(Watch().stops(204, 403, 403, between, 403, 403))


# Failures in a row


def ended(rules: StopRules, *causes: str | None) -> list[bool]:
    """After which of these calls the run stops; None is an acknowledged one."""
    return [rules.after_call(cause) is not None for cause in causes]


def test_twenty_calls_in_a_row_that_fail_for_one_cause_stop() -> None:
    rules = StopRules()

    assert not any(ended(rules, *["400"] * 19))
    stop = rules.after_call("400")
    assert stop is not None
    assert stop.kind is StopKind.API
    assert "20 calls in a row" in stop.sentence
    assert "400" in stop.sentence


def test_an_acknowledged_call_starts_the_count_anew() -> None:
    assert not any(ended(StopRules(), *["400"] * 19, None, *["400"] * 19))
    assert ended(StopRules(), *["400"] * 19, None, *["400"] * 20)[-1]


def test_another_cause_starts_the_count_anew() -> None:
    assert not any(ended(StopRules(), *["400"] * 19, "404", *["400"] * 19))
    assert ended(StopRules(), *["400"] * 19, *["404"] * 20)[-1]


@pytest.mark.parametrize("most", [1, 3])
def test_the_number_of_failures_is_a_setting(most: int) -> None:
    assert ended(StopRules(max_failures=most), *["404"] * most).index(True) == most - 1


# Silence


def test_a_dead_network_stops_after_45_seconds_even_with_one_order() -> None:
    watch = Watch()
    assert watch.hear(UNREACHABLE, order=1, began=100.0)[1] is None
    assert watch.hear(UNREACHABLE, order=1, began=144.8)[1] is None
    verdict, stop = watch.hear(UNREACHABLE, order=1, began=144.9, ended=145.0)

    assert verdict == Retry("no connection to Flxpoint")
    assert stop is not None
    assert stop.kind is StopKind.API
    assert "has not answered for 45 seconds" in stop.sentence
    assert "no connection to Flxpoint" in stop.sentence


def test_a_server_that_is_silent_to_two_orders_for_45_seconds_is_dead() -> None:
    watch = Watch()
    assert watch.hear(DEAD, order=1, began=0.0, ended=30.0)[1] is None
    assert watch.hear(DEAD, order=2, began=10.0, ended=40.0)[1] is None
    assert watch.hear(DEAD, order=2, began=14.9, ended=44.9)[1] is None
    assert watch.hear(DEAD, order=2, began=15.0, ended=45.0)[1] is not None


def test_one_order_that_hangs_is_no_dead_server() -> None:
    watch = Watch()
    for began in range(0, 600, 30):
        assert watch.hear(DEAD, order=1, began=began, ended=began + 30.0)[1] is None


@pytest.mark.parametrize("answer", [204, 400, 404, 429, 500, 503])
def test_any_answer_ends_the_silence(answer: int) -> None:
    watch = Watch()
    watch.hear(DEAD, order=1, began=0.0, ended=30.0)
    watch.hear(DEAD, order=2, began=0.5, ended=30.5)
    watch.hear(answer, order=3, began=44.0, ended=44.5)
    assert watch.hear(DEAD, order=1, began=45.0, ended=75.0)[1] is None
    assert watch.hear(DEAD, order=2, began=45.5, ended=89.9)[1] is None
    assert watch.hear(DEAD, order=1, began=60.0, ended=90.0)[1] is not None


def test_silence_counts_from_the_last_answer_not_from_the_start_of_the_call_that_hangs() -> None:
    """A slow call may have begun long before others were answered."""
    watch = Watch()
    watch.hear(204, order=3, began=59.0, ended=59.5)
    assert watch.hear(DEAD, order=1, began=0.0, ended=60.0)[1] is None
    assert watch.hear(DEAD, order=2, began=0.5, ended=60.5)[1] is None
    assert watch.hear(DEAD, order=2, began=62.0, ended=104.5)[1] is not None


def test_silence_that_the_server_asked_for_is_none() -> None:
    watch = Watch()
    watch.hear(Reply(429, {"retry-after": "120"}), order=1, began=0.0, ended=1.0)
    assert watch.hear(DEAD, order=2, began=0.5, ended=30.5)[1] is None
    assert watch.hear(UNREACHABLE, order=1, began=121.0)[1] is None
    assert watch.hear(UNREACHABLE, order=3, began=165.0)[1] is None
    assert watch.hear(UNREACHABLE, order=3, began=166.0)[1] is not None


def test_how_long_a_silence_is_borne_is_a_setting() -> None:
    watch = Watch(StopRules(dead_after=5.0))
    assert watch.hear(UNREACHABLE, began=0.0)[1] is None
    assert watch.hear(UNREACHABLE, began=5.0)[1] is not None


# Retry-After beyond the bound


@pytest.mark.parametrize("status", [429, 408, 425, 500, 503])
def test_silence_of_five_minutes_is_kept_and_of_more_stops(status: int) -> None:
    assert Watch().hear(Reply(status, {"retry-after": "300"}))[1] is None

    verdict, stop = Watch().hear(Reply(status, {"retry-after": "301"}))
    assert isinstance(verdict, Halt)
    assert stop is not None


def local(time: str) -> str:
    """As people see it: the time of this machine, with its offset."""
    return datetime.fromisoformat(time).astimezone().isoformat(" ", "seconds")


def test_a_stop_for_silence_says_from_when_the_run_can_be_resumed() -> None:
    here = timezone(timedelta(hours=1))
    wall = NOW.astimezone(here) + timedelta(milliseconds=1)
    stop = Watch().hear(Reply(429, {"retry-after": "3600"}), wall=wall)[1]

    assert stop is not None
    assert "the next 60 minutes" in stop.sentence
    assert f"it can go on from {local('2026-01-05T10:00:00+01:00')}." in stop.sentence


def test_a_date_beyond_the_bound_stops_too() -> None:
    reply = Reply(503, {"retry-after": "Mon, 05 Jan 2026 09:00:00 GMT"})
    stop = Watch().hear(reply)[1]

    assert stop is not None
    assert f"it can go on from {local('2026-01-05T09:00:00+00:00')}." in stop.sentence


@pytest.mark.parametrize("text", ["9999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_silence_without_end_stops_too(text: str) -> None:
    assert Watch().hear(Reply(429, {"retry-after": text}))[1] is not None


@pytest.mark.parametrize("status", [202, 204, 403, 413])
def test_a_long_silence_stops_the_run_whatever_was_answered(status: int) -> None:
    watch = Watch()
    watch.hear(Reply(204))
    verdict, stop = watch.hear(Reply(status, {"retry-after": "3600"}))

    assert stop is not None
    assert isinstance(verdict, Accept if status < 300 else Refuse)


def test_a_first_403_that_asks_for_silence_leaves_the_order_pending() -> None:
    verdict, stop = Watch().hear(Reply(403, {"retry-after": "3600"}))

    assert isinstance(verdict, Halt)
    assert stop is not None
    assert "60 minutes" in stop.sentence


def test_who_is_forbidden_while_others_are_under_way_takes_them_along() -> None:
    watch = Watch()
    first = watch.hear(Reply(403))
    second = watch.hear(Reply(403), order=2)

    assert [isinstance(verdict, Halt) for verdict, _ in (first, second)] == [True, True]


def test_a_status_call_in_doubt_stays_so_when_silence_stops_the_run() -> None:
    reply = Reply(500, {"retry-after": "3600"})
    verdict, stop = Watch().hear(reply, kind=CallKind.STATUS)

    assert isinstance(verdict, Doubt)
    assert stop is not None


def test_the_bound_is_a_setting() -> None:
    watch = Watch(StopRules(longest_hold=10.0))
    assert watch.hear(Reply(429, {"retry-after": "10"}))[1] is None
    assert watch.hear(Reply(429, {"retry-after": "11"}))[1] is not None


# The switch

FIRST = Stop(StopKind.USER, "Stopped by Ctrl-C.")
SECOND = Stop(StopKind.API, "The token is wrong.")


def test_the_first_stop_counts() -> None:
    switch = StopSwitch()
    assert not switch.is_set()
    switch.request(FIRST)
    switch.request(SECOND)
    assert switch.is_set()
    assert switch.stop == FIRST


def test_a_journal_that_fails_is_told_whatever_else_stopped_the_run() -> None:
    switch = StopSwitch()
    journal = Stop(StopKind.JOURNAL, "The disk is full.")
    for stop in (FIRST, journal, SECOND):
        switch.request(stop)
    assert switch.stop == journal


def test_a_stop_wakes_everybody_who_waits() -> None:
    async def work(loop: VirtualTime) -> list[float]:
        switch = StopSwitch()

        async def sleep(seconds: float) -> float:
            await switch.sleep(seconds)
            return loop.time()

        loop.call_later(5.0, switch.request, FIRST)
        woken = await asyncio.gather(sleep(2.0), sleep(60.0), sleep(3600.0))
        return [*woken, await sleep(60.0), await sleep(-1.0)]

    assert run_in_virtual_time(work) == [2.0, 5.0, 5.0, 5.0, 5.0]


# What is given up at a stop


def test_work_is_given_up_at_the_stop_and_otherwise_done() -> None:
    done: list[str] = []

    async def work(seconds: float) -> None:
        await asyncio.sleep(seconds)
        done.append(f"after {seconds:.0f} s")

    async def act(loop: VirtualTime) -> float:
        switch = StopSwitch()
        loop.call_later(20.0, switch.request, Stop(StopKind.USER, "Stopped by Ctrl-C."))
        await switch.unless_stopped(work(5.0))
        await switch.unless_stopped(work(60.0))
        return loop.time()

    assert run_in_virtual_time(act) == pytest.approx(20.0)
    assert done == ["after 5 s"]


def test_what_goes_wrong_with_such_work_is_heard_of() -> None:
    async def work() -> None:
        raise OSError("no")

    async def act(_loop: VirtualTime) -> None:
        await StopSwitch().unless_stopped(work())

    with pytest.raises(OSError, match="no"):
        run_in_virtual_time(act)
