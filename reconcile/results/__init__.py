"""What became of every row and order: the report as plain tables, and the workbook.

Made from the journal alone, so that it can be made again. Sums of amounts are compared, and the
user's own workbook is given back with outcomes beside its rows.
"""
