"""From a file to an export: exact text that knows where it stands (rules, section 1)."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from reconcile.domain.errors import ExitCode, FileRefusedError
from reconcile.domain.issues import explain
from reconcile.domain.model import Field, SourceType
from reconcile.loader import Export, LoadRules, load
from tests.builders import columns_of

HEADER = ["Order ID", "Order External ID", "Customer"]
ORDER = ["700001", "INV-1", "Müller & Söhne"]

Rows = Sequence[Sequence[object]]
WriteBook = Callable[..., Path]


@pytest.fixture
def workbook(tmp_path: Path) -> WriteBook:
    def write(sheets: Mapping[str, Rows], *, hidden: Sequence[str] = ()) -> Path:
        book = Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
            if name in hidden:
                sheet.sheet_state = "hidden"
        path = tmp_path / "export.xlsx"
        book.save(path)
        return path

    return write


def read(path: Path, rules: LoadRules | None = None) -> Export:
    return load(path, path.name, rules or LoadRules())


def read_text(folder: Path, text: str | bytes, rules: LoadRules | None = None) -> Export:
    path = folder / "export.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(path, rules)


def refusal(path: Path, rules: LoadRules | None = None) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read(path, rules)
    assert refused.value.exit_code == ExitCode.NOTHING_SENT
    return str(refused.value)


def refused_text(folder: Path, text: str, rules: LoadRules | None = None) -> str:
    path = folder / "export.csv"
    path.write_text(text, encoding="utf-8")
    return refusal(path, rules)


def texts(export: Export, header: str) -> list[str]:
    """The cells of a column, from row 1."""
    found: list[str] = export.frame[header].tolist()
    return found


def told(export: Export) -> list[str]:
    return [explain(notice) for notice in export.notices]


# The frame


def test_the_frame_says_of_every_row_where_it_stands_and_what_its_cells_say(
    tmp_path: Path,
) -> None:
    export = read_text(tmp_path, "Order ID,Order External ID\n700001, INV-1\n")
    assert export.frame.to_dict("list") == {
        "file": ["export.csv"] * 2,
        "sheet": [""] * 2,
        "row": [1, 2],
        "Order ID": ["Order ID", "700001"],
        "Order External ID": ["Order External ID", " INV-1"],
    }


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option is deprecated")
@pytest.mark.skipif(pd.__version__ >= "4", reason="pandas 4 has no such option any more")
@pytest.mark.parametrize("string_option", [True, False])
def test_cells_are_python_text_of_dtype_object_whatever_pandas_would_rather_have(
    tmp_path: Path,
    string_option: bool,  # noqa: FBT001
) -> None:
    with pd.option_context("future.infer_string", string_option):
        export = read_text(tmp_path, "Order ID,Order External ID,\n700001,INV-1,\n,,x\n")
        again = export.frame.to_dict("list")
    cells = export.frame.drop(columns="row")
    assert set(cells.dtypes) == {pd.Series(dtype=object).dtype}
    assert {type(cell) for column in columns_of(export) for cell in column} == {str}
    assert columns_of(export) == [
        ["Order ID", "700001", ""],
        ["Order External ID", "INV-1", ""],
        ["", "", "x"],
    ]
    assert again == export.frame.to_dict("list")
    assert list(again) == ["file", "sheet", "row", *["Order ID", "Order External ID", "Column C"]]


@pytest.mark.parametrize(
    "text",
    [
        *("NA", "NULL", "nan", "None", "TRUE", "1e5", "1.23457E+11", "00123", "1.0", "1" * 26),
        *("3/4", "-", "=A1", "#N/A", "  x ", "\u00a0", "Ω"),
    ],
    ids=ascii,
)
def test_what_stands_in_a_text_file_is_the_text_to_the_letter(tmp_path: Path, text: str) -> None:
    export = read_text(tmp_path, f"Order ID,Order External ID,Memo\n700001,INV-1,{text}\n")
    assert texts(export, "Memo") == ["Memo", text]


def test_text_in_the_shape_of_a_formula_is_unpacked_and_that_is_kept(tmp_path: Path) -> None:
    export = read_text(tmp_path, 'Order ID,Order External ID\n700001,"=""00123"""\n')
    assert texts(export, "Order External ID") == ["Order External ID", "00123"]
    assert export.source_types == {(2, 1): SourceType.TEXT_FORMULA}


def test_numbers_of_a_workbook_are_their_digits(workbook: WriteBook) -> None:
    rows = [HEADER, [700001, 10045, None], [700002.0, "00123", "TRUE"], [700003, 1234567890123, ""]]
    export = read(workbook({"Sheet1": rows}))
    assert texts(export, "Order ID") == ["Order ID", "700001", "700002", "700003"]
    assert texts(export, "Order External ID")[1:] == ["10045", "00123", "1234567890123"]
    assert texts(export, "Customer")[1:] == ["", "TRUE", ""]


def test_columns_without_a_name_or_with_one_that_is_taken_get_one_of_their_own(
    tmp_path: Path,
) -> None:
    header = "row,Order ID,file,Order External ID,,Amount,Amount,Column E,sheet"
    export = read_text(tmp_path, f"{header}\n1,2,3,4,5,6,7,8,9\n")
    assert export.frame.loc[1].to_dict() == {
        "file": "export.csv",
        "sheet": "",
        "row": 2,
        "row (2)": "1",
        "Order ID": "2",
        "file (2)": "3",
        "Order External ID": "4",
        "Column E": "5",
        "Amount": "6",
        "Amount (2)": "7",
        "Column E (2)": "8",
        "sheet (2)": "9",
    }


@pytest.mark.parametrize("storage", ["python", "pyarrow"])
def test_whatever_pandas_would_take_for_text_every_cell_is_the_same_text(
    tmp_path: Path, storage: str
) -> None:
    """With pyarrow installed pandas infers another kind of column; ours says which it is."""
    if storage == "pyarrow":
        pytest.importorskip("pyarrow")
    text = "Order ID,Order External ID\n700001,NA\n700002,1e5\n700003,00123\n"
    with pd.option_context("mode.string_storage", storage):
        export = read_text(tmp_path, text)
        assert {str(kind) for kind in export.frame.drop(columns="row").dtypes} == {"object"}
        assert export.texts(Field.ORDER_EXTERNAL_ID).tolist()[1:] == ["NA", "1e5", "00123"]


def test_what_a_field_says_and_where_it_stands_goes_by_the_row_of_the_spreadsheet(
    tmp_path: Path,
) -> None:
    export = read_text(tmp_path, 'Memo,Order ID,Order External ID\nx,700001,"=""1"""\n,,\n,7,8,9\n')
    assert (export.file, export.sheet) == ("export.csv", "")
    assert export.row_numbers.tolist() == [1, 2, 3, 4]
    assert export.texts(Field.ORDER_ID).tolist() == ["Order ID", "700001", "", "7"]
    assert export.text(2, Field.ORDER_EXTERNAL_ID) == "1"
    assert str(export.cell(2, Field.ORDER_EXTERNAL_ID)) == "export.csv!C2"
    assert str(export.cell(2, Field.ITEM_ID)) == "export.csv:2"
    assert export.source_types == {(2, 2): SourceType.TEXT_FORMULA}
    assert export.surplus == {4: ("9",)}
    assert export.ignored == {1: "header", 3: "blank"}


def test_an_export_is_known_by_its_bytes(tmp_path: Path) -> None:
    text = "Order ID,Order External ID\n700001,INV-1\n"
    export = read_text(tmp_path, text)
    assert (export.size, export.sha256) == (len(text), sha256(text.encode()).hexdigest())


# Row numbers


def test_row_numbers_of_a_text_file_count_titles_and_blank_lines(tmp_path: Path) -> None:
    export = read_text(
        tmp_path, "Acme Corp\n\n,\nOrder ID,Order External ID\n\n700001,INV-1\n\n700002,INV-2\n"
    )
    assert [(row, order) for row, order in row_and_order(export) if order.isdigit()] == [
        (6, "700001"),
        (8, "700002"),
    ]


def row_and_order(export: Export) -> list[tuple[int, str]]:
    return list(zip(export.frame["row"], texts(export, "Order ID"), strict=True))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_quoted_line_break_does_not_count_as_a_row(tmp_path: Path, line_end: str) -> None:
    lines = [
        '"Acme',
        'Corp"',
        'Order ID,"Order',
        'External ID"',
        '700001,"two',
        'lines"',
        "700002,INV-2",
    ]
    export = read_text(tmp_path, line_end.join(lines))
    assert export.header_row == 2
    assert row_and_order(export)[2:] == [(3, "700001"), (4, "700002")]
    assert columns_of(export)[1] == [
        "",
        f"Order{line_end}External ID",
        f"two{line_end}lines",
        "INV-2",
    ]


def test_row_numbers_of_a_workbook_are_those_on_the_screen(workbook: WriteBook) -> None:
    rows = [["Acme Corp"], [], HEADER, [], [700001, "INV-1"], [], [700002, "INV-2"]]
    export = read(workbook({"Sheet1": rows}))
    assert row_and_order(export)[4::2] == [(5, "700001"), (7, "700002")]
    assert set(export.frame["sheet"]) == {"Sheet1"}


def test_rows_after_the_last_filled_one_do_not_exist(tmp_path: Path, workbook: WriteBook) -> None:
    assert read_text(tmp_path, "Order ID,Order External ID\n1,A\n,\n\n , \n").rows == 2
    assert read(workbook({"Sheet1": [HEADER, [1, "A"], [None], ["", " "]]})).rows == 2


def test_columns_right_of_the_last_name_of_a_workbook_are_not_read(workbook: WriteBook) -> None:
    rows = [[*HEADER, " ", ""], [700001, "INV-1", "Alder", "x", "beyond"]]
    export = read(workbook({"Sheet1": rows}))
    assert export.headers == tuple(HEADER)
    assert columns_of(export)[2:] == [["Customer", "Alder"]]


# Text files


@pytest.mark.parametrize(
    "separator", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_text_file_is_read_whatever_its_separator_and_encoding(
    tmp_path: Path, separator: str, encoding: str
) -> None:
    text = "\r\n".join(separator.join(cells) for cells in (HEADER, ORDER))
    export = read_text(tmp_path, text.encode(encoding))
    assert columns_of(export) == [list(cells) for cells in zip(HEADER, ORDER, strict=True)]
    assert export.fields == {Field.ORDER_ID: 0, Field.ORDER_EXTERNAL_ID: 1}


def test_a_text_file_may_say_what_its_separator_is(tmp_path: Path) -> None:
    export = read_text(tmp_path, "sep=;\nOrder ID;Order External ID\n700001;A,B\n")
    assert row_and_order(export) == [(1, "Order ID"), (2, "700001")]
    assert texts(export, "Order External ID")[1] == "A,B"


def test_cells_beyond_the_header_are_kept_for_those_who_judge_the_row(tmp_path: Path) -> None:
    export = read_text(tmp_path, "Order ID,Order External ID\n1,A\n2,B,C,\n3,\n4\n")
    assert export.surplus == {3: ("C", "")}
    assert columns_of(export)[0] == ["Order ID", "1", "2", "3", "4"]


# Sheets


def test_the_one_sheet_with_a_header_is_read_wherever_it_stands(workbook: WriteBook) -> None:
    notes: Rows = [["Please read"], ["Order 700001 is missing"]]
    export = read(workbook({"Notes": notes, "Invoices": [HEADER, ORDER], "Empty": []}))
    assert export.sheet == "Invoices"
    assert told(export) == []


def test_hidden_sheets_are_not_read_and_that_is_told(workbook: WriteBook) -> None:
    sheets = {"Old": [HEADER, ["700009", "INV-9"]], "Invoices": [HEADER, ORDER]}
    export = read(workbook(sheets, hidden=["Old"]))
    assert export.sheet == "Invoices"
    assert texts(export, "Order ID") == ["Order ID", "700001"]
    assert told(export) == ['export.xlsx!Old: the hidden sheet "Old" was not read']


def test_a_hidden_sheet_is_not_read_even_if_it_is_asked_for(workbook: WriteBook) -> None:
    path = workbook({"Old": [HEADER, ORDER], "Invoices": [HEADER, ORDER]}, hidden=["Old"])
    assert refusal(path, LoadRules(sheet="Old")) == (
        'export.xlsx has no visible sheet "Old"; it has "Invoices".'
    )


def test_several_sheets_with_orders_need_a_choice_and_the_message_lists_them(
    workbook: WriteBook,
) -> None:
    sheets = {"January": [HEADER, ORDER], "Notes": [["x"]], "February": [HEADER, ORDER]}
    path = workbook(sheets)
    assert refusal(path) == (
        'export.xlsx has several sheets with orders: "January", "February". Say which with '
        "--sheet, or `sheet:` in config.yaml."
    )
    assert read(path, LoadRules(sheet="February")).sheet == "February"


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(workbook: WriteBook) -> None:
    path = workbook({"January": [HEADER, ORDER], "Notes": [["x"]]})
    assert refusal(path, LoadRules(sheet="March")) == (
        'export.xlsx has no visible sheet "March"; it has "January", "Notes".'
    )


def test_a_workbook_without_a_header_names_the_headers_of_its_fullest_sheet(
    workbook: WriteBook,
) -> None:
    path = workbook({"Notes": [["x"]], "Report": [["Num", "Amount"], ["1001", 5]]})
    message = refusal(path)
    assert message.startswith('export.xlsx!Report has no header row that names "Order ID" (')
    assert 'Found: "Num", "Amount".' in message


def test_the_choice_of_a_sheet_means_nothing_to_a_text_file(tmp_path: Path) -> None:
    text = "Order ID,Order External ID\n700001,INV-1\n"
    assert read_text(tmp_path, text, LoadRules(sheet="January")).rows == 2


def test_hidden_rows_are_read_and_how_many_there_are_is_told(tmp_path: Path) -> None:
    book = Workbook()
    for row in (HEADER, ORDER, ["700002", "INV-2"]):
        book.active.append(row)
    book.active.title = "Invoices"
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "export.xlsx")
    export = read(tmp_path / "export.xlsx")
    assert texts(export, "Order ID")[1:] == ["700001", "700002"]
    assert told(export) == [
        "export.xlsx!Invoices: 1 hidden or filtered rows are read like any other"
    ]


def test_merged_cells_are_filled_down_and_that_is_told(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Order ID", "Item ID", "Item External ID"], [700001, 1, "A"], [None, 2, "B"]):
        book.active.append(row)
    book.active.title = "Invoices"
    book.active.merge_cells("A2:A3")
    book.save(tmp_path / "export.xlsx")
    export = read(tmp_path / "export.xlsx")
    assert texts(export, "Order ID")[1:] == ["700001", "700001"]
    assert told(export) == [
        "export.xlsx!Invoices!A3: 1 cells got the value of the merged cell they belong to"
    ]


def test_a_blank_cell_that_is_not_merged_stays_blank(workbook: WriteBook) -> None:
    rows = [["Order ID", "Item ID", "Item External ID"], [700001, 1, "A"], [None, 2, "B"]]
    assert texts(read(workbook({"Sheet1": rows})), "Order ID")[1:] == ["700001", ""]


# A file that names orders and has nothing to send


def test_a_file_without_any_column_to_send_is_refused(tmp_path: Path) -> None:
    assert refused_text(tmp_path, "Order ID,Item ID,Amount\n700001,1,5.00\n") == (
        "export.csv names orders but no accounting ids: it has no column with any. "
        'Add a column such as "Order External ID".'
    )


def test_a_file_whose_columns_to_send_are_empty_is_refused(tmp_path: Path) -> None:
    text = "Title\nOrder ID,Order External ID,Item ID,Accounting Synced\n700001,,1,\n700002, ,2,\n"
    assert refused_text(tmp_path, text) == (
        "export.csv names orders but no accounting ids: nothing stands under Order External ID, "
        'Accounting Synced. Fill in, or add, a column such as "Order External ID".'
    )


def test_what_stands_in_a_total_is_nothing_to_send(tmp_path: Path) -> None:
    text = "Order ID,Supplier SKU Quantity\n700001,\nTOTAL,12\n"
    assert "nothing stands under Supplier SKU Quantity" in refused_text(tmp_path, text)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Order External ID", "INV-1"),
        ("Item External ID", "(clear)"),
        ("Supplier SKU External ID", "SKU"),
        ("Supplier SKU Quantity", "2"),
        ("Accounting Synced", "no"),
        ("Accounting Sync Error", "no customer"),
        ("Order External ID", "#N/A"),
    ],
)
def test_one_value_in_any_column_that_is_sent_is_enough(
    tmp_path: Path, header: str, value: str
) -> None:
    text = f"Order ID,Item ID,{header}\n700001,1,\n700002,2,{value}\n700003,3,\n"
    assert read_text(tmp_path, text).rows == 4


def test_a_formula_without_a_saved_value_is_something_to_judge(workbook: WriteBook) -> None:
    export = read(workbook({"Sheet1": [["Order ID", "Order External ID"], [700001, "=B9"]]}))
    assert export.source_types == {(2, 1): SourceType.FORMULA}


STATUS_ALONE = "Order ID,Order External ID,Status\n700001,,Closed\n"


def test_a_status_alone_is_enough_if_statuses_are_asked_for(tmp_path: Path) -> None:
    assert read_text(tmp_path, STATUS_ALONE, LoadRules(send_status=True)).rows == 2


def test_a_status_alone_is_nothing_to_send_if_statuses_are_not_asked_for(tmp_path: Path) -> None:
    assert "nothing stands under Order External ID." in refused_text(tmp_path, STATUS_ALONE)


def test_a_note_alone_is_nothing_to_send(tmp_path: Path) -> None:
    message = refused_text(
        tmp_path, "Order ID,Status,Update Note\n700001,,x\n", LoadRules(send_status=True)
    )
    assert "nothing stands under Status." in message


def test_a_header_without_data_is_fine(tmp_path: Path, workbook: WriteBook) -> None:
    assert read_text(tmp_path, "Order ID\n").ignored == {1: "header"}
    assert read_text(tmp_path, "Acme\nOrder ID,Amount\n,\nTOTAL,0\n").rows == 4
    assert read(workbook({"Sheet1": [["Order ID", "Order External ID"]]})).rows == 1


def test_a_file_of_which_a_filter_leaves_nothing_is_fine(tmp_path: Path) -> None:
    rules = LoadRules(only={"Payment": ["Paid"]})
    text = "Order ID,Order External ID,Payment\n700001,,Open\n"
    assert read_text(tmp_path, text, rules).ignored == {1: "header", 2: "filtered by only:"}


# Files that can't be read


def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    assert refusal(tmp_path / "export.csv") == "There is no file export.csv."


def test_a_folder_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    assert refusal(tmp_path / "exports") == "exports is a folder; name the files in it."


def test_a_file_that_cannot_be_opened_is_told_in_one_sentence(tmp_path: Path) -> None:
    context = tmp_path / "export.csv"
    context.symlink_to(context)
    assert refusal(context) == "export.csv can't be read: Too many levels of symbolic links."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty: export it again"),
        (b"\xef\xbb\xbf\r\n \r\n", "is empty: export it again"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "is a PDF: save it as .xlsx or CSV"),
        (b"\x1f\x8b\x08\x00", "is a gzip file: unpack it"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "is a web page"),
        (b'Order ID,Memo\n700001,"no end\n', "a quote opens in it and never closes"),
        ("Order ID,Müller\n".encode() + b"700001,M\xfcller\n", "two programs wrote the file"),
    ],
    ids=["empty", "blank", "PDF", "gzip", "web page", "open quote", "mixed encodings"],
)
def test_what_a_file_really_is_is_told_in_one_sentence_whatever_its_name(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(content)
    message = refusal(path)
    assert message.startswith("export.csv ")
    assert sentence in message
    assert "\n" not in message
    assert message.endswith(".")


def test_a_workbook_is_read_whatever_its_name(workbook: WriteBook) -> None:
    path = workbook({"Sheet1": [HEADER, ORDER]})
    export = read(path.rename(path.with_name("export.csv")))
    assert (export.kind, export.sheet, texts(export, "Order ID")[1]) == ("xlsx", "Sheet1", "700001")


def test_a_file_is_called_what_the_run_calls_it(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match=r"^There is no file march/export\.csv\.$"):
        load(tmp_path / "export.csv", "march/export.csv", LoadRules())
