"""Long workbooks say how far they are; the rows are the same."""

from reconcile.results.report.tables import Column, Kind, Report, Summary, Table
from reconcile.results.workbook.write import with_progress


def table(name: str, rows: int) -> Table:
    return Table(name, [Column("Row", Kind.NUMBER, 6)], [(number,) for number in range(rows)])


def test_every_twenty_five_thousand_rows_are_told_and_none_is_lost() -> None:
    heard: list[tuple[str, int]] = []
    summary = Summary("", "", "", [], ())
    report = Report(summary, [table("Successes", 100), table("Rows", 60_000)])
    long = with_progress(report, lambda sheet, rows: heard.append((sheet, rows)))

    assert [list(each.rows) for each in long.tables] == [list(t.rows) for t in report.tables]
    assert heard == [("Rows", 25_000), ("Rows", 50_000)]
