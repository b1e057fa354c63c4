"""The columns that the job understands: headers, synonyms, where null may be sent.

The table is section 2 of the rules. Synonyms are unmistakable names only; words that
exports use for other things (Memo, Note, ID, Number, Quantity, Amount, Type, Name) are none.
"""

import re
from dataclasses import dataclass

from reconcile.domain.model import Field

__all__ = [
    "ABOUT_UNDO",
    "BEYOND_HEADER",
    "EXTERNAL_IDS",
    "FIELDS",
    "IDS",
    "ITEM_VALUES",
    "LEFT_ALONE",
    "LOOKED_UP",
    "SENT",
    "UNDO",
    "FieldSpec",
    "normal_name",
]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One column: its usual header, other names for it, what it becomes."""

    header: str
    meaning: str
    synonyms: tuple[str, ...] = ()
    null_allowed: bool = False


FIELDS: dict[Field, FieldSpec] = {
    Field.ORDER_ID: FieldSpec(
        "Order ID",
        "Flxpoint's order id",
        ("Flxpoint Order ID", "Flxpoint Internal Order ID"),
    ),
    Field.ORDER_EXTERNAL_ID: FieldSpec(
        "Order External ID",
        "`externalAccountingId` of the order",
        (
            "Order External Accounting ID",
            "Order Accounting ID",
            "External Order Accounting ID",
            "Accounting Order ID",
        ),
        null_allowed=True,
    ),
    Field.ITEM_ID: FieldSpec(
        "Item ID",
        "`items[].id`",
        ("Order Item ID", "Flxpoint Item ID", "Flxpoint Order Item ID"),
    ),
    Field.ITEM_EXTERNAL_ID: FieldSpec(
        "Item External ID",
        "`items[].externalAccountingId`",
        (
            "Order Item External ID",
            "Item External Accounting ID",
            "Order Item External Accounting ID",
            "Item Accounting ID",
            "Order Item Accounting ID",
        ),
        null_allowed=True,
    ),
    Field.SUB_EXTERNAL_ID: FieldSpec(
        "Supplier SKU External ID",
        "`orderItemAccountingItems[].externalAccountingId`",
        ("Supplier SKU External Accounting ID", "Supplier SKU Accounting ID"),
    ),
    Field.SUB_QUANTITY: FieldSpec(
        "Supplier SKU Quantity",
        "`orderItemAccountingItems[].quantity`",
        ("Supplier SKU Qty",),
    ),
    Field.ACCOUNTING_SYNCED: FieldSpec(
        "Accounting Synced",
        "`accountingSynced`",
        ("Synced To Accounting", "Order Accounting Synced"),
        null_allowed=True,
    ),
    Field.ACCOUNTING_SYNC_ERROR: FieldSpec(
        "Accounting Sync Error",
        "`accountingSyncError`",
        ("Accounting Sync Error Message", "Order Accounting Sync Error"),
    ),
    Field.STATUS: FieldSpec(
        "Status",
        "`status` of the status call",
        ("Flxpoint Status", "Flxpoint Order Status", "New Order Status"),
    ),
    Field.UPDATE_NOTE: FieldSpec(
        "Update Note",
        "`updateNote` of the status call",
        ("Status Update Note", "Order Update Note"),
    ),
    Field.ORDER_NUMBER: FieldSpec(
        "Order Number",
        "never sent: the order is looked up by it in the id map",
        ("Flxpoint Order Number",),
    ),
    Field.SKU: FieldSpec(
        "SKU",
        "never sent: the item is looked up by it in the id map",
        ("Item SKU", "Order Item SKU", "Flxpoint SKU"),
    ),
    Field.ITEM_QUANTITY: FieldSpec(
        "Item Quantity",
        "never sent: tells two items of one SKU apart",
        ("Order Item Quantity",),
    ),
}

IDS = (Field.ORDER_ID, Field.ITEM_ID)
EXTERNAL_IDS = (Field.ORDER_EXTERNAL_ID, Field.ITEM_EXTERNAL_ID, Field.SUB_EXTERNAL_ID)
ITEM_VALUES = (Field.ITEM_EXTERNAL_ID, Field.SUB_EXTERNAL_ID, Field.SUB_QUANTITY)
SENT = (
    *EXTERNAL_IDS,
    Field.SUB_QUANTITY,
    Field.ACCOUNTING_SYNCED,
    Field.ACCOUNTING_SYNC_ERROR,
)
"""The fields that can make an accounting sync; ids alone never do."""

LOOKED_UP = (Field.ORDER_NUMBER, Field.SKU, Field.ITEM_QUANTITY)
"""The fields that only find ids in the id map; without one they mean nothing."""

BEYOND_HEADER = "Cells beyond the header"
"""Our column on Failures for the cells of a row that may have moved (section 1.7)."""

ABOUT_UNDO, UNDO, LEFT_ALONE = "About this undo", "Undo", "Left alone"
"""The sheets of what `reconcile undo` writes; its export has the name that `sheet:` asks for."""

_PASSED_OVER = re.compile(r"[\s_\-\u00a0\u00ad\u2010\u2011\u200b-\u200f\u2060\ufeff]+")
"""Blanks, hyphens, and what can't be seen."""


def normal_name(header: str) -> str:
    """A column name as it is compared (rules, section 1.3).

    Without case, blanks, underscores, hyphens, no-break spaces, line breaks and a
    leading `*`.
    """
    return _PASSED_OVER.sub("", header).removeprefix("*").casefold()
