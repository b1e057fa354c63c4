"""Why orders aren't done, by cause: the most frequent first, each with what to do about it.

Pure. One sentence stands for all orders of a cause, with the words of the first of them.
"""

import re
from collections import Counter
from collections.abc import Iterator

from reconcile.domain.issues import reason, remedy
from reconcile.domain.model import Issue, Outcome
from reconcile.results.report.ledger import Ledger
from reconcile.results.report.outcome_words import call_words, remedy_of
from reconcile.results.report.tables import Block, Value

__all__ = ["causes"]

# The status of an answer tells causes apart; other numbers are those of one order.
_NUMBERS = re.compile(r"(?<!answered )\b[0-9]+")
_LISTED = 30
_COLUMNS = ("Count", "What is wrong", "What to do")

_Cause = tuple[tuple[str, ...], str, str]


def causes(ledger: Ledger) -> Iterator[Block]:
    """The block of causes; none if everything is done."""
    counts: Counter[tuple[str, ...]] = Counter()
    words: dict[tuple[str, ...], tuple[str, str]] = {}
    different: Counter[tuple[str, ...]] = Counter()
    for key, sentence, what in _found(ledger):
        counts[key] += 1
        first, _ = words.setdefault(key, (sentence, what))
        different[key] += sentence != first
    if counts:
        lines: list[tuple[Value, ...]] = []
        for key, count in counts.most_common(_LISTED):
            sentence, what = words[key]
            lines.append((count, sentence + (" (for example)" if different[key] else ""), what))
        more = f", the first {_LISTED} of {len(counts)}" if len(counts) > _LISTED else ""
        yield Block(f"What is wrong, the most frequent first{more}", lines, _COLUMNS)


def _found(ledger: Ledger) -> Iterator[_Cause]:
    """Each cause of each order, and of each row that names none."""
    for issue in ledger.issues.get(None, ()):
        yield _of_issue(issue, " (row without an order)")
    for order_id, outcome in ledger.outcomes.items():
        if outcome.done:
            continue
        calls = ledger.calls.get(order_id, ())
        if outcome is Outcome.REJECTED or any(c.outcome is Outcome.REJECTED for c in calls):
            by_code = {issue.code: issue for issue in reversed(ledger.issues.get(order_id, []))}
            yield from (_of_issue(issue) for issue in by_code.values())
        for call in calls:
            if not call.outcome.done and call.outcome is not Outcome.REJECTED:
                key = (call.kind.value, call.outcome.value, _NUMBERS.sub("#", call.note))
                sentence = call_words(call.kind, call.outcome, call.note)
                sentence = sentence[0].upper() + sentence[1:]
                yield key, sentence, remedy_of(call.kind, call.outcome)


def _of_issue(issue: Issue, more: str = "") -> _Cause:
    return (issue.code, more), reason(issue) + more, remedy(issue)
