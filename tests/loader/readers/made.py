"""Hypothesis strategies for tables that every kind of file can hold."""

from datetime import datetime

from hypothesis import strategies as st

from tests.loader.readers.written import ERRORS, Cell, Is, Table, number, padded

HEADER = [
    Cell(name)
    for name in (
        *("Order ID", "Order External ID", "Item ID", "Item External ID"),
        *("Supplier SKU External ID", "Supplier SKU Quantity", "Accounting Synced", "Note"),
    )
]

# What XML can hold, without the blanks that XML and HTML make of others.
WORDS = st.text(
    "\"'<>&;,|=_x000D019-/.#aé\u0416\u4e2d\u00df\u0301\u200b\ufffd😀", min_size=1, max_size=8
)
LINES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)
TEXTS = st.one_of(
    WORDS,
    st.lists(LINES, min_size=1, max_size=3).map("\n".join),
    st.builds("{}{}".format, st.sampled_from(["INV-", "0", "000", ""]), st.integers(0, 10**26)),
    st.sampled_from(
        ["TRUE", "1e5", "12E4", "3/4", "=A1", "NA", "nan", "_x000D_", "1.0", "(clear)"]
    ),
).map(Cell)
NUMBERS = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1).map(str),
    st.integers(1, 999_999).map(str),
    st.decimals(-(10**6), 10**6, places=3).map(str),
).map(number)
DATES = st.datetimes(datetime(1900, 3, 2), datetime(9999, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
OTHERS = st.one_of(
    NUMBERS,
    st.integers(1, 9_999).map(padded),
    st.one_of(DATES.map(lambda moment: moment.date().isoformat()), DATES.map(datetime.isoformat))
    .filter(lambda text: not text.endswith("T00:00:00"))
    .map(lambda text: Cell(text, Is.DATE)),
    st.sampled_from(["TRUE", "FALSE"]).map(lambda text: Cell(text, Is.BOOLEAN)),
    st.sampled_from(list(ERRORS)).map(lambda text: Cell(text, Is.ERROR)),
)
BLANK = st.just(Cell(""))
ANY = st.one_of(TEXTS, OTHERS, BLANK)


def tables(cell: st.SearchStrategy[Cell], width: int = 4) -> st.SearchStrategy[Table]:
    row = st.lists(cell, min_size=width, max_size=width)
    return st.lists(row, min_size=1, max_size=6).filter(lambda rows: any(c.text for c in rows[-1]))


def orders(cell: st.SearchStrategy[Cell]) -> st.SearchStrategy[Table]:
    """Rows under a header, mostly with ids of orders and items."""
    ids = st.one_of(st.integers(1, 5).map(lambda each: number(str(each))), TEXTS, cell)
    row = st.tuples(ids, cell, ids, cell, cell, st.one_of(NUMBERS, cell), cell, cell).map(list)
    return st.lists(row, min_size=1, max_size=6).map(lambda rows: [HEADER, *rows])
