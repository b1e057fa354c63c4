"""The catalogue of what can be wrong, and of what is only noticed.

Each kind has a stable code, one sentence, what was expected, and what to do. The words
stand here once; the terminal, the workbook and docs/reference/issues.md take them from here.
"""

from dataclasses import dataclass
from enum import StrEnum

from reconcile.domain.model import Issue, Notice
from reconcile.domain.payload import STATUSES

__all__ = [
    "ISSUES",
    "NOTICES",
    "IssueKind",
    "NoticeKind",
    "Scope",
    "explain",
    "placed",
    "reason",
    "remedy",
]


class Scope(StrEnum):
    """How far an issue reaches."""

    ROW = "the row, and with it its order"
    ORDER = "the order"
    STATUS = "the status call of the order"


@dataclass(frozen=True, slots=True)
class IssueKind:
    """One kind of fault. `{found}` and `{detail}` stand for what the issue carries."""

    scope: Scope
    sentence: str
    expected: str
    remedy: str


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of thing that is reported and blocks nothing."""

    sentence: str


_PLACES_NAMED = 10
_AS_TEXT = "Format the column as text in the accounting export and export it again."
_ID = "a whole number from 1 to 9223372036854775807, in the digits 0-9"
_EXTERNAL = "the id as the accounting system shows it"
_MAP = "Make the id map again (`reconcile ids pull`, or --pull, asks Flxpoint)."
_ONE_VALUE = "Leave the right value on one of the rows, or on all of them."

ISSUES: dict[str, IssueKind] = {
    "order-id-invalid": IssueKind(
        Scope.ROW,
        "The order id {found} is not an id",
        _ID,
        "Put Flxpoint's order id into the cell.",
    ),
    "order-id-missing": IssueKind(
        Scope.ROW,
        "The row names no order",
        "an order id on every row with values",
        "Put the order id on the row.",
    ),
    "item-id-invalid": IssueKind(
        Scope.ROW,
        "The item id {found} is not an id",
        _ID,
        "Put Flxpoint's order item id into the cell.",
    ),
    "item-id-missing": IssueKind(
        Scope.ROW,
        "The row has item values ({found}) but no item id",
        "an item id on every row with item values",
        "Put the order item id on the row.",
    ),
    "item-row-below": IssueKind(
        Scope.ORDER,
        "A row below this order has item values and no order id ({detail}); it may belong here",
        "an order id on every row with values",
        "Put the order id on that row.",
    ),
    "sku-id-missing": IssueKind(
        Scope.ROW,
        "The quantity {found} belongs to no supplier SKU",
        "a supplier SKU external id beside every supplier SKU quantity",
        "Put the supplier SKU's external id on the row, or empty the quantity.",
    ),
    "order-number-unknown": IssueKind(
        Scope.ROW,
        "The order number {found} is not in the id map",
        "a number that the id map knows, to the letter",
        f"{_MAP} Or correct the number; 00123 is not 123.",
    ),
    "order-number-ambiguous": IssueKind(
        Scope.ROW,
        "The order number {found} may mean several orders: {detail}",
        "a number of one order",
        "Put Flxpoint's order id on the row, or leave the right one in the id map.",
    ),
    "order-number-without-prefix": IssueKind(
        Scope.ROW,
        "The order number {found} doesn't begin with {detail}",
        "a number with the prefix that `order_number:` in config.yaml names",
        "Correct the number, or the prefix in config.yaml.",
    ),
    "order-number-differs": IssueKind(
        Scope.ROW,
        "Order number and order id don't go together ({found}); the number means order {detail}",
        "the id that the id map has for the number, or no number",
        "Correct the order id or the number on the row, or the id map.",
    ),
    "document-of-orders": IssueKind(
        Scope.ROW,
        "The document {found} has rows of several orders ({detail}) and rows without a number",
        "one order number for the document, or one on each of its rows",
        "Put the order number, or Flxpoint's order id, on each row of the document.",
    ),
    "items-unknown": IssueKind(
        Scope.ROW,
        "The id map knows no item of this order, and so not the SKU {found}",
        "the SKUs and item ids of the order in the id map",
        f"{_MAP} Or sync orders without their items: `order_level_only: true` in config.yaml.",
    ),
    "sku-unknown": IssueKind(
        Scope.ROW,
        "The SKU {found} is not in the id map for this order, which has {detail}",
        "a SKU that the id map has for the order, to the letter",
        f"{_MAP} What is no item (shipping, a discount) belongs under `not_items:` in config.yaml.",
    ),
    "sku-ambiguous": IssueKind(
        Scope.ROW,
        "The SKU {found} may mean several items of the order: {detail}",
        "one item of the SKU, or a quantity that only one of them has",
        "Put Flxpoint's order item id on the row, or the quantities into the id map.",
    ),
    "sku-differs": IssueKind(
        Scope.ROW,
        "SKU and item id don't go together ({found}); the SKU means item {detail}",
        "the id that the id map has for the SKU, or no SKU",
        "Correct the item id or the SKU on the row, or the id map.",
    ),
    "heading-missing": IssueKind(
        Scope.ROW,
        "The row stands under no group heading that can be read, so its SKU isn't known",
        "the heading of the item above the row",
        "Look for a heading above it that is missing or has more cells than the header, and "
        "export again, best with a column for the SKU.",
    ),
    "booking-unknown": IssueKind(
        Scope.ROW,
        "{found} is not known to {detail}: it may be in the books, or not",
        "a type or status that the layout knows",
        "If it is in the books, add the word to `bookings:` in config.yaml; if not, leave such "
        "rows out with `only:`.",
    ),
    "external-id-control-characters": IssueKind(
        Scope.ROW,
        "The id {found} holds control characters",
        _EXTERNAL,
        "Type the id again.",
    ),
    "cell-error": IssueKind(
        Scope.ROW,
        "The cell holds the error {found}",
        "a value",
        "Mend the formula or look-up that failed, or empty the cell.",
    ),
    "cell-formula": IssueKind(
        Scope.ROW,
        "The cell holds a formula whose result was never saved",
        "a value",
        "Open the file in Excel, let it calculate, save it, and drop it again.",
    ),
    "cell-date": IssueKind(
        Scope.ROW,
        "The cell holds a date ({found}) where an id belongs",
        _EXTERNAL,
        f"Excel may have turned an id such as 3-1 into a date. {_AS_TEXT}",
    ),
    "cell-boolean": IssueKind(
        Scope.ROW,
        "The cell holds yes/no ({found}) where an id belongs",
        _EXTERNAL,
        _AS_TEXT,
    ),
    "number-too-long": IssueKind(
        Scope.ROW,
        "The number {found} has more than 15 digits; Excel keeps only 15 and zeros the rest",
        "an id of that length as text",
        _AS_TEXT,
    ),
    "number-e-notation": IssueKind(
        Scope.ROW,
        "{found} is a long number that lost its digits",
        _EXTERNAL,
        _AS_TEXT,
    ),
    "quantity-invalid": IssueKind(
        Scope.ROW,
        "The quantity {found} can't be sent",
        "a whole number above 0",
        "Put the whole number of supplier SKUs into the cell, or empty it.",
    ),
    "synced-invalid": IssueKind(
        Scope.ROW,
        "{found} is neither yes nor no",
        "true, yes, y, t, 1 or false, no, n, f, 0, or a word of `values:` in config.yaml",
        "Write yes or no, or add the word to `values:` in config.yaml.",
    ),
    "clear-not-allowed": IssueKind(
        Scope.ROW,
        "The word {found} can't clear this column",
        "a value, or an empty cell",
        "Empty the cell.",
    ),
    "row-too-long": IssueKind(
        Scope.ROW,
        "The row has more cells than the header (beyond it: {found}); its values may have moved",
        "as many cells as the header, or fewer",
        "Look for a separator inside a value that should stand in quotes, and export again.",
    ),
    "order-external-id-differs": IssueKind(
        Scope.ORDER,
        "The order has different external ids: {found}",
        "one external id for the order",
        _ONE_VALUE,
    ),
    "item-external-id-differs": IssueKind(
        Scope.ORDER,
        "Item {detail} has different external ids: {found}",
        "one external id for the item",
        _ONE_VALUE,
    ),
    "quantity-differs": IssueKind(
        Scope.ORDER,
        "Supplier SKU {detail} has different quantities: {found}",
        "one quantity for a supplier SKU of an item",
        _ONE_VALUE,
    ),
    "synced-differs": IssueKind(
        Scope.ORDER,
        "The order is said to be synced and not synced: {found}",
        "one word for the order",
        _ONE_VALUE,
    ),
    "synced-with-error": IssueKind(
        Scope.ORDER,
        "The order is said to be synced and to have the error {found}",
        "either yes, or an error",
        "Empty the error, or write no.",
    ),
    "sync-error-differs": IssueKind(
        Scope.ORDER,
        "The order has different sync errors: {found}",
        "one sync error for the order",
        _ONE_VALUE,
    ),
    "item-in-two-orders": IssueKind(
        Scope.ORDER,
        "Item {detail} stands under several orders: {found}",
        "an item under one order",
        "Put the right order id on the item's rows.",
    ),
    "nothing-to-send": IssueKind(
        Scope.ORDER,
        "The order has no accounting id and nothing else to send",
        "at least one value beside the ids",
        "Fill in the external id, or take the order out of the file.",
    ),
    "would-overwrite": IssueKind(
        Scope.ORDER,
        "Flxpoint holds something else, which this would overwrite: {found}",
        "an order that holds nothing else, or what an earlier run wrote",
        "Look at the order in Flxpoint. If the file is right: `overwrite: all` in config.yaml, "
        "or --overwrite all.",
    ),
    "order-not-read": IssueKind(
        Scope.ORDER,
        "Flxpoint didn't say what order {found} holds, so that something could be overwritten",
        "an answer that tells what the order holds, as those of others do",
        "Run the file again. If it stays so, look at the order in Flxpoint, and send it with "
        "--overwrite all.",
    ),
    "item-not-in-order": IssueKind(
        Scope.ORDER,
        "Flxpoint's order has no item {found}",
        "the ids of the order's own items: {detail}",
        "Correct the item id, or the order id beside it.",
    ),
    "status-invalid": IssueKind(
        Scope.STATUS,
        "{found} is not a status",
        f"one of {', '.join(STATUSES)}, or a word of `values:` in config.yaml",
        "Write one of the statuses, or add the word to `values:` in config.yaml.",
    ),
    "status-differs": IssueKind(
        Scope.STATUS,
        "The order has different statuses: {found}",
        "one status for the order",
        _ONE_VALUE,
    ),
    "note-differs": IssueKind(
        Scope.STATUS,
        "The order has different notes: {found}",
        "one note for the order",
        _ONE_VALUE,
    ),
    "note-invalid": IssueKind(
        Scope.STATUS,
        "The note {found} can't be sent",
        "a text of at most {detail} characters",
        "Shorten or mend the note.",
    ),
}

NOTICES: dict[str, NoticeKind] = {
    "text-formula": NoticeKind('{found} was written as ="..." and is read as its text'),
    "point-zero": NoticeKind(
        "the whole column is written like {found}; its numbers were read without .0"
    ),
    "padded-number": NoticeKind("a number is taken as it is shown, with leading zeros: {found}"),
    "lost-zeros": NoticeKind(
        "{found} is shorter than the {detail} digits usual in this column; "
        "it may have lost leading zeros"
    ),
    "control-characters-removed": NoticeKind("control characters were taken out of {found}"),
    "word-understood": NoticeKind("{found} is understood as {detail}"),
    "note-without-status": NoticeKind("a note without a status is not sent: {found}"),
    "status-not-asked-for": NoticeKind(
        "the column {found} is not sent; status calls were not asked for (`--send-status`)"
    ),
    "external-id-shared": NoticeKind("the external id {found} stands on several orders: {detail}"),
    "hidden-sheet": NoticeKind("the hidden sheet {found} was not read"),
    "hidden-rows": NoticeKind("{found} hidden or filtered rows are read like any other"),
    "failures-read": NoticeKind(
        "{found} is a results workbook: its sheet Failures was read, and no other; "
        "corrections on other sheets don't count"
    ),
    "filled-down": NoticeKind("{found} cells got the value of the merged cell they belong to"),
    "column-passed-over": NoticeKind("the column {found} is not read; {detail} is read instead"),
    "read-once": NoticeKind("{found} has the same bytes as {detail} and was read once"),
    "passed-over": NoticeKind("{found} was passed over: {detail}"),
    "file-skipped": NoticeKind("{found} was skipped: {detail}"),
    "booking-and-credit": NoticeKind(
        "order {detail} is sent as booked; this row ({found}) takes a booking of it back"
    ),
    "rows-without-order": NoticeKind("rejected rows that name no order: {found}"),
}


def reason(issue: Issue) -> str:
    """What is wrong, in words: one clause without its place."""
    return _filled(ISSUES[issue.code].sentence, issue.found, issue.detail)


def placed(issue: Issue) -> str:
    """The places in words, the first ten of them."""
    more = len(issue.places) - _PLACES_NAMED
    named = ", ".join(map(str, issue.places[:_PLACES_NAMED]))
    return f"{named} and {more} more" if more > 0 else named


def remedy(issue: Issue) -> str:
    """What to do about it, one or two sentences."""
    return ISSUES[issue.code].remedy


def explain(message: Issue | Notice) -> str:
    """The whole message on one line: where, what was found, what was expected, what to do."""
    if isinstance(message, Notice):
        words = _filled(NOTICES[message.code].sentence, message.found, message.detail)
        more = f" ({message.count} times, first here)" if message.count > 1 else ""
        return f"{message.place}: {words}{more}"
    expected = _filled(ISSUES[message.code].expected, message.found, message.detail)
    what = f"{placed(message)}: {reason(message)}; expected {expected}."
    return f"{what} {remedy(message)} [{message.code}]"


def _filled(template: str, found: str, detail: str) -> str:
    return template.format(found=found, detail=detail)
