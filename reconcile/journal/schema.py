"""The tables, and their version."""

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

__all__ = [
    "VERSION",
    "accounts",
    "attempts",
    "calls",
    "done_files",
    "endings",
    "known_items",
    "known_orders",
    "messages",
    "meta",
    "metadata",
    "orders",
    "pulls",
    "readings",
    "row_chunks",
    "runs",
    "sources",
    "standings",
    "uncovered",
]

VERSION = 3
"""Raised with every change of the tables; a journal with a higher one is refused.

One with a lower one gets what it lacks: new tables, and new columns with their default.
"""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("base_url", String(400), primary_key=True),
    Column("token_fingerprint", String(64), primary_key=True),
    Column("account", String(400), nullable=False),
    Column("name", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("version", String(40), nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("base_url", String(400), nullable=False),
    Column("account", String(400), nullable=False),
    Column("account_name", Text, nullable=False),
    Column("command", String(40), nullable=False),
    Column("settings", Text, nullable=False),
    Column("workbook", Text, nullable=False),
    Column("complete", Boolean, nullable=False),  # the plan is written down to its last row
    Column("ended_at", String(40)),
    Column("exit_code", Integer),
    Column("reason", Text, nullable=False),
    Column("target", Text, nullable=False, server_default=""),  # where the workbook belongs
    Column("pilot", Boolean, nullable=False, server_default="0"),  # of only some of its orders
    Column("sequence", Integer),  # in which plans were completed; the later one counts
    Column("abandoned", Boolean, nullable=False, server_default="0"),  # never to be resumed
)

_RUN = ("runs.id",)

sources = Table(
    "sources",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("path", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("header_row", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("rows", Integer, nullable=False),
)

row_chunks = Table(
    "row_chunks",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("source", Integer, primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("rows", LargeBinary, nullable=False),  # JSON, deflated: a million rows are 200 MB
)

orders = Table(
    "orders",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("rows", Text, nullable=False),
    Column("rejected", Boolean, nullable=False),
    Index("orders_by_id", "order_id"),
)

messages = Table(
    "told",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("order_id", BigInteger),
    Column("blocks", Boolean, nullable=False),
    Column("code", String(60), nullable=False),
    Column("found", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("places", Text, nullable=False),
    Column("count", Integer, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("comparison", String(20), nullable=False),
    Column("previous", Text),
    Column("state", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("setback", Integer, nullable=False, server_default="0"),  # see `records.Setback`
    Index("calls_by_order", "order_id"),
    Index("calls_by_state", "run_id", "state"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("began_at", String(40), nullable=False),
    Column("disturbed_before", Boolean, nullable=False),
    Column("doubts_before", Text),
    Column("ended_at", String(40)),
    Column("seconds", Float),
    Column("exchange", String(20)),
    Column("status", Integer),
    Column("verdict", String(40)),
    Column("answer", Text),
    Column("headers", Text),
    Index("attempts_in_turn", "run_id", "sequence"),
)

standings = Table(
    "standings",
    metadata,
    Column("account", String(400), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("content", Text),
    Column("fingerprint", String(64)),
    Column("run_id", String(40)),
    Column("at", String(40)),
    Column("disturbed", Boolean, nullable=False),
    Column("in_doubt", Text),  # fingerprints, parted by blanks
)

# Files of runs that were pruned: last year's file must never be taken for a new one.
done_files = Table(
    "done_files",
    metadata,
    Column("account", String(400), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("run_id", String(40), nullable=False),
)

# How commands ended, those that made no run included: a recovery is told once.
endings = Table(
    "endings",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("base_url", String(400), nullable=False),
    Column("exit_code", Integer, nullable=False),
)

# The local id map: what Flxpoint said of its orders. No names, no addresses.
known_orders = Table(
    "known_orders",
    metadata,
    Column("account", String(400), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("number", String(400), nullable=False),
    Column("reference", String(400), nullable=False),
    Column("status", String(400), nullable=False),
    Column("ordered_at", String(400), nullable=False),  # in UTC, `""` if that can't be told
    Column("updated_at", String(400), nullable=False),
    Column("accounting_id", Text),
    Column("synced", Boolean),
    Column("items_known", String(20), nullable=False),  # see `records.ItemsKnown`
    Column("lines", Text),  # SKU and quantity of its items, where they came without ids
    Index("known_orders_by_number", "account", "number"),
    Index("known_orders_by_reference", "account", "reference"),
    Index("known_orders_by_time", "account", "ordered_at"),
)

known_items = Table(
    "known_items",
    metadata,
    Column("account", String(400), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("item_id", BigInteger, primary_key=True),
    Column("sku", String(400), nullable=False),
    Column("quantity", String(400), nullable=False),
)

# How far the local id map of an account goes.
pulls = Table(
    "pulls",
    metadata,
    Column("account", String(400), primary_key=True),
    Column("since", String(40)),  # what the pull that goes on asks for; None: everything
    Column("page", Integer),  # its next page; None: no pull goes on
    Column("began_at", String(40)),
    Column("complete_to", String(40)),  # everything updated before is known
    # Accounting fields, parted by blanks.
    Column("told", Text, key="reported_fields", nullable=False, server_default=""),
    Column("asked", Boolean, nullable=False, server_default="0"),  # whether they were looked for
)

# What orders held when they were read, before a run and after it.
readings = Table(
    "readings",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("moment", String(10), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("at", String(40), nullable=False),
    # JSON in the shape of the request; None: there was no such order.
    Column("held", Text, key="state"),
    Column("status", String(400), nullable=False),
    Column("readable", Boolean, nullable=False, server_default="1"),  # whether it was an order
    Column("told", Text, key="reported_fields", nullable=False, server_default=""),
)

# Orders of the period of a run that have no accounting id and are in none of its files.
uncovered = Table(
    "uncovered",
    metadata,
    Column("run_id", ForeignKey(*_RUN), primary_key=True),
    Column("order_id", BigInteger, primary_key=True),
    Column("number", String(400), nullable=False),
    Column("reference", String(400), nullable=False),
    Column("status", String(400), nullable=False),
    Column("ordered_at", String(400), nullable=False),
)
