"""The kinds of values that settings have, and what is said of a wrong one."""

from difflib import get_close_matches
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic import Field as Setting

from reconcile.domain.text import quoted

__all__ = ["Name", "Seconds", "Strict", "Text", "nearest", "several", "text"]


class Strict(BaseModel):
    """A group of settings: takes no other name than its own, and nothing of another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def text(value: object) -> object:
    """Whole numbers are taken as text; what YAML made something else of needs quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value
    raise ValueError("must be text; write it in quotes")


def several(value: object) -> object:
    """A list, or one thing that needs no list."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _filled(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be empty")
    return value


def nearest(name: str, known: list[str]) -> str:
    """The name, and that which was probably meant, else all there are."""
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {quoted(near[0])}?" if near else f" (known: {', '.join(known)})"
    return f"{quoted(name)}{hint}"


Text = Annotated[str, BeforeValidator(text)]
Name = Annotated[Text, AfterValidator(_filled)]
Seconds = Annotated[float, Setting(gt=0, le=3600)]
