"""The command line: one clear sentence, the right exit code, results and messages apart."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reconcile import __version__
from reconcile.sandbox import Answer, Scripted
from tests.conftest import TOKEN, Shop

Command = Callable[..., tuple[int, str, str]]
EXPORT = "Order ID,Order External ID\n1,A\n2,B\n"


def one_sentence(err: str) -> bool:
    return err.startswith("reconcile: ") and err.count("\n") == 1 and "Traceback" not in err


def test_check_tells_the_plan_and_sends_nothing(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    code, out, err = command("check", "export.csv")

    assert code == 0
    assert "2 planned (2 new, 0 changed)" in out
    assert '{"accountingSynced":true,"externalAccountingId":"A"}' in out
    assert err == ""
    assert shop.server.arrivals == []


def test_check_needs_no_token(
    shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLXPOINT_API_TOKEN")
    shop.export(EXPORT)

    assert command("check", "export.csv")[0] == 0


def test_check_names_each_wrong_cell_and_ends_with_1(shop: Shop, command: Command) -> None:
    shop.export("Order ID,Order External ID\n1,#N/A\n2x,B\n")
    code, out, _ = command("check", "export.csv")

    assert code == 1
    assert "export.csv!B2" in out
    assert "[cell-error]" in out
    assert "export.csv!A3" in out
    assert "[order-id-invalid]" in out


def test_run_sends_and_tells_outcome_and_workbook(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    code, out, err = command("run", "export.csv")

    assert code == 0
    assert "2 synced" in out
    assert "Sandbox Company" in err
    found = re.search(r"Workbook +(\S+)", out)
    assert found is not None
    assert load_workbook(shop.folder / found[1]).sheetnames == [
        "Summary",
        "Successes",
        "Failures",
        "Rows",
        "Attempts",
    ]


def test_a_dry_run_is_a_check(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    code, out, _ = command("run", "--dry-run", "export.csv")

    assert code == 0
    assert "2 planned" in out
    assert shop.server.arrivals == []


def test_json_is_one_document_on_stdout_and_nothing_else(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    _, out, _ = command("check", "--json", "export.csv")
    assert [call["order"] for call in json.loads(out)["calls"]] == [1, 2]

    code, out, _ = command("run", "--json", "export.csv")
    document = json.loads(out)
    assert document["exit_code"] == code == 0
    assert document["orders"]["synced"] == document["orders"]["total"] == 2
    assert Path(document["workbook"]).is_file()


def test_events_are_lines_of_json_on_stderr(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    _, _, err = command("run", "--events", "--quiet", "export.csv")

    events = [json.loads(line) for line in err.splitlines()]
    names = [event["event"] for event in events]
    assert names[0] == "started"
    assert names.count("attempt") == names.count("outcome") == 2
    assert {event["status"] for event in events if event["event"] == "attempt"} == {204}


def test_quiet_says_nothing_if_all_is_well(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)

    assert command("run", "--quiet", "export.csv") == (0, "", "")


def test_a_stop_prints_the_command_that_goes_on(shop: Shop, command: Command) -> None:
    shop.server.inject(Scripted("accounting-sync", None, Answer(401), times=None))
    shop.export(EXPORT)
    code, out, _ = command("run", "--yes", "export.csv")

    assert code == 3
    assert re.search(r"^  reconcile resume [\w-]+$", out, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("gone.csv", None, "There is no file gone.csv"),
        ("report.csv", b"%PDF-1.7 text", "is a PDF"),
        ("empty.csv", b"", "is empty"),
        ("list.csv", b"Customer,Amount\nX,1\n", 'names "Order ID"'),
        ("ids.csv", b"Order ID,Customer\n1,X\n", "no accounting ids"),
        ("twice.csv", b"Order ID,Order ID,Order External ID\n1,2,X\n", "a column twice"),
    ],
)
def test_a_file_that_cant_be_used_gets_one_sentence_and_exit_code_2(
    shop: Shop, command: Command, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (shop.folder / name).write_bytes(content)
    code, out, err = command("run", name)

    assert code == 2
    assert out == ""
    assert one_sentence(err)
    assert name in err
    assert words in err
    assert shop.server.arrivals == []


def test_an_empty_folder_is_nothing_to_do_unless_a_file_is_required(
    shop: Shop, command: Command
) -> None:
    (shop.folder / "exports").mkdir()

    code, _, err = command("run", "exports")
    assert (code, err) == (0, "There is no file to run.\n")
    code, _, err = command("run", "exports", "--require-file")
    assert (code, err) == (2, "There is no file to run.\n")
    assert command("check", "exports")[0] == 0
    assert command("check", "exports", "--require-file")[0] == 2


def test_no_token_gets_one_sentence(
    shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLXPOINT_API_TOKEN", "  ")
    shop.export(EXPORT)
    code, _, err = command("run", "export.csv")

    assert code == 2
    assert one_sentence(err)
    assert "reconcile login" in err


def test_a_wrong_config_key_gets_one_sentence_with_the_nearest(
    shop: Shop, command: Command
) -> None:
    (shop.folder / "config.yaml").write_text("max_change: 3\n", encoding="utf-8")
    shop.export(EXPORT)
    code, _, err = command("run", "export.csv")

    assert code == 2
    assert one_sentence(err)
    assert '"max_change"; did you mean "max_changes"?' in err


def test_plain_http_beyond_this_machine_is_refused(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    code, _, err = command("run", "export.csv", "--base-url", "http://api.flxpoint.com")

    assert code == 2
    assert "https://" in err


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user's rights")
def test_a_folder_where_the_workbook_cant_be_written_gets_one_sentence(
    shop: Shop, command: Command
) -> None:
    folder = shop.folder / "locked"
    folder.mkdir()
    (folder / "export.csv").write_text(EXPORT, encoding="utf-8")
    folder.chmod(0o500)
    code, _, err = command("run", "locked/export.csv")

    assert code == 2
    assert one_sentence(err)
    assert shop.server.arrivals == []


def test_a_results_place_that_is_no_place_gets_one_sentence(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    code, _, err = command("run", "export.csv", "--results", "no/such/folder/out.xlsx")

    assert code == 2
    assert one_sentence(err)
    assert "--results" in err
    assert shop.server.arrivals == []


@pytest.mark.parametrize(
    "arguments", [("run",), ("frobnicate",), ("check", "--nope", "x"), ("run", "x", "--limit", "0")]
)
def test_wrong_usage_is_exit_code_2(command: Command, arguments: tuple[str, ...]) -> None:
    code, _, err = command(*arguments)

    assert code == 2
    assert "Traceback" not in err


def test_report_writes_the_workbook_again_from_the_journal_alone(
    shop: Shop, command: Command
) -> None:
    export = shop.export(EXPORT)
    command("run", "export.csv")
    [first] = shop.folder.glob("*.results-*.xlsx")
    before = first.read_bytes()
    export.unlink()

    code, out, _ = command("report")

    assert code == 0
    again = shop.folder / re.search(r"Workbook +(.+)\n", out)[1]  # type: ignore[index]
    assert again != first
    assert first.read_bytes() == before, "an earlier one is never overwritten"
    assert _values(again) == _values(first)


def test_show_tells_an_orders_story_over_all_runs(shop: Shop, command: Command) -> None:
    shop.export(EXPORT)
    command("run", "export.csv")
    command("run", "export.csv")
    code, out, _ = command("show", "2")

    assert code == 0
    assert out.count("Run ") == 2
    assert "export.csv:3 used: Order ID='2', Order External ID='B'" in out
    assert "answered 204" in out
    assert "unchanged" in out
    assert command("show", "77")[0] == 2


def test_login_tries_the_token_and_keeps_it_for_its_owner_only(
    shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLXPOINT_API_TOKEN")
    (shop.folder / "config.yaml").write_text(
        f"base_url: {shop.server.base_url}\nrequests_per_second: 500\ntoken_file: kept/token\n",
        encoding="utf-8",
    )
    monkeypatch.setattr("sys.stdin", _Typed(f"  {TOKEN} \n"))
    code, out, err = command("login")

    assert code == 0
    assert "Sandbox Company" in err
    assert TOKEN not in out + err
    kept = shop.folder / "kept" / "token"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    shop.export(EXPORT)
    assert command("run", "export.csv")[0] == 0, "and the next run finds it"


def test_login_doesnt_keep_a_token_that_flxpoint_doesnt_know(
    shop: Shop, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", _Typed("another\n"))
    code, _, err = command("login")

    assert code == 2
    assert "401" in err
    assert not list(shop.folder.rglob("token"))


def test_the_token_is_in_no_file_and_no_output(shop: Shop, command: Command) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(400, {}, f"bad token {TOKEN}")))
    shop.export(EXPORT)
    _, out, err = command("run", "--events", "export.csv")
    _, shown, _ = command("show", "1")
    command("report")

    assert TOKEN not in out + err + shown
    for path in shop.folder.rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes(), path
    for book in shop.folder.glob("*.xlsx"):
        assert TOKEN not in str(_values(book))


@pytest.mark.usefixtures("command")
def test_a_reader_that_has_gone_changes_no_outcome(shop: Shop) -> None:
    shop.export(EXPORT)
    line = f"{sys.executable} -m reconcile run export.csv --journal j.db 2>/dev/null | true; "
    ended = subprocess.run(
        ["bash", "-c", f"{line}exit ${{PIPESTATUS[0]}}"],
        cwd=shop.folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    )

    assert ended.returncode == 0
    assert len(shop.patches()) == 2
    assert len(list(shop.folder.glob("*.results-*.xlsx"))) == 1


def test_the_command_that_goes_on_names_the_run_and_the_places(
    command: Command, shop: Shop
) -> None:
    shop.server.inject(Scripted("accounting-sync", None, Answer(401)))
    shop.export(EXPORT)
    code, out, err = command(
        "run", "export.csv", "--force", "--json", "--journal", "my journal", "--finish-by", "03:00"
    )

    assert code == 3
    document = json.loads(out)
    again = f"reconcile resume {document['run']} --journal 'my journal'"
    assert document["go_on"] == again
    assert again in err
    code, out, err = command(*shlex.split(again)[1:], "--json")
    assert code == 0, err
    assert json.loads(out)["run"] == document["run"]


def test_help_and_version_import_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from reconcile.__main__ import run_command\n"
        "run_command(['--help']); run_command(['--version'])\n"
        "heavy = {'pandas', 'openpyxl', 'httpx', 'sqlalchemy', 'python_calamine'}\n"
        "print(heavy & set(sys.modules), file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert ended.stderr == "set()\n"
    assert __version__ in ended.stdout
    assert "Exit codes" in ended.stdout


def test_the_demo_ends_well() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "reconcile", "demo", "--fast"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    assert "14 synced, 1 rejected, 1 refused" in ended.stdout
    found = re.search(r"Workbook +(\S+)", ended.stdout)
    assert found is not None
    assert Path(found[1]).is_file()


def _values(workbook: Path) -> dict[str, list[tuple[object, ...]]]:
    book = load_workbook(workbook)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


class _Typed:
    """What somebody pipes in."""

    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return self._text
