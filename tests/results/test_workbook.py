import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcile.domain.errors import WorkbookError
from reconcile.domain.model import Outcome, SourceType
from reconcile.results.report.tables import (
    Block,
    Column,
    Kind,
    Report,
    SourceCell,
    Summary,
    Table,
    Value,
)
from reconcile.results.workbook.style import OUTCOME_COLOURS
from reconcile.results.workbook.write import write_workbook
from tests.results.example_report import example_report

LONGEST = 32_767
CUT = " … (cut)"
WORDS = [(outcome, 0, "what it means") for outcome in Outcome]


def summary(
    blocks: Sequence[Block] = (),
    outcomes: Sequence[tuple[Outcome, int, str]] = (),
    title: str = "Results",
) -> Summary:
    return Summary(title, "It ended well.", "There is nothing left to do.", outcomes, blocks)


def table(rows: Sequence[Sequence[Value]], *columns: Column, name: str = "Rows") -> Table:
    return Table(name, columns, rows, "The files have no rows.")


class Written:
    """A workbook as a user sees it when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book: Any = openpyxl.load_workbook(path)

    def sheet(self, name: str) -> Any:
        """The sheet of this name."""
        return self.book[name]

    def rows(self, name: str) -> list[list[Any]]:
        """Its cells, row by row."""
        return [[cell.value for cell in row] for row in self.sheet(name).iter_rows()]

    def part(self, name: str) -> str:
        """The XML of a part of the package."""
        with zipfile.ZipFile(self.path) as package:
            return package.read(name).decode()

    def cell_with(self, sheet: str, value: object) -> Any:
        """The first cell of a sheet that holds this value."""
        found = [cell for row in self.sheet(sheet).iter_rows() for cell in row]
        return next(cell for cell in found if cell.value == value)


Write = Callable[..., Written]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*tables: Table, **options: Any) -> Written:
        first = options.pop("summary", summary())
        target = tmp_path / "export.csv.results-r1.xlsx"
        return Written(write_workbook(Report(first, tables), target, **options))

    return written


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(write_workbook(example_report(), tmp_path_factory.mktemp("out") / "a.xlsx"))


def one_cell(write: Write, value: Value, kind: Kind = Kind.CELL) -> Any:
    return write(table([(value,)], Column("Value", kind))).sheet("Rows")["A2"]


def as_excel_reads(text: str | None) -> str:
    """Excel's reading of a text, as the standard has it; openpyxl leaves the escapes in."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text or "")


def test_summary_comes_first_and_then_each_table_in_its_order(example: Written) -> None:
    assert example.book.sheetnames == ["Summary", "Successes", "Failures", "Rows", "Attempts"]
    assert example.book.active.title == "Summary"


def test_the_header_of_a_table_stays_in_sight_and_filters(example: Written) -> None:
    rows = example.sheet("Rows")
    assert [cell.value for cell in rows[1]][:4] == ["File", "Sheet", "Row", "State"]
    assert rows.freeze_panes == "A2"
    assert rows.auto_filter.ref == f"A1:P{rows.max_row}"


def test_a_table_is_printed_across_one_page_with_its_header_on_every_page(
    example: Written,
) -> None:
    for name in ("Successes", "Failures", "Rows", "Attempts"):
        sheet = example.sheet(name)
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)


def test_a_very_wide_table_takes_pages_beside_each_other_that_all_name_the_row(
    write: Write,
) -> None:
    columns = [Column(f"Column {at}", width=30, on_each_page=at == 4) for at in range(12)]
    table = Table("Failures", columns, [["x"] * 12])
    sheet = write(table).sheet("Failures")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2, 0)
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$E:$E", "$1:$1")


def test_figures_that_are_text_stand_to_the_right_below_their_heading(write: Write) -> None:
    column = Column("Amount", Kind.CELL, figures=True)
    sheet = write(Table("Rows", [column], [["12.50"], ["see note"]])).sheet("Rows")
    sides = [cell.alignment.horizontal for (cell,) in sheet.iter_rows()]
    assert sides == ["right", "right", "left"]
    assert sheet["A2"].data_type == "s"


def test_every_page_names_its_sheet_and_its_number(example: Written) -> None:
    for sheet in example.book.worksheets:
        assert sheet.oddFooter.left.text == "&A"
        assert sheet.oddFooter.right.text == "Page &P of &N"


def test_summary_says_how_it_ended_and_what_to_do_on_top(example: Written) -> None:
    top = [row[0] for row in example.rows("Summary")[:3]]
    assert top[0] == "Results of invoices november.xlsx"
    assert top[1] == "14 of 20 orders are in Flxpoint; 6 are not."
    assert top[2].startswith("The sheet Failures has every row of them.")


def test_the_outcomes_stand_in_their_order_and_add_up(example: Written) -> None:
    counts = [
        (row[0], row[2]) for row in example.rows("Summary") if isinstance(row[2], int | float)
    ]
    assert counts[:7] == [
        ("refused", 2),
        ("in doubt", 1),
        ("pending", 1),
        ("rejected", 2),
        ("synced", 11),
        ("unchanged", 3),
        ("All orders", 20),
    ]


def test_a_bar_of_its_own_colour_shows_each_outcome(example: Written) -> None:
    (chart,) = example.sheet("Summary")._charts  # noqa: SLF001 - openpyxl has no other way
    (series,) = chart.series
    bars = [point.graphicalProperties.solidFill.srgbClr for point in series.dPt]
    assert bars == [OUTCOME_COLOURS[outcome][0] for outcome in Outcome]
    assert cells_of(example, series.cat.strRef or series.cat.numRef) == [*Outcome]
    assert cells_of(example, series.val.numRef) == [2, 1, 1, 2, 11, 3]
    assert not chart.x_axis.delete


def cells_of(written: Written, reference: Any) -> list[Any]:
    sheet, area = reference.f.split("!")
    return [cell.value for (cell,) in written.sheet(sheet.strip("'"))[area.replace("$", "")]]


def test_without_any_order_there_is_no_chart(write: Write) -> None:
    written = write(summary=summary(outcomes=WORDS))
    assert not written.sheet("Summary")._charts  # noqa: SLF001 - openpyxl has no other way


def test_an_alarm_is_red_and_other_blocks_are_not(write: Write) -> None:
    calm = Block("Noticed", [("nothing much",)])
    alarm = Block("The run was stopped", [("the token was refused",)], alarm=True)
    written = write(summary=summary([calm, alarm]))
    red = written.cell_with("Summary", "the token was refused").font.color.rgb
    assert int(red[2:4], 16) > 2 * int(red[4:6], 16)
    assert written.cell_with("Summary", "nothing much").font.color.rgb != red
    heading = written.cell_with("Summary", "The run was stopped").fill.fgColor.rgb
    assert int(heading[2:4], 16) > 2 * int(heading[4:6], 16)


def test_a_block_shows_its_numbers_as_numbers_and_its_ids_as_text(write: Write) -> None:
    block = Block("Fewer items", [("700009", 3000, 2)], ("Order", "Before", "Now"))
    written = write(summary=summary([block]))
    order = written.cell_with("Summary", "700009")
    before = written.cell_with("Summary", 3000)
    assert order.data_type == "s"
    assert (before.number_format, before.alignment.horizontal) == ("#,##0", "right")


def test_a_long_sentence_on_summary_wraps_into_a_row_that_is_tall_enough(write: Write) -> None:
    long = "word " * 100
    written = write(summary=summary([Block("Noticed", [("short",), (long,)])]))
    cell = written.cell_with("Summary", long)
    short = written.cell_with("Summary", "short")
    heights = written.sheet("Summary").row_dimensions
    assert cell.alignment.wrap_text
    assert heights[cell.row].height > 3 * heights[short.row].height


def test_a_short_block_is_not_torn_apart_by_the_end_of_a_page(write: Write) -> None:
    blocks = [Block(f"Block {n}", [(f"{n} {m}",) for m in range(10)]) for n in range(6)]
    sheet = write(summary=summary(blocks)).sheet("Summary")
    ends = [row_break.id for row_break in sheet.row_breaks.brk]
    assert ends
    assert all(sheet.cell(row + 1, 1).value is None for row in ends)
    assert all(sheet.cell(row + 2, 1).value.startswith("Block") for row in ends)


def test_a_block_longer_than_a_page_goes_on_on_the_next(write: Write) -> None:
    block = Block("Changed", [(str(number),) for number in range(80)])
    sheet = write(summary=summary([block])).sheet("Summary")
    assert len(sheet.row_breaks.brk) == 1
    assert [row[0].value for row in sheet.iter_rows(min_row=sheet.max_row - 79)] == [
        str(number) for number in range(80)
    ]


def test_the_six_outcomes_differ_in_grey_and_their_words_can_be_read() -> None:
    grounds = [lightness(ground) for ground, _ in OUTCOME_COLOURS.values()]
    assert list(OUTCOME_COLOURS) == list(Outcome)
    assert all(lighter - darker > 0.045 for darker, lighter in pairwise(grounds))
    for ground, text in OUTCOME_COLOURS.values():
        bright, dark = sorted([lightness(ground), lightness(text)], reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


def lightness(colour: str) -> float:
    """Relative luminance as the accessibility guidelines of the web define it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("outcome", [*Outcome, "synced"])
def test_an_outcome_is_a_word_on_its_colour(write: Write, outcome: Outcome | str) -> None:
    cell = one_cell(write, outcome, Kind.OUTCOME)
    assert cell.value == str(outcome)
    assert cell.fill.fgColor.rgb == f"00{OUTCOME_COLOURS[Outcome(outcome)][0]}"


def test_a_word_that_is_no_outcome_has_no_colour(write: Write) -> None:
    assert one_cell(write, "else", Kind.OUTCOME).fill.fill_type is None
    assert one_cell(write, "synced", Kind.TEXT).fill.fill_type is None


def test_an_id_is_text_and_stays_text_when_somebody_types_over_it(write: Write) -> None:
    written = write(table([("00123",)], Column("Order ID", Kind.ID)))
    cell = written.sheet("Rows")["A2"]
    assert (cell.value, cell.data_type, cell.number_format) == ("00123", "s", "@")
    assert written.sheet("Rows").column_dimensions["A"].number_format == "@"


def test_ids_are_not_marked_as_numbers_stored_as_text(write: Write) -> None:
    written = write(table([("123",), ("456",)], Column("Order ID", Kind.ID)))
    part = written.part("xl/worksheets/sheet2.xml")
    assert '<ignoredError sqref="A1:A3" numberStoredAsText="1"/>' in part


def test_a_number_stands_to_the_right(write: Write) -> None:
    cell = one_cell(write, 204, Kind.NUMBER)
    assert (cell.value, cell.data_type, cell.alignment.horizontal) == (204, "n", "right")
    assert cell.number_format == "0"


def test_a_whole_number_that_excel_would_round_is_text(write: Write) -> None:
    assert one_cell(write, 9223372036854775807, Kind.NUMBER).value == "9223372036854775807"


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_text_in_a_column_of_numbers(write: Write, number: float) -> None:
    assert one_cell(write, number, Kind.SECONDS).value == str(number)


def test_seconds_have_two_decimals(write: Write) -> None:
    cell = one_cell(write, 0.31415, Kind.SECONDS)
    assert (cell.value, cell.number_format) == (0.31415, "0.00")


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process can't be set here")
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 21, 8, 30, 5, 999, tzinfo=UTC),
        datetime(2026, 11, 21, 3, 30, 5, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_a_time_is_local_text_with_its_offset(write: Write, moment: datetime) -> None:
    cell = one_cell(write, moment, Kind.TIME)
    assert (cell.value, cell.data_type) == ("2026-11-21 09:30:05 +0100", "s")


INJECTIONS = [
    "=1+1",
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("http://example.test","x")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "'=1+1",
    "{=1+1}",
    "#N/A",
    "#REF!",
    "TRUE",
    "1e5",
    "2026-01-01",
    "<v>1</v></c>",
    "</t></is></c><c><f>1+1</f></c>",
    "&lt;",
    "&#x3D;1",
]


def test_text_from_outside_never_becomes_anything_else(write: Write) -> None:
    columns = [Column(kind.value, kind) for kind in Kind]
    written = write(table([(text,) * len(columns) for text in INJECTIONS], *columns))
    cells = [cell for row in written.sheet("Rows").iter_rows(min_row=2) for cell in row]
    assert [as_excel_reads(cell.value) for cell in cells[:: len(columns)]] == INJECTIONS
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("text", INJECTIONS[:8])
def test_no_place_for_text_makes_a_formula_of_it(write: Write, text: str) -> None:
    block = Block(text, [(text, 1, SourceCell(text, SourceType.TEXT_FORMULA))], (text, text, text))
    first = Summary(text, text, text, [(Outcome.SYNCED, 1, text)], [block])
    written = write(Table("Rows", [Column(text)], [], text), summary=first)
    for name in ("sheet1", "sheet2"):
        root = ET.fromstring(written.part(f"xl/worksheets/{name}.xml"))  # noqa: S314 - our own
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        types = {element.get("t", "n") for element in root.iter("{*}c")}
        assert "f" not in tags
        assert types <= {"inlineStr", "n"}
    texts = [as_excel_reads(row[0]) for row in written.rows("Summary") if isinstance(row[0], str)]
    assert texts.count(text) == 6
    assert [as_excel_reads(row[0]) for row in written.rows("Rows")] == [text, text]


# Letters alone rarely meet in a way that looks like an escape.
ANY_TEXT = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=20),
        st.text(st.characters(categories=["Cc", "Cs", "Cn", "Zs"]), max_size=5),
        st.sampled_from(["_", "x", "_x", "_x0041_", "_x0041", "005F", "_x005F_", "=", "\r\n"]),
    ),
    max_size=6,
).map("".join)


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    texts=st.lists(ANY_TEXT, min_size=1, max_size=12), kind=st.sampled_from([Kind.TEXT, Kind.CELL])
)
def test_what_is_read_back_is_what_was_written(write: Write, texts: list[str], kind: Kind) -> None:
    written = write(table([(text,) for text in texts], Column("Text", kind)), overwrite=True)
    read = [as_excel_reads(row[0]) for row in written.rows("Rows")[1:]]
    assert read == texts


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    texts=st.lists(
        # calamine leaves the escapes of what is no character in Rust, or no character at all.
        ANY_TEXT.map(lambda text: re.sub("[\ud800-\udfff\ufffe\uffff]", "", text)),
        min_size=1,
        max_size=12,
    )
)
def test_another_program_reads_the_same_text(write: Write, texts: list[str]) -> None:
    rows: list[tuple[Value, ...]] = [("first", *texts), ("last", *texts)]
    columns = [Column(f"Text {number}") for number in range(len(texts) + 1)]
    path = write(table(rows, *columns), overwrite=True).path
    sheet = python_calamine.load_workbook(path).get_sheet_by_name("Rows")
    assert [tuple(row) for row in sheet.to_python()[1:]] == rows


def test_a_text_as_long_as_a_cell_is_whole(write: Write) -> None:
    assert one_cell(write, "x" * LONGEST).value == "x" * LONGEST


def test_a_longer_text_is_cut_with_a_mark_at_its_end(write: Write) -> None:
    cell = one_cell(write, "x" * (LONGEST + 1))
    assert cell.value == "x" * (LONGEST - len(CUT)) + CUT


def test_a_letter_that_counts_twice_in_excel_is_counted_twice_and_never_halved(
    write: Write,
) -> None:
    assert one_cell(write, "😀" * 16_383).value == "😀" * 16_383
    value = one_cell(write, "😀" * 16_384).value
    assert value == "😀" * 16_379 + CUT
    assert len(value.encode("utf-16-le")) // 2 <= LONGEST


def test_the_length_counts_letters_and_not_their_escapes(write: Write) -> None:
    path = write(table([("\x07" * 20_000,)], Column("Text"))).path
    sheet = python_calamine.load_workbook(path).get_sheet_by_name("Rows")
    assert sheet.to_python()[1] == ["\x07" * 20_000]


@pytest.mark.parametrize(
    ("text", "was", "value", "data_type"),
    [
        ("2026-05-03", SourceType.DATE, datetime(2026, 5, 3), "d"),  # noqa: DTZ001 - cells have no zone
        ("2026-05-03T08:30:00", SourceType.DATE, datetime(2026, 5, 3, 8, 30), "d"),  # noqa: DTZ001
        ("2026-05-03 08:30:00", SourceType.DATE, datetime(2026, 5, 3, 8, 30), "d"),  # noqa: DTZ001
        ("08:30:00", SourceType.DATE, clock(8, 30), "d"),
        ("27:30:00", SourceType.DATE, timedelta(hours=27, minutes=30), "d"),
        ("1900-01-01", SourceType.DATE, datetime(1900, 1, 1), "d"),  # noqa: DTZ001
        ("1899-12-01", SourceType.DATE, "1899-12-01", "s"),
        ("1899-12-01T08:30:00", SourceType.DATE, "1899-12-01T08:30:00", "s"),
        ("next week", SourceType.DATE, "next week", "s"),
        ("TRUE", SourceType.BOOLEAN, True, "b"),
        ("FALSE", SourceType.BOOLEAN, False, "b"),
        ("0", SourceType.BOOLEAN, False, "b"),
        ("perhaps", SourceType.BOOLEAN, "perhaps", "s"),
        ("12345678901234567890", SourceType.LONG_NUMBER, 12345678901234567890, "n"),
        ("-1234567890123456", SourceType.LONG_NUMBER, -1234567890123456, "n"),
        ("0.12345678901234567", SourceType.LONG_NUMBER, 0.12345678901234567, "n"),
        ("1e400", SourceType.LONG_NUMBER, "1e400", "s"),
        ("=1", SourceType.LONG_NUMBER, "=1", "s"),
        ("#REF!", SourceType.ERROR, "#REF!", "e"),
        ("#N/A", SourceType.ERROR, "#N/A", "e"),
        ("#SPILL!", SourceType.ERROR, "#N/A", "e"),
        ("", SourceType.FORMULA, "#N/A", "e"),
        ("=A1", SourceType.FORMULA, "#N/A", "e"),
        ("00123", SourceType.PADDED_NUMBER, "00123", "s"),
        ("00123", SourceType.TEXT_FORMULA, "00123", "s"),
    ],
)
def test_a_cell_of_the_export_stays_what_it_was(
    write: Write, text: str, was: SourceType, value: object, data_type: str
) -> None:
    cell = one_cell(write, SourceCell(text, was))
    assert (cell.value, cell.data_type) == (value, data_type)


def test_a_long_number_keeps_all_its_digits_in_the_file(write: Write) -> None:
    written = write(
        table([(SourceCell("12345678901234567890", SourceType.LONG_NUMBER),)], Column("Id"))
    )
    assert "<v>12345678901234567890</v>" in written.part("xl/worksheets/sheet2.xml")


@pytest.mark.parametrize(("text", "number"), [("2958466", "2958466"), ("1900-02-29", "60")])
def test_what_only_excel_takes_for_a_date_stays_one(tmp_path: Path, text: str, number: str) -> None:
    rows = table([(SourceCell(text, SourceType.DATE),)], Column("Id", Kind.CELL))
    path = write_workbook(Report(summary(), [rows]), tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as package:
        assert f"<v>{number}</v>" in package.read("xl/worksheets/sheet2.xml").decode()
        assert 'formatCode="yyyy-mm-dd"' in package.read("xl/styles.xml").decode()


def test_a_date_is_shown_as_a_date_by_another_program(write: Write) -> None:
    path = write(
        table([(SourceCell("2026-05-03", SourceType.DATE), "x")], Column("Date"), Column("x"))
    ).path
    sheet = python_calamine.load_workbook(path).get_sheet_by_name("Rows")
    assert sheet.to_python()[1] == [date(2026, 5, 3), "x"]


def test_no_kind_of_cell_is_forgotten(write: Write) -> None:
    written = write(
        table([(SourceCell("1", was),) for was in SourceType], Column("Value", Kind.CELL))
    )
    assert all(value is not None for (value,) in written.rows("Rows"))
    assert len(written.rows("Rows")) == 1 + len(SourceType)


def test_more_rows_than_a_sheet_can_hold_go_on_on_the_next(write: Write) -> None:
    rows = [(f"row {number}", number) for number in range(7)]
    columns = (Column("Name"), Column("Number", Kind.NUMBER))
    written = write(table(rows, *columns), rows_per_sheet=4)
    assert written.book.sheetnames == ["Summary", "Rows", "Rows (2)", "Rows (3)"]
    read = [written.rows(name) for name in written.book.sheetnames[1:]]
    assert [part[0] for part in read] == [["Name", "Number"]] * 3
    assert [tuple(row) for part in read for row in part[1:]] == rows
    assert [written.sheet(name).auto_filter.ref for name in written.book.sheetnames[1:]] == [
        "A1:B4",
        "A1:B4",
        "A1:B2",
    ]
    assert all(written.sheet(f"Rows ({n})").freeze_panes == "A2" for n in (2, 3))


def test_a_table_that_fills_a_sheet_exactly_has_no_empty_one_behind_it(write: Write) -> None:
    written = write(table([("a",), ("b",), ("c",)], Column("Name")), rows_per_sheet=4)
    assert written.book.sheetnames == ["Summary", "Rows"]


def test_a_table_without_rows_says_so(write: Write) -> None:
    written = write(table([], Column("File"), Column("Row", Kind.NUMBER)))
    assert written.rows("Rows") == [["File", "Row"], ["The files have no rows.", None]]


def test_a_row_that_is_not_as_wide_as_its_table_is_a_bug_and_no_workbook(
    write: Write, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="zip"):
        write(table([("a", "b")], Column("Name")))
    assert list(tmp_path.iterdir()) == []


def test_a_sentence_wraps_within_its_width_and_makes_its_row_taller(write: Write) -> None:
    columns = (Column("Reason", width=40, wraps=True), Column("x"))
    written = write(table([("word " * 40, "x"), ("short", "x")], *columns))
    sheet = written.sheet("Rows")
    assert sheet["A2"].alignment.wrap_text
    assert 40 <= sheet.column_dimensions["A"].width <= 44
    assert sheet.row_dimensions[2].height > 4 * 12
    assert sheet.row_dimensions[3].height is None


def test_a_column_grows_with_what_stands_in_it_and_its_header(write: Write) -> None:
    wide = Column("Acknowledgement", Kind.NUMBER, 4)
    written = write(table([(1, "an.address@example.test")], wide, Column("Mail", width=5)))
    dimensions = written.sheet("Rows").column_dimensions
    assert dimensions["A"].width > len("Acknowledgement")
    assert 18 < dimensions["B"].width < 30


def test_the_line_breaks_of_a_cell_can_be_seen(write: Write) -> None:
    sheet = write(table([("first\nsecond",)], Column("Memo", Kind.CELL))).sheet("Rows")
    assert sheet["A2"].alignment.wrap_text
    assert sheet.row_dimensions[2].height > 2 * 12


def test_headers_of_the_export_are_written_as_they_are(write: Write) -> None:
    names = ["=A1", "Order\nID", "", "Order ID", "Order ID", "_x0041_", "x" * 300]
    written = write(table([[""] * 7], *[Column(name, Kind.CELL) for name in names]))
    assert [as_excel_reads(cell.value) for cell in written.sheet("Rows")[1]] == names


def test_the_workbook_is_marked_as_our_own(example: Written) -> None:
    properties = {prop.name: prop.value for prop in example.book.custom_doc_props.props}
    assert properties == {"reconcile-results": "1"}
    assert example.book.properties.creator == "reconcile"
    assert example.book.properties.title == "Results of invoices november.xlsx"


def test_any_name_of_a_file_can_be_the_title(write: Write) -> None:
    written = write(summary=summary(title="Results of \x07<a>&\ud800.csv"))
    assert written.book.properties.title == "Results of  <a>& .csv"


def test_an_earlier_workbook_stays_and_the_new_one_says_where_it_is(write: Write) -> None:
    first = write(table([("first",)], Column("Name"))).path
    second = write(table([("second",)], Column("Name"))).path
    assert first.name == "export.csv.results-r1.xlsx"
    assert second.name == "export.csv.results-r1 (2).xlsx"
    assert Written(first).rows("Rows")[1] == ["first"]
    third = write(table([("third",)], Column("Name")), overwrite=True)
    assert third.path == first
    assert third.rows("Rows")[1] == ["third"]


def test_rows_that_fail_half_way_leave_nothing_behind(write: Write, tmp_path: Path) -> None:
    def rows() -> Iterator[Sequence[Value]]:
        yield ("first",)
        raise RuntimeError("the journal is gone")

    with pytest.raises(RuntimeError, match="the journal is gone"):
        write(Table("Rows", [Column("Name")], rows()))
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match="--results"):
        write_workbook(Report(summary(), []), tmp_path / "gone" / "a.xlsx")


def test_many_rows_take_little_memory(tmp_path: Path) -> None:
    def size_of_all_rows_and_peak(count: int) -> tuple[int, int]:
        rows = ([f"{row} {'x' * 3000}"] for row in range(count))
        report = Report(summary(), [Table("Rows", [Column("Text", Kind.CELL)], rows)])
        tracemalloc.start()
        try:
            write_workbook(report, tmp_path / "a.xlsx", overwrite=True)
            return count * 3000, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    size_of_all_rows_and_peak(10)
    size, peak = size_of_all_rows_and_peak(2_000)
    assert peak < size / 3


def test_all_of_the_example_stands_in_the_file(example: Written) -> None:
    for table_ in example_report().tables:
        read = example.rows(table_.name)
        assert read[0] == [column.name for column in table_.columns]
        assert len(read) == 1 + len(list(table_.rows))
