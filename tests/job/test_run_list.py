"""The runs in the journal as a person sees them, and taking old ones out."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reconcile.domain.errors import ExitCode, NothingSentError
from reconcile.domain.model import Outcome
from reconcile.job.run_list import abandon_run, days_of, prune_runs, run_lines, runs_json
from reconcile.journal import Journal, OrderRecord, SourceRecord
from reconcile.journal.locks import holding
from tests.doubles import EPOCH
from tests.journal.books import ACCOUNT, STATUS, SYNC, Books, call, create, new_run, order

A_YEAR = timedelta(days=365)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def books(path: Path) -> Iterator[Books]:
    with Journal.open(path) as journal:
        yield Books(journal)


def source(file: str) -> SourceRecord:
    return SourceRecord(0, f"/in/{file}", file, "", "csv", 1, "aa", 1, ("Order ID",), {}, 2)


def shown(books: Books, path: Path) -> str:
    return "\n".join(run_lines(books.journal, path))


def end(books: Books, run_id: str, code: int, at: datetime = EPOCH) -> None:
    books.journal.end_run(run_id, at, code, "", f"/out/{run_id}.xlsx")


def cut_short(books: Books, run_id: str = "cut", at: datetime = EPOCH) -> None:
    def broken_off() -> Iterator[OrderRecord]:
        raise KeyboardInterrupt
        yield  # type: ignore[unreachable]

    with pytest.raises(KeyboardInterrupt):
        create(books.journal, run_id, at=at, orders=broken_off())


# A time span


@pytest.mark.parametrize(
    ("text", "days"),
    [("400d", 400), ("1 day", 1), (" 30 days ", 30), ("7D", 7), ("0d", 0), ("36500d", 36_500)],
)
def test_a_time_span_is_a_number_of_days(text: str, days: int) -> None:
    assert days_of(text) == timedelta(days=days)


@pytest.mark.parametrize(
    "text", ["", "d", "400", "-1d", "1.5d", "1y", "36501d", "9999999d", "4٣d", "1d 2d"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(NothingSentError, match="400d") as caught:
        days_of(text)
    assert repr(text) in str(caught.value)
    assert caught.value.exit_code is ExitCode.NOTHING_SENT


# The list


def test_an_empty_journal_has_no_lines(books: Books, path: Path) -> None:
    assert shown(books, path) == ""
    assert runs_json(books.journal, path) == {"runs": []}


def test_a_run_is_shown_with_its_files_its_counts_and_its_end(books: Books, path: Path) -> None:
    create(
        books.journal,
        "run-1",
        sources=[source("export.csv")],
        orders=[OrderRecord(9, ((0, 2),), rejected=True)],
    )
    end(books, "run-1", 0)

    day = EPOCH.astimezone()
    assert shown(books, path).splitlines() == [
        f"run-1  {day:%Y-%m-%d %H:%M}  export.csv",
        f"  ended {day:%Y-%m-%d %H:%M}, exit code 0",
        "  calls: 1 order rejected",
        "  Shop  /out/run-1.xlsx",
    ]


def test_calls_are_counted_from_the_good_to_the_bad(books: Books, path: Path) -> None:
    ends = {(2, SYNC): Outcome.REFUSED, (3, SYNC): None, (4, SYNC): Outcome.PENDING}
    books.drop(*(order(number, f"INV-{number}") for number in (1, 2, 3, 4)), ends=ends)
    assert "  calls: 1 synced, 1 pending, 1 in doubt, 1 refused\n" in shown(books, path)


def test_what_is_left_is_shown_with_the_command_that_sends_it(books: Books, path: Path) -> None:
    books.drop(order(1, "INV-1"), ends={(1, SYNC): Outcome.PENDING})
    assert (
        "  ended 2026-01-06 08:00, exit code 0, 1 order left to send: reconcile resume run-1\n"
        in shown(books, path)
    )
    end(books, "run-1", 3)
    assert "exit code 3, 1 order left to send: reconcile resume run-1\n" in shown(books, path)


def test_a_status_in_doubt_is_not_left_to_send(books: Books, path: Path) -> None:
    books.drop(order(1, "INV-1", "Closed"), ends={(1, STATUS): Outcome.IN_DOUBT})
    assert "resume" not in shown(books, path)


def test_a_run_at_work_is_not_offered_to_be_resumed(books: Books, path: Path) -> None:
    create(books.journal, "run-1", calls=[call(1), call(2)])
    with holding(path, "run-1"):
        assert "  at work, 2 orders left to send\n" in shown(books, path)
        assert runs_json(books.journal, path)["runs"][0]["active"] is True
    assert "reconcile resume run-1" in shown(books, path)


def test_a_run_that_was_cut_short_or_abandoned_says_so(books: Books, path: Path) -> None:
    cut_short(books)
    create(books.journal, "run-1", calls=[call(1)])
    abandon_run(books.journal, path, "run-1")

    text = shown(books, path)
    assert "cut short while it was planned; nothing was sent" in text
    assert "  abandoned\n" in text
    assert "resume" not in text
    assert "no file" in text


def test_the_document_says_the_same(books: Books, path: Path) -> None:
    books.drop(order(1, "INV-1"), order(2, "INV-2"), ends={(2, SYNC): Outcome.PENDING})
    end(books, "run-1", 4, EPOCH + timedelta(hours=1))

    [run] = runs_json(books.journal, path)["runs"]
    assert run == {
        "run": "run-1",
        "started": (EPOCH + timedelta(days=1)).isoformat(),
        "ended": (EPOCH + timedelta(hours=1)).isoformat(),
        "exit_code": 4,
        "account": ACCOUNT,
        "files": [],
        "calls": {
            "refused": 0,
            "in doubt": 0,
            "pending": 1,
            "rejected": 0,
            "synced": 1,
            "unchanged": 0,
        },
        "orders_rejected": 0,
        "orders_left": 1,
        "active": False,
        "complete": True,
        "abandoned": False,
        "workbook": "/out/run-1.xlsx",
    }


# Giving a run up


def test_what_was_abandoned_is_not_sent(books: Books, path: Path) -> None:
    create(books.journal, "run-1", calls=[call(1)])
    abandon_run(books.journal, path, "run-1")
    assert books.journal.unfinished_runs() == []


def test_a_run_that_is_not_there_can_not_be_abandoned(books: Books, path: Path) -> None:
    with pytest.raises(NothingSentError, match="has no run run-9"):
        abandon_run(books.journal, path, "run-9")


def test_a_run_at_work_can_not_be_abandoned(books: Books, path: Path) -> None:
    create(books.journal, "run-1", calls=[call(1)])
    with (
        holding(path, "run-1"),
        pytest.raises(NothingSentError, match="working on the run run-1; stop it first"),
    ):
        abandon_run(books.journal, path, "run-1")
    assert [run.id for run in books.journal.unfinished_runs()] == ["run-1"]


# Taking runs out


def left_in(books: Books) -> list[str]:
    return [each.run.id for each in books.journal.overview()]


def test_runs_that_ended_before_go_and_later_ones_stay(books: Books, path: Path) -> None:
    for number in (1, 2):
        books.drop(order(number, "INV"))
    end(books, "run-1", 0, EPOCH)
    end(books, "run-2", 0, EPOCH + A_YEAR)

    pruned = prune_runs(books.journal, path, EPOCH + timedelta(days=100))

    assert (pruned.removed, pruned.kept) == (1, "")
    assert left_in(books) == ["run-2"]
    assert books.drop(order(1, "INV")) == [], "what the order holds is still known"


def test_a_run_with_something_left_stays_and_that_is_told(books: Books, path: Path) -> None:
    books.drop(order(1, "INV"), ends={(1, SYNC): Outcome.PENDING})
    books.drop(order(2, "INV"))

    pruned = prune_runs(books.journal, path, EPOCH + A_YEAR)

    assert pruned.removed == 1
    assert pruned.kept.startswith("1 older one stays: something is left to send")
    assert left_in(books) == ["run-1"]


def test_a_run_stays_with_the_earlier_one_whose_orders_it_planned_anew(
    books: Books, path: Path
) -> None:
    """Without it the earlier one would send what is outdated."""
    ends = {(1, SYNC): Outcome.PENDING, (2, SYNC): Outcome.PENDING}
    books.drop(order(1, "INV-1"), order(2, "INV-2"), ends=ends)
    books.drop(order(1, "INV-1b"))

    pruned = prune_runs(books.journal, path, EPOCH + A_YEAR)
    assert (pruned.removed, left_in(books)) == (0, ["run-2", "run-1"])
    assert pruned.kept.startswith("2 older ones stay: ")

    books.journal.abandon("run-1")
    assert prune_runs(books.journal, path, EPOCH + A_YEAR).removed == 2


def test_a_run_at_work_stays(books: Books, path: Path) -> None:
    books.drop(order(1, "INV"))
    with holding(path, "run-1"):
        assert prune_runs(books.journal, path, EPOCH + A_YEAR).removed == 0
    assert prune_runs(books.journal, path, EPOCH + A_YEAR).removed == 1


def test_what_was_cut_short_goes_by_its_start(books: Books, path: Path) -> None:
    cut_short(books, "old")
    cut_short(books, "new", EPOCH + A_YEAR)
    assert prune_runs(books.journal, path, EPOCH + timedelta(days=1)).removed == 1
    assert left_in(books) == ["new"]


def test_what_a_killed_run_left_of_its_lock_goes_with_it(books: Books, path: Path) -> None:
    books.drop(order(1, "INV"))
    locks = path.with_name("journal.sqlite3.alive")
    locks.mkdir()
    (locks / "run-1.lock").touch()
    prune_runs(books.journal, path, EPOCH + A_YEAR)
    assert list(locks.iterdir()) == []


def test_a_pruned_file_is_still_done(books: Books, path: Path) -> None:
    books.journal.create_run(new_run("run-1"), [source("export.csv")], (), (), (), ())
    prune_runs(books.journal, path, EPOCH + A_YEAR)
    assert left_in(books) == []
    assert books.journal.is_done(ACCOUNT, "aa")
