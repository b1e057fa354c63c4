"""The API of Flxpoint: one request at its pace, what comes back, and what that means for us.

`Client` (in `client`) knows HTTP; `Pacer`, `judge` and `RetryPolicy` are arithmetic that knows
no clock; `answers` reads what is said of orders.
"""

from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply
from reconcile.flxpoint.pacer import Pace, Pacer
from reconcile.flxpoint.reads import Question, Reads, RetryLimits, slot_of, update_pacer
from reconcile.flxpoint.retry import RetryPolicy
from reconcile.flxpoint.verdict import Verdict, judge

__all__ = [
    "Exchange",
    "NeverSent",
    "NoReply",
    "Pace",
    "Pacer",
    "Question",
    "Reads",
    "Reply",
    "RetryLimits",
    "RetryPolicy",
    "Verdict",
    "judge",
    "slot_of",
    "update_pacer",
]
