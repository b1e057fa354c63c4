"""Zoho Books: invoices, one row per invoice line.

Source: notes on exports (docs/exports.md), section Zoho Books. Statuses as its help names them.
"""

from reconcile.loader.layouts.base import Layout, Words

__all__ = ["ZOHO_BOOKS"]

ZOHO_BOOKS = Layout(
    name="zoho-books",
    title="Zoho Books",
    exports="invoices",
    needs=(("Invoice ID",), ("Invoice Number",), ("Invoice Status",), ("Item Name",)),
    words=(
        Words(
            columns=("Invoice Status",),
            bookings=(
                "Sent",
                "Viewed",
                "Overdue",
                "Paid",
                "PartiallyPaid",
                "Partially Paid",
                "Unpaid",
                "Closed",
                "Approved",
            ),
            others=("Draft", "Void", "Pending Approval", "Rejected", "Write Off"),
        ),
    ),
    order_number=("PurchaseOrder", "Sales Order Number"),
    order_external_id=("Invoice ID",),
    sku=("SKU",),
    quantity=("Quantity",),
    memo=("PurchaseOrder", "Sales Order Number", "Item Name"),
    dates=("Invoice Date",),
    other_meaning=("Status", "Item ID"),
)
