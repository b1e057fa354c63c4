"""The plain layout: the columns of the rules by their own names; `header` finds them."""

from reconcile.loader.layouts.base import Layout

__all__ = ["PLAIN"]

PLAIN = Layout(
    name="plain",
    title="plain",
    exports="any table with the columns of this job, such as Order ID and Order External ID",
)
