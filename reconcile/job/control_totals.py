"""Whether the amounts of the exports add up to their own total rows, before anything is sent.

After the run Summary says the same; a row that is missing is better known before.
"""

from collections.abc import Iterator
from functools import partial

from reconcile.domain.model import IgnoreRule, Outcome
from reconcile.job.planned_input import PlannedInput
from reconcile.job.row_states import row_states
from reconcile.job.run_records import source_records
from reconcile.results.amounts.by_outcome import amounts_of
from reconcile.results.amounts.total_row import inconclusive_files

__all__ = ["amount_differences"]


def amount_differences(planned: PlannedInput) -> Iterator[str]:
    """A sentence for each export whose rows surely don't add up to its total row."""
    exports, plan = planned.exports, planned.plan
    if not any(ignored.rule == IgnoreRule.TOTAL for ignored in plan.ignored):
        return
    found = amounts_of(
        source_records(exports),
        partial(row_states, exports, plan),
        lambda row: None if row.state == "ignored" else Outcome.PENDING,
        inconclusive_files(plan.notices),
    )
    yield from (amounts.sentence for amounts in found if amounts.differ)
