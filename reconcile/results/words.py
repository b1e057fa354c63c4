"""What outcomes are called, and what each asks of the person who reads it."""

from reconcile.model import CallKind, Comparison, Outcome

__all__ = ["CALLS", "COMPARISONS", "NEXT_STEPS", "OUTCOMES", "next_step"]

OUTCOMES: dict[Outcome, str] = {
    Outcome.REFUSED: "Flxpoint said no",
    Outcome.IN_DOUBT: "sent, but no answer came; it may have been applied",
    Outcome.PENDING: "not applied yet",
    Outcome.REJECTED: "rows that can't be used; nothing was sent for it",
    Outcome.SYNCED: "acknowledged by Flxpoint",
    Outcome.UNCHANGED: "acknowledged earlier, with the same content",
}

NEXT_STEPS: dict[Outcome, str] = {
    Outcome.REFUSED: "Read the answer, mend the cells, and run this sheet again.",
    Outcome.IN_DOUBT: (
        "Run the file again: an accounting sync may be sent twice. A status is not sent again: "
        "look at the order in Flxpoint."
    ),
    Outcome.PENDING: "Run the file again: only what is missing is sent.",
    Outcome.REJECTED: "Mend the cells, and run this sheet again.",
    Outcome.SYNCED: "",
    Outcome.UNCHANGED: "",
}

CALLS: dict[CallKind, str] = {
    CallKind.SYNC: "accounting sync",
    CallKind.STATUS: "status",
}

COMPARISONS: dict[Comparison, str] = {
    Comparison.NEW: "new",
    Comparison.CHANGED: "changed since it was last acknowledged",
    Comparison.SAME: "the same as last acknowledged",
}

_STATUS_IN_DOUBT = (
    "Look at the order in Flxpoint: its status may have been set. "
    "It is not sent again by itself; set it by hand if it is missing."
)


def next_step(kind: CallKind, outcome: Outcome) -> str:
    """What to do about a call; empty if nothing."""
    if kind is CallKind.STATUS and outcome is Outcome.IN_DOUBT:
        return _STATUS_IN_DOUBT
    return NEXT_STEPS[outcome]
