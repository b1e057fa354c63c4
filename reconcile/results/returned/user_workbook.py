"""The user's own workbook, opened so that it can be extended and saved without harm.

No cell changes by that: every formula becomes its saved value, numbers keep all their digits,
dates stay the numbers they are.
"""

import re
import warnings
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.reader.strings import read_rich_text
from openpyxl.styles.numbers import is_date_format
from openpyxl.worksheet.dimensions import RowDimension

from reconcile.journal.records import SourceRecord
from reconcile.results.returned.lost_parts import covered_by_merges, lost_parts, unpacked_size
from reconcile.results.returned.row_marks import ReturnedWorkbook
from reconcile.results.returned.strict_ooxml import ordinary

__all__ = ["LARGEST", "CannotReturnError", "Original", "open_original"]

LARGEST = 8_000_000
"""A file of more bytes is not given back."""

_MOST_UNPACKED = 120_000_000
_MOST_MERGED = 1_000_000
_NAME_LENGTH = 31
_TEXTS = "xl/sharedStrings.xml"
_FIXED_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*\bcustomHeight="(?:1|true)")[^>]*\br="([0-9]+)"')


class CannotReturnError(Exception):
    """The workbook is not given back; the text says why, in one sentence."""


@dataclass(slots=True)
class Original:
    """The opened workbook; `sheet` holds the data. `renamed` are sheets by their former name."""

    book: Any
    sheet: Any
    lost: list[str]
    renamed: dict[str, str] = field(default_factory=dict)


def open_original(returned: ReturnedWorkbook, taken: Collection[str]) -> Original:
    """Opens the workbook of a run.

    Args:
        returned: Which.
        taken: The names of our own sheets; a sheet of the user that has one gets another.

    Raises:
        CannotReturnError: it is another file by now, too large, or can't be opened.
    """
    source = returned.source
    if source is None:
        raise CannotReturnError(returned.refused)
    if source.size > LARGEST:
        raise CannotReturnError(
            f"{source.file} has {source.size / 1e6:.1f} MB; up to {LARGEST / 1e6:.0f} MB it is "
            "given back."
        )
    try:
        data = Path(source.path).read_bytes()
    except OSError:
        raise CannotReturnError(f"{source.file} is no longer there.") from None
    if sha256(data).hexdigest() != source.sha256:
        raise CannotReturnError(f"{source.file} was changed since the run (another SHA-256).")
    try:
        lost = _looked_through(data)
        book = _opened(ordinary(data), lost)
        return _with_room(book, source, taken, lost)
    except CannotReturnError:
        raise
    except Exception as error:  # whatever an odd workbook does, the results are written
        why = f"{source.file} is built in a way that can't be opened and saved without harm."
        raise CannotReturnError(why) from error


def _with_room(
    book: Any, source: SourceRecord, taken: Collection[str], lost: list[str]
) -> Original:
    titles = [sheet.title for sheet in book.worksheets]
    if source.sheet not in titles:
        raise CannotReturnError(f"The sheet {source.sheet} of {source.file} can't be written.")
    if {name.casefold() for name in taken} <= {title.casefold() for title in titles}:
        raise CannotReturnError(f"{source.file} is a results workbook itself.")
    original = Original(book, book[source.sheet], lost)
    _make_room(original, taken)
    return original


def _looked_through(data: bytes) -> list[str]:
    with ZipFile(BytesIO(data)) as package:
        if unpacked_size(package) > _MOST_UNPACKED or covered_by_merges(package) > _MOST_MERGED:
            raise CannotReturnError("The workbook is too large to be given back.")
        return lost_parts(package)


def _opened(data: bytes, lost: list[str]) -> Any:
    reader = ExcelReader(BytesIO(data), data_only=True, keep_links=False, rich_text=True)
    reader.read_strings = _with_all_strings(reader, reader.read_strings)
    reader.read_chartsheet = _where_it_can(reader, reader.read_chartsheet, lost)
    reader.read_worksheets = _with_plain_numbers(reader, reader.read_worksheets)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader.read()
    book = reader.wb
    book.template = False
    book.iso_dates = False
    with ZipFile(BytesIO(data)) as package:
        parts = {sheet.name: related.target for sheet, related in reader.parser.find_sheets()}
        for sheet in book.worksheets:
            _keep_values(sheet)
            _keep_fitted(sheet, package.read(parts[sheet.title]))
    return book


class _FittedRow(RowDimension):  # type: ignore[misc]  # openpyxl has no types
    """A row whose height was fitted to its cells; openpyxl would mark it as set by hand."""

    @property
    def customHeight(self) -> bool:  # noqa: N802 - the name of OOXML
        """It goes on being fitted."""
        return False


def _keep_fitted(sheet: Any, data: bytes) -> None:
    """Rows whose height was fitted by a program keep it, and are fitted again after a change."""
    fixed = {int(number) for number in _FIXED_ROW.findall(data)}
    for number, row in list(sheet.row_dimensions.items()):
        if row.ht is not None and number not in fixed:
            names = ("hidden", "outlineLevel", "collapsed", "thickBot", "thickTop")
            how = {name: getattr(row, name) for name in names}
            fitted = _FittedRow(sheet, index=number, ht=row.ht, **how)
            fitted._style = row._style  # noqa: SLF001
            sheet.row_dimensions[number] = fitted


def _with_all_strings(reader: Any, read: Any) -> Any:
    """Some programs leave the part with the texts out of the list of parts."""

    def read_strings() -> None:
        read()
        if not reader.shared_strings and _TEXTS in reader.valid_files:
            with reader.archive.open(_TEXTS) as part:
                reader.shared_strings = read_rich_text(part)

    return read_strings


def _where_it_can(reader: Any, read: Any, lost: list[str]) -> Any:
    """A sheet that holds nothing but a chart, and not even that, can't be read."""

    def read_chartsheet(sheet: Any, related: Any) -> None:
        try:
            read(sheet, related)
        except (AttributeError, IndexError, KeyError):
            lost.append(f"the chart sheet {sheet.name}")
            if sheet.name in reader.wb.sheetnames:
                del reader.wb[sheet.name]

    return read_chartsheet


def _with_plain_numbers(reader: Any, read: Any) -> Any:
    """Dates are numbers with a format; made into dates, some would come back changed."""

    def read_worksheets() -> None:
        reader.wb._date_formats = set()  # noqa: SLF001 - there is no other way
        reader.wb._timedelta_formats = set()  # noqa: SLF001
        read()

    return read_worksheets


def _keep_values(sheet: Any) -> None:
    """Every number is written with all its digits; nothing calculates any more."""
    for cell in sheet._cells.values():  # noqa: SLF001 - `rows` would make the missing ones
        value = getattr(cell, "_value", None)
        if cell.data_type == "d" and not is_date_format(cell.number_format):
            cell.number_format = "yyyy-mm-dd" if _is_day(value) else "yyyy-mm-dd hh:mm:ss"
        if cell.data_type == "n" and isinstance(value, int | float):
            exact = str(value) if isinstance(value, int) else repr(value)
            if float(f"{value:.16g}") != value or (isinstance(value, int) and value >= _ROUNDED):
                cell._value = exact  # noqa: SLF001 - setting `value` would make it text
    sheet._pivots = []  # noqa: SLF001
    for table in sheet.tables.values():
        for column in table.tableColumns:
            column.calculatedColumnFormula = None
            column.totalsRowFormula = None


def _is_day(value: object) -> bool:
    return isinstance(value, datetime) and value.time() == time()


_ROUNDED = 10**15


def _make_room(original: Original, taken: Collection[str]) -> None:
    """Our sheets keep their names and stand before; nothing of the user's is lost by that."""
    book = original.book
    used = {name.casefold() for name in taken}
    used |= {sheet.casefold() for sheet in book.sheetnames}
    ours = {name.casefold() for name in taken}
    for sheet in book._sheets:  # noqa: SLF001 - chart sheets too
        for view in _views(sheet):
            view.tabSelected = False
        if sheet.title.casefold() in ours:
            before = sheet.title
            sheet.title = _free_name(before, used)
            used.add(sheet.title.casefold())
            original.renamed[before] = sheet.title
    _mend_names(book, original.renamed)


def _views(sheet: Any) -> Any:
    views = sheet.views if hasattr(sheet, "views") else sheet.sheetViews
    return () if views is None else views.sheetView


def _free_name(title: str, used: Collection[str]) -> str:
    number = 1
    while True:
        more = " (yours)" if number == 1 else f" (yours {number})"
        name = title[: _NAME_LENGTH - len(more)] + more
        if name.casefold() not in used:
            return name
        number += 1


def _mend_names(book: Any, renamed: dict[str, str]) -> None:
    """Names of areas follow their sheet; those that lead out of the workbook are left out."""
    for names in (book.defined_names, *(sheet.defined_names for sheet in book.worksheets)):
        for name, defined in list(names.items()):
            text = defined.attr_text or ""
            if "[" in text or "#REF!" in text:
                del names[name]
                continue
            defined.attr_text = _followed(text, renamed)
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            rule.formula1 = rule.formula1 and _followed(rule.formula1, renamed)
            rule.formula2 = rule.formula2 and _followed(rule.formula2, renamed)
    for sheet in book._sheets:  # noqa: SLF001
        for chart in sheet._charts:  # noqa: SLF001
            for series in chart.series:
                _mend_series(series, renamed)


def _mend_series(series: Any, renamed: dict[str, str]) -> None:
    for part in ("val", "cat", "xVal", "yVal", "bubbleSize", "tx"):
        data = getattr(series, part, None)
        for kind in ("numRef", "strRef", "multiLvlStrRef"):
            reference = getattr(data, kind, None)
            if reference is not None and reference.f:
                with suppress(AttributeError):
                    reference.f = _followed(reference.f, renamed)


def _followed(formula: str, renamed: dict[str, str]) -> str:
    for before, now in renamed.items():
        quoted = now.replace("'", "''")
        formula = formula.replace(f"'{before}'!", f"'{quoted}'!")
        formula = formula.replace(f"{before}!", f"'{quoted}'!") if before.isalnum() else formula
    return formula
