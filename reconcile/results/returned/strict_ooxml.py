"""Workbooks saved as Strict Open XML, in the ordinary spelling that openpyxl can open.

The two differ in the names of their namespaces, and in next to nothing else that a
spreadsheet has.
"""

import re
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

__all__ = ["ordinary"]

_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_MAIN: Final = re.compile(rb"http://purl\.oclc\.org/ooxml/spreadsheetml/main")
_NAME: Final = re.compile(rb"http://purl\.oclc\.org/ooxml/([A-Za-z]+)(?=/)")
_ORDINARY: Final = rb"http://schemas.openxmlformats.org/\1/2006"
_DASHED: Final = {
    b"officeDocument/2006/extendedProperties": b"officeDocument/2006/extended-properties",
    b"officeDocument/2006/customProperties": b"officeDocument/2006/custom-properties",
    b"relationships/extendedProperties": b"relationships/extended-properties",
    b"relationships/customProperties": b"relationships/custom-properties",
}


def ordinary(data: bytes) -> bytes:
    """The same workbook, not Strict any more; as it is if it never was."""
    with ZipFile(BytesIO(data)) as package:
        texts = [name for name in package.namelist() if name.endswith((".xml", ".rels"))]
        if not any(_is_strict(package, name) for name in texts if name.endswith("workbook.xml")):
            return data
        made = BytesIO()
        with ZipFile(made, "w", ZIP_DEFLATED) as out:
            for info in package.infolist():
                part = package.read(info)
                out.writestr(info.filename, _respelled(part) if info.filename in texts else part)
        return made.getvalue()


def _is_strict(package: ZipFile, name: str) -> bool:
    return _MAIN.search(package.read(name)) is not None


def _respelled(part: bytes) -> bytes:
    if _STRICT not in part:
        return part
    part = _NAME.sub(_ORDINARY, part)
    for strict, usual in _DASHED.items():
        part = part.replace(strict, usual)
    return part
