"""What became of every row and order of a run, as plain tables. Pure."""
