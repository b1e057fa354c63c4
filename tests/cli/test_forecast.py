"""The finish time foretold: by the schedule at first, then by what really comes to its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.cli.forecast import Forecast


def after(calls: int, seconds_each: float, left: int = 10_000) -> tuple[Forecast, float]:
    """So many calls over, one after so many seconds; and the time."""
    forecast, now = Forecast(left, 0.511, 0.0), 0.0
    for _ in range(calls):
        now += seconds_each
        forecast.over(now)
    return forecast, now


def test_before_the_first_call_the_schedule_counts() -> None:
    forecast, now = after(0, 0.0)
    assert forecast.seconds_left(now) == pytest.approx(10_000 * 0.511)


def test_a_slow_first_answer_says_little() -> None:
    forecast, now = after(1, 3.0)
    assert forecast.seconds_left(now) == pytest.approx(9_999 * 0.511, rel=0.25)


@given(st.floats(0.511, 4.0))
def test_after_some_minutes_what_really_happens_counts(seconds_each: float) -> None:
    forecast, now = after(600, seconds_each)
    assert forecast.seconds_left(now) == pytest.approx(9_400 * seconds_each, rel=0.05)


def test_a_second_run_that_takes_half_of_the_slots_is_seen_within_minutes() -> None:
    forecast, now = after(3600, 0.511)
    for _ in range(900):
        now += 1.022
        forecast.over(now)
    assert forecast.seconds_left(now) == pytest.approx(5_500 * 1.022, rel=0.1)


def test_silence_is_waited_for_and_is_no_part_of_the_rate() -> None:
    forecast, now = after(600, 0.511)
    forecast.silent(now, now + 200.0)
    assert forecast.seconds_left(now) == pytest.approx(200 + 9_400 * 0.511, rel=0.02)
    forecast.silent(now + 50.0, now + 200.0)
    forecast.over(now + 200.511)
    assert forecast.seconds_left(now + 200.511) == pytest.approx(9_399 * 0.511, rel=0.02)


def test_when_all_is_over_nothing_is_left() -> None:
    forecast, now = after(3, 0.5, left=3)
    assert forecast.seconds_left(now) == 0.0
