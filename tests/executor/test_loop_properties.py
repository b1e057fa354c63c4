"""Random answers to random orders: whatever comes back, the promise of section 5 holds."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hypothesis import event, given, settings
from hypothesis import strategies as st

from reconcile.domain.model import CallKind, Outcome
from reconcile.flxpoint import Exchange, Reply
from reconcile.journal import CallState
from reconcile.sandbox import most_within
from tests.executor.scene import (
    BROKEN,
    STATUS,
    SYNC,
    UNREACHABLE,
    Played,
    play,
    retry_after,
    status_call,
    sync_call,
)

Call = tuple[int, CallKind]

ACKNOWLEDGED = [Reply(204), Reply(200, {}, "OK"), Reply(201)]
NO = [Reply(400), Reply(403), Reply(404), Reply(409)]
NOT_NOW = [Reply(408), Reply(425), UNREACHABLE]
TOO_MANY = [Reply(429), retry_after(429, 3)]
TROUBLE = [Reply(500), Reply(502), Reply(504), BROKEN]
UNAVAILABLE = [Reply(503), retry_after(503, 7)]
HALT = [Reply(401), Reply(302), Reply(200, {}, "<html>Sign in</html>"), retry_after(429, 999)]

exchanges = st.sampled_from(
    [*ACKNOWLEDGED, *NO, *HALT] + 4 * [*NOT_NOW, *TOO_MANY, *TROUBLE, *UNAVAILABLE]
)
scripts = st.lists(exchanges, max_size=5) | st.builds(
    lambda exchange, times: [exchange] * times,
    st.sampled_from([*TOO_MANY, *NOT_NOW, *TROUBLE, *UNAVAILABLE]),
    st.integers(5, 12),
)
kinds = st.sampled_from([(SYNC,), (SYNC, STATUS), (STATUS,)])
orders = st.lists(st.tuples(kinds, scripts, scripts), min_size=1, max_size=3)


def got(run: Played, call: Call, script: Sequence[Exchange]) -> list[Exchange]:
    """The answers that a call got; after the end of its script it is acknowledged."""
    tries = len(run.times_of(*call))
    return [*script, *[Reply(204)] * tries][:tries]


def check_order_of_tries(call: Call, answers: Sequence[Exchange]) -> None:
    final = [*ACKNOWLEDGED, *NO, *HALT]
    assert not [answer for answer in answers[:-1] if answer in final]
    assert sum(answer not in TOO_MANY for answer in answers) <= 6
    assert sum(answer in TOO_MANY for answer in answers) <= 10
    if call[1] is STATUS:
        assert not [answer for answer in answers[:-1] if answer in TROUBLE]


def maybe_applied(call: Call, answers: Sequence[Exchange]) -> bool:
    doubtful = [*TROUBLE, *UNAVAILABLE] if call[1] is SYNC else TROUBLE
    return any(answer in doubtful for answer in answers)


def check_outcome(call: Call, outcome: Outcome, answers: Sequence[Exchange]) -> None:
    last = answers[-1] if answers else None
    assert (outcome is Outcome.SYNCED) == (last in ACKNOWLEDGED)
    assert outcome is not Outcome.REFUSED or last in NO
    if outcome in {Outcome.PENDING, Outcome.IN_DOUBT}:
        assert (outcome is Outcome.IN_DOUBT) == maybe_applied(call, answers)


def check_use_of_tries(call: Call, answers: Sequence[Exchange]) -> None:
    """In a run that was not stopped a call is given up only when its tries are used up."""
    others = sum(answer not in TOO_MANY for answer in answers)
    in_doubt = call[1] is STATUS and answers[-1] in TROUBLE
    assert in_doubt or others == 6 or len(answers) - others == 10


@settings(max_examples=25)
@given(orders, st.sampled_from([0.05, 1.5, 8.0]))
def test_every_call_ends_in_the_one_state_that_its_answers_allow(
    drawn: Sequence[tuple[Sequence[CallKind], Sequence[Exchange], Sequence[Exchange]]],
    latency: float,
) -> None:
    made = {SYNC: sync_call, STATUS: status_call}
    plan = [[made[kind](number) for kind in drawn[number][0]] for number in range(len(drawn))]
    script: Mapping[Call, Sequence[Exchange]] = {
        (number, kind): answers
        for number, (_, *both) in enumerate(drawn)
        for kind, answers in zip((SYNC, STATUS), both, strict=True)
    }
    run = play(plan, script, latency=latency)
    event("stopped" if run.stop else "to its end")

    planned = Counter((call.order_id, call.kind) for calls in plan for call in calls)
    assert Counter((call.order_id, call.kind) for call in run.calls) == planned
    assert most_within(run.times, 1.0) <= 2
    for record in run.calls:
        call = (record.order_id, record.kind)
        answers = got(run, call, script[call])
        event(f"{record.kind}: {record.state}")
        assert record.state is not CallState.BEGUN
        check_order_of_tries(call, answers)
        check_outcome(call, record.outcome, answers)
        syncs = run.outcomes.get((record.order_id, SYNC))
        if record.kind is STATUS and syncs not in {None, Outcome.SYNCED}:
            assert not answers
        elif record.outcome in {Outcome.PENDING, Outcome.IN_DOUBT} and run.stop is None:
            check_use_of_tries(call, answers)
        check_what_the_next_run_knows(run, call)


def check_what_the_next_run_knows(run: Played, call: Call) -> None:
    known = run.history.get(call)
    acknowledged = known is not None and known.content is not None and not known.disturbed
    assert acknowledged == (run.outcomes[call] is Outcome.SYNCED)
    if call[1] is STATUS:
        in_doubt = known is not None and bool(known.in_doubt)
        assert in_doubt == (run.outcomes[call] is Outcome.IN_DOUBT)
