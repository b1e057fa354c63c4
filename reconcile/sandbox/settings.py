"""What can be chosen about a sandbox, with defaults that make one that can be used as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from reconcile.sandbox.faults import Fault
from reconcile.sandbox.limiters import LimiterName
from reconcile.sandbox.shapes import AccountingFields

DEFAULT_TOKENS = ("SandboxTokenThatOpensNothing",)


@dataclass(frozen=True, kw_only=True)
class SandboxSettings:
    """Every option of a sandbox.

    Attributes:
        port: The port to listen on, on 127.0.0.1; 0 takes any free one.
        tokens: The values of `X-API-TOKEN` that are let in, each with a rate budget of its own
            (Flxpoint: the limit is per token).
        orders: The orders that exist: `"any"` (every positive id, items unknown), ids and ranges
            (`"700001-700100,700200"`, items unknown), the path of a JSON file, or the orders
            themselves. A file holds an array of objects in the shape that `GET /orders/{id}`
            answers; only `id` is required, and the items of an order that has `orderItems` are
            known: no other item id is accepted for it. `shipments` of an order are what
            `GET /shipments` answers (`shipmentItems` is required in each, their fields aren't);
            without them it answers one shipment of all items.
        unknown_orders: Ids and ranges that don't exist, whatever `orders` says.
        rate: How many requests are let through per `window`.
        window: Seconds that `rate` speaks of.
        limiter: `"sliding"` window, `"fixed"` window, `"bucket"` (drained at `rate` per `window`),
            or `"gcra"` (one request per `window / rate`, without a burst).
        bucket_capacity: How many requests the bucket holds (40 was seen in client code).
        retry_after: Whether a 429 carries `Retry-After` in seconds. Flxpoint doesn't say.
        latency: Seconds between the arrival of a request and its answer. What a call does is done
            at its arrival.
        page_size_limit: What `pageSize` of `GET /orders` is cut to.
        ignore_page: Whether every page of `GET /orders` is the first one.
        ignore_updated_at: Whether `GET /orders` lists everything, whatever `orderUpdatedAt` says.
        accounting_fields: Which of them a GET tells, of orders and of items: those that were ever
            `"sent"` or given, `"always"` all of them (null, false or an empty array where nothing
            is held), or `"never"` any. What is held stays the same.
        item_ids: Whether `orderItems` tell their `id`; shipments always tell it.
        listed_items: Whether `GET /orders` tells `orderItems`, as `GET /orders/{id}` does.
        personal_data: Whether a GET of orders tells names, addresses, e-mail and telephone; they
            are made up from the id, and `personal_words` names them.
        account_id: The `id` that `GET /account` answers.
        log_file: Where each arrival is appended as a line of JSON; None for nowhere.
        faults: What to do instead of answering as usual. The first fault with an opinion wins.

    Raises:
        ValueError: An option is out of its bounds; the message names it.
    """

    port: int = 0
    tokens: tuple[str, ...] = field(default=DEFAULT_TOKENS, repr=False)
    orders: str | Path | Sequence[Mapping[str, Any]] = "any"
    unknown_orders: str = ""
    rate: int = 2
    window: float = 1.0
    limiter: LimiterName = "sliding"
    bucket_capacity: int = 40
    retry_after: bool = False
    latency: float = 0.0
    page_size_limit: int = 50
    ignore_page: bool = False
    ignore_updated_at: bool = False
    accounting_fields: AccountingFields = "sent"
    item_ids: bool = True
    listed_items: bool = True
    personal_data: bool = False
    account_id: int = 1001
    log_file: Path | None = None
    faults: tuple[Fault, ...] = ()

    def __post_init__(self) -> None:
        bounds = {
            f"port {self.port} is not between 0 and 65535": 0 <= self.port <= 65535,  # noqa: PLR2004 - what a port is
            "tokens holds none, or one that is no word of printable ASCII": bool(self.tokens)
            and all(map(_is_header_word, self.tokens)),
            f"rate {self.rate} is below 1": self.rate >= 1,
            f"window {self.window} is not above 0": self.window > 0,
            f"limiter {self.limiter!r} is none": self.limiter in get_args(LimiterName),
            f"bucket_capacity {self.bucket_capacity} is below 1": self.bucket_capacity >= 1,
            f"latency {self.latency} is below 0": self.latency >= 0,
            f"page_size_limit {self.page_size_limit} is below 1": self.page_size_limit >= 1,
            f"accounting_fields {self.accounting_fields!r} is none of always, sent and never": (
                self.accounting_fields in {"always", "sent", "never"}
            ),
        }
        broken = [sentence for sentence, holds in bounds.items() if not holds]
        if broken:
            raise ValueError("sandbox: " + "; ".join(broken))


def _is_header_word(token: str) -> bool:
    return token.isascii() and token.isprintable() and token != "" and " " not in token
