"""What is known of a file that nobody has configured yet. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from reconcile.config import Settings
from reconcile.domain.model import Field
from reconcile.domain.text import quoted
from reconcile.loader.layouts import Layout

__all__ = ["Candidate", "Proposal", "Question", "either", "titled"]

_QUESTIONS = {
    Field.ORDER_ID: "Flxpoint's order id",
    Field.ORDER_NUMBER: "the order's own number",
    Field.ORDER_EXTERNAL_ID: "the order's id in the books",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that something may stand in, why, and the prefix that all its values have."""

    column: str
    why: str
    prefix: str = ""


class Question(NamedTuple):
    """What only a person can say: which column holds a field."""

    field: Field
    words: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is known of a file, and what a person must say of it.

    `settings` is what is certain. `layout` is the one that recognised the file; `could_be` are
    those that nearly did, with the names they miss; `headers` are all names. `understood` has
    the column of each field; `nearest` has for fields that no column is understood as the names
    that come near, the nearest first. `numbers` may hold the order's number, if that isn't
    certain; `prefix` may stand before each of them. `sheets` and `layouts` are what must be
    chosen among, `bookings` words that the layout doesn't know. `proof` says why the id map
    makes a column certain. `open` are the sentences of what must be said before the file can
    be run.
    """

    file: str
    sheet: str
    settings: Settings
    layout: Layout | None
    understood: Mapping[Field, str]
    headers: tuple[str, ...] = ()
    could_be: tuple[tuple[Layout, tuple[str, ...]], ...] = ()
    nearest: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)
    numbers: tuple[Candidate, ...] = ()
    prefix: str = ""
    proof: str = ""
    sheets: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    bookings: tuple[str, ...] = ()
    needs_ids: bool = False
    samples: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

    @property
    def can_be_run(self) -> bool:
        """Whether the proposed config is enough to run the file."""
        return not self.open

    @property
    def questions(self) -> Iterator[Question]:
        """What a person may be asked, the most important first."""
        for known in (Field.ORDER_ID, Field.ORDER_NUMBER, Field.ORDER_EXTERNAL_ID):
            near = tuple(Candidate(name, "") for name in self.nearest.get(known, ()))
            candidates = self.numbers if known is Field.ORDER_NUMBER else near
            if candidates:
                yield Question(known, _QUESTIONS[known], candidates)


def titled(layout: Layout) -> str:
    """A layout by its name and what people call it."""
    return layout.name if layout.title == layout.name else f"{layout.title} ({layout.name})"


def either(names: Sequence[str]) -> str:
    """Names to choose among, in words."""
    return " or ".join(map(quoted, names))
