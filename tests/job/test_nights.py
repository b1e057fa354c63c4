"""A month of nights over one folder, with the one line that a scheduler starts.

Each night says what was delivered, what goes wrong, how the command must end and how many
calls that may take. What Flxpoint must hold is worked out here from the delivered files alone.
"""

import csv
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from reconcile.sandbox import Answer, CallKind, Deed, SandboxSettings
from tests.conftest import PATIENCE, TOKEN, Shop
from tests.sandboxes import Sandbox

Command = Callable[..., tuple[int, str, str]]

NIGHTLY = ("run", "--resume", "--yes", "exports/")
NEW_TOKEN = "y" * 100
SHEETS = {"Summary", "Successes", "Failures", "Rows", "Attempts"}
UNREADABLE = "#N/A"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and time zones of POSIX")


@dataclass
class Weather:
    """What goes wrong with writes at the moment."""

    struck: Callable[[CallKind, int | None], Deed | None] = lambda _kind, _order: None

    def instead(self, kind: CallKind, order_id: int | None, _number: int, /) -> Deed | None:
        return self.struck(kind, order_id)

    def clears(self) -> None:
        self.struck = lambda _kind, _order: None

    def turns_to(self, deed: Deed, *, kind: CallKind | None = None, order: int = 0) -> None:
        """Every write is answered so; or only one kind, or only that of one order."""

        def struck(its_kind: CallKind, its_order: int | None) -> Deed | None:
            meant = its_order is not None and kind in (None, its_kind) and order in (0, its_order)
            return deed if meant else None

        self.struck = struck


@dataclass
class Month:
    """The folder, the server, and every file that was ever delivered whole."""

    shop: Shop
    command: Command
    weather: Weather
    delivered: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.shop.folder / "exports"

    def deliver(self, name: str, text: str, *, seconds_ago: float = 3600) -> None:
        """Puts an export into the folder; one that is too fresh is still being written."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        changed = time.time() - seconds_ago
        os.utime(path, (changed, changed))
        if seconds_ago > 10:
            self.delivered.append(text)

    def config(self, *lines: str, rate: int = 500) -> None:
        text = "\n".join(
            [
                f"base_url: {self.shop.server.base_url}",
                f"requests_per_second: {rate}",
                "tries: 1",
                "give_up_after: 1",
                "status_updates: true",
                *(f"{name}: {value}" for name, value in self.shop.usual.items()),
                *lines,
            ]
        )
        (self.shop.folder / "config.yaml").write_text(text, encoding="utf-8")

    def night(self, *more: str, ends: int, sends: int, tells: str = "") -> str:
        """One night: its exit code, its writes, its words; then what the server holds."""
        before = len(self.shop.patches())
        code, out, err = self.command(*NIGHTLY, *more)
        said = out + err
        assert code == ends, said
        assert self.sent_since(before) == sends, said
        assert tells in said
        assert "Traceback" not in said
        if ends in (0, 1):
            assert self.held() == self.expected()
        return said

    def cut_night(self, cut: Callable[["subprocess.Popen[str]"], None]) -> tuple[int, int]:
        """One night in a process of its own, cut short after 10 writes: exit code and writes."""
        before, arrived = len(self.shop.patches()), len(self.shop.server.arrivals)
        process = subprocess.Popen(
            [sys.executable, "-m", "reconcile", *NIGHTLY],
            cwd=self.shop.folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert self.shop.server.wait_for_arrivals(arrived + 10)
        finally:
            cut(process)
            process.communicate(timeout=PATIENCE)
        return process.returncode, self.sent_since(before)

    def sent_since(self, before: int) -> int:
        """How many writes arrived since; none of them twice with different content."""
        arrived = self.shop.patches()[before:]
        assert len({(path, query, body) for path, query, body in arrived}) == len(
            {path for path, _, _ in arrived}
        )
        return len(arrived)

    def held(self) -> dict[int, object]:
        """The external id that each order has at the server."""
        found = self.shop.server.state.items()
        return {order: document.get("externalAccountingId") for order, document in found}

    def expected(self) -> dict[int, object]:
        """What the delivered files say, the later ones over the earlier ones."""
        return {
            int(row["Order ID"]): row["Order External ID"]
            for text in self.delivered
            for row in csv.DictReader(io.StringIO(text))
            if row["Order External ID"] != UNREADABLE
        }

    def statuses_asked_for(self) -> set[int]:
        rows = (row for text in self.delivered for row in csv.DictReader(io.StringIO(text)))
        return {int(row["Order ID"]) for row in rows if row.get("Status")}

    def statuses_applied(self) -> dict[int, int]:
        writes = self.shop.server.writes.items()
        return {order: count for (order, kind), count in writes if kind == "status" and count}


def export(ids: Mapping[int, str]) -> str:
    lines = "".join(f"{order},{external}\n" for order, external in ids.items())
    return f"Order ID,Order External ID\n{lines}"


def with_status(*orders: int) -> str:
    lines = "".join(f"{order},A{order},Closed\n" for order in orders)
    return f"Order ID,Order External ID,Status\n{lines}"


def invoices(first: int, last: int, series: str = "A") -> dict[int, str]:
    """The ids of a day: order 7 is A7."""
    return {order: f"{series}{order}" for order in range(first, last + 1)}


def truncated_workbook() -> bytes:
    book, stream = Workbook(), io.BytesIO()
    book.save(stream)
    return stream.getvalue()[:-200]


@pytest.fixture
def weather() -> Weather:
    return Weather()


@pytest.fixture
def shop(tmp_path: Path, weather: Weather) -> Iterator[Shop]:
    tokens = (TOKEN, NEW_TOKEN)
    with Sandbox(SandboxSettings(tokens=tokens, rate=100_000, faults=(weather,))) as server:
        yield Shop(server, tmp_path)


@pytest.fixture
def month(shop: Shop, command: Command, weather: Weather) -> Month:
    month = Month(shop, command, weather)
    month.folder.mkdir()
    month.config()
    return month


def test_a_month_of_nights(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    files_as_they_come(month)
    files_that_cannot_be_read(month)
    statuses(month)
    an_expired_token(month, monkeypatch)
    a_server_in_trouble(month)
    nights_that_are_cut_short(month)
    with monkeypatch.context() as patch:
        a_night_that_must_be_over_by_the_morning(month, patch)
    time.tzset()
    a_look_up_that_slipped(month)

    assert month.statuses_applied() == dict.fromkeys(month.statuses_asked_for(), 1)
    the_workbooks_say_what_the_server_says(month)
    only_the_owner_reads_what_was_kept(month)


def files_as_they_come(month: Month) -> None:
    month.deliver("day 1.csv", export(invoices(1, 30)))
    month.night(ends=0, sends=30)

    month.deliver("day 1 again.csv", export(invoices(1, 30)))
    month.night(ends=0, sends=0, tells="done already")

    day_3 = invoices(31, 40) | {33: UNREADABLE, 34: UNREADABLE}
    month.deliver("day 3.csv", export(day_3))
    month.night(ends=1, sends=8, tells="2 rejected")

    mended = day_3 | {33: "A33", 34: "A34", 35: "A35-corrected"}
    month.deliver("day 3.csv", export(mended))
    month.night(ends=0, sends=3)

    month.night(ends=0, sends=0, tells="There is no file to run.")
    month.night("--require-file", ends=2, sends=0)

    day_6 = export(invoices(41, 60))
    month.deliver("day 6.csv", day_6[:50], seconds_ago=2)
    month.night(ends=0, sends=0, tells="still being written")

    month.deliver("day 6.csv", day_6)
    month.night(ends=0, sends=20)

    month.deliver("all days.csv", export(invoices(1, 30) | mended | invoices(41, 62)))
    month.night(ends=0, sends=2, tells="60 unchanged")


def files_that_cannot_be_read(month: Month) -> None:
    (month.folder / "day 9.xlsx").write_bytes(truncated_workbook())
    os.utime(month.folder / "day 9.xlsx", (0, 0))
    month.deliver("day 9.csv", export(invoices(63, 70)))
    month.night(ends=2, sends=0, tells="day 9.xlsx")
    month.night("--skip-unreadable", ends=0, sends=8, tells="day 9.xlsx")
    (month.folder / "day 9.xlsx").unlink()


def statuses(month: Month) -> None:
    month.deliver("day 10.csv", with_status(71, 72, 73))
    month.weather.turns_to(Answer(500, applied=True), kind="status", order=71)
    said = month.night(ends=1, sends=6, tells="1 in doubt")
    run_id = said.partition(".results-")[2].partition(".xlsx")[0]

    month.deliver("day 11.csv", with_status(74, 75))
    month.weather.turns_to(Answer(500), kind="status", order=74)
    month.night(ends=1, sends=4, tells="1 in doubt")
    month.weather.clears()
    month.night(ends=0, sends=0)

    month.deliver("day 12.csv", with_status(71, 74, 76))
    said = month.night(ends=1, sends=2, tells="2 in doubt")
    later_run = said.partition(".results-")[2].partition(".xlsx")[0]
    assert month.command("settle", run_id, 71, "--done")[0] == 0
    assert month.command("settle", later_run, 74, "--send")[0] == 0
    assert month.command("settle", later_run, 74, "--send")[0] == 2
    month.night(ends=0, sends=1)


def an_expired_token(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    month.config("done: done")
    month.weather.turns_to(Answer(401))
    month.deliver("day 13.csv", export(invoices(101, 110)))
    code, out, _ = month.command(*NIGHTLY)
    assert (code, 101 in month.held()) == (3, False)
    assert "reconcile resume" in out

    month.deliver("day 14.csv", export(invoices(111, 115)))
    assert month.command(*NIGHTLY)[0] == 3
    assert (month.folder / "day 14.csv").exists(), "what isn't done is not moved"

    month.weather.clears()
    monkeypatch.setenv("FLXPOINT_API_TOKEN", NEW_TOKEN)
    month.night(ends=0, sends=15)
    assert list(month.folder.glob("*.csv")) == []

    month.deliver("day 15.csv", export(invoices(101, 114)))
    month.night(ends=0, sends=0, tells="14 unchanged")


def a_server_in_trouble(month: Month) -> None:
    month.deliver("day 16.csv", export(invoices(141, 162)))
    month.shop.server.stop()
    month.night(ends=3, sends=0, tells="reconcile resume")
    month.shop.server.start()
    month.night(ends=0, sends=22)

    month.deliver("day 18.csv", export(invoices(171, 192)))
    month.weather.turns_to(Answer(503))
    assert month.command(*NIGHTLY)[0] == 3
    assert 171 not in month.held()
    month.weather.clears()
    month.night(ends=0, sends=22)


def nights_that_are_cut_short(month: Month) -> None:
    month.config("done: done", rate=40)
    month.deliver("day 20.csv", export(invoices(201, 235)))
    code, sent = month.cut_night(lambda process: process.kill())
    assert code == -signal.SIGKILL
    known = set(month.held())
    month.deliver("day 21.csv", export(invoices(281, 285)))
    month.config("done: done")
    before = len(month.shop.patches())
    assert month.command(*NIGHTLY)[0] == 0
    assert month.held() == month.expected()
    again = {path for path, _, _ in month.shop.patches()[before:]} & {
        f"/orders/{order}/accounting-sync" for order in known
    }
    assert len(again) <= 3, "only what was in flight is sent a second time"

    month.config("done: done", rate=40)
    month.deliver("day 22.csv", export(invoices(301, 335)))
    code, sent = month.cut_night(lambda process: process.send_signal(signal.SIGTERM))
    assert code == 4
    month.night(ends=0, sends=35 - sent)


def a_night_that_must_be_over_by_the_morning(month: Month, patch: pytest.MonkeyPatch) -> None:
    """In a time zone in which the next minute begins in one or two seconds."""
    month.config("done: done", rate=20)
    month.deliver("day 24.csv", export(invoices(401, 450)))
    now = time.time()
    ahead = (58 - int(now)) % 60
    patch.setenv("TZ", f"NIT-00:00:{ahead:02d}")
    time.tzset()
    morning = time.strftime("%H:%M", time.localtime(now + 4))
    before = len(month.shop.patches())
    code, out, _ = month.command(*NIGHTLY, "--finish-by", morning)

    assert code == 4, out
    assert morning in out
    month.config("done: done")
    month.night(ends=0, sends=50 - month.sent_since(before))


def a_look_up_that_slipped(month: Month) -> None:
    month.deliver("day 26.csv", export(invoices(1, 30, "B")))
    month.night(ends=2, sends=0, tells="--allow-changes")
    month.night("--allow-changes", ends=0, sends=30)
    assert {path.name for path in (month.folder / "done").iterdir()} >= {"day 1.csv", "day 26.csv"}


def the_workbooks_say_what_the_server_says(month: Month) -> None:
    books = list(month.shop.folder.glob("exports.results-*.xlsx"))
    assert len(books) > 15
    for path in books:
        with closing(load_workbook(path, read_only=True)) as book:
            assert set(book.sheetnames) >= SHEETS
            done = [str(row[0]) for row in book["Successes"].iter_rows(values_only=True)]
        assert {int(order) for order in done if order.isdigit()} <= set(month.held())


def only_the_owner_reads_what_was_kept(month: Month) -> None:
    kept = [path for path in (month.shop.folder / "home").rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0, path
        assert TOKEN.encode() not in path.read_bytes()
        assert NEW_TOKEN.encode() not in path.read_bytes()
