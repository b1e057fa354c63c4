"""What is told of a run: which kinds, and in which words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from reconcile.config import NoticeKind as Kind
from reconcile.domain.errors import ExitCode
from reconcile.notices.ending import Ending, figures, kinds_of, message, unusual

GOOD: Final = Ending(
    ExitCode.DONE,
    run="20260305-140211-abc",
    counts={"synced": 400, "unchanged": 12},
    requests=401,
    seconds=200.6,
    orders=412,
)
MIXED: Final = replace(
    GOOD,
    exit_code=ExitCode.INCOMPLETE,
    counts={"synced": 400, "unchanged": 9, "rejected": 2, "in doubt": 1},
)


def told(ending: Ending, name: str = "nightly books") -> str:
    title, body = message(ending, kinds_of(ending), name)
    return f"{title}\n{body}"


# Kinds


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (ExitCode.DONE, Kind.SUCCESS),
        (ExitCode.INCOMPLETE, Kind.INCOMPLETE),
        (ExitCode.NOTHING_SENT, Kind.FAILURE),
        (ExitCode.STOPPED_BY_API, Kind.FAILURE),
        (ExitCode.STOPPED_BY_USER, Kind.INCOMPLETE),
        (ExitCode.INTERNAL, Kind.FAILURE),
    ],
)
def test_every_exit_code_is_a_success_or_incomplete_or_a_failure(
    code: ExitCode, kind: Kind
) -> None:
    assert kinds_of(Ending(code)) == (kind,)


def test_all_that_is_true_is_told_the_gravest_first() -> None:
    ending = Ending(
        ExitCode.DONE, no_file=True, same_file=True, skipped=1, usual=400, recovered=True
    )
    assert kinds_of(ending) == (
        Kind.UNUSUAL_COUNT,
        Kind.SKIPPED,
        Kind.NO_FILE,
        Kind.SAME_FILE,
        Kind.RECOVERY,
        Kind.SUCCESS,
    )


def test_a_required_file_that_is_missing_is_a_failure_too() -> None:
    ending = Ending(ExitCode.NOTHING_SENT, no_file=True)
    assert kinds_of(ending) == (Kind.FAILURE, Kind.NO_FILE)


def test_a_failed_run_recovers_nothing() -> None:
    assert Kind.RECOVERY not in kinds_of(Ending(ExitCode.STOPPED_BY_API, recovered=True))
    assert Kind.RECOVERY in kinds_of(Ending(ExitCode.INCOMPLETE, recovered=True))


# Unusual counts


@pytest.mark.parametrize(
    ("orders", "earlier", "usual"),
    [
        (34, [100] * 5, None),
        (33, [100] * 5, 100),
        (0, [100] * 5, 100),
        (300, [100] * 5, None),
        (301, [100] * 5, 100),
        (1, [100] * 4, None),  # four say nothing yet
        (1, [], None),
        (100, [1, 1, 100, 100, 100, 900], None),  # the middle one counts
        (100, [5] * 10 + [100] * 10, None),  # only the last ten
        (5, [5] * 10 + [100] * 10, 100),
        (0, [0] * 5, None),
        (1, [0] * 5, 0),
    ],
)
def test_a_count_far_from_the_usual_one_is_noticed(
    orders: int, earlier: Sequence[int], usual: int | None
) -> None:
    assert unusual(orders, earlier) == usual


# Words


def test_orders_that_do_not_hold_what_was_sent_are_told() -> None:
    ending = replace(GOOD, exit_code=ExitCode.INCOMPLETE, unlike=2)
    _, words = message(ending, kinds_of(ending), "nightly books")
    assert "read back afterwards 2 orders did not hold what was sent" in words
    assert "Read back: 2 orders without what was sent" in words


def test_a_good_run_reads_so() -> None:
    assert message(GOOD, [Kind.SUCCESS], "nightly books") == (
        "nightly books: everything is done",
        (
            "Everything is synced or unchanged, or there was nothing to do.\n"
            "\n"
            "Orders: 412 = 12 unchanged + 400 synced\n"
            "Requests: 401 in 3 min 21 s\n"
            "Exit code: 0, everything is synced or unchanged, or there was nothing to do\n"
            "Run: 20260305-140211-abc"
        ),
    )


def test_an_incomplete_run_reads_so() -> None:
    assert message(MIXED, kinds_of(MIXED), "nightly books") == (
        "nightly books: some orders are not in the books yet",
        (
            "The run went through its whole plan, but 3 of 412 orders are not done and need "
            "someone.\n"
            "\n"
            "Orders: 412 = 9 unchanged + 400 synced + 2 rejected + 1 in doubt\n"
            "Requests: 401 in 3 min 21 s\n"
            "Exit code: 1, the whole plan was gone through; something is rejected, refused, in "
            "doubt or pending, or isn't in Flxpoint as it was sent\n"
            "Run: 20260305-140211-abc\n"
            "\n"
            "To send what is left: reconcile resume 20260305-140211-abc\n"
            "To write the results workbook again: reconcile report 20260305-140211-abc"
        ),
    )


def test_a_stopped_run_says_why_and_how_to_go_on() -> None:
    ending = replace(
        MIXED, exit_code=ExitCode.STOPPED_BY_API, stopped="Flxpoint refuses the token (401)."
    )
    words = told(ending)
    assert words.startswith("nightly books: stopped by Flxpoint or the network\n")
    assert "Stopped: Flxpoint refuses the token (401).\n" in words
    assert "To send what is left: reconcile resume 20260305-140211-abc\n" in words


def test_a_run_that_sent_nothing_has_nothing_to_resume() -> None:
    words = told(Ending(ExitCode.NOTHING_SENT, stopped="There is no API token."))
    assert words.startswith("nightly books: failed, nothing was sent\n")
    assert "start the same command again" in words
    assert "resume" not in words
    assert "Run:" not in words


def test_rejected_orders_alone_are_not_resumed() -> None:
    words = told(replace(MIXED, counts={"synced": 410, "rejected": 2}))
    assert "resume" not in words
    assert "reconcile report" in words


@pytest.mark.parametrize(
    ("ending", "title", "sentence"),
    [
        (
            Ending(ExitCode.DONE, no_file=True),
            "there was no file",
            "There was no file to read. Was the export made?",
        ),
        (
            replace(GOOD, same_file=True),
            "the file is the same as last time",
            "The file is the same as last time. Was a new export made?",
        ),
        (
            replace(GOOD, orders=1, usual=400),
            "an unusual number of orders",
            "The file holds 1 order; usually it is about 400. Is it complete?",
        ),
        (
            replace(GOOD, skipped=2),
            "a file was skipped",
            "Files that could not be read and were skipped: 2.",
        ),
        (
            replace(GOOD, recovered=True),
            "works again",
            "The run before this one failed; this one did not.",
        ),
    ],
)
def test_what_is_remarkable_is_the_title_and_a_sentence(
    ending: Ending, title: str, sentence: str
) -> None:
    assert told(ending).startswith(f"nightly books: {title}\n{sentence}\n")


def test_only_the_kinds_that_were_asked_for_are_told() -> None:
    ending = replace(GOOD, same_file=True, skipped=2)
    _, body = message(ending, [Kind.SAME_FILE], "books")
    assert "same as last time" in body
    assert "skipped" not in body


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_is_told_with_its_meaning(code: ExitCode) -> None:
    words = told(replace(GOOD, exit_code=code))
    assert f"\nExit code: {int(code)}, " in words
    assert "(`check`" not in words


def test_nothing_gets_in_beside_the_known_outcomes() -> None:
    ending = replace(MIXED, counts={"synced": 1, "order 700001 of Jane": 1})
    assert "Jane" not in told(ending) + figures(ending)


def test_no_text_makes_a_line_of_its_own() -> None:
    ending = replace(MIXED, stopped="a\nExit code: 0", run="b\r\nc\u2028d")
    title, body = message(ending, kinds_of(ending), "x\nBcc: y")
    assert title.startswith("x Bcc: y: ")
    assert "\nStopped: a Exit code: 0\n" in body
    assert "\nRun: b c d\n" in body


# A dead man's switch


def test_the_figures_of_a_ping_are_all_there_are() -> None:
    assert figures(MIXED) == (
        "exit code: 1\nrun: 20260305-140211-abc\norders: 412\nrefused: 0\nin doubt: 1\n"
        "pending: 0\nrejected: 2\nsynced: 400\nunchanged: 9\nrequests: 401\nseconds: 201\n"
    )
