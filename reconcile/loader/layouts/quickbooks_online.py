"""QuickBooks Online: detail reports and transaction lists, grouped and flat, old and new headers.

Source: notes on exports (docs/exports.md), section QuickBooks Online; Transaction types as its
own help names them. It keeps a void document in reports, with a memo that says so. The list
of all sales says `Type` and `No.`, where a report says `Transaction type` and `Num`, and has a
status (`Overdue`, `Paid`, `Voided`, ...).
"""

from reconcile.loader.layouts.base import Layout, Words

__all__ = ["QUICKBOOKS_ONLINE"]

QUICKBOOKS_ONLINE = Layout(
    name="quickbooks-online",
    title="QuickBooks Online",
    exports="detail reports (Sales by Customer or by Product/Service Detail) and transaction lists",
    needs=(
        ("Date", "Transaction date"),
        ("Transaction type",),
        ("Num", "No.", "Transaction number"),
    ),
    or_needs=(("Date",), ("Type",), ("No.",), ("Customer", "Name")),
    words=(
        Words(
            columns=("Transaction type", "Type"),
            bookings=("Invoice", "Sales Receipt"),
            others=(
                "Estimate",
                "Payment",
                "Deposit",
                "Journal Entry",
                "Sales Order",
                "Purchase Order",
                "Bill",
                "Bill Payment",
                "Check",
                "Expense",
                "Transfer",
                "Charge",
                "Statement",
                "Inventory Qty Adjust",
                "Receive Payment",
                "Delayed Charge",
            ),
            credits=("Credit Memo", "Refund", "Refund Receipt", "Credit", "Delayed Credit"),
        ),
        Words(
            columns=("Status",),
            bookings=("Paid",),
            others=("Void", "Voided", "Draft"),
            blank=True,
            any_other=True,
        ),
    ),
    order_number=(
        "Num",
        "No.",
        "Transaction number",
        "Memo/Description",
        "Description",
        "Memo",
        "P.O. Number",
        "PO Number",
    ),
    order_external_id=("Transaction ID", "Num", "No.", "Transaction number"),
    sku=("SKU", "Product/Service", "Product/Service full name"),
    quantity=("Qty", "Quantity"),
    memo=("Memo/Description", "Description", "Memo"),
    dates=("Date", "Transaction date"),
    sku_in_headings=("Customer", "Customer full name", "Name"),
    sku_paths=("Product/Service", "Product/Service full name"),
    void_in_memo=True,
)
