"""What outcomes are called, and what each asks of the person who reads it."""

import re

from reconcile.domain.fields import FIELDS
from reconcile.domain.model import CallKind, Comparison, Field, Outcome

__all__ = [
    "CALLS",
    "COMPARISONS",
    "NEXT_STEPS",
    "OUTCOMES",
    "VERDICTS",
    "call_words",
    "next_step",
    "remedy_of",
    "value_words",
]

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


VERDICTS = {
    "accept": "taken",
    "retry": "tried again later",
    "refuse": "refused",
    "doubt": "in doubt",
    "halt": "run stopped",
    "withdrawn": "not sent then",
}

_STATUSES = {
    "400": "not understood",
    "403": "not allowed",
    "404": "not found",
    "409": "in conflict",
    "413": "too large",
    "422": "not accepted",
    "429": "too many requests",
    "500": "an error at Flxpoint",
    "502": "an error at Flxpoint",
    "503": "out of service",
    "504": "no answer in time",
}
_ANSWERED = re.compile(r"answered ([0-9]{3})(?: \([^)]*\))?(?:: \1\b,? ?)?")
_VALUE = re.compile(
    r"items\[([0-9]+)\](?:\.orderItemAccountingItems\[(.*)\])?\.([A-Za-z]+)", re.DOTALL
)
_FIELDS = {
    "accountingSynced": Field.ACCOUNTING_SYNCED,
    "accountingSyncError": Field.ACCOUNTING_SYNC_ERROR,
    "externalAccountingId": Field.ORDER_EXTERNAL_ID,
}


def call_words(kind: CallKind, outcome: Outcome, note: str) -> str:
    """How a call ended: `accounting sync refused: answered 404 (not found)`."""
    said = _ANSWERED.sub(_in_words, note).rstrip(": ")
    return f"{CALLS[kind]} {outcome}" + (f": {said}" if said else "")


def _in_words(match: re.Match[str]) -> str:
    meaning = _STATUSES.get(match[1])
    before = f"answered {match[1]} ({meaning})" if meaning else f"answered {match[1]}"
    return f"{before}: " if match[0].endswith(" ") else before


def value_words(path: str) -> str:
    """What a value of a call is called in the spreadsheet: `item 11: Item External ID`."""
    match = _VALUE.fullmatch(path)
    if match is None:
        field = _FIELDS.get(path)
        return FIELDS[field].header if field else path
    item, sku, name = match.groups()
    if sku is None:
        return f"item {item}" + (f": {FIELDS[Field.ITEM_EXTERNAL_ID].header}" * (name != "id"))
    field = Field.SUB_QUANTITY if name == "quantity" else Field.SUB_EXTERNAL_ID
    return f"item {item}, {sku}: {FIELDS[field].header}"


def remedy_of(kind: CallKind, outcome: Outcome) -> str:
    """What to do about calls of this kind that ended so."""
    if outcome is not Outcome.IN_DOUBT:
        return NEXT_STEPS[outcome]
    if kind is CallKind.STATUS:
        return "Look at each order in Flxpoint, and settle it: Failures has the commands."
    return "Go on with `reconcile resume`: it is sent once more, with the same content."


def next_step(run_id: str, order_id: int, kind: CallKind, outcome: Outcome) -> str:
    """What to do about a call of a run; empty if nothing."""
    if kind is CallKind.STATUS and outcome is Outcome.IN_DOUBT:
        settle = f"reconcile settle {run_id} {order_id}"
        return (
            "Look at the order in Flxpoint: its status may have been set. Say so with "
            f"`{settle} --done`; if it was not, `{settle} --send`."
        )
    return remedy_of(kind, outcome)
