"""The way of a request through the sandbox: logged, token, rate, fault, endpoint.

Owns the one lock over the orders, limiters and faults, so that a call is done whole or not at all.
"""

import math
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import assert_never

from reconcile.sandbox.api import Api, Kept
from reconcile.sandbox.arrivals import Arrival, ArrivalLog
from reconcile.sandbox.calls import Call, Request, Response, recognise, refused
from reconcile.sandbox.faults import Answer, Deed, Drop, Fault, Half, Hang, Reset, Slow
from reconcile.sandbox.limiters import Limiter, limiter_called
from reconcile.sandbox.orders import OrderBook
from reconcile.sandbox.settings import SandboxSettings
from reconcile.sandbox.shapes import Shape


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that has arrived and whose body is still to be read.

    `refusal` is the answer if token or rate refused it.
    """

    arrival: Arrival
    call: Call
    refusal: Response | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What to do about a request: send the response (None: break the connection) after a delay.

    `over` are the seconds over which the bytes of the response are spread.
    """

    response: Response | None
    delay: float
    over: float = 0.0


class Gate:
    """Everything between the connection and the endpoints. Safe to use from several threads.

    Whoever looks at `book` or changes `faults` holds the `lock`.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        self.log = ArrivalLog()
        self._settings = settings
        self.lock = threading.Lock()
        self.faults: list[Fault] = list(settings.faults)
        self._limiters: list[Limiter] = [
            limiter_called(
                settings.limiter, settings.rate, settings.window, settings.bucket_capacity
            )
            for _ in settings.tokens
        ]
        self.book = OrderBook(settings.orders, settings.unknown_orders, datetime.now(UTC))
        self._api = Api(
            self.book,
            Shape(
                accounting_fields=settings.accounting_fields,
                item_ids=settings.item_ids,
                listed_items=settings.listed_items,
                personal_data=settings.personal_data,
            ),
            account_id=settings.account_id,
            page_size_limit=settings.page_size_limit,
            ignore_page=settings.ignore_page,
            ignore_updated_at=settings.ignore_updated_at,
        )

    def arrive(self, method: str, target: str, tokens: list[str]) -> Ticket:
        """Log a request, then judge its token and its rate.

        `target` is path and query as sent, `tokens` the values of all its `X-API-TOKEN` headers.
        """
        path, _, query = target.partition("?")
        call = recognise(method, path, query)
        with self.lock:
            index = self._index_of(tokens)
            number = None if index is None else index + 1
            arrival = self.log.add(method, path, query, call, number)
            if index is None:
                message = "the header X-API-TOKEN is missing or wrong"
                return Ticket(arrival, call, refused(401, message))
            wait = self._limiters[index].admit(arrival.at_monotonic)
            return Ticket(arrival, call, None if wait is None else self._too_many(wait))

    def answer(self, ticket: Ticket, content_type: str | None, body: bytes | None) -> Reply:
        """Carry a request out, or do what a fault says; its body is None if it had no length."""
        request = Request(ticket.call, ticket.arrival.query, content_type, body)
        with self.lock:
            if ticket.refusal is None:
                deed = self._deed(ticket)
                reply = self._do(deed, request, ticket, self._settings.latency)
            else:
                reply = Reply(ticket.refusal, self._settings.latency)
            status = None if reply.response is None else reply.response.status
            self.log.settle(ticket.arrival.number, body or b"", status)
        return reply

    def abandon(self, ticket: Ticket) -> None:
        """Note that a request went away before its body was there."""
        self.log.settle(ticket.arrival.number, b"", None)

    def _index_of(self, tokens: list[str]) -> int | None:
        if len(tokens) != 1 or tokens[0] not in self._settings.tokens:
            return None
        return self._settings.tokens.index(tokens[0])

    def _deed(self, ticket: Ticket) -> Deed | None:
        for fault in self.faults:
            deed = fault.instead(ticket.call.kind, ticket.call.order_id, ticket.arrival.number)
            if deed is not None:
                return deed
        return None

    def _do(self, deed: Deed | None, request: Request, ticket: Ticket, delay: float) -> Reply:
        match deed:
            case None | Slow() | Drop() | Half():
                usual = self._api.answer(request, ticket.arrival.at, _kept(deed))
                over = deed.seconds if isinstance(deed, Slow) else 0.0
                return Reply(usual, delay, over)
            case Hang():
                return self._do(deed.then, request, ticket, delay + deed.seconds)
            case Reset():
                if deed.applied:
                    self._api.answer(request, ticket.arrival.at)
                return Reply(None, delay)
            case Answer():
                if deed.applied:
                    self._api.answer(request, ticket.arrival.at)
                return Reply(_response(deed, datetime.now(UTC) + timedelta(seconds=delay)), delay)
            case _:
                assert_never(deed)

    def _too_many(self, wait: float) -> Response:
        headers: tuple[tuple[str, str], ...] = ()
        if self._settings.retry_after:
            headers = (("Retry-After", str(max(1, math.ceil(wait)))),)
        limit = f"{self._settings.rate} requests per {self._settings.window:g} s"
        return refused(429, f"too many requests: {limit} are allowed", *headers)


def _kept(deed: Deed | None) -> Kept:
    if isinstance(deed, Drop):
        return "nothing"
    return "half" if isinstance(deed, Half) else "all"


def _response(answer: Answer, at: datetime) -> Response:
    headers = tuple(answer.headers.items())
    if answer.retry_after_date is not None:
        until = math.ceil(at.timestamp()) + answer.retry_after_date
        date = format_datetime(datetime.fromtimestamp(until, UTC), usegmt=True)
        headers = (*headers, ("Retry-After", date))
    if answer.body and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", "text/plain; charset=utf-8"))
    return Response(answer.status, headers, answer.body.encode())
