"""A folder as input: what of it is run, and why the rest is passed over (rules, section 7)."""

import gzip
import io
import os
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.domain.errors import ExitCode, FileRefusedError
from reconcile.job.input_files import (
    SETTLED_AFTER,
    FolderFiles,
    PassedOver,
    PassedOverReason,
    files_in_folder,
)
from reconcile.loader import OUR_SHEETS, LoadRules, load
from reconcile.loader.screening import is_our_workbook, other_than_an_export
from tests.conftest import Shop
from tests.loader.readers.workbooks import packed, row_of, sheet_xml, text_cell, workbook_parts

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDERS = b"Order ID,Order External ID\n1,A\n"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
NOISE = bytes(range(256)) * 20

Write = Callable[..., Path]

posix = pytest.mark.skipif(sys.platform == "win32", reason="files of POSIX")


def none_done(_sha256: str) -> bool:
    return False


def look(
    folder: Path, is_done: Callable[[str], bool] = none_done, *, again: bool = False
) -> FolderFiles:
    return files_in_folder(folder, NOW, is_done, again=again)


def settle(path: Path, age: float = 3600) -> None:
    changed = NOW.timestamp() - age
    os.utime(path, (changed, changed))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a file into the folder that was last changed an hour ago, or `age` seconds."""

    def put(name: str, content: bytes = ORDERS, *, age: float = 3600) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        settle(path, age)
        return path

    return put


def names(gathered: FolderFiles) -> list[str]:
    return [path.name for path in gathered.files]


def reasons(gathered: FolderFiles) -> dict[str, PassedOverReason]:
    return {over.path.name: over.reason for over in gathered.passed_over}


def only(gathered: FolderFiles) -> PassedOver:
    assert gathered.files == ()
    (over,) = gathered.passed_over
    return over


def ole2(stream: str) -> bytes:
    return OLE2 + stream.encode("utf-16-le") + bytes(64)


def open_document(kind: str) -> bytes:
    return packed({"content.xml": "", "mimetype": f"application/vnd.oasis.opendocument.{kind}"})


def our_book(*missing: str, hidden: bool = False) -> bytes:
    sheets = dict.fromkeys(sorted(OUR_SHEETS - set(missing)), sheet_xml(""))
    return packed(workbook_parts(sheets, states=dict.fromkeys(sheets, "hidden") if hidden else {}))


# What is run


def test_an_empty_folder_has_nothing_to_run(tmp_path: Path) -> None:
    assert look(tmp_path) == FolderFiles((), ())


def test_exports_are_run_in_the_order_in_which_a_person_lists_them(
    tmp_path: Path, write: Write
) -> None:
    listed = ["b.csv", "Export 9.csv", "a.txt", "export 10.csv", "export.csv", "export 2.csv"]
    for name in listed:
        write(name)

    assert look(tmp_path).files == tuple(
        tmp_path / name
        for name in (
            "a.txt",
            "b.csv",
            "export.csv",
            "export 2.csv",
            "Export 9.csv",
            "export 10.csv",
        )
    )


def test_folders_in_it_are_neither_entered_nor_told(tmp_path: Path) -> None:
    for name in ("done", ".git", "~$odd", "x.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "export.csv").write_bytes(ORDERS)
        settle(tmp_path / name / "export.csv")

    assert look(tmp_path) == FolderFiles((), ())


@pytest.mark.parametrize(
    "name",
    [
        "export.csv",
        "EXPORT.CSV",
        "export.txt",
        "export.tsv",
        "export.tab",
        "export.prn",
        "export.asc",
        "export.dat",
        "export.xls",
        "export.xlsx",
        "export.xlsm",
        "export.ods",
        "export",
        "export.2026-03-02",
        "export.csv (1)",
    ],
)
def test_text_is_an_export_under_the_names_that_exports_have(
    tmp_path: Path, write: Write, name: str
) -> None:
    write(name)
    assert names(look(tmp_path)) == [name]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("zeros.xlsx", bytes(200_000)),
        ("password.xlsx", ole2("EncryptedPackage")),
        ("old.xls", ole2("Workbook")),
        ("deep.xls", OLE2 + bytes(3 << 20) + "Workbook\0".encode("utf-16-le")),
        ("cut.xlsx", packed({"xl/workbook.xml": "x"})[:-9]),
        ("binary.xlsb", packed({"xl/workbook.bin": ""})),
        ("partless.xlsx", packed({"xl/worksheets/sheet1.xml": ""})),
        ("free.ods", open_document("spreadsheet")),
        ("unsaid.ods", packed({"content.xml": "", "mimetype": ""})),
        ("old.xml", b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'),
        ("prose.csv", b"nothing that is a header\n"),
        ("mixed.csv", b"Order ID,Name\n1,\xc3\xa4\n2,\xe4\n"),
        ("wide.csv", "Order ID,Name\n1,x\n".encode("utf-16-le")),
        ("wider.csv", "Order ID,Name\n".encode("utf-32")),
        ("rubbish.xlsx", NOISE),
    ],
)
def test_what_was_meant_to_be_a_spreadsheet_is_left_to_the_loader_to_refuse(
    tmp_path: Path, write: Write, name: str, content: bytes
) -> None:
    path = write(name, content)

    assert look(tmp_path).files == (path,)
    with pytest.raises(FileRefusedError):
        load(path, name, LoadRules())


@posix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_left_to_the_loader_to_refuse(
    tmp_path: Path, write: Write
) -> None:
    path = write("secret.csv")
    path.chmod(0)
    assert look(tmp_path).files == (path,)


# No spreadsheet


@pytest.mark.parametrize(
    ("name", "content", "detail"),
    [
        ("invoice.pdf", b"%PDF-1.7\n", "it is a PDF"),
        ("renamed.csv", b"%PDF-1.7\n", "it is a PDF"),
        ("orders.csv.gz", gzip.compress(ORDERS, mtime=0), "it is a gzip file"),
        ("logo.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(20), "it is an image (PNG)"),
        ("orders.zip", packed({"orders.csv": ORDERS}), "it is a zip file"),
        ("letter.docx", packed({"word/document.xml": ""}), "it is a Word document (.docx)"),
        ("letter.doc", ole2("WordDocument"), "it is a Word document (.doc)"),
        ("talk.pptx", packed({"ppt/presentation.xml": ""}), "it is a presentation (.pptx)"),
        ("talk.ppt", ole2("PowerPoint Document"), "it is a presentation (.ppt)"),
        ("Thumbs.db", OLE2, "it is an old Office file without a workbook in it"),
        ("letter.odt", open_document("text"), "it is an OpenDocument file (.ods or .odt)"),
        ("letter.rtf", b"{\\rtf1 Order ID}", "it is a document (RTF)"),
        ("books.db", b"SQLite format 3\x00" + bytes(90), "it is an SQLite database"),
        ("orders.json", b'{"orders": []}', "it is a JSON file"),
        ("orders.xml", b"<?xml version='1.0'?><orders/>", "it is an XML file"),
        ("run", b"#!/bin/sh\necho Order ID\n", "it is a script"),
        ("run.csv", b"#! /usr/bin/env python\n", "it is a script"),
        ("program.exe", NOISE, "it is a binary file and no known spreadsheet"),
        ("winmail.dat", NOISE, "it is a binary file and no known spreadsheet"),
        ("program", NOISE, "it is a binary file and no known spreadsheet"),
        ("README.md", ORDERS, "it is text, and .md is no name of an export"),
        ("config.yaml", b"only: {}\n", "it is text, and .yaml is no name of an export"),
        ("notes.html", b"<html><table></table></html>", "it is a web page (HTML)"),
        ("desktop.ini", "[a]\n".encode("utf-16"), "it is text, and .ini is no name of an export"),
        ("marker.lock", b"", "it is empty"),
    ],
)
def test_what_is_no_spreadsheet_is_passed_over_and_said_to_be_what_it_is(
    tmp_path: Path, write: Write, name: str, content: bytes, detail: str
) -> None:
    path = write(name, content)

    over = only(look(tmp_path))
    assert over == PassedOver(path, PassedOverReason.NO_SPREADSHEET, detail)
    assert over.words == f"no spreadsheet ({detail})"


@pytest.mark.parametrize("name", ["orders.html", "orders.HTM"])
def test_a_web_page_with_a_table_of_orders_is_an_export(
    tmp_path: Path, write: Write, name: str
) -> None:
    cells = "<td>{}</td><td>{}</td>"
    rows = cells.format("Order ID", "Order External ID"), cells.format(1, "A")
    write(name, f"<html><table><tr>{'</tr><tr>'.join(rows)}</tr></table></html>".encode())

    assert names(look(tmp_path)) == [name]


@posix
def test_a_big_file_of_another_kind_is_not_read_whole(tmp_path: Path, write: Write) -> None:
    path = write("scan.pdf", b"%PDF-1.7\n")
    os.truncate(path, 1 << 40)  # a terabyte of nothing
    settle(path)

    assert only(look(tmp_path)).reason is PassedOverReason.NO_SPREADSHEET


# Hidden files and lock files


@pytest.mark.parametrize("name", [".DS_Store", ".export.csv", ".reconcile-0a.tmp"])
def test_hidden_files_are_passed_over(tmp_path: Path, write: Write, name: str) -> None:
    path = write(name)
    assert only(look(tmp_path)) == PassedOver(path, PassedOverReason.HIDDEN)


@pytest.mark.skipif(sys.platform != "win32", reason="an attribute of Windows")
def test_a_file_with_the_hidden_attribute_is_passed_over(tmp_path: Path, write: Write) -> None:
    os.system(f'attrib +h "{write("export.csv")}"')  # noqa: S605
    assert only(look(tmp_path)).reason is PassedOverReason.HIDDEN


@pytest.mark.parametrize("name", ["~$export.xlsx", "~$", ".~lock.export.ods#"])
def test_lock_files_of_excel_and_libreoffice_are_passed_over(
    tmp_path: Path, write: Write, name: str
) -> None:
    path = write(name)
    over = only(look(tmp_path))
    assert over == PassedOver(path, PassedOverReason.LOCK_FILE)
    assert over.words == "a lock file"


def test_a_lock_file_says_nothing_of_the_file_beside_it(tmp_path: Path, write: Write) -> None:
    write("~$export.csv")
    write("export.csv")
    assert names(look(tmp_path)) == ["export.csv"]


# Files that are still being written


@pytest.mark.parametrize(
    ("age", "detail"),
    [
        (0.0, "changed 0 s ago"),
        (SETTLED_AFTER - 1, "changed 9 s ago"),
        (-3600.0, "its time of change is 3600 s ahead of the clock"),
    ],
)
def test_a_file_that_changed_just_now_or_in_the_future_may_still_be_written_to(
    tmp_path: Path, write: Write, age: float, detail: str
) -> None:
    path = write("export.csv", age=age)
    assert only(look(tmp_path)) == PassedOver(path, PassedOverReason.BEING_WRITTEN, detail)


def test_a_file_is_run_once_it_has_not_changed_for_ten_seconds(
    tmp_path: Path, write: Write
) -> None:
    write("export.csv", age=10)
    assert names(look(tmp_path)) == ["export.csv"]


@pytest.mark.parametrize("suffix", [".part", ".crdownload", ".tmp", ".partial", ".filepart"])
def test_an_unfinished_download_is_still_being_written(
    tmp_path: Path, write: Write, suffix: str
) -> None:
    write(f"export.csv{suffix}")
    write(f"EXPORT2.CSV{suffix.upper()}")
    assert [over.reason for over in look(tmp_path).passed_over] == [
        PassedOverReason.BEING_WRITTEN
    ] * 2


def test_a_file_that_grows_while_it_is_looked_at_is_still_being_written(
    tmp_path: Path, write: Write
) -> None:
    path = write("export.csv")

    def grow_meanwhile(_sha256: str) -> bool:
        with path.open("ab") as file:
            file.write(b"2,B\n")
        return False

    over = only(look(tmp_path, grow_meanwhile))
    assert over == PassedOver(
        path, PassedOverReason.BEING_WRITTEN, "it changed while it was looked at"
    )


def test_a_file_that_grows_while_it_is_looked_at_is_not_said_to_be_done(
    tmp_path: Path, write: Write
) -> None:
    path = write("export.csv")

    def grow_meanwhile(_sha256: str) -> bool:
        path.write_bytes(ORDERS * 2)
        return True

    assert only(look(tmp_path, grow_meanwhile)).reason is PassedOverReason.BEING_WRITTEN


# Files that vanish, and what is no file


def test_a_file_that_vanishes_before_or_while_it_is_looked_at_is_told(
    tmp_path: Path, write: Write
) -> None:
    first, second = write("1.csv"), write("2.csv")

    def take_both_away(_sha256: str) -> bool:
        first.unlink()
        second.unlink()
        return False

    assert look(tmp_path, take_both_away) == FolderFiles(
        (), (PassedOver(first, PassedOverReason.GONE), PassedOver(second, PassedOverReason.GONE))
    )


@posix
def test_a_link_is_followed_to_a_file(tmp_path: Path, write: Write) -> None:
    (tmp_path / "elsewhere").mkdir()
    write("elsewhere/new.csv", age=2)
    write("elsewhere/old.csv")
    (tmp_path / "new.csv").symlink_to("elsewhere/new.csv")
    (tmp_path / "old.csv").symlink_to("elsewhere/old.csv")
    (tmp_path / "folder.csv").symlink_to("elsewhere")

    gathered = look(tmp_path)
    assert names(gathered) == ["old.csv"]
    assert reasons(gathered) == {"new.csv": PassedOverReason.BEING_WRITTEN}


@posix
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "lost.csv").symlink_to("gone.csv")
    (tmp_path / "round.csv").symlink_to("round.csv")

    for over in look(tmp_path).passed_over:
        assert over.words == "no file (a link that leads nowhere)"
    assert set(reasons(look(tmp_path))) == {"lost.csv", "round.csv"}


@posix
def test_pipes_sockets_and_devices_are_never_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    os.mkfifo("pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.csv")

        gathered = look(tmp_path)
    assert gathered.files == ()
    assert reasons(gathered) == dict.fromkeys(
        ["pipe.csv", "socket.csv", "zero.csv"], PassedOverReason.NO_FILE
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_no_text_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"export-\xff.csv")
    path.write_bytes(ORDERS)
    settle(path)
    assert look(tmp_path).files == (path,)


def test_a_folder_that_is_not_there_or_is_a_file_is_refused(tmp_path: Path, write: Write) -> None:
    for path in (tmp_path / "inbox", write("export.csv")):
        with pytest.raises(FileRefusedError, match=f"The folder {path} can't be read"):
            look(path)


# Our own workbooks


def test_the_workbook_of_a_run_is_passed_over_beside_its_export(shop: Shop) -> None:
    finished = shop.run(shop.export("Order ID,Order External ID\n1,A\nx,B\n"))
    assert finished.exit_code is ExitCode.INCOMPLETE
    assert finished.workbook is not None
    renamed = finished.workbook.rename(shop.folder / "corrected.xlsx")
    for path in shop.folder.iterdir():
        settle(path)

    gathered = look(shop.folder)
    assert names(gathered) == ["export.csv"]
    assert PassedOver(renamed, PassedOverReason.OUR_WORKBOOK) in gathered.passed_over


@pytest.mark.parametrize("hidden", [False, True])
def test_a_workbook_with_all_our_sheets_is_ours_shown_or_not(
    tmp_path: Path, write: Write, *, hidden: bool
) -> None:
    write("book.xlsx", our_book(hidden=hidden))
    assert only(look(tmp_path)).words == "our own workbook"


def test_our_own_workbook_is_known_if_it_was_saved_in_another_format(
    tmp_path: Path, write: Write
) -> None:
    tables = "".join(f'<table:table table:name="{name}"/>' for name in OUR_SHEETS)
    spaces = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{spaces}:office:1.0" xmlns:table="{spaces}:'
        f'table:1.0"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    write("orders.results-1.ods", packed({"mimetype": mimetype, "content.xml": content}))

    assert only(look(tmp_path)).reason is PassedOverReason.OUR_WORKBOOK


@pytest.mark.parametrize("missing", sorted(OUR_SHEETS))
def test_a_workbook_that_lacks_one_of_our_sheets_is_an_export(
    tmp_path: Path, write: Write, missing: str
) -> None:
    write("book.xlsx", our_book(missing))
    assert names(look(tmp_path)) == ["book.xlsx"]


@pytest.mark.parametrize(
    "workbook",
    [
        "",
        "<workbook",
        '<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>',
        '<?xml version="1.0" encoding="klingon"?><workbook/>',
    ],
)
def test_rubbish_in_a_workbook_is_none_of_ours(tmp_path: Path, write: Write, workbook: str) -> None:
    write("book.xlsx", packed({"xl/workbook.xml": workbook}))
    assert names(look(tmp_path)) == ["book.xlsx"]


@given(st.binary(max_size=40), st.integers(0, 2000), st.sampled_from(["a.csv", "a.md", "a.xlsx"]))
def test_a_look_at_damaged_bytes_never_fails(damage: bytes, at: int, name: str) -> None:
    for whole in (our_book(), open_document("text"), OLE2, b""):
        file = io.BytesIO(whole[:at] + damage + whole[at + len(damage) :])
        assert other_than_an_export(file, name) != ""
        assert is_our_workbook(file) in (True, False)


# Files that are done


def test_a_file_is_done_by_its_content_whatever_its_name(tmp_path: Path, write: Write) -> None:
    renamed = write("renamed.csv")
    write("new.csv", b"Order ID,Order External ID\n2,B\n")
    done = sha256(ORDERS).hexdigest()

    gathered = look(tmp_path, lambda content: content == done)
    assert names(gathered) == ["new.csv"]
    assert gathered.passed_over == (PassedOver(renamed, PassedOverReason.DONE, sha256=done),)
    assert [over.path for over in gathered.passed_over if over.reason is PassedOverReason.DONE] == [
        renamed
    ]


def test_the_content_asked_for_is_that_which_the_loader_tells_of(
    tmp_path: Path, write: Write
) -> None:
    book = packed(workbook_parts({"S": sheet_xml(row_of(1, text_cell("Order ID")))}))
    paths = [write("a.csv", "Order ID,Order External ID\n1,ä\n".encode("utf-16")), write("b.csv")]
    write("c.xlsx", book)
    asked: list[str] = []

    def note(content: str) -> bool:
        asked.append(content)
        return False

    look(tmp_path, note)
    assert asked == [
        *(load(path, path.name, LoadRules()).sha256 for path in paths),
        sha256(book).hexdigest(),
    ]


def test_done_files_are_run_again_where_that_was_asked_for(tmp_path: Path, write: Write) -> None:
    write("export.csv")
    write("book.xlsx", our_book())

    gathered = look(tmp_path, lambda _content: True, again=True)
    assert names(gathered) == ["export.csv"]
    assert all(over.reason is not PassedOverReason.DONE for over in gathered.passed_over)
    assert reasons(gathered) == {"book.xlsx": PassedOverReason.OUR_WORKBOOK}


def test_what_is_wrong_with_the_journal_is_not_taken_for_a_fault_of_the_file(
    tmp_path: Path, write: Write
) -> None:
    write("export.csv")

    def broken(_sha256: str) -> bool:
        raise OSError("the journal's disk is gone")

    with pytest.raises(OSError, match="the journal's disk"):
        look(tmp_path, broken)


def test_the_time_may_be_told_with_any_offset(tmp_path: Path, write: Write) -> None:
    write("export.csv", age=60)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert names(files_in_folder(tmp_path, elsewhere, none_done, again=False)) == ["export.csv"]
