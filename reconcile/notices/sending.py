"""What both ways of telling need: the address that a variable holds, and a bound in time."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

__all__ = ["UNTOLD", "all_within", "looked_up"]

UNTOLD = "it was not over in time"
"""What is said of work that `all_within` stopped waiting for."""


def looked_up(address: str, environment: Mapping[str, str]) -> str:
    """The address itself, or what the variable `$NAME` holds; empty if it holds nothing."""
    if address.startswith("$"):
        return environment.get(address[1:], "").strip()
    return address


def all_within(seconds: float, works: Sequence[Callable[[], str | None]]) -> list[str | None]:
    """Does all works at once; gives for each what it returned, in their order.

    Work that raised, or isn't over after so many seconds in all, is told in words; nothing is
    raised. What isn't over is left to itself: it never keeps the program from ending.
    """
    found: list[str | None] = [UNTOLD] * len(works)

    def work_at(place: int) -> None:
        try:
            found[place] = works[place]()
        except Exception as error:  # noqa: BLE001  (a notice never fails the run)
            found[place] = f"it failed ({type(error).__name__})"

    threads = [
        threading.Thread(target=work_at, args=(place,), daemon=True) for place in range(len(works))
    ]
    end = time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return list(found)
