"""How the workbook looks: its colours, its one typeface, and the number of each style."""

from dataclasses import dataclass, replace

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from reconcile.domain.model import Outcome

__all__ = [
    "ALARM",
    "BODY",
    "COUNT",
    "EMPTY",
    "FAINT",
    "HEADER",
    "HEADING",
    "INK",
    "LINK",
    "NAVY",
    "NEXT_STEP",
    "NUMBERS",
    "NUMBERS_HEADER",
    "OUTCOME_COLOURS",
    "PALE",
    "SENTENCE",
    "SUBHEADER",
    "TITLE",
    "TOTAL",
    "TYPEFACE",
    "Look",
    "Styles",
    "outcome_look",
    "pale_outcome_look",
]

TYPEFACE = "Calibri"
INK = "1F2933"
FAINT = "6B7785"
PALE = "EEF2F6"
NAVY = "1F3A5F"
LINK = "1B4F9C"
_LINE = "D5DBE1"
_RED = "9B1C1C"
_PALE_RED = "FBEAEA"
_WHITE = "FFFFFF"

OUTCOME_COLOURS: dict[Outcome, tuple[str, str]] = {
    Outcome.REFUSED: ("6E1423", _WHITE),
    Outcome.IN_DOUBT: ("B5401A", _WHITE),
    Outcome.PENDING: ("8080C4", "000000"),
    Outcome.REJECTED: ("E3A72F", "000000"),
    Outcome.SYNCED: ("A6D3EE", "000000"),
    Outcome.UNCHANGED: ("E6EDF2", "000000"),
}
"""Ground and text. Each ground is lighter than the one before, so that they differ in grey
print and to every eye; the word stands in the cell as well."""

_PALE_OUTCOMES: dict[Outcome, str] = {
    Outcome.REFUSED: "DE97A3",
    Outcome.IN_DOUBT: "EFAE90",
    Outcome.PENDING: "C2C2E6",
    Outcome.REJECTED: "F0CB7A",
    Outcome.SYNCED: "CDE5F4",
    Outcome.UNCHANGED: "EDF1F5",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that a cell's style says."""

    number_format: str = "@"
    size: float = 10
    bold: bool = False
    italic: bool = False
    underlined: bool = False
    colour: str = INK
    ground: str | None = None
    horizontal: str | None = "left"
    indent: int = 1
    vertical: str = "center"
    wraps: bool = False
    line: str | None = _LINE
    thick: bool = False

    @property
    def digits(self) -> float:
        """How many digits of this look stand on the width of one digit of a column's width."""
        return 11 / self.size * (0.97 if self.bold else 1.0)


BODY = Look()
NUMBERS = Look(horizontal="right", indent=0)
COUNT = replace(NUMBERS, number_format="#,##0")
HEADER = Look(bold=True, colour=_WHITE, ground=NAVY, wraps=True, line=NAVY)
# The indent leaves room for the filter's button.
NUMBERS_HEADER = replace(HEADER, horizontal="right", indent=2)
SUBHEADER = Look(bold=True, colour=FAINT, ground=PALE, wraps=True)
HEADING = Look(indent=0, size=13, bold=True, colour=NAVY, vertical="bottom", line=NAVY, thick=True)
TITLE = Look(indent=0, size=20, bold=True, colour=NAVY, wraps=True, line=None)
SENTENCE = Look(indent=0, size=12, wraps=True, line=None)
NEXT_STEP = Look(size=12, bold=True, ground=PALE, wraps=True, line=None)
TOTAL = replace(COUNT, bold=True, line=NAVY)
EMPTY = Look(italic=True, colour=FAINT, line=None)
ALARM = {
    "heading": replace(HEADING, indent=1, colour=_WHITE, ground=_RED, line=_RED),
    "subheader": replace(SUBHEADER, colour=_RED, ground=_PALE_RED),
    "body": replace(BODY, colour=_RED, ground=_PALE_RED),
}


def outcome_look(outcome: Outcome) -> Look:
    """The look of the word of an outcome."""
    ground, text = OUTCOME_COLOURS[outcome]
    return Look(colour=text, ground=ground, bold=True, horizontal="center", indent=0, line=_WHITE)


def pale_outcome_look(outcome: Outcome) -> Look:
    """The same where the word is a link, which some programs make blue whatever we say."""
    return replace(outcome_look(outcome), colour="000000", ground=_PALE_OUTCOMES[outcome])


class Styles:
    """The styles of one workbook: a `Look` in, the number that cells name it by out."""

    def __init__(self, sheet: object) -> None:
        self._sheet = sheet
        self._numbers: dict[Look, int] = {}

    def number(self, look: Look) -> int:
        """The number of this look in the workbook; made when first asked for."""
        number = self._numbers.get(look)
        if number is None:
            number = self._numbers[look] = self._made(look)
        return number

    def _made(self, look: Look) -> int:
        cell = WriteOnlyCell(self._sheet)
        cell.number_format = look.number_format
        cell.font = Font(
            name=TYPEFACE,
            size=look.size,
            bold=look.bold,
            italic=look.italic,
            underline="single" if look.underlined else None,
            color=look.colour,
        )
        cell.alignment = Alignment(
            horizontal=look.horizontal,
            indent=look.indent,
            vertical=look.vertical,
            wrap_text=look.wraps,
        )
        if look.ground:
            cell.fill = PatternFill("solid", fgColor=look.ground)
        if look.line:
            side = Side("medium" if look.thick else "thin", color=look.line)
            cell.border = Border(bottom=side)
        return int(cell.style_id)
