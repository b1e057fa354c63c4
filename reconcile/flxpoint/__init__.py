"""The API of Flxpoint: one request at its pace, what comes back, and what that means for us.

`Client` (in `client`) knows HTTP; `Pacer`, `judge` and `RetryPolicy` are arithmetic that knows
no clock; `answers` reads what is said of orders.
"""

from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply
from reconcile.flxpoint.pacer import Pace, Pacer
from reconcile.flxpoint.reads import Patience, Question, Reads, heed, slot_of
from reconcile.flxpoint.retry import RetryPolicy
from reconcile.flxpoint.verdict import Verdict, judge

__all__ = [
    "Exchange",
    "NeverSent",
    "NoReply",
    "Pace",
    "Pacer",
    "Patience",
    "Question",
    "Reads",
    "Reply",
    "RetryPolicy",
    "Verdict",
    "heed",
    "judge",
    "slot_of",
]
