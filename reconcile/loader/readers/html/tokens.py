"""Cuts a web page into tags and text.

Owns the spelling of HTML. Nothing is ever repaired, left out or fetched: what is no tag,
comment or script is text. Source: WHATWG HTML, 13.2.5 (tokenization).

Libraries aren't used for it: html.parser alone takes longer than all of this and fails at
`<![x`; html5lib and libxml2 repair a page by moving or dropping what stands in a wrong place,
and no row may get lost.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import Final, NamedTuple

from reconcile.domain.errors import FileRefusedError

__all__ = ["Tag", "attributes_of", "tokens_of"]

_NAME: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_VALUE_OR_END: Final = re.compile(r"""=\s*(?:"[^"]*"|'[^']*'|[^\s>]*)|>""")
_ATTRIBUTE: Final = re.compile(
    r"""([^\s=/>"'][^\s=/>]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?"""
)
_BEGINS: Final = re.compile(r"</?[a-zA-Z]|<[!?]|</")
_UNREAD: Final = frozenset(("script", "style", "xml", "title", "textarea", "noframes", "iframe"))
"""Elements whose content is no text of the page."""


class Tag(NamedTuple):
    """A tag, its name in lower case, what stands behind the name as it is written."""

    name: str
    ends: bool
    rest: str


def tokens_of(page: str, name: str, styles: list[str]) -> Iterator[Tag | str]:
    """Tags, and the characters between them.

    `styles` gets what stands in `style` elements. Raises `FileRefusedError` if the page ends
    within a tag.
    """
    at = 0
    while (begin := page.find("<", at)) >= 0:
        if begin > at:
            yield unescape(page[at:begin])
        tag = _NAME.match(page, begin)
        if tag and (end := _end_of_tag(page, tag.end())) >= 0:
            element, rest = tag[2].lower(), page[tag.end() : end]
            at = end + 1
            yield Tag(element, bool(tag[1]), rest)
            if element in _UNREAD and not tag[1] and not rest.endswith("/"):
                at = _end_of(element, page, at, styles)
        elif page.startswith("<![CDATA[", begin):
            end = page.find("]]>", begin)
            end = len(page) if end < 0 else end
            yield page[begin + 9 : end]
            at = end + 3
        elif _BEGINS.match(page, begin):
            mark = "-->" if page.startswith("<!--", begin) else ">"
            at = page.find(mark, begin) + len(mark)
            if at < len(mark):
                raise FileRefusedError(
                    f"{name} is an incomplete web page (HTML), it ends within a tag: export or "
                    "copy it again."
                )
        else:
            yield "<"
            at = begin + 1
    yield unescape(page[at:])


def _end_of_tag(page: str, at: int) -> int:
    """Where the `>` of a tag stands that isn't in a value; -1 if there is none."""
    end = page.find(">", at)
    if page.find("=", at, end) < 0:
        return end
    for found in _VALUE_OR_END.finditer(page, at):
        if found[0] == ">":
            return found.start()
    return -1


def _end_of(element: str, page: str, at: int, styles: list[str]) -> int:
    """Where the content of an element ends that is no text; the rest if it never does."""
    end = re.compile(rf"</{element}(?=[\s/>])", re.IGNORECASE).search(page, at)
    until = end.start() if end else len(page)
    if element == "style":
        styles.append(page[at:until])
    return until


@lru_cache(maxsize=1 << 10)
def attributes_of(rest: str) -> Mapping[str, str]:
    """The attributes of a tag by their names in lower case; the first of a name counts."""
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(rest):
        found.setdefault(name.lower(), unescape("".join(values)))
    return found
