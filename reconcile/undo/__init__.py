"""The way back: what would put the former values of a run's orders back, as an export."""
