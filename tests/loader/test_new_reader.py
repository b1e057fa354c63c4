"""A new kind of file is one module and one registration: here text in columns of fixed width."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from reconcile.loader import LoadRules, load
from reconcile.loader.readers import READERS, KnownColumns, Reader, Sheet
from reconcile.loader.readers.common.table import Filled, TableSheet
from reconcile.loader.readers.content import Content
from reconcile.loader.screening import other_than_an_export
from tests.builders import columns_of

WIDTH = 20
LINES = ("Order ID", "Order External ID"), ("700001", "INV-1"), ("700002", "INV-2")


class FixedWidthReader(Reader):
    kind = "fixed-width"
    title = "a table in columns of fixed width"
    suffixes = frozenset({".fix"})

    def recognises(self, content: Content) -> bool:
        return content.sample.startswith(b"FIXED\n")

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[Sheet]:  # noqa: ARG002
        lines = data.decode().splitlines()[1:]
        rows = [
            Filled(
                number,
                {
                    column: (line[at : at + WIDTH].strip(), None)
                    for column, at in enumerate(range(0, len(line), WIDTH))
                },
            )
            for number, line in enumerate(lines, start=2)
        ]
        return [TableSheet(name, "", lambda _: rows)]


@pytest.fixture
def _registered() -> Iterator[None]:
    reader = FixedWidthReader()
    READERS.insert(0, reader)
    yield
    READERS.remove(reader)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "orders.fix"
    table = ["".join(cell.ljust(WIDTH) for cell in line) for line in LINES]
    path.write_text("\n".join(["FIXED", *table]), encoding="utf-8")
    return path


@pytest.mark.usefixtures("_registered")
def test_a_registered_reader_reads_a_file(export: Path) -> None:
    found = load(export, export.name, LoadRules())
    assert found.kind == "fixed-width"
    assert found.header_row == 2
    assert columns_of(found) == [
        ["", "Order ID", "700001", "700002"],
        ["", "Order External ID", "INV-1", "INV-2"],
    ]


@pytest.mark.usefixtures("_registered")
def test_its_files_are_exports_in_a_folder_by_content_and_by_name(export: Path) -> None:
    with export.open("rb") as file:
        assert other_than_an_export(file, "anything.bin") is None
    damaged = io.BytesIO(bytes(range(256)) * 20)
    assert other_than_an_export(damaged, "orders.fix") is None
    assert (
        other_than_an_export(damaged, "orders.bin")
        == "it is a binary file and no known spreadsheet"
    )


def test_without_the_registration_the_same_file_is_text(export: Path) -> None:
    with export.open("rb") as file:
        assert other_than_an_export(file, export.name) == (
            "it is text, and .fix is no name of an export"
        )
