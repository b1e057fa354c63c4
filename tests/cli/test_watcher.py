"""What a run says while it goes on."""

import io
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from reconcile.cli.watcher import Watcher
from reconcile.domain.events import Event


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


def test_it_says_how_far_the_writing_of_a_long_workbook_is() -> None:
    (line,) = heard(Event("writing", {"sheet": "Rows", "rows": 250_000}))
    assert line.endswith("Writing the workbook: 250,000 rows of Rows")


def test_events_are_lines_of_json_and_quiet_is_quiet() -> None:
    (line,) = heard(STARTED, events_wanted=True)
    assert json.loads(line) == {"event": "started", **STARTED.values}
    assert heard(STARTED, DONE, quiet=True) == []


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass(slots=True)
class Seen:
    """A run on a terminal, with a clock of its own."""

    seconds: float = 1000.0
    stream: Terminal = field(default_factory=Terminal)
    watcher: Watcher = field(init=False)

    def __post_init__(self) -> None:
        self.watcher = Watcher(
            self.stream, events=False, quiet=False, monotonic=lambda: self.seconds
        )

    def call(self, *statuses: int, spacing: float = 0.5) -> None:
        """A call that is answered so, one answer every half second, the last one for good."""
        for status in statuses:
            self.seconds += 0.5
            self.watcher(Event("attempt", {"status": status, "spacing": spacing}))
        self.watcher(DONE)

    @property
    def line(self) -> str:
        """The progress line as it stands when all is over."""
        bare = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.stream.getvalue())
        return [line.rstrip() for line in re.split(r"[\r\n]", bare) if line.strip()][-1]

    def until(self) -> float:
        """Seconds from now to the finish time that it tells."""
        told = re.findall(r"done at (\d\d:\d\d:\d\d)", self.stream.getvalue())[-1]
        now = datetime.now().astimezone()
        at = datetime.combine(now.date(), time.fromisoformat(told), now.tzinfo)
        return ((at - now).total_seconds() + 43_200) % 86_400 - 43_200


def test_a_terminal_shows_done_left_rate_spacing_429s_and_the_finish_time() -> None:
    seen = Seen()
    with seen.watcher.watching():
        seen.watcher(STARTED)
        for _ in range(98):
            seen.call(204)
        seen.call(429, 429, 204, spacing=0.531)
        seen.call(204, spacing=0.531)

    assert re.search(r"100/300, 200 left, 1\.9\d/s, every 0\.53 s, 2 x 429, done at", seen.line)
    assert abs(seen.until() - 100) <= 5


def test_while_it_waits_it_says_until_when_and_counts_the_wait_into_the_finish_time() -> None:
    seen = Seen()
    with seen.watcher.watching():
        seen.watcher(STARTED)
        for _ in range(100):
            seen.call(204)
        seen.watcher(Event("waiting", {"seconds": 120.0}))

    until = datetime.now().astimezone() + timedelta(seconds=120)
    assert f"waiting until {until:%H:%M}" in seen.line
    assert "100/300, 200 left" in seen.line
    assert abs(seen.until() - 220) <= 5


def test_eighty_columns_are_enough_for_the_progress_line() -> None:
    seen = Seen()
    with seen.watcher.watching():
        seen.watcher(Event("started", {"calls": 50_000, "seconds": 25_000}))
        for _ in range(3):
            seen.call(429, 204)

    assert seen.line.endswith(tuple("0123456789"))
    assert len(seen.line) <= 80
