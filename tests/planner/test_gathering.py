"""Orders put together by the column are those that their rows give one by one."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from reconcile.domain.model import Field, SourceRows
from reconcile.planner.gathering import Gathered, GatheredOrder, gather
from reconcile.planner.judging import JudgedSource
from reconcile.planner.plain import Runs, to_look_at
from tests.builders import Row, sheet, source
from tests.planner.test_planner_properties import WORDS, anything, sources

examples = settings(max_examples=150)

SAID = [name for name in GatheredOrder.__slots__ if name not in ("rows", "items")]


def judged(files: Sequence[SourceRows]) -> list[JudgedSource]:
    return [JudgedSource.of(file, WORDS, ()) for file in files]


def both(files: Sequence[SourceRows]) -> tuple[Any, Any]:
    """Everything gathered in the two ways, with the faults that were found on the way."""
    quickly, slowly = judged(files), judged(files)
    return (
        (everything(gather(quickly)), [one.faults for one in quickly]),
        (everything(gather(slowly, one_by_one=True)), [one.faults for one in slowly]),
    )


def everything(gathered: Gathered) -> Any:
    orders = [
        (order_id, list(order.rows), list(order.items), [getattr(order, name) for name in SAID])
        for order_id, order in gathered.orders.items()
    ]
    return orders, gathered.strays, gathered.shared_items


@st.composite
def nearly_plain(draw: st.DrawFn) -> list[SourceRows]:
    """Orders whose rows stand together, each with an item of its own; a few rows of any kind."""
    rows: list[Row] = []
    synced = draw(st.sampled_from(["", "yes", "no", "(clear)"]))
    externals = draw(st.sampled_from([["", "L-1"], ["L-1", "(clear)"]]))
    number = 0
    for order in range(1, draw(st.integers(1, 5)) + 1):
        external = draw(st.sampled_from(["", f"INV-{order}", "(clear)"]))
        repeated = draw(st.booleans())
        for at in range(draw(st.integers(1, 3))):
            number += draw(st.sampled_from([1, 1, 1, 0]))
            of_order = not at or repeated
            sku = draw(st.sampled_from(["", "S-1", "S-2"]))
            item = draw(st.sampled_from([True, True, False]))
            rows.append(
                {
                    Field.ORDER_ID: str(order),
                    Field.ORDER_EXTERNAL_ID: external if of_order else "",
                    Field.ACCOUNTING_SYNCED: synced if of_order else "",
                    Field.STATUS: draw(st.sampled_from(["", "open"])) if of_order else "",
                    Field.ITEM_ID: str(number + 1) if item else "",
                    Field.ITEM_EXTERNAL_ID: draw(st.sampled_from(externals)),
                    Field.SUB_EXTERNAL_ID: sku if item else "",
                    Field.SUB_QUANTITY: draw(st.sampled_from(["", "2"])) if item and sku else "",
                }
            )
    for row in draw(st.lists(anything, max_size=2)):
        rows.insert(draw(st.integers(0, len(rows))), row)
    cut = draw(st.integers(0, len(rows)))
    ignored = {at: "total" for at in range(cut) if draw(st.integers(0, 9)) == 0}
    return [source(rows[:cut], file="a.xlsx", ignored=ignored), source(rows[cut:], file="b.xlsx")]


@examples
@given(st.one_of(sources(), nearly_plain()))
def test_what_is_gathered_by_the_column_is_what_the_rows_say_one_by_one(
    files: list[SourceRows],
) -> None:
    quickly, slowly = both(files)

    assert quickly == slowly


@examples
@given(nearly_plain())
def test_an_order_is_plain_only_if_no_mark_is_on_it(files: list[SourceRows]) -> None:
    sources_ = judged(files)
    looked_at = to_look_at([Runs(one) for one in sources_])
    orders = gather(sources_, one_by_one=True).orders
    plain = orders.keys() - looked_at
    event(f"{len(plain)} of {len(orders)} are plain")

    assert not any(orders[order_id].marked for order_id in plain)


PLAIN = """
    order | order ext | item | item ext | sku ext | sku qty | synced | status
    1     | INV-1     | 11   | L-1      | S-1     | 1       | yes    | open
    1     | INV-1     | 12   |          | S-1     |         |        | open
    1     |           |      |          |         |         |        |
    2     | (clear)   |      |          |         |         |        |
    3     |           | 31   | (clear)  |         |         |        | closed
"""


def test_rows_that_stand_together_and_say_one_thing_are_plain() -> None:
    (one,) = judged([sheet(PLAIN)])

    assert to_look_at([Runs(one)]) == set()


@pytest.mark.parametrize(
    ("row", "looked_at"),
    [
        ("1 |       | 13 |     |     |   |     |       ", {1}),  # its rows stand in two places
        ("3 | INV-3 | 32 |     |     |   |     |       ", {3}),  # said for the first time below
        ("3 |       | 32 |     |     |   |     | open  ", {3}),
        ("3 |       | 12 |     |     |   |     |       ", {1, 3}),  # an item of two rows
        ("3 |       |    | L-1 |     |   |     |       ", {3}),
        ("3 |       | 33 |     |     | 5 |     |       ", {3}),
        ("3 |       | 33 |     |     | 0 |     |       ", {3}),
        ("3 |       | x  |     |     |   |     |       ", {3}),
        ("  |       | 33 | L-1 |     |   |     |       ", {3}),
        ("x |       | 33 | L-1 |     |   |     |       ", {3}),
        ("4 |       | 33 | L-1 |     |   |     |       ", set()),
    ],
)
def test_one_row_more_calls_for_a_closer_look(row: str, looked_at: set[int]) -> None:
    (one,) = judged([sheet(f"{PLAIN.rstrip()}\n    {row}\n")])

    assert to_look_at([Runs(one)]) - {None} == looked_at
