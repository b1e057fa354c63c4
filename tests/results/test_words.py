"""What calls and values are called in the workbook: words of people, not of an interface."""

import pytest

from reconcile.domain.model import CallKind, Outcome
from reconcile.results.report.outcome_words import call_words, remedy_of, value_words


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("accountingSynced", "Accounting Synced"),
        ("externalAccountingId", "Order External ID"),
        ("items[11].externalAccountingId", "item 11: Item External ID"),
        ("items[11].id", "item 11"),
        (
            "items[11].orderItemAccountingItems[K[1].x].quantity",
            "item 11, K[1].x: Supplier SKU Quantity",
        ),
        (
            "items[11].orderItemAccountingItems[K].externalAccountingId",
            "item 11, K: Supplier SKU External ID",
        ),
        ("something new", "something new"),
    ],
)
def test_a_value_is_called_as_in_the_spreadsheet(path: str, words: str) -> None:
    assert value_words(path) == words


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("", "accounting sync refused"),
        (
            "answered 404: there is no order 7",
            "accounting sync refused: answered 404 (not found): there is no order 7",
        ),
        (
            "answered 404: 404, since it is so",
            "accounting sync refused: answered 404 (not found): since it is so",
        ),
        ("answered 418", "accounting sync refused: answered 418"),
        ("answered 500", "accounting sync refused: answered 500 (an error at Flxpoint)"),
    ],
)
def test_an_answer_is_told_with_its_meaning(note: str, words: str) -> None:
    assert call_words(CallKind.SYNC, Outcome.REFUSED, note) == words


def test_what_to_do_about_a_call_in_doubt_depends_on_its_kind() -> None:
    assert "resume" in remedy_of(CallKind.SYNC, Outcome.IN_DOUBT)
    assert "settle" in remedy_of(CallKind.STATUS, Outcome.IN_DOUBT)
