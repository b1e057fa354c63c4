"""Xero: sales invoices, one row per invoice line.

Source: notes on exports (docs/exports.md), section Xero. A template for import has neither type
nor status, and says nothing of what is in the books: it isn't recognised. Statuses are those
of the API (developer.xero.com, Invoice Status Codes) and those that people see.
"""

from reconcile.loader.layouts.base import Layout, Words

__all__ = ["XERO"]

XERO = Layout(
    name="xero",
    title="Xero",
    exports="sales invoices",
    needs=(
        ("ContactName",),
        ("InvoiceNumber",),
        ("Reference",),
        ("UnitAmount",),
        ("Type",),
        ("Status",),
    ),
    words=(
        Words(
            columns=("Type",),
            bookings=("Sales invoice",),
            others=("Sales overpayment", "Sales prepayment", "Quote"),
            credits=("Sales credit note",),
        ),
        Words(
            columns=("Status",),
            bookings=("Authorised", "Awaiting Payment", "Approved", "Paid"),
            others=("Draft", "Submitted", "Awaiting Approval", "Voided", "Deleted"),
        ),
    ),
    order_number=("Reference",),
    order_external_id=("InvoiceNumber",),
    sku=("InventoryItemCode",),
    quantity=("Quantity",),
    memo=("Reference", "Description"),
    dates=("InvoiceDate",),
)
