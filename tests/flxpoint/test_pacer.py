"""The pacer against simulated servers: a strict one never says 429, a shaky way costs little."""

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.flxpoint import Pacer
from reconcile.sandbox import most_within

CEILING = 2.0
FLOOR = 0.511
HELD_UP = 0.005


class Limiter(Protocol):
    """A server's rule, asked in the order of arrival."""

    def admits(self, at: float) -> bool:
        """Whether a request that arrives now is let in."""
        ...


class Schedule(Protocol):
    """What `Pacer` is to the simulation."""

    def due(self, now: float) -> float:
        """When the next call may start."""

    def started(self, at: float) -> None:
        """A call started."""

    def accepted(self) -> None:
        """An answer came."""

    def refused(self, started_at: float, now: float, retry_after: float | None) -> object:
        """A 429 came."""


class SlidingWindow:
    """At most `limit` in any `window` seconds."""

    def __init__(self, limit: int = 2, window: float = 1.0) -> None:
        self._limit, self._window = limit, window
        self._let_in: deque[float] = deque()

    def admits(self, at: float) -> bool:
        while self._let_in and at - self._let_in[0] >= self._window:
            self._let_in.popleft()
        if len(self._let_in) >= self._limit:
            return False
        self._let_in.append(at)
        return True


class FixedWindow:
    """At most `limit` in each second of the server's clock."""

    def __init__(self, limit: int = 2, offset: float = 0.37) -> None:
        self._limit, self._offset = limit, offset
        self._second, self._count = -1, 0

    def admits(self, at: float) -> bool:
        second = math.floor(at + self._offset)
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return self._count <= self._limit


class Bucket:
    """Two at once, refilled at 2 per second."""

    def __init__(self, capacity: float = 2.0, rate: float = 2.0) -> None:
        self._capacity, self._rate = capacity, rate
        self._tokens, self._at = capacity, 0.0

    def admits(self, at: float) -> bool:
        self._tokens = min(self._capacity, self._tokens + (at - self._at) * self._rate)
        self._at = at
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Gcra:
    """One per half second and no burst: the strictest."""

    def __init__(self, interval: float = 0.5) -> None:
        self._interval = interval
        self._earliest = -math.inf

    def admits(self, at: float) -> bool:
        if at < self._earliest:
            return False
        self._earliest = at + self._interval
        return True


LIMITERS: list[Callable[[], Limiter]] = [SlidingWindow, FixedWindow, Bucket, Gcra]


@dataclass(slots=True)
class Traffic:
    """What a server saw, request by request in the order of the starts."""

    started: list[float] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)
    refusals_of_one_call: int = 0

    def later(self, skip: int) -> "Traffic":
        """The steady state: without the first requests."""
        return Traffic(
            self.started[skip:],
            self.arrived[skip:],
            self.refused[skip:],
            self.refusals_of_one_call,
        )

    @property
    def share_refused(self) -> float:
        return sum(self.refused) / len(self.refused)

    @property
    def goodput(self) -> float:
        """Requests let in per second."""
        seconds = self.started[-1] - self.started[0]
        return (len(self.started) - 1 - sum(self.refused)) / seconds


def drive(
    pacer: Schedule,
    limiter: Limiter,
    requests: int,
    *,
    jitter: float = 0.0,
    latency: float = 0.4,
    oversleep: float = 0.002,
) -> Traffic:
    """Calls as the executor makes them: a refused one is made again in its turn.

    A request arrives `latency / 2` after its start, give or take `jitter`, and its answer
    comes as much later. Whoever waits for a slot wakes up to `oversleep` too late.
    """
    random = Random(5)  # noqa: S311  (a simulation)
    traffic = Traffic()
    again: deque[int] = deque()
    # What will happen: when, which request, how often refused before, and the answer if known.
    coming: list[tuple[float, int, int, bool | None]] = []
    now = 0.0
    while len(traffic.started) < requests or coming:
        due = pacer.due(now) if len(traffic.started) < requests else math.inf
        if not coming or due < coming[0][0]:
            now = due + random.random() * oversleep
            pacer.started(now)
            arrival = now + latency / 2 + random.uniform(-jitter, jitter)
            before = again.popleft() if again else 0
            heapq.heappush(coming, (arrival, len(traffic.started), before, None))
            traffic.started.append(now)
            traffic.arrived.append(arrival)
            traffic.refused.append(False)
            continue
        at, number, before, let_in = heapq.heappop(coming)
        now = max(now, at)
        if let_in is None:
            heapq.heappush(coming, (at + latency / 2, number, before, limiter.admits(at)))
        elif let_in:
            pacer.accepted()
        else:
            pacer.refused(traffic.started[number], now, None)
            traffic.refused[number] = True
            traffic.refusals_of_one_call = max(traffic.refusals_of_one_call, before + 1)
            again.append(before + 1)
    return traffic


# Against servers


@pytest.mark.parametrize("limiter", LIMITERS)
@pytest.mark.parametrize("latency", [0.05, 1.5])
def test_without_jitter_the_ceiling_is_reached_and_nothing_is_refused(
    limiter: Callable[[], Limiter], latency: float
) -> None:
    traffic = drive(Pacer(), limiter(), 5_000, latency=latency)

    assert sum(traffic.refused) == 0
    assert most_within(traffic.arrived, 1.0) == 2
    assert traffic.goodput >= 0.97 * CEILING


@pytest.mark.parametrize("limiter", LIMITERS)
@pytest.mark.parametrize("jitter", [0.010, 0.050, 0.150])
def test_with_jitter_at_most_two_in_a_hundred_are_refused_once_the_spacing_is_learned(
    limiter: Callable[[], Limiter], jitter: float
) -> None:
    traffic = drive(Pacer(), limiter(), 12_000, jitter=jitter)
    steady = traffic.later(1000)

    assert steady.share_refused <= 0.02
    assert traffic.refusals_of_one_call <= 3
    assert steady.goodput >= CEILING * 0.97 * 0.5 / (0.5 + 2 * jitter)


@dataclass(slots=True)
class Metronome:
    """The naive way: one call every half second, whatever comes back."""

    _next: float = 0.0

    def due(self, now: float) -> float:
        return max(now, self._next)

    def started(self, _at: float) -> None:
        self._next += 0.5

    def accepted(self) -> None:
        """Learns nothing."""

    def refused(self, _started_at: float, _now: float, _retry_after: float | None) -> None:
        """Learns nothing."""


@pytest.mark.parametrize("jitter", [0.0, 0.050])
def test_a_metronome_of_half_a_second_would_be_refused_often(jitter: float) -> None:
    """The simulation can tell a good pacer from a naive one."""
    traffic = drive(Metronome(), SlidingWindow(), 2000, jitter=jitter)

    assert traffic.share_refused > 0.1


def test_a_server_that_allows_one_per_second_is_found() -> None:
    traffic = drive(pacer := Pacer(), SlidingWindow(limit=1), 3000)
    steady = traffic.later(200)

    assert 1.0 <= pacer.spacing < 1.1
    assert steady.share_refused <= 0.02
    assert steady.goodput >= 0.93


def test_a_server_that_grows_generous_again_is_used_again() -> None:
    pacer = Pacer()
    drive(pacer, SlidingWindow(limit=1), 300)
    slow = pacer.spacing
    later = drive(pacer, SlidingWindow(), 8000)

    assert slow >= 1.0
    assert sum(later.refused) == 0
    assert pacer.spacing == pytest.approx(FLOOR)


def test_what_another_program_forced_upon_us_is_over_soon_after_it_has_ended() -> None:
    pacer = Pacer()
    drive(pacer, SlidingWindow(limit=0), 40)
    forced = pacer.spacing
    later = drive(pacer, SlidingWindow(), 1500)

    assert forced >= 5.0
    began = later.started[0]
    assert sum(at < began + 1200.0 for at in later.started) >= 900
    assert pacer.spacing == pytest.approx(FLOOR, abs=0.05)


# The schedule


def starts(pacer: Pacer, count: int, now: float = 0.0) -> list[float]:
    """So many starts, each exactly when it is due."""
    made = []
    for _ in range(count):
        now = pacer.due(now)
        pacer.started(now)
        made.append(now)
    return made


def gaps(times: Sequence[float]) -> list[float]:
    return [round(later - earlier, 6) for earlier, later in itertools.pairwise(times)]


def test_the_first_call_starts_at_once() -> None:
    assert Pacer().due(17.0) == 17.0


def test_one_call_starts_every_half_second_and_a_little() -> None:
    assert gaps(starts(Pacer(), 5))[1:] == [FLOOR] * 3


def test_the_second_call_waits_longer_since_the_first_one_pays_for_the_connection() -> None:
    assert gaps(starts(Pacer(), 2)) == [pytest.approx(FLOOR + 0.1)]


def test_a_lower_rate_has_wider_slots() -> None:
    assert gaps(starts(Pacer(rate=0.5), 4))[1:] == [pytest.approx(4 * FLOOR)] * 2


def test_slow_answers_do_not_lower_the_rate() -> None:
    """An open schedule: nothing that comes back is needed for the next start."""
    made = starts(Pacer(), 100)
    assert 99 / (made[-1] - made[0]) >= 0.97 * CEILING


def test_a_small_delay_does_not_shift_the_schedule() -> None:
    pacer = Pacer()
    (_, second) = starts(pacer, 2)
    due = pacer.due(second)
    pacer.started(due + 0.003)

    assert pacer.due(due + 0.003) == pytest.approx(due + FLOOR)


@pytest.mark.parametrize("late", [0.051, 0.3, 1.0, 7.0, 3600.0, 30_000.0])
def test_nothing_bursts_after_a_pause_or_a_late_wake_up(late: float) -> None:
    """Slots that were missed are void: neither an idle hour nor a sleeping machine saves any."""
    pacer = Pacer()
    made = starts(pacer, 3)
    woken = pacer.due(made[-1]) + late
    pacer.started(woken)
    after = starts(pacer, 3, woken)

    first, *others = gaps([woken, *after])
    assert first == pytest.approx(FLOOR + (0.1 if late > 10 else 0.0)), "connections are closed"
    assert others == [pytest.approx(FLOOR)] * 2


def test_nothing_bursts_after_a_retry_after() -> None:
    pacer = Pacer()
    made = starts(pacer, 3)
    pacer.refused(made[-1], made[-1] + 0.05, 30.0)
    after = starts(pacer, 4, made[-1] + 0.05)

    assert after[0] == made[-1] + 0.05 + 30.0
    assert min(gaps(after)) > FLOOR


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["on time", "late", "refused", "hold", "accepted", "leaves late"]),
            st.floats(0.0, 3.0),
        ),
        min_size=3,
        max_size=60,
    )
)
def test_no_third_call_ever_starts_within_a_second(events: list[tuple[str, float]]) -> None:
    """Whatever comes back, however late one wakes, and however long a connection takes."""
    pacer = Pacer()
    now, left = 0.0, [0.0]
    pacer.started(now)
    for what, seconds in events:
        match what:
            case "refused":
                pacer.refused(now, now, seconds)
            case "hold":
                pacer.hold(now + seconds)
            case "accepted":
                pacer.accepted()
            case _:
                now = pacer.due(now) + (seconds if what == "late" else 0.0)
                assert sum(now - 1.0 < earlier <= now for earlier in left) <= 1
                pacer.started(now)
                left.append(now)
                if what == "leaves late":
                    left[-1] = now + seconds
                    pacer.left(now, now + seconds)
                    now += seconds


def test_a_call_that_its_connection_held_up_takes_the_next_slots_with_it() -> None:
    pacer = Pacer()
    pacer.started(0.0)
    pacer.left(0.0, 0.4)

    assert pacer.due(0.4) == pytest.approx(0.4 + FLOOR - HELD_UP)


def test_a_call_that_leaves_long_after_others_started_still_counts_when_it_leaves() -> None:
    pacer = Pacer()
    first, second, third = starts(pacer, 3)
    pacer.left(first, third + 0.2)

    following = pacer.due(third + 0.2)
    assert most_within([second, third, third + 0.2, following], 1.0) == 3  # it can't be undone
    assert most_within([third, third + 0.2, following], 1.0) == 2


@pytest.mark.parametrize("late", [0.006, 0.028, 0.1])
def test_the_call_after_a_late_one_keeps_its_distance_though_its_slot_was_taken_before(
    late: float,
) -> None:
    """A new connection makes a call late; a server without a burst would refuse the next one."""
    pacer = Pacer()
    *_, last = starts(pacer, 3)
    first = pacer.reserve(last)
    assert pacer.take(first, first) == 0.0
    second = pacer.reserve(first)
    pacer.left(first, first + late)

    wait = pacer.take(second, second)
    assert wait is not None
    assert second + wait == pytest.approx(first + late + FLOOR - HELD_UP)
    assert pacer.take(second, second + wait) == 0.0


def test_a_silence_that_ends_within_no_time_is_over() -> None:
    """Nobody waits for less than a clock can tell; a slot that stays void would spin."""
    pacer = Pacer()
    starts(pacer, 4)
    now = 5.000000482108687
    pacer.hold(5.000000499686006)
    slot = pacer.reserve(now)

    assert pacer.take(slot, now) == 0.0


def test_no_silence_locks_the_token_for_more_than_a_day() -> None:
    pacer = Pacer()
    *_, last = starts(pacer, 2)
    pacer.refused(last, last + 0.1, 1_795_325_221.0)

    assert pacer.held_until <= last + 86_401.0


def test_who_asks_too_soon_in_a_silence_is_told_to_wait() -> None:
    pacer = Pacer()
    *_, last = starts(pacer, 4)
    pacer.hold(last + 60.0)
    slot = pacer.reserve(last)

    assert pacer.take(slot, last + 1.0) == pytest.approx(59.0)
    assert pacer.take(slot, slot) == 0.0


# What is learned


def test_a_refusal_widens_the_spacing_by_ten_milliseconds() -> None:
    pacer = Pacer()
    pacer.started(0.0)
    pacer.refused(0.0, 0.05, None)
    assert pacer.spacing == pytest.approx(FLOOR + 0.010)


def test_refusals_that_follow_one_another_widen_it_in_bigger_steps() -> None:
    pacer = Pacer()
    steps = []
    for at in range(5):
        before = pacer.spacing
        pacer.refused(10.0 * at + 1, 10.0 * at + 2, None)
        steps.append(round(pacer.spacing - before, 3))
    assert steps == [0.01, 0.02, 0.04, 0.08, 0.16]


def test_refusals_without_end_stay_within_bounds() -> None:
    pacer = Pacer()
    for at in range(2000):
        pacer.refused(20.0 * at + 1, 20.0 * at + 2, None)
    assert pacer.spacing == 10.0


def test_a_refusal_in_the_midst_of_our_own_calls_says_nothing_of_others() -> None:
    pacer = Pacer()
    *_, last = starts(pacer, 4)
    assert not pacer.refused(last, last + 0.3, None)


def test_a_refusal_long_after_our_last_call_means_somebody_else_also_if_it_left_late() -> None:
    pacer = Pacer()
    starts(pacer, 4)
    pacer.started(10.0)
    pacer.left(10.0, 10.004)
    assert pacer.refused(10.0, 10.3, None)


def test_what_was_refused_is_no_use_of_our_budget() -> None:
    pacer = Pacer()
    *_, last = starts(pacer, 4)
    assert not pacer.refused(last, last + 0.8, None)
    pacer.started(last + 1.3)
    assert pacer.refused(last + 1.3, last + 1.6, None)


@pytest.mark.parametrize("jitter", [0.05, 0.15])
def test_jitter_alone_is_never_taken_for_somebody_else(jitter: float) -> None:
    for limiter in LIMITERS:
        pacer = _Listening()
        drive(pacer, limiter(), 3000, jitter=jitter)
        assert not pacer.others


@pytest.mark.parametrize("per_second", [1.0, 2.0, 4.0])
def test_another_program_with_the_same_token_is_noticed(per_second: float) -> None:
    pacer = _Listening()
    drive(pacer, _Crowded(SlidingWindow(), per_second), 100)
    assert pacer.others


@dataclass(slots=True)
class _Crowded:
    """A server that others ask too, so many times a second."""

    limiter: Limiter
    per_second: float
    _next: float = 0.35

    def admits(self, at: float) -> bool:
        while self._next <= at:
            self.limiter.admits(self._next)
            self._next += 1 / self.per_second
        return self.limiter.admits(at)


class _Listening(Pacer):
    """Remembers whether it ever thought of somebody else."""

    others = False

    def refused(self, started_at: float, now: float, retry_after: float | None) -> bool:
        said = super().refused(started_at, now, retry_after)
        self.others |= said
        return said


def test_calls_that_were_on_their_way_when_it_was_widened_say_nothing_new() -> None:
    pacer = Pacer()
    first, second, third = starts(pacer, 3)
    pacer.refused(first, third + 0.1, None)
    widened = pacer.spacing
    pacer.refused(second, third + 0.2, None)
    pacer.refused(third, third + 0.3, None)

    assert pacer.spacing == widened
    assert pacer.refusals == 3


def test_acknowledgements_lead_back_to_the_floor_and_not_below() -> None:
    pacer = Pacer()
    pacer.refused(0.0, 0.1, None)
    for _ in range(50):
        pacer.accepted()
    assert pacer.spacing == pytest.approx(FLOOR + 0.005)
    for _ in range(500):
        pacer.accepted()
    assert pacer.spacing == pytest.approx(FLOOR)


@pytest.mark.parametrize("retry_after", [None, 0.0, 0.2])
def test_nothing_starts_for_half_a_second_after_a_refusal(retry_after: float | None) -> None:
    pacer = Pacer()
    pacer.started(0.0)
    pacer.refused(0.0, 3.0, retry_after)
    assert pacer.due(3.0) == 3.5


def test_a_wish_for_silence_is_never_shortened_by_a_later_one() -> None:
    pacer = Pacer()
    pacer.hold(60.0)
    pacer.hold(5.0)
    pacer.refused(0.0, 1.0, 2.0)
    assert pacer.due(1.0) == 60.0
    assert pacer.held_until == 60.0


def test_the_learned_spacing_is_kept_for_the_next_run() -> None:
    drive(before := Pacer(), Gcra(), 2000, jitter=0.050)
    after = Pacer(learned=before.spacing)

    assert before.spacing > FLOOR + 0.05
    assert after.spacing == before.spacing
    assert sum(drive(after, Gcra(), 500, jitter=0.050).refused) <= 10


@pytest.mark.parametrize(
    ("learned", "spacing"), [(None, FLOOR), (0.0, FLOOR), (0.4, FLOOR), (0.7, 0.7), (99.0, 10.0)]
)
def test_what_was_learned_is_used_within_bounds(learned: float | None, spacing: float) -> None:
    assert Pacer(learned=learned).spacing == spacing


def test_a_spacing_learned_at_a_higher_rate_is_no_way_around_a_lower_one() -> None:
    assert Pacer(rate=1.0, learned=0.6).spacing == pytest.approx(2 * FLOOR)
