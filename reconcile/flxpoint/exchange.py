"""What happened on the wire: an answer, nothing sent, or sent and no answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Exchange", "NeverSent", "NoReply", "Reply", "in_words"]


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. `headers` have lower-case names; `body` is its first part as text."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass(frozen=True, slots=True)
class NeverSent:
    """The request did not leave this machine; `reason` in words."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoReply:
    """The request left, wholly or in part, and no whole answer came; `reason` in words."""

    reason: str


Exchange = Reply | NeverSent | NoReply


def in_words(exchange: Exchange) -> str:
    """What came of it, for the middle of a sentence."""
    return f"answered {exchange.status}" if isinstance(exchange, Reply) else exchange.reason
