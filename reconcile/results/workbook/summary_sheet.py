"""The sheet Summary: how it ended, the outcomes beside their chart, and the blocks."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from openpyxl.utils import get_column_letter

from reconcile.domain.model import Outcome
from reconcile.results.report.tables import Block, Summary, Value
from reconcile.results.workbook.outcome_chart import outcome_chart, place_chart
from reconcile.results.workbook.page_layout import UNIT_WIDTH, UNITS, Cell, Page, spans
from reconcile.results.workbook.style import (
    ALARM,
    BODY,
    COUNT,
    EMPTY,
    FAINT,
    HEADING,
    NAVY,
    NEXT_STEP,
    SENTENCE,
    SUBHEADER,
    TITLE,
    TOTAL,
    Styles,
    outcome_look,
)
from reconcile.results.workbook.table_sheets import set_up_print
from reconcile.results.workbook.xlsx_package import Spool

__all__ = ["fill_summary"]

_OUTCOME_UNITS = (2, 2, 6)
_ROOMY = 20
_LINE = 16
_LABEL_WIDTH = 30
_PAIR = 2


def fill_summary(summary: Summary, sheet: Any, rows: Spool, styles: Styles) -> None:
    """Sets the sheet up and puts its rows on disk.

    Args:
        summary: What it says.
        sheet: openpyxl's sheet, which gets widths, merged cells, the chart and print set-up.
        rows: Where its rows wait.
        styles: The styles of the workbook.

    Raises:
        OSError: the disk is full.
    """
    for number in range(1, UNITS + 1):
        sheet.column_dimensions[get_column_letter(number)].width = UNIT_WIDTH
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = NAVY
    set_up_print(sheet)
    sheet.page_setup.orientation = "portrait"
    page = Page(sheet, rows, styles)
    page.add([Cell(summary.title, TITLE, UNITS)])
    page.add([Cell(summary.sentence, SENTENCE, UNITS)], _ROOMY)
    if summary.next_step:
        page.add([Cell(summary.next_step, NEXT_STEP, UNITS)], _ROOMY)
    if summary.outcomes:
        _add_outcomes(page, summary.outcomes)
    label_units = _label_units(summary.blocks)
    for block in summary.blocks:
        page.add_block(_block_rows(block, label_units), _LINE)


def _add_outcomes(page: Page, outcomes: Sequence[tuple[Outcome, int, str]]) -> None:
    wide, narrow, rest = _OUTCOME_UNITS
    total = sum(count for _, count, _ in outcomes)
    top = page.row + 1
    page.add_block(
        [
            [Cell("Orders by outcome", HEADING, wide + narrow + rest)],
            [
                Cell("Outcome", replace(SUBHEADER, horizontal="center", indent=0), wide),
                Cell("Orders", replace(SUBHEADER, horizontal="right", indent=0), narrow),
                Cell("Meaning", SUBHEADER, rest),
            ],
            *([*_outcome_row(outcome, count, meaning)] for outcome, count, meaning in outcomes),
            [
                Cell("All orders", replace(TOTAL, horizontal="center"), wide),
                Cell(total, TOTAL, narrow),
                Cell(None, TOTAL, rest),
            ],
        ],
        _ROOMY,
    )
    last = page.row - 1
    first = last - len(outcomes) + 1
    if total:
        chart = outcome_chart(
            page.sheet,
            [outcome for outcome, _, _ in outcomes],
            labels=(1, first, last),
            counts=(wide + 1, first, last),
        )
        place_chart(page.sheet, chart, (wide + narrow + rest, top), (UNITS, page.row))


def _outcome_row(outcome: Outcome, count: int, meaning: str) -> tuple[Cell, ...]:
    wide, narrow, rest = _OUTCOME_UNITS
    count_look = replace(COUNT, bold=True) if count else replace(COUNT, colour=FAINT)
    return (
        Cell(outcome, outcome_look(outcome), wide),
        Cell(count, count_look, narrow),
        Cell(meaning, replace(BODY, wraps=True), rest),
    )


def _label_units(blocks: Sequence[Block]) -> int:
    """Blocks of labels and values share the width of their labels, so that values line up."""
    widths = [
        Cell(line[0], BODY).width for block in blocks if _is_pairs(block) for line in block.lines
    ]
    return spans([min(max([*widths, _LABEL_WIDTH]), 2 * _LABEL_WIDTH)], fill=False)[0]


def _is_pairs(block: Block) -> bool:
    return not block.columns and max(map(len, block.lines), default=0) == _PAIR


def _block_rows(block: Block, label_units: int) -> list[list[Cell]]:
    looks = ALARM if block.alarm else {"heading": HEADING, "subheader": SUBHEADER, "body": BODY}
    heading = [Cell(block.heading, looks["heading"], UNITS)]
    if not block.lines:
        return [heading, [Cell("None.", EMPTY, UNITS)]]
    width = max([len(block.columns), *map(len, block.lines)])
    lines = [(*line, *(None,) * (width - len(line))) for line in block.lines]
    names = (*block.columns, *("",) * (width - len(block.columns)))
    columns = list(zip(*lines, strict=True))
    counted = [_is_counted(values) for values in columns]
    number = replace(COUNT, colour=looks["body"].colour, ground=looks["body"].ground)
    text = replace(looks["body"], wraps=True)
    money = replace(number, number_format="#,##0.00")
    bodies = [
        (money if any(isinstance(value, float) for value in values) else number)
        if numbers
        else text
        for numbers, values in zip(counted, columns, strict=True)
    ]
    if _is_pairs(block):
        units = [label_units, 2 if counted[-1] else UNITS - label_units]
    else:
        widths = [
            max(Cell(value, BODY).width for value in (name, *values))
            for name, values in zip(names, columns, strict=True)
        ]
        units = spans(widths, fill=not counted[-1])
    rows = [heading]
    if block.columns:
        rows.append(
            [
                Cell(name, replace(looks["subheader"], horizontal=b.horizontal, indent=b.indent), u)
                for name, b, u in zip(names, bodies, units, strict=True)
            ]
        )
    rows.extend(
        [
            Cell(value, outcome_look(value) if isinstance(value, Outcome) else body, unit)
            for value, body, unit in zip(line, bodies, units, strict=True)
        ]
        for line in lines
    )
    return rows


def _is_counted(values: Sequence[Value]) -> bool:
    filled = [value for value in values if value is not None]
    return bool(filled) and all(isinstance(value, int | float) for value in filled)
