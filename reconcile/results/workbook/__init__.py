"""A report as an .xlsx file: its look, its cells, and its way to its place."""
