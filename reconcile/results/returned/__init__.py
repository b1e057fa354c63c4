"""The user's own workbook, given back with the outcome beside each row."""
