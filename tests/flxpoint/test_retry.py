"""How often, and after which waits, a call is tried again."""

import asyncio
import itertools
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.flxpoint import RetryPolicy, Verdict
from reconcile.flxpoint.retry import RetryCount, keep_trying
from reconcile.flxpoint.verdict import Accept, Doubt, Halt, Refuse, Retry
from tests.doubles import VirtualTime, run_in_virtual_time

FAILED = Retry("500", applied=True)
NOT_NOW = Retry("503")
TOO_MANY = Retry("429", counts=False, throttled=True)
DONE = Accept()


def tried(
    verdicts: Sequence[Verdict | None], policy: RetryPolicy | None = None
) -> tuple[Verdict | None, list[float], RetryCount]:
    """The last verdict, the seconds at which each try was made, and what was used up.

    After the end of `verdicts` every try gets the last of them.
    """
    tries = RetryCount()
    times: list[float] = []
    random = Random(3)  # noqa: S311  (jitter)

    async def work(loop: VirtualTime) -> Verdict | None:
        async def attempt() -> Verdict | None:
            verdict = verdicts[min(len(times), len(verdicts) - 1)]
            times.append(loop.time())
            if isinstance(verdict, Retry):
                tries.add(verdict)
            return verdict

        return await keep_trying(attempt, tries, policy or RetryPolicy(), random, asyncio.sleep)

    return run_in_virtual_time(work), times, tries


def waits(times: Sequence[float]) -> list[float]:
    return [later - earlier for earlier, later in itertools.pairwise(times)]


def test_a_call_is_tried_six_times_in_about_a_minute() -> None:
    verdict, times, _ = tried([FAILED])

    assert verdict == FAILED
    assert len(times) == 6
    assert 45 < times[-1] < 75


def test_the_waits_grow_and_no_two_runs_wait_alike() -> None:
    (_, times, _) = tried([FAILED])

    assert waits(times) == sorted(waits(times))
    for wait, plain in zip(waits(times), [2, 4, 8, 16, 30], strict=True):
        assert 0.8 * plain <= wait <= 1.2 * plain
        assert wait != plain


@given(used=st.integers(1, 60), seed=st.integers())
def test_no_wait_is_longer_than_the_longest_and_a_fifth(used: int, seed: int) -> None:
    policy = RetryPolicy()
    wait = policy.wait(used, Random(seed))  # noqa: S311  (jitter)
    assert 0.8 * min(2.0**used, 30.0) <= wait <= 36.0


@pytest.mark.parametrize("verdict", [Accept(), Refuse("400"), Doubt("502"), Halt("401", "No.")])
def test_a_verdict_that_is_final_ends_it(verdict: Verdict) -> None:
    assert tried([verdict])[:2] == (verdict, [0.0])
    assert tried([NOT_NOW, verdict])[0] == verdict


def test_what_succeeds_in_the_end_is_done() -> None:
    verdict, times, tries = tried([FAILED, NOT_NOW, DONE])

    assert verdict == DONE
    assert len(times) == 3
    assert tries.used == 2


def test_a_429_uses_up_no_try_and_is_not_waited_for_here() -> None:
    """The pacer holds every call of the token."""
    verdict, times, tries = tried([TOO_MANY] * 9 + [FAILED])

    assert verdict == FAILED
    assert times[:10] == [0.0] * 10
    assert len(times) == 9 + 6
    assert (tries.used, tries.throttled) == (6, 9)


def test_the_tenth_429_sets_a_call_aside() -> None:
    verdict, times, tries = tried([TOO_MANY])

    assert verdict == TOO_MANY
    assert len(times) == 10
    assert tries.used == 0


def test_the_waits_do_not_start_anew_after_a_429() -> None:
    (_, times, _) = tried([FAILED, FAILED, TOO_MANY, FAILED, DONE])
    assert [round(wait) for wait in waits(times)] == [2, 4, 0, 8]


def test_a_run_that_was_stopped_tries_nothing_again() -> None:
    assert tried([None])[:2] == (None, [0.0])
    assert tried([FAILED, None])[0] is None


def test_one_try_is_one_try() -> None:
    assert len(tried([FAILED], RetryPolicy(tries=1))[1]) == 1


@pytest.mark.parametrize(
    ("verdicts", "doubtful"),
    [
        ([NOT_NOW, DONE], False),
        ([TOO_MANY, DONE], False),
        ([FAILED, DONE], True),
        ([FAILED, NOT_NOW, TOO_MANY, DONE], True),
    ],
)
def test_one_try_that_may_have_been_applied_leaves_its_doubt(
    verdicts: Sequence[Verdict], *, doubtful: bool
) -> None:
    assert tried(verdicts)[2].doubtful is doubtful
