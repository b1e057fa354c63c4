"""The kinds of file, one module each, behind one interface; `READERS` lists them.

Another kind of file is another module with a `Reader` in it, and one line in `READERS`.
"""

from reconcile.loader.readers.base import HEAD_ROWS, Cells, Head, KnownColumns, Reader, Sheet
from reconcile.loader.readers.html import HtmlReader
from reconcile.loader.readers.ods import OdsReader
from reconcile.loader.readers.text import TextReader
from reconcile.loader.readers.xls import XlsReader
from reconcile.loader.readers.xlsb import XlsbReader
from reconcile.loader.readers.xlsx import XlsxReader
from reconcile.loader.readers.xml2003 import XmlSpreadsheetReader

__all__ = ["HEAD_ROWS", "READERS", "Cells", "Head", "KnownColumns", "Reader", "Sheet"]

READERS: list[Reader] = [
    XlsxReader(),
    XlsbReader(),
    OdsReader(),
    XlsReader(),
    XmlSpreadsheetReader(),
    HtmlReader(),
    TextReader(),
]
"""Asked in this order; the first that recognises the content reads it. Text comes last: it takes
what no other reader and no signature of another kind of file claims."""
