"""The API of Flxpoint: one request at its pace, what comes back, and what that means for us.

HTTP, the token, the pacer, retries and the verdict on each answer. Everything that is decided here
is arithmetic that knows no clock; only the client touches the network.
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
