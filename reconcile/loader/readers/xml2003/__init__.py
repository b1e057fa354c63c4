"""Reads XML Spreadsheet 2003, which mostly goes by the name of .xls.

Owns the way from bytes in any encoding to elements. `content` knows what these say.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final
from xml.parsers import expat

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers.base import KnownColumns, Reader
from reconcile.loader.readers.common.package import new_parser
from reconcile.loader.readers.common.streamed import Found, streamed_sheets
from reconcile.loader.readers.common.table import TableSheet
from reconcile.loader.readers.content import UTF16_MARKS
from reconcile.loader.readers.content import Content as FileContent
from reconcile.loader.readers.xml2003.content import Content

__all__ = ["XmlSpreadsheetReader"]

_CHUNK = 1 << 18
_BEGINS: Final = re.compile(rb"\s*<")
_NAMESPACE: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_WORKBOOK: Final = re.compile(rb"<(?:\w+:)?Workbook[\s>]")
_ENCODING: Final = re.compile(rb"""\s*<\?xml[^>]*?encoding=["']([\w.:-]+)["']""")


class XmlSpreadsheetReader(Reader):
    """XML whose root is a workbook of that kind."""

    kind = "xml"
    title = "an XML Spreadsheet 2003"

    def recognises(self, content: FileContent) -> bool:
        """Whether it is XML with that namespace and a workbook in it."""
        text = content.text
        return (
            _NAMESPACE in text
            and _BEGINS.match(text) is not None
            and _WORKBOOK.search(text) is not None
        )

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[TableSheet]:  # noqa: ARG002
        """The worksheets in tab order.

        Raises `FileRefusedError`: damage, entities, an unknown encoding.
        """
        return streamed_sheets(name, partial(_content, data, name))


def _content(data: bytes, name: str, width: int, heads_only: bool) -> Iterator[Found]:  # noqa: FBT001
    """All that the file holds, from the top; of each sheet the first rows if that is enough."""
    content = Content(name, width, heads_only=heads_only)
    parser = new_parser(name)
    parser.XmlDeclHandler = None  # `_decoder` has seen to the encoding
    parser.StartElementHandler = content.start
    parser.EndElementHandler = content.end
    parser.CharacterDataHandler = content.text
    decode = _decoder(data, name)
    try:
        for begin in range(0, len(data), _CHUNK):
            parser.Parse(decode(data[begin : begin + _CHUNK]))
            yield from content.take()
        parser.Parse(decode(b"", True), True)  # noqa: FBT003 - by place only
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise FileRefusedError(
            f"{name} is a damaged or incomplete XML Spreadsheet 2003 (line "
            f"{parser.CurrentLineNumber}): export or copy it again, or open it in a spreadsheet "
            "program and save it as .xlsx."
        ) from error
    yield from content.take()


def _decoder(data: bytes, name: str) -> Callable[..., str]:
    """Makes text of bytes, a chunk at a time, without what may not stand before the XML."""
    declared = _ENCODING.match(data.removeprefix(codecs.BOM_UTF8))
    encoding = declared[1].decode().lower() if declared else "utf-8"
    if data.startswith(UTF16_MARKS):
        encoding = "utf-16"
    elif data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        "".encode(encoding)  # codecs that make no text are refused here
        decoder = codecs.getincrementaldecoder(encoding)()
    except (LookupError, TypeError) as error:
        raise FileRefusedError(
            f"{name} holds XML in the unknown encoding {encoding!r}: open it in a spreadsheet "
            "program and save it as .xlsx."
        ) from error
    begun = False

    def decode(chunk: bytes, final: bool = False) -> str:  # noqa: FBT001, FBT002 - as a codec has it
        nonlocal begun
        text = decoder.decode(chunk, final)
        if not begun:
            text = text.lstrip()
            begun = bool(text)
        return text

    return decode
