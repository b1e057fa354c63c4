"""The proposed config: YAML, live only where it is certain and no default."""

from collections.abc import Iterator
from pathlib import Path

from reconcile.domain.fields import FIELDS
from reconcile.domain.model import Field
from reconcile.domain.text import quoted
from reconcile.proposal.model import Proposal

__all__ = ["config_text"]


def config_text(proposal: Proposal, folder: Path) -> str:
    """The config for this file: YAML, live only where it is certain and no default.

    Args:
        proposal: what is known.
        folder: where the config will stand; the id map is named from there.
    """
    parts = [
        [
            f"# Proposed by `reconcile init` for {quoted(proposal.file)}.",
            "# What is commented out is not certain: choose, and take the # away. Every other",
            "# setting has its default; docs/reference/config.md names them.",
            "# The API token never stands here: set FLXPOINT_API_TOKEN, or run `reconcile login`.",
        ],
        ["# Where Flxpoint is.", f"base_url: {_scalar(proposal.settings.base_url)}"],
        list(_sheet_part(proposal)),
        list(_layout_part(proposal)),
        list(_ids_part(proposal, folder)),
        list(_number_part(proposal)),
        list(_columns_part(proposal)),
        list(_bookings_part(proposal)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _sheet_part(proposal: Proposal) -> Iterator[str]:
    if proposal.settings.sheet is not None:
        yield "# The sheet to read, as it was asked for."
        yield f"sheet: {_scalar(proposal.settings.sheet)}"
    elif proposal.sheets:
        yield "# Several sheets have orders. Choose one:"
        yield from (f"# sheet: {_scalar(name)}" for name in proposal.sheets)


def _layout_part(proposal: Proposal) -> Iterator[str]:
    if proposal.settings.layout is not None:
        yield "# The kind of export, as it was asked for."
        yield f"layout: {_scalar(proposal.settings.layout)}"
    elif len(proposal.layouts) > 1:
        yield "# Several layouts recognise the file. Choose one:"
        yield from (f"# layout: {_scalar(name)}" for name in proposal.layouts)
    elif proposal.layout is not None:
        yield "# The kind of export. It is recognised by its header, so this need not be said."
        yield f"# layout: {_scalar(proposal.layout.name)}"
    else:
        yield "# No layout recognises the file; without one it is read by the names of its columns."
        for layout, missing in proposal.could_be:
            yield f"# It is nearly that of {layout.title}, but has no {', '.join(missing)}."


def _ids_part(proposal: Proposal, folder: Path) -> Iterator[str]:
    if proposal.settings.ids is not None:
        yield "# Which Flxpoint id belongs to which order number and SKU."
        yield f"ids: {_scalar(_from(Path(proposal.settings.ids), folder))}"
    elif proposal.needs_ids or Field.ORDER_ID not in proposal.understood:
        if proposal.needs_ids:
            yield "# Needed, since the file has no Flxpoint ids of its orders or items: an id map."
        else:
            yield "# Needed if the file has order numbers and no order ids: an id map."
        yield "# It is a CSV or Excel file with Order Number (or Reference Number), Order ID, and"
        yield "# for items SKU, Item ID, Quantity. Name yours:"
        yield '# ids: "flxpoint-ids.csv"'


def _number_part(proposal: Proposal) -> Iterator[str]:
    said = proposal.settings.order_number
    if said.column is not None or said.prefix is not None:
        yield "# Where the order's own number stands, and what stands before each of them."
        yield _reason(proposal)
        yield "order_number:"
        if said.column is not None:
            yield f"  column: {_scalar(said.column)}"
        if said.prefix is not None:
            yield f"  prefix: {_scalar(said.prefix)}"
    elif proposal.numbers:
        yield "# Where the order's own number stands. A wrong guess would book the wrong orders, so"
        yield "# choose one of these, or name another column:"
        yield "order_number:"
        for candidate in proposal.numbers:
            yield f"# {candidate.why}"
            yield f"#   column: {_scalar(candidate.column)}"
            if candidate.prefix:
                yield "# (what all of them begin with; leave it out if it is part of the number)"
                yield f"#   prefix: {_scalar(candidate.prefix)}"
    elif proposal.prefix:
        yield "# All order numbers begin with this. If your numbers in Flxpoint don't, say so:"
        yield "order_number:"
        yield f"#   prefix: {_scalar(proposal.prefix)}"


def _columns_part(proposal: Proposal) -> Iterator[str]:
    said = proposal.settings.columns
    if not said and not proposal.nearest:
        return
    yield "# What your file calls a column that no usual name was found for."
    if said:
        yield "# As it was said."
    yield "columns:"
    yield from (f"  {known}: {_scalar(name)}" for known, name in said.items())
    for known, near in proposal.nearest.items():
        header = FIELDS[known].header
        if not near:
            yield f"# {header}: no column has a name like it. Name the right one:"
            yield f'#   {known.value}: "…"'
            continue
        yield f"# {header}: the nearest {'names' if len(near) > 1 else 'name'}"
        yield from (f"#   {known.value}: {_scalar(name)}" for name in near)


def _bookings_part(proposal: Proposal) -> Iterator[str]:
    if proposal.bookings:
        yield "# Words that the layout doesn't know. Keep those that mean: it is in the books."
        yield f"# bookings: [{', '.join(map(_scalar, proposal.bookings))}]"


def _reason(proposal: Proposal) -> str:
    return f"# Certain: {proposal.proof}." if proposal.proof else "# As it was said."


def _from(path: Path, folder: Path) -> str:
    """The path as it is named in a config in `folder`."""
    whole = path.expanduser().absolute()
    try:
        return whole.relative_to(folder.absolute()).as_posix()
    except ValueError:
        return str(whole)


def _scalar(text: str) -> str:
    """A text in YAML's double quotes: nothing in it means anything but itself."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08X}"
