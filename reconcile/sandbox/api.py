"""What each endpoint does: a request in, a response out, over the orders.

Knows no HTTP connection, token, rate or clock. Checks in this order: the path and its method, the
order, the query or the body.
"""

from datetime import UTC, datetime
from typing import Any, Literal, assert_never
from urllib.parse import parse_qs

from reconcile.sandbox import schema
from reconcile.sandbox.calls import SHIPMENTS_OF, Request, Response, answered, refused
from reconcile.sandbox.orders import OrderBook
from reconcile.sandbox.schema import BadRequest
from reconcile.sandbox.shapes import Shape

# How much of a write is carried out: "half" is all but the accounting of the items.
Kept = Literal["all", "half", "nothing"]

# Flxpoint's page "Update Order Status". "Draft" occurs in answers and can't be sent.
STATUSES = (
    "Open",
    "Closed",
    "Canceled",
    "On Hold",
    "Failed",
    "No Shipping Method",
    "Not Managed",
)


class Api:
    """The six endpoints over one book of orders."""

    def __init__(
        self,
        book: OrderBook,
        shape: Shape,
        *,
        account_id: int,
        page_size_limit: int,
        ignore_page: bool,
        ignore_updated_at: bool,
    ) -> None:
        self._book = book
        self._shape = shape
        self._account_id = account_id
        self._page_size_limit = page_size_limit
        self._ignore_page = ignore_page
        self._ignore_updated_at = ignore_updated_at

    def answer(self, request: Request, at: datetime, kept: Kept = "all") -> Response:
        """Carry out a request that came `at`; what can't be carried out is 400, 404 or 405.

        With less than "all" `kept`, a write is judged and answered as usual all the same.
        """
        call = request.call
        if call.allowed is not None:
            message = f"this path takes {call.allowed} only"
            return refused(405, message, ("Allow", call.allowed))
        if call.kind == "unknown":
            return refused(404, "there is no such path")
        if call.named is not None and not self._book.knows(call.order_id):
            return refused(404, f"there is no order {call.named}")
        try:
            return self._carry_out(request, call.order_id or 0, at, kept)
        except BadRequest as error:
            return refused(400, str(error))

    def _carry_out(self, request: Request, order_id: int, at: datetime, kept: Kept) -> Response:
        kind = request.call.kind
        match kind:
            case "account":
                return answered(200, self._account())
            case "orders":
                return self._list(request)
            case "order":
                return answered(200, self._shape.order(self._book.order(order_id).document))
            case "shipments":
                return self._shipments(request)
            case "accounting-sync":
                return self._sync(request, order_id, at, kept)
            case "status":
                return self._set_status(request, order_id, at, kept)
            case "unknown":
                raise AssertionError("refused before")
            case _:
                assert_never(kind)

    def _account(self) -> dict[str, object]:
        """Four fields, as Flxpoint's page of `GET /account` has them."""
        return {
            "id": self._account_id,
            "companyName": "Sandbox Company",
            "brandName": "Sandbox",
            "subdomain": "sandbox",
        }

    def _list(self, request: Request) -> Response:
        """A bare array, empty past the end; other parameters are ignored, as seen in clients."""
        query = _query(request.query)
        page = 1 if self._ignore_page else _count(query, "page", 1)
        size = min(_count(query, "pageSize", self._page_size_limit), self._page_size_limit)
        since = None if self._ignore_updated_at else _moment(query, "orderUpdatedAt")
        ids = self._book.page(page, size, since)
        return answered(200, [self._shape.listed(self._book.order(id_).document) for id_ in ids])

    def _shipments(self, request: Request) -> Response:
        """A bare array, empty for an order that isn't there."""
        if SHIPMENTS_OF not in _query(request.query):
            raise BadRequest(f"{SHIPMENTS_OF} is missing")
        order_id = request.call.order_id
        if order_id is None:
            raise BadRequest(f"{SHIPMENTS_OF} must be the id of an order")
        shipments = self._book.order(order_id).shipped() if self._book.knows(order_id) else []
        return answered(200, shipments)

    def _sync(self, request: Request, order_id: int, at: datetime, kept: Kept) -> Response:
        """204 without a body, by Flxpoint's page "Sync Accounting for Order"."""
        if not _is_json(request.content_type):
            raise BadRequest("Content-Type must be application/json")
        if request.body is None:
            raise BadRequest("the body needs a sound Content-Length")
        body = schema.accounting_sync(request.body)
        ids = [item["id"] for item in body.get("items", [])]
        strangers = self._book.strangers(order_id, ids)
        if strangers:
            named = ", ".join(map(str, strangers))
            raise BadRequest(f"items: order {order_id} has no item {named}")
        if kept != "nothing":
            self._book.sync(order_id, _half(body) if kept == "half" else body, at)
        return Response(204)

    def _set_status(self, request: Request, order_id: int, at: datetime, kept: Kept) -> Response:
        """201, by Flxpoint's page "Update Order Status"; it takes everything from the query."""
        query = _query(request.query)
        status = query.get("status")
        if status not in STATUSES:
            raise BadRequest(f"status must be one of {', '.join(STATUSES)}")
        if kept != "nothing":
            self._book.set_status(order_id, status, query.get("updateNote"), at)
        return Response(201)


def _half(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out the accounting of the items."""
    named = {"items": [{"id": item["id"]} for item in body.get("items", [])]}
    return body | named


def _query(written: str) -> dict[str, str]:
    if not written.isascii():
        raise BadRequest("the query holds characters that must be percent-encoded")
    try:
        values = parse_qs(written, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadRequest(f"the query can't be read: {error}") from error
    twice = [name for name, given in values.items() if len(given) > 1]
    if twice:
        raise BadRequest(f"the query names twice: {', '.join(twice)}")
    return {name: given[0] for name, given in values.items()}


def _count(query: dict[str, str], name: str, default: int) -> int:
    written = query.get(name, str(default))
    if not (written.isascii() and written.isdigit() and len(written) < 10 and int(written) > 0):  # noqa: PLR2004 - 32 bits
        raise BadRequest(f"{name} must be a whole number above 0")
    return int(written)


def _moment(query: dict[str, str], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        moment = datetime.fromisoformat(query[name])
    except ValueError as error:
        raise BadRequest(f"{name} must be a time in ISO 8601") from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _is_json(content_type: str | None) -> bool:
    kind, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    return kind == "application/json" and all(
        parameter in {"charset=utf-8", 'charset="utf-8"'} for parameter in parameters
    )
