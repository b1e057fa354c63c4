"""What an exchange means for us: one pure function, the table of section 5 of the rules.

A status call adds an entry to the order's timeline and may release or cancel it, so it is
tried again only where it surely was not applied. An accounting sync sets values and may be
sent twice.
"""

import json
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import assert_never

from reconcile.domain.model import CallKind
from reconcile.domain.wording import counted
from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply

__all__ = [
    "Accept",
    "Doubt",
    "Halt",
    "Refuse",
    "Retry",
    "Verdict",
    "first_line",
    "judge",
    "retry_after",
    "silence_sentence",
]


@dataclass(frozen=True, slots=True)
class Accept:
    """Flxpoint acknowledged the call; `note` if not in the documented way."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """The call may be tried again.

    `applied`: this try may have been applied all the same. `counts`: it uses up a try.
    `hold`: seconds for which the server wants silence from the token, if it said so.
    `throttled`: the server said that it was too much.
    """

    cause: str
    applied: bool = False
    counts: bool = True
    hold: float | None = None
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Refuse:
    """The API said no; the call is never repeated."""

    cause: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """The call may have been applied and must not be repeated."""

    cause: str


@dataclass(frozen=True, slots=True)
class Halt:
    """Nothing more may be sent; the call itself was not applied."""

    cause: str
    sentence: str


Verdict = Accept | Retry | Refuse | Doubt | Halt

_NO_CONTENT = 204
_TOO_MANY = 429
_UNAVAILABLE = 503
_NOT_APPLIED = frozenset({408, 425})
_SHOWN = 200
_LOOKED_AT = 2000  # of one line; looking for addresses takes the square of its length
_LONGEST_HOLD = 999_999_999.0
# Possessive throughout: a page may begin with any number of comments.
_PROLOGUE = re.compile(r"[\s\ufeff]+|<\?xml[^>]*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style)\b", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\+\d[\d ()/.-]{7,}\d"
    r"|\(\d{2,5}\)[\d ./-]{5,}\d"
    r"|\b\d{3}[ .-]\d{3}[ .-]\d{4}\b"
    r"|\b0\d{2,4}[ /-]\d{5,}\b"
)


def judge(kind: CallKind, exchange: Exchange, now: datetime) -> Verdict:
    """Says what an exchange means.

    Args:
        kind: the endpoint; a status call is never repeated blindly.
        exchange: what happened on the wire.
        now: wall time with offset, for a `Retry-After` that is a date.
    """
    match exchange:
        case NeverSent(reason):
            return Retry(reason)
        case NoReply(reason):
            return _maybe_applied(kind, reason)
        case Reply():
            return _judge_reply(kind, exchange, now)
        case _:
            assert_never(exchange)


def first_line(body: str) -> str:
    """The first line of an answer, shortened, without addresses and telephone numbers.

    Of JSON with a `message` it is the message.
    """
    if _is_page(body):
        return "(an HTML page)"
    lines = [line.strip() for line in _message(body).splitlines() if line.strip()]
    if not lines:
        return ""
    text = "".join(char if char.isprintable() else " " for char in lines[0][:_LOOKED_AT])
    text = _PERSONAL.sub("…", text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _is_page(body: str) -> bool:
    """Whether the first tag is one of an HTML page; what may stand before it is passed over.

    In steps, since one expression for both goes back over every comment again and again. A
    comment that goes on beyond what was kept of the body stands before a page too.
    """
    at = 0
    while (before := _PROLOGUE.match(body, at)) is not None:
        at = before.end()
    return _PAGE.match(body, at) is not None or body.startswith("<!--", at)


def _message(body: str) -> str:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return body
    found = said.get("message") if isinstance(said, dict) else None
    return found if isinstance(found, str) else body


def _judge_reply(kind: CallKind, reply: Reply, now: datetime) -> Verdict:
    cause = str(reply.status)
    match reply.status // 100:
        case 2:
            return _judge_success(kind, reply)
        case 3:
            return Halt(
                cause,
                f"Flxpoint answered with a redirect ({cause}), which is never followed: "
                "the token would go to another host. See `base_url` in config.yaml.",
            )
        case 4 if reply.status == 401:  # noqa: PLR2004
            return Halt(
                cause,
                "Flxpoint doesn't accept the token (401). The usual cause is a token of the "
                "wrong kind (Account, Source or Channel), or one that has expired.",
            )
        case 4 if reply.status == _TOO_MANY:
            hold = retry_after(reply, now)
            return Retry(cause, counts=False, hold=hold, throttled=True)
        case 4 if reply.status in _NOT_APPLIED:
            return Retry(cause, hold=retry_after(reply, now))
        case 4:
            return Refuse(cause)
        case 5 if kind is CallKind.SYNC or reply.status == _UNAVAILABLE:
            applied = kind is CallKind.SYNC
            return Retry(cause, applied=applied, hold=retry_after(reply, now))
        case _:
            return _maybe_applied(kind, cause, retry_after(reply, now))


def _judge_success(kind: CallKind, reply: Reply) -> Verdict:
    # The label alone says nothing: frameworks label even an empty 204 as text/html.
    labelled = "html" in reply.headers.get("content-type", "").lower()
    if _is_page(reply.body) or (labelled and reply.body.lstrip("\ufeff \t\r\n").startswith("<")):
        return Halt(
            "login page",
            f"Flxpoint answered with an HTML page ({reply.status}), as it does to a bad token "
            "with its login page. A page acknowledges nothing.",
        )
    if kind is CallKind.SYNC and reply.status != _NO_CONTENT:
        return Accept(f"answered {reply.status} instead of {_NO_CONTENT}")
    return Accept()


def _maybe_applied(kind: CallKind, cause: str, hold: float | None = None) -> Verdict:
    if kind is CallKind.SYNC:
        return Retry(cause, applied=True, hold=hold)
    return Doubt(cause)


def retry_after(reply: Reply, now: datetime) -> float | None:
    """Seconds for which an answer wants silence, from now; None if it doesn't say.

    Both forms of RFC 9110, section 10.2.3. Nonsense is passed over; what lies beyond thirty
    years is that long.
    """
    text = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,300}(?:\.[0-9]{1,300})?", text):
        return min(float(text), _LONGEST_HOLD)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), _LONGEST_HOLD)


def silence_sentence(seconds: float, wall: datetime) -> str:
    """That the server wants so many seconds of silence, and from when it can go on."""
    until = (wall + timedelta(seconds=math.ceil(seconds))).astimezone().isoformat(" ", "seconds")
    minutes = counted(math.ceil(seconds / 60), "minute")
    return f"Flxpoint wants no calls for the next {minutes}; it can go on from {until}."
