"""Looks at a file: what the loader makes of it, and what a person must still say."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from reconcile.config import Settings
from reconcile.domain.errors import FileRefusedError
from reconcile.domain.fields import ITEM_VALUES, SENT, normal_name
from reconcile.domain.issues import explain
from reconcile.domain.model import Field, Plan
from reconcile.domain.payload import canonical
from reconcile.domain.text import quoted
from reconcile.job.planned_input import SendRules, plan_files
from reconcile.loader.layouts import LAYOUTS, PLAIN, Layout
from reconcile.planner.id_map_file import read_id_map
from reconcile.proposal.likeness import likeness
from reconcile.proposal.model import Proposal, either
from reconcile.proposal.numbers import numbers_in, proven
from reconcile.proposal.reading import Table, table_of

__all__ = ["propose"]

_SAMPLES = 3
_LISTED = 5
_NEAR = 0.6
_VERY_NEAR = 0.75


def propose(path: Path, settings: Settings) -> Proposal:
    """Looks at a file.

    Args:
        path: where it is.
        settings: what is certain already: the address, and what the command line says.

    Raises:
        FileRefusedError: it is no export at all, or the id map can't be used.
        ConfigError: the layout that was asked for is not known.
    """
    file = path.name.encode("utf-8", "backslashreplace").decode() or str(path)
    given = None if settings.ids is None else Path(settings.ids)
    ids = None if given is None else read_id_map(given, given.name)
    table = table_of(path, file, settings)
    certain, proof = proven(table, settings, ids)
    if proof:
        settings, table = certain, table_of(path, file, certain)
    numbers, prefix = numbers_in(table, settings, ids)
    proposal = Proposal(
        file,
        table.sheet,
        settings,
        table.layout,
        _understood(table, settings),
        headers=tuple(name for name in table.names if name),
        could_be=_could_be(table) if table.layout is None else (),
        numbers=numbers,
        prefix=prefix,
        proof=proof,
        sheets=table.sheets,
        layouts=table.layouts,
        bookings=table.bookings,
    )
    known = proposal.understood
    by_number = Field.ORDER_ID not in known and (bool(numbers) or Field.ORDER_NUMBER in known)
    by_sku = (
        Field.ITEM_ID not in known
        and Field.SKU in known
        and any(value in known for value in ITEM_VALUES)
    )
    proposal = replace(
        proposal,
        nearest=_nearest(table, known),
        needs_ids=by_number or by_sku,
        open=tuple(_open(proposal, table, needs_ids=by_number or by_sku)),
    )
    if proposal.can_be_run:
        return _tried(proposal, path)
    if by_number and not numbers and settings.ids is None:
        return replace(proposal, samples=tuple(_numbers_to_look_up(table, known)))
    return proposal


def _understood(table: Table, settings: Settings) -> dict[Field, str]:
    found = {known: table.names[at] for known, at in table.fields.items()}
    found |= {known: name for known, name in settings.field_columns.items() if known not in found}
    return found


def _could_be(table: Table) -> tuple[tuple[Layout, tuple[str, ...]], ...]:
    """The layouts that find most of what they need, and what they miss."""
    there = {normal_name(name) for name in table.names}
    found = []
    for layout in LAYOUTS:
        missing = tuple(
            " or ".join(map(quoted, group))
            for group in layout.needs
            if there.isdisjoint(map(normal_name, group))
        )
        if layout.needs and 0 < 3 * len(missing) <= len(layout.needs):
            found.append((layout, missing))
    return tuple(found)


def _nearest(table: Table, understood: Mapping[Field, str]) -> dict[Field, tuple[str, ...]]:
    """For each field that is missing the names of the file that come near its own."""
    if table.fault:
        return {}
    taken, suggested = set(understood.values()), set[str]()
    needed = {Field.ORDER_ID} if not _names_orders(table, understood) else set()
    if not any(known in understood for known in SENT):
        needed.add(Field.ORDER_EXTERNAL_ID)
    recognised = table.layout not in (None, PLAIN)
    found = {}
    for known in sorted(Field, key=lambda each: each not in needed):
        if known in understood or (known not in needed and recognised):
            continue
        least = _NEAR if known in needed else _VERY_NEAR
        near = [
            (alike, name)
            for _, name in table.named_once()
            if (name not in taken and (known in needed or name not in suggested))
            and (alike := likeness(name, known)) >= least
        ]
        near.sort(key=lambda each: -each[0])
        if near or known in needed:
            found[known] = tuple(name for _, name in near[:_SAMPLES])
            suggested.update(found[known])
    return found


def _names_orders(table: Table, understood: Mapping[Field, str]) -> bool:
    return bool({Field.ORDER_ID, Field.ORDER_NUMBER} & understood.keys()) or (
        table.layout not in (None, PLAIN)
    )


def _open(proposal: Proposal, table: Table, *, needs_ids: bool) -> Iterator[str]:
    """What must be said before the file can be run."""
    known = proposal.understood
    if proposal.sheets:
        yield f"Which sheet is read: {either(proposal.sheets)} (`sheet:`)."
    if len(proposal.layouts) > 1:
        yield f"Which layout reads it: {either(proposal.layouts)} (`layout:`)."
    if table.fault:
        yield table.fault
        return
    if not {Field.ORDER_ID, Field.ORDER_NUMBER} & known.keys():
        recognised = table.layout not in (None, PLAIN)
        what = "" if recognised else "the order's id (`order_id` under `columns:`), or "
        yield f"Which column holds {what}the order's own number (`order_number:`)."
    if not any(sent in known for sent in SENT):
        yield (
            "Which column holds the order's id in the books (`order_external_id` under `columns:`)."
        )
    if needs_ids and proposal.settings.ids is None:
        yield "An id map, which has the Flxpoint ids of these orders or items (`ids:`, or --ids)."


def _tried(proposal: Proposal, path: Path) -> Proposal:
    """The proposal with what the real planner makes of the file."""
    try:
        planned = plan_files([path], proposal.settings, SendRules()).plan
    except FileRefusedError as refusal:
        return replace(proposal, open=(str(refusal),))
    notices = [explain(notice) for notice in planned.notices[:_LISTED]]
    if planned.rejections:
        first = " / ".join(map(explain, planned.rejections[0].issues))
        count = len(planned.rejections)
        notices.append(f"{count} rejected (`reconcile check` names each). The first: {first}")
    nothing = () if planned.orders else ("Nothing of it could be sent as it is; see the notices.",)
    return replace(
        proposal,
        samples=tuple(_payloads(planned)),
        notices=tuple(notices),
        open=nothing,
    )


def _payloads(planned: Plan) -> Iterator[str]:
    for order in planned.orders[:_SAMPLES]:
        if order.sync is not None:
            yield f"order {order.order_id}: {canonical(order.sync.to_json())}"
        else:
            yield f"order {order.order_id}: a status call alone"


def _numbers_to_look_up(table: Table, known: Mapping[Field, str]) -> Iterator[str]:
    """The first orders by their numbers, where no id is known of them."""
    column = table.columns[table.names.index(known[Field.ORDER_NUMBER])]
    external = table.fields.get(Field.ORDER_EXTERNAL_ID)
    samples: dict[str, str] = {}
    for at, number in enumerate(column):
        if number and number not in samples:
            said = "" if external is None else table.columns[external][at]
            samples[number] = f", in the books {quoted(said)}" if said else ""
        if len(samples) == _SAMPLES:
            break
    for number, rest in samples.items():
        yield f"order number {quoted(number)}{rest}"
