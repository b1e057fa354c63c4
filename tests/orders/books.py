"""Reads results workbooks back, as their users see them."""

from pathlib import Path
from typing import Any

from openpyxl import load_workbook

__all__ = ["lines", "titles"]


def lines(book: Path | None, sheet: str) -> list[dict[str, Any]]:
    """The lines of a sheet, by the names of their columns."""
    assert book is not None
    header, *rows = load_workbook(book)[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def titles(book: Path | None) -> list[str]:
    """The sheets of a workbook."""
    assert book is not None
    return list(load_workbook(book).sheetnames)
