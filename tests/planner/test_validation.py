"""How the text of a cell is judged (rules, section 3)."""

from collections.abc import Sequence

import pytest

from reconcile.domain.model import Field, SourceType
from reconcile.domain.payload import STATUSES
from reconcile.domain.rules import CellRules
from reconcile.domain.text import quoted, trimmed
from reconcile.planner.validation import CLEAR, NOTE_LIMIT, Clear, ValidatedColumn, judge_column

IDS = (Field.ORDER_ID, Field.ITEM_ID)
EXTERNAL_IDS = (Field.ORDER_EXTERNAL_ID, Field.ITEM_EXTERNAL_ID, Field.SUB_EXTERNAL_ID)
TEXTS = (Field.ACCOUNTING_SYNC_ERROR, Field.UPDATE_NOTE)

INVALID = {
    Field.ORDER_ID: "order-id-invalid",
    Field.ITEM_ID: "item-id-invalid",
    Field.SUB_QUANTITY: "quantity-invalid",
    Field.ACCOUNTING_SYNCED: "synced-invalid",
    Field.STATUS: "status-invalid",
    Field.UPDATE_NOTE: "note-invalid",
}

BLANKS = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\v",
    "\f",
    "\x85",
    "\u00a0",  # no-break
    "\u1680",
    "\u2000",
    "\u2003",
    "\u2007",  # figure
    "\u200a",
    "\u200b",  # zero width
    "\u2028",  # line separator
    "\u2029",  # paragraph separator
    "\u202f",  # narrow no-break
    "\u205f",
    "\u2060",  # word joiner
    "\u3000",  # ideographic
    "\ufeff",  # byte order mark
    " \u00a0\t\u200b \ufeff\r\n",
]

ERROR_VALUES = [
    "#N/A",
    "#n/a",
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NULL!",
    "#NUM!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
    "#NV",
    "#BEZUG!",
    "#WERT!",
    "Err:502",
    "####",
]


def judged(
    column: Field,
    *texts: str,
    was: dict[int, SourceType] | None = None,
    rules: CellRules | None = None,
) -> ValidatedColumn:
    return judge_column(column, texts, was or {}, rules or CellRules())


def value(
    column: Field, text: str, was: SourceType | None = None, rules: CellRules | None = None
) -> int | str | bool | Clear | None:
    """The value of a cell that nothing is wrong with."""
    found = judged(column, text, was={} if was is None else {0: was}, rules=rules)
    assert not found.faults
    return found.values[0]


def fault(
    column: Field, text: str, was: SourceType | None = None, rules: CellRules | None = None
) -> str:
    """The code of what is wrong with a cell; a faulty cell has no value."""
    found = judged(column, text, was={} if was is None else {0: was}, rules=rules)
    assert found.values == [None]
    assert list(found.faults) == [0]
    return found.faults[0].code


def remarks(found: ValidatedColumn) -> list[tuple[str, int, str, int, str]]:
    return [(told.code, told.index, told.found, told.count, told.detail) for told in found.remarks]


# Blanks


@pytest.mark.parametrize("column", Field)
def test_a_blank_cell_of_any_kind_of_blank_says_nothing(column: Field) -> None:
    for blank in BLANKS:
        assert value(column, blank) is None
        assert not judged(column, blank).remarks
    assert judged(column, *BLANKS).values == [None] * len(BLANKS)


@pytest.mark.parametrize(
    ("column", "text", "meant"),
    [
        (Field.ORDER_ID, "700001", 700001),
        (Field.ITEM_ID, "5", 5),
        (Field.ORDER_EXTERNAL_ID, "INV-1", "INV-1"),
        (Field.ITEM_EXTERNAL_ID, "(clear)", CLEAR),
        (Field.SUB_EXTERNAL_ID, "a b", "a b"),
        (Field.SUB_QUANTITY, "2", 2),
        (Field.ACCOUNTING_SYNCED, "no", False),
        (Field.ACCOUNTING_SYNC_ERROR, "no tax code", "no tax code"),
        (Field.STATUS, "on hold", "On Hold"),
        (Field.UPDATE_NOTE, "booked\ntoday", "booked\ntoday"),
    ],
)
def test_blanks_around_a_value_are_trimmed(
    column: Field, text: str, *, meant: int | str | bool | Clear
) -> None:
    for blank in BLANKS:
        assert value(column, f"{blank}{text}{blank}") == meant
        assert trimmed(f"{blank}{text}{blank}") == text


def test_a_column_without_rows_has_no_values() -> None:
    assert judged(Field.ORDER_ID).values == []


def test_values_keep_the_order_of_the_column() -> None:
    found = judged(Field.ITEM_ID, "3", "", "x", "1", "3")

    assert found.values == [3, None, None, 1, 3]
    assert list(found.faults) == [2]


def test_each_faulty_cell_is_told_also_where_several_hold_the_same() -> None:
    assert sorted(judged(Field.ITEM_ID, "x", "1", "x", " x ").faults) == [0, 2, 3]


# Order and item ids


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1", 1),
        ("700001", 700001),
        ("999999999999999999", 10**18 - 1),
        ("1000000000000000000", 10**18),
        ("9223372036854775806", 2**63 - 2),
        ("9223372036854775807", 2**63 - 1),
        ("007", 7),
        ("0" * 40 + "9223372036854775807", 2**63 - 1),
    ],
)
def test_ids_are_whole_numbers_from_1_to_9223372036854775807(
    column: Field, text: str, meant: int
) -> None:
    assert value(column, text) == meant


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize(
    "text",
    [
        "0",
        "00",
        "0" * 40,
        "9223372036854775808",
        "9999999999999999999",
        "18446744073709551617",
        "1" + "0" * 40,
        "0" * 40 + "9223372036854775808",
        "-1",
        "+1",
        "\u22121",
        "1.5",
        "700001.00",
        "700001.",
        ".5",
        "1/2",
        "700,001",
        "700.001",
        "700 001",
        "700\u00a0001",
        "700'001",
        "700_001",
        "#700001",
        "(700001)",
        "$5",
        "5%",
        "abc",
        "700001A",
        "0x1F",
        "TRUE",
        "yes",
        "NULL",
        "NA",
        "nan",
        "inf",
        "(clear)",
        "2024-03-01",
        "1/3/2024",
        "12E5",
        "1e5",
        "=5",
        "\uff11\uff12",
        "\u0661\u0662",
        "\u00b2",
        "1\u200b2",
        "1\x002",
        "\ud800",
    ],
)
def test_what_is_no_whole_number_in_digits_is_no_id(column: Field, text: str) -> None:
    assert fault(column, text) == INVALID[column]


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize("text", ["1.23457E+11", "1E+05", "7e+05", "-1.2E-05"])
def test_an_id_in_e_notation_is_told_as_what_it_is(column: Field, text: str) -> None:
    assert fault(column, text) == "number-e-notation"


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize("text", ERROR_VALUES)
def test_an_error_value_is_no_id(column: Field, text: str) -> None:
    assert fault(column, text) == "cell-error"


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize(
    ("was", "text", "code"),
    [
        (SourceType.DATE, "45352", "cell-date"),
        (SourceType.BOOLEAN, "1", "cell-boolean"),
        (SourceType.ERROR, "#N/A", "cell-error"),
        (SourceType.ERROR, "", "cell-error"),
        (SourceType.FORMULA, "", "cell-formula"),
        (SourceType.LONG_NUMBER, "1234567890123450", "number-too-long"),
    ],
)
def test_a_cell_of_the_wrong_kind_is_no_id_whatever_its_text(
    column: Field, was: SourceType, text: str, code: str
) -> None:
    assert fault(column, text, was) == code


@pytest.mark.parametrize("column", IDS)
def test_sixteen_digits_in_a_text_cell_are_an_id(column: Field) -> None:
    assert value(column, "1234567890123456") == 1234567890123456


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize(
    ("was", "code"),
    [(SourceType.PADDED_NUMBER, "padded-number"), (SourceType.TEXT_FORMULA, "text-formula")],
)
def test_an_id_shown_with_zeros_or_written_as_a_formula_of_text_is_read_and_noted(
    column: Field, was: SourceType, code: str
) -> None:
    found = judged(column, "5", "00123", was={1: was})

    assert found.values == [5, 123]
    assert not found.faults
    assert remarks(found) == [(code, 1, '"00123"', 1, "")]


# Ids that went through a float


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize(
    ("texts", "first", "count"),
    [
        (["700001.0"], 0, 1),
        (["700001.0", "700002.0", "700001.0"], 0, 3),
        (["", "\u00a0", "700001.0", " 700002.0 "], 2, 2),
    ],
)
def test_point_zero_is_taken_off_where_the_whole_column_is_written_so_and_noted(
    column: Field, texts: Sequence[str], first: int, count: int
) -> None:
    found = judged(column, *texts)

    assert not found.faults
    assert found.values == [int(float(text)) if text.strip() else None for text in texts]
    assert remarks(found) == [("point-zero", first, '"700001.0"', count, "")]


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize(
    "other", ["700002", "700002.5", "700002.00", "x", "#N/A", "0", "-1.0", "1,0", ".0", "1.0.0"]
)
def test_point_zero_is_no_id_where_any_cell_is_written_otherwise(column: Field, other: str) -> None:
    found = judged(column, "700001.0", other, "700003.0")

    assert found.values[0] is None
    assert found.values[2] is None
    assert found.faults[0] == (INVALID[column], '"700001.0"', "")
    assert found.faults[2] == (INVALID[column], '"700003.0"', "")
    assert "point-zero" not in [told.code for told in found.remarks]


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize(
    "was",
    [
        SourceType.DATE,
        SourceType.BOOLEAN,
        SourceType.ERROR,
        SourceType.FORMULA,
        SourceType.LONG_NUMBER,
    ],
    ids=lambda was: was.name,
)
def test_point_zero_is_no_id_beside_a_cell_of_the_wrong_kind(
    column: Field, was: SourceType
) -> None:
    found = judged(column, "700001.0", "700002.0", was={1: was})

    assert found.values == [None, None]
    assert found.faults[0].code == INVALID[column]


@pytest.mark.parametrize("column", IDS)
def test_point_zero_written_as_a_formula_of_text_is_text_like_any_other(column: Field) -> None:
    found = judged(column, "700001.0", "700002.0", was={1: SourceType.TEXT_FORMULA})

    assert found.values == [700001, 700002]
    assert [told.code for told in found.remarks] == ["text-formula", "point-zero"]


@pytest.mark.parametrize("column", IDS)
@pytest.mark.parametrize("text", ["0.0", "9223372036854775808.0"])
def test_a_number_out_of_bounds_stays_so_with_point_zero_and_is_quoted_as_it_stands(
    column: Field, text: str
) -> None:
    found = judged(column, "1.0", text)

    assert found.values == [1, None]
    assert found.faults == {1: (INVALID[column], f'"{text}"', "")}


@pytest.mark.parametrize("column", EXTERNAL_IDS)
def test_an_external_id_keeps_its_point_zero(column: Field) -> None:
    assert value(column, "1.0") == "1.0"
    assert judged(column, "1.0", "2.0").values == ["1.0", "2.0"]


# External ids


@pytest.mark.parametrize("column", EXTERNAL_IDS)
@pytest.mark.parametrize(
    "text",
    [
        "00123",
        "TRUE",
        "false",
        "3/4",
        "1.0",
        "12345678901234567890123456",
        "=A1",
        "+1",
        "-1",
        "@x",
        "10045",
        "0",
        "INV-1",
        "a b",
        "NA",
        "NULL",
        "None",
        "nan",
        "#5",
        "#N/A 5",
        "N/A",
        "Err:",
        "12E5",
        "1e5",
        "3E-5x",
        "x3E-5",
        "12E+05",
        "1.2.3E+11",
        "1E+",
        "E+11",
        "clear",
        "((clear))",
        "M\u00fcller & S\u00f6hne \u2116 5",
        "\U0001f4b0",
        "\uff11\uff12",
        "a\u00a0b",
        "{found}",
        "%s",
        '"',
    ],
)
def test_external_ids_are_text_and_go_out_as_they_stand(column: Field, text: str) -> None:
    assert value(column, text) == text


@pytest.mark.parametrize("column", EXTERNAL_IDS)
@pytest.mark.parametrize("text", ["1.23457E+11", "1.23457E-05", "1E+11", "1,23457E+11", "-1.2E+15"])
def test_an_external_id_in_the_shape_of_excels_e_notation_is_rejected(
    column: Field, text: str
) -> None:
    assert fault(column, text) == "number-e-notation"


@pytest.mark.parametrize("column", EXTERNAL_IDS)
@pytest.mark.parametrize("text", ERROR_VALUES)
def test_an_error_value_is_rejected_also_where_it_is_written_as_text(
    column: Field, text: str
) -> None:
    assert fault(column, text) == "cell-error"


@pytest.mark.parametrize("column", EXTERNAL_IDS)
@pytest.mark.parametrize(
    "text",
    [
        "INV\x001",
        "INV\x071",
        "INV\t1",
        "INV\n1",
        "INV\r1",
        "INV\x7f1",
        "INV\x851",
        "INV\u20281",
        "INV\u20291",
        "INV\ud8001",
        "\udfff",
        "INV-1\x1f",
        "\x1cINV-1",
        "\x07",
    ],
)
def test_an_external_id_with_control_characters_is_rejected(column: Field, text: str) -> None:
    assert fault(column, text) == "external-id-control-characters"


@pytest.mark.parametrize("column", EXTERNAL_IDS)
@pytest.mark.parametrize(
    ("was", "text", "code"),
    [
        (SourceType.DATE, "2024-03-01", "cell-date"),
        (SourceType.BOOLEAN, "TRUE", "cell-boolean"),
        (SourceType.ERROR, "#N/A", "cell-error"),
        (SourceType.ERROR, "", "cell-error"),
        (SourceType.FORMULA, "", "cell-formula"),
        (SourceType.LONG_NUMBER, "1234567890123450", "number-too-long"),
    ],
)
def test_a_cell_of_the_wrong_kind_is_no_external_id_though_the_same_text_may_be_one(
    column: Field, was: SourceType, text: str, code: str
) -> None:
    assert fault(column, text, was) == code


@pytest.mark.parametrize("column", EXTERNAL_IDS)
@pytest.mark.parametrize(
    ("was", "code"),
    [(SourceType.PADDED_NUMBER, "padded-number"), (SourceType.TEXT_FORMULA, "text-formula")],
)
def test_a_number_shown_with_zeros_goes_out_as_shown_and_is_noted(
    column: Field, was: SourceType, code: str
) -> None:
    found = judged(column, "x", "00123", "00007", was={2: was, 1: was})

    assert found.values == ["x", "00123", "00007"]
    assert not found.faults
    assert remarks(found) == [(code, 1, '"00123"', 2, "")]


@pytest.mark.parametrize("column", EXTERNAL_IDS)
def test_text_written_as_a_formula_is_judged_by_its_text(column: Field) -> None:
    assert fault(column, "1.23457E+11", SourceType.TEXT_FORMULA) == "number-e-notation"


# Lost leading zeros


@pytest.mark.parametrize("column", EXTERNAL_IDS)
def test_a_number_shorter_than_a_padded_column_is_noted_and_goes_out_as_it_stands(
    column: Field,
) -> None:
    found = judged(column, "016083", "016084", "16085", "116086", "016087", "016085", "", "16085")

    assert found.values[2] == "16085"
    assert not found.faults
    assert remarks(found) == [("lost-zeros", 2, '"16085"', 2, "6")]


@pytest.mark.parametrize(
    "texts",
    [
        ["16083", "16084", "160850"],
        ["016083", "016084", "016085", "016086", "INV-5"],
        ["016083", "16084", "16085", "16086", "16087"],
        ["016083", "016084", "016085", "016086", "1160870"],
        ["016083", "016084", "016085", "17", "18"],
        ["16081", "16082", "16083", "16084", "16085", "16086", "16087", "16088", "0123", "17"],
    ],
    ids=["no-padding", "a-word", "one-padded", "a-longer-one", "too-many-short", "others-padded"],
)
def test_numbers_of_other_widths_are_no_lost_zeros(texts: Sequence[str]) -> None:
    assert remarks(judged(Field.ORDER_EXTERNAL_ID, *texts)) == []


def test_ids_are_not_asked_for_leading_zeros() -> None:
    texts = ["016083", "016084", "16085", "016086", "016087"]

    assert remarks(judged(Field.ORDER_ID, *texts)) == []


# The clear word


@pytest.mark.parametrize(
    "column", [Field.ORDER_EXTERNAL_ID, Field.ITEM_EXTERNAL_ID, Field.ACCOUNTING_SYNCED]
)
@pytest.mark.parametrize("text", ["(clear)", "(Clear)", "(CLEAR)", " (clear)\u00a0"])
def test_the_clear_word_means_null_where_null_is_allowed(column: Field, text: str) -> None:
    assert value(column, text) is CLEAR


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (Field.ORDER_ID, "order-id-invalid"),
        (Field.ITEM_ID, "item-id-invalid"),
        (Field.SUB_EXTERNAL_ID, "clear-not-allowed"),
        (Field.SUB_QUANTITY, "clear-not-allowed"),
        (Field.ACCOUNTING_SYNC_ERROR, "clear-not-allowed"),
        (Field.STATUS, "status-invalid"),
        (Field.UPDATE_NOTE, "note-invalid"),
    ],
)
@pytest.mark.parametrize("text", ["(clear)", "(CLEAR)", "\t(clear) "])
def test_the_clear_word_is_rejected_anywhere_else(column: Field, code: str, text: str) -> None:
    assert fault(column, text) == code


@pytest.mark.parametrize("configured", ["leer", "LEER", " Leer "])
def test_the_clear_word_is_the_configured_one(configured: str) -> None:
    rules = CellRules(clear_word=configured)

    assert value(Field.ORDER_EXTERNAL_ID, "leer", rules=rules) is CLEAR
    assert value(Field.ITEM_EXTERNAL_ID, "Leer", rules=rules) is CLEAR
    assert fault(Field.SUB_EXTERNAL_ID, "LEER", rules=rules) == "clear-not-allowed"
    assert value(Field.ORDER_EXTERNAL_ID, "(clear)", rules=rules) == "(clear)"


def test_the_clear_word_inside_a_longer_id_is_part_of_the_id() -> None:
    found = judged(Field.ORDER_EXTERNAL_ID, "A(clear)B", "(clear)", "(cle", "ar)")

    assert found.values == ["A(clear)B", CLEAR, "(cle", "ar)"]


def test_a_number_may_be_the_clear_word() -> None:
    rules = CellRules(clear_word="0")

    assert value(Field.ORDER_EXTERNAL_ID, "0", rules=rules) is CLEAR
    assert value(Field.ACCOUNTING_SYNCED, "0", rules=rules) is CLEAR
    assert fault(Field.SUB_QUANTITY, "0", rules=rules) == "clear-not-allowed"


# Quantities


@pytest.mark.parametrize(
    ("text", "meant"), [("1", 1), ("2", 2), ("012", 12), ("9223372036854775807", 2**63 - 1)]
)
def test_quantities_are_whole_numbers_above_0(text: str, meant: int) -> None:
    assert value(Field.SUB_QUANTITY, text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "+1",
        "1.5",
        "1,5",
        "1,000",
        "1.000",
        "two",
        "1 pc",
        "TRUE",
        "1E+05",
        "1e5",
        "1.23457E+11",
        "\uff12",
        "\u00bd",
        "2024-03-01",
        "9223372036854775808",
        "1\x002",
    ],
)
def test_anything_else_is_no_quantity(text: str) -> None:
    assert fault(Field.SUB_QUANTITY, text) == "quantity-invalid"


@pytest.mark.parametrize(
    ("was", "text", "code"),
    [
        (SourceType.DATE, "2", "quantity-invalid"),
        (SourceType.BOOLEAN, "1", "quantity-invalid"),
        (SourceType.LONG_NUMBER, "1234567890123450", "quantity-invalid"),
        (SourceType.ERROR, "#DIV/0!", "cell-error"),
        (SourceType.FORMULA, "", "cell-formula"),
    ],
)
def test_a_cell_of_the_wrong_kind_is_no_quantity(was: SourceType, text: str, code: str) -> None:
    assert fault(Field.SUB_QUANTITY, text, was) == code


@pytest.mark.parametrize("text", ERROR_VALUES)
def test_an_error_value_is_no_quantity(text: str) -> None:
    assert fault(Field.SUB_QUANTITY, text) == "cell-error"


def test_quantities_among_which_some_went_through_a_float_are_rejected() -> None:
    found = judged(Field.SUB_QUANTITY, "1", "2.0")

    assert found.values == [1, None]
    assert found.faults[1].code == "quantity-invalid"


# Accounting synced


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *[(word, True) for word in ("true", "TRUE", "True", "yes", "YES", "y", "Y", "t", "T", "1")],
        *[(word, False) for word in ("false", "FALSE", "no", "No", "n", "N", "f", "F", "0")],
    ],
)
def test_yes_and_no_are_understood_in_any_case(text: str, *, meant: bool) -> None:
    assert value(Field.ACCOUNTING_SYNCED, text) is meant


@pytest.mark.parametrize(
    "text",
    ["2", "-1", "01", "1.0", "0.0", "ja", "yep", "on", "off", "x", "yes no", "null", "\uff11"],
)
def test_any_other_word_is_neither_yes_nor_no(text: str) -> None:
    assert fault(Field.ACCOUNTING_SYNCED, text) == "synced-invalid"


@pytest.mark.parametrize("text", ERROR_VALUES)
def test_an_error_value_is_neither_yes_nor_no(text: str) -> None:
    assert fault(Field.ACCOUNTING_SYNCED, text) == "cell-error"


@pytest.mark.parametrize(("text", "meant"), [("TRUE", True), ("FALSE", False)])
def test_a_boolean_cell_says_yes_or_no(text: str, *, meant: bool) -> None:
    assert value(Field.ACCOUNTING_SYNCED, text, SourceType.BOOLEAN) is meant


@pytest.mark.parametrize(
    ("was", "text", "code"),
    [
        (SourceType.DATE, "1", "synced-invalid"),
        (SourceType.LONG_NUMBER, "1", "synced-invalid"),
        (SourceType.ERROR, "#N/A", "cell-error"),
        (SourceType.FORMULA, "", "cell-formula"),
    ],
)
def test_a_cell_of_another_kind_says_neither_yes_nor_no(
    was: SourceType, text: str, code: str
) -> None:
    assert fault(Field.ACCOUNTING_SYNCED, text, was) == code


def test_words_of_the_config_for_yes_and_no_are_understood_and_noted() -> None:
    rules = CellRules(yes_no={"Ja": True, " NEIN ": False})
    found = judged(Field.ACCOUNTING_SYNCED, "ja", "yes", "JA\u00a0", "ja", "Nein", "", rules=rules)

    assert found.values == [True, True, True, True, False, None]
    assert not found.faults
    assert remarks(found) == [
        ("word-understood", 0, '"ja"', 2, "yes"),
        ("word-understood", 2, '"JA\\xa0"', 1, "yes"),
        ("word-understood", 4, '"Nein"', 1, "no"),
    ]


def test_words_of_the_config_add_to_the_usual_ones() -> None:
    rules = CellRules(yes_no={"ja": True})

    assert value(Field.ACCOUNTING_SYNCED, "yes", rules=rules) is True
    assert fault(Field.ACCOUNTING_SYNCED, "nein", rules=rules) == "synced-invalid"


# Statuses


@pytest.mark.parametrize("status", STATUSES)
def test_each_of_the_seven_statuses_is_understood_in_any_case(status: str) -> None:
    cased = [status, status.lower(), status.upper(), status.swapcase()]

    assert judged(Field.STATUS, *cased).values == [status] * 4
    assert judged(Field.STATUS, *cased).remarks == []


@pytest.mark.parametrize(
    "text",
    [
        "Shipped",
        "Draft",
        "Cancelled",
        "OnHold",
        "On  Hold",
        "On_Hold",
        "On\u00a0Hold",
        "Open.",
        "1",
        "#N/A",
        "null",
    ],
)
def test_anything_else_is_no_status(text: str) -> None:
    assert fault(Field.STATUS, text) == "status-invalid"


@pytest.mark.parametrize(
    "was",
    [
        SourceType.DATE,
        SourceType.BOOLEAN,
        SourceType.ERROR,
        SourceType.FORMULA,
        SourceType.LONG_NUMBER,
    ],
)
def test_a_cell_of_another_kind_is_no_status(was: SourceType) -> None:
    assert fault(Field.STATUS, "Open", was) == "status-invalid"


def test_words_of_the_config_for_statuses_are_understood_and_noted() -> None:
    rules = CellRules(statuses={"Shipped": "Closed"})
    found = judged(Field.STATUS, "SHIPPED", "Closed", "shipped", rules=rules)

    assert found.values == ["Closed"] * 3
    assert remarks(found) == [
        ("word-understood", 0, '"SHIPPED"', 1, "Closed"),
        ("word-understood", 2, '"shipped"', 1, "Closed"),
    ]


# Error texts and notes


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize(
    "text",
    [
        "no tax code",
        "line 1\nline 2\r\n\tline 3",
        "1.23457E+11",
        "TRUE",
        "00123",
        "M\u00fcller: \u20ac 5",
        "=A1",
    ],
)
def test_texts_go_out_as_they_stand_with_their_line_breaks_and_tabs(
    column: Field, text: str
) -> None:
    assert value(column, text) == text
    assert judged(column, text).remarks == []


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a\x00b", "ab"),
        ("a\x07\nb\x7f", "a\nb"),
        ("a\x1f", "a"),
        ("\x1ca", "a"),
        ("a\x9fb", "ab"),
        ("a\ud800b", "ab"),
        ("a \x00", "a"),
        ("\x07\x08", None),
    ],
)
def test_other_control_characters_are_taken_out_of_texts_and_noted(
    column: Field, text: str, meant: str | None
) -> None:
    found = judged(column, "x", text)

    assert found.values == ["x", meant]
    assert not found.faults
    assert remarks(found) == [("control-characters-removed", 1, quoted(text), 1, "")]


@pytest.mark.parametrize("text", ERROR_VALUES)
def test_an_error_value_is_no_text(text: str) -> None:
    assert fault(Field.ACCOUNTING_SYNC_ERROR, text) == "cell-error"
    assert fault(Field.UPDATE_NOTE, text) == "note-invalid"


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize(
    "was", [SourceType.DATE, SourceType.BOOLEAN, SourceType.LONG_NUMBER, SourceType.PADDED_NUMBER]
)
def test_a_number_date_or_boolean_may_be_a_text(column: Field, was: SourceType) -> None:
    assert value(column, "2024-03-01", was) == "2024-03-01"


@pytest.mark.parametrize(
    ("column", "was", "code"),
    [
        (Field.ACCOUNTING_SYNC_ERROR, SourceType.ERROR, "cell-error"),
        (Field.ACCOUNTING_SYNC_ERROR, SourceType.FORMULA, "cell-formula"),
        (Field.UPDATE_NOTE, SourceType.ERROR, "note-invalid"),
        (Field.UPDATE_NOTE, SourceType.FORMULA, "note-invalid"),
    ],
)
def test_a_cell_without_a_usable_value_is_no_text(
    column: Field, was: SourceType, code: str
) -> None:
    assert fault(column, "", was) == code


@pytest.mark.parametrize(
    "text",
    [
        "x" * NOTE_LIMIT,
        f"  {'x' * NOTE_LIMIT}\n",
        "\U0001f4b0" * NOTE_LIMIT,
    ],
)
def test_a_note_may_be_as_long_as_the_limit(text: str) -> None:
    assert value(Field.UPDATE_NOTE, text) == text.strip()


def test_what_is_taken_out_of_a_note_does_not_count() -> None:
    assert value(Field.UPDATE_NOTE, "\x07" + "x" * NOTE_LIMIT) == "x" * NOTE_LIMIT
    assert fault(Field.UPDATE_NOTE, "\x07" + "x" * (NOTE_LIMIT + 1)) == "note-invalid"


def test_a_longer_note_is_rejected_and_the_limit_is_told() -> None:
    found = judged(Field.UPDATE_NOTE, "x" * (NOTE_LIMIT + 1))

    assert found.values == [None]
    assert found.faults[0].code == "note-invalid"
    assert found.faults[0].detail == str(NOTE_LIMIT)


def test_the_longest_note_fits_into_an_address() -> None:
    """Each character may take 12 when it is written for an address; 8 KiB is a common bound."""
    assert NOTE_LIMIT * 12 < 8 * 1024


def test_an_error_text_may_be_long() -> None:
    assert value(Field.ACCOUNTING_SYNC_ERROR, "x" * 5000) == "x" * 5000


# What is shown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("INV-1", '"INV-1"'),
        ("", '""'),
        ("a\nb", '"a\\nb"'),
        ("a\x1b[31mb", '"a\\x1b[31mb"'),
        ("a\u00a0b", '"a\\xa0b"'),
        ("a\u202eb", '"a\\u202eb"'),
        ("a\ud800b", '"a\\ud800b"'),
        ("M\u00fcller", '"M\u00fcller"'),
        ("x" * 60, f'"{"x" * 60}"'),
        ("x" * 61, f'"{"x" * 60}\u2026"'),
    ],
)
def test_a_quoted_text_is_short_and_holds_nothing_that_a_terminal_obeys(
    text: str, told: str
) -> None:
    assert quoted(text) == told
