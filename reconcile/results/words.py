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
        "Go on with `reconcile resume`: an accounting sync may be sent twice. A status is not "
        "sent again by itself: look at the order in Flxpoint, and settle it."
    ),
    Outcome.PENDING: "Go on with `reconcile resume`: only what is missing is sent.",
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


def next_step(run_id: str, order_id: int, kind: CallKind, outcome: Outcome) -> str:
    """What to do about a call of a run; empty if nothing."""
    if kind is CallKind.STATUS and outcome is Outcome.IN_DOUBT:
        settle = f"reconcile settle {run_id} {order_id}"
        return (
            "Look at the order in Flxpoint: its status may have been set. Say so with "
            f"`{settle} --done`; if it was not, `{settle} --send`."
        )
    return NEXT_STEPS[outcome]
