"""Which rows are no data, and by which rule (rules, sections 1.5 and 1.7)."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import IgnoreRule
from reconcile.loader import Export, LoadRules, load

Read = Callable[..., Export]

HEADER = "Order ID,Order External ID,Item ID,Item External ID,Supplier SKU Quantity,Customer,Amount"
SOUND = "700001,INV-1,,,,Alder,5.00"

QUICKBOOKS = """\
Acme Corp,,,,
Sales by Customer Detail,,,,
"January 1 - March 5, 2026",,,,
,,,,
,Order ID,Order External ID,Memo/Description,Amount
Alder & Sons,,,,
,700001,INV-1,,"1,120.00"
,700002,INV-2,on account,-45.50
Total for Alder & Sons,,,,"$1,074.50"
Total Quality Logistics,,,,
,700003,INV-3,,310.00
Total for Total Quality Logistics with sub-items,,,,$310.00
Not specified,,,,
,700004,INV-4,,(50.00)
Total for --,,,,($50.00)
TOTAL,,,,"$1,334.50"
,,,,
,,,,
"Accrual Basis  Thursday, March 5, 2026 10:15 AM GMT-05:00",,,,
"""

QUICKBOOKS_DESKTOP = """\
Type,Order ID,Order External ID,Date,Num,Memo,Name,Qty,Amount,Balance
Alder & Sons,,,,,,,,,
Invoice,700001,INV-1,03/05/2026,1001,,Alder & Sons,1,120.00,120.00
Invoice,700002,INV-2,03/06/2026,1002,,Total Quality Logistics,0,45.50,165.50
Total Alder & Sons,,,,,,,1,165.50,165.50
TOTAL,,,,,,,1,165.50,165.50
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(*lines: str, rules: LoadRules | None = None) -> Export:
        path = tmp_path / "export.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load(path, path.name, rules or LoadRules())

    return read_text


def below(read: Read, *lines: str, rules: LoadRules | None = None) -> dict[int, str]:
    """Which rows below `HEADER` are no data, and why; the first is row 2."""
    ignored = dict(read(HEADER, *lines, rules=rules).ignored)
    assert ignored.pop(1) == "header"
    return {row: str(rule) for row, rule in ignored.items()}


def in_workbook(tmp_path: Path, *rows: Sequence[object]) -> Export:
    path = tmp_path / "export.xlsx"
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return load(path, path.name, LoadRules())


# Reports as they are


def test_a_grouped_quickbooks_report_leaves_its_orders_and_nothing_else(read: Read) -> None:
    assert read(QUICKBOOKS).ignored == {
        1: "title",
        2: "title",
        3: "title",
        4: "blank",
        5: "header",
        6: "group heading",
        9: "subtotal",
        10: "group heading",
        12: "subtotal",
        13: "group heading",
        15: "subtotal",
        16: "total",
        17: "blank",
        18: "blank",
        19: "footer",
    }


def test_a_quickbooks_desktop_report_leaves_its_orders_and_nothing_else(read: Read) -> None:
    assert read(QUICKBOOKS_DESKTOP).ignored == {
        1: "header",
        2: "group heading",
        5: "subtotal",
        6: "total",
    }


def test_a_flat_export_has_no_row_that_is_no_data_but_its_header(read: Read) -> None:
    lines = [f"{order},INV-{order},,,,Alder,5.00" for order in range(700001, 700010)]
    assert below(read, *lines) == {}


# Rows before the header


def test_rows_before_the_header_are_titles_whatever_stands_in_them(read: Read) -> None:
    export = read("700001,INV-1", "Total", ",", HEADER, SOUND)
    assert export.ignored == {1: "title", 2: "title", 3: "blank", 4: "header"}


# Blank rows and the header again


@pytest.mark.parametrize("blank", ["", ",,,,,,", " ,\u00a0,\t,,,\u200b,", ",,"], ids=ascii)
def test_a_row_with_nothing_but_blanks_is_blank(read: Read, blank: str) -> None:
    assert below(read, SOUND, blank, SOUND) == {3: "blank"}


@pytest.mark.parametrize(
    "again",
    [HEADER, HEADER.upper(), HEADER.replace(" ", "_"), "Order ID,Order External ID", "Order ID"],
)
def test_the_header_may_stand_there_again_on_every_printed_page(read: Read, again: str) -> None:
    assert below(read, SOUND, again, SOUND) == {3: "the header again"}


@pytest.mark.parametrize(
    "row", ["Order ID,INV-2", "700002,Order External ID", "Order ID,,,,,Alder", ",,Item ID"]
)
def test_a_row_that_is_the_header_only_in_part_is_judged(read: Read, row: str) -> None:
    assert below(read, SOUND, row) == {}


# Headings, totals and footers


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("Acme Corp", "group heading"),
        ("Category:Item", "group heading"),
        ("O'Brien & Sons", "group heading"),
        ("Wal-Mart 12", "group heading"),
        ("St. Mary's", "group heading"),
        ("Total Quality Logistics", "group heading"),
        ("(deleted)", "group heading"),
        ("Total for Acme Corp", "subtotal"),
        ("Total for Acme Corp with sub-items", "subtotal"),
        ("Total for --", "subtotal"),
        ("Subtotal", "subtotal"),
        ("Sub-total:", "subtotal"),
        ("Zwischensumme", "subtotal"),
        ("TOTAL", "total"),
        ("Totals:", "total"),
        ("Grand Total", "total"),
        ("Summe", "total"),
        ("Gesamtbetrag", "total"),
        ("Totally Tea", "group heading"),
        ("Summer House", "group heading"),
    ],
)
@pytest.mark.parametrize("column", [0, 5], ids=["in the order column", "in another column"])
def test_words_alone_are_a_heading_or_a_total(
    read: Read, column: int, words: str, rule: str
) -> None:
    assert below(read, SOUND, f"{',' * column}{words}", SOUND) == {3: rule}


SUMS = ["5", "1234.50", '"1,234.50"', "-50.00", "(50.00)", "$5.00", '"($1,050.00)"', "-$5", "5 €"]


@pytest.mark.parametrize("amount", [*SUMS, "USD 5.00", '"1.234,50"', "1'234.50", "12%"])
def test_a_total_has_nothing_but_sums_beside_it(read: Read, amount: str) -> None:
    assert below(read, SOUND, f"TOTAL,,,,2,,{amount}", SOUND) == {3: "total"}
    assert below(read, SOUND, f",,,,,TOTAL,{amount}", SOUND) == {3: "total"}


@pytest.mark.parametrize("beside", ["Alder", "INV-9", "2026-03-05", "paid", "S0123"])
def test_a_total_with_anything_else_beside_it_is_judged(read: Read, beside: str) -> None:
    assert below(read, SOUND, f"TOTAL,,,,,,{beside}", SOUND) == {}


@pytest.mark.parametrize("amount", SUMS)
def test_a_row_of_sums_without_a_word_is_a_total(read: Read, amount: str) -> None:
    assert below(read, SOUND, f",,,,,,{amount}") == {3: "total"}


def test_a_sum_that_was_never_calculated_is_a_sum_all_the_same(tmp_path: Path) -> None:
    export = in_workbook(
        tmp_path,
        ["Order ID", "Order External ID", "Amount"],
        [700001, "INV-1", 5],
        ["TOTAL", None, "=SUM(C2:C2)"],
    )
    assert export.ignored == {1: "header", 3: "total"}


@pytest.mark.parametrize(
    "footer",
    [
        '"Thursday, March 5, 2026 10:15 AM GMT-05:00"',
        '"Accrual Basis  Thursday, March 5, 2026 10:15 AM GMT-05:00"',
        '"Cash Basis Thursday, 05 March 2026 10:15 AM GMTZ"',
        "End of report",
    ],
)
@pytest.mark.parametrize("column", [0, 5], ids=["in the order column", "in another column"])
def test_words_below_the_data_are_a_footer(read: Read, column: int, footer: str) -> None:
    assert below(read, SOUND, "TOTAL,,,,,,5", "", f"{',' * column}{footer}") == {
        3: "total",
        4: "blank",
        5: "footer",
    }


@pytest.mark.parametrize(
    "alone", ["12", "1001", "12.5", *SUMS, "2026-03-05", "03/05/2026 10:15 AM", "05.03.2026"]
)
def test_a_lone_number_or_date_below_the_data_is_a_footer(read: Read, alone: str) -> None:
    assert below(read, SOUND, alone) == {3: "footer"}
    assert below(read, SOUND, alone, "", alone) == {3: "footer", 4: "blank", 5: "footer"}


def test_a_lone_number_above_or_among_the_data_is_judged(read: Read) -> None:
    assert below(read, "700001", SOUND, "700002", "700003,INV-3") == {}


def test_order_ids_alone_are_orders_where_there_is_no_other_data(read: Read) -> None:
    with pytest.raises(FileRefusedError, match="names orders but no accounting ids"):
        below(read, "700001", "700002")


@pytest.mark.parametrize("number_format", ["General", "00000", "yyyy-mm-dd"])
def test_a_lone_number_of_a_workbook_is_a_footer_however_it_is_shown(
    tmp_path: Path, number_format: str
) -> None:
    path = tmp_path / "export.xlsx"
    workbook = Workbook()
    for row in (["Order ID", "Order External ID"], [700001, "INV-1"], [46086]):
        workbook.active.append(row)
    workbook.active["A3"].number_format = number_format
    workbook.save(path)
    assert load(path, path.name, LoadRules()).ignored == {1: "header", 3: "footer"}


def test_words_written_as_a_text_formula_are_words(read: Read) -> None:
    assert below(read, SOUND, '"=""TOTAL""",,,,,,5', '"=""12"""') == {3: "total", 4: "footer"}


# The borders: what could be data is judged


@pytest.mark.parametrize(
    "row",
    [
        "700002,INV-2,,,,Total Quality Logistics,5.00",
        "700002,,,,,Total Quality Logistics,",
        "TBD,INV-2,,,,Total Quality Logistics,5.00",
        ",INV-2,,,,Total Quality Logistics,5.00",
        ",,9100001,,,Total Quality Logistics,5.00",
        ",,,L-1,,Total Quality Logistics,5.00",
    ],
)
def test_a_customer_called_total_in_a_row_with_an_id_is_a_customer(read: Read, row: str) -> None:
    assert below(read, SOUND, row, SOUND) == {}


@pytest.mark.parametrize("bad", ["TBD", "Total", "#N/A", "S0123", "n/a", "12.5", "2026-03-05"])
def test_a_bad_order_id_with_an_external_id_beside_it_is_data(read: Read, bad: str) -> None:
    assert below(read, SOUND, f"{bad},INV-2", SOUND, f"{bad},INV-2") == {}
    assert below(read, SOUND, f"{bad},10045", f"{bad},,9100001", f"{bad},,,10045-1,2,,5.00") == {}


@pytest.mark.parametrize(
    "alone", ["S0123", "INV-7", "A1 B2", "#N/A", "n/a", "12 rows", "-", "#12", "\x1c"]
)
def test_what_could_be_somebodys_id_is_judged_even_alone(read: Read, alone: str) -> None:
    assert below(read, SOUND, alone, SOUND, alone) == {}


@pytest.mark.parametrize("row", [",,9100001", ",INV-2", ",,,L-1", ",,9100001,L-1,2,Alder,5.00"])
def test_a_row_with_any_id_is_data(read: Read, row: str) -> None:
    assert below(read, SOUND, row, SOUND) == {}


@pytest.mark.parametrize("row", [",,,,2", ",,,,2,Alder,5.00", ",,,,two"])
def test_a_row_with_an_item_value_and_no_id_is_data(read: Read, row: str) -> None:
    assert below(read, SOUND, row, SOUND) == {}


@pytest.mark.parametrize("header", ["Accounting Sync Error", "Accounting Synced"])
def test_a_row_with_nothing_but_what_is_said_of_the_sync_is_data(read: Read, header: str) -> None:
    export = read(f"Order ID,{header},Customer", "700001,no,Alder", ",no,", ",no,Birch")
    assert export.ignored == {1: "header"}


def test_a_row_with_nothing_but_a_status_is_data_only_if_statuses_are_asked_for(
    read: Read,
) -> None:
    lines = "Order ID,Order External ID,Status", "700001,INV-1,Open", ",,Closed", "700002,INV-2,"
    assert read(*lines).ignored == {1: "header", 3: "group heading"}
    assert read(*lines, rules=LoadRules(send_status=True)).ignored == {1: "header"}


def test_a_row_with_a_number_that_is_no_text_in_the_order_column_is_judged(tmp_path: Path) -> None:
    export = in_workbook(
        tmp_path,
        ["Order ID", "Order External ID", "Amount"],
        [True, None, 5],
        ["=A9", None, 5],
        [700001, "INV-1", 5],
    )
    assert export.ignored == {1: "header"}


def test_a_row_with_words_and_values_but_no_id_says_so(read: Read) -> None:
    assert below(read, SOUND, ",,,,,Alder,paid", SOUND) == {3: "no ids"}


# Rows with more cells than the header may have moved


@pytest.mark.parametrize(
    "moved",
    [
        ",,,,,,,INV-1",
        ",,,,,Alder,Inc.,5.00",
        "TOTAL,,,,,,5.00,",
        "Total for Acme, Inc.,,,,,5.00,",
        "700002,,,,,,,INV-2",
        "12,,,,,,,",
    ],
)
def test_a_row_that_may_have_moved_is_judged_whatever_it_looks_like(read: Read, moved: str) -> None:
    assert below(read, SOUND, moved) == {}
    assert below(read, moved, SOUND) == {}


def test_a_row_that_may_have_moved_is_not_filtered_either(read: Read) -> None:
    rules = LoadRules(only={"Customer": ["Alder"]})
    moved = "700001,INV-1,Smith, John,,,Alder,5.00"
    assert below(read, SOUND, moved, "700002,INV-2,,,,Birch,5", rules=rules) == {
        4: "filtered by only:"
    }


def test_a_blank_row_with_more_commas_than_the_header_is_blank(read: Read) -> None:
    assert below(read, SOUND, ",,,,,,,,, ", SOUND) == {3: "blank"}


# Filters


ORDERS = [
    "Order ID,Order External ID,Payment",
    "700001,INV-1,Paid",
    "700002,INV-2,Open",
    "700003,INV-3, PAID\u00a0",
    "700004,INV-4,",
    "700005,INV-5,Part paid",
]


def filtered(read: Read, *lines: str, **only: list[str]) -> list[int]:
    ignored = read(*lines, rules=LoadRules(only=only)).ignored
    return [row for row, rule in ignored.items() if rule == "filtered by only:"]


@pytest.mark.parametrize("value", ["Paid", "paid", " PAID "])
def test_a_filter_leaves_the_rows_with_its_value_in_any_case_and_trimmed(
    read: Read, value: str
) -> None:
    assert filtered(read, *ORDERS, Payment=[value]) == [3, 5, 6]


def test_a_filter_may_leave_several_values_and_blank_ones(read: Read) -> None:
    assert filtered(read, *ORDERS, Payment=["Open", ""]) == [2, 4, 6]


def test_a_row_must_pass_every_filter(read: Read) -> None:
    lines = [f"{line},{shop}" for line, shop in zip(ORDERS, ["Shop", *"AABBA"], strict=True)]
    assert filtered(read, *lines, Payment=["Paid"], Shop=["A"]) == [3, 4, 5, 6]


def test_the_column_of_a_filter_is_found_like_any_header(read: Read) -> None:
    lines = [ORDERS[0].replace("Payment", "*PAY_ment"), *ORDERS[1:]]
    assert filtered(read, *lines, **{"pay ment": ["paid"]}) == [3, 5, 6]


def test_a_filter_may_look_at_a_column_that_is_sent(read: Read) -> None:
    assert filtered(read, *ORDERS, **{"Order External ID": ["inv-2"]}) == [2, 4, 5, 6]


def test_rows_that_are_no_data_keep_their_rule_under_a_filter(read: Read) -> None:
    export = read(*ORDERS, "TOTAL,,", "", "Cash Basis", rules=LoadRules(only={"Payment": ["x"]}))
    assert [str(rule) for rule in export.ignored.values()] == [
        "header",
        *["filtered by only:"] * 5,
        "total",
        "blank",
        "footer",
    ]


def test_a_filter_may_leave_no_row_at_all(read: Read) -> None:
    assert filtered(read, *ORDERS, Payment=["Refunded"]) == [2, 3, 4, 5, 6]


def test_a_filter_whose_column_is_missing_refuses_the_file(read: Read) -> None:
    with pytest.raises(FileRefusedError, match=r'names "Payments" \(.*The nearest: "Payment"'):
        filtered(read, *ORDERS, Payments=["Paid"])


def test_a_filter_whose_column_is_there_twice_refuses_the_file(read: Read) -> None:
    lines = [f"{line},Paid" for line in ORDERS]
    lines[0] = f"{ORDERS[0]},PAYMENT"
    with pytest.raises(FileRefusedError) as refused:
        filtered(read, *lines, Payment=["Paid"])
    assert str(refused.value) == (
        'The column "Payment" of `only:` stands 2 times in the header in row 1; '
        "it must stand there once."
    )


# The rules have names


def test_every_rule_has_a_name_for_people() -> None:
    assert all(rule.value.islower() and "_" not in rule.value for rule in IgnoreRule)
