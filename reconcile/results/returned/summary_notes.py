"""What Summary says about the user's own workbook: where it is, and what it lost."""

from dataclasses import replace

from reconcile.results.report.tables import Block, Report, Value
from reconcile.results.returned.row_marks import ReturnedWorkbook
from reconcile.results.returned.user_workbook import Original
from reconcile.results.workbook.table_sheets import MOST_LINKS

__all__ = ["not_returned", "with_words", "words_of"]

_HEADING = "Your own workbook"


def with_words(report: Report, block: Block) -> Report:
    """The report with one more block on Summary, before its files and its run."""
    blocks = report.summary.blocks
    at = next((at for at, each in enumerate(blocks) if each.heading == "Files"), len(blocks))
    blocks = (*blocks[:at], block, *blocks[at:])
    return replace(report, summary=replace(report.summary, blocks=blocks))


def not_returned(why: str) -> Block:
    """The block that says why it is not part of the results."""
    return Block(
        _HEADING, [("It is not part of this workbook", why), ("Its copy", "is the sheet Rows.")]
    )


def words_of(returned: ReturnedWorkbook, original: Original) -> Block:
    """The block that says where it is in the results, and what it lost."""
    title = original.sheet.title
    lines: list[tuple[Value, ...]] = [
        (
            f"The sheet {title}",
            (
                "is yours, with three columns more at its right: Outcome, Reason, What to do. "
                "Cells to mend are coloured and say why in a comment."
            ),
        ),
        (
            "Formulas",
            "became their values as last saved; those never calculated are empty or #N/A.",
        ),
    ]
    lines += [
        (f"Your sheet {before}", f"is called {now} here.")
        for before, now in original.renamed.items()
    ]
    if sum(source.rows for source in returned.ledger.reader.run.sources) > MOST_LINKS:
        lines.append(("Links", f"stand on the first {MOST_LINKS:,} lines of a sheet only."))
    if original.lost:
        lines.append(("Could not be kept", "; ".join(original.lost)))
    if returned.source is not None:
        lines.append(("The file itself", f"{returned.source.file} was not touched."))
    return Block(_HEADING, lines)
