"""NetSuite: a saved search over transactions; its columns are the user's choice.

Source: notes on exports (docs/exports.md), section NetSuite. Statuses stand there alone or
behind the type (`Invoice : Open`).
"""

from reconcile.loader.layouts.base import Layout, Words

__all__ = ["NETSUITE"]

NETSUITE = Layout(
    name="netsuite",
    title="NetSuite saved search",
    exports="a saved search over transactions with Internal ID, Type and Document Number",
    needs=(("Internal ID",), ("Type",), ("Document Number",)),
    words=(
        Words(
            columns=("Type",),
            bookings=("Invoice", "Cash Sale"),
            others=(
                "Estimate",
                "Quote",
                "Sales Order",
                "Payment",
                "Customer Payment",
                "Deposit",
                "Customer Deposit",
                "Journal",
                "Journal Entry",
                "Item Fulfillment",
                "Return Authorization",
                "Purchase Order",
                "Bill",
            ),
            credits=("Credit Memo", "Cash Refund", "Customer Refund"),
        ),
        Words(
            columns=("Status",),
            bookings=("Open", "Paid In Full", "Deposited", "Not Deposited", "Approved"),
            others=("Pending Approval", "Rejected", "Voided", "Unapproved Payment"),
            blank=True,
        ),
    ),
    order_number=("Memo", "Document Number", "PO/Check Number", "P.O. Number", "PO #"),
    order_external_id=("Internal ID",),
    item_external_id=("Line Unique Key", "Line ID"),
    sku=("SKU", "Item"),
    sku_paths=("Item",),
    quantity=("Quantity",),
    memo=("Memo",),
    dates=("Date",),
    body=("*", "Main Line"),
    other_meaning=("Status", "Item ID"),
)
