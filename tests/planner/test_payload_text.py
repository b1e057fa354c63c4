"""The JSON that is put together by the column is that of the payload it stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.model import Field
from reconcile.domain.payload import OrderAccountingSyncRequest, canonical, fingerprint
from reconcile.domain.rules import PlanningRules
from reconcile.loader import Export
from reconcile.planner.history import diff_plan
from reconcile.planner.planned_orders import PlannedOrders
from reconcile.planner.planning import plan
from tests.builders import payloads, planned, sheet, source
from tests.planner.test_planner_properties import rules, sources


@given(sources(), rules)
def test_the_text_of_every_call_is_the_json_of_its_request_and_so_is_its_fingerprint(
    files: list[Export], how: PlanningRules
) -> None:
    made = plan(files, how)
    requests = {order.order_id: order.sync for order in made.orders if order.sync}
    calls = [call for call in diff_plan(made, {}).calls if call.kind == "accounting-sync"]

    assert [call.content for call in calls] == [canonical(r.to_json()) for r in requests.values()]
    assert [call.fingerprint for call in calls] == [
        fingerprint(request.to_json()) for request in requests.values()
    ]


@given(sources(), rules)
def test_a_request_comes_back_from_its_text(files: list[Export], how: PlanningRules) -> None:
    for order in plan(files, how).orders:
        if order.sync is not None:
            text = canonical(order.sync.to_json())
            assert OrderAccountingSyncRequest.from_text(text) == order.sync


@given(sources(), rules, st.data())
def test_orders_kept_as_columns_are_a_sequence_like_any_other(
    files: list[Export], how: PlanningRules, data: st.DataObject
) -> None:
    orders = plan(files, how).orders
    plain = tuple(orders)
    at = data.draw(st.slices(len(plain)))

    assert len(orders) == len(plain)
    assert orders == plain
    assert tuple(orders[at]) == plain[at]
    assert tuple(PlannedOrders.of(plain)) == plain


@pytest.mark.parametrize("text", ['"', "\\", "é", "a/b", "</script>", "\U0001f4a1"])
def test_whatever_stands_in_an_id_reaches_the_payload_as_it_is(text: str) -> None:
    rows = [{Field.ORDER_ID: "1", Field.ORDER_EXTERNAL_ID: f"x{text}x"}]
    assert payloads(planned(source(rows)))[1]["externalAccountingId"] == f"x{text}x"


ITEMS = [
    ("items apart, another order between them", "1|10|A\n2|20|C\n1|11|B"),
    ("items whose ids fall", "1|11|B\n1|10|A"),
]


@pytest.mark.parametrize(("what", "lines"), ITEMS)
def test_two_files_that_ask_for_the_same_have_one_fingerprint(what: str, lines: str) -> None:
    header = "order|item|item ext\n"
    one = diff_plan(planned(sheet(f"{header}1|10|A\n1|11|B")), {}).calls
    other = diff_plan(planned(sheet(header + lines)), {}).calls
    assert {c.order_id: c.fingerprint for c in other}[1] == one[0].fingerprint, what
