"""Sends the calls of a plan at the pace that the token allows, and judges what comes back.

`Executor` is the loop; `Client` knows HTTP; `Pacer`, `judge`, `RetryPolicy` and `StopRules`
are arithmetic that knows no clock.
"""

from reconcile.executor.budget import Budget
from reconcile.executor.client import Client, Timeouts
from reconcile.executor.exchange import Exchange, NeverSent, NoReply, Reply
from reconcile.executor.interrupts import (
    finishing_signals,
    next_time,
    stop_signals,
    watch_clock,
)
from reconcile.executor.loop import Executor, Sender
from reconcile.executor.pacer import Pace, Pacer
from reconcile.executor.reads import Patience, Question, Reads, heed, slot_of
from reconcile.executor.recorder import InlineRecorder, Recorder, ThreadRecorder
from reconcile.executor.retry import RetryPolicy
from reconcile.executor.stops import Stop, StopKind, StopRules, StopSwitch
from reconcile.executor.verdict import Verdict, judge

__all__ = [
    "Budget",
    "Client",
    "Exchange",
    "Executor",
    "InlineRecorder",
    "NeverSent",
    "NoReply",
    "Pace",
    "Pacer",
    "Patience",
    "Question",
    "Reads",
    "Recorder",
    "Reply",
    "RetryPolicy",
    "Sender",
    "Stop",
    "StopKind",
    "StopRules",
    "StopSwitch",
    "ThreadRecorder",
    "Timeouts",
    "Verdict",
    "finishing_signals",
    "heed",
    "judge",
    "next_time",
    "slot_of",
    "stop_signals",
    "watch_clock",
]
