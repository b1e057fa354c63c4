"""What is wrong with the config, in words; an address of a notice is never among them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from reconcile.config.kinds import nearest
from reconcile.domain.text import quoted

__all__ = ["sentence"]


def sentence(
    fault: Any, options: Collection[str], models: Mapping[tuple[str, ...], type[BaseModel]]
) -> str:
    """One fault in words: where, what is wrong, what stands there unless that is secret.

    Args:
        fault: an entry of `ValidationError.errors()`.
        options: the settings that the command line gives.
        models: the groups of settings by their place.
    """
    place = [part for part in _place(fault["loc"]) if part != "[key]"]
    if fault["type"] == "extra_forbidden":
        known = list(models[tuple(place[:-1])].model_fields)
        if "://" in place[-1]:
            return f"an address stands where a setting belongs (known: {', '.join(known)})"
        return f"there is no setting {nearest(place[-1], known)}"
    words = str(fault["msg"]).removeprefix("Value error, ")
    found = quoted(str(fault["input"]))
    secret = place[0] == "base_url" and not set("@?#").isdisjoint(found)
    secret |= place[0] == "notify" and (place[1:2] not in (["name"], ["on"]) or "://" in found)
    telling = isinstance(fault["input"], str | int | float | date)
    shown = f" (found {found})" if telling and not secret and found not in words else ""
    where = f"{'.'.join(place)} (of the command line)" if place[0] in options else ".".join(place)
    return f"{where}: {words[:1].lower()}{words[1:]}{shown}"


def _place(loc: Iterable[str | int]) -> Iterator[str]:
    """The names of a place; an entry of `notify:` has a number, since it can't be shown."""
    parts = list(loc)
    for part in parts:
        if isinstance(part, str):
            yield part
        elif parts[0] == "notify":
            yield str(part + 1)
