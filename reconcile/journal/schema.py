"""The tables, and their version."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import BigInteger

VERSION = 3
"""Raised with every change of the tables; a journal with a higher one is refused.

One with a lower one gets what it lacks: new tables, and new columns with their default.
"""

metadata = MetaData()


def _key(name: str, kind: Any = Integer) -> Column[Any]:
    return Column(name, kind, primary_key=True)


def _needed(kind: Any, *names: str) -> list[Column[Any]]:
    return [Column(name, kind, nullable=False) for name in names]


def _of_run(name: str, *columns: Any) -> Table:
    """A table whose rows belong to runs, and go with them."""
    return Table(
        name, metadata, Column("run_id", ForeignKey("runs.id"), primary_key=True), *columns
    )


_SHORT, _LONG, _HASH = String(40), String(400), String(64)
_ACCOUNT = ("account", _LONG)

meta = Table("meta", metadata, _key("key", _SHORT), *_needed(Text, "value"))

accounts = Table(
    "accounts",
    metadata,
    _key("base_url", _LONG),
    _key("token_fingerprint", _HASH),
    *_needed(_LONG, "account"),
    *_needed(Text, "name"),
)

runs = Table(
    "runs",
    metadata,
    _key("id", _SHORT),
    *_needed(_SHORT, "version", "created_at"),
    *_needed(_LONG, "base_url", "account"),
    *_needed(Text, "account_name"),
    *_needed(_SHORT, "command"),
    *_needed(Text, "settings", "workbook"),
    *_needed(Boolean, "complete"),  # the plan is written down to its last row
    Column("ended_at", _SHORT),
    Column("exit_code", Integer),
    *_needed(Text, "reason"),
    Column("target", Text, nullable=False, server_default=""),  # where the workbook belongs
    Column("pilot", Boolean, nullable=False, server_default="0"),  # of only some of its orders
    Column("sequence", Integer),  # in which plans were completed; the later one counts
    Column("abandoned", Boolean, nullable=False, server_default="0"),  # never to be resumed
)

sources = _of_run(
    "sources",
    _key("number"),
    *_needed(Text, "path", "file", "sheet"),
    *_needed(_SHORT, "kind"),
    *_needed(BigInteger, "size"),
    *_needed(_HASH, "sha256"),
    *_needed(Integer, "header_row"),
    *_needed(Text, "headers", "fields"),
    *_needed(Integer, "rows"),
)

row_chunks = _of_run(
    "row_chunks",
    _key("source"),
    _key("chunk"),
    *_needed(LargeBinary, "rows"),  # JSON, deflated: a million rows are 200 MB
)

orders = _of_run(
    "orders",
    _key("position"),
    *_needed(BigInteger, "order_id"),
    *_needed(Text, "rows"),
    *_needed(Boolean, "rejected"),
    Index("orders_by_id", "order_id"),
)

messages = _of_run(
    "told",
    _key("number"),
    Column("order_id", BigInteger),
    *_needed(Boolean, "blocks"),
    *_needed(String(60), "code"),
    *_needed(Text, "found", "detail", "places"),
    Column("count", Integer, key="times", nullable=False),
)

calls = _of_run(
    "calls",
    _key("order_id", BigInteger),
    _key("kind", String(20)),
    *_needed(Integer, "position"),
    *_needed(Text, "content"),
    *_needed(_HASH, "fingerprint"),
    *_needed(String(20), "comparison"),
    Column("previous", Text),
    *_needed(String(20), "state"),
    *_needed(Text, "note"),
    *_needed(Integer, "tries"),
    Column("setback", Integer, nullable=False, server_default="0"),  # see `records.Setback`
    Index("calls_by_order", "order_id"),
    Index("calls_by_state", "run_id", "state"),
)

attempts = _of_run(
    "attempts",
    _key("order_id", BigInteger),
    _key("kind", String(20)),
    _key("number"),
    *_needed(Integer, "sequence"),
    *_needed(_SHORT, "began_at"),
    *_needed(Boolean, "disturbed_before"),
    Column("doubts_before", Text),
    Column("ended_at", _SHORT),
    Column("seconds", Float),
    Column("exchange", String(20)),
    Column("status", Integer),
    Column("verdict", _SHORT),
    Column("answer", Text),
    Column("headers", Text),
    Index("attempts_in_turn", "run_id", "sequence"),
)

standings = Table(
    "standings",
    metadata,
    _key(*_ACCOUNT),
    _key("order_id", BigInteger),
    _key("kind", String(20)),
    Column("content", Text),
    Column("fingerprint", _HASH),
    Column("run_id", _SHORT),
    Column("at", _SHORT),
    *_needed(Boolean, "disturbed"),
    Column("in_doubt", Text),  # fingerprints, parted by blanks
)

# Files of runs that were pruned: last year's file must never be taken for a new one.
done_files = Table(
    "done_files", metadata, _key(*_ACCOUNT), _key("sha256", _HASH), *_needed(_SHORT, "run_id")
)

# How commands ended, those that made no run included: a recovery is told once.
endings = Table(
    "endings",
    metadata,
    _key("number"),
    *_needed(_SHORT, "at"),
    *_needed(_LONG, "base_url"),
    *_needed(Integer, "exit_code"),
)

# The local id map: what Flxpoint said of its orders. No names, no addresses.
known_orders = Table(
    "known_orders",
    metadata,
    _key(*_ACCOUNT),
    _key("order_id", BigInteger),
    *_needed(_LONG, "number", "reference", "status"),
    *_needed(_LONG, "ordered_at"),  # in UTC, `""` if that can't be told
    *_needed(_LONG, "updated_at"),
    Column("accounting_id", Text),
    Column("synced", Boolean),
    *_needed(String(20), "items_known"),  # see `records.ItemsKnown`
    Column("lines", Text),  # SKU and quantity of its items, where they came without ids
    Index("known_orders_by_number", "account", "number"),
    Index("known_orders_by_reference", "account", "reference"),
    Index("known_orders_by_time", "account", "ordered_at"),
)

known_items = Table(
    "known_items",
    metadata,
    _key(*_ACCOUNT),
    _key("order_id", BigInteger),
    _key("item_id", BigInteger),
    *_needed(_LONG, "sku", "quantity"),
)

# How far the local id map of an account goes.
pulls = Table(
    "pulls",
    metadata,
    _key(*_ACCOUNT),
    Column("since", _SHORT),  # what the pull that goes on asks for; None: everything
    Column("page", Integer),  # its next page; None: no pull goes on
    Column("began_at", _SHORT),
    Column("complete_to", _SHORT),  # everything updated before is known
    # Accounting fields, parted by blanks.
    Column("told", Text, key="reported_fields", nullable=False, server_default=""),
    Column("asked", Boolean, nullable=False, server_default="0"),  # whether they were looked for
)

# What orders held when they were read, before a run and after it.
readings = _of_run(
    "readings",
    _key("moment", String(10)),
    _key("order_id", BigInteger),
    *_needed(_SHORT, "at"),
    Column("held", Text, key="state"),  # JSON like the request; None: there was no such order
    *_needed(_LONG, "status"),
    Column("readable", Boolean, nullable=False, server_default="1"),  # whether it was an order
    Column("told", Text, key="reported_fields", nullable=False, server_default=""),
)

# Orders of the period of a run that have no accounting id and are in none of its files.
uncovered = _of_run(
    "uncovered",
    _key("order_id", BigInteger),
    *_needed(_LONG, "number", "reference", "status", "ordered_at"),
)
