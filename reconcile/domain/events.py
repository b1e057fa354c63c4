"""What a run tells while it goes on: for the progress line, the log and `--events`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Event", "Listener", "silent"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a name, and values that JSON can hold. Never a token."""

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)


Listener = Callable[[Event], None]


def silent(_event: Event) -> None:
    """A listener that listens to nothing."""
