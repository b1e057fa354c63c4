"""What may go wrong between client and server: as the sandbox does it, and as a client meets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconcile.flxpoint import Exchange, NoReply, Reply
from reconcile.sandbox import Answer, Deed, Hang, Reset, Slow

__all__ = ["FAULTS", "USUAL", "Fault", "Meeting", "wrong_with"]

USUAL: Final = "as usual"
_PAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body></body></html>\n"
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_CUT = {"Content-Type": "application/json", "Content-Length": "1000", "Connection": "close"}
_SILENCE = 4.0
"""Seconds, beyond every time-out of the runs."""

_BROKEN = NoReply("the connection broke")
_LATE = NoReply("no answer in time")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        deed: what the sandbox does.
        exchange: the same on a simulated clock, where no wire is.
        applied: whether the call is carried out all the same.
        maybe: whether the client must think that it may have been.
        clock: seconds by which the wall clock jumps meanwhile.
    """

    deed: Deed
    exchange: Exchange
    applied: bool = False
    maybe: bool = False
    clock: float = 0.0


def _answer(status: int, *, applied: bool = False, clock: float = 0.0, **headers: str) -> Fault:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    told = {name.lower(): value for name, value in given.items()}
    maybe = status in {500, 502, 504}
    return Fault(Answer(status, given, applied=applied), Reply(status, told), applied, maybe, clock)


def _page(status: int, *, applied: bool = False) -> Fault:
    maybe = status >= 500  # noqa: PLR2004
    return Fault(
        Answer(status, _HTML, _PAGE, applied=applied), Reply(status, {}, _PAGE), applied, maybe
    )


FAULTS: Final[Mapping[str, Fault]] = {
    "reset before": Fault(Reset(), _BROKEN, maybe=True),
    "reset after": Fault(Reset(applied=True), _BROKEN, applied=True, maybe=True),
    "hang before": Fault(Hang(_SILENCE, Reset()), _LATE, maybe=True),
    "hang after": Fault(Hang(_SILENCE), _LATE, applied=True, maybe=True),
    "slow": Fault(Slow(_SILENCE), _LATE, applied=True, maybe=True),
    "cut body": Fault(Answer(200, _CUT, '{"id": '), _BROKEN, maybe=True),
    "cut body after": Fault(
        Answer(200, _CUT, '{"id": ', applied=True), _BROKEN, applied=True, maybe=True
    ),
    "HTML 502": _page(502),
    "HTML 502 after": _page(502, applied=True),
    "500 after": _answer(500, applied=True),
    "503, Retry-After": _answer(503, Retry_After="1"),
    "504": _answer(504),
    "408": _answer(408),
    "429": _answer(429),
    "429, seconds": _answer(429, Retry_After="1"),
    "429, date": Fault(Answer(429, retry_after_date=1), Reply(429, {"retry-after": "date"})),
    "redirect": _answer(302, Location="https://elsewhere.invalid/login"),
    "login page": _page(200),
    "401": _answer(401),
    "503, clock forward": _answer(503, clock=7200.0),
    "503, clock back": _answer(503, clock=-7200.0),
}
"""By name; `Retry-After` as a date is filled in by whoever knows the time."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a call met, arrival by arrival, and how it ended.

    Attributes:
        is_status: a status call; else an accounting sync.
        met: names of faults, or `USUAL`.
        writes: how often the server carried it out.
        done: whether it is told as done.
        doubtful: whether it is told as in doubt.
    """

    is_status: bool
    met: Sequence[str]
    writes: int
    done: bool
    doubtful: bool


def wrong_with(meeting: Meeting) -> str:
    """What must not be, in words; `""` if all is well."""
    met = meeting.met
    if USUAL in met[:-1]:
        return "sent again after it was done"
    if meeting.done and met[-1:] != [USUAL]:
        return "told as done without an answer that says so"
    if not meeting.is_status:
        return "" if meeting.done else "an accounting sync was lost"
    maybe = [name for name in met if name != USUAL and FAULTS[name].maybe]
    if maybe and FAULTS.get(met[-1], FAULTS["504"]) is not FAULTS[maybe[0]]:
        return "a status was repeated although it may have been applied"
    if meeting.writes > 1:
        return "a status was applied twice"
    if bool(maybe) is meeting.done or bool(maybe) is not meeting.doubtful:
        return "a status is told wrongly"
    return ""
