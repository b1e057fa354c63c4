"""What people see while a run goes on: a progress line on a terminal, a line a minute elsewhere."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TextIO

from reconcile.cli.forecast import Forecast
from reconcile.cli.output import as_event, without_token
from reconcile.domain.events import Event
from reconcile.domain.wording import counted

__all__ = ["Watcher"]


_MINUTE = 60.0
_TOO_MANY = 429
_BAR = 20
"""Columns of the bar: the words beside it must find room in eighty."""


class Watcher:
    """Listens to a run: a progress line on a terminal, a line a minute elsewhere.

    Args:
        stream: where it writes (stderr).
        events: write every event as a line of JSON instead.
        quiet: write nothing.
        monotonic: seconds of a clock that is never set.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        events: bool,
        quiet: bool,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._events = events
        self._quiet = quiet
        self._progress: Any = None
        self._task: Any = None
        self._monotonic = monotonic
        self._total = 0
        self._done = 0
        self._spacing = 0.0
        self._throttled = 0
        self._said = monotonic()
        self._forecast = Forecast(0, 0.0, self._said)
        self._doing = self._task_name = "sending"

    def __call__(self, event: Event) -> None:
        """Takes an event in."""
        if self._events:
            self._line(as_event(event.name, **event.values))
        elif not self._quiet:
            self._show(event)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Ends the progress line, however the run ends."""
        try:
            yield
        finally:
            self._stop_progress()

    def _show(self, event: Event) -> None:
        match event.name:
            case "remark":
                self._line(str(event.values["text"]))
            case "passed over":
                self._line(f"Passed over  {event.values['file']}: {event.values['why']}")
            case "started":
                self._begin(event.values)
            case "resumed":
                self._line(_resumed(event.values))
                self._begin(event.values)
            case "ended":
                self._stop_progress()
            case "another run":
                self._line(_another_run(event.values))
            case "minute":
                self._say_minute(event.values)
            case "waiting":
                self._say_waiting(event.values)
            case _:
                self._show_calls(event)

    def _show_calls(self, event: Event) -> None:
        match event.name:
            case "attempt":
                self._spacing = float(event.values["spacing"])
                self._throttled += event.values["status"] == _TOO_MANY
            case "outcome":
                self._done += 1
                self._forecast.over(self._monotonic())
                self._advance()
            case "writing":
                self._say_writing(event.values)
            case "reading":
                self._begin_reading(event.values)
            case "read":
                self._say_read(int(event.values["left"]))
            case "page":
                self._say_page(event.values)

    def _say_writing(self, values: Mapping[str, Any]) -> None:
        self._stop_progress()
        rows = f"{values['rows']:,} rows of {values['sheet']}"
        self._line(f"{_clock()} Writing the workbook: {rows}")

    def _begin_reading(self, values: Mapping[str, Any]) -> None:
        self._stop_progress()
        until = datetime.now().astimezone() + timedelta(seconds=float(values["seconds"]))
        orders = counted(values["orders"], "order")
        self._line(f"Asking Flxpoint for {orders}, until about {until:%H:%M:%S}")
        self._doing, self._said = "reading", self._monotonic()
        self._begin({"calls": values["orders"], "seconds": values["seconds"]})
        self._doing = "sending"

    def _say_read(self, left: int) -> None:
        self._done = self._total - left
        self._forecast.over(self._monotonic())
        self._advance()
        if not left:
            self._stop_progress()
        elif self._progress is None and self._is_time():
            self._line(f"{_clock()} {self._done} of {self._total} orders read")

    def _say_page(self, values: Mapping[str, Any]) -> None:
        if values["page"] == 1 or self._is_time():
            orders = counted(values["orders"], "order")
            self._line(f"{_clock()} page {values['page']}: {orders} so far")

    def _is_time(self) -> bool:
        """Whether a minute has passed since the last such line."""
        now = self._monotonic()
        due = now - self._said >= _MINUTE
        self._said = now if due else self._said
        return due

    def _begin(self, values: Mapping[str, Any]) -> None:
        self._total, self._done = int(values["calls"]), 0
        promised = float(values["seconds"]) / max(1, self._total)
        self._forecast = Forecast(self._total, promised, self._monotonic())
        self._spacing, self._throttled = 0.0, 0
        self._stop_progress()
        if self._stream.isatty():
            self._start_progress()

    def _stop_progress(self) -> None:
        if self._progress is not None:
            with suppress(OSError):  # the terminal may be gone
                self._progress.stop()
            self._progress = None

    def _start_progress(self) -> None:
        from rich.console import Console  # noqa: PLC0415  (only where there is a terminal)
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(_BAR),
            TextColumn("{task.fields[course]}"),
            console=Console(file=self._stream),
        )
        self._task_name = self._doing
        self._task = self._progress.add_task(self._doing, total=self._total, course="")
        self._progress.start()

    def _advance(self) -> None:
        if self._progress is not None:
            self._progress.update(
                self._task,
                completed=self._done,
                description=self._task_name,
                course=self._course(f"{self._forecast.rate:.2f}/s", *self._slots()),
            )

    def _course(self, *between: str) -> str:
        """How far it is and when it will be over; what stands between may be left out."""
        left = f"{self._done}/{self._total}, {self._total - self._done} left"
        return ", ".join([left, *between, f"done at {self._end():%H:%M:%S}"])

    def _slots(self) -> Iterator[str]:
        """How calls are spaced, and how often Flxpoint said that it was too much."""
        if self._spacing:
            yield f"every {self._spacing:.2f} s"
        if self._throttled:
            yield f"{self._throttled} x 429"

    def _end(self) -> datetime:
        seconds = self._forecast.seconds_left(self._monotonic())
        return datetime.now().astimezone() + timedelta(seconds=seconds)

    def _say_minute(self, values: Mapping[str, Any]) -> None:
        if self._progress is not None:
            return
        now = datetime.now().astimezone()
        pace = f", {self._forecast.rate:.2f} a second, one every {values['spacing']:.2f} s"
        throttled = f", {values['throttled']} answered 429" if values["throttled"] else ""
        counts = f"{self._done} of {self._total} calls are over"
        until = f", done about {self._end():%H:%M}" if self._done else ""
        self._line(f"{now:%H:%M:%S} {counts}{pace}{throttled}{until}")

    def _say_waiting(self, values: Mapping[str, Any]) -> None:
        seconds = float(values["seconds"])
        now = self._monotonic()
        self._forecast.silent(now, now + seconds)
        until = datetime.now().astimezone() + timedelta(seconds=seconds)
        words = f"waiting until {until:%H:%M:%S}, as Flxpoint asked"
        if self._progress is not None:
            self._progress.update(self._task, description=words, course=self._course())
        else:
            self._line(words)

    def _line(self, text: str) -> None:
        """Whoever watched may have gone; that must never end a run."""
        try:
            print(without_token(text), file=self._stream, flush=True)
        except OSError:
            self._quiet, self._events = True, False


def _clock() -> str:
    return f"{datetime.now().astimezone():%H:%M:%S}"


def _resumed(values: Mapping[str, Any]) -> str:
    later = values["superseded"]
    planned = f"; {counted(later, 'order')} planned by a later run" if later else ""
    calls, orders = counted(values["calls"], "call"), counted(values["orders"], "order")
    return f"Run {values['run']} goes on: {calls} of {orders} left{planned}"


def _another_run(values: Mapping[str, Any]) -> str:
    orders = counted(values["orders"], "order")
    return f"{orders} wait for the run {', '.join(values['runs'])}, which has them in its plan"
