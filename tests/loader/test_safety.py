"""What asks for the machine's time or memory is refused, or read within limits (section 1.8)."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconcile.domain.errors import FileRefusedError
from reconcile.loader import LoadRules, load
from reconcile.loader.recognition import read_sheets
from tests.loader import hostile
from tests.loader.readers.test_ods import document
from tests.loader.readers.test_ods import table as ods_table
from tests.loader.readers.workbooks import RELATIONS, packed, sheet_xml, workbook_parts

ROOT = Path(__file__).resolve().parents[2]
MEBIBYTES = 2048
SECONDS = 240  # for some dozens, on a slow machine; a hang takes longer

Files = Callable[[], Iterator[tuple[str, bytes, str]]]


@pytest.mark.parametrize(
    "files", [hostile.bombs, hostile.claims, hostile.nests, hostile.runs, hostile.disguises]
)
def test_a_hostile_file_is_refused_or_read_in_little_time_and_memory(
    files: Files, tmp_path: Path
) -> None:
    expected: dict[str, tuple[str, str]] = {}
    for at, (name, data, words) in enumerate(files()):
        file = tmp_path / f"{at}.csv"
        file.write_bytes(data)
        expected[file.name] = (name, words)
    command = [sys.executable, "-m", "tests.loader.confined", str(MEBIBYTES)]
    paths = [str(tmp_path / file) for file in expected]
    done = subprocess.run(
        [*command, *paths], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    ends = {said["file"]: said["end"] for said in map(json.loads, done.stdout.splitlines())}
    wrong = {
        name: ends.get(file, done.stderr)
        for file, (name, words) in expected.items()
        if not re.search(words, ends.get(file, "it never ended"))
    }
    assert wrong == {}


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)  # noqa: FBT003 - sockets take it by place only
        yield server


def outward(address: str) -> Iterator[tuple[str, bytes, str]]:
    """Files that point to something outside, and how the load ends."""
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>'
    subset = f'<!DOCTYPE x SYSTEM "{address}">'
    for way, begin in (("an entity", entity), ("a document type", subset)):
        yield f"{way} in XML", hostile.xml("", begin=begin), "declares XML entities"
        parts = workbook_parts({"S": f"{begin}{sheet_xml('')[57:]}"})
        yield f"{way} in xlsx", packed(parts), "declares XML entities"
        whole = document(ods_table(""), parts={"content.xml": f"{begin}<x/>"})
        yield f"{way} in ods", whole, "declares XML entities"
    page = (
        f'<base href="{address}"><link rel=stylesheet href="{address}"><img src="{address}">'
        f'<script src="{address}"></script><iframe src="{address}"></iframe>'
        f"<style>@import url({address});</style>"
    )
    yield (
        "HTML",
        hostile.html(f'<tr><td background="{address}">8<td><img src="{address}">', page),
        "",
    )
    link = f'<Relationship Id="x" Type="{RELATIONS}/externalLink" Target="{address}" '
    parts = workbook_parts({"S": sheet_xml(hostile.TOP)})
    relations = str(parts["xl/_rels/workbook.xml.rels"])
    parts["xl/_rels/workbook.xml.rels"] = relations.replace(
        "</Relationships>", f'{link}TargetMode="External"/></Relationships>'
    )
    yield "xlsx", packed(parts), ""
    sheet = f'<?xml-stylesheet href="{address}"?>'
    yield "XML", hostile.xml("", begin=sheet), ""


def test_nothing_outside_of_a_file_is_ever_asked_for(
    listener: socket.socket, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    path = tmp_path / "export.csv"
    for name, data, words in outward(address):
        path.write_bytes(data)
        end = "2 rows or more"
        try:
            load(path, path.name, LoadRules())
        except FileRefusedError as refused:
            end = str(refused)
        assert words in end, name
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_an_entity_that_names_a_file_is_refused_before_the_file_is_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("700009", encoding="utf-8")
    data = hostile.xml(
        f"<Row>{hostile.xml_cell('&e;')}</Row>",
        begin=f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>',
    )
    with pytest.raises(FileRefusedError, match="declares XML entities"):
        read_sheets(data, "export.xls", lambda _: 0)
