"""How often and when a call is tried again; tenacity drives the loop, the policy is here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

from tenacity import AsyncRetrying, RetryCallState, retry_if_result

from reconcile.flxpoint.verdict import Retry, Verdict

__all__ = ["RetryCount", "RetryPolicy", "keep_trying"]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`tries` in all, with waits in seconds that double from `first_wait` to `longest_wait`.

    The defaults make 6 tries in about a minute. A call answered 429 `throttled_tries` times
    is set aside.
    """

    tries: int = 6
    throttled_tries: int = 10
    first_wait: float = 2.0
    longest_wait: float = 30.0
    jitter: float = 0.2

    def over(self, count: "RetryCount") -> bool:
        """Whether no further try is left."""
        return count.used >= self.tries or count.throttled >= self.throttled_tries

    def wait(self, used: int, random: Random) -> float:
        """Seconds before the next try when `used` tries have failed."""
        plain = min(self.first_wait * 2.0 ** (used - 1), self.longest_wait)
        return plain * (1 + self.jitter * (2 * random.random() - 1))


@dataclass(slots=True)
class RetryCount:
    """What one call has used up. `doubtful`: a try may have been applied."""

    used: int = 0
    throttled: int = 0
    doubtful: bool = False

    def add(self, verdict: Retry) -> None:
        """Takes a failed try into account."""
        self.used += verdict.counts
        self.throttled += verdict.throttled
        self.doubtful |= verdict.applied


async def keep_trying(
    attempt: Callable[[], Awaitable[Verdict | None]],
    count: RetryCount,
    policy: RetryPolicy,
    random: Random,
    sleep: Callable[[float], Awaitable[None]],
) -> Verdict | None:
    """Calls `attempt` until its verdict is final or the tries are used up.

    Returns the last verdict: a `Retry` means given up, None that the run was stopped before
    the call could be made again.
    """

    def exhausted(_state: RetryCallState) -> bool:
        return policy.over(count)

    def wait(state: RetryCallState) -> float:
        verdict = state.outcome.result() if state.outcome else None
        if isinstance(verdict, Retry) and verdict.throttled:
            return 0.0  # the pacer holds every call of the token
        return policy.wait(max(1, count.used), random)

    retrying = AsyncRetrying(
        sleep=sleep,
        stop=exhausted,
        wait=wait,
        retry=retry_if_result(lambda verdict: isinstance(verdict, Retry)),
        retry_error_callback=_last_verdict,
    )
    result: Verdict | None = await retrying(attempt)
    return result


def _last_verdict(state: RetryCallState) -> Verdict | None:
    result: Verdict | None = state.outcome.result() if state.outcome else None
    return result
