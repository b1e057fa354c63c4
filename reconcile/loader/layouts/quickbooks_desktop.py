"""QuickBooks Desktop: Sales by Item Detail.

Source: notes on exports (docs/exports.md), section QuickBooks Desktop: heading and total rows
stand in the Type column with an empty Date.
"""

from reconcile.loader.layouts.base import Layout, Words

__all__ = ["QUICKBOOKS_DESKTOP"]

QUICKBOOKS_DESKTOP = Layout(
    name="quickbooks-desktop",
    title="QuickBooks Desktop",
    exports="Sales by Item Detail",
    needs=(("Type",), ("Date",), ("Num",), ("Memo",), ("Name",), ("Qty",), ("Sales Price",)),
    words=(
        Words(
            columns=("Type",),
            bookings=("Invoice", "Sales Receipt"),
            others=(
                "Estimate",
                "Payment",
                "Deposit",
                "General Journal",
                "Sales Order",
                "Purchase Order",
                "Bill",
                "Check",
                "Inventory Adjust",
                "Statement Charge",
            ),
            credits=("Credit Memo", "Refund"),
        ),
    ),
    order_number=("Num", "Memo", "P. O. #", "P.O. Number"),
    order_external_id=("Num",),
    sku=("Item",),
    quantity=("Qty",),
    memo=("Memo",),
    dates=("Date",),
    label="Type",
    sku_in_headings=("Name",),
    sku_paths=("Item",),
    void_in_memo=True,
)
