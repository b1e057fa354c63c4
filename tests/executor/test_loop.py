"""Whole runs in virtual time: what the server sees, and what the journal says afterwards."""

import asyncio
import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from reconcile.domain.model import CallKind, Outcome
from reconcile.executor import StopKind, StopRules, StopSwitch, ThreadRecorder
from reconcile.executor.stops import Stop
from reconcile.flxpoint import Exchange, NoReply, Pacer, Reply, RetryPolicy
from reconcile.journal import CallState, Journal
from reconcile.sandbox import most_within
from tests.doubles import EPOCH, ScriptedSender, VirtualTime
from tests.executor.scene import (
    ACCOUNT,
    BROKEN,
    RUN,
    STATUS,
    SYNC,
    UNREACHABLE,
    Played,
    Stage,
    begin_run,
    play,
    retry_after,
    status_call,
    sync_call,
    syncs,
    with_status,
)

CTRL_C = Stop(StopKind.USER, "Stopped by Ctrl-C; calls in flight were awaited.")


def waits(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def stopping_at(seconds: float) -> Callable[[VirtualTime, StopSwitch], Any]:
    """Somebody presses Ctrl-C then."""

    async def press(_loop: VirtualTime, switch: StopSwitch) -> None:
        await asyncio.sleep(seconds)
        switch.request(CTRL_C)

    return press


# The pace


@pytest.mark.parametrize("latency", [0.05, 0.4, 1.5, 5.0])
def test_the_ceiling_is_reached_whatever_the_latency(latency: float) -> None:
    run = play(syncs(60), latency=latency)

    assert 59 / run.times[-1] >= 0.97 * 2
    assert most_within(run.times, 1.0) == 2
    assert set(run.outcomes.values()) == {Outcome.SYNCED}
    assert run.stop is None


def test_orders_are_sent_in_the_order_of_the_plan() -> None:
    assert play(syncs(20), latency=3.0).orders_sent() == list(range(1, 21))


def test_retries_count_for_the_rate_like_every_call() -> None:
    run = play(syncs(40), {(order, SYNC): [Reply(503)] for order in range(1, 21)}, latency=0.4)

    assert len(run.sent) == 60
    assert most_within(run.times, 1.0) == 2
    assert 59 / run.times[-1] >= 0.97 * 2


def test_a_second_try_waits_behind_two_new_orders_at_most() -> None:
    run = play(syncs(15), {(1, SYNC): [Reply(503)]})
    due = run.times_of(1)[0] + 0.05 + 2 * 1.2

    assert run.times_of(1)[1] <= due + 3 * 0.511


@dataclass(slots=True)
class Crowded(ScriptedSender):
    """Counts the requests in flight."""

    now: int = 0
    most: int = 0

    async def send(
        self,
        order_id: int,
        kind: CallKind,
        content: str,
        left: Callable[[], None] = lambda: None,
    ) -> Exchange:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await ScriptedSender.send(self, order_id, kind, content, left)
        finally:
            self.now -= 1


@pytest.mark.parametrize("most", [1, 5, 24])
def test_the_number_in_flight_is_bounded(most: int) -> None:
    sender = Crowded(latency=60.0)
    run = Stage(sender, open_orders=most).play(syncs(most + 6))

    assert sender.most == most
    assert len(run.sent) == most + 6


def test_an_order_is_over_before_room_is_made_for_another() -> None:
    """So many orders begun, whatever their calls wait for."""
    run = play(syncs(4), {(1, SYNC): [Reply(503)]}, open_orders=1)
    assert run.orders_sent() == [1, 1, 2, 3, 4]


def test_a_plan_with_nothing_to_send_sends_nothing() -> None:
    done = [[sync_call(1)._replace(outcome=Outcome.UNCHANGED)]]
    run = play(done)

    assert (run.sent, run.stop, run.seconds) == ((), None, 0.0)
    assert run.outcome(1) is Outcome.UNCHANGED


# What is sent and what is written down


def test_what_the_plan_says_is_what_is_sent() -> None:
    run = play([with_status(7)])
    assert [(s.order_id, s.kind, s.content) for s in run.sent] == [
        (7, SYNC, '{"accountingSynced":true,"externalAccountingId":"INV-7"}'),
        (7, STATUS, '{"status":"Closed"}'),
    ]


@dataclass(slots=True)
class Looking(ScriptedSender):
    """Looks into the journal at the moment at which a request leaves."""

    journal: Journal | None = None

    def __post_init__(self) -> None:
        self.seen: list[list[tuple[int, CallState, int, bool]]] = []

    seen: Any = None

    async def send(
        self,
        order_id: int,
        kind: CallKind,
        content: str,
        left: Callable[[], None] = lambda: None,
    ) -> Exchange:
        assert self.journal is not None
        ended = {(a.order_id, a.number): a.end is not None for a in self.journal.attempts(RUN)}
        self.seen.append(
            [
                (
                    call.order_id,
                    call.state,
                    call.tries,
                    ended.get((call.order_id, call.tries), False),
                )
                for call in self.journal.calls(RUN)
            ]
        )
        return await ScriptedSender.send(self, order_id, kind, content, left)


def test_the_journal_says_that_a_call_will_be_made_before_it_leaves_and_what_came_after() -> None:
    orders = syncs(2)
    with Journal.in_memory() as journal:
        begin_run(journal, orders)
        sender = Looking({(1, SYNC): [Reply(503)]}, latency=0.05, journal=journal)
        Stage(sender).play(orders, journal)

    assert sender.seen == [
        [(1, "begun", 1, False), (2, "pending", 0, False)],
        [(1, "in doubt", 1, True), (2, "begun", 1, False)],
        [(1, "begun", 2, False), (2, "synced", 1, True)],
    ]


def test_every_try_is_written_down_with_what_came_back() -> None:
    pool = {"x-auth-pool-size": "40", "set-cookie": "secret", "retry-after": "2"}
    answers: list[Exchange] = [Reply(503, pool, "down\nfor maintenance"), BROKEN, UNREACHABLE]
    run = play(syncs(1), {(1, SYNC): answers}, latency=0.25)
    ends = [attempt.end for attempt in run.attempts if attempt.end is not None]

    assert [attempt.number for attempt in run.attempts] == [1, 2, 3, 4]
    assert [(end.exchange, end.status, end.verdict, end.answer) for end in ends] == [
        ("reply", 503, "retry", "down"),
        ("no reply", None, "retry", "the connection broke"),
        ("never sent", None, "retry", "no connection to Flxpoint"),
        ("reply", 204, "accept", ""),
    ]
    assert [end.seconds for end in ends] == [0.25] * 4
    assert ends[0].headers == {"retry-after": "2", "x-auth-pool-size": "40"}
    began = [(attempt.began_at - EPOCH).total_seconds() for attempt in run.attempts]
    assert began == pytest.approx(run.times, abs=0.031)
    assert all(
        (end.ended_at - EPOCH).total_seconds() == pytest.approx(at + 0.25)
        for end, at in zip(ends, run.times, strict=True)
    )


def test_an_undocumented_acknowledgement_is_done_and_noted() -> None:
    run = play(syncs(1), {(1, SYNC): [Reply(200, {}, "OK")]})
    assert run.outcome(1) is Outcome.SYNCED
    assert run.note(1) == "answered 200 instead of 204"


def test_a_refusal_says_what_the_api_said() -> None:
    run = play(syncs(2), {(1, SYNC): [Reply(404, {}, "no order 1")]})
    assert run.outcomes == {(1, SYNC): Outcome.REFUSED, (2, SYNC): Outcome.SYNCED}
    assert run.note(1) == "answered 404: no order 1"
    assert len(run.times_of(1)) == 1


def test_every_try_and_every_outcome_is_told() -> None:
    run = play(syncs(1), {(1, SYNC): [Reply(503)]})
    assert [event.name for event in run.events] == ["attempt", "attempt", "outcome"]
    assert run.events[-1].values == {"order": 1, "call": "accounting-sync", "outcome": "synced"}


# Trying again


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (Reply(500), Outcome.IN_DOUBT),
        (Reply(503), Outcome.IN_DOUBT),
        (BROKEN, Outcome.IN_DOUBT),
        (Reply(408), Outcome.PENDING),
        (Reply(425), Outcome.PENDING),
    ],
)
def test_an_accounting_sync_is_tried_six_times_with_growing_waits_and_given_up(
    exchange: Exchange, outcome: Outcome
) -> None:
    run = play(syncs(1), {(1, SYNC): [exchange] * 9}, rules=StopRules(dead_after=1e9))

    assert len(run.sent) == 6
    assert waits(run.times) == sorted(waits(run.times))
    assert 45 < run.times[-1] < 75
    assert run.outcome(1) is outcome
    assert run.stop is None


def test_out_of_tries_one_doubtful_try_is_enough_for_doubt() -> None:
    tries = [Reply(408), Reply(500), *[Reply(408)] * 4]
    assert play(syncs(1), {(1, SYNC): tries}).outcome(1) is Outcome.IN_DOUBT


def test_what_is_acknowledged_in_the_end_is_synced() -> None:
    tries: list[Exchange] = [Reply(500), BROKEN, Reply(429), Reply(408), Reply(502)]
    assert play(syncs(1), {(1, SYNC): tries}).outcome(1) is Outcome.SYNCED


def test_others_are_sent_while_one_waits_for_its_next_try() -> None:
    run = play(syncs(12), {(1, SYNC): [Reply(503)] * 3})
    others = [sent.at for sent in run.sent if sent.order_id != 1]
    assert max(waits(others)) < 1.1


def test_a_call_answered_429_is_made_again_and_uses_up_no_try() -> None:
    run = play(syncs(1), {(1, SYNC): [Reply(429)] * 9})
    assert run.outcome(1) is Outcome.SYNCED
    assert len(run.sent) == 10


def test_a_call_answered_429_ten_times_is_set_aside_as_pending() -> None:
    run = play(syncs(2), {(1, SYNC): [Reply(429)] * 20})
    assert len(run.times_of(1)) == 10
    assert run.outcomes == {(1, SYNC): Outcome.PENDING, (2, SYNC): Outcome.SYNCED}
    assert run.stop is None


def test_after_a_429_nothing_leaves_for_half_a_second_and_the_spacing_is_wider() -> None:
    run = play(syncs(12), {(4, SYNC): [Reply(429)]}, latency=0.1)
    answered = run.times_of(4)[0] + 0.1

    assert not [at for at in run.times if answered < at < answered + 0.499]
    assert run.pacer.spacing == pytest.approx(0.521 - 0.0001 * 9, abs=0.0002)


@pytest.mark.parametrize("status", [429, 503, 500, 408])
def test_a_wish_for_silence_holds_every_call_of_the_token(status: int) -> None:
    run = play(syncs(12), {(5, SYNC): [retry_after(status, 60)]}, latency=0.1)
    heard = run.times_of(5)[0] + 0.1
    silent_until = min(at for at in run.times if at > heard + 0.001)

    assert silent_until == pytest.approx(heard + 60, abs=0.001)
    assert most_within(run.times, 1.0) == 2
    assert set(run.outcomes.values()) == {Outcome.SYNCED}


def test_a_wish_for_silence_is_heard_also_when_the_status_call_itself_is_in_doubt() -> None:
    orders = [[status_call(1)], *syncs(5, first=2)]
    run = play(orders, {(1, STATUS): [retry_after(502, 60)]}, latency=0.1)

    assert run.times[1] == pytest.approx(60.1, abs=0.001)


def test_a_date_to_wait_for_is_understood() -> None:
    date = {"retry-after": "Mon, 05 Jan 2026 08:02:00 GMT"}
    run = play(syncs(2), {(1, SYNC): [Reply(429, date)]}, latency=0.1)
    assert run.times[1] == pytest.approx(120.0, abs=0.001)


# Status calls


def test_a_status_waits_for_the_acknowledgement_of_its_accounting_sync() -> None:
    run = play([with_status(1)], {(1, SYNC): [Reply(503)] * 2}, latency=5.0)

    assert [s.kind for s in run.sent] == [SYNC, SYNC, SYNC, STATUS]
    assert run.times_of(1, STATUS)[0] >= run.times_of(1)[-1] + 5.0
    assert set(run.outcomes.values()) == {Outcome.SYNCED}


@pytest.mark.parametrize(
    ("answers", "sync"),
    [
        ([Reply(400)], Outcome.REFUSED),
        ([Reply(500)] * 6, Outcome.IN_DOUBT),
        ([Reply(429)] * 10, Outcome.PENDING),
        ([Reply(401)], Outcome.PENDING),
    ],
)
def test_a_status_is_not_sent_if_its_accounting_sync_fails(
    answers: list[Exchange], sync: Outcome
) -> None:
    run = play([with_status(1)], {(1, SYNC): answers})

    assert not run.times_of(1, STATUS)
    assert run.outcomes == {(1, SYNC): sync, (1, STATUS): Outcome.PENDING}
    assert run.note(1, STATUS) == f"not sent: the accounting sync is {sync}"


def test_a_status_is_sent_if_its_accounting_sync_is_unchanged() -> None:
    unchanged = sync_call(1)._replace(outcome=Outcome.UNCHANGED)
    run = play([[unchanged, status_call(1)]])

    assert [s.kind for s in run.sent] == [STATUS]
    assert run.outcomes == {(1, SYNC): Outcome.UNCHANGED, (1, STATUS): Outcome.SYNCED}


def test_an_order_with_nothing_to_sync_gets_its_status_alone() -> None:
    run = play([[status_call(1)]])
    assert run.outcomes == {(1, STATUS): Outcome.SYNCED}


def test_a_status_that_can_not_be_sent_leaves_its_accounting_sync_alone() -> None:
    rejected = status_call(1)._replace(content="", fingerprint="", outcome=Outcome.REJECTED)
    run = play([[sync_call(1), rejected]])

    assert [s.kind for s in run.sent] == [SYNC]
    assert run.outcomes == {(1, SYNC): Outcome.SYNCED, (1, STATUS): Outcome.REJECTED}


@pytest.mark.parametrize(
    "exchange",
    [Reply(500), Reply(501), Reply(502), Reply(504), Reply(520), BROKEN, NoReply("no answer")],
)
def test_a_status_that_may_have_been_applied_is_never_repeated(exchange: Exchange) -> None:
    run = play([[status_call(1)], *syncs(5, first=2)], {(1, STATUS): [exchange]})

    assert len(run.times_of(1, STATUS)) == 1
    assert run.outcome(1, STATUS) is Outcome.IN_DOUBT
    assert run.stop is None


@pytest.mark.parametrize("exchange", [Reply(408), Reply(425), Reply(429), Reply(503), UNREACHABLE])
def test_a_status_that_surely_was_not_applied_is_tried_again(exchange: Exchange) -> None:
    run = play([[status_call(1)]], {(1, STATUS): [exchange] * 3})

    assert len(run.times_of(1, STATUS)) == 4
    assert run.outcome(1, STATUS) is Outcome.SYNCED


def test_a_status_that_was_never_applied_is_pending_when_it_runs_out_of_tries() -> None:
    run = play([[status_call(1)]], {(1, STATUS): [Reply(503)] * 9})
    assert run.outcome(1, STATUS) is Outcome.PENDING
    assert len(run.sent) == 6


def test_a_status_in_doubt_ends_its_tries_even_after_harmless_ones() -> None:
    run = play([[status_call(1)]], {(1, STATUS): [Reply(503), Reply(429), Reply(504)]})
    assert len(run.sent) == 3
    assert run.outcome(1, STATUS) is Outcome.IN_DOUBT


# Stops


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Reply(401), "doesn't accept the token (401)"),
        (Reply(302, {"location": "https://elsewhere.example/"}), "redirect (302)"),
        (Reply(200, {"content-type": "text/html"}, "<html>Sign in</html>"), "login page"),
        (retry_after(429, 3600), "no calls for the next 60 minutes"),
    ],
)
def test_the_order_that_met_a_stop_is_pending_and_nothing_more_is_sent(
    answer: Reply, said: str
) -> None:
    run = play(syncs(9), {(5, SYNC): [answer]})

    assert run.stop is not None
    assert run.stop.kind is StopKind.API
    assert said in run.stop.sentence
    assert run.orders_sent() == [1, 2, 3, 4, 5]
    assert list(run.outcomes.values()) == [Outcome.SYNCED] * 4 + [Outcome.PENDING] * 5
    assert run.note(5) == run.stop.sentence


@pytest.mark.parametrize("doubtful", [Reply(500), BROKEN])
def test_an_order_in_doubt_stays_in_doubt_when_it_meets_a_stop(doubtful: Exchange) -> None:
    run = play(syncs(1), {(1, SYNC): [doubtful, Reply(401)]})
    assert run.stop is not None
    assert run.outcome(1) is Outcome.IN_DOUBT


def test_a_sync_that_may_have_been_applied_is_in_doubt_when_silence_stops_the_run() -> None:
    run = play(syncs(1), {(1, SYNC): [retry_after(503, 3600)]})
    assert run.stop is not None
    assert run.outcome(1) is Outcome.IN_DOUBT


def test_after_a_stop_the_rest_of_the_plan_is_not_gone_through() -> None:
    run = play(syncs(30), {(5, SYNC): [Reply(401)]})
    told = [event.values["order"] for event in run.events if event.name == "outcome"]

    assert run.stop is not None
    assert set(told) < set(range(1, 9))


def test_a_403_on_the_first_call_stops_and_leaves_it_pending() -> None:
    run = play(syncs(10), {(1, SYNC): [Reply(403)]})
    assert run.stop is not None
    assert len(run.sent) == 1
    assert set(run.outcomes.values()) == {Outcome.PENDING}


def test_a_single_403_refuses_its_order_and_three_in_a_row_stop() -> None:
    script = {(order, SYNC): [Reply(403)] for order in (3, 6, 7, 8)}
    run = play(syncs(20), script)

    assert run.stop is not None
    assert run.orders_sent() == list(range(1, 9))
    assert run.outcome(3) is Outcome.REFUSED
    assert run.outcome(8) is Outcome.PENDING


def test_twenty_refusals_in_a_row_for_one_cause_stop() -> None:
    run = play(syncs(30), {(order, SYNC): [Reply(404)] for order in range(4, 31)})

    assert run.stop is not None
    assert "20 calls in a row failed for one cause (404)" in run.stop.sentence
    assert len(run.sent) == 23
    assert [run.outcome(order) for order in range(4, 24)] == [Outcome.REFUSED] * 20
    assert run.outcome(24) is Outcome.PENDING


def test_an_acknowledged_call_between_failures_keeps_the_run_going() -> None:
    refused = {(order, SYNC): [Reply(404)] for order in (1, 2, 4, 5, 7, 8)}
    run = play(syncs(9), refused, rules=StopRules(max_failures=3))

    assert run.stop is None
    assert len(run.sent) == 9


def test_it_is_calls_given_up_that_count_and_not_their_tries() -> None:
    run = play(
        syncs(8),
        {(order, SYNC): [Reply(500)] * 6 for order in range(1, 9)},
        rules=StopRules(max_failures=3),
    )
    given_up = [call for call in run.calls if call.tries == 6]

    assert run.stop is not None
    assert "3 calls in a row failed for one cause (500)" in run.stop.sentence
    assert len(given_up) >= 3
    assert {call.outcome for call in run.calls} == {Outcome.IN_DOUBT}


def test_a_dead_network_stops_the_run_and_leaves_everything_pending() -> None:
    dead = {(order, SYNC): [UNREACHABLE] * 99 for order in range(1, 31)}
    run = play(syncs(30), dead, rules=StopRules(dead_after=10.0))

    assert run.stop is not None
    assert "no connection to Flxpoint" in run.stop.sentence
    assert 10.0 <= run.seconds < 11.1
    assert set(run.outcomes.values()) == {Outcome.PENDING}


def test_a_dead_server_stops_the_run_and_leaves_in_doubt_what_was_sent() -> None:
    dead = {(order, SYNC): [BROKEN] * 99 for order in range(1, 41)}
    run = play(syncs(40), dead, latency=9.0, rules=StopRules(dead_after=15.0))
    sent = set(run.orders_sent())

    assert run.stop is not None
    assert "has not answered" in run.stop.sentence
    assert max(run.times) <= 15.6
    for order in range(1, 41):
        assert run.outcome(order) is (Outcome.IN_DOUBT if order in sent else Outcome.PENDING)


def test_calls_in_flight_at_a_stop_are_awaited_and_written_down() -> None:
    run = play(syncs(20), latency=5.0, meanwhile=stopping_at(3.0))
    sent = run.orders_sent()

    assert run.stop == CTRL_C
    assert max(run.times) <= 3.0
    assert run.seconds == pytest.approx(max(run.times) + 5.0)
    assert [order for order in range(1, 21) if run.outcome(order) is Outcome.SYNCED] == sent
    assert all(attempt.end is not None for attempt in run.attempts)


def test_a_call_in_flight_at_a_stop_is_not_tried_again() -> None:
    run = play(syncs(1), {(1, SYNC): [Reply(500)]}, latency=5.0, meanwhile=stopping_at(1.0))
    assert len(run.sent) == 1
    assert run.outcome(1) is Outcome.IN_DOUBT
    assert run.seconds == 5.0


def test_a_wait_for_the_next_try_is_not_sat_out_after_a_stop() -> None:
    run = play(syncs(1), {(1, SYNC): [retry_after(503, 200)]}, meanwhile=stopping_at(10.0))
    assert run.seconds == 10.0


def test_after_a_stop_the_status_of_an_order_in_flight_is_not_sent() -> None:
    run = play([with_status(1)], latency=5.0, meanwhile=stopping_at(1.0))
    assert run.outcomes == {(1, SYNC): Outcome.SYNCED, (1, STATUS): Outcome.PENDING}
    assert [s.kind for s in run.sent] == [SYNC]


def test_a_call_that_a_stop_caught_between_the_journal_and_its_slot_never_left() -> None:
    """Its withdrawal is written down, and it is not in doubt."""
    run = play(syncs(5), meanwhile=stopping_at(0.6))
    caught = next(attempt for attempt in run.attempts if attempt.order_id == 2)

    assert run.orders_sent() == [1]
    assert run.outcome(2) is Outcome.PENDING
    assert run.note(2) == "the run was stopped first"
    assert caught.end is not None
    assert (caught.end.exchange, caught.end.verdict) == ("never sent", "withdrawn")


def test_a_withdrawn_second_try_leaves_the_doubt_of_the_first() -> None:
    first = retry_after(500, 10)
    run = play(syncs(1), {(1, SYNC): [first]}, latency=0.05, meanwhile=stopping_at(10.03))

    assert [a.end.verdict for a in run.attempts if a.end] == ["retry", "withdrawn"]
    assert len(run.sent) == 1
    assert run.outcome(1) is Outcome.IN_DOUBT


def test_a_silence_that_the_account_call_was_asked_for_is_not_slept_through_if_too_long() -> None:
    pacer = Pacer()
    pacer.hold(3600.0)
    run = play(syncs(2), pacer=pacer)

    assert run.stop is not None
    assert "wants no calls for the next 60 minutes" in run.stop.sentence
    assert (run.sent, run.seconds) == ((), 0.0)
    assert set(run.outcomes.values()) == {Outcome.PENDING}


def test_the_settings_of_tries_and_failures_are_obeyed() -> None:
    script = {(order, SYNC): [Reply(408)] * 9 for order in range(1, 9)}
    run = play(syncs(8), script, policy=RetryPolicy(tries=2), rules=StopRules(max_failures=2))
    assert run.stop is not None
    assert max(call.tries for call in run.calls) == 2


# A journal that can't be written


def on_disk(path: Path, count: int) -> Journal:
    """A journal with a plan of so many orders."""
    journal = Journal.open(path)
    begin_run(journal, syncs(count))
    return journal


@contextmanager
def listening(set_up: Callable[[sqlite3.Connection, object], None]) -> Iterator[None]:
    """Every database connection that is made meanwhile is set up so."""
    sa.event.listen(sa.Engine, "connect", set_up)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "connect", set_up)


def assert_everything_sent_is_known(run: Played) -> None:
    """A crash at this moment would lose nothing and double nothing."""
    for order in run.orders_sent():
        assert run.outcome(order) in {Outcome.IN_DOUBT, Outcome.SYNCED}


def test_a_full_disk_stops_the_sending(tmp_path: Path) -> None:
    def no_more_pages(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")  # as many as there are already

    path = tmp_path / "journal.sqlite3"
    on_disk(path, 100).close()
    with listening(no_more_pages), Journal.open(path) as journal:
        run = Stage().play(syncs(100), journal)

    assert run.stop is not None
    assert run.stop.kind is StopKind.JOURNAL
    assert "full" in run.stop.sentence
    assert "--journal" in run.stop.sentence
    assert "Nothing more was sent" in run.stop.sentence
    assert 0 < len(run.sent) < 100
    assert_everything_sent_is_known(run)


def test_calls_in_flight_are_awaited_when_the_journal_breaks(tmp_path: Path) -> None:
    """What came back can't be written down: the calls stay begun, which is in doubt."""
    path = tmp_path / "journal.sqlite3"

    def rename(before: str, after: str) -> None:
        with closing(sqlite3.connect(path)) as other:
            other.execute(f"ALTER TABLE {before} RENAME TO {after}")

    async def breaks() -> Exchange:
        rename("attempts", "lost")
        return Reply(204)

    sender = ScriptedSender({(5, SYNC): [breaks]}, latency=3.0)
    stage = Stage(sender, before_reading=lambda: rename("lost", "attempts"))
    with on_disk(path, 30) as journal:
        run = stage.play(syncs(30), journal)

    (broken,) = run.times_of(5)
    assert run.stop is not None
    assert run.stop.kind is StopKind.JOURNAL
    assert broken < max(run.times) <= broken + 3.0
    assert run.seconds == pytest.approx(max(run.times) + 3.0)
    assert {run.outcome(sent.order_id) for sent in run.sent if sent.at >= broken} == {
        Outcome.IN_DOUBT
    }
    assert_everything_sent_is_known(run)


def test_nothing_is_sent_if_the_first_word_can_not_be_written(tmp_path: Path) -> None:
    def forbid(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only=ON")

    with on_disk(tmp_path / "journal.sqlite3", 3) as journal:
        journal.close()  # it connects again, to a disk that is read-only now
        with listening(forbid):
            run = Stage().play(syncs(3), journal)

    assert run.stop is not None
    assert run.stop.kind is StopKind.JOURNAL
    assert "readonly" in run.stop.sentence
    assert run.sent == ()
    assert set(run.outcomes.values()) == {Outcome.PENDING}


def test_the_writer_thread_writes_the_same(tmp_path: Path) -> None:
    """The one double of this file beside the real thing, in real time."""
    path = tmp_path / "journal.sqlite3"
    call = sync_call(1)

    async def work(recorder: ThreadRecorder) -> int:
        return await recorder.begin(call, EPOCH)

    with on_disk(path, 1) as journal, ThreadRecorder(journal, RUN) as recorder:
        assert asyncio.run(work(recorder)) == 1
    with Journal.open(path) as journal:
        assert [call.state for call in journal.calls(RUN)] == [CallState.BEGUN]


# What the next run knows


def test_what_was_acknowledged_is_known_to_the_next_run() -> None:
    run = play(syncs(2), {(2, SYNC): [Reply(400)]})
    first, second = run.history[1, SYNC], run.history[2, SYNC]

    assert (first.content, first.disturbed) == (sync_call(1).content, False)
    assert (second.content, second.disturbed) == (None, True)


def test_a_status_call_begun_when_the_machine_died_is_in_doubt_for_the_next_run() -> None:
    async def power_cut() -> Exchange:
        raise KeyboardInterrupt

    call = status_call(1)
    with Journal.in_memory() as journal:
        begin_run(journal, [[call]])
        with pytest.raises(KeyboardInterrupt):
            Stage(ScriptedSender({(1, STATUS): [power_cut]})).play([[call]], journal)
        history = journal.history(ACCOUNT, [1])

    assert history[1, STATUS].in_doubt == {call.fingerprint}
