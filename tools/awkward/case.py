"""A file, and what the rules say must come of it; the words in which both are written down."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "TWO",
    "TWO_ROWS",
    "UNSET",
    "Case",
    "Held",
    "becomes",
    "booked",
    "held",
    "item",
    "lines",
    "refused",
]

UNSET = object()
Held = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One file, by its path within tests/exports/awkward, and its expected outcome.

    `beside` are other files of the same run, given after it.
    """

    name: str
    content: bytes
    expected: Mapping[str, Any]
    beside: Mapping[str, bytes] = field(default_factory=dict)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The file, those beside it, and the expectation, by path."""
        folder, _, name = self.name.rpartition("/")
        stem = name.rpartition(".")[0] or name
        yield self.name, self.content
        for other, content in self.beside.items():
            yield f"{folder}/{other}", content
        said = {**self.expected, "beside": list(self.beside)} if self.beside else self.expected
        text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
        yield f"{folder}/{stem}.expected.json", text.encode()


def becomes(
    payloads: Mapping[int, Mapping[str, Any]] | None = None,
    *rejected: Held,
    ignored: str = "1 header",
    notices: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    statuses: Mapping[int, Mapping[str, str]] | None = None,
    layout: str = "plain",
) -> dict[str, Any]:
    """What comes of a file that is read.

    `ignored` is written `1-3 title; 4 header`, `notices` are written `padded-number B2`; rows
    and cells of another file than the first have its name before them.
    """
    return {
        "settings": dict(settings or {}),
        "layout": layout,
        "payloads": {str(order): body for order, body in (payloads or {}).items()},
        "statuses": {str(order): query for order, query in (statuses or {}).items()},
        "rejected": list(rejected),
        "ignored": dict(_ignored(ignored)),
        "notices": [notice.split() for notice in notices],
    }


def _ignored(said: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, said.split("; ")):
        rows, _, rule = part.partition(" ")
        if ":" in rows:
            yield rows, rule
            continue
        first, _, last = rows.partition("-")
        for row in range(int(first), int(last or first) + 1):
            yield str(row), rule


def refused(*words: str, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What is said of a file that is refused: all of these words stand in the sentence."""
    return {"settings": dict(settings or {}), "refused": list(words)}


def held(order: int | None, rows: str, *issues: str) -> Held:
    """An order (or rows that name none) that is rejected: `"2 3", "cell-error B2"`."""
    return {
        "order": order,
        "rows": [int(row) if row.isdecimal() else row for row in rows.split()],
        "issues": [issue.split() for issue in issues],
    }


def booked(
    external: Any = UNSET,
    *items: Mapping[str, Any],
    synced: Any = True,
    error: str | None = None,
) -> dict[str, Any]:
    """The body of an accounting sync; None is sent as null, what isn't said is left out."""
    body: dict[str, Any] = {}
    if synced is not UNSET:
        body["accountingSynced"] = synced
    if external is not UNSET:
        body["externalAccountingId"] = external
    if items:
        body["items"] = list(items)
    if error is not None:
        body["accountingSyncError"] = error
    return body


def item(item_id: int, external: Any = UNSET, **quantities: int | None) -> dict[str, Any]:
    """An item of a body, and its supplier SKUs with their quantities."""
    body: dict[str, Any] = {"id": item_id}
    if external is not UNSET:
        body["externalAccountingId"] = external
    if quantities:
        body["orderItemAccountingItems"] = [
            {"externalAccountingId": sub} | ({} if count is None else {"quantity": count})
            for sub, count in quantities.items()
        ]
    return body


def lines(*rows: str, end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    """A text file of these rows."""
    return "".join(row + end for row in rows).encode(encoding)


TWO_ROWS = ("Order ID,Order External ID", "700001,INV-1", "700002,INV-2")
TWO = {700001: booked("INV-1"), 700002: booked("INV-2")}
"""The plainest export, and what comes of it."""
