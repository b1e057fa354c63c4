"""What a layout is: the shape of one kind of export, declared.

Names of columns are compared like all headers (rules, section 1.3), so that one spelling
stands for all generations that differ in case and blanks only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from reconcile.domain.fields import normal_name

__all__ = ["Layout", "Words"]


@dataclass(frozen=True, slots=True)
class Words:
    """A column whose word says whether a row is in the books.

    Only `bookings` are; `others` aren't, and `credits` aren't and take a booking back. Any
    other word is for a person to judge, unless `any_other` says that it is fine. `blank` says
    whether an empty cell is fine.
    """

    columns: tuple[str, ...]
    bookings: tuple[str, ...]
    others: tuple[str, ...]
    credits: tuple[str, ...] = ()
    blank: bool = False
    any_other: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of export.

    `needs` recognises its header: one name of each group stands in it; `or_needs` are those of
    another header that it knows. Of `order_number` there is one certain column, or several
    possible ones, of which the config must choose. Of the other columns the first that is there
    is taken. `dates` only tell documents from headings; rows with a mark in `body` speak of
    their document as a whole. `label` names the
    column in which headings and totals stand; `""` is the first one, and so is a first one
    without a name. `void_in_memo` says that a void document is known by its memo alone.

    Where one of `sku_in_headings` (the customer) and a quantity are columns, but no SKU, the
    heading above a row is its SKU. A heading, and what stands in the columns `sku_paths`, is a
    path: of `Category:Item` the SKU is `Item`. A name of `other_meaning` is no column of this
    job, whatever it is called elsewhere.
    """

    name: str
    title: str
    exports: str
    needs: tuple[tuple[str, ...], ...] = ()
    or_needs: tuple[tuple[str, ...], ...] = ()
    words: tuple[Words, ...] = ()
    order_number: tuple[str, ...] = ()
    order_external_id: tuple[str, ...] = ()
    item_external_id: tuple[str, ...] = ()
    sku: tuple[str, ...] = ()
    quantity: tuple[str, ...] = ()
    memo: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    label: str = ""
    sku_in_headings: tuple[str, ...] = ()
    sku_paths: tuple[str, ...] = ()
    other_meaning: tuple[str, ...] = field(default=("Status",))
    void_in_memo: bool = False

    def recognises(self, names: Iterable[str]) -> bool:
        """Whether a row of such names is the header of this layout."""
        there = {normal_name(name) for name in names if name}
        return any(
            needs and all(any(normal_name(name) in there for name in group) for group in needs)
            for needs in (self.needs, self.or_needs)
        )

    @property
    def known_names(self) -> frozenset[str]:
        """The names, as they are compared, of all columns that it knows."""
        names = {name for group in (*self.needs, *self.or_needs) for name in group}
        names |= {name for words in self.words for name in words.columns}
        for group in (
            self.order_number,
            self.order_external_id,
            self.item_external_id,
            self.sku,
            self.quantity,
            self.memo,
            self.dates,
            self.body,
            self.other_meaning,
        ):
            names.update(group)
        return frozenset(map(normal_name, names))
