"""The kinds of export that are known, one module each; `LAYOUTS` lists them.

Another kind is another module with a `Layout` in it, one line in `LAYOUTS`, and examples in
tests/exports. The plain one is for `header`, and beats them all.
"""

from reconcile.loader.layouts.base import Layout, Words
from reconcile.loader.layouts.netsuite import NETSUITE
from reconcile.loader.layouts.plain import PLAIN
from reconcile.loader.layouts.quickbooks_desktop import QUICKBOOKS_DESKTOP
from reconcile.loader.layouts.quickbooks_online import QUICKBOOKS_ONLINE
from reconcile.loader.layouts.xero import XERO
from reconcile.loader.layouts.zoho_books import ZOHO_BOOKS

__all__ = ["LAYOUTS", "PLAIN", "Layout", "Words"]

LAYOUTS: tuple[Layout, ...] = (
    PLAIN,
    QUICKBOOKS_ONLINE,
    QUICKBOOKS_DESKTOP,
    XERO,
    ZOHO_BOOKS,
    NETSUITE,
)
