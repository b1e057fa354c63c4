"""Everything that is known of one order: every cell, call and answer, over all runs."""

from collections.abc import Iterator

from reconcile.domain.issues import explain
from reconcile.journal import Journal, RunRecord
from reconcile.results.report.outcome_words import CALLS, COMPARISONS

__all__ = ["order_history"]


def order_history(journal: Journal, order_id: int) -> Iterator[str]:
    """Tells an order's story, line by line; nothing if no run has it."""
    for run in journal.runs_with(order_id):
        yield f"Run {run.id}, {run.created_at.astimezone():%Y-%m-%d %H:%M:%S %z}, {run.base_url}"
        yield from _cells(journal, run, order_id)
        for record in journal.messages(run.id, order_id):
            yield f"  {explain(record.message)}"
        for call in journal.calls(run.id, order_id):
            yield f"  {CALLS[call.kind]}: {call.outcome} ({COMPARISONS[call.comparison]})"
            if call.content:
                yield f"    content {call.content}"
            if call.previous:
                yield f"    before  {call.previous}"
            if call.note:
                yield f"    {call.note}"
        for attempt in journal.attempts(run.id, order_id):
            end = attempt.end
            came = "no end recorded"
            if end is not None:
                status = f"answered {end.status}" if end.status is not None else end.exchange
                came = f"{status} in {end.seconds:.2f} s: {end.verdict} {end.answer}".rstrip()
            yield (
                f"  {attempt.began_at.astimezone():%H:%M:%S} {CALLS[attempt.kind]}, "
                f"try {attempt.number}: {came}"
            )


def _cells(journal: Journal, run: RunRecord, order_id: int) -> Iterator[str]:
    for order in journal.orders(run.id, order_id):
        wanted = set(order.rows)
        for row in journal.rows(run.id):
            if (row.source, row.row) in wanted:
                source = run.sources[row.source]
                where = f"{source.file}!{source.sheet}" if source.sheet else source.file
                cells = ", ".join(
                    f"{name or '?'}={text!r}"
                    for name, text in zip(source.headers, row.cells, strict=False)
                    if text
                )
                detail = f" ({row.detail})" if row.detail else ""
                yield f"  {where}:{row.row} {row.state}{detail}: {cells}"
