"""What is remembered of all runs: before a call that it will be made, after it what came back.

One SQLite database per user, through SQLAlchemy Core. Nothing outside this package knows SQL.
Beside it stand the budget of each token, and which runs are alive.
"""

from reconcile.journal.budget import Budget
from reconcile.journal.call_states import MOVES, CallState, check_move
from reconcile.journal.location import default_budget, default_place
from reconcile.journal.reader import RunReader
from reconcile.journal.records import (
    NEVER_SENT,
    AcknowledgedSync,
    AttemptEnd,
    AttemptRecord,
    CallRecord,
    ItemsKnown,
    LastAcknowledgedRun,
    MessageRecord,
    Moment,
    NewRun,
    OrderReading,
    OrderRecord,
    OrderWithoutItems,
    PullState,
    RowRecord,
    RunOverview,
    RunRecord,
    Setback,
    SourceRecord,
    UncoveredOrder,
)
from reconcile.journal.store import Journal

__all__ = [
    "MOVES",
    "NEVER_SENT",
    "AcknowledgedSync",
    "AttemptEnd",
    "AttemptRecord",
    "Budget",
    "CallRecord",
    "CallState",
    "ItemsKnown",
    "Journal",
    "LastAcknowledgedRun",
    "MessageRecord",
    "Moment",
    "NewRun",
    "OrderReading",
    "OrderRecord",
    "OrderWithoutItems",
    "PullState",
    "RowRecord",
    "RunOverview",
    "RunReader",
    "RunRecord",
    "Setback",
    "SourceRecord",
    "UncoveredOrder",
    "check_move",
    "default_budget",
    "default_place",
]
