"""What a web page holds and doesn't show.

Owns which elements are hidden: those whose own style or attribute says so. Text hidden within
a cell, such as a key to sort by, is none of its characters; hidden rows and tables are told
apart by whoever reads them. Source: CSS 2.2, 9.2.4 (`display`); WHATWG HTML, 6.1 (`hidden`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconcile.loader.readers.html.tokens import Tag, attributes_of

__all__ = ["is_hidden", "shown_only"]

_NOT_SHOWN: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_TABLE: Final = frozenset(
    ("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th")
)
_WITHOUT_END: Final = frozenset(("br", "hr", "img", "input", "link", "meta", "wbr"))


def is_hidden(attributes: Mapping[str, str]) -> bool:
    """Whether an element with these attributes isn't shown."""
    return "hidden" in attributes or _NOT_SHOWN.search(attributes.get("style", "")) is not None


def shown_only(tokens: Iterable[Tag | str]) -> Iterator[Tag | str]:
    """The tokens without hidden text; the parts of tables are all there.

    A hidden element that never ends does so where a part of a table begins or ends.
    """
    hidden, depth = "", 0
    for token in tokens:
        if isinstance(token, str):
            if not hidden:
                yield token
        elif not hidden:
            if _hides(token):
                hidden, depth = token.name, 1
            else:
                yield token
        elif token.name in _TABLE:
            hidden = ""
            yield token
        elif token.name == hidden:
            depth += -1 if token.ends else 1
            hidden = hidden if depth else ""


def _hides(token: Tag) -> bool:
    inside = not token.ends and token.name not in _TABLE and token.name not in _WITHOUT_END
    return inside and bool(token.rest.strip()) and is_hidden(attributes_of(token.rest))
