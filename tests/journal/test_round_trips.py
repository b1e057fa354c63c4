"""What goes into the journal comes out of it, whatever it is."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from string import printable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.calls import PlannedCall
from reconcile.domain.model import CallKind, CellRef, Comparison, Issue, Notice, Outcome
from reconcile.journal import (
    AttemptEnd,
    CallRecord,
    CallState,
    Journal,
    MessageRecord,
    OrderRecord,
    RowRecord,
    SourceRecord,
)
from tests.doubles import EPOCH

from .books import call, create, new_run

quick = settings(max_examples=30)

numbers = count(1)


@pytest.fixture(scope="module")
def journal() -> Iterator[Journal]:
    """One for all: each example is a run of its own."""
    with Journal.in_memory() as made:
        yield made


def new_id() -> str:
    return f"run-{next(numbers)}"


texts = st.text(max_size=30) | st.text(printable, max_size=30)
names = st.text(printable, min_size=1, max_size=20)
ids = st.integers(1, 2**63 - 1)
columns = st.integers(0, 400)
moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001  (the zone is drawn beside it)
    datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))]),
)

places = st.builds(CellRef, names, texts, st.integers(0, 1_048_576), st.none() | columns)
issues = st.builds(Issue, names, st.lists(places, min_size=1, max_size=4).map(tuple), texts, texts)
notices = st.builds(Notice, names, places, texts, st.integers(1, 1_000_000), texts)
rows = st.builds(
    RowRecord,
    source=st.integers(0, 3),
    row=st.integers(1, 1_048_576),
    state=st.sampled_from(["used", "rejected", "held", "ignored"]),
    order_id=st.none() | ids,
    detail=texts,
    cells=st.lists(texts, max_size=6),
    was=st.dictionaries(columns, texts, max_size=3),
    surplus=st.lists(texts, max_size=3),
)
sources = st.builds(
    SourceRecord,
    number=st.just(0),
    path=names,
    file=names,
    sheet=texts,
    kind=names,
    size=st.integers(0, 2**40),
    sha256=st.just("0" * 64),
    header_row=st.integers(0, 50),
    headers=st.lists(texts, max_size=6).map(tuple),
    fields=st.dictionaries(names, columns, max_size=4),
    rows=st.integers(0, 1_048_576),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


@quick
@given(st.lists(rows, max_size=12))
def test_rows_come_back_as_they_went_in_source_by_source(
    journal: Journal, drawn: Sequence[RowRecord]
) -> None:
    written = sorted(drawn, key=lambda row: row.source)
    create(journal, run := new_id(), rows=written)
    assert list(journal.rows(run)) == written


@quick
@given(st.lists(st.builds(MessageRecord, st.none() | ids, issues | notices), max_size=6))
def test_issues_and_notices_come_back_in_their_order(
    journal: Journal, told: Sequence[MessageRecord]
) -> None:
    create(journal, run := new_id(), told=told)
    assert list(journal.messages(run)) == told


@quick
@given(
    st.lists(
        st.builds(
            PlannedCall,
            ids,
            st.sampled_from(CallKind),
            texts,
            st.text("0123456789abcdef", min_size=64, max_size=64),
            st.sampled_from(Comparison),
            st.sampled_from(
                [Outcome.PENDING, Outcome.UNCHANGED, Outcome.REJECTED, Outcome.IN_DOUBT]
            ),
            st.none() | texts,
            texts,
        ),
        max_size=6,
        unique_by=lambda planned: (planned.order_id, planned.kind),
    )
)
def test_calls_come_back_in_the_order_of_the_plan(
    journal: Journal, planned: Sequence[PlannedCall]
) -> None:
    create(journal, run := new_id(), calls=planned)
    found = list(journal.calls(run))

    assert found == [
        CallRecord(
            p.order_id,
            p.kind,
            p.content,
            p.fingerprint,
            p.comparison,
            p.previous,
            CallState(p.outcome.value),
            p.note,
            0,
        )
        for p in planned
    ]
    assert [record.outcome for record in found] == [p.outcome for p in planned]


@quick
@given(
    moments,
    st.builds(
        AttemptEnd,
        moments,
        st.floats(0, 1e6),
        st.sampled_from(["reply", "no reply", "never sent"]),
        st.none() | st.integers(100, 599),
        names,
        texts,
        st.dictionaries(names, texts, max_size=3),
    ),
    st.sampled_from([Outcome.SYNCED, Outcome.REFUSED, Outcome.IN_DOUBT, Outcome.PENDING]),
    texts,
)
def test_a_try_comes_back_with_what_was_sent_and_what_came(
    journal: Journal, began: datetime, end: AttemptEnd, outcome: Outcome, note: str
) -> None:
    planned = call(5)
    create(journal, run := new_id(), calls=[planned])
    number = journal.begin(run, 5, CallKind.SYNC, began)
    journal.record(run, 5, CallKind.SYNC, number, end, outcome, note)
    (attempt,) = journal.attempts(run)
    (record,) = journal.calls(run)

    assert (attempt.order_id, attempt.kind, attempt.number) == (5, CallKind.SYNC, 1)
    assert (attempt.began_at, attempt.end) == (began, end)
    assert attempt.began_at.utcoffset() == began.utcoffset()
    assert (attempt.content, attempt.fingerprint) == (planned.content, planned.fingerprint)
    assert (record.outcome, record.note) == (outcome, note)


@quick
@given(
    st.lists(
        st.builds(
            OrderRecord,
            ids,
            st.lists(st.tuples(st.integers(0, 9), st.integers(1, 10**6)), max_size=5).map(tuple),
            rejected=st.booleans(),
        ),
        max_size=6,
    )
)
def test_orders_come_back_with_their_rows(journal: Journal, orders: Sequence[OrderRecord]) -> None:
    create(journal, run := new_id(), orders=orders)
    assert list(journal.orders(run)) == orders


@quick
@given(sources, st.dictionaries(names, json_values, max_size=4), names, moments)
def test_a_run_comes_back_with_its_settings_and_sources(
    journal: Journal, source: SourceRecord, used: dict[str, Any], workbook: str, at: datetime
) -> None:
    new = new_run(new_id(), at=at, settings=used, workbook=workbook)
    journal.create_run(new, [source], (), (), (), ())
    begun = journal.run(new.id)
    journal.end_run(new.id, at + timedelta(hours=2), 3, "The token is wrong.", "results.xlsx")
    ended = journal.run(new.id)

    assert begun is not None
    assert (begun.created_at, begun.settings, begun.workbook) == (at, used, workbook)
    assert begun.sources == (source,)
    assert (begun.ended_at, begun.exit_code, begun.reason) == (None, None, "")
    assert ended is not None
    assert (ended.ended_at, ended.exit_code) == (at + timedelta(hours=2), 3)
    assert (ended.reason, ended.workbook) == ("The token is wrong.", "results.xlsx")


def test_tries_come_back_in_the_order_in_which_they_began(journal: Journal) -> None:
    create(journal, run := new_id(), calls=[call(number) for number in (9, 8, 7)])
    for order_id in (8, 9, 7):
        journal.begin(run, order_id, CallKind.SYNC, EPOCH)
    found = list(journal.attempts(run))

    assert [attempt.order_id for attempt in found] == [8, 9, 7]
    assert {attempt.end for attempt in found} == {None}
