"""The whole job against the sandbox: what arrives there, and what is told."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook

from reconcile.domain.errors import (
    ExitCode,
    FileRefusedError,
    InternalError,
    NothingSentError,
    WorkbookError,
)
from reconcile.domain.events import Event
from reconcile.domain.model import Outcome
from reconcile.executor import StopKind
from reconcile.job import exit_codes
from reconcile.job.pipeline import check
from reconcile.job.planned_input import PlannedInput, SendRules
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.journal import Journal
from reconcile.sandbox import Answer, Reset, SandboxSettings, Scripted
from tests.conftest import PATIENCE, TOKEN, Shop
from tests.sandboxes import Sandbox

THREE = "Order ID,Order External ID\n1,A\n2,B\n3,C\n"


def bodies(shop: Shop) -> dict[str, object]:
    return {path: json.loads(body) for path, _, body in shop.patches() if body}


def test_every_sound_order_is_acknowledged_once(shop: Shop) -> None:
    finished = shop.run(shop.export(THREE))

    assert finished.exit_code is ExitCode.DONE
    assert bodies(shop) == {
        f"/orders/{number}/accounting-sync": {
            "accountingSynced": True,
            "externalAccountingId": name,
        }
        for number, name in ((1, "A"), (2, "B"), (3, "C"))
    }
    assert len(shop.patches()) == 3


def test_nothing_is_sent_for_an_order_with_one_bad_row(shop: Shop) -> None:
    finished = shop.run(
        shop.export("Order ID,Item ID,Item External ID\n1,11,X\n1,12,#N/A\n2,21,Y\n")
    )

    assert finished.exit_code is ExitCode.INCOMPLETE
    assert list(bodies(shop)) == ["/orders/2/accounting-sync"]
    assert finished.totals is not None
    assert finished.totals.outcomes == {Outcome.REJECTED: 1, Outcome.SYNCED: 1}


def test_running_the_same_file_again_sends_nothing(shop: Shop) -> None:
    export = shop.export(THREE)
    shop.run(export)
    before = len(shop.server.arrivals)

    finished = shop.run(export)

    assert len(shop.server.arrivals) == before, "not even the account is asked for again"
    assert finished.exit_code is ExitCode.DONE
    assert finished.totals is not None
    assert finished.totals.outcomes == {Outcome.UNCHANGED: 3}


def test_force_sends_unchanged_orders_again(shop: Shop) -> None:
    export = shop.export(THREE)
    shop.run(export)

    shop.run(export, rules=SendRules(force=True))

    assert len(shop.patches()) == 6


def test_only_what_changed_is_sent_when_a_corrected_file_comes(shop: Shop) -> None:
    shop.run(shop.export(THREE))
    shop.run(shop.export(THREE.replace("B", "B-2"), "corrected.csv"))

    assert [path for path, _, _ in shop.patches()[3:]] == ["/orders/2/accounting-sync"]


def test_the_order_of_items_is_no_change(shop: Shop) -> None:
    head = "Order ID,Item ID,Item External ID\n"
    shop.run(shop.export(f"{head}1,11,X\n1,12,Y\n"))
    finished = shop.run(shop.export(f"{head}1,12,Y\n1,11,X\n", "other.csv"))

    assert len(shop.patches()) == 1
    assert finished.totals is not None
    assert finished.totals.outcomes == {Outcome.UNCHANGED: 1}


def test_too_many_changes_stop_before_anything_is_sent(shop: Shop) -> None:
    shop.run(shop.export(THREE))
    shifted = shop.export("Order ID,Order External ID\n1,B\n2,C\n3,A\n", "shifted.csv")

    with pytest.raises(NothingSentError, match=r"3 orders .*max_changes \(2\)"):
        shop.run(shifted, max_changes=2)
    assert len(shop.patches()) == 3

    shop.run(shifted, max_changes=2, rules=SendRules(allow_changes=True))
    assert len(shop.patches()) == 6


def test_a_status_follows_its_sync_and_only_if_asked_for(shop: Shop) -> None:
    export = shop.export("Order ID,Order External ID,Status,Update Note\n1,A,on hold,a & b\n")
    shop.run(export)
    assert [path for path, _, _ in shop.patches()] == ["/orders/1/accounting-sync"]

    shop.run(export, status_updates=True)

    [(path, query, _)] = shop.patches()[1:]
    assert path == "/orders/1/status"
    assert query == "status=On+Hold&updateNote=a+%26+b"


def test_a_status_is_not_sent_if_the_sync_is_refused(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(404), times=None))

    finished = shop.run(
        shop.export("Order ID,Order External ID,Status\n1,A,Closed\n2,B,Closed\n"),
        status_updates=True,
    )

    assert [path for path, _, _ in shop.patches()].count("/orders/1/status") == 0
    assert finished.totals is not None
    assert finished.totals.outcomes == {Outcome.REFUSED: 1, Outcome.SYNCED: 1}


def test_an_invalid_status_stops_the_status_and_not_the_sync(shop: Shop) -> None:
    finished = shop.run(
        shop.export("Order ID,Order External ID,Status\n1,A,Lost\n"), status_updates=True
    )

    assert [path for path, _, _ in shop.patches()] == ["/orders/1/accounting-sync"]
    assert finished.exit_code is ExitCode.INCOMPLETE
    assert finished.workbook is not None
    failures = list(load_workbook(finished.workbook)["Failures"].iter_rows(values_only=True))
    assert failures[1][0] == "rejected"
    assert "accounting sync done" in str(failures[1][2])


def test_a_status_in_doubt_is_never_sent_again(shop: Shop) -> None:
    shop.server.inject(Scripted("status", 1, Reset(applied=True)))
    export = shop.export("Order ID,Order External ID,Status\n1,A,Closed\n")

    first = shop.run(export, status_updates=True)
    second = shop.run(export, status_updates=True, rules=SendRules(force=True))

    assert [path for path, _, _ in shop.patches()].count("/orders/1/status") == 1
    for finished in (first, second):
        assert finished.exit_code is ExitCode.INCOMPLETE
        assert finished.totals is not None
        assert finished.totals.outcomes == {Outcome.IN_DOUBT: 1}


def test_a_bad_token_stops_the_run_at_the_first_call(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", None, Answer(401), times=None))

    finished = shop.run(shop.export(THREE))

    assert finished.exit_code is ExitCode.STOPPED_BY_API
    assert finished.stop is not None
    assert "401" in finished.stop.sentence
    assert finished.totals is not None
    assert finished.totals.outcomes == {Outcome.PENDING: 3}
    assert finished.workbook is not None


def test_a_redirect_is_not_followed_and_stops_the_run(shop: Shop) -> None:
    with Sandbox(SandboxSettings(tokens=(TOKEN,))) as elsewhere:
        away = Answer(307, {"Location": f"{elsewhere.base_url}/orders/1/accounting-sync"})
        shop.server.inject(Scripted("accounting-sync", 1, away))

        finished = shop.run(shop.export("Order ID,Order External ID\n1,A\n"))

        assert elsewhere.arrivals == []
    assert finished.exit_code is ExitCode.STOPPED_BY_API


def test_twenty_refusals_in_a_row_stop_the_run(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", None, Answer(400), times=None))
    lines = "".join(f"{number},X{number}\n" for number in range(1, 101))

    finished = shop.run(shop.export(f"Order ID,Order External ID\n{lines}"))

    assert finished.exit_code is ExitCode.STOPPED_BY_API
    assert finished.totals is not None
    assert finished.totals.outcomes[Outcome.REFUSED] >= 20
    assert len(shop.patches()) < 100, "it stopped"


def test_a_file_that_cant_be_read_stops_everything_before_it_begins(shop: Shop) -> None:
    good = shop.export(THREE)
    bad = shop.folder / "bad.csv"
    bad.write_bytes(b"%PDF-1.7 whatever")

    with pytest.raises(FileRefusedError, match=r"bad\.csv is a PDF"):
        shop.run(good, bad)

    assert shop.server.arrivals == []


def test_a_place_for_the_workbook_is_proven_before_the_first_call(shop: Shop) -> None:
    context = shop.context()
    nowhere = shop.folder / "no such folder" / "out.xlsx"

    with pytest.raises(WorkbookError, match="--results"):
        run([shop.export(THREE)], SendRules(), context, results=nowhere)

    assert shop.server.arrivals == []


def test_a_no_sends_nothing(shop: Shop) -> None:
    asked: list[PlannedInput] = []

    def no(planned: PlannedInput) -> bool:
        asked.append(planned)
        return False

    assert run([shop.export(THREE)], SendRules(), shop.context(), confirm=no) is None
    assert shop.patches() == []
    assert len(asked[0].calls.to_send) == 3


def test_a_pilot_sends_the_first_orders_and_says_so_of_the_other_rows(shop: Shop) -> None:
    finished = shop.run(shop.export(THREE), rules=SendRules(limit=2))

    assert len(shop.patches()) == 2
    assert finished.exit_code is ExitCode.DONE
    assert finished.totals is not None
    assert finished.totals.ignored["not in the pilot"] == 1


def test_a_pilot_of_one_order_leaves_everything_else_alone(shop: Shop) -> None:
    export = shop.export(f"{THREE}x,D\n")
    finished = shop.run(export, rules=SendRules(orders=(2,)))

    assert list(bodies(shop)) == ["/orders/2/accounting-sync"]
    assert finished.exit_code is ExitCode.DONE
    with pytest.raises(NothingSentError, match="77"):
        shop.run(export, rules=SendRules(orders=(77,)))


def test_files_with_equal_bytes_are_read_once(shop: Shop) -> None:
    finished = shop.run(shop.export(THREE), shop.export(THREE, "copy.csv"))

    assert len(shop.patches()) == 3
    assert finished.totals is not None
    assert finished.totals.rows_read == 4


def test_an_order_spread_over_two_files_is_one_call(shop: Shop) -> None:
    head = "Order ID,Order External ID,Item ID,Item External ID\n"
    shop.run(shop.export(f"{head}1,A,11,X\n", "a.csv"), shop.export(f"{head}1,,12,Y\n", "b.csv"))

    [(_, _, body)] = shop.patches()
    assert [item["id"] for item in json.loads(body)["items"]] == [11, 12]


def test_a_time_to_finish_by_stops_the_run_cleanly(shop: Shop) -> None:
    lines = "".join(f"{number},X{number}\n" for number in range(1, 2001))
    start = datetime.now(UTC)
    end = start + timedelta(seconds=0.5)
    context = replace(
        shop.context(requests_per_second=20.0),
        now=lambda: end if len(shop.server.arrivals) >= 5 else start,
        finish_by=end,
    )

    finished = run([shop.export(f"Order ID,Order External ID\n{lines}")], SendRules(), context)

    assert isinstance(finished, Finished)
    assert finished.exit_code is ExitCode.STOPPED_BY_USER
    assert finished.stop is not None
    assert finished.stop.kind is StopKind.TIME
    assert finished.totals is not None
    assert finished.totals.outcomes[Outcome.IN_DOUBT] == 0


def test_a_journal_that_cant_be_opened_sends_nothing(shop: Shop) -> None:
    shop.journal.mkdir(parents=True)

    with pytest.raises(Exception, match="is a folder") as caught:
        shop.run(shop.export(THREE))

    assert caught.value.exit_code is ExitCode.NOTHING_SENT  # type: ignore[attr-defined]
    assert shop.server.arrivals == []


def test_check_compares_with_what_was_acknowledged_if_the_account_is_known(shop: Shop) -> None:
    export = shop.export(THREE)
    shop.run(export, account="mine")

    planned = check([export], SendRules(), shop.context(token=None, account="mine"))

    assert isinstance(planned, PlannedInput)
    assert planned.calls.to_send == []
    assert exit_codes.of_check(planned) is ExitCode.DONE


def test_the_learned_spacing_is_kept_for_the_next_run(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(429)))
    shop.run(shop.export(THREE))

    with shop.context().slots() as budget:
        assert budget.spacing > budget.floor


def test_our_own_workbook_is_read_from_its_failures_and_uncorrected_fails_again(
    shop: Shop,
) -> None:
    shop.server.inject(Scripted("accounting-sync", 3, Answer(404), times=1))
    text = (
        "Order ID,Item ID,Item External ID\n1,11,X\n2,21,1.23457E+11\n2,22,Y\n3,31,Z\n"
        "4,41,Smith, J\nx,51,W\n"
    )
    first = shop.run(shop.export(text))
    assert first.workbook is not None
    assert first.totals.outcomes == {Outcome.SYNCED: 1, Outcome.REJECTED: 2, Outcome.REFUSED: 1}

    again = shop.run(first.workbook)

    assert again.totals.outcomes == {Outcome.REJECTED: 2, Outcome.SYNCED: 1}
    assert [path for path, _, _ in shop.patches()].count("/orders/1/accounting-sync") == 1

    book = load_workbook(first.workbook)
    sheet = book["Failures"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[names.index("Item ID")].value == "21":
            row[names.index("Item External ID")].value = "123457000001"
    corrected = shop.folder / "corrected.xlsx"
    book.save(corrected)

    last = shop.run(corrected)

    assert last.totals.outcomes[Outcome.SYNCED] == 1
    assert shop.server.state[2]["orderItems"][0]["externalAccountingId"] == "123457000001"


@pytest.mark.parametrize("target", ["export.csv", "home/journal.sqlite3"])
def test_the_workbook_never_overwrites_what_the_run_needs(shop: Shop, target: str) -> None:
    export = shop.export(THREE)
    shop.run(export)
    context = shop.context()
    before = (shop.folder / target).read_bytes()

    with pytest.raises(WorkbookError, match="over"):
        run([export], SendRules(force=True), context, results=shop.folder / target)

    assert (shop.folder / target).read_bytes() == before
    assert len(shop.patches()) == 3


def test_a_journal_that_fails_in_mid_run_ends_with_5_and_nothing_more_is_sent(
    shop: Shop,
) -> None:
    lines = "".join(f"{number},X{number}\n" for number in range(1, 51))
    export = shop.export(f"Order ID,Order External ID\n{lines}")

    def full(event: Event) -> None:
        """Fills the disk, as far as SQLite can tell, when the tenth call is over."""
        if event.name == "outcome" and event.values["order"] == 10:
            with closing(sqlite3.connect(shop.journal)) as connection:
                connection.execute("DROP TABLE attempts")
                connection.commit()

    context = replace(shop.context(), listener=full)

    with pytest.raises(InternalError, match="journal") as caught:
        run([export], SendRules(), context)

    assert caught.value.exit_code is ExitCode.INTERNAL
    assert len(shop.patches()) < 50


@pytest.fixture
def slow_run(shop: Shop) -> Iterator["subprocess.Popen[str]"]:
    """A real process that sends at 20 requests per second."""
    lines = "".join(f"{number},X{number}\n" for number in range(1, 201))
    shop.export(f"Order ID,Order External ID\n{lines}")
    process = shop.spawn("run", "export.csv")
    assert shop.server.wait_for_arrivals(5)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_a_real_run_cleanly(
    shop: Shop, slow_run: "subprocess.Popen[str]", number: signal.Signals
) -> None:
    slow_run.send_signal(number)
    out, _ = slow_run.communicate(timeout=PATIENCE)

    assert slow_run.returncode == ExitCode.STOPPED_BY_USER
    assert "pending" in out
    assert re.search(r"^  reconcile resume \S+$", out, re.MULTILINE)
    with Journal.open(shop.journal) as journal:
        record = journal.run()
        assert record is not None
        states = [call.outcome for call in journal.calls(record.id)]
    assert states.count(Outcome.IN_DOUBT) == 0
    assert states.count(Outcome.SYNCED) == len(shop.patches())


ON_A_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "reconcile", *sys.argv[1:]])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_a_terminal_that_is_closed_stops_a_real_run_cleanly(shop: Shop) -> None:
    import pty  # noqa: PLC0415  (POSIX only)

    lines = "".join(f"{number},X{number}\n" for number in range(1, 201))
    shop.export(f"Order ID,Order External ID\n{lines}")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL, "run", "--yes", "export.csv"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        **shop.surroundings(20.0),
    )
    os.close(theirs)
    assert shop.server.wait_for_arrivals(5)
    os.close(ours)

    assert process.wait(timeout=PATIENCE) == 4
    assert len(shop.patches()) < 200
    assert list(shop.folder.glob("export.csv.results-*.xlsx"))
    assert not list((shop.folder / "home").rglob("errors.log"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_after_a_kill_the_same_command_sends_the_rest(
    shop: Shop, slow_run: "subprocess.Popen[str]"
) -> None:
    slow_run.kill()
    slow_run.communicate(timeout=PATIENCE)
    before = len(shop.patches())
    with Journal.open(shop.journal) as journal:
        (killed,) = journal.overview()
        in_flight = killed.calls[Outcome.IN_DOUBT]

    finished = shop.run(shop.folder / "export.csv")

    assert finished.exit_code is ExitCode.DONE
    paths = [path for path, _, _ in shop.patches()]
    assert set(paths) == {f"/orders/{number}/accounting-sync" for number in range(1, 201)}
    assert 0 < before < 200
    assert len(paths) <= 200 + in_flight, "only what was in flight is sent a second time"
    assert all(count >= 1 for count in shop.server.writes.values())
