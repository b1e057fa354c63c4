"""The first sheet: how it ended, control totals that tie out, and what was noticed."""

from collections.abc import Iterator
from datetime import datetime

from reconcile.domain.errors import ExitCode
from reconcile.domain.fields import FIELDS
from reconcile.domain.issues import explain
from reconcile.domain.model import Field, Outcome
from reconcile.results.amounts.by_outcome import Amounts
from reconcile.results.report.ledger import Ledger, Totals
from reconcile.results.report.outcome_words import NEXT_STEPS, OUTCOMES, value_words
from reconcile.results.report.problem_causes import causes
from reconcile.results.report.readback_sheets import online_blocks
from reconcile.results.report.tables import Block, Summary, Value

__all__ = ["ended_sentence", "summary"]

_LISTED = 200
_ENOUGH = 20


def summary(ledger: Ledger) -> Summary:
    """The summary of a run."""
    run, totals = ledger.reader.run, ledger.totals
    first = run.sources[0].file if run.sources else "nothing"
    more = f" and {len(run.sources) - 1} more" if len(run.sources) > 1 else ""
    return Summary(
        title=f"Results of {first}{more}",
        sentence=ended_sentence(totals),
        next_step=_next_step(totals),
        outcomes=[(outcome, totals.outcomes[outcome], OUTCOMES[outcome]) for outcome in Outcome],
        blocks=tuple(_blocks(ledger)),
    )


def ended_sentence(totals: Totals) -> str:
    """How a run ended, in one sentence with its numbers."""
    done = totals.outcomes[Outcome.SYNCED] + totals.outcomes[Outcome.UNCHANGED]
    if not totals.orders:
        return "The files name no order."
    if done == totals.orders:
        return f"All {_orders(done)} {'is' if done == 1 else 'are'} in Flxpoint."
    left = totals.orders - done
    return (
        f"{done} of {_orders(totals.orders)} {'is' if done == 1 else 'are'} in Flxpoint; "
        f"{left} {'is' if left == 1 else 'are'} not."
    )


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count:,} orders"


def _next_step(totals: Totals) -> str:
    for outcome in Outcome:
        if totals.outcomes[outcome] and NEXT_STEPS[outcome]:
            return f"The sheet Failures has every row of them. {NEXT_STEPS[outcome]}"
    if totals.rows_rejected:
        return "The sheet Failures has rows that name no order; look at them."
    return "There is nothing left to do."


def _blocks(ledger: Ledger) -> Iterator[Block]:
    run, totals = ledger.reader.run, ledger.totals
    if run.reason and run.exit_code not in (None, ExitCode.DONE, ExitCode.INCOMPLETE):
        yield Block("The run was stopped", [(run.reason,)], alarm=True)
    if totals.difference:
        yield Block("The control totals differ", [_difference_line(totals)], alarm=True)
    yield from _difference_blocks(ledger)
    yield from causes(ledger)
    yield _control_totals(totals)
    yield from _amount_blocks(ledger)
    if None in ledger.issues:
        lines = [(explain(issue),) for issue in ledger.issues[None][:_LISTED]]
        yield Block("Rejected rows that name no order", lines, alarm=True)
    changed = list(ledger.changed_ids())
    if changed:
        yield Block(
            "External ids that differ from what was acknowledged before",
            [
                (str(order), value_words(path), str(old), str(new))
                for order, path, old, new in changed[:_LISTED]
            ],
            ("Order", "Value", "Before", "Now"),
        )
    fewer = list(ledger.fewer_items())
    if fewer:
        yield Block(
            "Orders with fewer items than were acknowledged before",
            [(str(order), before, now) for order, before, now in fewer[:_LISTED]],
            ("Order", "Before", "Now"),
        )
    yield from online_blocks(ledger)
    if ledger.notices:
        yield Block("Noticed", [(explain(notice),) for notice in ledger.notices[:_LISTED]])
    yield _files(ledger)
    yield _run(ledger)
    yield Block("Checked by", [("Name and date", ""), ("Signature", "")])
    if run.settings:
        settings = [(name, _set_to(value)) for name, value in run.settings.items()]
        yield Block("Settings (config.yaml)", settings)


def _control_totals(totals: Totals) -> Block:
    lines: list[tuple[Value, ...]] = [
        ("Rows read", totals.rows_read),
        ("  used", totals.rows_used),
        ("  rejected, with a fault of their own", totals.rows["rejected"]),
        ("  rejected, held with such a row", totals.rows["held"]),
    ]
    lines += [(f"  ignored: {rule}", count) for rule, count in sorted(totals.ignored.items())]
    lines.append(("Orders", totals.orders))
    lines += [(f"  {outcome}", totals.outcomes[outcome]) for outcome in Outcome]
    if totals.superseded:
        lines.append(("  of them planned by a later run, which has them", totals.superseded))
    if totals.items or totals.items_lost:
        lines.append(("Items", totals.items.total() + totals.items_lost))
        lines += [(f"  {outcome}", totals.items[outcome]) for outcome in Outcome]
    lines.append(("Not accounted for", totals.difference))
    return Block("Control totals", lines)


def _difference_line(totals: Totals) -> tuple[Value, ...]:
    sentence = (
        f"{totals.difference} rows, orders or items are not accounted for. "
        "This is a fault of the job itself; don't rely on this workbook."
    )
    return (sentence,)


def _difference_blocks(ledger: Ledger) -> Iterator[Block]:
    """The differences, in red."""
    lines = [(sentence,) for sentence in ledger.totals.amounts]
    if lines:
        yield Block("The amounts differ", lines, alarm=True)


def _amount_blocks(ledger: Ledger) -> Iterator[Block]:
    """The sums of each export that has a column of amounts."""
    for amounts in ledger.amounts:
        yield Block(f"Amounts: {amounts.header}", list(_amount_lines(amounts)))
        said = amounts.explained or amounts.doubt
        if said:
            yield Block("About this difference", [(said,)])


def _amount_lines(amounts: Amounts) -> Iterator[tuple[Value, ...]]:
    once = "All orders of {}, each once" if amounts.each_order_once else "All rows of {}"
    yield once.format(amounts.source.file), float(amounts.added)
    for what, amount in amounts.by_outcome.items():
        yield f"  {what}", float(amount)
    if amounts.total is not None:
        yield "The total row of the file", float(amounts.total)
        yield "Difference", float(amounts.added - amounts.total)


def _files(ledger: Ledger) -> Block:
    lines: list[tuple[Value, ...]] = []
    for source in ledger.reader.run.sources:
        where = f"{source.file}!{source.sheet}" if source.sheet else source.file
        meant = "; ".join(
            _read_as(source.headers[position], FIELDS[Field(field)].header)
            for field, position in source.fields.items()
        )
        lines.append((where, source.rows, source.header_row, meant, source.sha256))
    return Block("Files", lines, ("File", "Rows", "Header row", "Columns read as", "SHA-256"))


def _read_as(header: str, meaning: str) -> str:
    return header if header == meaning else f"{header} = {meaning}"


def _run(ledger: Ledger) -> Block:
    run, totals = ledger.reader.run, ledger.totals
    lines: list[tuple[Value, ...]] = [
        ("Run", run.id),
        ("Version", run.version),
        ("Account", run.account_name or run.account),
        ("Address", run.base_url),
        ("Started", _local(run.created_at)),
        ("Ended", _local(run.ended_at) if run.ended_at else "not ended"),
        ("Exit code", "" if run.exit_code is None else run.exit_code),
        ("Requests", totals.requests),
        ("  second and later tries", totals.retries),
        ("  answered 429 (too many)", totals.throttled),
    ]
    share = _share_of_ceiling(ledger)
    if share:
        lines.append(("Share of the ceiling reached", share))
    return Block("Run", lines)


def _share_of_ceiling(ledger: Ledger) -> str:
    """How near the requests of the run came to as many as they may be; empty for a few."""
    ceiling = ledger.reader.run.settings.get("requests_per_second")
    times = [each.began_at for each in ledger.reader.attempts()]
    if len(times) < _ENOUGH or not isinstance(ceiling, int | float | str):
        return ""
    seconds = (max(times) - min(times)).total_seconds()
    if not seconds:
        return ""
    share = (len(times) - 1) / seconds / float(ceiling)
    return f"{share:.0%} of {float(ceiling):g} requests a second"


def _set_to(value: object) -> str:
    """The value of a setting in words."""
    match value:
        case None | "":
            return "not set"
        case bool():
            return "yes" if value else "no"
        case dict():
            return "; ".join(f"{name}: {_set_to(each)}" for name, each in value.items()) or "none"
        case list() | tuple():
            return ", ".join(map(_set_to, value)) or "none"
        case _:
            return str(value)


def _local(at: datetime) -> datetime:
    return at.astimezone()
