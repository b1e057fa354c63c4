"""The Python API does what its page says: the examples run, one after another, in one session."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import reconcile
from reconcile import (
    ConfigError,
    ExitCode,
    FileRefusedError,
    Finished,
    Outcome,
    ReconcileError,
    TokenError,
)
from tests.conftest import TOKEN, Shop

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "how-to" / "python-api.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
EXPORT = "Order ID,Order External ID\n1,A\n2,B\n"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(shop: Shop, command: Command) -> Path:
    """A folder with a config; commands and examples run in it, with a token."""
    del command
    return shop.folder


def test_the_examples_of_the_page_run(
    shop: Shop, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copyfile(ROOT / "sample_data" / "orders.csv", folder / "orders.csv")
    session: dict[str, object] = {}
    for example in EXAMPLES:
        exec(compile(example, str(PAGE), "exec"), session)  # noqa: S102  (what the page says)
    said = capsys.readouterr().out

    assert len(EXAMPLES) == 6
    assert len(shop.patches()) == 5
    assert "text plain" in said
    assert "nothing is left" in said
    assert isinstance(session["finished"], Finished)


def test_a_frame_has_each_row_as_exact_text(folder: Path) -> None:
    (folder / "orders.csv").write_text("Order ID,Order External ID\n1,00123\n", encoding="utf-8")
    frame = reconcile.load("orders.csv").frame

    assert frame.to_dict("list") == {
        "file": ["orders.csv"] * 2,
        "sheet": [""] * 2,
        "row": [1, 2],
        "Order ID": ["Order ID", "1"],
        "Order External ID": ["Order External ID", "00123"],
    }


def test_settings_may_be_values_and_the_token_an_argument(
    shop: Shop, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLXPOINT_API_TOKEN")
    export = shop.export(EXPORT)
    config = {"base_url": shop.server.base_url, "requests_per_second": 500, "overwrite": "all"}

    with pytest.raises(TokenError):
        reconcile.run(export, config=config)
    finished = reconcile.run(export, config=config, token=TOKEN)

    assert isinstance(finished, Finished)
    assert finished.exit_code is ExitCode.DONE
    assert reconcile.outcomes(config=config) == {1: Outcome.SYNCED, 2: Outcome.SYNCED}
    assert reconcile.report(config=config, results=folder / "again.xlsx").name == "again.xlsx"


def test_what_ends_a_job_early_says_which_exit_code_it_has(folder: Path) -> None:
    (folder / "bad.csv").write_bytes(b"%PDF-1.7")

    with pytest.raises(FileRefusedError) as refused:
        reconcile.check(["bad.csv"])
    assert isinstance(refused.value, ReconcileError)
    assert refused.value.exit_code is ExitCode.NOTHING_SENT
    with pytest.raises(ConfigError, match="tries"):
        reconcile.plan("bad.csv", config={"tries": 0})
    with pytest.raises(ReconcileError, match="no journal"):
        reconcile.outcomes(config={"journal": str(folder / "none.sqlite3")})


def test_an_export_that_was_loaded_stands_for_its_file(folder: Path) -> None:
    file = folder / "some.csv"
    file.write_text(EXPORT, encoding="utf-8")

    export = reconcile.load(file)
    assert reconcile.plan(export).orders == reconcile.plan(file).orders
    assert reconcile.plan([export]).rows_read == export.rows
