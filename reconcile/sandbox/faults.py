"""What the sandbox does instead of answering as usual, when it was asked to.

A fault is consulted for each request that passed the token and the rate, and returns a deed or
None. A new kind of deed is a member of `Deed` here and one case in `gate`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from reconcile.sandbox.calls import CallKind


class Fault(Protocol):
    """Something that may go wrong. It is consulted by one thread at a time."""

    def instead(self, kind: CallKind, order_id: int | None, number: int, /) -> "Deed | None":
        """Say what to do instead with a call of this kind for this order; None for nothing.

        `number` counts the arrivals from 1, refused ones included.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer this; with `applied`, carry the call out all the same and hide how that went.

    A body without a `Content-Type` among the headers is plain text. A `Content-Length` or
    `Connection: close` among the headers is obeyed. `retry_after_date` adds a `Retry-After` in the
    form of a date, the next whole second at least so many seconds after the moment of answering.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    applied: bool = False
    retry_after_date: int | None = None

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:  # noqa: PLR2004 - the range of final statuses
            raise ValueError(f"{self.status} is no final HTTP status")


@dataclass(frozen=True, slots=True)
class Reset:
    """Break the connection without an answer, after carrying the call out if `applied`."""

    applied: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Say nothing for that many seconds, then do what `then` says; None is the usual answer.

    What is to be carried out is carried out before the silence.
    """

    seconds: float
    then: Answer | Reset | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """Carry the call out and let the usual answer trickle: its last byte comes after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Drop:
    """Answer a write as usual, 204 or 201, and carry nothing of it out. Nothing to a read."""


@dataclass(frozen=True, slots=True)
class Half:
    """Answer a sync as usual and carry it out without the accounting of its items.

    What it says of the order is kept; the `externalAccountingId` of an item and of its supplier
    SKUs stay as they were. Nothing to any other call.
    """


Deed = Answer | Reset | Hang | Slow | Drop | Half


class Scripted:
    """A fault that does one deed for one kind of call of one order, a number of times.

    `kind` None stands for every kind, `order_id` None for every order and none, `times` None for
    ever. "500 twice, then as usual" is `Scripted("status", 700001, Answer(500), times=2)`. It
    begins with the call that is number `first` of those it is for. The counts are the script's
    own: one given to two sandboxes is shared by them, and calls for which another fault had an
    opinion before are not among them.
    """

    def __init__(
        self,
        kind: CallKind | None,
        order_id: int | None,
        deed: Deed,
        *,
        times: int | None = 1,
        first: int = 1,
    ) -> None:
        self._kind = kind
        self._order_id = order_id
        self._deed = deed
        self._left = times
        self._before = first - 1

    def instead(self, kind: CallKind, order_id: int | None, _number: int, /) -> Deed | None:
        """See `Fault.instead`."""
        if self._kind not in (None, kind) or self._order_id not in (None, order_id):
            return None
        if self._before > 0:
            self._before -= 1
            return None
        if self._left is not None:
            if self._left <= 0:
                return None
            self._left -= 1
        return self._deed
