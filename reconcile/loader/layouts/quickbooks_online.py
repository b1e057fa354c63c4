"""QuickBooks Online: detail reports and transaction lists, grouped and flat, old and new headers.

Source: notes on exports (`exports.md`), section QuickBooks Online; Transaction types as its
own help names them.
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
    words=(
        Words(
            columns=("Transaction type",),
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
)
