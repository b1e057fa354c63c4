"""Sends the calls of a plan: slot, journal, send, judge, journal, until done or stopped.

Knows when to stop a run, which orders another run has claimed, and how a call is recorded before it
is made and after it ended.
"""

from reconcile.executor.interrupts import finishing_signals, next_time, stop_signals, watch_clock
from reconcile.executor.loop import Executor, Sender
from reconcile.executor.recorder import InlineRecorder, Recorder, ThreadRecorder
from reconcile.executor.stops import Stop, StopKind, StopRules, StopSwitch

__all__ = [
    "Executor",
    "InlineRecorder",
    "Recorder",
    "Sender",
    "Stop",
    "StopKind",
    "StopRules",
    "StopSwitch",
    "ThreadRecorder",
    "finishing_signals",
    "next_time",
    "stop_signals",
    "watch_clock",
]
