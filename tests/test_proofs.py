"""The checkers of the proofs: each must find what it is there to find."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from benchmarks.fault_kinds import USUAL, Meeting, wrong_with
from benchmarks.fault_lane import as_met
from benchmarks.identity_virtual import in_virtual_time, overtaken
from benchmarks.kill_check import Asked, check_killed
from benchmarks.pace_servers import Pace
from benchmarks.shop import Arrived, LogReader
from benchmarks.told import Tried


def meeting(*met: str, status: bool = False, writes: int = 1, told: str = "done") -> Meeting:
    return Meeting(status, list(met), writes, told == "done", told == "in doubt")


@pytest.mark.parametrize(
    ("met", "wrong"),
    [
        (meeting(USUAL), ""),
        (meeting("reset after", "429", USUAL), ""),
        (meeting("reset after", told="in doubt"), "an accounting sync was lost"),
        (meeting(USUAL, USUAL), "sent again after it was done"),
        (meeting("504"), "told as done without an answer that says so"),
        (meeting("408", "503, Retry-After", USUAL, status=True), ""),
        (meeting("429", "reset before", status=True, writes=0, told="in doubt"), ""),
        (
            meeting("reset before", USUAL, status=True),
            "a status was repeated although it may have been applied",
        ),
        (meeting("408", USUAL, status=True, writes=2), "a status was applied twice"),
        (meeting("504", status=True, writes=0, told="pending"), "a status is told wrongly"),
        (meeting("401", status=True, writes=0, told="in doubt"), "a status is told wrongly"),
    ],
)
def test_what_a_call_met_is_judged_by_the_rules(met: Meeting, wrong: str) -> None:
    assert wrong_with(met) == wrong


def test_a_usual_answer_that_came_too_late_counts_as_none() -> None:
    late = Tried(1, "status", None, "doubt", "no answer in time")
    done = Tried(1, "status", 201, "accept", "")
    assert as_met(["reset after", USUAL], [late, done]) == ["reset after", USUAL]
    assert as_met(["429", USUAL, USUAL], [late, done]) == ["429", "hang after", USUAL]


def log_of(path: Path, arrivals: Sequence[tuple[float, int]]) -> Path:
    lines = [
        json.dumps(
            {
                "at_monotonic": at,
                "method": "PATCH",
                "status": status,
                "order_id": number,
                "kind": "accounting-sync",
                "body": "",
            }
        )
        for number, (at, status) in enumerate(arrivals, 1)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_pace_is_counted_from_the_first_write_to_the_last(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log", [(5.0, 204), (5.5, 204), (5.9, 429), (6.5, 204), (7.0, 204)])
    assert Pace.of(log) == Pace(requests=5, refused=1, triples=1, share=75.0)


def test_a_line_that_is_still_being_written_is_read_later(tmp_path: Path) -> None:
    log = log_of(tmp_path / "log", [(1.0, 204), (2.0, 204)])
    whole = log.read_bytes()
    log.write_bytes(whole[:-20])
    reader = LogReader(log)
    assert [write.at for write in reader.read()] == [1.0]
    log.write_bytes(whole)
    assert [write.at for write in reader.read()] == [1.0, 2.0]


def test_answers_that_come_after_those_of_later_calls_are_overtaken() -> None:
    assert overtaken([1, 2, 3, 4], [1, 2, 3, 4]) == 0
    assert overtaken([1, 2, 3, 4], [2, 1, 4, 3]) == 2


def test_shuffled_answers_find_their_orders() -> None:
    found = in_virtual_time(60, seed=3)
    assert (found.cases, found.strangers) == (60, 0)
    assert found.overtaken > 10


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """Three orders, the third with a status; its workbook says that all of them are done."""
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets: dict[str, list[tuple[object, ...]]] = {
        "Successes": [("Order ID", "Outcome", "Order External ID", "Status")],
        "Failures": [("Outcome", "Order ID")],
        "Attempts": [("Order ID", "Call", "Status", "Verdict", "Answer")],
    }
    sheets["Successes"] += [(str(n), "synced", f"A{n}", "Closed" * (n == 3)) for n in (1, 2, 3)]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "export.csv.results-r.xlsx")
    return Asked(tmp_path, "r", (1, 2, 3), frozenset({3}))


SYNC, STATUS = "accounting-sync", "status"
WRITES = [
    *(Arrived(number, number, SYNC, 204, "") for number in (1, 2, 3)),
    Arrived(4, 3, STATUS, 201, ""),
]
HELD = {n: {"externalAccountingId": f"A{n}", "orderStatus": "Closed" * (n == 3)} for n in (1, 2, 3)}


def found(asked: Asked, writes: list[Arrived], held: dict[int, dict[str, str]]) -> list[str]:
    return [each.what for each in check_killed(asked, writes, held, {(1, SYNC): 1}).findings]


def test_a_run_that_is_as_it_must_be_has_no_findings(asked: Asked) -> None:
    again = Arrived(9, 1, SYNC, 204, "")
    assert found(asked, [*WRITES, again], HELD) == []


def test_a_call_told_as_done_that_no_answer_acknowledged_is_found(asked: Asked) -> None:
    assert found(asked, WRITES[1:], HELD) == ["synced without an answer"]
    assert found(asked, WRITES[:-1], HELD) == ["synced without an answer"]


def test_calls_that_were_repeated_without_need_are_found(asked: Asked) -> None:
    assert found(asked, [*WRITES, WRITES[1]], HELD) == ["accounting-sync repeated without need"]
    assert found(asked, [*WRITES, WRITES[3]], HELD) == [
        "status sent 2 times",
        "status repeated without need",
    ]


def test_a_server_that_holds_something_else_is_found(asked: Asked) -> None:
    other = {**HELD, 2: {"externalAccountingId": "A1", "orderStatus": "Closed"}}
    assert found(asked, WRITES, other) == [
        "the server holds another id",
        "the server holds another status",
    ]
