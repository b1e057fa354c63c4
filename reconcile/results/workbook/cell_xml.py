"""The XML of a cell for each type that a cell can have.

A cell is written with its type, which no program guesses from the text: no text can become a
formula, a number, a date or an error.
"""

from datetime import datetime

from reconcile.results.workbook.cell_text import cut, xml_text

__all__ = ["blank_cell", "digits", "local_text", "number_cell", "text_cell", "typed_cell"]


def text_cell(ref: str, style: int, text: str) -> str:
    """A cell that holds this text, cut where a cell ends; empty text is an empty cell."""
    if not text:
        return blank_cell(ref, style)
    space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    held = xml_text(cut(text))
    return f'<c r="{ref}" s="{style}" t="inlineStr"><is><t{space}>{held}</t></is></c>'


def blank_cell(ref: str, style: int) -> str:
    """An empty cell that has a style."""
    return f'<c r="{ref}" s="{style}"/>'


def number_cell(ref: str, style: int, number: str) -> str:
    """A cell that holds a number, given by its digits."""
    return f'<c r="{ref}" s="{style}"><v>{number}</v></c>'


def typed_cell(ref: str, style: int, cell_type: str, value: str) -> str:
    """A cell of a type of OOXML: `n` number, `b` boolean (0 or 1), `e` error (its code)."""
    return f'<c r="{ref}" s="{style}" t="{cell_type}"><v>{value}</v></c>'


def digits(number: float) -> str:
    """A whole number or a float in the digits of XML, whatever subclass it is."""
    return str(int(number)) if isinstance(number, int) else repr(float(number))


def local_text(moment: datetime) -> str:
    """The time of this machine's zone with its offset: `2026-11-21 09:30:05 +0100`."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
