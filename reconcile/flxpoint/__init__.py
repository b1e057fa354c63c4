"""The API of Flxpoint: one request at its pace, what comes back, and what that means for us.

`Client` (in `client`) knows HTTP; `Pacer`, `judge` and `RetryPolicy` are arithmetic that knows
no clock; `answers` reads what is said of orders.
"""

from reconcile.flxpoint.exchange import Exchange, NeverSent, NoReply, Reply
from reconcile.flxpoint.paced_request import DeadServerRule, PacedRequests, RetryLimits
from reconcile.flxpoint.pacer import Pace, Pacer
from reconcile.flxpoint.reads import Question, Reads
from reconcile.flxpoint.retry import RetryPolicy
from reconcile.flxpoint.verdict import Verdict, judge

__all__ = [
    "DeadServerRule",
    "Exchange",
    "NeverSent",
    "NoReply",
    "Pace",
    "PacedRequests",
    "Pacer",
    "Question",
    "Reads",
    "Reply",
    "RetryLimits",
    "RetryPolicy",
    "Verdict",
    "judge",
]
