"""The proposal for people, line by line."""

from collections.abc import Iterator

from reconcile.domain.fields import FIELDS
from reconcile.domain.text import quoted
from reconcile.proposal.model import Proposal, titled

__all__ = ["shown_lines"]


def shown_lines(proposal: Proposal) -> Iterator[str]:
    """The proposal for people."""
    where = f"{proposal.file}!{proposal.sheet}" if proposal.sheet else proposal.file
    yield f"File       {where}"
    title = "none recognises it" if proposal.layout is None else titled(proposal.layout)
    yield f"Layout     {title}"
    for layout, missing in proposal.could_be:
        yield f"Nearly     {titled(layout)}, but it has no {', '.join(missing)}"
    for known, name in proposal.understood.items():
        yield f"Column     {quoted(name)} is read as {FIELDS[known].header}"
    yield from _uncertain_lines(proposal)
    if proposal.layout is None:
        yield f"Headers    {', '.join(map(quoted, proposal.headers))}"
    if proposal.samples and proposal.open:
        yield "Without ids this can't be sent yet:"
    yield from (f"Sample     {sample}" for sample in proposal.samples)
    yield from (f"Noticed    {notice}" for notice in proposal.notices)
    yield from (f"Missing    {sentence}" for sentence in proposal.open)


def _uncertain_lines(proposal: Proposal) -> Iterator[str]:
    if proposal.proof:
        yield f"Certain    {proposal.proof}"
    for candidate in proposal.numbers:
        prefix = f"; all begin with {quoted(candidate.prefix)}" if candidate.prefix else ""
        yield f"Number?    {quoted(candidate.column)}: {candidate.why}{prefix}"
    if proposal.prefix:
        yield f"Prefix?    all order numbers begin with {quoted(proposal.prefix)}"
    for known, near in proposal.nearest.items():
        names = ", ".join(map(quoted, near)) or "no column has a name like it"
        yield f"Nearest    to {FIELDS[known].header}: {names}"
    if proposal.bookings:
        yield f"Unknown    {', '.join(map(quoted, proposal.bookings))}: in the books, or not?"
