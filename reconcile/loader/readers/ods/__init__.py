"""Reads OpenDocument spreadsheets (.ods).

Owns the way from the package to its elements. `content` meets the rows, `styles` knows the
number formats.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from reconcile.domain.errors import FileRefusedError
from reconcile.loader.readers.base import KnownColumns, Reader
from reconcile.loader.readers.common.package import Package, damage_refused, new_parser
from reconcile.loader.readers.common.streamed import Found, streamed_sheets
from reconcile.loader.readers.common.table import TableSheet
from reconcile.loader.readers.content import Content as FileContent
from reconcile.loader.readers.ods.content import Content
from reconcile.loader.readers.ods.styles import Styles
from reconcile.loader.readers.signatures import PASSWORD

__all__ = ["OdsReader"]

_CONTENT = "content.xml"
_STYLES = "styles.xml"
_MANIFEST = "META-INF/manifest.xml"
_DOCUMENT = b"application/vnd.oasis.opendocument."
_SPREADSHEET = _DOCUMENT + b"spreadsheet"
_CHUNK = 1 << 18


class OdsReader(Reader):
    """A zip with an OpenDocument spreadsheet in it."""

    kind = "ods"
    title = "an OpenDocument spreadsheet (.ods)"
    suffixes = frozenset({".ods"})

    def recognises(self, content: FileContent) -> bool:
        """Whether it is a zip that says so, or that holds such content and says nothing."""
        if not content.is_zip or _CONTENT not in content.parts:
            return False
        said = content.part("mimetype", len(_SPREADSHEET)).strip()
        if said.startswith(_DOCUMENT):
            return said.startswith(_SPREADSHEET)
        return not content.parts.isdisjoint({"mimetype", _MANIFEST.lower()})

    def open(self, data: bytes, name: str, known_columns: KnownColumns) -> Sequence[TableSheet]:  # noqa: ARG002
        """The sheets in tab order.

        Raises `FileRefusedError`: damage, entities, a password, too big.
        """
        package = Package(data, name)
        if _MANIFEST in package and b"encryption-data" in package.read(_MANIFEST):
            raise FileRefusedError(f"{name} {PASSWORD}.")
        return streamed_sheets(name, partial(_content, package))


def _content(package: Package, width: int, heads_only: bool) -> Iterator[Found]:  # noqa: FBT001
    """All that the file holds, from the top; of each sheet the first rows if that is enough."""
    styles = Styles()
    if _STYLES in package:
        parser = new_parser(package.name)
        parser.StartElementHandler = styles.start
        with damage_refused(package.name, _STYLES):
            parser.Parse(package.read(_STYLES), True)  # noqa: FBT003 - by place only
    content = Content(package.name, styles, width, heads_only=heads_only)
    parser = new_parser(package.name)
    parser.StartElementHandler = content.start
    parser.EndElementHandler = content.end
    parser.CharacterDataHandler = content.text
    with package.open(_CONTENT) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
            yield from content.take()
        parser.Parse(b"", True)  # noqa: FBT003 - by place only
    yield from content.take()
