"""Why a row isn't done, and what to do about it. Pure."""

from collections.abc import Sequence

from reconcile.domain.issues import placed, reason, remedy
from reconcile.domain.model import Issue, Outcome
from reconcile.journal import CallRecord, RowRecord
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.outcome_words import CALLS, call_words, next_step

__all__ = ["reasons_of"]


def reasons_of(ledger: Ledger, row: RowRecord) -> tuple[str, str, str]:
    """Code, reason and remedy of a row that isn't done."""
    own = ledger.row_issues(row)
    if row.state == "held":
        return "held", row.detail, f"Mend {row.detail.removeprefix('held with ')} first."
    if row.state == "rejected":
        return _issue_words(own)
    codes: list[str] = []
    reasons: list[str] = []
    remedies: list[str] = []
    for call in ledger.calls.get(row.order_id or 0, ()):
        if call.outcome.done:
            continue
        name = CALLS[call.kind]
        if call.outcome is Outcome.REJECTED:
            issues = ledger.issues.get(row.order_id, [])
            code, because, what = _issue_words(issues)
            because = f"{name} not sent: {because}"
        else:
            code, what = call.outcome.value.replace(" ", "-"), _what_to_do(ledger, call)
            because = call_words(call.kind, call.outcome, call.note)
        codes.append(code)
        reasons.append(because)
        remedies.append(what)
    reasons += [f"{CALLS[call.kind]} done" for call in _done(ledger, row)]
    return "; ".join(codes), "; ".join(reasons), " ".join(dict.fromkeys(remedies))


def _what_to_do(ledger: Ledger, call: CallRecord) -> str:
    later, taken_over = ledger.superseded.get((call.order_id, call.kind), ("", False))
    if taken_over:
        return f"Look at the run {later}: it planned this order later, and that plan counts."
    if later:
        return f"Run the file again: the run {later} planned this order later, without this call."
    return next_step(ledger.reader.run.id, call.order_id, call.kind, call.outcome)


def _done(ledger: Ledger, row: RowRecord) -> list[CallRecord]:
    return [call for call in ledger.calls.get(row.order_id or 0, ()) if call.outcome.done]


def _issue_words(issues: Sequence[Issue]) -> tuple[str, str, str]:
    codes = "; ".join(dict.fromkeys(issue.code for issue in issues))
    reasons = "; ".join(f"{reason(issue)} ({placed(issue)})" for issue in issues)
    return codes, reasons, " ".join(dict.fromkeys(remedy(issue) for issue in issues))
