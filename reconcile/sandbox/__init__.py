"""The Flxpoint API pretended: a real HTTP server, strict, on this machine only.

For `reconcile sandbox`, `reconcile demo` and the tests; it fails as a fault file says. It shares no
code with the client, so that a misreading of the API's pages on one side can't hide the same
misreading on the other.
"""

from reconcile.sandbox.arrivals import Arrival, most_within
from reconcile.sandbox.calls import CallKind, WriteKind
from reconcile.sandbox.fault_file import read_faults
from reconcile.sandbox.faults import (
    Answer,
    Deed,
    Drop,
    Fault,
    Half,
    Hang,
    Reset,
    Scripted,
    Slow,
)
from reconcile.sandbox.server import Sandbox
from reconcile.sandbox.settings import DEFAULT_TOKENS, SandboxSettings
from reconcile.sandbox.shapes import AccountingFields

__all__ = [
    "DEFAULT_TOKENS",
    "AccountingFields",
    "Answer",
    "Arrival",
    "CallKind",
    "Deed",
    "Drop",
    "Fault",
    "Half",
    "Hang",
    "Reset",
    "Sandbox",
    "SandboxSettings",
    "Scripted",
    "Slow",
    "WriteKind",
    "most_within",
    "read_faults",
]
