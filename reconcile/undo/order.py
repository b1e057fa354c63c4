"""What puts the previous values of one order back: its call, and what is left alone.

Pure. `plan` has the rules in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from reconcile.domain.fields import FIELDS
from reconcile.domain.model import Field
from reconcile.domain.payload import (
    UNSET,
    OrderAccountingSyncRequest,
    OrderItemAccountingItem,
    OrderItemAccountingSyncRequest,
    Unset,
)
from reconcile.domain.rules import CellRules, SyncedDefault
from reconcile.orders.remote_state import in_words
from reconcile.planner.validation import judge_column
from reconcile.undo.previous_values import UNKNOWN, OrderHistory, Skus, WrittenValue, written_values

__all__ = ["LeftAlone", "OrderUndo", "Reason", "UndoRules", "UnknownBefore", "undo_of_order"]

_LONGEST: Final = 32_767
"""So many UTF-16 units fit into a cell."""


class Reason(StrEnum):
    """Why a value is left alone."""

    CHANGED_SINCE = "Flxpoint holds something else now"
    LATER_RUN = "a later run wrote it"
    UNSURE = "something was sent for the order since, and it isn't known what that did"
    NO_ORDER = "the order isn't there any more"
    NO_ITEM = "the order has no such item now"
    NOT_ACKNOWLEDGED = "Flxpoint didn't acknowledge it"
    NO_NULL = "the API can't clear it"
    STAYS = "the API can't take it away; it goes only if Flxpoint replaces the whole list"
    NO_CELL = "an export can't say the former value"
    YES_WITH_ERROR = "an error can't be sent beside Accounting Synced yes"
    SYNCED_UNKNOWN = "it isn't known whether the order was synced, and the file would say yes"
    STATUS = "a status can't be taken back"
    NOT_KNOWN = "the run wrote that it is blank, and nobody knows what stood there before"


class LeftAlone(NamedTuple):
    """A value that isn't put back. Values are in words; `now` is `""` where nobody asked."""

    order_id: int
    value: str
    wrote: str
    previous: str
    now: str
    reason: Reason
    detail: str = ""

    @property
    def why(self) -> str:
        """The reason in words, with what is known beyond it."""
        return f"{self.reason} ({self.detail})" if self.detail else str(self.reason)


class UnknownBefore(NamedTuple):
    """A value that is cleared though nobody knows what stood there before. In words."""

    order_id: int
    value: str
    wrote: str


class OrderUndo(NamedTuple):
    """The call that puts the previous values of an order back, and how many they are.

    `foreign`: it replaces what the last run of ours didn't write, which `run` may refuse.
    `not_known` are those of the values that it clears on a guess.
    """

    order_id: int
    call: OrderAccountingSyncRequest
    values: int
    foreign: bool
    not_known: tuple[UnknownBefore, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoRules:
    """What the run was, and how `run` will read the file."""

    run_id: str
    cells: CellRules = field(default_factory=CellRules)
    synced_default: SyncedDefault = "auto"


def undo_of_order(
    order: OrderHistory, rules: UndoRules
) -> tuple[OrderUndo | None, list[LeftAlone]]:
    """Decides of an accounting sync that was acknowledged what puts the previous values back."""
    decided = _Decided(order, rules)
    return decided.call, decided.left


class _Decided:
    """One order: the call if there is one, and what is left alone."""

    def __init__(self, order: OrderHistory, rules: UndoRules) -> None:
        self.left: list[LeftAlone] = []
        self.call: OrderUndo | None = None
        self._order = order
        self._rules = rules
        self._put: dict[tuple[int | None, Field], object] = {}
        self._foreign = False
        self._values = list(written_values(order))
        if order.is_gone and any(not value.is_as_before for value in self._values):
            self._leave("the order", "", "", Reason.NO_ORDER, now="(no such order)")
            return
        for value in self._values:
            if not value.is_as_before:
                self._judge(value)
            elif not value.known:
                self._leave_value(value, Reason.NOT_KNOWN)
        if self._put:
            self._build()

    def _judge(self, value: WrittenValue) -> None:
        reason, detail = self._moved(value)
        if reason is not None:
            self._leave_value(value, reason, detail)
        elif isinstance(value.previous, Skus):
            self._put_skus(value, value.previous)
        elif value.previous in (None, "") and not FIELDS[value.field].null_allowed:
            self._leave_value(value, Reason.NO_NULL)
        elif value.previous not in (None, "") and not self._fits(value.field, value.previous):
            self._leave_value(value, Reason.NO_CELL)
        else:
            self._put_back(value, value.previous)

    def _moved(self, value: WrittenValue) -> tuple[Reason | None, str]:
        """Why what the run wrote doesn't stand there any more; None if it does."""
        order = self._order
        if order.lacks_item(value.item_id):
            return Reason.NO_ITEM, ""
        if value.now is UNKNOWN:
            last = order.last
            if last is None or last.disturbed:
                return Reason.UNSURE, ""
            if last.run_id != self._rules.run_id:
                return Reason.LATER_RUN, last.run_id
            return None, ""
        if value.still_holds:
            return None, ""
        for run_id, content in reversed(order.later):
            if value.is_now(value.in_call(content)):
                return Reason.LATER_RUN, run_id
        return Reason.CHANGED_SINCE, ""

    def _put_back(self, value: WrittenValue, previous: object) -> None:
        self._put[value.item_id, value.field] = previous
        if value.now is not UNKNOWN and self._order.later:
            own = value.in_call(self._order.later[-1][1])
            self._foreign = self._foreign or not value.is_now(own)

    def _put_skus(self, value: WrittenValue, previous: Skus) -> None:
        """Supplier SKUs that were there are said; those that weren't can't be taken away."""
        stand = next(each for each in (value.now, value.wrote) if isinstance(each, Skus))
        sound: list[OrderItemAccountingItem] = []
        for sku, quantity in previous.pairs:
            name = f"{value.words} {sku or '(without an id)'}"
            quantity_now = stand.quantity(sku)
            if not self._fits(Field.SUB_EXTERNAL_ID, sku) or previous.is_twice(sku):
                self._leave(name, quantity_now, quantity, Reason.NO_CELL)
            elif quantity in (None, ""):
                sound.append(OrderItemAccountingItem(sku))
                if quantity_now not in (None, ""):
                    self._leave(name, quantity_now, quantity, Reason.NO_NULL)
            elif not self._fits(Field.SUB_QUANTITY, quantity):
                self._leave(name, quantity_now, quantity, Reason.NO_CELL)
            else:
                sound.append(OrderItemAccountingItem(sku, int(str(quantity))))
        for sku, quantity in stand.pairs:
            if not previous.has(sku):
                now = "" if value.now is UNKNOWN else quantity
                was = None if value.known else UNKNOWN
                self._leave(f"{value.words} {sku}", quantity, was, Reason.STAYS, now=now)
        if sound:
            self._put_back(value, tuple(sound))

    def _build(self) -> None:
        synced = self._synced()
        put = self._put
        error = put.get((None, Field.ACCOUNTING_SYNC_ERROR))
        if error is not None and (synced is True or self._default_says_yes(synced)):
            value = next(p for p in self._values if p.field is Field.ACCOUNTING_SYNC_ERROR)
            if self._says_nothing(with_error=True) and not self._puts_synced:
                synced = UNSET
            else:
                del put[None, Field.ACCOUNTING_SYNC_ERROR]
                self._leave_value(value, Reason.YES_WITH_ERROR)
                error = None
        if not put:
            return
        if synced is UNSET and not self._says_nothing(with_error=error is not None):
            self._leave("the order", "", "", Reason.SYNCED_UNKNOWN)
            return
        call = OrderAccountingSyncRequest(
            synced,
            _null_or_text(put, None, Field.ORDER_EXTERNAL_ID),
            tuple(_item(item_id, put) for item_id in dict.fromkeys(i for i, _ in put if i)),
            UNSET if error is None else str(error),
        )
        order_id = self._order.order_id
        not_known = tuple(
            UnknownBefore(order_id, value.words, in_words(value.wrote))
            for value in self._values
            if not value.known and (value.item_id, value.field) in put
        )
        self.call = OrderUndo(order_id, call, len(put), self._foreign, not_known)

    @property
    def _puts_synced(self) -> bool:
        return (None, Field.ACCOUNTING_SYNCED) in self._put

    def _synced(self) -> bool | Unset | None:
        """What the cell says: the previous value, or what stands there already."""
        key = (None, Field.ACCOUNTING_SYNCED)
        known = self._put[key] if key in self._put else self._order.synced_now()
        if known is UNKNOWN:
            return UNSET
        return known if isinstance(known, bool) else None

    def _default_says_yes(self, synced: bool | Unset | None) -> bool:  # noqa: FBT001
        return synced is UNSET and self._rules.synced_default is True

    def _says_nothing(self, *, with_error: bool) -> bool:
        """Whether a blank under Accounting Synced sends nothing (rules, section 3)."""
        if self._rules.synced_default == "none":
            return True
        ids = any(
            value not in (None, "")
            for (_, field_), value in self._put.items()
            if field_ not in (Field.ACCOUNTING_SYNCED, Field.ACCOUNTING_SYNC_ERROR)
        )
        return self._rules.synced_default == "auto" and (with_error or not ids)

    def _fits(self, column: Field, value: object) -> bool:
        """Whether a cell with this text means this value, and nothing else."""
        if isinstance(value, bool):
            return column is Field.ACCOUNTING_SYNCED
        text = str(value)
        if len(text.encode("utf-16-le", "surrogatepass")) > 2 * _LONGEST:
            return False
        judged = judge_column(column, [text], {}, self._rules.cells)
        return not judged.faults and not judged.remarks and str(judged.values[0]) == text

    def _leave_value(self, value: WrittenValue, reason: Reason, detail: str = "") -> None:
        now = "" if value.now is UNKNOWN else value.now
        previous = value.previous if value.known else UNKNOWN
        self._leave(value.words, value.wrote, previous, reason, detail, now=now)

    def _leave(
        self,
        value: str,
        wrote: object,
        previous: object,
        reason: Reason,
        detail: str = "",
        *,
        now: object = "",
    ) -> None:
        said, was, stands = (
            "" if each == "" else _in_words(each) for each in (wrote, previous, now)
        )
        self.left.append(LeftAlone(self._order.order_id, value, said, was, stands, reason, detail))


def _in_words(value: object) -> str:
    return "(not known)" if value is UNKNOWN else in_words(value)


def _item(
    item_id: int, put: Mapping[tuple[int | None, Field], object]
) -> OrderItemAccountingSyncRequest:
    skus = put.get((item_id, Field.SUB_EXTERNAL_ID))
    return OrderItemAccountingSyncRequest(
        item_id,
        _null_or_text(put, item_id, Field.ITEM_EXTERNAL_ID),
        skus if isinstance(skus, tuple) else (),
    )


def _null_or_text(
    put: Mapping[tuple[int | None, Field], object], item_id: int | None, column: Field
) -> str | Unset | None:
    value = put.get((item_id, column), UNSET)
    if value is UNSET:
        return UNSET
    return None if value in (None, "") else str(value)
