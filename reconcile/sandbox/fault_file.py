"""Faults named in a file: `[[fault]]` tables of TOML in, scripts for the sandbox out.

Owns the keys and names of the file. What a deed does is told by `faults`, and done by `gate`.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from reconcile.sandbox.calls import MOST_ID, CallKind
from reconcile.sandbox.faults import (
    Answer,
    Deed,
    Drop,
    Fault,
    Half,
    Hang,
    Reset,
    Scripted,
    Slow,
)

__all__ = ["read_faults"]

LONGEST = 86_400
"""The most seconds that any key takes: a day."""


def read_faults(path: Path) -> tuple[Fault, ...]:
    """Read a file of faults, in its order; the first that has an opinion on a call wins.

    `sample_data/faults.toml` explains every key and shows every name. Each reading gives scripts
    that have counted nothing yet.

    Raises ValueError with a sentence for each thing that is wrong with the file.
    """
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ValueError(f"{path.name} can't be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is not TOML in UTF-8: {error}") from error
    wrong = [
        f"there is no {_shown(key)} at the top, where only [[fault]] tables are allowed"
        for key in document
        if key != "fault"
    ]
    tables = document.get("fault", [])
    if not isinstance(tables, list):
        wrong.append("fault must be written as tables: [[fault]]")
        tables = []
    for number, table in enumerate(tables, start=1):
        wrong += [f"fault {number}: {sentence}" for sentence in _wrong_with(table)]
    if wrong:
        raise ValueError(f"{path.name}: " + "; ".join(wrong))
    return tuple(_script(table) for table in tables)


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key of an entry may hold: a check, and the same in words."""

    check: Callable[[Any], bool]
    words: str


@dataclass(frozen=True, slots=True)
class _Name:
    """What a name under `does` stands for: a deed made of the entry, and the keys it takes.

    One with `calls` can only be done to these, and must say to which.
    """

    deed: Callable[[Mapping[str, Any]], Deed]
    takes: tuple[str, ...] = ()
    calls: tuple[CallKind, ...] = ()


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_time(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value <= LONGEST


_CALLS: tuple[CallKind, ...] = (
    "account",
    "orders",
    "order",
    "shipments",
    "accounting-sync",
    "status",
)
_WITHOUT_ORDER = ("account", "orders")
_FORMS = ("retry_after", "retry_after_date")

_COUNT = _Key(lambda value: _is_whole(value, 1, MOST_ID), "a whole number above 0")
_PAUSE = _Key(
    lambda value: _is_whole(value, 0, LONGEST), f"a whole number of seconds from 0 to {LONGEST}"
)
_KEYS: Mapping[str, _Key] = {
    "call": _Key(lambda value: value in _CALLS, f"one of {', '.join(_CALLS)}"),
    "order": _Key(lambda value: _is_whole(value, 1, MOST_ID), f"an id from 1 to {MOST_ID}"),
    "times": _Key(
        lambda value: value == "ever" or _COUNT.check(value), f'{_COUNT.words} or "ever"'
    ),
    "from": _COUNT,
    "applied": _Key(lambda value: isinstance(value, bool), "true or false"),
    "retry_after": _PAUSE,
    "retry_after_date": _PAUSE,
    "seconds": _Key(_is_time, f"a number of seconds above 0 and up to {LONGEST}"),
}
_EVERY_NAME_TAKES = ("call", "order", "times", "from")


def _answer(entry: Mapping[str, Any], status: int, kind: str, body: str) -> Answer:
    headers = {"Content-Type": kind}
    if "retry_after" in entry:
        headers["Retry-After"] = str(entry["retry_after"])
    return Answer(
        status,
        headers,
        body,
        applied=entry.get("applied", False),
        retry_after_date=entry.get("retry_after_date"),
    )


def _status(entry: Mapping[str, Any]) -> Answer:
    status = int(entry["does"])
    message = json.dumps({"message": f"{status}, since the file of faults says so"})
    return _answer(entry, status, "application/json", message)


def _page(entry: Mapping[str, Any], status: int, title: str) -> Answer:
    page = (
        "<!DOCTYPE html>\n"
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    )
    return _answer(entry, status, "text/html; charset=utf-8", page)


def _cut(entry: Mapping[str, Any]) -> Answer:
    framing = {"Content-Type": "application/json", "Content-Length": "1000", "Connection": "close"}
    return Answer(HTTPStatus.OK, framing, '{"id": ', applied=entry.get("applied", False))


_ANY_STATUS = _Name(_status, ("applied", *_FORMS))
_NAMES: Mapping[str, _Name] = {
    "reset-before": _Name(lambda _entry: Reset()),
    "reset-after": _Name(lambda _entry: Reset(applied=True)),
    "hang": _Name(
        lambda entry: Hang(entry["seconds"], Reset(applied=entry.get("applied", False))),
        ("applied", "seconds"),
    ),
    "slow": _Name(lambda entry: Slow(entry["seconds"]), ("seconds",)),
    "cut-body": _Name(_cut, ("applied",)),
    "html-502": _Name(
        lambda entry: _page(entry, HTTPStatus.BAD_GATEWAY, "502 Bad Gateway"), ("applied", *_FORMS)
    ),
    "login-page": _Name(lambda entry: _page(entry, HTTPStatus.OK, "Sign in")),
    "redirect": _Name(
        lambda _entry: Answer(HTTPStatus.FOUND, {"Location": "https://elsewhere.invalid/login"})
    ),
    "drop": _Name(lambda _entry: Drop(), calls=("accounting-sync", "status")),
    "half": _Name(lambda _entry: Half(), calls=("accounting-sync",)),
}
_NAMES_IN_WORDS = f"a status from 400 to 599 or one of {', '.join(_NAMES)}"


def _named(does: object) -> _Name | None:
    if not isinstance(does, int | str) or isinstance(does, bool):
        return None
    is_status = re.fullmatch(r"[45][0-9]{2}", str(does)) is not None
    return _ANY_STATUS if is_status else _NAMES.get(str(does))


def _wrong_with(entry: object) -> Iterator[str]:
    """Yield a sentence, without its full stop, for each thing that is wrong with an entry."""
    if not isinstance(entry, dict):
        yield f"must be a table, not {_shown(entry)}"
        return
    name = _named(entry.get("does"))
    if "does" not in entry:
        yield f"does is missing, which must be {_NAMES_IN_WORDS}"
    elif name is None:
        yield f"does must be {_NAMES_IN_WORDS}, not {_shown(entry['does'])}"
    for key, value in entry.items():
        if key != "does":
            yield from _wrong_key(key, value)
    if name is not None:
        yield from _wrong_for(name, entry)
    if entry.keys() >= set(_FORMS):
        yield "of retry_after and retry_after_date only one is allowed"
    if "order" in entry and entry.get("call") in _WITHOUT_ORDER:
        calls = ", ".join(call for call in _CALLS if call not in _WITHOUT_ORDER)
        yield f"order goes with the calls {calls}, not with {entry['call']}"


def _wrong_key(key: str, value: object) -> Iterator[str]:
    if key not in _KEYS:
        yield f"there is no key {_shown(key)} (there are does, {', '.join(_KEYS)})"
    elif not _KEYS[key].check(value):
        yield f"{key} must be {_KEYS[key].words}, not {_shown(value)}"


def _wrong_for(name: _Name, entry: Mapping[str, Any]) -> Iterator[str]:
    """Look for keys that a name doesn't take, and for those that some can't do without."""
    for key in entry:
        if key in _KEYS and key not in (*_EVERY_NAME_TAKES, *name.takes):
            yield f"{key} goes with {_takers_of(key)}, not with {entry['does']}"
    if "seconds" in name.takes and "seconds" not in entry:
        yield f"{entry['does']} needs seconds, {_KEYS['seconds'].words}"
    calls = " or ".join(name.calls)
    if calls and "call" not in entry:
        yield f"{entry['does']} needs call, {calls}"
    elif calls and entry["call"] in _CALLS and entry["call"] not in name.calls:
        yield f"{entry['does']} goes with the call {calls}, not with {entry['call']}"


def _takers_of(key: str) -> str:
    takers = [name for name, named in _NAMES.items() if key in named.takes]
    return ", ".join(["a status"] * (key in _ANY_STATUS.takes) + takers)


def _script(entry: Mapping[str, Any]) -> Scripted:
    name = _named(entry["does"])
    if name is None:
        raise AssertionError("looked at before")
    times = entry.get("times", 1)
    return Scripted(
        entry.get("call"),
        entry.get("order"),
        name.deed(entry),
        times=None if times == "ever" else times,
        first=entry.get("from", 1),
    )


def _shown(value: object) -> str:
    longest = 60
    written = json.dumps(value, ensure_ascii=False, default=str)
    return written if len(written) <= longest else f"{written[:longest]}…"
