"""Sends the calls of a plan at the pace that the token allows, and judges what comes back.

`Executor` is the loop; `Client` knows HTTP; `Pacer`, `judge`, `RetryPolicy` and `StopRules`
are arithmetic that knows no clock.
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
