"""What became of every row and order: a report of plain tables, and the workbook."""
