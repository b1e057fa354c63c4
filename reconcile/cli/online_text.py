"""What people and programs are told of `ids pull`, `verify` and `undo`: lines, and JSON."""

from collections import Counter
from collections.abc import Iterator, Sequence
from shlex import join
from typing import TYPE_CHECKING, Any

from reconcile.domain.wording import counted
from reconcile.job.account import Account
from reconcile.orders.pull import Pulled
from reconcile.orders.remote_state import Finding

if TYPE_CHECKING:
    from reconcile.job.online import UndoneRun, VerifiedRun

__all__ = [
    "pulled_json",
    "pulled_lines",
    "undone_json",
    "undone_lines",
    "verified_json",
    "verified_lines",
]

_LISTED = 50


def pulled_lines(account: Account, pulled: Pulled, known: int) -> Iterator[str]:
    """What a pull brought."""
    yield f"Account    {account.name or account.key}"
    pages = counted(pulled.pages, "page")
    yield f"Fetched    {counted(pulled.orders, 'order')} on {pages}"
    if pulled.items_asked:
        unknown = f", {pulled.items_unknown} of them without item ids" * bool(pulled.items_unknown)
        yield f"Items      {counted(pulled.items_asked, 'order')} asked one by one{unknown}"
    yield f"Known now  {counted(known, 'order')}"


def pulled_json(account: Account, pulled: Pulled, known: int) -> dict[str, Any]:
    """The same as one document."""
    return {"account": account.key, **pulled._asdict(), "known": known}


def verified_lines(verified: "VerifiedRun") -> Iterator[str]:
    """How a run was read back."""
    yield f"Run        {verified.run.id}"
    yield f"Read back  {verified.back.sentence}"
    counts = verified.back.values
    if counts:
        yield f"Values     {', '.join(f'{counts[f]} {f}' for f in Finding if counts[f])}"
    yield f"Workbook   {verified.workbook}"


def verified_json(verified: "VerifiedRun") -> dict[str, Any]:
    """The same as one document."""
    back = verified.back
    return {
        "run": verified.run.id,
        "orders": back.orders,
        "values": {finding.value: back.values.get(finding, 0) for finding in Finding},
        "wrong": list(back.wrong),
        "workbook": str(verified.workbook),
    }


def undone_lines(undone: "UndoneRun", places: Sequence[str]) -> Iterator[str]:
    """What would undo a run, and how to use the file; `places` are options of the command."""
    orders, left = undone.undo.orders, undone.undo.left
    yield f"Run        {undone.run.id}"
    yield f"By         {undone.word}"
    values = counted(sum(order.values for order in orders), "value")
    yield f"Undo       {values} of {counted(len(orders), 'order')}"
    for reason, count in Counter(each.reason for each in left).most_common():
        yield f"Left alone {counted(count, 'value')}: {reason}"
    if undone.file is None:
        yield "File       none: there is nothing to undo"
        for each in left[:_LISTED]:
            yield f"           order {each.order_id} {each.value}: {each.why}"
        if len(left) > _LISTED:
            yield f"           … and {len(left) - _LISTED} more"
        return
    yield f"File       {undone.file}"
    if undone.note:
        yield f"Not known  {undone.note}"
    if undone.remark:
        yield f"Remark     {undone.remark}"
        return
    words = [str(undone.file), *places]
    reading = [hint for hint in undone.hints if hint.startswith(("--layout", "--sheet"))]
    yield "Nothing was sent. Look at the file, and then:"
    yield f"  reconcile check {' '.join((join(words), *reading))}"
    yield f"  reconcile run {' '.join((join(words), *undone.hints))}"


def undone_json(undone: "UndoneRun") -> dict[str, Any]:
    """The same as one document, with everything that is left alone."""
    orders = undone.undo.orders
    return {
        "run": undone.run.id,
        "by": undone.word,
        "orders_read": undone.read,
        "orders": len(orders),
        "values": sum(order.values for order in orders),
        "left_alone": [
            {
                "order": each.order_id,
                "value": each.value,
                "wrote": each.wrote,
                "former": each.previous,
                "now": each.now,
                "reason": each.reason.value,
                "detail": each.detail,
            }
            for each in undone.undo.left
        ],
        "file": None if undone.file is None else str(undone.file),
        "options": list(undone.hints),
        "remark": undone.remark,
        "not_known": [
            {"order": each.order_id, "value": each.value, "wrote": each.wrote}
            for each in undone.undo.not_known
        ],
        "note": undone.note,
    }
