"""Makes text of the bytes of a web page.

Owns which encoding they are in: a mark (BOM), else what the page says of itself, else what
holds for text files. Source: WHATWG Encoding, 4.2 (names; the Latin ones mean Windows-1252).
"""

import re
from typing import Final

from reconcile.loader.readers.content import UTF16_MARKS
from reconcile.loader.readers.text.encoding import encoding_of

__all__ = ["page_text"]

_SAID: Final = re.compile(
    rb"""<meta\s[^<>]*?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
_SAMPLE = 1 << 16  # bytes; what a page says of itself stands at its beginning
_USUAL: Final = re.compile(
    r"utf-?8|windows-(?:125[0-8]|874)|iso-8859-(?:[2-8]|1[0-6])|koi8-[ru]|shift_jis|euc-(?:jp|kr)"
    r"|iso-2022-jp|gb2312|gbk|gb18030|big5|macintosh"
)
_LATIN: Final = frozenset(("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii", "iso-8859-9"))


def page_text(data: bytes, name: str) -> str:
    """The characters of a page; raises `FileRefusedError` like a text file for a mixture."""
    if not data.startswith((b"\xef\xbb\xbf", *UTF16_MARKS)):
        said = _SAID.search(data, 0, _SAMPLE)
        encoding = (said[1] or said[2]).decode("ascii", "replace").lower() if said else ""
        if encoding in _LATIN:
            encoding = "windows-1254" if encoding == "iso-8859-9" else "windows-1252"
        if _USUAL.fullmatch(encoding):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                pass  # it says so and isn't
    return data.decode(encoding_of(data, name))
