"""The log of what arrived, in memory and, if asked for, as lines of JSON in a file.

Headers are never part of it, so the token isn't either.
"""

import json
import os
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from reconcile.sandbox.calls import Call, CallKind


@dataclass(frozen=True, slots=True)
class Arrival:
    r"""One request as it arrived, and the status it was answered with.

    Attributes:
        number: Counted from 1 in the order of arrival.
        at_monotonic: Seconds of `time.monotonic` when its headers were read.
        at: The same moment by the wall clock, in UTC.
        method: As sent.
        path: As sent, without the query.
        query: As sent, still encoded.
        body: As text; bytes that are no UTF-8 are written as `\xNN`.
        status: What was answered; None if nothing was (yet).
        order_id: The order in the path, or the one whose shipments are asked for; None if there
            is none, or if it is no id.
        kind: Which endpoint.
        token_number: Which of the sandbox's tokens it came with, from 1; None for none of them.
    """

    number: int
    at_monotonic: float
    at: datetime
    method: str
    path: str
    query: str
    body: str
    status: int | None
    order_id: int | None
    kind: CallKind
    token_number: int | None


def most_within(times: Iterable[float], window: float = 1.0) -> int:
    """Count the most times that lie within less than `window` of each other, all in seconds."""
    ordered = sorted(times)
    most = first = 0
    for last, time_ in enumerate(ordered):
        while time_ - ordered[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


class ArrivalLog:
    """Every arrival of one sandbox. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arrivals: list[Arrival] = []
        self._file: TextIO | None = None

    def open_file(self, path: Path) -> None:
        """Append settled arrivals to this file from now on; a new file is its owner's alone.

        Raises OSError if it can't be opened.
        """
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with self._lock:
            self._file = os.fdopen(descriptor, "a", encoding="utf-8", buffering=1)

    def close_file(self) -> None:
        """Close the file, if one is open."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def add(
        self, method: str, path: str, query: str, call: Call, token_number: int | None
    ) -> Arrival:
        """Number and time a request that is here now, body unread and unanswered."""
        with self._lock:
            arrival = Arrival(
                number=len(self._arrivals) + 1,
                at_monotonic=time.monotonic(),
                at=datetime.now(UTC),
                method=method,
                path=path,
                query=query,
                body="",
                status=None,
                order_id=call.order_id,
                kind=call.kind,
                token_number=token_number,
            )
            self._arrivals.append(arrival)
            return arrival

    def settle(self, number: int, body: bytes, status: int | None) -> None:
        """Note the body of an arrival and what was answered, None for no answer at all."""
        with self._lock:
            settled = replace(
                self._arrivals[number - 1],
                body=body.decode(errors="backslashreplace"),
                status=status,
            )
            self._arrivals[number - 1] = settled
            if self._file is not None:
                self._file.write(json.dumps(asdict(settled) | {"at": settled.at.isoformat()}))
                self._file.write("\n")

    def all(self) -> list[Arrival]:
        """Copy what arrived so far, by number."""
        with self._lock:
            return list(self._arrivals)
