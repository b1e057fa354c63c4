"""Where lines go: results to stdout, messages to stderr, one JSON document to stdout."""

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TextIO, TypeVar

import click

from reconcile.cli.invocation import Invocation

__all__ = ["Output", "as_event", "without_token"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Output:
    """What a command prints.

    Args:
        json: one JSON document instead of results.
        quiet: nothing but what nobody may miss.
        events: messages are lines of JSON.
    """

    json: bool = False
    quiet: bool = False
    events: bool = False

    def result(self, line: str) -> None:
        """A line of the outcome."""
        if not (self.json or self.quiet):
            _print(sys.stdout, line)

    def message(self, line: str) -> None:
        """A line on the way there."""
        if not self.quiet:
            self.always(line)

    def always(self, line: str) -> None:
        """A line that nobody may miss."""
        _print(sys.stderr, as_event("message", text=line) if self.events else line)

    def document(self, values: Mapping[str, Any]) -> None:
        """The outcome for a program, if that is asked for."""
        if self.json:
            _print(sys.stdout, json.dumps(without_token(values), ensure_ascii=False, indent=1))


def as_event(name: str, **values: object) -> str:
    """A line of JSON, as `--events` writes them."""
    return json.dumps(without_token({"event": name, **values}))


def without_token(value: _T) -> _T:
    """A value without the token of this call of the program, once that is known."""
    context = click.get_current_context(silent=True)
    invocation = None if context is None else context.find_object(Invocation)
    if invocation is None or invocation.token is None:
        return value
    from reconcile.flxpoint.tokens import redacted_values  # noqa: PLC0415  (needed late)

    return redacted_values(value, invocation.token)


def _print(stream: TextIO, text: str) -> None:
    """Writes a line; whoever read it may have gone, which changes no outcome."""
    try:
        print(without_token(text), file=stream, flush=True)
    except OSError:
        # Python must not complain once more when it flushes at its end.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
