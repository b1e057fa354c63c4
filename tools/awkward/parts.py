"""What else is in the package of a workbook, and how the XML of a sheet may be written."""

from collections.abc import Iterator
from typing import Any

from awkward.books import packed, sheet, xlsx, xlsx_parts
from awkward.case import TWO, Case, becomes, held, refused
from awkward.kinds import CELLS
from tests.loader.readers.workbooks import MAIN

__all__ = ["cases"]

_B3 = '<c r="B3" t="s"><v>3</v></c>'


def parts() -> Iterator[Case]:
    """What else is in a workbook, and how the XML of a sheet is written."""
    links = (
        '<sheetProtection sheet="1" objects="1"/><hyperlinks><hyperlink ref="B2" location="A1"/>'
        '</hyperlinks><legacyDrawing r:id="rId9"/>'
    )
    extra = {
        "xl/comments1.xml": f'<comments xmlns="{MAIN}"><authors/><commentList><comment ref="B3">'
        "<text><t>INV-77</t></text></comment></commentList></comments>",
        "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{MAIN}"><r>'
        '<n v="700099"/></r></pivotCacheRecords>',
        "xl/tables/table1.xml": f'<table xmlns="{MAIN}" ref="A1:B3" totalsRowCount="1"/>',
        "docProps/app.xml": "<Properties/>",
    }
    rows = CELLS
    for name, content in {
        "protected_with_comments_links_and_pivot_cache": xlsx(rows, links, parts=extra),
        "dimension_too_small": xlsx(rows, before='<dimension ref="A1"/>'),
        "dimension_too_large": xlsx(rows, before='<dimension ref="A1:XFD1048576"/>'),
        "dimension_elsewhere": xlsx(rows, before='<dimension ref="D9:F12"/>'),
        "cells_without_references": xlsx(rows, edit=(' r="A2"', "")),
        "row_without_a_number": xlsx(rows, edit=('<row r="3">', "<row>")),
        "a_stray_value_in_the_last_column": xlsx(
            rows, edit=(_B3, f'{_B3}<c r="XFD3"><v>1</v></c>')
        ),
        "styled_empty_rows_below": xlsx(
            rows,
            formats=["@"],
            edit=("</sheetData>", '<row r="900" s="1"><c r="A900" s="1"/></row></sheetData>'),
        ),
        "sheet_with_a_prefix_on_every_element": packed(
            {
                name: (
                    text
                    if "sheet1" not in name
                    else str(text)
                    .replace("</", "</x:")
                    .replace("<", "<x:")
                    .replace("<x:/x:", "</x:")
                    .replace("<x:?", "<?")
                    .replace("xmlns=", "xmlns:x=")
                )
                for name, text in _parts(rows).items()
            }
        ),
    }.items():
        yield Case(f"parts/{name}.xlsx", content, becomes(TWO))
    yield Case(
        "parts/a_gap_of_a_thousand_rows.xlsx",
        xlsx({1: rows[0], 2: rows[1], 1000: rows[2], 2000: (700003, "#N/A")}),
        becomes(
            TWO,
            held(700003, "2000", "cell-error B2000"),
            ignored="1 header; 3-999 blank; 1001-1999 blank",
        ),
    )
    yield Case(
        "parts/shared_text_that_is_not_there.xlsx",
        xlsx(rows, edit=(_B3, '<c r="B3" t="s"><v>99</v></c>')),
        refused("is damaged", "99"),
    )
    yield Case(
        "parts/rows_out_of_order.xlsx",
        xlsx({1: rows[0], 3: rows[1], 2: rows[2]}),
        refused("is damaged", "row 2 follows row 3"),
    )
    yield Case(
        "parts/one_cell_twice.xlsx",
        xlsx(rows, edit=(_B3, '<c r="A3"><v>5</v></c>')),
        refused("is damaged", "A3", "twice"),
    )
    yield Case(
        "parts/entities_declared.xlsx",
        packed(
            {
                name: str(text).replace(
                    "<worksheet", '<!DOCTYPE x [<!ENTITY a "700009">]><worksheet', 1
                )
                if "sheet1" in name
                else text
                for name, text in _parts(rows).items()
            }
        ),
        refused("entit"),
    )
    yield Case(
        "parts/no_such_sheet_part.xlsx",
        packed({name: text for name, text in _parts(rows).items() if "sheet1" not in name}),
        refused("is damaged or incomplete", "sheet1.xml"),
    )


def spellings() -> Iterator[Case]:
    """The plainest export in unusual but sound XML, and in unusual places of the package."""
    usual = _parts(CELLS)
    name = "xl/worksheets/sheet1.xml"
    xml = usual[name]

    def with_sheet(text: str | bytes) -> bytes:
        return packed({**usual, name: text})

    moved = {
        part.replace("xl/", "book/").replace("workbook.xml", "main.xml"): text.replace(
            "xl/workbook.xml", "/book/main.xml"
        )
        for part, text in usual.items()
    }
    rels = "xl/_rels/workbook.xml.rels"
    note = '<mc:AlternateContent xmlns:mc="urn:x"><mc:Choice><c r="A9"/></mc:Choice>'
    for spelling, content in {
        "sheet_in_utf16": with_sheet(xml.replace("UTF-8", "UTF-16").encode("utf-16")),
        "sheet_behind_a_bom": with_sheet(b"\xef\xbb\xbf" + xml.encode()),
        "absolute_targets": packed(
            {**usual, rels: usual[rels].replace('Target="work', 'Target="/xl/work')}
        ),
        "parts_in_other_places": packed(moved),
        "lower_case_references": with_sheet(xml.replace('r="A2"', 'r="a2"')),
        "references_with_dollars": with_sheet(xml.replace('r="A2"', 'r="$A$2"')),
        "single_quotes_and_line_breaks_in_tags": with_sheet(
            xml.replace('<c r="A2">', "<c\n r='A2'\n>")
        ),
        "blanks_around_a_saved_number": with_sheet(xml.replace(">700001<", ">\n 700001 <")),
        "saved_number_in_cdata": with_sheet(xml.replace(">700001<", "><![CDATA[700001]]><")),
        "saved_number_with_a_comment_inside": with_sheet(
            xml.replace(">700001<", ">700<!-- x -->001<")
        ),
        "saved_number_as_character_references": with_sheet(
            xml.replace(">700001<", ">7&#48;&#x30;001<")
        ),
        "elements_of_an_extension": with_sheet(
            xml.replace("</sheetData>", f"</sheetData>{note}</mc:AlternateContent>")
        ),
        "types_said_though_usual": with_sheet(xml.replace('<c r="A2">', '<c r="A2" t="n">')),
        "values_right_of_the_header": with_sheet(
            xml.replace("</row>", '<c r="F1"/></row>', 1).replace(
                _B3, f'{_B3}<c r="D3"><v>1</v></c><c r="E3" t="e"><v>#N/A</v></c>'
            )
        ),
        "empty_rows_and_cells_written_out": with_sheet(
            xml.replace(
                "</sheetData>",
                '<row r="4"/><row r="5"></row><row r="6"><c r="A6"/></row></sheetData>',
            )
        ),
    }.items():
        yield Case(f"spellings/{spelling}.xlsx", content, becomes(TWO))
    strings = "xl/sharedStrings.xml"
    yield Case(
        "spellings/shared_strings_that_are_missing.xlsx",
        packed({part: text for part, text in usual.items() if part != strings}),
        refused("damaged", "sharedStrings"),
    )
    yield Case(
        "spellings/sheet_that_ends_too_early.xlsx",
        with_sheet(xml[: xml.index("</sheetData>")]),
        refused("damaged or incomplete", "sheet1.xml"),
    )


def _parts(rows: Any) -> dict[str, Any]:
    strings: list[str] = []
    return dict(xlsx_parts({"Sheet1": sheet(rows, strings)}, strings))


def cases() -> Iterator[Case]:
    """All of them."""
    yield from parts()
    yield from spellings()
