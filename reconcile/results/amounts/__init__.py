"""Whether the amounts of an export add up to its own total row. Pure."""
