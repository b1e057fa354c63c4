"""Going on after a crash or a stop: what is sent, what is not, and from which run."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from reconcile.domain.errors import ExitCode, NothingSentError
from reconcile.domain.events import Event
from reconcile.domain.model import CallKind, Outcome
from reconcile.executor import StopKind
from reconcile.job.planned_input import SendRules
from reconcile.job.resume import resume_all, settle
from reconcile.job.run import run
from reconcile.job.send import Finished
from reconcile.journal import Journal
from reconcile.journal.locks import holding, is_alive
from reconcile.sandbox import Answer, Hang, Reset, SandboxSettings, Scripted
from tests.conftest import PATIENCE, TOKEN, Shop, says, until
from tests.sandboxes import Sandbox

Command = Callable[..., tuple[int, str, str]]

THREE = "Order ID,Order External ID\n1,A\n2,B\n3,C\n"
WITH_STATUS = "Order ID,Order External ID,Status\n1,A,Closed\n2,B,Closed\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def sent(shop: Shop) -> list[str]:
    """The order and kind of every write that arrived, such as `1 accounting-sync`."""
    return [path.removeprefix("/orders/").replace("/", " ") for path, _, _ in shop.patches()]


def held(shop: Shop) -> dict[int, object]:
    """The external id that each order has at the server."""
    return {order: found.get("externalAccountingId") for order, found in shop.server.state.items()}


def stopped(
    shop: Shop, text: str = THREE, order: int = 1, name: str = "export.csv", **said: Any
) -> Finished:
    """A run that an expired token stops at this order."""
    shop.server.inject(Scripted("accounting-sync", order, Answer(401)))
    finished = shop.run(shop.export(text, name), **said)
    assert finished.exit_code is ExitCode.STOPPED_BY_API
    return finished


def resumed(shop: Shop, run_id: str | None = None, **said: Any) -> Finished:
    finished = shop.resume(run_id, **said)
    assert finished is not None
    return finished


# What a stop leaves is finished


def test_resume_sends_what_is_left_and_nothing_again(shop: Shop) -> None:
    run = stopped(shop, order=2)
    finished = resumed(shop)

    assert finished.run.id == run.run.id
    assert finished.exit_code is ExitCode.DONE
    assert finished.totals.outcomes[Outcome.SYNCED] == 3
    assert held(shop) == {1: "A", 2: "B", 3: "C"}
    assert all(count == 1 for count in shop.server.writes.values())


def test_the_order_that_met_the_stop_is_tried_last(shop: Shop) -> None:
    stopped(shop, order=1, requests_per_second=5)
    before = len(sent(shop))
    resumed(shop)

    assert sent(shop)[before:][-1] == "1 accounting-sync"


def test_orders_that_were_given_up_are_tried_after_those_that_never_were(shop: Shop) -> None:
    for order in (1, 2):
        shop.server.inject(Scripted("accounting-sync", order, Answer(503)))
    shop.server.inject(Scripted("accounting-sync", 3, Answer(401)))
    text = THREE + "4,D\n"
    shop.run(shop.export(text), tries=1, requests_per_second=5)
    before = len(sent(shop))
    resumed(shop, requests_per_second=5)

    assert sent(shop)[before:] == [f"{order} accounting-sync" for order in (4, 1, 2, 3)]


def test_an_earlier_workbook_stays_and_the_new_one_stands_beside_it(shop: Shop) -> None:
    run = stopped(shop)
    finished = resumed(shop)

    assert run.workbook is not None
    assert finished.workbook is not None
    assert finished.workbook.name == run.workbook.name.replace(".xlsx", " (2).xlsx")
    assert run.workbook.exists()


def test_there_may_be_nothing_to_resume(shop: Shop) -> None:
    assert shop.resume() is None
    finished = shop.run(shop.export(THREE))
    assert shop.resume() is None
    assert shop.resume(finished.run.id) is None


def test_the_latest_unfinished_run_is_resumed_if_none_is_named(shop: Shop) -> None:
    stopped(shop)
    later = stopped(shop, "Order ID,Order External ID\n7,X\n8,Y\n", 7, "other.csv")

    assert resumed(shop).run.id == later.run.id
    assert {7, 8} <= set(held(shop))
    assert 1 not in held(shop)


def test_what_was_in_doubt_stays_so_until_it_is_acknowledged(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 2, Reset(applied=True)))
    shop.run(shop.export(THREE), tries=1)
    shop.server.inject(Scripted("accounting-sync", 2, Answer(408)))
    finished = resumed(shop, tries=1)

    assert finished.totals.outcomes[Outcome.IN_DOUBT] == 1, "a 408 takes no older doubt away"
    assert resumed(shop).exit_code is ExitCode.DONE


def test_what_was_forced_stays_forced(shop: Shop) -> None:
    shop.run(shop.export(THREE))
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.run(shop.export(THREE), rules=SendRules(force=True), requests_per_second=5)
    resumed(shop)

    assert all(count == 2 for count in shop.server.writes.values())


# Superseded


def test_an_order_that_a_later_run_has_planned_is_not_sent_from_the_earlier_one(
    shop: Shop,
) -> None:
    first = stopped(shop, requests_per_second=5)
    shop.run(shop.export(THREE.replace("B", "B-2"), "corrected.csv"), rules=SendRules(orders=(2,)))
    finished = resumed(shop, first.run.id)

    assert held(shop) == {1: "A", 2: "B-2", 3: "C"}
    assert shop.server.writes[2, "accounting-sync"] == 1
    assert finished.totals.outcomes[Outcome.PENDING] == 1
    assert shop.resume(first.run.id) is None


def test_a_run_that_is_superseded_wholly_is_not_unfinished(shop: Shop) -> None:
    first = stopped(shop)
    shop.run(shop.export(THREE))

    assert shop.resume() is None
    assert shop.resume(first.run.id) is None


# What is refused


def test_a_file_that_has_changed_since_is_not_sent_as_it_was_planned(shop: Shop) -> None:
    run = stopped(shop)
    shop.export(THREE.replace("C", "C-2"))
    before = shop.patches()

    with pytest.raises(NothingSentError, match=r"export\.csv has changed since") as caught:
        shop.resume()
    assert f"reconcile resume {run.run.id} --as-planned" in str(caught.value)
    assert shop.patches() == before

    assert resumed(shop, as_planned=True).exit_code is ExitCode.DONE
    assert held(shop)[3] == "C"


def test_a_file_that_is_gone_is_not_needed(shop: Shop) -> None:
    stopped(shop)
    (shop.folder / "export.csv").unlink()

    assert resumed(shop).exit_code is ExitCode.DONE


def test_another_address_is_refused(shop: Shop) -> None:
    run = stopped(shop)
    with (
        Sandbox(SandboxSettings(tokens=(TOKEN,))) as other,
        pytest.raises(NothingSentError, match="belongs to"),
    ):
        shop.resume(run.run.id, base_url=other.base_url)
    assert other.arrivals == []


def test_another_account_is_refused(shop: Shop) -> None:
    run = stopped(shop, account="mine")
    before = shop.patches()

    with pytest.raises(NothingSentError, match="belongs to another account"):
        shop.resume(run.run.id, account="theirs")
    assert shop.patches() == before


def test_a_new_token_of_the_same_account_goes_on(shop: Shop) -> None:
    run = stopped(shop)
    port = int(shop.server.base_url.rpartition(":")[2])
    shop.server.stop()
    with Sandbox(SandboxSettings(port=port, tokens=("new",), rate=100_000)) as server:
        finished = Shop(server, shop.folder).resume(token="new")
        assert finished is not None
        assert finished.run.id == run.run.id
        assert set(server.state) | set(held(shop)) == {1, 2, 3}


def test_an_unknown_run_gets_a_sentence(shop: Shop) -> None:
    with pytest.raises(NothingSentError, match="no run nonsense"):
        shop.resume("nonsense")


def test_settings_of_the_plan_are_not_read_again(shop: Shop) -> None:
    stopped(shop, columns={"order_id": "Order ID"}, only={"Order External ID": ["A", "B"]})
    finished = resumed(shop, columns={"order_id": "Something else"}, status_updates=True)

    assert finished.exit_code is ExitCode.DONE
    assert held(shop) == {1: "A", 2: "B"}


# Status calls


def test_a_status_in_doubt_is_never_repeated_by_itself(shop: Shop) -> None:
    shop.server.inject(Scripted("status", 1, Answer(500, applied=True)))
    run = shop.run(shop.export(WITH_STATUS), status_updates=True)
    assert run.totals.outcomes[Outcome.IN_DOUBT] == 1

    assert shop.resume() is None
    assert shop.resume(run.run.id) is None
    again = shop.run(shop.export(WITH_STATUS), status_updates=True)
    assert again.totals.outcomes[Outcome.IN_DOUBT] == 1
    assert sent(shop).count("1 status") == 1


def now() -> datetime:
    return datetime.now(UTC)


def test_a_status_settled_as_done_is_acknowledged_and_not_sent(shop: Shop) -> None:
    shop.server.inject(Scripted("status", 1, Answer(500, applied=True)))
    run = shop.run(shop.export(WITH_STATUS), status_updates=True)
    settle(shop.journal, run.run.id, 1, now, done=True)

    assert shop.resume() is None
    again = shop.run(shop.export(WITH_STATUS), status_updates=True)
    assert again.exit_code is ExitCode.DONE
    assert sent(shop).count("1 status") == 1


def test_a_status_settled_to_be_sent_goes_out_with_resume(shop: Shop) -> None:
    shop.server.inject(Scripted("status", 1, Answer(500)))
    run = shop.run(shop.export(WITH_STATUS), status_updates=True)
    settle(shop.journal, run.run.id, 1, now, done=False)

    assert resumed(shop).exit_code is ExitCode.DONE
    assert sent(shop).count("1 status") == 2
    assert sent(shop).count("1 accounting-sync") == 1
    assert shop.server.state[1]["orderStatus"] == "Closed"


def test_what_would_never_be_sent_is_not_settled_to_be_sent(shop: Shop, command: Command) -> None:
    shop.server.inject(Scripted("status", 1, Answer(500)))
    run = shop.run(shop.export(WITH_STATUS), status_updates=True)
    command("runs", "--abandon", run.run.id, "--journal", shop.journal)

    with pytest.raises(NothingSentError, match="was abandoned"):
        settle(shop.journal, run.run.id, 1, now, done=False)


def test_the_command_line_settles_and_says_how_to_go_on(command: Command, shop: Shop) -> None:
    shop.server.inject(Scripted("status", 1, Answer(500)))
    shop.export(WITH_STATUS)
    code, out, _ = command("run", "export.csv", "--send-status", "--json")
    run_id = json.loads(out)["run"]
    assert code == 1

    assert command("settle", run_id, "1")[0] == 2
    assert command("settle", run_id, "2", "--done")[0] == 2
    code, out, _ = command("settle", run_id, "1", "--send")
    assert code == 0
    assert f"reconcile resume {run_id}" in out
    assert command("resume", run_id)[0] == 0
    assert command("settle", run_id, "1", "--done")[0] == 2, "it is in no doubt any more"


def test_a_status_waits_for_the_sync_that_is_resumed(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(503)))
    shop.run(shop.export(WITH_STATUS), tries=1, status_updates=True)
    assert "1 status" not in sent(shop)

    assert resumed(shop).exit_code is ExitCode.DONE
    assert sent(shop)[-2:] == ["1 accounting-sync", "1 status"]


def test_the_status_of_a_refused_sync_is_not_sent(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(400)))
    shop.run(shop.export(WITH_STATUS), status_updates=True)

    assert shop.resume() is None
    assert "1 status" not in sent(shop)


# Killed


@posix
def test_a_kill_before_the_answer_leaves_a_doubt_that_resume_ends(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 2, Hang(3600)))
    shop.export(THREE)
    kill_after(shop, arrivals=4)  # the probe and three orders; one of them hangs

    finished = resumed(shop)

    assert finished.exit_code is ExitCode.DONE
    assert held(shop) == {1: "A", 2: "B", 3: "C"}
    assert sent(shop).count("2 accounting-sync") == 2
    assert shop.server.writes[2, "accounting-sync"] == 2, "the same content twice"


@posix
def test_a_kill_before_the_answer_to_a_status_is_left_to_a_person(shop: Shop) -> None:
    shop.server.inject(Scripted("status", 2, Hang(3600)))
    shop.export(WITH_STATUS)
    kill_after(shop, "--send-status", arrivals=5)
    with Journal.open(shop.journal) as journal:
        (record,) = [each.run for each in journal.overview()]

    assert resumed(shop).totals.outcomes[Outcome.IN_DOUBT] == 1
    assert sent(shop).count("2 status") == 1
    with Journal.open(shop.journal) as journal:
        outcomes = {(c.order_id, c.kind): c.outcome for c in journal.calls(record.id)}
    assert outcomes[2, CallKind.STATUS] is Outcome.IN_DOUBT
    assert outcomes[1, CallKind.STATUS] is Outcome.SYNCED
    settle(shop.journal, record.id, 2, now, done=True)
    with Journal.open(shop.journal) as journal:
        assert {call.outcome for call in journal.calls(record.id)} == {Outcome.SYNCED}


@posix
def test_a_kill_after_the_word_and_before_the_request_loses_nothing(shop: Shop) -> None:
    """The journal says that the call will be made; its connection is never accepted."""
    port = int(shop.server.base_url.rpartition(":")[2])
    stopped(shop, order=1)
    shop.server.stop()
    with nobody_accepts(port):
        hasty = replace(shop, usual={**shop.usual, "timeouts": {"connect": 0.5}})
        process = hasty.spawn("resume")
        until(lambda: begun(shop) > 0)
        process.kill()
        process.communicate()
    assert begun(shop) > 0

    with Sandbox(SandboxSettings(port=port, tokens=(TOKEN,), rate=100_000)) as server:
        finished = Shop(server, shop.folder).resume()
        assert finished is not None
        assert finished.exit_code is ExitCode.DONE
        assert held(shop) | held(Shop(server, shop.folder)) == {1: "A", 2: "B", 3: "C"}


@posix
def test_a_run_that_is_at_work_is_not_resumed_by_another_process(
    shop: Shop, command: Command
) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Hang(3600)))
    shop.export(THREE)
    process = shop.spawn("run", "export.csv")
    try:
        assert shop.server.wait_for_arrivals(2)
        code, _, err = command("resume", "--journal", shop.journal)
    finally:
        process.kill()
        process.communicate()

    assert code == 2
    assert "Another process is working on the run" in err


@posix
def test_two_runs_at_once_send_each_order_once(shop: Shop) -> None:
    """The first one stands still within its fifth order until the second one waits for it."""
    lines = "".join(f"{number},X{number}\n" for number in range(1, 11))
    export = shop.export(f"Order ID,Order External ID\n{lines}")
    others: list[subprocess.Popen[str]] = []

    def hold(event: Event) -> None:
        if event.name == "outcome" and event.values["order"] == 5:
            others.append(shop.spawn("run", "export.csv"))
            says(others[0], "wait for the run")

    first = run([export], SendRules(), replace(shop.context(), listener=hold))
    (second,) = others
    out, _ = second.communicate(timeout=PATIENCE)

    assert isinstance(first, Finished)
    assert (first.exit_code, second.returncode) == (ExitCode.DONE, 0)
    assert "10 unchanged" in out
    assert sorted(sent(shop)) == sorted(f"{number} accounting-sync" for number in range(1, 11))


@posix
def test_the_claim_of_a_run_that_dies_is_free(shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 3, Hang(3600)))
    lines = "".join(f"{number},X{number}\n" for number in range(1, 17))
    shop.export(f"Order ID,Order External ID\n{lines}")
    first = shop.spawn("run", "export.csv", rate=2)
    assert shop.server.wait_for_arrivals(4)
    second = shop.spawn("run", "export.csv")
    says(second, "wait for the run")
    first.kill()
    first.communicate()
    told = second.communicate(timeout=PATIENCE)

    assert second.returncode == 0, told
    assert set(held(shop)) == set(range(1, 17))
    assert len(sent(shop)) <= 18, "only what was in flight is sent a second time"


def died_at_the_very_end(shop: Shop) -> None:
    """As a kill after the last call leaves it: everything is sent, and nothing is told."""
    with closing(sqlite3.connect(shop.journal)) as journal, journal:
        journal.execute("UPDATE runs SET ended_at = NULL, exit_code = NULL")
    for workbook in shop.folder.rglob("*.results-*.xlsx"):
        workbook.unlink()


def test_a_run_that_died_after_its_last_call_is_brought_to_its_end(
    command: Command, shop: Shop
) -> None:
    (shop.folder / "exports").mkdir()
    export = shop.export(THREE + "4,#N/A\n", "exports/a.csv")
    os.utime(export, (1, 1))
    config = shop.folder / "config.yaml"
    config.write_text(f"{config.read_text()}done: done\njournal: {shop.journal}\n")
    assert command("run", "exports", "--again")[0] == 1
    export = next(shop.folder.rglob("a.csv")).rename(export)
    died_at_the_very_end(shop)
    before = shop.patches()

    code, out, err = command("run", "--resume", "exports")
    assert (code, shop.patches()) == (1, before), err
    assert "3 synced, 1 rejected" in out
    assert len(list(shop.folder.glob("exports.results-*.xlsx"))) == 1
    assert not export.exists(), "it is done now, and moved"


def test_a_run_that_died_with_a_status_in_doubt_is_told(shop: Shop) -> None:
    shop.server.inject(Scripted("status", 1, Answer(500)))
    shop.run(shop.export(WITH_STATUS), status_updates=True)
    died_at_the_very_end(shop)

    finished = resumed(shop)
    assert finished.exit_code is ExitCode.INCOMPLETE
    assert finished.totals.outcomes[Outcome.IN_DOUBT] == 1
    assert finished.workbook is not None
    assert shop.resume() is None


def test_a_run_whose_workbook_has_no_place_any_more_does_not_block_the_others(
    command: Command, shop: Shop
) -> None:
    (shop.folder / "gone").mkdir()
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.export(THREE, "gone/a.csv")
    assert command("run", "gone/a.csv")[0] == 3
    shutil.rmtree(shop.folder / "gone")
    shop.export("Order ID,Order External ID\n9,X\n", "next.csv")

    code, _, err = command("run", "--resume", "next.csv")
    assert code == 1
    assert "--results" in err
    assert 9 in held(shop)


def test_a_run_that_a_wrong_token_began_hides_no_other(shop: Shop) -> None:
    first = stopped(shop, account="mine")
    shop.server.inject(Scripted("accounting-sync", 9, Answer(401)))
    shop.run(shop.export("Order ID,Order External ID\n9,X\n", "b.csv"), account="theirs")

    assert resumed(shop, account="mine").run.id == first.run.id
    with pytest.raises(NothingSentError, match="runs --abandon"):
        shop.resume(account="mine")


@posix
def test_a_journal_that_is_removed_in_mid_run_ends_the_sending(shop: Shop) -> None:
    lines = "".join(f"{number},X{number}\n" for number in range(1, 101))

    def remove(event: Event) -> None:
        if event.name == "outcome" and event.values["order"] == 10:
            shop.journal.unlink()

    context = replace(shop.context(), listener=remove)
    export = shop.export(f"Order ID,Order External ID\n{lines}")
    finished = run([export], SendRules(), context)

    assert isinstance(finished, Finished)
    assert finished.exit_code is ExitCode.INTERNAL
    assert "removed or replaced" in finished.fault
    assert len(shop.patches()) < 50


def test_orders_that_a_later_run_has_do_not_count_as_undone(shop: Shop) -> None:
    first = stopped(shop, requests_per_second=5)
    shop.run(shop.export("Order ID,Order External ID\n1,A-2\n2,B-2\n", "later.csv"))
    finished = resumed(shop, first.run.id)

    assert finished.exit_code is ExitCode.DONE
    assert finished.totals.superseded == 2
    assert finished.totals.outcomes[Outcome.PENDING] == 2


def test_a_silence_that_is_too_long_is_kept_by_who_comes_next(shop: Shop) -> None:
    silence = Answer(429, {"Retry-After": "3600"})
    shop.server.inject(Scripted("accounting-sync", 1, silence))
    finished = shop.run(shop.export(THREE), requests_per_second=5)
    assert finished.exit_code is ExitCode.STOPPED_BY_API
    before = shop.patches()

    again = resumed(shop)
    assert again.exit_code is ExitCode.STOPPED_BY_API
    assert again.stop is not None
    assert "wants no calls" in again.stop.sentence
    assert shop.patches() == before


def test_a_later_plan_of_the_status_alone_does_not_make_the_sync_done(shop: Shop) -> None:
    first = stopped(shop, "Order ID,Order External ID\n1,A\n")
    later = "Order ID,Status\n1,Closed\n"
    shop.run(shop.export(later, "later.csv"), status_updates=True)

    assert shop.resume(first.run.id) is None
    with Journal.open(shop.journal) as journal:
        done = journal.is_done(first.run.account, first.run.sources[0].sha256)
    assert not done, "its sync was never sent"


def test_the_claim_of_a_run_counts_however_its_journal_is_spelled(shop: Shop) -> None:
    shop.run(shop.export(THREE))
    link = shop.folder / "link.sqlite3"
    link.symlink_to(shop.journal)
    with holding(shop.journal, "run"):
        assert is_alive(link, "run")


@pytest.mark.parametrize("what", ["export.csv", "config.yaml", "journal"])
def test_no_workbook_is_written_over_what_is_needed(
    command: Command, shop: Shop, what: str
) -> None:
    place = shop.journal if what == "journal" else shop.folder / what
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.export(THREE)
    assert command("run", "export.csv", "--journal", shop.journal)[0] == 3
    before = place.read_bytes()

    for name in ("resume", "report"):
        code, _, err = command(name, "--journal", shop.journal, "--results", place)
        assert code == 2, err
        assert "can't be written over" in err
    assert command("run", "export.csv", "--results", place, "--journal", shop.journal)[0] == 2
    assert place.read_bytes()[:4096] == before[:4096]


def test_a_file_whose_run_was_abandoned_is_passed_over_and_not_called_done(
    command: Command, shop: Shop
) -> None:
    (shop.folder / "exports").mkdir()
    config = shop.folder / "config.yaml"
    config.write_text(f"{config.read_text()}done: done\n")
    os.utime(shop.export(THREE, "exports/a.csv"), (1, 1))
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    _, out, _ = command("run", "exports", "--json")
    command("runs", "--abandon", json.loads(out)["run"])

    code, _, err = command("run", "--resume", "exports")
    assert code == 0
    assert "a.csv: given up" in err
    assert (shop.folder / "exports" / "a.csv").exists()


# Before the files of the night


@pytest.mark.parametrize("options", [["--limit", "1"], ["--order", "9"]])
def test_a_pilot_resumes_nothing(command: Command, shop: Shop, options: list[str]) -> None:
    shop.export(THREE)
    assert command("run", "--resume", "export.csv", *options)[0] == 2
    assert shop.patches() == []


def test_a_file_that_cant_be_read_after_something_was_sent_is_no_2(
    command: Command, shop: Shop
) -> None:
    shop.server.inject(Scripted("accounting-sync", 2, Answer(401)))
    shop.export(THREE)
    assert command("run", "export.csv")[0] == 3
    (shop.folder / "bad.csv").write_bytes(b"%PDF-1.7")

    code, out, err = command("run", "--resume", "bad.csv", "--json")
    document = json.loads(out)
    assert code == 1
    assert document["resumed"][0]["orders"]["synced"] == 3
    assert "is a PDF" in document["error"]
    assert "is a PDF" in err


def test_a_run_that_is_left_alone_is_told_also_in_silence(command: Command, shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.export("Order ID,Order External ID\n1,A\n")
    assert command("run", "export.csv")[0] == 3
    shop.export("Order ID,Order External ID\n2,B\n")

    code, out, err = command("run", "--resume", "--quiet", "--json", "export.csv")
    assert code == 1
    assert "has changed since" in err
    assert "has changed since" in json.loads(out)["left_alone"][0]


def test_a_dry_run_says_what_is_left(command: Command, shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.export(THREE)
    _, out, _ = command("run", "export.csv", "--json")
    before = shop.patches()

    _, _, err = command("run", "--resume", "--dry-run", "export.csv")
    assert f"of the run {json.loads(out)['run']}" in err
    assert shop.patches() == before


def test_a_stop_while_resuming_prints_the_same_line_again(command: Command, shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401), times=2))
    shop.export(THREE)
    assert command("run", "export.csv")[0] == 3

    code, out, _ = command("run", "--resume", "--yes", "export.csv")
    assert code == 3
    assert "  reconcile run --resume --yes export.csv\n" in out


def test_a_stop_after_that_resumes_the_new_run_so_that_nothing_is_forced_again(
    command: Command, shop: Shop
) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.export(THREE)
    code, out, _ = command("run", "--resume", "--force", "export.csv", "--json")
    document = json.loads(out)

    assert code == 3
    assert document["go_on"] == f"reconcile resume {document['run']}"


def test_what_is_left_goes_first_and_then_the_files(command: Command, shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 2, Answer(401)))
    shop.export(THREE)
    assert command("run", "export.csv")[0] == 3
    shop.export("Order ID,Order External ID\n3,C-2\n9,X\n", "next.csv")

    code, out, err = command("run", "--resume", "next.csv", "--json")
    document = json.loads(out)

    assert code == 0, err
    assert [each["orders"]["synced"] for each in document["resumed"]] == [3]
    assert document["orders"]["synced"] == 2
    assert held(shop) == {1: "A", 2: "B", 3: "C-2", 9: "X"}


def test_a_stop_while_resuming_leaves_the_files_for_later(command: Command, shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401), times=2))
    shop.export(THREE)
    assert command("run", "export.csv")[0] == 3
    shop.export("Order ID,Order External ID\n9,X\n", "next.csv")

    assert command("run", "--resume", "next.csv")[0] == 3
    assert 9 not in held(shop)
    assert command("run", "--resume", "next.csv")[0] == 0
    assert held(shop) == {1: "A", 2: "B", 3: "C", 9: "X"}


def test_a_run_whose_file_has_changed_is_left_and_the_files_are_run(
    command: Command, shop: Shop
) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.export("Order ID,Order External ID\n1,A\n")
    assert command("run", "export.csv")[0] == 3
    shop.export("Order ID,Order External ID\n2,B\n")

    code, _, err = command("run", "--resume", "export.csv")
    assert code == 1, "something is still pending"
    assert "export.csv has changed since" in err
    assert held(shop) == {2: "B"}


def test_all_runs_of_the_account_are_finished_the_earliest_first(shop: Shop) -> None:
    first = stopped(shop, order=1)
    second = stopped(shop, "Order ID,Order External ID\n7,X\n8,Y\n", 7, "other.csv")
    left = resume_all(shop.context())

    assert [each.run.id for each in left.finished] == [first.run.id, second.run.id]
    assert [each.exit_code for each in left.finished] == [ExitCode.DONE, ExitCode.DONE]
    assert set(held(shop)) == {1, 2, 3, 7, 8}


def test_an_abandoned_run_is_never_resumed(command: Command, shop: Shop) -> None:
    shop.server.inject(Scripted("accounting-sync", 1, Answer(401)))
    shop.export(THREE)
    _, out, _ = command("run", "export.csv", "--json")
    run_id = json.loads(out)["run"]
    before = shop.patches()

    code, out, err = command("runs", "--abandon", run_id)
    assert code == 0
    assert "never sent" in err
    assert "abandoned" in out
    assert command("resume") == (0, "", "No run has anything left to send.\n")
    assert shop.patches() == before


def test_ctrl_c_while_resuming_is_a_clean_stop(shop: Shop) -> None:
    lines = "".join(f"{number},X{number}\n" for number in range(1, 61))
    stopped(shop, f"Order ID,Order External ID\n{lines}", requests_per_second=5)
    process = shop.spawn("resume", rate=10)
    assert shop.server.wait_for_arrivals(len(shop.server.arrivals) + 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)

    assert process.returncode == ExitCode.STOPPED_BY_USER, err
    assert "reconcile resume" in out
    finished = resumed(shop)
    assert finished.stop is None or finished.stop.kind is not StopKind.API
    assert set(held(shop)) == set(range(1, 61))


# Help


def kill_after(shop: Shop, *options: str, arrivals: int) -> None:
    """Kills a real run as soon as so many requests have arrived."""
    process = shop.spawn("run", "export.csv", *options)
    try:
        assert shop.server.wait_for_arrivals(arrivals)
        until(lambda: begun(shop) == 1)  # what came back of the others is written down
    finally:
        process.kill()
        process.communicate()


@contextmanager
def nobody_accepts(port: int) -> Iterator[None]:
    """A port to which no connection can be made: its queue is full and stays so."""
    waiting = []
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(0)
        for _ in range(4):
            caller = socket.socket()
            caller.setblocking(False)  # noqa: FBT003
            with suppress(BlockingIOError):
                caller.connect(("127.0.0.1", port))
            waiting.append(caller)
        yield
        for caller in waiting:
            caller.close()


def begun(shop: Shop) -> int:
    """How many calls the journal has begun and not ended."""
    with Journal.open(shop.journal) as journal:
        return sum(
            call.state.value == "begun"
            for each in journal.overview()
            for call in journal.calls(each.run.id)
        )
