"""The way back: what would put the previous values of a run's orders back, as an export."""
