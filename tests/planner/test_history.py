"""What earlier runs mean for a plan: what is sent, what isn't, and what is said of it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.calls import Change, LastAcknowledged, PlannedCall, differences
from reconcile.domain.model import (
    CallKind,
    CellRef,
    Comparison,
    Issue,
    OrderSync,
    Outcome,
    Plan,
    RowRef,
)
from reconcile.domain.payload import (
    UNSET,
    OrderAccountingSyncRequest,
    OrderItemAccountingItem,
    OrderItemAccountingSyncRequest,
    StatusUpdate,
    canonical,
    fingerprint,
)
from reconcile.planner.history import CallPlan, diff_plan

SYNC, STATUS = CallKind.SYNC, CallKind.STATUS
ROWS = (RowRef("export.csv", "", 2),)
CLOSED = StatusUpdate("Closed", "booked")


def item(number: int, external: str, *skus: tuple[str, int]) -> OrderItemAccountingSyncRequest:
    subs = tuple(OrderItemAccountingItem(*sku) for sku in skus)
    return OrderItemAccountingSyncRequest(number, external, subs)


def booked(
    external: str = "INV-1", *items: OrderItemAccountingSyncRequest
) -> OrderAccountingSyncRequest:
    return OrderAccountingSyncRequest(
        accounting_synced=True, external_accounting_id=external, items=items
    )


def plan_of(*orders: OrderSync) -> Plan:
    return Plan(orders, (), (), (), len(orders))


def acknowledged(content: Mapping[str, Any], **more: Any) -> LastAcknowledged:
    return LastAcknowledged(canonical(content), fingerprint(content), **more)


def only(workload: CallPlan) -> PlannedCall:
    (call,) = workload.calls
    return call


def compared(
    sync: OrderAccountingSyncRequest, known: LastAcknowledged | None, *, force: bool = False
) -> PlannedCall:
    history = {} if known is None else {(1, SYNC): known}
    return only(diff_plan(plan_of(OrderSync(1, ROWS, sync)), history, force=force))


def compared_status(
    status: StatusUpdate, known: LastAcknowledged | None, *, force: bool = False
) -> PlannedCall:
    history = {} if known is None else {(1, STATUS): known}
    order = OrderSync(1, ROWS, status=status)
    return only(diff_plan(plan_of(order), history, force=force))


# Accounting syncs


def test_an_order_that_nothing_is_known_of_is_new() -> None:
    call = compared(booked(), None)
    assert (call.comparison, call.outcome, call.previous) == (
        Comparison.NEW,
        Outcome.PENDING,
        None,
    )
    assert call.content == '{"accountingSynced":true,"externalAccountingId":"INV-1"}'
    assert call.fingerprint == fingerprint(booked().to_json())


@pytest.mark.parametrize("disturbed", [False, True])
def test_an_order_that_was_tried_and_never_acknowledged_is_new(*, disturbed: bool) -> None:
    call = compared(booked(), LastAcknowledged(None, None, disturbed=disturbed))
    assert (call.comparison, call.outcome) == (Comparison.NEW, Outcome.PENDING)


def test_what_was_acknowledged_last_is_unchanged_and_not_sent() -> None:
    call = compared(booked(), acknowledged(booked().to_json()))
    assert (call.comparison, call.outcome) == (Comparison.SAME, Outcome.UNCHANGED)


def test_it_is_sent_if_forced() -> None:
    call = compared(booked(), acknowledged(booked().to_json()), force=True)
    assert (call.comparison, call.outcome) == (Comparison.SAME, Outcome.PENDING)


def test_it_is_sent_if_something_else_was_sent_since() -> None:
    call = compared(booked(), acknowledged(booked().to_json(), disturbed=True))
    assert (call.comparison, call.outcome) == (Comparison.SAME, Outcome.PENDING)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("disturbed", [False, True])
def test_other_content_is_a_change_and_keeps_what_was_there(
    *, force: bool, disturbed: bool
) -> None:
    known = acknowledged(booked("INV-0").to_json(), disturbed=disturbed)
    call = compared(booked(), known, force=force)

    assert (call.comparison, call.outcome) == (Comparison.CHANGED, Outcome.PENDING)
    assert call.previous == '{"accountingSynced":true,"externalAccountingId":"INV-0"}'


def test_equality_ignores_the_order_of_items_and_supplier_skus() -> None:
    one = booked("INV", item(1, "A", ("x", 1), ("y", 2)), item(2, "B"))
    other = booked("INV", item(2, "B"), item(1, "A", ("y", 2), ("x", 1)))
    call = compared(other, acknowledged(one.to_json()))

    assert call.outcome is Outcome.UNCHANGED
    assert call.content == canonical(other.to_json())


def test_ids_that_changed_places_are_no_equality() -> None:
    one = booked("INV", item(1, "A"), item(2, "B"))
    shifted = booked("INV", item(1, "B"), item(2, "A"))
    assert compared(shifted, acknowledged(one.to_json())).comparison is Comparison.CHANGED


def test_a_doubt_does_not_keep_an_accounting_sync_from_being_sent() -> None:
    """It sets values, so it may be sent twice."""
    doubt = frozenset({fingerprint(booked().to_json())})
    assert compared(booked(), LastAcknowledged(None, None, True, doubt)).outcome is Outcome.PENDING  # noqa: FBT003


# Status calls


def test_a_status_is_new_unchanged_or_another_one() -> None:
    told = acknowledged(CLOSED.to_json())
    other = acknowledged(StatusUpdate("Open").to_json())

    for known, comparison, outcome in [
        (None, Comparison.NEW, Outcome.PENDING),
        (LastAcknowledged(None, None, disturbed=True), Comparison.NEW, Outcome.PENDING),
        (told, Comparison.SAME, Outcome.UNCHANGED),
        (other, Comparison.CHANGED, Outcome.PENDING),
    ]:
        call = compared_status(CLOSED, known)
        assert (call.comparison, call.outcome) == (comparison, outcome)
        assert call.previous is None


def test_an_unchanged_status_is_sent_if_forced_or_disturbed() -> None:
    told = acknowledged(CLOSED.to_json())
    disturbed = acknowledged(CLOSED.to_json(), disturbed=True)

    assert compared_status(CLOSED, told, force=True).outcome is Outcome.PENDING
    assert compared_status(CLOSED, disturbed).outcome is Outcome.PENDING


def test_another_note_is_another_call() -> None:
    told = acknowledged(CLOSED.to_json())
    assert compared_status(StatusUpdate("Closed"), told).outcome is Outcome.PENDING
    assert compared_status(StatusUpdate("Closed", "again"), told).outcome is Outcome.PENDING


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("content", [None, CLOSED.to_json(), StatusUpdate("Open").to_json()])
def test_a_status_in_doubt_is_never_repeated(
    *, force: bool, content: Mapping[str, Any] | None
) -> None:
    doubts = frozenset({fingerprint(CLOSED.to_json()), "another"})
    known = (
        LastAcknowledged(None, None, disturbed=True, in_doubt=doubts)
        if content is None
        else acknowledged(content, disturbed=True, in_doubt=doubts)
    )
    call = compared_status(CLOSED, known, force=force)

    assert call.outcome is Outcome.IN_DOUBT
    assert "never learned whether it was applied" in call.note


def test_a_doubt_about_one_status_keeps_no_other_one_back() -> None:
    doubt = frozenset({fingerprint(StatusUpdate("Canceled").to_json())})
    known = LastAcknowledged(None, None, disturbed=True, in_doubt=doubt)
    assert compared_status(CLOSED, known).outcome is Outcome.PENDING


def test_a_status_that_can_not_be_sent_is_rejected_and_its_accounting_sync_is_not() -> None:
    issue = Issue("status-unknown", (CellRef("export.csv", "", 2, 3),), "Shut")
    order = OrderSync(1, ROWS, booked(), None, (issue,))
    sync, status = diff_plan(plan_of(order), {}).calls

    assert (sync.kind, sync.outcome) == (SYNC, Outcome.PENDING)
    assert (status.kind, status.outcome) == (STATUS, Outcome.REJECTED)


# The whole plan


def test_the_calls_stand_in_the_order_of_the_plan_and_the_sync_before_its_status() -> None:
    plan = plan_of(
        OrderSync(9, ROWS, booked(), CLOSED), OrderSync(3, ROWS, None, CLOSED), OrderSync(5, ROWS)
    )
    workload = diff_plan(plan, {})

    assert [(call.order_id, call.kind) for call in workload.calls] == [
        (9, SYNC),
        (9, STATUS),
        (3, STATUS),
    ]
    assert workload.plan is plan


def test_orders_are_counted_by_their_accounting_sync() -> None:
    history = {
        (2, SYNC): acknowledged(booked("INV-0").to_json()),
        (3, SYNC): acknowledged(booked().to_json()),
        (4, SYNC): acknowledged(booked().to_json(), disturbed=True),
        (4, STATUS): acknowledged(CLOSED.to_json()),
    }
    workload = diff_plan(
        plan_of(*(OrderSync(number, ROWS, booked(), CLOSED) for number in (1, 2, 3, 4))), history
    )

    assert workload.counts == {
        Comparison.NEW: 1,
        Comparison.CHANGED: 1,
        Comparison.SAME: 2,
    }
    assert [call.order_id for call in workload.changed] == [2]
    assert [(call.order_id, call.kind) for call in workload.to_send] == [
        (1, SYNC),
        (1, STATUS),
        (2, SYNC),
        (2, STATUS),
        (3, STATUS),
        (4, SYNC),
    ]


def test_an_empty_plan_has_nothing_to_send() -> None:
    workload = diff_plan(plan_of(), {})
    assert (workload.to_send, workload.changed) == ([], [])
    assert set(workload.counts.values()) == {0}


# What differs


def changes(
    before: OrderAccountingSyncRequest, after: OrderAccountingSyncRequest
) -> set[tuple[str, object, object]]:
    found = list(differences(canonical(before.to_json()), canonical(after.to_json())))
    assert all(isinstance(change, Change) for change in found)
    assert len({change.path for change in found}) == len(found)
    return {(change.path, change.old, change.new) for change in found}


def test_equal_payloads_do_not_differ_whatever_the_order_of_their_items() -> None:
    one = booked("INV", item(1, "A", ("x", 1), ("y", 2)), item(2, "B"))
    other = booked("INV", item(2, "B"), item(1, "A", ("y", 2), ("x", 1)))
    assert changes(one, one) == set()
    assert changes(one, other) == set()


def test_a_value_of_the_order_that_differs_is_shown_old_and_new() -> None:
    assert changes(booked("INV-1"), booked("INV-2")) == {("externalAccountingId", "INV-1", "INV-2")}


def test_a_value_that_is_new_or_gone_has_nothing_on_the_other_side() -> None:
    failed = OrderAccountingSyncRequest(accounting_sync_error="no tax code")
    assert changes(booked("INV-1"), failed) == {
        ("accountingSynced", True, None),
        ("externalAccountingId", "INV-1", None),
        ("accountingSyncError", None, "no tax code"),
    }


def test_a_cleared_value_differs_from_one_that_is_left_alone() -> None:
    cleared = OrderAccountingSyncRequest(external_accounting_id=None)
    alone = OrderAccountingSyncRequest(external_accounting_id=UNSET)
    assert changes(cleared, alone) == {("externalAccountingId", None, None)}


def test_items_are_told_apart_by_their_ids() -> None:
    one = booked("INV", item(1, "A"), item(2, "B"))
    shifted = booked("INV", item(1, "B"), item(2, "A"))
    assert changes(one, shifted) == {
        ("items[1].externalAccountingId", "A", "B"),
        ("items[2].externalAccountingId", "B", "A"),
    }


def test_an_item_that_is_gone_is_shown_with_all_that_it_had() -> None:
    one = booked("INV", item(1, "A"), item(2, "B", ("x", 3)))
    assert changes(one, booked("INV", item(1, "A"))) == {
        ("items[2].id", 2, None),
        ("items[2].externalAccountingId", "B", None),
        ("items[2].orderItemAccountingItems[x].externalAccountingId", "x", None),
        ("items[2].orderItemAccountingItems[x].externalAccountingId", "x", None),
        ("items[2].orderItemAccountingItems[x].quantity", 3, None),
    }


def test_a_quantity_that_differs_is_shown_with_its_supplier_sku() -> None:
    one = booked("INV", item(1, "A", ("x", 1), ("y", 2)))
    other = booked("INV", item(1, "A", ("x", 1), ("y", 5)))
    assert changes(one, other) == {("items[1].orderItemAccountingItems[y].quantity", 2, 5)}


few = st.sampled_from(["A", "B"])
skus = st.dictionaries(few, st.sampled_from([1, 2]), max_size=2).map(
    lambda found: tuple(OrderItemAccountingItem(*sku) for sku in found.items())
)
items = st.lists(
    st.builds(
        OrderItemAccountingSyncRequest,
        st.integers(1, 3),
        st.sampled_from([UNSET, None, "A", "B"]),
        skus,
    ),
    max_size=3,
    unique_by=lambda found: found.id,
).map(tuple)
syncs = st.builds(
    OrderAccountingSyncRequest,
    st.sampled_from([UNSET, True, False]),
    st.sampled_from([UNSET, None, "A", "B"]),
    items,
)


@settings(max_examples=200)
@given(syncs, syncs)
def test_two_payloads_differ_somewhere_exactly_if_their_fingerprints_do(
    one: OrderAccountingSyncRequest, other: OrderAccountingSyncRequest
) -> None:
    same = fingerprint(one.to_json()) == fingerprint(other.to_json())
    assert (not changes(one, other)) == same
