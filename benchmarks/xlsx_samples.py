"""Sample workbooks as the programs write them that exports come from.

Each writes the same cells; they differ in how the XML spells them.
"""

import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final
from xml.sax.saxutils import escape

from benchmarks.samples import COLUMNS, DATE, NUMBERS, lines

__all__ = ["SPELLINGS", "xlsx_file"]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LETTERS = tuple("ABCDEFGHIJ")
_WRITTEN_AT_ONCE = 1000

Cell = Callable[[int, int, str], str]
"""Writes the cell of a row (from 1) and column (from 0)."""


class Strings:
    """The table of shared strings of one workbook."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {}

    def __getitem__(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))


Spelling = Callable[[Strings], tuple[str, Cell, str]]
"""The start of a row (`%d` is its number), its cells, and its end."""


def _is_text(row: int, column: int) -> bool:
    return row == 1 or (column not in NUMBERS and column != DATE)


def _usual(
    strings: Strings,
    *,
    row: str,
    text: str,
    number: str = '<c r="{r}"><v>{v}</v></c>',
    date: str = '<c r="{r}" s="1"><v>{v}</v></c>',
    end: str = "</row>",
) -> tuple[str, Cell, str]:
    shared = "{i}" in text

    def cell(at: int, column: int, value: str) -> str:
        reference = f"{_LETTERS[column]}{at}"
        if not _is_text(at, column):
            return (date if column == DATE else number).format(r=reference, v=value)
        if shared:
            return text.format(r=reference, i=strings[value])
        return text.format(r=reference, v=escape(value))

    return row, cell, end


_SHARED = '<c r="{r}" t="s"><v>{i}</v></c>'
_INLINE = '<c r="{r}" t="inlineStr"><is><t>{v}</t></is></c>'

SPELLINGS: Final[dict[str, Spelling]] = {
    "excel": partial(_usual, row='<row r="%d" spans="1:10" x14ac:dyDescent="0.25">', text=_SHARED),
    "xlsxwriter": partial(_usual, row='<row r="%d" spans="1:10">', text=_SHARED),
    "openpyxl": partial(
        _usual,
        row='<row r="%d">',
        text=_INLINE,
        number='<c r="{r}" t="n"><v>{v}</v></c>',
        date='<c r="{r}" s="1" t="n"><v>{v}</v></c>',
    ),
    "libreoffice": partial(
        _usual,
        row='<row r="%d" customFormat="false" ht="12.8" hidden="false" customHeight="false" '
        'outlineLevel="0" collapsed="false">',
        text='<c r="{r}" s="0" t="s"><v>{i}</v></c>',
        number='<c r="{r}" s="0" t="n"><v>{v}</v></c>',
        date='<c r="{r}" s="1" t="n"><v>{v}</v></c>',
    ),
    "google": partial(
        _usual,
        row='<row r="%d">',
        text='<c r="{r}" s="0" t="s"><v>{i}</v></c>',
        number='<c r="{r}" s="0"><v>{v}.0</v></c>',
    ),
    "prefixed": partial(
        _usual,
        row='<x:row r="%d" spans="1:10">',
        text='<x:c r="{r}" t="s"><x:v>{i}</x:v></x:c>',
        number='<x:c r="{r}"><x:v>{v}</x:v></x:c>',
        date='<x:c r="{r}" s="1"><x:v>{v}</x:v></x:c>',
        end="</x:row>",
    ),
    "text in v": partial(_usual, row='<row r="%d">', text='<c r="{r}" t="str"><v>{v}</v></c>'),
    "preserved": partial(
        _usual,
        row='<row r="%d">',
        text='<c r="{r}" s="0" t="inlineStr"><is><t xml:space="preserve">{v}</t></is></c>',
    ),
    "type first": partial(
        _usual,
        row='<row r="%d">',
        text='<c t="s" r="{r}" s="0"><v>{i}</v></c>',
        number='<c s="0" r="{r}"><v>{v}</v></c>',
        date='<c s="1" r="{r}"><v>{v}</v></c>',
    ),
    "indented": partial(
        _usual,
        row='\n  <row r="%d">',
        text='\n    <c r="{r}" t="s">\n      <v>{i}</v>\n    </c>',
        number='\n    <c r="{r}">\n      <v>{v}</v>\n    </c>',
        date='\n    <c r="{r}" s="1">\n      <v>{v}</v>\n    </c>',
        end="\n  </row>",
    ),
    "no references": partial(
        _usual,
        row="<row>",
        text='<c t="inlineStr"><is><t>{v}</t></is></c>',
        number="<c><v>{v}</v></c>",
        date='<c s="1"><v>{v}</v></c>',
    ),
    "runs": partial(
        _usual,
        row='<row r="%d">',
        text='<c r="{r}" t="inlineStr"><is><r><rPr><b/></rPr><t>{v}</t></r></is></c>',
    ),
    "formulas": partial(
        _usual,
        row='<row r="%d">',
        text='<c r="{r}" t="str"><f>TRIM(Data!{r})</f><v>{v}</v></c>',
        number='<c r="{r}"><f>Data!{r}</f><v>{v}</v></c>',
    ),
}
"""Name to spelling."""


def xlsx_file(path: str, seed: str, rows: str, name: str, styled: str = "0") -> None:
    """A workbook of so many rows, and below them as many `styled` ones without a value."""
    strings = Strings()
    spelling = SPELLINGS[name](strings)
    prefix = "x:" if name == "prefixed" else ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for some in _sheet(spelling, int(rows), int(seed), prefix, int(styled)):
                part.write(some.encode())
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as part:
            part.write(f'{_DECLARATION}<sst xmlns="{_MAIN}">'.encode())
            space = ' xml:space="preserve"' if name == "libreoffice" else ""
            texts = (f"<si><t{space}>{escape(text)}</t></si>" for text in strings.texts)
            part.write("".join(texts).encode())
            part.write(b"</sst>")
        for part_name, text in _SMALL_PARTS.items():
            archive.writestr(part_name, _DECLARATION + text)


def _sheet(
    spelling: tuple[str, Cell, str], rows: int, seed: int, prefix: str, styled: int
) -> Iterator[str]:
    start, cell, end = spelling
    space = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    more = 'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"'
    yield f'{_DECLARATION}<{prefix}worksheet {space}="{_MAIN}" {more}><{prefix}sheetData>'
    waiting = []
    for number, line in enumerate((COLUMNS, *lines(rows, seed)), 1):
        cells = [cell(number, column, value) for column, value in enumerate(line)]
        opened = start % number if "%" in start else start
        waiting.append("".join((opened, *cells, end)))
        if len(waiting) == _WRITTEN_AT_ONCE:
            yield "".join(waiting)
            waiting.clear()
    for number in range(rows + 2, rows + 2 + styled):
        blank = "".join(f'<c r="{letter}{number}" s="1"/>' for letter in _LETTERS)
        waiting.append(f'<row r="{number}" s="1" customFormat="1">{blank}</row>')
        if len(waiting) == _WRITTEN_AT_ONCE:
            yield "".join(waiting)
            waiting.clear()
    yield "".join((*waiting, f"</{prefix}sheetData></{prefix}worksheet>"))


_SMALL_PARTS: Final = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(
            f'<Override PartName="/xl/{name}.xml" ContentType="application/'
            f'vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
            for name, kind in (
                ("workbook", "sheet.main"),
                ("worksheets/sheet1", "worksheet"),
                ("styles", "styles"),
                ("sharedStrings", "sharedStrings"),
            )
        )
        + "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        '<sheet name="Invoices" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}.xml"/>'
            for number, (kind, target) in enumerate(
                (
                    ("worksheet", "worksheets/sheet1"),
                    ("styles", "styles"),
                    ("sharedStrings", "sharedStrings"),
                ),
                1,
            )
        )
        + "</Relationships>"
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="0" xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
        "</cellStyles></styleSheet>"
    ),
}
