"""What holds for any rows at all (rules, sections 3 to 5)."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.domain.issues import explain
from reconcile.domain.model import Field, Plan, RowRef, SourceType
from reconcile.domain.payload import (
    STATUSES,
    UNSET,
    OrderAccountingSyncRequest,
    OrderItemAccountingItem,
    OrderItemAccountingSyncRequest,
    fingerprint,
    normal_form,
)
from reconcile.domain.rules import CellRules, PlanningRules
from reconcile.loader import Export
from reconcile.planner.planning import plan
from reconcile.planner.validation import judge_column
from tests.builders import (
    Row,
    columns_of,
    held_orders,
    issues,
    payloads,
    source,
    status_calls,
    told,
)
from tests.domain.test_payload import VALIDATOR

examples = settings(max_examples=40)

# Few values, so that they collide; bad ones, but not so many that every order is held. The
# `?` of an item id is the id of its row's order, so that few items stand under two orders.

GOOD: dict[Field, list[str]] = {
    Field.ORDER_ID: ["1", "2", "3", " 2\u00a0", "03"],
    Field.ORDER_EXTERNAL_ID: ["", "", "", "INV-1", "INV-1", " INV-1 ", "INV-2", "00123", "(clear)"],
    Field.ITEM_ID: ["", "", "?1", "?1", "?1", "0?1", "?2", "?2", "11"],
    Field.ITEM_EXTERNAL_ID: ["", "", "", "", "", "L-1", "L-1\n", "L-2", "(Clear)"],
    Field.SUB_EXTERNAL_ID: ["", "", "", "", "S-1", "S-1 ", "S-2"],
    Field.SUB_QUANTITY: ["", "", "", "", "", "1", "01", "2"],
    Field.ACCOUNTING_SYNCED: [*[""] * 9, "yes", "1", "no", "ja", "(clear)"],
    Field.ACCOUNTING_SYNC_ERROR: [*[""] * 12, "wrong", " wrong", "wor\x07se"],
    Field.STATUS: ["", "", "", "open", "OPEN", "closed", "shipped"],
    Field.UPDATE_NOTE: ["", "", "", "", "a", "a ", "b"],
    Field.ORDER_NUMBER: ["", "1001"],
    Field.SKU: ["", "RED", "BLUE"],
    Field.ITEM_QUANTITY: ["", "1", "two"],
}
BAD: dict[Field, list[str]] = {
    Field.ORDER_ID: ["x", "0", "#N/A", "1.5"],
    Field.ORDER_EXTERNAL_ID: ["#N/A", "1.23457E+11", "a\x00b"],
    Field.ITEM_ID: ["x", "9223372036854775808"],
    Field.ITEM_EXTERNAL_ID: ["#REF!", "a\nb"],
    Field.SUB_EXTERNAL_ID: ["(clear)", "1E+05"],
    Field.SUB_QUANTITY: ["0", "-1", "two"],
    Field.ACCOUNTING_SYNCED: ["maybe", "#N/A"],
    Field.ACCOUNTING_SYNC_ERROR: ["(clear)", "#N/A"],
    Field.STATUS: ["gone", "(clear)"],
    Field.UPDATE_NOTE: ["x" * 501, "#N/A"],
    Field.ORDER_NUMBER: ["#N/A"],
    Field.SKU: ["1E+05"],
    Field.ITEM_QUANTITY: ["#N/A"],
}
WORDS = CellRules(yes_no={"ja": True}, statuses={"shipped": "Closed"})


def cells(field: Field) -> st.SearchStrategy[str]:
    """A sound cell some nineteen times in twenty."""
    good, bad = GOOD[field], BAD[field]
    return st.sampled_from([*good * (1 + 19 * len(bad) // len(good)), *bad])


def rows_of(**others: st.SearchStrategy[str]) -> st.SearchStrategy[Row]:
    """Rows of which some cells are drawn in another way."""
    drawn = [others.get(field.value, cells(field)) for field in Field]
    return st.tuples(*drawn).map(row_of)


def row_of(texts: tuple[str, ...]) -> Row:
    row = dict(zip(Field, texts, strict=True))
    owner = row[Field.ORDER_ID].strip().lstrip("0")
    row[Field.ITEM_ID] = row[Field.ITEM_ID].replace("?", owner if owner.isdigit() else "9")
    return row


anything = rows_of(order_id=st.one_of(cells(Field.ORDER_ID), st.just("")))
named = rows_of()
"""Rows with something in the order id: an id, or what is none."""
sound = rows_of(**{field.value: st.sampled_from(GOOD[field]) for field in Field})
rules = st.builds(
    PlanningRules,
    st.just(WORDS),
    st.sampled_from(["auto", "none", True, False]),
    st.booleans(),
)


@st.composite
def sources(draw: st.DrawFn) -> list[Export]:
    """Up to two files with everything that a loader can hand over."""
    return [draw(one_source(f"{number}.xlsx")) for number in range(draw(st.integers(0, 2)))]


@st.composite
def one_source(draw: st.DrawFn, file: str) -> Export:
    rows = draw(st.lists(anything, max_size=5))
    name = draw(st.sampled_from(["", "Sheet1"]))
    if not rows:
        return source(rows, file=file, name=name)
    index = st.integers(2, len(rows) + 1)
    cell = st.tuples(index, st.sampled_from(Field))
    missing = draw(st.sets(st.sampled_from([*Field][1:]), max_size=4))
    return source(
        rows,
        fields=[field for field in Field if field not in missing],
        file=file,
        name=name,
        was=draw(st.dictionaries(cell, st.sampled_from(SourceType), max_size=2)),
        surplus=draw(st.dictionaries(index, st.just(("x", "y")), max_size=1)),
        ignored=draw(st.dictionaries(index, st.sampled_from(["total", "blank"]), max_size=2)),
    )


def outcome(made: Plan) -> tuple[Any, ...]:
    """All that is sent and all that isn't, to the letter."""
    return payloads(made), status_calls(made), held_orders(made)


def normal_outcome(made: Plan) -> tuple[Any, ...]:
    """The same without the order of orders, items and supplier SKUs."""
    sent = {order_id: normal_form(content) for order_id, content in payloads(made).items()}
    return sent, status_calls(made), held_orders(made)


# Every row in exactly one state


@examples
@given(sources(), rules)
def test_control_totals_always_close(files: list[Export], how: PlanningRules) -> None:
    made = plan(files, how)
    used = [row for order in made.orders for row in order.rows]
    rejected = [row for rejection in made.rejections for row in rejection.rows]
    ignored = [ignored.row for ignored in made.ignored]
    read = [
        RowRef(file.file, file.sheet, row) for file in files for row in file.row_numbers.tolist()
    ]

    assert made.rows_read == len(read) == len(used) + len(rejected) + len(ignored)
    assert Counter(chain(used, rejected, ignored)) == Counter(read)


@examples
@given(sources(), rules)
def test_every_order_named_has_exactly_one_outcome_and_every_rejection_a_reason(
    files: list[Export], how: PlanningRules
) -> None:
    made = plan(files, how)
    planned_ids = [order.order_id for order in made.orders]
    rejected_ids = [r.order_id for r in made.rejections if r.order_id is not None]
    every = planned_ids + rejected_ids

    assert len(every) == len(set(every))
    assert all(rejection.issues and rejection.rows for rejection in made.rejections)
    assert all(order.sync or order.status for order in made.orders)
    assert all(not (order.status and order.status_issues) for order in made.orders)
    assert how.send_status or not any(order.status or order.status_issues for order in made.orders)


@examples
@given(sources(), rules)
def test_everything_told_is_one_printable_line_with_a_place_of_the_files(
    files: list[Export], how: PlanningRules
) -> None:
    names = {file.file for file in files}
    made = plan(files, how)

    assert all(explain(one).isprintable() for one in told(made))
    assert {place.file for issue in issues(made) for place in issue.places} <= names
    assert {notice.place.file for notice in made.notices} <= names


@examples
@given(sources(), rules)
def test_every_call_is_what_the_page_describes(files: list[Export], how: PlanningRules) -> None:
    made = plan(files, how)

    for content in payloads(made).values():
        VALIDATOR.validate(content)
    assert {call["status"] for call in status_calls(made).values()} <= set(STATUSES)


@examples
@given(st.lists(anything, max_size=6))
def test_the_default_makes_no_call_that_would_not_be_made_without_it(rows: list[Row]) -> None:
    bare = payloads(plan([source(rows)], PlanningRules(WORDS, "none")))
    rule = payloads(plan([source(rows)], PlanningRules(WORDS, "auto")))
    no = payloads(plan([source(rows)], PlanningRules(WORDS, synced_default=False)))
    yes = payloads(plan([source(rows)], PlanningRules(WORDS, synced_default=True)))

    assert list(bare) == list(rule) == list(no)
    assert set(yes) <= set(bare)
    for content in bare.values():
        assert set(content) - {"items"} or any(len(item) > 1 for item in content["items"])


# What rows say doesn't depend on where they stand


@examples
@given(st.data(), rules)
def test_shuffling_rows_that_name_their_order_changes_nothing_but_the_order_of_items(
    data: st.DataObject, how: PlanningRules
) -> None:
    rows = data.draw(st.lists(named, max_size=6))
    shuffled = data.draw(st.permutations(rows))
    before, after = plan([source(rows)], how), plan([source(shuffled)], how)

    assert normal_outcome(after) == normal_outcome(before)
    assert codes(after) == codes(before)


def codes(made: Plan) -> dict[int | None, set[str]]:
    found: dict[int | None, set[str]] = {}
    for rejection in made.rejections:
        found.setdefault(rejection.order_id, set()).update(i.code for i in rejection.issues)
    for order in made.orders:
        found.setdefault(order.order_id, set()).update(i.code for i in order.status_issues)
    return found


@examples
@given(st.lists(anything, min_size=1, max_size=6), st.data(), rules)
def test_doubling_a_row_changes_nothing(
    rows: list[Row], data: st.DataObject, how: PlanningRules
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    doubled = [*rows[: at + 1], rows[at], *rows[at + 1 :]]

    assert outcome(plan([source(doubled)], how)) == outcome(plan([source(rows)], how))


@examples
@given(st.lists(named, min_size=1, max_size=6), st.data(), rules)
def test_repeating_a_row_that_names_its_order_anywhere_below_changes_nothing(
    rows: list[Row], data: st.DataObject, how: PlanningRules
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    to = data.draw(st.integers(at + 1, len(rows)))
    repeated = [*rows[:to], rows[at], *rows[to:]]

    assert outcome(plan([source(repeated)], how)) == outcome(plan([source(rows)], how))


@examples
@given(st.lists(named, max_size=6), st.data(), rules)
def test_rows_split_over_two_files_give_the_same_calls(
    rows: list[Row], data: st.DataObject, how: PlanningRules
) -> None:
    at = data.draw(st.integers(0, len(rows)))
    split = [source(rows[:at], file="a.xlsx"), source(rows[at:], file="b.csv", name="")]

    assert outcome(plan(split, how)) == outcome(plan([source(rows)], how))


@examples
@given(st.lists(named, max_size=6), st.sampled_from(BAD[Field.ORDER_ID]), st.data(), rules)
def test_a_row_whose_order_id_is_no_id_changes_nothing_wherever_it_stands(
    rows: list[Row], order_id: str, data: st.DataObject, how: PlanningRules
) -> None:
    at = data.draw(st.integers(0, len(rows)))
    stray = {**data.draw(named), Field.ORDER_ID: order_id}
    more = [*rows[:at], stray, *rows[at:]]

    assert outcome(plan([source(more)], how)) == outcome(plan([source(rows)], how))


@examples
@given(st.lists(anything, max_size=6), st.data(), rules)
def test_ignored_rows_change_nothing_wherever_they_stand(
    rows: list[Row], data: st.DataObject, how: PlanningRules
) -> None:
    at = data.draw(st.integers(0, len(rows)))
    more = [*rows[:at], data.draw(anything), *rows[at:]]

    assert outcome(plan([source(more, ignored={at + 2: "total"})], how)) == outcome(
        plan([source(rows)], how)
    )


@examples
@given(st.lists(named, max_size=6), rules)
def test_asking_for_status_calls_changes_no_payload(rows: list[Row], how: PlanningRules) -> None:
    asked = PlanningRules(how.cells, how.synced_default, send_status=True)
    silent = PlanningRules(how.cells, how.synced_default, send_status=False)

    assert payloads(plan([source(rows)], asked)) == payloads(plan([source(rows)], silent))


# What is sent is what stands in the file: all of it, and nothing else


def meant_by(rows: list[Row], field: Field) -> set[str | int | bool | None]:
    """What the cells of a column say, read as simply as can be; None is the clear word."""
    read: Callable[[str], str | int | bool | None] = str
    if field in (Field.ITEM_ID, Field.SUB_QUANTITY):
        read = int
    elif field is Field.ACCOUNTING_SYNCED:
        read = {"yes": True, "1": True, "ja": True, "no": False}.__getitem__
    elif field is Field.STATUS:
        read = {"open": "Open", "closed": "Closed", "shipped": "Closed"}.__getitem__
    texts = [row.get(field, "").strip().replace("\x07", "") for row in rows]
    if field in (Field.ACCOUNTING_SYNCED, Field.STATUS):
        texts = [text.lower() for text in texts]
    return {None if text.lower() == "(clear)" else read(text) for text in texts if text}


def said(content: Mapping[str, Any], name: str) -> set[Any]:
    return {content[name]} if name in content else set()


@settings(examples, max_examples=150)
@given(st.lists(sound, max_size=6), rules)
def test_a_payload_holds_what_stands_in_the_cells_of_its_order_and_nothing_else(
    rows: list[Row], how: PlanningRules
) -> None:
    made = plan([source(rows)], how)
    for order_id, content in payloads(made).items():
        of_order = [row for row in rows if int(row[Field.ORDER_ID]) == order_id]
        assert said(content, "externalAccountingId") == meant_by(of_order, Field.ORDER_EXTERNAL_ID)
        assert said(content, "accountingSyncError") == meant_by(
            of_order, Field.ACCOUNTING_SYNC_ERROR
        )
        yes_or_no = meant_by(of_order, Field.ACCOUNTING_SYNCED)
        assert said(content, "accountingSynced") == (yes_or_no or default(content, how))
        items = content.get("items", [])
        assert len(items) == len({item["id"] for item in items})
        assert {item["id"] for item in items} == meant_by(of_order, Field.ITEM_ID)
        for item in items:
            of_item = [row for row in of_order if meant_by([row], Field.ITEM_ID) == {item["id"]}]
            assert said(item, "externalAccountingId") == meant_by(of_item, Field.ITEM_EXTERNAL_ID)
            skus = item.get("orderItemAccountingItems", [])
            names = [sku["externalAccountingId"] for sku in skus]
            assert len(names) == len(set(names))
            assert set(names) == meant_by(of_item, Field.SUB_EXTERNAL_ID)
            for sku in skus:
                name = {sku["externalAccountingId"]}
                of_sku = [row for row in of_item if meant_by([row], Field.SUB_EXTERNAL_ID) == name]
                assert said(sku, "quantity") == meant_by(of_sku, Field.SUB_QUANTITY)
    for order_id, call in status_calls(made).items():
        of_order = [row for row in rows if int(row[Field.ORDER_ID]) == order_id]
        assert {call["status"]} == meant_by(of_order, Field.STATUS)
        assert said(call, "updateNote") == meant_by(of_order, Field.UPDATE_NOTE)


def default(content: Mapping[str, Any], how: PlanningRules) -> set[bool]:
    """What is said of an order of which no row says yes or no."""
    if how.synced_default == "none":
        return set()
    if how.synced_default != "auto":
        return {how.synced_default}
    ids = [content, *content.get("items", [])]
    any_id = any(one.get("externalAccountingId") for one in ids) or any(
        "orderItemAccountingItems" in item for item in content.get("items", [])
    )
    return {True} if any_id and "accountingSyncError" not in content else set()


@examples
@given(sources(), rules)
def test_no_payload_holds_a_value_that_stands_in_no_cell_of_the_files(
    files: list[Export], how: PlanningRules
) -> None:
    texts = {text for file in files for column in columns_of(file) for text in column}
    shown = {text.strip().replace("\x07", "") for text in texts}
    numbers = {int(text) for text in shown if text.isascii() and text.isdigit()}
    for order_id, content in payloads(plan(files, how)).items():
        sent = dict(content)
        synced = sent.pop("accountingSynced", False)
        values = list(leaves(sent))
        assert order_id in numbers
        assert {value for value in values if isinstance(value, str)} <= shown
        assert {value for value in values if isinstance(value, int)} <= numbers
        if None in (synced, *values):
            assert "(clear)" in {text.lower() for text in shown}


def leaves(content: Any) -> list[Any]:
    if isinstance(content, dict):
        return [leaf for part in content.values() for leaf in leaves(part)]
    if isinstance(content, list):
        return [leaf for part in content for leaf in leaves(part)]
    return [content]


# One cell has one value, whatever else is in its column

PLAIN: dict[Field, list[str]] = {
    Field.ORDER_ID: ["1", "12", "007", "999999999999999999", "1000000000000000000", "0"],
    Field.ORDER_EXTERNAL_ID: [
        "A",
        "b-1",
        "10045",
        "12E5",
        "3e",
        "x5",
        "+11",
        "E",
        "Err",
        ":502",
        "",
    ],
}


@st.composite
def columns(draw: st.DrawFn) -> tuple[Field, list[str]]:
    """Plain columns, plain ones with a few odd cells, and columns of anything."""
    field = draw(st.sampled_from(Field))
    plain = (
        PLAIN.get(field)
        or PLAIN[Field.ORDER_ID if field is Field.ITEM_ID else Field.ORDER_EXTERNAL_ID]
    )
    digits = st.integers(1, 10**19).map(str)
    odd = st.one_of(
        st.sampled_from([*GOOD[field], *BAD[field], "00123", "700001.0", "Err:502", "####"]),
        st.text(st.characters(exclude_categories=()), max_size=4),
        st.from_regex(r"[+-]?[0-9][.,]?[0-9]{0,2}[eE][+-]?[0-9]{1,2}", fullmatch=True),
    )
    one = draw(st.sampled_from([st.sampled_from(plain), digits, odd]))
    texts = draw(st.lists(one, max_size=6))
    if draw(st.booleans()):
        texts.insert(draw(st.integers(0, len(texts))), draw(odd))
    return field, texts


@settings(examples, max_examples=150)
@given(columns())
def test_a_column_is_judged_alike_with_and_without_a_blank_that_calls_for_a_closer_look(
    column: tuple[Field, list[str]],
) -> None:
    field, texts = column
    quick = judge_column(field, texts, {}, WORDS)
    slow = judge_column(field, [*texts, "\u00a0"], {}, WORDS)

    assert [*quick.values, None] == slow.values
    assert list(map(type, quick.values)) == list(map(type, slow.values[:-1]))
    assert quick.faults == slow.faults
    assert list(quick.remarks) == list(slow.remarks)


@settings(examples, max_examples=150)
@given(columns())
def test_a_cell_is_judged_alike_alone_and_in_its_column(column: tuple[Field, list[str]]) -> None:
    """Except for ids written like 700001.0, which are read where the whole column is so."""
    field, texts = column
    whole = judge_column(field, texts, {}, WORDS)

    for index, text in enumerate(texts):
        if not text.strip().endswith(".0"):
            alone = judge_column(field, [text], {}, WORDS)
            assert alone.values == [whole.values[index]]
            assert alone.faults.get(0) == whole.faults.get(index)


# Fingerprints

skus = st.lists(
    st.builds(
        OrderItemAccountingItem,
        st.sampled_from(["S-1", "S-2", "s-1"]),
        st.sampled_from([UNSET, 1, 2]),
    ),
    max_size=2,
    unique_by=lambda sku: sku.external_accounting_id,
)
items = st.lists(
    st.builds(
        OrderItemAccountingSyncRequest,
        st.sampled_from([2, 10, 2**63 - 1]),
        st.sampled_from([UNSET, None, "", "L-1"]),
        skus.map(tuple),
    ),
    max_size=3,
    unique_by=lambda item: item.id,
)
syncs = st.builds(
    OrderAccountingSyncRequest,
    st.sampled_from([UNSET, None, True, False]),
    st.sampled_from([UNSET, None, "INV-1", "null"]),
    items.map(tuple),
    st.sampled_from([UNSET, "wrong"]),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[OrderAccountingSyncRequest, OrderAccountingSyncRequest]:
    """Two payloads of which the second is another, or the first with its items shuffled."""
    first = draw(syncs)
    if draw(st.booleans()):
        return first, draw(syncs)
    shuffled = [
        OrderItemAccountingSyncRequest(
            item.id,
            item.external_accounting_id,
            tuple(draw(st.permutations(item.order_item_accounting_items))),
        )
        for item in draw(st.permutations(first.items))
    ]
    again = OrderAccountingSyncRequest(
        first.accounting_synced,
        first.external_accounting_id,
        tuple(shuffled),
        first.accounting_sync_error,
    )
    return first, again


@settings(examples, max_examples=150)
@given(pairs())
def test_fingerprints_are_equal_exactly_where_normal_forms_are(
    pair: tuple[OrderAccountingSyncRequest, OrderAccountingSyncRequest],
) -> None:
    one, other = (sync.to_json() for sync in pair)

    assert (fingerprint(one) == fingerprint(other)) == (normal_form(one) == normal_form(other))
    assert (normal_form(one) == normal_form(other)) == (as_sets(one) == as_sets(other))


def as_sets(content: Any) -> Any:
    """The same content with nothing left of the order of lists and fields."""
    if isinstance(content, dict):
        return frozenset((name, as_sets(part)) for name, part in content.items())
    if isinstance(content, list):
        return frozenset(map(as_sets, content))
    return content
