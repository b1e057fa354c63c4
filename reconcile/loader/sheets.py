"""Which sheet of a file is read, and what its header says: plain, or by a layout.

Rules, section 1.3: the one visible sheet with a header, or the one that was asked for.
"""

from collections.abc import Sequence
from dataclasses import replace

from reconcile.domain.errors import FileRefusedError
from reconcile.domain.model import Field
from reconcile.domain.report_columns import is_failures, without_added
from reconcile.domain.text import quoted
from reconcile.loader.header import Header, Wanted, find_header, refuse_without_header
from reconcile.loader.layouts import PLAIN, Layout
from reconcile.loader.layouts.columns import Reading, read_layout
from reconcile.loader.layouts.summaries import refuse_summary_header
from reconcile.loader.readers import Head, Sheet

__all__ = ["FAILURES", "OUR_SHEETS", "choose_sheet", "is_results", "named", "refuse_without_ids"]

FAILURES = "Failures"
OUR_SHEETS = frozenset({"Summary", "Successes", FAILURES, "Rows", "Attempts"})
"""A workbook with all of these is one of our own results; its Failures are read (section 6)."""


def choose_sheet(
    sheets: Sequence[Sheet],
    wanted: Wanted,
    name: str | None,
    forced: Layout | None,
    file: str,
) -> tuple[Sheet, Reading]:
    """The one sheet that is read, and its header.

    Args:
        sheets: all of the file.
        wanted: what the config needs of a header.
        name: the sheet that was asked for.
        forced: the layout that was asked for.
        file: what the file is called in messages.

    Raises:
        FileRefusedError: there is none, or more than one.
    """
    visible = [sheet for sheet in sheets if sheet.visible]
    if name is None and is_results(sheets):
        name = FAILURES
    if name is not None and any(sheet.name for sheet in sheets):
        visible = [sheet for sheet in visible if sheet.name == name]
        if not visible:
            shown = ", ".join(quoted(sheet.name) for sheet in sheets if sheet.visible)
            raise FileRefusedError(
                f"{file} has no visible sheet {quoted(name)}; it has {shown or 'none'}."
            )
    found: list[tuple[Sheet, Reading]] = []
    for sheet in visible:
        reading = _reading(sheet.head(), wanted, forced, named(file, sheet.name))
        if reading is not None:
            header = _trimmed_header(reading.header, sheet)
            found.append((sheet, replace(reading, header=header)))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(quoted(sheet.name) for sheet, _ in found)
        raise FileRefusedError(
            f"{file} has several sheets with orders: {names}. Say which with --sheet, or "
            "`sheet:` in config.yaml."
        )
    if not visible:
        raise FileRefusedError(f"{file} has no visible sheet; hidden ones are not read.")
    fullest = max(visible, key=lambda sheet: len(sheet.head()))
    where = named(file, fullest.name)
    refuse_summary_header(fullest.head(), where)
    if forced not in (None, PLAIN):
        needs = ", ".join(" or ".join(map(quoted, group)) for group in forced.needs)
        raise FileRefusedError(
            f"{where} has no header row of {forced.title} (`layout:` in config.yaml), which "
            f"names {needs}."
        )
    raise refuse_without_header(fullest.head(), wanted, where)


def _reading(head: Head, wanted: Wanted, forced: Layout | None, where: str) -> Reading | None:
    """The header of a sheet: a plain one with order ids, of a layout, or with numbers alone."""
    if forced in (None, PLAIN):
        header = find_header(head, wanted, where)
        if header is not None:
            return Reading(PLAIN, header)
    if forced is not PLAIN:
        reading = read_layout(head, wanted, forced, where)
        if reading is not None or forced is not None:
            return reading
    header = find_header(head, wanted, where, Field.ORDER_NUMBER)
    return None if header is None else Reading(PLAIN, header)


def _trimmed_header(header: Header, sheet: Sheet) -> Header:
    """In a workbook the header ends with its last name; in a text file with its last cell.

    The three columns that we add to a workbook are no part of it.
    """
    if not sheet.name:
        return header
    names = without_added(header.names)
    width = max(at for at, name in enumerate(names) if name) + 1
    return Header(header.row, header.names[:width], header.fields, header.passed_over)


def is_results(sheets: Sequence[Sheet]) -> bool:
    """Whether it is a results workbook of ours, which may also hold people's own sheets.

    It has all our sheets, shown or not, or at least Failures with its header.
    """
    if {sheet.name for sheet in sheets} >= OUR_SHEETS:
        return True
    failures = [sheet for sheet in sheets if sheet.name == FAILURES and sheet.visible]
    heads = [sheet.head() for sheet in failures]
    return any(is_failures(cells) for head in heads for row, cells in head[:1] if row == 1)


def named(file: str, sheet: str) -> str:
    """What a sheet is called in messages; that of a text file has no name."""
    return f"{file}!{sheet}" if sheet else file


def refuse_without_ids(reading: Reading, where: str, *, ids: bool) -> None:
    """A file that names its orders by number only needs an id map, and a number.

    Raises:
        FileRefusedError: it lacks one of them.
    """
    fields, names = reading.header.fields, reading.header.names
    if Field.ORDER_ID in fields:
        return
    if reading.undecided:
        raise FileRefusedError(reading.undecided)
    if not ids:
        title = "" if reading.layout is PLAIN else f" ({reading.layout.title})"
        number = quoted(names[fields[Field.ORDER_NUMBER]])
        raise FileRefusedError(
            f"{where}{title} names its orders by number only ({number} was taken for the "
            "order's number), so an id map is needed that has their Flxpoint ids: ask "
            "Flxpoint with `reconcile ids pull`, or name a file with --ids, or `ids:` in "
            "config.yaml."
        )
