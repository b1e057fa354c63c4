"""The limiters as tables: at this time, was it let through (None), or how long is the wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.sandbox import most_within
from reconcile.sandbox.limiters import (
    Bucket,
    FixedWindow,
    Gcra,
    Limiter,
    SlidingWindow,
    limiter_called,
)

TABLES: dict[str, tuple[Limiter, list[tuple[float, float | None]]]] = {
    "sliding lets two through and the third when the first is a second old": (
        SlidingWindow(2, 1.0),
        [(10.0, None), (10.25, None), (10.5, 0.5), (10.75, 0.25), (11.0, None), (11.125, 0.125)],
    ),
    "sliding does not count what it refused": (
        SlidingWindow(1, 1.0),
        [(0.0, None), (0.5, 0.5), (0.75, 0.25), (1.0, None)],
    ),
    "sliding has no memory beyond its window": (
        SlidingWindow(2, 0.5),
        [(0.0, None), (0.25, None), (100.0, None), (100.0, None), (100.0, 0.5)],
    ),
    "fixed counts anew at every multiple of the window": (
        FixedWindow(2, 1.0),
        [(10.5, None), (10.75, None), (10.875, 0.125), (11.0, None), (11.0, None), (11.5, 0.5)],
    ),
    "fixed lets twice the limit through around a multiple": (
        FixedWindow(2, 1.0),
        [(0.75, None), (0.875, None), (1.0, None), (1.125, None), (1.25, 0.75)],
    ),
    "fixed keeps to multiples of its own window": (
        FixedWindow(1, 0.5),
        [(3.25, None), (3.375, 0.125), (3.5, None), (3.75, 0.25), (4.0, None)],
    ),
    "bucket takes its capacity at once and then what has run out": (
        Bucket(3, 2.0),
        [(5.0, None), (5.0, None), (5.0, None), (5.0, 0.5), (5.25, 0.25), (5.5, None), (5.5, 0.5)],
    ),
    "bucket never holds less than nothing": (
        Bucket(2, 2.0),
        [(0.0, None), (100.0, None), (100.0, None), (100.0, 0.5)],
    ),
    "bucket of one spaces evenly": (
        Bucket(1, 2.0),
        [(0.0, None), (0.25, 0.25), (0.5, None), (0.75, 0.25), (1.0, None)],
    ),
    "gcra lets one through per interval, counted from the last one that it let through": (
        Gcra(0.5),
        [(3.0, None), (3.25, 0.25), (3.5, None), (3.75, 0.25), (4.25, None), (4.5, 0.25)],
    ),
    "gcra saves nothing up in a pause": (
        Gcra(0.5),
        [(0.0, None), (100.0, None), (100.0, 0.5), (100.5, None)],
    ),
}


@pytest.mark.parametrize("sentence", TABLES)
def test_a_limiter_counts_as_its_table_says(sentence: str) -> None:
    limiter, table = TABLES[sentence]
    assert [(now, limiter.admit(now)) for now, _ in table] == table


def test_limiters_are_made_by_their_names() -> None:
    assert isinstance(limiter_called("sliding", 2, 1.0, 40), SlidingWindow)
    assert isinstance(limiter_called("fixed", 2, 1.0, 40), FixedWindow)
    bucket = limiter_called("bucket", 1, 4.0, 7)
    assert isinstance(bucket, Bucket)
    assert [bucket.admit(0.0) for _ in range(8)] == [*[None] * 7, 4.0]
    gcra = limiter_called("gcra", 2, 1.0, 40)
    assert isinstance(gcra, Gcra)
    assert (gcra.admit(0.0), gcra.admit(0.0)) == (None, 0.5)


# Sixteenths of a second are exact, so that a window of a second has no blurred edge.
TIMES = st.lists(st.integers(0, 100), max_size=40).map(lambda n: sorted(i / 16 for i in n))


@given(TIMES, st.integers(1, 4))
def test_the_sliding_window_never_lets_more_through_than_its_limit(
    times: list[float], limit: int
) -> None:
    limiter = SlidingWindow(limit, 1.0)
    admitted = [time for time in times if limiter.admit(time) is None]
    assert most_within(admitted) <= limit
    assert most_within(admitted) == min(limit, most_within(times))


@given(TIMES, st.integers(1, 4))
def test_whoever_waits_as_long_as_told_is_let_through(times: list[float], limit: int) -> None:
    limiters = (
        SlidingWindow(limit, 1.0),
        FixedWindow(limit, 1.0),
        Bucket(limit, 2.0),
        Gcra(1 / limit),
    )
    for limiter in limiters:
        now = 0.0
        for time in times:
            now = max(now, time)
            wait = limiter.admit(now)
            if wait is not None:
                now += wait
                assert limiter.admit(now) is None


@given(TIMES)
def test_most_within_agrees_with_counting_every_window(times: list[float]) -> None:
    windows = [sum(start <= time < start + 1.0 for time in times) for start in times]
    assert most_within(times) == max(windows, default=0)


def test_arrivals_exactly_a_second_apart_are_not_within_one() -> None:
    assert most_within([3.0, 1.0, 2.0]) == 1
    assert most_within([1.0, 1.5, 2.0, 2.25]) == 3
    assert most_within([1.0, 1.5, 2.0], window=0.25) == 1
    assert most_within([]) == 0
