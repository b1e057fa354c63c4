"""What a run says while it goes on."""

import io
import json

from reconcile.events import Event
from reconcile.watcher import Watcher


def heard(*events: Event, events_wanted: bool = False, quiet: bool = False) -> list[str]:
    """The lines of a run that nobody watches on a terminal."""
    stream = io.StringIO()
    watcher = Watcher(stream, events=events_wanted, quiet=quiet)
    with watcher.watching():
        for event in events:
            watcher(event)
    return stream.getvalue().splitlines()


STARTED = Event("started", {"run": "r", "calls": 300, "orders": 300, "seconds": 150})
DONE = Event("outcome", {"order": 1, "call": "accounting-sync", "outcome": "synced"})


def test_a_line_every_minute_says_how_far_it_is() -> None:
    lines = heard(STARTED, DONE, DONE, Event("minute", {"spacing": 0.511, "throttled": 0}))
    assert len(lines) == 1
    assert "2 of 300 calls are over" in lines[0]
    assert "done about" in lines[0]
    assert "429" not in lines[0]


def test_it_says_so_if_flxpoint_slows_it_down() -> None:
    (line,) = heard(STARTED, Event("minute", {"spacing": 0.9, "throttled": 7}))
    assert "7 answered 429" in line
    assert "done about" not in line, "nothing is over yet"


def test_a_run_that_goes_on_says_what_is_left() -> None:
    values = {"run": "r", "calls": 3, "orders": 2, "seconds": 2, "superseded": 1}
    assert heard(Event("resumed", values)) == [
        "Run r goes on: 3 calls of 2 orders left; 1 order planned by a later run"
    ]


def test_it_says_whom_it_waits_for_and_what_it_passes_over() -> None:
    assert heard(
        Event("another run", {"runs": ["a", "b"], "orders": 2}),
        Event("passed over", {"file": "x.pdf", "why": "no spreadsheet (it is a PDF)"}),
    ) == [
        "2 orders wait for the run a, b, which has them in its plan",
        "Passed over  x.pdf: no spreadsheet (it is a PDF)",
    ]


def test_events_are_lines_of_json_and_quiet_is_quiet() -> None:
    (line,) = heard(STARTED, events_wanted=True)
    assert json.loads(line) == {"event": "started", **STARTED.values}
    assert heard(STARTED, DONE, quiet=True) == []
