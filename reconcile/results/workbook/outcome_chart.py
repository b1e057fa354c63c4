"""The bar chart of the outcomes on Summary."""

from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties

from reconcile.domain.model import Outcome
from reconcile.results.workbook.style import INK, OUTCOME_COLOURS, TYPEFACE

__all__ = ["outcome_chart", "place_chart"]

_INSET = 120_000
_INTO_CELL = 450_000
_TEXT_SIZE = 1000


def outcome_chart(
    sheet: Any,
    outcomes: Sequence[Outcome],
    labels: tuple[int, int, int],
    counts: tuple[int, int, int],
) -> BarChart:
    """A bar for each outcome in its colour, from the top in their order.

    Args:
        sheet: The sheet that holds the words and the numbers.
        outcomes: One for each bar.
        labels: Column, first and last row of the words.
        counts: Column, first and last row of the numbers.
    """
    chart = BarChart()
    chart.type = "bar"
    chart.gapWidth = 35
    chart.legend = None
    chart.add_data(_area(sheet, *counts))
    chart.set_categories(_area(sheet, *labels))
    series = chart.series[0]
    series.graphicalProperties = GraphicalProperties(solidFill=INK)
    series.dPt = [_bar(position, outcome) for position, outcome in enumerate(outcomes)]
    series.dLbls = DataLabelList(
        showVal=True,
        showSerName=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        dLblPos="outEnd",
        numFmt="#,##0",
        txPr=_text(),
    )
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = False
    chart.x_axis.txPr = _text()
    chart.x_axis.majorTickMark = "none"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill="AAB4BE"))
    chart.y_axis.delete = True
    chart.y_axis.majorGridlines = None
    chart.y_axis.scaling.min = 0
    chart.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    chart.layout = Layout(
        manualLayout=ManualLayout(
            layoutTarget="inner", xMode="edge", yMode="edge", x=0.2, y=0.04, w=0.68, h=0.92
        )
    )
    return chart


def place_chart(
    sheet: Any, chart: BarChart, upper_left: tuple[int, int], lower_right: tuple[int, int]
) -> None:
    """Puts the chart onto cells, so that it ends where they end.

    Args:
        sheet: The sheet.
        chart: The chart.
        upper_left: Columns and rows that stand before it.
        lower_right: Columns and rows up to its end.
    """
    chart.anchor = TwoCellAnchor(
        _from=AnchorMarker(col=upper_left[0], colOff=_INSET, row=upper_left[1]),
        # Within the last cell: at its end, LibreOffice would count the next column in.
        to=AnchorMarker(col=lower_right[0] - 1, colOff=_INTO_CELL, row=lower_right[1]),
    )
    sheet.add_chart(chart)


def _area(sheet: Any, column: int, first: int, last: int) -> Reference:
    return Reference(sheet, min_col=column, min_row=first, max_row=last)


def _bar(position: int, outcome: Outcome) -> DataPoint:
    ground, _ = OUTCOME_COLOURS[outcome]
    return DataPoint(
        idx=position,
        invertIfNegative=False,
        spPr=GraphicalProperties(solidFill=ground, ln=LineProperties(solidFill=INK, w=6350)),
    )


def _text() -> RichText:
    look = CharacterProperties(sz=_TEXT_SIZE, solidFill=INK, latin=Font(typeface=TYPEFACE))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])
